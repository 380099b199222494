"""Who edits for an organisation: reaches its activities and progress, in the admin and by the API alike, and nothing else."""

import json

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from action_lines.models import Activity, ActivityLine
from mandates.models import OrganisationEditor
from meetings.models import Progress, TaskOrganisation
from meetings.models.tasks import ProgressEvidence
from tests import factories
from tests.forms import address, errors_of, form_of
from wsis_tracker.accounts.models import ApiToken
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Proposal
from wsis_tracker.register.records import Record

pytestmark = pytest.mark.django_db
EDITED = [Activity, Progress]
RECORDS = sorted((model for model in admin.site._registry if issubclass(model, Record)), key=lambda model: model._meta.label)
API = "/api/v1/"


@pytest.fixture
def ours():
    return factories.OrganisationFactory(acronym="OURS")


@pytest.fixture
def editor(ours, client):
    """Somebody without a role who edits for an organisation, signed in."""
    user = factories.UserFactory(username="ours", is_staff=False)
    with act(reason="rights"):
        OrganisationEditor(record=ours, user=user).save()
    client.force_login(user)
    return user


def make(model, organisation, visibility):
    """An activity, or the progress of a task, of an organisation."""
    if model is Activity:
        return factories.ActivityFactory(organisation=organisation, visibility=visibility, staff_note="A word among the staff")
    task = factories.TaskFactory(visibility=visibility)
    with act(reason="a task"):
        TaskOrganisation(record=task, organisation=organisation).save()
    return factories.ProgressFactory(task=task, organisation=organisation, visibility=visibility, staff_note="A word among the staff")


class TestAdmin:
    def test_the_first_page_has_what_one_edits_and_nothing_else(self, editor, client):
        shown = {model["model"] for group in client.get("/admin/").context["app_list"] for model in group["models"]}
        assert shown == set(EDITED)

    @pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda m: m._meta.label), ids=lambda m: m._meta.label)
    def test_every_other_collection_is_closed(self, model, editor, client):
        status = 200 if model in EDITED else 403
        assert client.get(address(model, "changelist")).status_code == status
        assert client.get(address(model, "add")).status_code == status
        if model not in EDITED and (record := model.objects.first()):
            pages = ["change", "delete", "history"] + (["simple_history"] if issubclass(model, Record) else [])
            for page in pages:
                keys = [record.pk, record.history.first().pk] if page == "simple_history" else [record.pk]
                for method in ("get", "post"):
                    response = getattr(client, method)(address(model, page, *keys))
                    assert response.status_code in (403, 404), (page, method, response.status_code)

    @pytest.mark.parametrize("model", EDITED, ids=lambda m: m.__name__)
    @pytest.mark.parametrize("visibility", ["draft", "in-review", "published"])
    def test_one_reaches_what_is_ones_own_and_cannot_tell_what_is_anothers_from_what_is_not(self, model, visibility, editor, ours, client):
        own, others = make(model, ours, visibility), make(model, factories.OrganisationFactory(), visibility)
        assert [row.pk for row in client.get(address(model, "changelist")).context["cl"].result_list] == [own.pk]
        published = visibility == "published"
        assert client.get(address(model, "change", own.pk)).status_code == 200
        assert client.get(address(model, "delete", own.pk)).status_code == (403 if published else 200)
        for page in ("change", "delete", "history"):
            for method in ("get", "post"):
                answers = [getattr(client, method)(address(model, page, key)).status_code for key in (others.pk, 10**9)]
                assert answers[0] in (403, 404), (page, method)
                assert answers[0] == answers[1] or page == "history"
        assert client.get(address(model, "simple_history", others.pk, others.history.first().pk)).status_code == 403

    @pytest.mark.parametrize("model", EDITED, ids=lambda m: m.__name__)
    def test_a_draft_is_changed_and_deleted_and_what_is_published_is_not(self, model, editor, ours, client):
        for visibility, changed in [("draft", True), ("published", False)]:
            record = make(model, ours, visibility)
            url = address(model, "change", record.pk)
            text = {"title": "Told anew"} if model is Activity else {"text": "Told anew"}
            if changed:
                assert client.post(url, form_of(client, url) | text).status_code == 302
            else:
                client.post(url, form_of(client, url) | text | {"change_reason": "x"})
            record.refresh_from_db()
            assert ("Told anew" in (getattr(record, "title", ""), getattr(record, "text", ""))) == changed
            assert record.staff_note == "A word among the staff"
            assert "A word among the staff" not in client.get(url).content.decode()
            status = client.post(address(model, "delete", record.pk), {"post": "yes", "change_reason": "x"}).status_code
            assert (status, model.objects.filter(pk=record.pk).exists()) == ((302, False) if changed else (403, True))

    @pytest.mark.parametrize("visibility", ["draft", "published"])
    def test_no_form_leads_to_a_history_that_is_closed(self, visibility, editor, ours, client):
        record = factories.ActivityFactory(organisation=ours, visibility=visibility)
        page = client.get(address(Activity, "change", record.pk)).text
        assert address(Activity, "history", record.pk) not in page
        assert (record.get_absolute_url() in page) is (visibility == "published")

    def test_a_new_activity_is_of_ones_own_organisation_and_a_draft(self, editor, ours, client):
        url, another = address(Activity, "add"), factories.OrganisationFactory()
        data = form_of(client, url) | {"kind": "action-taken", "title": "Ours"}
        assert [key for key, _label in client.get(url).context["adminform"].form.fields["organisation"].choices] == [ours.pk]
        for organisation in (another.pk, ""):
            assert "organisation" in client.post(url, data | {"organisation": organisation}).context["adminform"].form.errors
        assert (
            "visibility" in client.post(url, data | {"organisation": ours.pk, "visibility": "published"}).context["adminform"].form.errors
        )
        assert client.post(url, data | {"organisation": ours.pk}).status_code == 302
        activity = Activity.objects.get(title="Ours")
        assert (activity.organisation, activity.visibility, activity.history.first().history_user) == (ours, "draft", editor)

    def test_one_hands_nothing_of_ones_own_to_another(self, editor, ours, client):
        activity = make(Activity, ours, "draft")
        url = address(Activity, "change", activity.pk)
        client.post(url, form_of(client, url) | {"organisation": factories.OrganisationFactory().pk})
        activity.refresh_from_db()
        assert activity.organisation == ours

    def test_one_links_to_nothing_that_one_may_not_see(self, editor, ours, client):
        hidden = factories.ActionLineFactory(visibility="draft", code="HIDDEN")
        response = client.post(address(Activity, "add"), form_of(client, address(Activity, "add")) | {"action_line": hidden.pk})
        assert "not one of the available choices" in errors_of(response)
        task = factories.TaskFactory(visibility="draft")
        response = client.post(address(Progress, "add"), form_of(client, address(Progress, "add")) | {"task": task.pk})
        assert "not one of the available choices" in errors_of(response)
        activity = make(Activity, ours, "draft")
        url, provision = address(Activity, "change", activity.pk), factories.ProvisionFactory(document__visibility="draft")
        line = {"sources-TOTAL_FORMS": "1", "sources-0-record": activity.pk, "sources-0-provision": provision.pk}
        assert "not one of the available choices" in errors_of(client.post(url, form_of(client, url) | line))

    @pytest.mark.parametrize(
        "source, field, status",
        [
            ("action_lines.activity", "action_line", 200),
            ("action_lines.activityline", "action_line", 200),
            ("action_lines.activitysource", "provision", 200),
            ("meetings.progress", "task", 200),
            ("meetings.progressevidence", "document", 200),
            ("meetings.task", "mandate", 403),
            ("meetings.taskassignee", "user", 403),
            ("mandates.organisationeditor", "user", 403),
            ("action_lines.role", "organisation", 403),
        ],
    )
    def test_one_chooses_among_what_one_may_see_for_what_one_writes(self, source, field, status, editor, ours, client):
        app, model = source.split(".")
        asked = {"app_label": app, "model_name": model, "field_name": field, "term": "zebra"}
        factories.ActionLineFactory(code="zebra", slug="zebra-hidden", visibility="draft")
        factories.TaskFactory(title="zebra", slug="zebra-hidden", visibility="draft")
        response = client.get(reverse("admin:autocomplete"), asked)
        assert response.status_code == status
        if status == 200:
            assert response.json()["results"] == []

    def test_a_task_in_which_the_organisation_has_part_is_chosen_also_as_a_draft(self, editor, ours, client):
        task = make(Progress, ours, "draft").task
        data = form_of(client, address(Progress, "add")) | {"task": task.pk, "on": "2006", "text": "Done", "organisation": ours.pk}
        assert client.post(address(Progress, "add"), data).status_code == 302
        assert task.progress.get(text="Done").organisation == ours

    def test_progress_on_what_is_published_is_reported_as_a_draft_and_sent_to_review(self, editor, ours, client):
        task = make(Progress, ours, "published").task
        data = form_of(client, address(Progress, "add")) | {"task": task.pk, "on": "2006", "text": "Done", "organisation": ours.pk}
        assert client.post(address(Progress, "add"), data | {"visibility": "in-review"}).status_code == 302
        assert task.progress.get(text="Done").visibility == "in-review"
        assert "visibility" in client.post(address(Progress, "add"), data | {"visibility": "published"}).context["adminform"].form.errors
        client.logout()
        assert "Done" not in client.get(task.get_absolute_url()).content.decode()

    def test_no_action_publishes_or_touches_what_is_anothers(self, editor, ours, client):
        own, others = make(Activity, ours, "draft"), make(Activity, factories.OrganisationFactory(), "draft")
        url = address(Activity, "changelist")
        for action in ("publish", "send_to_review", "delete_selected"):
            client.post(url, {"action": action, "_selected_action": [own.pk, others.pk], "change_reason": "x", "post": "yes"})
        others.refresh_from_db()
        assert others.visibility == "draft"
        assert not Activity.objects.filter(pk=own.pk).exists()

    def test_no_address_leads_from_a_key_to_a_record(self, editor, ours, client):
        hidden = make(Activity, factories.OrganisationFactory(), "draft")
        kind = Proposal._meta.get_field("kind").related_model.objects.get_for_model(Activity)
        assert client.get(reverse("admin:view_on_site", args=[kind.pk, hidden.pk])).status_code == 403

    def test_whose_right_is_taken_back_reaches_nothing(self, editor, ours, client):
        with act(reason="rights"):
            editor.edits_for.get().delete()
        assert client.get("/admin/").status_code == 302
        assert client.get("/account/tokens/").status_code == 200


class TestApi:
    @pytest.fixture
    def ask(self, editor):
        _token, text = ApiToken.objects.issue(editor, "a program", may_write=True)

        def ask(method, path, body=None, **headers):
            named = {"authorization": f"Bearer {text}", **{name.replace("_", "-"): value for name, value in headers.items()}}
            data = "" if body is None else json.dumps(body)
            return Client().generic(method, f"{API}{path}", data, content_type="application/json", headers=named)

        return ask

    #: What is answered to what is done with a record while it is a draft and once it is published: one's own, and another's.
    ANSWERS = {
        "read": {"own": (200, 200), "others": (404, 200)},
        "list": {"own": (1, 1), "others": (0, 1)},
        "PATCH": {"own": (200, 202), "others": (404, 403)},
        "PUT": {"own": (200, 202), "others": (404, 403)},
        "DELETE": {"own": (204, 403), "others": (404, 403)},
        "many changed": {"own": (200, 403), "others": (404, 403)},
        "many deleted": {"own": (204, 403), "others": (404, 403)},
        "submit": {"own": (200, 403), "others": (404, 403)},
        "publish": {"own": (403, 403), "others": (403, 403)},
        "withdraw": {"own": (403, 403), "others": (403, 403)},
    }

    def do(self, ask, action, collection, record):
        one, text = f"{collection}/{record.slug}/", {"title" if collection == "activities" else "text": "Told anew"}
        read = ask("GET", one)
        known = {"if_match": read["ETag"]} if read.status_code == 200 else {"if_match": "*"}
        item = {"slug": record.slug, "updated_at": read.json().get("updated_at")}
        if action == "read":
            return read.status_code
        if action == "list":
            return len(ask("GET", f"{collection}/?slug={record.slug}").json().get("results", []))  # an unknown slug is a 400
        if action in ("PATCH", "PUT"):
            whole = read.json() if action == "PUT" and read.status_code == 200 else {}
            return ask(action, one, whole | text | {"change_reason": "x"}, **known).status_code
        if action == "DELETE":
            return ask("DELETE", one, {"change_reason": "x"}, **known).status_code
        if action.startswith("many"):
            method, body = ("PATCH", [item | text]) if action == "many changed" else ("DELETE", [item])
            return ask(method, f"{collection}/?change_reason=x", body).status_code
        return ask("POST", f"{one}{action}/", {"change_reason": "x"}, **known).status_code

    @pytest.mark.parametrize("action", ANSWERS)
    @pytest.mark.parametrize("model", EDITED, ids=lambda m: m.__name__)
    def test_the_table(self, model, action, ask, ours):
        expected, found = {}, {}
        for whose, organisation in (("own", ours), ("others", factories.OrganisationFactory())):
            for place, visibility in enumerate(("draft", "published")):
                record = make(model, organisation, visibility)
                expected[whose, visibility] = self.ANSWERS[action][whose][place]
                found[whose, visibility] = self.do(ask, action, model.collection, record)
                if record := model.objects.filter(pk=record.pk).first():
                    assert record.staff_note == "A word among the staff"
        assert found == expected

    @pytest.mark.parametrize("model", [model for model in RECORDS if model not in EDITED], ids=lambda m: m._meta.label)
    def test_nothing_else_is_written(self, model, ask):
        record = model.objects.first() or factories.RulingFactory()
        assert ask("POST", f"{model.collection}/", {}).status_code == 403
        for method in ("PATCH", "PUT", "DELETE"):
            assert ask(method, f"{model.collection}/{record.slug}/", {}, if_match="*").status_code == 403

    def test_a_new_record_is_of_ones_own_organisation(self, ask, ours):
        body = {"kind": "action-taken", "title": "Ours", "organisation": ours.slug}
        answer = ask("POST", "activities/", body)
        assert (answer.status_code, answer.json()["visibility"], "staff_note" in answer.json()) == (201, "draft", False)
        for organisation in (factories.OrganisationFactory().slug, None):
            assert ask("POST", "activities/", body | {"organisation": organisation}).status_code == 403
        assert Activity.objects.filter(title="Ours").count() == 1
        assert ask("POST", "activities/", body | {"staff_note": "x"}).status_code == 400

    @pytest.mark.parametrize("visibility", ["draft", "published"])
    def test_one_hands_nothing_to_another_not_even_as_a_proposal(self, visibility, ask, ours):
        activity, another = make(Activity, ours, visibility), factories.OrganisationFactory()
        body = {"organisation": another.slug, "change_reason": "x"}
        assert ask("PATCH", f"activities/{activity.slug}/", body, if_match="*").status_code == 403
        activity.refresh_from_db()
        assert (activity.organisation, Proposal.objects.count()) == (ours, 0)

    def test_one_names_nothing_that_one_may_not_see(self, ask, ours):
        hidden = factories.ActionLineFactory(visibility="draft")
        body = {"kind": "action-taken", "title": "Ours", "organisation": ours.slug}
        for linked in ({"action_line": hidden.slug}, {"also_on": [hidden.slug]}, {"action_line": "there-is-none"}):
            assert ask("POST", "activities/", body | linked).status_code == 400
        document = factories.DocumentFactory(visibility="draft")
        task = make(Progress, ours, "draft").task
        report = {"task": task.slug, "on": "2006", "text": "Done", "organisation": ours.slug}
        assert ask("POST", "progress/", report | {"evidence": [{"document": document.slug}]}).status_code == 400
        assert ask("POST", "progress/", report).status_code == 201
        assert ask("POST", "progress/", report | {"task": factories.TaskFactory(visibility="draft").slug}).status_code == 400

    def test_a_draft_of_ones_own_that_names_a_draft_of_others_is_with_the_secretariat_until_that_is_published(self, ask, ours, client):
        line = factories.ActionLineFactory(visibility="draft", title={"en": "Not to be known yet"})
        document = factories.DocumentFactory(visibility="draft", title={"en": "Not to be known yet"})
        activity, progress = make(Activity, ours, "draft"), make(Progress, ours, "draft")
        with act(reason="The secretariat prepares a line and a document"):
            ActivityLine(record=activity, action_line=line).save()
            ProgressEvidence(record=progress, document=document).save()
        for record in (activity, progress):
            assert ask("GET", f"{record.collection}/{record.slug}/").status_code == 404
            assert ask("PATCH", f"{record.collection}/{record.slug}/", {}, if_match="*").status_code == 404
            assert client.get(address(type(record), "change", record.pk)).status_code == 404
            said = client.get(address(type(record), "changelist")).text
            assert "1 record of yours is with the secretariat" in said
            assert "Not to be known yet" not in said
        with act(reason="Seen"):
            for hidden in (line, document):
                type(hidden).objects.filter(pk=hidden.pk).show_as("published")
        for record in (activity, progress):
            assert ask("GET", f"{record.collection}/{record.slug}/").status_code == 200
            assert "with the secretariat" not in client.get(address(type(record), "changelist")).text

    def test_a_form_that_was_overtaken_tells_nothing_of_what_the_record_named_in_between(self, editor, ours, client):
        line = factories.ActionLineFactory(visibility="draft", title={"en": "Not to be known yet"})
        activity = make(Activity, ours, "draft")
        opened = form_of(client, address(Activity, "change", activity.pk))
        before = activity.action_line
        for named in (line, before):
            with act(reason="Not to be known either"):
                activity.action_line = named
                activity.save()
        page = client.post(address(Activity, "change", activity.pk), opened)
        assert "was changed since you opened it" in page.text
        assert "Not to be known" not in page.text

    def test_progress_on_a_task_that_is_with_the_secretariat_is_there_too(self, ask, ours):
        progress = make(Progress, ours, "draft")
        with act(reason="A mandate in preparation"):
            progress.task.mandate = factories.MandateFactory(visibility="draft")
            progress.task.save()
        assert ask("GET", f"tasks/{progress.task.slug}/").status_code == 404
        assert ask("GET", f"progress/{progress.slug}/").status_code == 404

    def test_ones_own_organisation_may_be_a_draft_itself(self, ask, ours):
        activity, progress = make(Activity, ours, "draft"), make(Progress, ours, "draft")
        type(ours).objects.filter(pk=ours.pk).update(visibility="draft")
        for record in (activity, progress, progress.task):
            assert ask("GET", f"{record.collection}/{record.slug}/").status_code == 200

    def test_whose_account_has_ended_reaches_nothing(self, ask, editor, ours):
        activity = make(Activity, ours, "draft")
        editor.is_active = False
        editor.save()
        assert ask("GET", f"activities/{activity.slug}/").status_code == 401
