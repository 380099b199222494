"""Deleted records are listed, and brought back with their parts under their own slugs, as a new act with a reason."""

import pytest
from django.urls import reverse

from mandates.models import Document, DocumentAlias, Provision
from meetings.models import Task
from tests.factories import DocumentFactory, OrganisationFactory, ProvisionFactory, RoleFactory, TaskFactory
from tests.forms import address
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db


def deleted(record):
    """Delete a record; the address by which it is brought back."""
    key = record.pk
    with act(reason="Entered twice"):
        record.delete()
    return address(type(record), "bring_back", key)


def test_a_deleted_record_is_listed_with_who_deleted_it_and_why_until_it_is_there_again(client, sign_in):
    sign_in("Reviewer")
    document = DocumentFactory()
    deleted_list = address(Document, "deleted")
    assert deleted_list in client.get(address(Document, "changelist")).content.decode()
    url = deleted(document)
    for asked, listed in [({}, True), ({"q": document.slug[:-1]}, True), ({"q": "nothing-such"}, False)]:
        page = client.get(deleted_list, asked).content.decode()
        assert (url in page, "Entered twice" in page) == (listed, listed)
    client.post(url, {"change_reason": "It is another"})
    assert url not in client.get(deleted_list).content.decode()
    assert client.get(url).status_code == 404


def test_a_record_comes_back_as_it_was_with_its_parts_and_paragraphs(client, sign_in):
    user = sign_in("Reviewer")
    document = DocumentFactory(place="Geneva")
    with act(reason="parts"):
        DocumentAlias.objects.create(record=document, text="C66/001")
        gone_before = DocumentAlias.objects.create(record=document, text="C66/002")
        ProvisionFactory(document=document, label="para-1", gist="It says so.")
    with act(reason="one less"):
        gone_before.delete()
    slug, key = document.slug, document.pk
    url = deleted(document)
    assert "It says so." in client.get(url).content.decode()
    assert "This field is required" in client.post(url, {"change_reason": " "}).content.decode()
    assert client.post(url, {"change_reason": "It is another"}).status_code == 302
    document = Document.objects.get(slug=slug)
    assert (document.pk, document.place, document.visibility) == (key, "Geneva", "published")
    assert [alias.text for alias in document.aliases.all()] == ["C66/001"]
    assert Provision.objects.get(document=document).gist == "It says so."
    row = document.history.first()
    assert (row.history_type, row.history_user, row.history_change_reason) == ("+", user, "It is another")
    assert client.get(address(Document, "history", key)).context["entries"][0][0].reason == "It is another"


def test_a_task_comes_back_with_its_moves(client, sign_in):
    sign_in("Reviewer")
    task = TaskFactory()
    with act(reason="moved"):
        task.move_to("done", on="2006-01", due_on="2006-02")
    slug = task.slug
    client.post(deleted(task), {"change_reason": "It is to be done"})
    task = Task.objects.get(slug=slug)
    assert (task.state, task.due_on, task.moves.count()) == ("done", "2006-02", 2)


@pytest.mark.parametrize(
    "role, visibility, may",
    [("Reader", "draft", False), ("Editor", "draft", True), ("Editor", "published", False), ("Reviewer", "published", True)],
)
def test_who_may_bring_a_record_back(role, visibility, may, client, sign_in):
    sign_in(role)
    document = DocumentFactory(visibility=visibility)
    slug = document.slug
    url = deleted(document)
    assert ("Bring it back" in client.get(url).content.decode()) == may
    assert client.post(url, {"change_reason": "x"}).status_code == (302 if may else 403)
    assert Document.objects.filter(slug=slug).exists() == may


def test_an_editor_brings_no_paragraph_back_into_a_published_document(client, sign_in):
    sign_in("Editor")
    url = deleted(ProvisionFactory(document=DocumentFactory()))
    assert client.post(url, {"change_reason": "x"}).status_code == 403


def test_what_no_longer_holds_is_refused_in_words(client, sign_in):
    sign_in("Reviewer")
    document = DocumentFactory(symbol="C66/5")
    url = deleted(document)
    DocumentFactory(symbol="C66/5")
    assert "is the symbol of a document in the register: C66/5" in client.post(url, {"change_reason": "x"}).content.decode()
    organisation = OrganisationFactory()
    url = deleted(RoleFactory(organisation=organisation))
    deleted(organisation)
    assert "What these name is gone: role" in client.post(url, {"change_reason": "x"}).content.decode()


def test_a_record_that_is_there_or_never_was_is_not_brought_back(client, sign_in):
    sign_in("Reviewer")
    for key in (DocumentFactory().pk, 999_999, 10**30):
        assert client.get(f"/admin/mandates/document/deleted/{key}/").status_code == 404


class TestActs:
    """The page of an act, where it is undone."""

    def page(self, change):
        return reverse("admin:register_change_change", args=[change.pk])

    def test_it_tells_all_that_the_act_wrote_and_a_reviewer_undoes_it(self, client, sign_in):
        user = sign_in("Reviewer")
        document = DocumentFactory(place="Geneva")
        with act(reason="An import") as change:
            document.place = "Tunis"
            document.save()
            ProvisionFactory(document=document)
        page = client.get(self.page(change)).content.decode()
        assert "Geneva" in page
        assert "Tunis" in page
        assert "Provisions: 1" in page
        assert "This field is required" in client.post(self.page(change), {"change_reason": ""}).content.decode()
        answer = client.post(self.page(change), {"change_reason": "The wrong file"}, follow=True)
        assert "The act is undone" in answer.content.decode()
        new = document.history.first().change
        assert (new.by, new.reason, answer.redirect_chain[0][0]) == (user, "The wrong file", f"../../{new.pk}/change/")
        assert (Document.objects.get(pk=document.pk).place, document.provisions.count()) == ("Geneva", 0)

    def test_what_stands_in_the_way_is_named(self, client, sign_in):
        sign_in("Reviewer")
        with act(reason="An import") as change:
            document = DocumentFactory(symbol="C66/6")
        with act(reason="later"):
            document.place = "Tunis"
            document.save()
        assert "Changed since: C66/6" in client.post(self.page(change), {"change_reason": "x"}).content.decode()

    @pytest.mark.parametrize("role", ["Reader", "Editor"])
    def test_no_other_undoes_it(self, role, client, sign_in):
        sign_in(role)
        with act(reason="An import") as change:
            DocumentFactory(visibility="draft")
        assert "Undo it" not in client.get(self.page(change)).content.decode()
        assert client.post(self.page(change), {"change_reason": "x"}).status_code == 403

    def test_it_takes_as_many_queries_for_many_records_as_for_few(self, client, sign_in, django_assert_max_num_queries):
        sign_in("Reviewer")
        with act(reason="An import") as change:
            for _n in range(40):
                ProvisionFactory(document=DocumentFactory(body=OrganisationFactory()))
        with django_assert_max_num_queries(30):
            assert client.get(self.page(change), {"p": 2}).status_code == 200
