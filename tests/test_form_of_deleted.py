"""A record is deleted while somebody has its form open: who sends it learns who did so and when, and loses nothing that they typed."""

import re
from html import unescape

import pytest
from django.contrib import admin

from action_lines.models import Activity
from mandates.models import Document, Organisation, OrganisationEditor, OrganisationName, Provision
from meetings.models import Task
from tests.factories import ActivityFactory, DocumentFactory, OrganisationFactory, ProvisionFactory, TaskFactory, UserFactory
from tests.forms import address, errors_of, form_of
from wsis_tracker.register.changes import act
from wsis_tracker.register.conflicts import Gone
from wsis_tracker.register.merging import merge

pytestmark = pytest.mark.django_db


def delete(record, reason="A double"):
    with act(by=UserFactory(username="colleague"), reason=reason):
        record.delete()


def sent_again(page, **more):
    """What the page would send of what was typed."""
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.content.decode())
    return {unescape(name): unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"} | more


class Met:
    """A form that was filled in, and a record that is gone when it is sent."""

    def __init__(self, client):
        self.organisation = OrganisationFactory(acronym="OLD", valid_from="1950", date_basis="printed")
        self.key = self.organisation.pk
        with act(reason="names"):
            self.organisation.save()
            OrganisationName(record=self.organisation, name="One", kind="official").save()
        self.url = address(Organisation, "change", self.key)
        self.data = form_of(client, self.url)
        delete(self.organisation)
        self.data |= {"acronym": "MINE", "valid_from": "1952-03", "names-0-name": "One, as I read it", "change_reason": "Read again"}


@pytest.fixture
def met(client, sign_in):
    sign_in("Administrator")
    return Met(client)


def test_they_see_who_deleted_it_when_and_why_and_all_that_they_typed(met, client):
    response = client.post(met.url, met.data)
    assert response.status_code == 200
    assert {(row.label, row.opened, row.saved, row.typed) for row in response.context["rows"]} == {
        ("Acronym", "OLD", "OLD", "MINE"),
        ("Valid from", "1950", "1950", "March 1952"),
    }
    page = response.content.decode()
    for text in ("was deleted since you opened it", "colleague", "A double", "One, as I read it", "Read again", "Bring it back"):
        assert text in page
    assert not Organisation.objects.filter(pk=met.key).exists()


def test_they_bring_it_back_and_save_theirs_over_it_when_they_have_compared(met, client):
    page = client.post(met.url, met.data)
    compared = client.post(met.url, sent_again(page, _bring_back="yes", change_reason="It is no double"))
    organisation = Organisation.objects.get(pk=met.key)
    assert organisation.acronym == "OLD"
    assert organisation.history.first().history_change_reason == "It is no double"
    conflict = compared.context["adminform"].form.conflict
    assert [(change.reason, change.by.username) for change, _told in conflict.acts] == [
        ("It is no double", "administrator"),
        ("A double", "colleague"),
    ]
    assert {(row.label, row.typed) for row in conflict.rows} == {("Acronym", "MINE"), ("Valid from", "March 1952")}
    assert "One, as I read it" in compared.content.decode()
    saved = client.post(met.url, met.data | {"_save_over": conflict.version})
    assert saved.status_code == 302, errors_of(saved)
    organisation.refresh_from_db()
    assert (organisation.acronym, organisation.valid_from) == ("MINE", "1952-03")
    assert [name.name for name in organisation.names.all()] == ["One, as I read it"]


def test_to_bring_it_back_takes_a_reason(met, client):
    page = client.post(met.url, met.data | {"_bring_back": "yes", "change_reason": " "})
    assert "This field is required" in page.content.decode()
    assert "MINE" in page.content.decode()
    assert not Organisation.objects.filter(pk=met.key).exists()


def test_what_stands_in_the_way_of_bringing_it_back_is_said(client, sign_in):
    sign_in("Administrator")
    document = DocumentFactory(symbol="C77/4711")
    url = address(Document, "change", document.pk)
    data = form_of(client, url) | {"change_reason": "Mine"}
    delete(document)
    DocumentFactory(symbol="C77/4711")
    page = client.post(url, data | {"_bring_back": "yes"})
    assert "already exists" in page.content.decode()
    assert not Document.objects.filter(pk=document.pk).exists()


def test_an_editor_who_may_not_bring_it_back_sends_it_again_when_a_reviewer_has(client, sign_in):
    sign_in("Editor")
    activity = ActivityFactory(title="A bridge")
    key, url = activity.pk, address(Activity, "change", activity.pk)
    data = form_of(client, url) | {"title": "A longer bridge", "change_reason": "Read again"}
    delete(activity)
    page = client.post(url, data)
    assert [row.typed for row in page.context["rows"]] == ["A longer bridge"]
    assert "A reviewer can bring it back" in page.content.decode()
    assert "Bring it back</button>" not in page.content.decode()
    refused = client.post(url, sent_again(page, _bring_back="yes"))
    assert refused.status_code == 200
    assert not Activity.objects.filter(pk=key).exists()
    assert sent_again(page)["change_reason"] == "Read again"


def test_a_record_that_was_merged_leads_to_the_one_that_it_is_now(client, sign_in):
    sign_in("Reviewer")
    kept, gone = OrganisationFactory(acronym="KEPT"), OrganisationFactory(acronym="GONE")
    url = address(Organisation, "change", gone.pk)
    data = form_of(client, url) | {"change_reason": "x"}
    with act(reason="They are one"):
        merge(kept, gone)
    page = client.post(url, data)
    assert f'<a href="{address(Organisation, "change", kept.pk)}">KEPT</a>' in page.content.decode()


def test_a_record_that_went_with_its_whole_is_told_of_too(client, sign_in):
    sign_in("Editor")
    provision = ProvisionFactory(document=DocumentFactory(visibility="draft"))
    url = address(Provision, "change", provision.pk)
    data = form_of(client, url) | {"gist": "What I read"}
    delete(provision.document)
    page = client.post(url, data)
    assert "What I read" in page.content.decode()
    sign_in("Administrator")
    refused = client.post(url, data | {"_bring_back": "yes", "change_reason": "x"})
    assert "What these name is gone" in refused.content.decode()


def test_a_task_is_told_of_with_the_move_that_was_typed(client, sign_in):
    sign_in("Reviewer")
    task = TaskFactory()
    url = address(Task, "change", task.pk)
    data = form_of(client, url) | {"move_to": "done", "move_reason": "It stands", "change_reason": "Told so"}
    delete(task)
    page = client.post(url, data).content.decode()
    assert "Move to: done" in page
    assert "Why it is moved: It stands" in page


def test_who_edits_for_an_organisation_sees_what_was_typed_and_not_who_deleted_it(client):
    organisation, editor = OrganisationFactory(), UserFactory(is_staff=False)
    with act(reason="rights"):
        OrganisationEditor(record=organisation, user=editor).save()
    client.force_login(editor)
    activity = ActivityFactory(organisation=organisation, title="A bridge", visibility="draft")
    url = address(Activity, "change", activity.pk)
    data = form_of(client, url) | {"title": "A longer bridge"}
    delete(activity, "It is secret")
    page = client.post(url, data).content.decode()
    assert "A longer bridge" in page
    assert "colleague" not in page
    assert "It is secret" not in page
    another = ActivityFactory(visibility="draft")
    delete_url = address(Activity, "change", another.pk)
    with act(reason="gone"):
        another.delete()
    assert client.post(delete_url, data).status_code == 404


def test_a_form_whose_record_goes_after_it_was_looked_for_is_not_saved(rf):
    organisation, request = OrganisationFactory(), rf.post("/")
    request.user = UserFactory(is_superuser=True)
    form = admin.site.get_model_admin(Organisation).get_form(request, organisation, change=True)({"acronym": "MINE"}, instance=organisation)
    with act(reason="In between"):
        Organisation.objects.get(pk=organisation.pk).delete()
    with pytest.raises(Gone):
        form.is_valid()


@pytest.mark.parametrize("key", ["0", "999999", "x", "9" * 30])
def test_what_never_was_is_not_told_of(key, client, sign_in):
    sign_in("Reviewer")
    assert client.post(address(Organisation, "change", key), {"acronym": "X"}).status_code in (302, 404)
