"""Earlier states: who made each, and how one is brought back, as a new change with a reason."""

import pytest
from django.urls import reverse

from mandates.models import Document, DocumentAlias, Organisation, OrganisationEditor, Provision
from meetings.models import Task
from tests.factories import DocumentFactory, OrganisationFactory, ProvisionFactory, TaskFactory, UserFactory
from tests.forms import address
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change, Proposal

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


def test_who_may_not_change_a_record_may_not_bring_a_state_back(client, sign_in):
    sign_in("Reader")
    document = DocumentFactory(place="Geneva", visibility="draft")
    edit(document, place="Tunis", visibility="published")
    assert "ring this state back" not in client.get(version(document, 0)).content.decode()
    answer = client.post(version(document, 0), {"change_reason": "x", "visibility": "draft", "place": "Nowhere", "title_en": "x"})
    assert answer.status_code == 403
    document.refresh_from_db()
    assert (document.place, document.visibility) == ("Tunis", "published")


def test_an_editor_proposes_to_bring_a_state_of_a_published_record_back(client, sign_in):
    user = sign_in("Editor")
    document = DocumentFactory(place="Geneva")
    edit(document, place="Tunis")
    assert "Propose to bring this state back" in client.get(version(document, 0)).content.decode()
    assert client.post(version(document, 0), {"change_reason": "It was Geneva"}).status_code == 302
    proposal = Proposal.objects.get(slug=document.slug)
    assert (proposal.fields, proposal.by, proposal.reason) == ({"place": "Geneva"}, user, "It was Geneva")
    assert Document.objects.get(pk=document.pk).place == "Tunis"


def test_a_history_tells_in_one_entry_an_act_what_became_of_a_record_its_parts_and_its_paragraphs(client, sign_in):
    user = sign_in("Reviewer")
    document, body = DocumentFactory(place="Geneva", dated_on="2005-06-01"), OrganisationFactory(acronym="BODY")
    with act(by=user, reason="Read again", request_id="r-77"):
        document.dated_on, document.body = "2005-07", body
        document.save()
        DocumentAlias.objects.create(record=document, text="C77/007")
        ProvisionFactory(document=document, label="para-1", gist="It says so.")
    page = client.get(address(Document, "history", document.pk))
    (latest, told), (first, _made) = page.context["entries"]
    assert (latest.by, latest.reason, latest.request_id, first.reason) == (user, "Read again", "r-77", "made by a test")
    lines = [(line.kind, line.happened, [tuple(d) for d in line.differences]) for one in told for line in one.lines]
    assert lines[0] == ("Document", "changed", [("Date", "1 June 2005", "July 2005"), ("Body", "–", "BODY")])
    assert lines[1][:2] == ("Alias", "made")
    assert ("Symbol as printed", "–", "C77/007") in lines[1][2]
    assert lines[2][:2] == ("Provision", "made")
    assert ("Kind", "–", "paragraph") in lines[2][2]
    assert "1 June 2005" in page.content.decode()


def test_a_state_is_brought_back_with_its_parts_and_not_with_what_is_kept_apart(client, sign_in):
    sign_in("Reviewer")
    organisation = OrganisationFactory(acronym="OLD")
    with act(reason="names"):
        organisation.save()
        kept, changed, lost = (organisation.names.create(name=name, kind="official") for name in ("Kept", "Changed", "Lost"))
    with act(reason="others"):
        organisation.acronym = "NEW"
        organisation.save()
        lost.delete()
        changed.name = "Otherwise"
        changed.save()
        organisation.names.create(name="Added", kind="official")
        OrganisationEditor(record=organisation, user=UserFactory()).save()
    page = client.get(version(organisation, 1))
    assert len(page.context["parts"]) >= 3
    assert client.post(version(organisation, 1), {"change_reason": "As it was"}).status_code == 302
    organisation = Organisation.objects.get(pk=organisation.pk)
    assert organisation.acronym == "OLD"
    assert {name.name for name in organisation.names.all()} == {"Kept", "Changed", "Lost"}
    assert organisation.names.get(name="Kept") == kept
    assert organisation.editors.count() == 1
    assert "says the same today" in client.get(version(organisation, 1)).content.decode()


def test_a_state_after_an_act_that_wrote_parts_alone_is_brought_back(client, sign_in):
    sign_in("Reviewer")
    document = DocumentFactory()
    with act(reason="an alias") as change:
        alias = DocumentAlias.objects.create(record=document, text="C77/0077")
    with act(reason="none"):
        alias.delete()
    url = f"{version(document, 0)}?act={change.pk}"
    assert url in client.get(address(Document, "history", document.pk)).content.decode()
    client.post(url, {"change_reason": "It is printed so"})
    assert document.aliases.get().text == "C77/0077"
    assert client.get(f"{version(document, 0)}?act=1").status_code == 404


def test_the_thousandth_act_leads_to_its_state_as_the_first_does(client, sign_in):
    sign_in("Reviewer")
    document = DocumentFactory()
    with act(reason="an alias") as change:
        DocumentAlias.objects.create(record=document, text="C77/0077")
    thousandth = Change.objects.create(pk=change.pk + 1000, reason="an alias", number=change.number + 1000)
    DocumentAlias.history.filter(change=change).update(change=thousandth)
    url = f"{version(document, 0)}?act={thousandth.pk}"
    assert f'href="{url}"' in client.get(address(Document, "history", document.pk)).content.decode()
    assert client.get(url).status_code == 200


def test_a_part_that_named_what_is_gone_is_not_brought_back(client, sign_in):
    sign_in("Reviewer")
    document, author = DocumentFactory(), OrganisationFactory()
    with act(reason="by them"):
        document.save()
        by = document.authors.create(organisation=author)
    with act(reason="not by them"):
        by.delete()
        author.delete()
    page = client.post(version(document, 1), {"change_reason": "x"}).content.decode()
    assert "What was named then is gone: author, organisation." in page


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
