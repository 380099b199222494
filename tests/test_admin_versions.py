"""Earlier states: who made each, and how one is brought back, as a new change with a reason."""

import pytest
from django.urls import reverse

from mandates.models import Document, Provision
from meetings.models import Task
from tests.factories import DocumentFactory, OrganisationFactory, ProvisionFactory, TaskFactory
from tests.forms import address
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db


def version(record, number):
    """The address of a record's state, the first being number 0."""
    row = type(record).history.filter(id=record.pk).order_by("history_id")[number]
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_simple_history", args=[record.pk, row.history_id])


def edit(record, **values):
    with act(reason="Edited"):
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def test_a_state_is_shown_beside_the_present_one_and_brought_back_as_a_new_change(client, sign_in):
    user = sign_in("Reviewer")
    document = DocumentFactory(place="Geneva")
    edit(document, place="Tunis")
    page = client.get(version(document, 0)).content.decode()
    assert "Geneva" in page
    assert "Tunis" in page
    assert client.post(version(document, 0), {"change_reason": "A mistake"}).status_code == 302
    document.refresh_from_db()
    row = document.history.first()
    assert (document.place, row.history_user, row.history_change_reason) == ("Geneva", user, "A mistake")
    assert document.history.count() == 3


def test_a_state_is_not_brought_back_without_a_reason(client, sign_in):
    sign_in("Reviewer")
    document = DocumentFactory(place="Geneva")
    edit(document, place="Tunis")
    assert "This field is required" in client.post(version(document, 0), {"change_reason": " "}).content.decode()
    document.refresh_from_db()
    assert document.place == "Tunis"


@pytest.mark.parametrize("role", ["Reader", "Editor"])
def test_who_may_not_change_a_record_may_not_bring_a_state_back(role, client, sign_in):
    sign_in(role)
    document = DocumentFactory(place="Geneva", visibility="draft")
    edit(document, place="Tunis", visibility="published")
    assert "Bring this state back" not in client.get(version(document, 0)).content.decode()
    answer = client.post(version(document, 0), {"change_reason": "x", "visibility": "draft", "place": "Nowhere", "title_en": "x"})
    assert answer.status_code == 403
    document.refresh_from_db()
    assert (document.place, document.visibility) == ("Tunis", "published")


def test_bringing_a_state_back_neither_withdraws_a_record_nor_takes_back_its_moves(client, sign_in):
    sign_in("Reviewer")
    task = TaskFactory(title="Write", visibility="draft")
    with act(reason="moved"):
        task.move_to("done", on="2006-01", due_on="2006-02")
    edit(task, title="Rewrite", visibility="published")
    client.post(version(task, 0), {"change_reason": "The old title was right"})
    task = Task.objects.get(pk=task.pk)
    assert (task.title, task.visibility, task.state, task.due_on) == ("Write", "published", "done", "2006-02")


def test_a_paragraph_stays_in_its_document(client, sign_in):
    sign_in("Editor")
    there, here = DocumentFactory(), DocumentFactory(visibility="draft")
    provision = ProvisionFactory(document=there, gist="Old")
    edit(provision, document=here, gist="New")
    assert client.post(version(provision, 0), {"change_reason": "x"}).status_code == 302
    provision = Provision.objects.get(pk=provision.pk)
    assert (provision.document, provision.gist) == (here, "Old")


def test_a_state_that_no_longer_holds_is_refused_in_words(client, sign_in):
    sign_in("Reviewer")
    body = OrganisationFactory(visibility="draft")
    document = DocumentFactory(body=body, visibility="draft")
    edit(document, body=None, visibility="published")
    assert "Publish first what this record points to" in client.post(version(document, 0), {"change_reason": "x"}).content.decode()
    with act(reason="gone"):
        body.delete()
    assert "(deleted since)" in client.get(version(document, 0)).content.decode()
    assert "is not a valid choice" in client.post(version(document, 0), {"change_reason": "x"}).content.decode()
    assert Document.objects.get(pk=document.pk).body is None


def test_the_states_of_a_deleted_record_can_still_be_read(client, sign_in):
    sign_in("Reviewer")
    document = DocumentFactory(place="Geneva")
    first = version(document, 0)
    history = address(Document, "history", document.pk)
    with act(reason="Entered twice"):
        document.delete()
    assert "Entered twice" in client.get(history).content.decode()
    assert "Geneva" in client.get(first).content.decode()
    assert client.post(first, {"change_reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    "path", ["1/history/none/", "1/history/999999/", "999999/history/1/", "x/history/1/", "x/history/", "999999/history/"]
)
def test_an_address_that_names_no_state_is_not_found(path, client, sign_in):
    sign_in("Reviewer")
    assert client.get(f"/admin/mandates/document/{path}").status_code == 404
