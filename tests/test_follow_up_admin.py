"""Follow-up in the admin: tasks are found, moved, assigned and given more time, one or many, all or none, and progress has evidence."""

import datetime
import html
import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mandates.models import Organisation
from meetings.models import Progress, Task, TaskAssignee, TaskOrganisation
from tests.factories import DocumentFactory, OrganisationFactory, ProgressFactory, TaskFactory, UserFactory
from tests.forms import address, errors_of, form_of
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change

pytestmark = pytest.mark.django_db
SELECTED = "_selected_action"


def day(offset):
    return (timezone.localdate() + datetime.timedelta(offset)).isoformat()


def task(title, state="open", due=None, moved="2006-01-01", user=None, responsible=None, **values):
    made = TaskFactory(title=title, opened_on="2005-06-01", **values)
    with act(reason="a story"):
        if state != "open" or due:
            made.move_to(state, on=moved, due_on=due)
        made.assign([user] if user else [], [responsible] if responsible else [])
    return made


def chosen(*tasks, **values):
    return {SELECTED: [task.pk for task in tasks], **values}


def told(response):
    """What the page says of what it refused."""
    return " ".join(str(error) for errors in response.context["form"].errors.values() for error in errors)


class TestList:
    def test_a_task_is_shown_with_its_state_who_is_responsible_its_due_date_and_its_last_progress(self, client, sign_in):
        sign_in("Reader")
        shown = task("Write the plan", "in-progress", due="2006-03", responsible=OrganisationFactory(acronym="RESP"))
        ProgressFactory(task=shown, on="2006-01")
        ProgressFactory(task=shown, on="2006-02-14")
        page = client.get(address(Task, "changelist"), {"q": "write plan"}).content.decode()
        for text in ("in progress", "RESP", "2006-03", "overdue", "2006-02-14"):
            assert text in page.split('id="result_list"')[1]

    @pytest.mark.parametrize(
        "asked, found",
        [
            ({"overdue": "yes"}, {"late"}),
            ({"due": "7"}, {"late", "soon"}),
            ({"due": "90"}, {"late", "soon", "later"}),
            ({"due": "none"}, {"undated"}),
            ({"due": day(40)}, {"late", "soon", "later"}),
            ({"due": "2005-01-01"}, set()),
            ({"state__exact": "done"}, {"done"}),
            ({"assigned": "me"}, {"soon"}),
            ({"assigned": "none"}, {"late", "later", "undated", "done"}),
            ({"responsible": "itu"}, {"late"}),
            ({"responsible": "none"}, {"soon", "later", "undated", "done"}),
            ({"still": "90"}, {"late", "undated"}),
        ],
    )
    def test_what_is_to_be_chased_is_filtered(self, asked, found, client, sign_in):
        me = sign_in("Editor")
        task("late", due="2006-03", responsible=Organisation.objects.get(slug="itu"))
        task("soon", due=day(5), moved=day(-10), user=me)
        ProgressFactory(task=task("later", due=day(35)), on=day(-30))
        task("undated")
        task("done", "done", due="2006-03")
        ours = Task.objects.filter(slug__startswith="task-")
        Task.objects.exclude(pk__in=ours.values("pk")).update(state="dropped")  # those of the first content stay out of sight
        page = client.get(address(Task, "changelist"), asked)
        assert {record.title for record in page.context["cl"].result_list if record in ours} == found

    def test_who_is_responsible_is_typed_beside_the_list_and_not_chosen_from_all_organisations(self, client, sign_in):
        sign_in("Editor")
        ours, another = OrganisationFactory(acronym="OURS"), OrganisationFactory(acronym="ANOTHER")
        task("Ours", responsible=ours)
        task("Another's", responsible=another)
        page = client.get(address(Task, "changelist"), {"responsible": ours.pk, "state__exact": "open", "q": "ours"})
        assert [record.title for record in page.context["cl"].result_list] == ["Ours"]
        beside = page.content.decode().split('class="by-typing"')[1].split("</form>")[0]
        assert f'<option value="{ours.pk}" selected>OURS</option>' in beside
        assert "ANOTHER" not in page.content.decode()
        for kept in ('name="state__exact" value="open"', 'name="q" value="ours"'):
            assert f'<input type="hidden" {kept}>' in beside
        assert 'name="responsible"' not in beside.split("<select")[0]
        assert "admin/js/autocomplete" in page.content.decode()

    def test_a_strange_filter_shows_everything(self, client, sign_in):
        sign_in("Editor")
        for name in ("overdue", "due", "assigned", "responsible", "still"):
            for value in ("zz", "", "9" * 30, "999999"):
                assert client.get(address(Task, "changelist"), {name: value}).status_code == 200
        assert client.get(address(Task, "changelist"), {"_facets": "True", "due": "2027-01-31"}).status_code == 200

    def test_the_list_takes_no_query_per_row(self, client, sign_in):
        sign_in("Editor")

        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address(Task, "changelist"), {"overdue": "yes"}).status_code == 200
            return len(captured)

        body = OrganisationFactory()
        ProgressFactory(task=task("late", due="2006-03", responsible=body))
        queries()
        few = queries()
        for _n in range(5):
            ProgressFactory(task=task("late", due="2006-03", responsible=body, user=UserFactory()))
        assert queries() <= few


class TestForm:
    def test_only_possible_moves_are_offered_and_others_refused_in_words(self, client, sign_in):
        sign_in("Reviewer")
        done = task("Done", "done")
        url = address(Task, "change", done.pk)
        offered = client.get(url).context["adminform"].form.fields["move_to"].widget.choices
        assert [value for value, _label in offered] == ["", "in-progress"]
        response = client.post(url, form_of(client, url) | {"move_to": "open", "move_reason": "x", "change_reason": "x"})
        assert "A task that is done cannot become open" in errors_of(response)

    def test_a_move_takes_a_reason(self, client, sign_in):
        sign_in("Editor")
        draft = task("Draft", visibility="draft")
        url = address(Task, "change", draft.pk)
        assert "Say why the task is moved" in errors_of(client.post(url, form_of(client, url) | {"move_to": "done"}))
        assert client.post(url, form_of(client, url) | {"move_to": "done", "move_reason": "It was sent"}).status_code == 302
        assert Task.objects.get(pk=draft.pk).state == "done"

    PROGRESS = {
        "progress-TOTAL_FORMS": "1",
        "progress-0-on": "2006-02",
        "progress-0-text": "A draft was sent",
        "progress-0-visibility": "draft",
    }

    def test_progress_is_added_with_its_evidence(self, client, sign_in):
        sign_in("Editor")
        draft, document = task("Draft", visibility="draft"), DocumentFactory(symbol="C99/7")
        url = address(Task, "change", draft.pk)
        line = self.PROGRESS | {"progress-0-task": draft.pk, "progress-0-evidence_document": document.pk}
        response = client.post(url, form_of(client, url) | line | {"progress-0-evidence_address": "https://example.org/draft"})
        assert response.status_code == 302, errors_of(response)
        evidence = Progress.objects.get(task=draft).evidence.get()
        assert (evidence.document, evidence.url) == (document, "https://example.org/draft")
        page = client.get(url).content.decode()
        assert "C99/7" in page
        assert "https://example.org/draft" in page

    @pytest.mark.parametrize(
        "line, words",
        [
            ({"progress-0-text": "", "progress-0-evidence_address": "https://example.org/"}, "This field is required"),
            ({"progress-0-evidence_address": "no address"}, "Enter a valid URL"),
            ({"progress-0-on": "soon"}, "is no date"),
            ({"progress-0-evidence_document": "999999"}, "not one of the available choices"),
        ],
    )
    def test_wrong_progress_is_refused_at_its_line(self, line, words, client, sign_in):
        sign_in("Editor")
        draft = task("Draft", visibility="draft")
        url = address(Task, "change", draft.pk)
        response = client.post(url, form_of(client, url) | self.PROGRESS | {"progress-0-task": draft.pk} | line)
        assert words in errors_of(response)
        assert not draft.progress.exists()

    def test_the_progress_of_a_published_task_shows_no_unpublished_evidence(self, client, sign_in):
        sign_in("Reviewer")
        published = task("Published")
        url = address(Task, "change", published.pk)
        hidden = {
            "progress-0-task": published.pk,
            "progress-0-evidence_document": DocumentFactory(visibility="draft").pk,
            "progress-0-visibility": "published",
        }
        response = client.post(url, form_of(client, url) | self.PROGRESS | hidden | {"change_reason": "x"})
        assert "leads to an unpublished one" in errors_of(response)
        assert not published.progress.exists()

    def test_progress_on_a_published_task_is_drafted_by_an_editor_and_shown_once_a_reviewer_publishes_it(self, client, sign_in):
        sign_in("Editor")
        published = task("Published")
        data = form_of(client, address(Progress, "add")) | {"task": published.pk, "on": "2006-02", "text": "A letter was sent"}
        assert client.post(address(Progress, "add"), data | {"visibility": "in-review"}).status_code == 302
        reported = published.progress.get()
        for role, shown in [(None, False), ("Reviewer", True)]:
            if role:
                sign_in(role)
            client.post(address(Progress, "changelist"), {"action": "publish", "_selected_action": [reported.pk], "change_reason": "Seen"})
            page = Client().get(published.get_absolute_url()).content.decode()
            said = Client().get(f"/api/v1/tasks/{published.slug}/").json()
            assert ("A letter was sent" in page, bool(said["progress"])) == (shown, shown)

    def test_progress_is_published_after_its_task_and_the_task_withdrawn_after_it(self, client, sign_in):
        sign_in("Reviewer")
        draft = task("Draft", visibility="draft")
        reported = ProgressFactory(task=draft, visibility="draft")
        for model, record, action, done in [
            (Progress, reported, "publish", False), (Task, draft, "publish", True), (Progress, reported, "publish", True),
            (Task, draft, "withdraw", False), (Progress, reported, "withdraw", True), (Task, draft, "withdraw", True),
        ]:  # fmt: skip
            client.post(address(model, "changelist"), {"action": action, "_selected_action": [record.pk], "change_reason": "Checked"})
            record.refresh_from_db()
            assert (record.visibility == {"publish": "published", "withdraw": "draft"}[action]) == done, (model, action)


class TestMany:
    def test_the_list_asks_before_anything_is_done(self, client, sign_in):
        sign_in("Editor")
        one, two = task("One", visibility="draft"), task("Two", visibility="draft")
        for action in ("move", "extend", "assign"):
            page = client.post(address(Task, "changelist"), chosen(one, two, action=action, change_reason="Because"))
            assert page.status_code == 200
            text = page.content.decode()
            assert "2 tasks:" in text
            assert f'action="{address(Task, action)}"' in text
            assert "Because" in text
            assert not page.context["form"].errors
        assert one.moves.count() == 1

    def test_tasks_are_moved_together_in_one_act_with_who_and_why(self, client, sign_in):
        user = sign_in("Reviewer")
        one, two = task("One"), task("Two", "in-progress")
        data = chosen(one, two, apply="yes", state="done", on="2006-05", change_reason="Reported to Council")
        page = client.post(address(Task, "move"), data, follow=True).content.decode()
        assert "2 tasks were moved" in page
        change = Change.objects.get(reason="Reported to Council")
        for moved in (one, two):
            move = Task.objects.get(pk=moved.pk).moves.last()
            assert (move.to_state, move.on, move.by, move.reason) == ("done", "2006-05", user, "Reported to Council")
            assert move.history.get().change == change

    @pytest.mark.parametrize("filters", ["", "?assigned=none&q=One"])
    def test_the_list_is_found_again_as_it_was_filtered(self, filters, client, sign_in):
        sign_in("Reviewer")
        page = client.post(address(Task, "changelist") + filters, chosen(task("One"), action="move"))
        action = re.search(rf'action="({address(Task, "move")}[^"]*)"', page.content.decode())[1]
        data = {"apply": "yes", "state": "done", "change_reason": "Sent"} | chosen(Task.objects.get(title="One"))
        for sent, found in [(data | {"state": "nowhere"}, 200), (data, 302)]:
            answer = client.post(html.unescape(action), sent)
            assert answer.status_code == found
        assert answer.url == address(Task, "changelist") + filters

    def test_where_one_cannot_be_moved_none_is_and_it_is_named(self, client, sign_in):
        sign_in("Reviewer")
        fine, dropped, later = task("Fine"), task("Dropped", "dropped"), task("Later", "in-progress", moved="2007")
        acts = Change.objects.count()
        response = client.post(
            address(Task, "move"), chosen(fine, dropped, later, apply="yes", state="done", on="2006-05", change_reason="x")
        )
        assert "Dropped: A task that is dropped cannot become done" in told(response)
        assert "Later: The task&#x27;s last move is dated 2007" in response.content.decode()
        assert "Fine:" not in told(response)
        assert Task.objects.get(pk=fine.pk).state == "open"
        assert Change.objects.count() == acts

    def test_due_dates_are_extended_and_never_shortened(self, client, sign_in):
        sign_in("Reviewer")
        early, undated, late, done = (
            task("Early", due="2006-03"), task("Undated"), task("Late", due="2009"), task("Done", "done", due="2006-03"),
        )  # fmt: skip
        extend = {"apply": "yes", "due_on": "2008-06", "change_reason": "More time was asked for"}
        refused = told(client.post(address(Task, "extend"), chosen(early, undated, late, done) | extend))
        assert "Late: It is due on 2009, which is no earlier." in refused
        assert "Done: It is done: its due date is not extended." in refused
        assert Task.objects.get(pk=early.pk).due_on == "2006-03"
        assert client.post(address(Task, "extend"), chosen(early, undated) | extend).status_code == 302
        for extended in (early, undated):
            extended.refresh_from_db()
            move = extended.moves.last()
            assert (extended.state, extended.due_on, move.to_state, move.reason) == ("open", "2008-06", "open", "More time was asked for")

    def test_people_and_organisations_are_assigned_besides_those_who_are(self, client, sign_in):
        sign_in("Reviewer")
        before, after, body, supporter = UserFactory(), UserFactory(), OrganisationFactory(), OrganisationFactory()
        one, two = task("One", user=before, responsible=body), task("Two")
        with act(reason="supports"):
            one.assign(organisations=[supporter], part="supporting")
        version = Task.objects.get(pk=one.pk).updated_at
        data = chosen(one, two, apply="yes", users=[before.pk, after.pk], organisations=[body.pk, supporter.pk], part="responsible")
        assert client.post(address(Task, "assign"), data | {"change_reason": "Agreed on Monday"}).status_code == 302
        assert set(TaskAssignee.objects.filter(record=one).values_list("user", flat=True)) == {before.pk, after.pk}
        for assigned in (one, two):
            rows = TaskOrganisation.objects.filter(record=assigned).values_list("organisation", "part")
            assert set(rows) == {(body.pk, "responsible"), (supporter.pk, "responsible")}
        assert Task.objects.get(pk=one.pk).updated_at > version  # whoever has its form open is told
        assert TaskAssignee.history.filter(record=two, history_change_reason="Agreed on Monday").count() == 2

    def test_a_published_task_is_given_to_no_hidden_organisation(self, client, sign_in):
        sign_in("Reviewer")
        one, two = task("Draft", visibility="draft"), task("Published")
        hidden = OrganisationFactory(visibility="draft", acronym="HIDDEN")
        data = chosen(one, two, apply="yes", organisations=[hidden.pk], part="responsible", change_reason="x")
        assert "Published: The record is published, but this leads to an unpublished one: HIDDEN" in told(
            client.post(address(Task, "assign"), data)
        )
        assert not TaskOrganisation.objects.filter(organisation=hidden).exists()

    @pytest.mark.parametrize(
        "action, values, words",
        [
            ("move", {"state": "done"}, "This field is required"),
            ("move", {"state": "gone", "change_reason": "x"}, "not one of the available choices"),
            ("move", {"state": "done", "on": "soon", "change_reason": "x"}, "is no date"),
            ("move", {"state": "done", "on": "2999", "change_reason": "x"}, "is to come"),
            ("extend", {"due_on": "soon", "change_reason": "x"}, "is no date"),
            ("extend", {"due_on": "", "change_reason": "x"}, "This field is required"),
            ("assign", {"part": "responsible", "change_reason": "x"}, "Name somebody"),
            ("assign", {"users": ["zz"], "part": "responsible", "change_reason": "x"}, "is not a valid value"),
            ("assign", {"users": ["999999"], "part": "boss", "change_reason": "x"}, "not one of the available choices"),
        ],
    )
    def test_wrong_input_is_refused_in_words(self, action, values, words, client, sign_in):
        sign_in("Editor")
        draft = task("Draft", visibility="draft")
        response = client.post(address(Task, action), chosen(draft, apply="yes") | values)
        assert words in told(response)
        assert (draft.moves.count(), draft.assignees.count()) == (1, 0)

    def test_nobody_is_assigned_who_no_longer_works_here(self, client, sign_in):
        sign_in("Editor")
        data = chosen(
            task("Draft", visibility="draft"), apply="yes", users=[UserFactory(is_active=False).pk], part="responsible", change_reason="x"
        )
        assert "not one of the available choices" in told(client.post(address(Task, "assign"), data))

    @pytest.mark.parametrize("action, values", [("move", {"state": "done"}), ("extend", {"due_on": "2999"}), ("assign", {"users": []})])
    def test_an_editor_is_told_which_tasks_are_a_reviewers(self, action, values, client, sign_in):
        me = sign_in("Editor")
        draft, published = task("Draft", visibility="draft"), task("Published")
        values = values | ({"users": [me.pk], "part": "responsible"} if action == "assign" else {})
        response = client.post(address(Task, action), chosen(draft, published, apply="yes", change_reason="x") | values)
        assert "You may not change: Published. What is published is changed by a reviewer." in told(response)
        assert (draft.moves.count(), draft.assignees.count()) == (1, 0)

    @pytest.mark.parametrize("role, status", [(None, 302), ("Reader", 403)])
    @pytest.mark.parametrize("action", ["move", "extend", "assign"])
    def test_who_may_not_change_tasks_does_nothing_with_many(self, action, role, status, client, sign_in):
        if role:
            sign_in(role)
        draft = task("Draft", visibility="draft")
        data = chosen(draft, apply="yes", state="done", due_on="2999", change_reason="x")
        assert client.get(address(Task, action)).status_code == status
        response = client.post(address(Task, action), data)
        assert response.status_code == status
        assert draft.moves.count() == 1

    @pytest.mark.parametrize("keys, status", [(["abc"], 400), (["9" * 30], 400), ([], 200), (["999999"], 200)])
    def test_strange_choices_are_no_failure_of_ours(self, keys, status, client, sign_in):
        sign_in("Editor")
        data = {SELECTED: keys, "apply": "yes", "state": "done", "change_reason": "a\0b"}
        assert client.post(address(Task, "move"), data).status_code == status
        assert client.get(address(Task, "move")).status_code == 302


def test_every_action_of_the_list_has_a_page_of_its_own():
    assert {"move", "extend", "assign"} <= set(admin.site.get_model_admin(Task).actions)
