"""Nobody gets at what is published, or at rights, by a side door of the admin."""

from typing import ClassVar

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_save, pre_save
from django.urls import reverse

from mandates.models import Document, Organisation, OrganisationAdmission, OrganisationEditor, OrganisationName, Provision, Relation
from meetings.models import Progress, ProgressEvidence, Task
from reports.discrepancies import discrepancies
from reports.models import Ruling
from tests.factories import (
    DocumentFactory,
    OrganisationFactory,
    PersonFactory,
    ProgressFactory,
    ProvisionFactory,
    TaskFactory,
    UserFactory,
)
from tests.forms import address, errors_of, form_of
from wsis_tracker.accounts.models import User
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db
SELECTED = "_selected_action"


class TestParts:
    """What lives in a published record is changed by those who may change the record."""

    def test_an_editor_adds_no_paragraph_to_a_published_document(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory()
        data = form_of(client, address(Provision, "add")) | {
            "document": document.pk,
            "label": "p1",
            "number": "1",
            "position": "1",
            "kind": "paragraph",
        }
        assert "a reviewer can change it" in errors_of(client.post(address(Provision, "add"), data))
        assert not document.provisions.exists()

    def test_an_editor_moves_no_paragraph_into_a_published_document(self, client, sign_in):
        sign_in("Editor")
        provision = ProvisionFactory(document=DocumentFactory(visibility="draft"))
        url = address(Provision, "change", provision.pk)
        response = client.post(url, form_of(client, url) | {"document": DocumentFactory().pk, "change_reason": "x"})
        assert "a reviewer can change it" in errors_of(response)

    def test_a_reviewer_adds_one_with_a_reason(self, client, sign_in):
        sign_in("Reviewer")
        document = DocumentFactory()
        data = form_of(client, address(Provision, "add")) | {
            "document": document.pk,
            "label": "p1",
            "number": "1",
            "position": "1",
            "kind": "paragraph",
        }
        assert "Say why" in errors_of(client.post(address(Provision, "add"), data))
        assert client.post(address(Provision, "add"), data | {"change_reason": "It was left out"}).status_code == 302
        assert document.provisions.count() == 1

    def test_an_editor_publishes_nothing_from_the_form_of_another_record(self, client, sign_in):
        sign_in("Editor")
        person = PersonFactory(visibility="draft")
        page = client.get(address(type(person), "change", person.pk))
        appointments = page.context["inline_admin_formsets"][1].formset
        assert [value for value, _label in appointments.empty_form.fields["visibility"].choices if value] == ["draft", "in-review"]


class TestHiddenTargets:
    """What the public sees leads to nothing hidden, also through the parts of parts."""

    def test_the_progress_of_a_published_task_cites_no_unpublished_document(self, client, sign_in):
        sign_in("Reviewer")
        progress = ProgressFactory(task=TaskFactory())
        url = address(Progress, "change", progress.pk)
        data = form_of(client, url) | {
            "evidence-TOTAL_FORMS": "1", "evidence-0-record": progress.pk,
            "evidence-0-document": DocumentFactory(visibility="draft").pk, "change_reason": "x",
        }  # fmt: skip
        assert "leads to an unpublished one" in errors_of(client.post(url, data))
        assert not progress.evidence.exists()

    def test_progress_is_not_published_while_its_evidence_is_hidden(self, client, sign_in):
        sign_in("Reviewer")
        progress = ProgressFactory(visibility="draft")
        with act(reason="evidence"):
            ProgressEvidence(record=progress, document=DocumentFactory(visibility="draft", symbol="C88/1")).save()
        data = {"action": "publish", SELECTED: [progress.pk], "change_reason": "x"}
        page = client.post(address(Progress, "changelist"), data, follow=True).content.decode()
        assert "Publish first what this record points to: C88/1" in page

    def test_records_that_point_at_each_other_are_published_and_withdrawn_together(self, client, sign_in):
        sign_in("Reviewer")
        body = OrganisationFactory(visibility="draft")
        member = OrganisationFactory(visibility="draft", parent=body)
        with act(reason="each other"):
            OrganisationAdmission(record=body, organisation=member).save()
        for action, visibility in [("publish", "published"), ("withdraw", "draft")]:
            client.post(address(Organisation, "changelist"), {"action": action, SELECTED: [body.pk, member.pk], "change_reason": "Checked"})
            assert {Organisation.objects.get(pk=record.pk).visibility for record in (body, member)} == {visibility}

    def test_a_draft_has_no_link_to_the_site(self, client, sign_in):
        sign_in("Reviewer")
        for visibility, linked in [("draft", False), ("published", True)]:
            document = DocumentFactory(visibility=visibility)
            page = client.get(address(Document, "change", document.pk)).content.decode()
            assert (document.get_absolute_url() in page) == linked


class TestTwice:
    """What is said twice is refused at its line, and nothing typed is lost."""

    def test_a_name_twice_in_one_form(self, client, sign_in):
        sign_in("Editor")
        organisation = OrganisationFactory(visibility="draft")
        url = address(Organisation, "change", organisation.pk)
        data = form_of(client, url) | {"names-TOTAL_FORMS": "2"}
        for n in range(2):
            data |= {f"names-{n}-record": organisation.pk, f"names-{n}-name": "The same", f"names-{n}-kind": "official"}
        assert "Another line of the form says the same" in errors_of(client.post(url, data))
        assert not OrganisationName.objects.filter(name="The same").exists()

    def test_a_relation_twice_in_one_form(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft")
        url = address(Document, "change", document.pk)
        data = form_of(client, url) | {"relations-TOTAL_FORMS": "2"}
        for n in range(2):
            line = {"document": document.pk, "kind": "cites", "target_symbol": "C99/1", "visibility": "draft"}
            data |= {f"relations-{n}-{name}": value for name, value in line.items()}
        assert "Another line of the form says the same" in errors_of(client.post(url, data))
        assert not Relation.objects.filter(target_symbol="C99/1").exists()

    def test_what_somebody_else_recorded_a_moment_ago(self, client, sign_in):
        sign_in("Editor")

        def faster(instance, **kwargs):
            pre_save.disconnect(faster, sender=Document)
            Document.objects.bulk_create([Document(slug="theirs", symbol=instance.symbol, normalised=instance.normalised, kind="report")])

        data = form_of(client, address(Document, "add")) | {"symbol": "C07/15", "title_en": "Typed with care", "kind": "report"}
        pre_save.connect(faster, sender=Document)
        response = client.post(address(Document, "add"), data)
        assert "somebody else has just recorded the same" in errors_of(response)
        assert "Typed with care" in response.content.decode()

    @pytest.mark.parametrize("many", [False, True])
    def test_what_somebody_else_comes_to_name_while_it_is_deleted(self, many, client, sign_in):
        sign_in("Reviewer")
        body = OrganisationFactory()

        def faster(**kwargs):
            post_save.disconnect(faster, sender=LogEntry)
            Document.objects.bulk_create([Document(slug="theirs", symbol="C77/1", normalised="C77/1", kind="report", body=body)])

        given = {"post": "yes", "change_reason": "x"} | ({"action": "delete_selected", SELECTED: [body.pk]} if many else {})
        url = address(Organisation, "changelist") if many else address(Organisation, "delete", body.pk)
        post_save.connect(faster, sender=LogEntry)
        assert "somebody else has just" in client.post(url, given, follow=True).content.decode()
        assert Organisation.objects.filter(pk=body.pk).exists()


def test_a_document_of_six_hundred_paragraphs_is_saved(client, sign_in):
    sign_in("Editor")
    document = DocumentFactory(visibility="draft")
    Provision.objects.bulk_create(
        Provision(slug=f"long-{n}", document=document, label=f"p{n}", number=str(n), position=n, kind="paragraph") for n in range(1, 601)
    )
    url = address(Document, "change", document.pk)
    assert client.post(url, form_of(client, url) | {"place": "Tunis"}).status_code == 302
    assert Document.objects.get(pk=document.pk).place == "Tunis"


class TestAccounts:
    CHOICES = {"app_label": "meetings", "model_name": "taskassignee", "field_name": "user", "term": "user"}

    @pytest.mark.parametrize("role, status", [("Reader", 403), ("Editor", 200), ("Reviewer", 200)])
    def test_who_writes_tasks_chooses_assignees(self, role, status, client, sign_in):
        sign_in(role)
        assert client.get(reverse("admin:autocomplete"), self.CHOICES).status_code == status

    def test_an_administrator_gives_nobody_rights_beyond_the_roles(self, client, sign_in):
        user = sign_in("Administrator")
        url = address(User, "change", user.pk)
        client.post(url, form_of(client, url) | {"is_superuser": "on", "user_permissions": ["1"]})
        user = User.objects.get(pk=user.pk)
        assert (user.is_superuser, user.user_permissions.count()) == (False, 0)
        assert client.get("/admin/auth/group/add/").status_code == 403

    def test_an_administrator_takes_over_no_superuser(self, client, sign_in):
        sign_in("Administrator")
        superuser = UserFactory(is_superuser=True)
        password = reverse("admin:auth_user_password_change", args=[superuser.pk])
        assert client.post(password, {"password1": "correct horse battery", "password2": "correct horse battery"}).status_code == 403
        assert client.post(address(User, "delete", superuser.pk), {"post": "yes"}).status_code == 403

    def test_who_edits_for_an_organisation_is_said_by_administrators(self, client, sign_in):
        for role, may in [("Reviewer", False), ("Administrator", True)]:
            sign_in(role)
            page = client.get(address(Organisation, "change", OrganisationFactory().pk))
            inline = page.context["inline_admin_formsets"][2]
            assert inline.has_add_permission == may


class TestTwoPeople:
    def test_the_later_of_two_on_one_form_overwrites_nothing(self, client, sign_in):
        sign_in("Reviewer")
        organisation = OrganisationFactory(staff_note="")
        url = address(Organisation, "change", organisation.pk)
        opened = form_of(client, url)
        with act(reason="a colleague"):
            organisation.staff_note = "Written meanwhile"
            organisation.save()
        response = client.post(url, opened | {"acronym": "MINE", "change_reason": "x"})
        assert "was changed since you opened it" in errors_of(response)
        assert "MINE" in response.content.decode()
        organisation.refresh_from_db()
        assert organisation.staff_note == "Written meanwhile"

    def test_a_task_moved_meanwhile_is_not_moved_back(self, client, sign_in):
        sign_in("Reviewer")
        task = TaskFactory()
        url = address(Task, "change", task.pk)
        opened = form_of(client, url)
        with act(reason="a colleague"):
            task.move_to("done", on="2006-01-01")
        response = client.post(url, opened | {"move_to": "in-progress", "move_on": "2006-02-01", "change_reason": "x"})
        assert "was changed since you opened it" in errors_of(response)
        assert Task.objects.get(pk=task.pk).state == "done"


class TestRulings:
    RULING: ClassVar = {
        "subject": "role-itu-c7",
        "ruled_on": "2006-05-01",
        "reason": "The Summit's word",
        "visibility": "in-review",
        "change_reason": "x",
    }

    def test_a_ruling_is_by_who_makes_it(self, client, sign_in):
        user = sign_in("Reviewer")
        voices = [voice.key for d in discrepancies("2006-05-01") if d.key == "role-itu-c7" for voice in d.voices]
        data = form_of(client, address(Ruling, "add")) | self.RULING
        data |= {"weighed": ", ".join(voices), "stands": voices[0], "by": UserFactory().pk}
        assert client.post(address(Ruling, "add"), data).status_code == 302
        assert Ruling.objects.get(subject="role-itu-c7").by == user

    @pytest.mark.parametrize(
        "values, words",
        [({"subject": "role-itu-c99"}, "no such discrepancy"), ({"weighed": "a, b", "stands": "a"}, "The voices are: itu-c7")],
    )
    def test_a_ruling_is_about_a_discrepancy_that_there_is(self, values, words, client, sign_in):
        sign_in("Reviewer")
        data = form_of(client, address(Ruling, "add")) | self.RULING | {"weighed": "itu-c7", "stands": "itu-c7"} | values
        assert words in errors_of(client.post(address(Ruling, "add"), data))


def test_who_has_acted_or_edits_for_an_organisation_is_not_deleted_but_named(client, sign_in):
    sign_in("Administrator")
    user = UserFactory()
    with act(reason="rights"):
        OrganisationEditor(record=OrganisationFactory(), user=user).save()
    assert "would require deleting" in client.post(address(User, "delete", user.pk), {"post": "yes"}).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "autocomplete/?app_label=meetings&model_name=task&field_name=mandate&term=%00",
        "mandates/document/?kind__exact=%00",
        "mandates/organisation/add/?title=zz&name=1",
        "mandates/provision/add/?document=zz",
        "meetings/question/add/?meeting=99999999999999999999999",
    ],
)
def test_a_strange_address_is_no_failure_of_ours(path, client, sign_in):
    sign_in("Reviewer")
    assert client.get(f"/admin/{path}").status_code in (200, 400)


@pytest.mark.parametrize("key", ["abc", "9" * 30])
def test_a_strange_choice_is_no_failure_of_ours(key, client, sign_in):
    sign_in("Reviewer")
    for action in ("publish", "delete_selected"):
        assert client.post(address(Document, "changelist"), {"action": action, SELECTED: [key], "change_reason": "a\0b"}).status_code == 400


@pytest.mark.parametrize("symbol, words", [("ﷺ" * 50, "made of letters"), ("...", "made of letters")])
def test_a_symbol_of_which_too_much_or_nothing_is_left_is_refused(symbol, words, client, sign_in):
    sign_in("Editor")
    data = form_of(client, address(Document, "add")) | {"symbol": symbol, "title_en": "x", "kind": "report"}
    assert words in errors_of(client.post(address(Document, "add"), data))
