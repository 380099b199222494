"""My work: what waits for a person, only that, with the list where it is, in a few queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mandates.models import Organisation
from meetings.models import TaskAssignee
from tests.bulk import MAKERS
from tests.factories import (
    DocumentFactory,
    MandateFactory,
    OrganisationFactory,
    ProvisionFactory,
    TaskFactory,
    UserFactory,
)
from wsis_tracker import my_work
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change, Proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(client):
    """My work as the person who has signed in sees it: the sections by their keys."""
    return lambda: {section.key: section for section in client.get("/admin/").context["my_work"]}


def assign(task, user):
    with act(reason="assigned"):
        TaskAssignee(record=task, user=user).save()
    return task


def propose(by, record, **fields):
    base = type(record).objects.get(pk=record.pk).updated_at
    kind = my_work.Proposal.kind.field.related_model.objects.get_for_model(record)
    return Proposal.objects.create(kind=kind, slug=record.slug, base_version=base, fields=fields, reason="x", by=by)


def listed(client, url):
    """The records of the list to which an item leads."""
    response = client.get(url)
    assert response.status_code == 200, response["Location"]
    return set(response.context["cl"].queryset)


class TestTasks:
    def test_my_pending_tasks_are_named_overdue_first(self, client, look, sign_in):
        user = sign_in("Editor")
        with act(reason="due"):
            late, soon, done = (assign(TaskFactory(title=title), user) for title in ("Late", "Soon", "Done"))
            late.move_to("in-progress", on="2005-07-01", due_on="2005-12-01")
            soon.move_to("in-progress", on="2005-07-01", due_on="2999-01-01")
            done.move_to("done", on="2005-07-01", due_on="2005-12-01")
        unplanned = assign(TaskFactory(title="Unplanned"), user)
        assign(TaskFactory(), UserFactory())
        section = look()["tasks"]
        assert [(item.name, item.note, item.urgent) for item in section.items] == [
            ("Late", "overdue since 2005-12-01", True),
            ("Soon", "due on 2999-01-01", False),
            ("Unplanned", "no due date", False),
        ]
        assert section.figure == "3, of which overdue: 1"
        assert listed(client, section.url) == {late, soon, unplanned}

    def test_whoever_has_none_reads_that_nothing_waits(self, client, look, sign_in):
        sign_in("Reader")
        assert look()["tasks"].items == []
        assert "nothing waits for you" in client.get("/admin/").content.decode()


class TestReview:
    def test_what_others_handed_in_waits_for_who_may_publish(self, client, look, sign_in):
        reviewer = sign_in("Reviewer")
        theirs, own = OrganisationFactory(visibility="in-review"), OrganisationFactory(visibility="draft")
        with act(by=reviewer, reason="ready"):
            Organisation.objects.filter(pk=own.pk).show_as("in-review")
        proposal = propose(UserFactory(), OrganisationFactory(), acronym="X")
        propose(reviewer, OrganisationFactory(), acronym="X")
        items = {item.name: item for item in look()["review"].items}
        assert {name: item.figure for name, item in items.items()} == {"Organisations": "1", "Proposals to change what is published": "1"}
        assert listed(client, items["Organisations"].url) == {theirs}
        assert listed(client, "/admin/mandates/organisation/?review=mine") == {own}
        assert listed(client, items["Proposals to change what is published"].url) == {proposal}

    def test_what_was_sent_back_and_handed_in_again_waits_again(self, look, sign_in):
        reviewer, editor = sign_in("Reviewer"), UserFactory()
        record = OrganisationFactory(visibility="draft")
        for who, visibility in [(reviewer, "in-review"), (reviewer, "draft"), (editor, "in-review")]:
            with act(by=who, reason="x"):
                Organisation.objects.filter(pk=record.pk).show_as(visibility)
        assert [item.figure for item in look()["review"].items] == ["1"]

    @pytest.mark.parametrize("role", ["Reader", "Editor"])
    def test_it_waits_for_nobody_else(self, role, look, sign_in):
        sign_in(role)
        OrganisationFactory(visibility="in-review")
        assert "review" not in look()

    def test_who_proposed_sees_what_waits_and_what_was_decided(self, client, look, sign_in):
        editor = sign_in("Editor")
        waiting, decided = (propose(editor, OrganisationFactory(), acronym=word) for word in "XY")
        decided.refuse(by=UserFactory(), reason="No")
        items = look()["proposals"].items
        assert [listed(client, item.url) for item in items] == [{waiting}, {decided}]


class TestTheRegister:
    def test_discrepancies_lead_to_those_without_a_ruling(self, client, look, sign_in):
        sign_in("Reviewer")
        [item] = look()["discrepancies"].items
        page = client.get(item.url)
        assert page.status_code == 200
        assert int(item.figure) == page.context["paginator"].count if "paginator" in page.context else int(item.figure) > 0

    def test_records_without_a_source_are_counted_by_their_kind(self, client, look, sign_in):
        sign_in("Editor")
        mandate = MandateFactory()
        item = next(item for item in look()["sources"].items if item.name == "Mandates")
        found = listed(client, item.url)
        assert mandate in found
        assert item.figure == str(len(found))

    def test_a_document_is_read_to_its_end_when_something_was_drawn_from_each_paragraph(self, client, look, sign_in):
        sign_in("Editor")
        silent, drawn, partly = DocumentFactory(), DocumentFactory(), DocumentFactory()
        ProvisionFactory(document=silent, kind="heading")
        for document in (drawn, partly):
            MandateFactory(made_in=ProvisionFactory(document=document), visibility="draft")
        ProvisionFactory(document=partly)
        [item] = look()["unread"].items
        found = listed(client, item.url)
        assert {partly} == found & {silent, drawn, partly}
        assert item.figure == str(len(found))


@pytest.fixture
def at(monkeypatch):
    """Let it be some days from now."""
    begin = timezone.now()

    def at(days):
        monkeypatch.setattr(timezone, "now", lambda: begin + timedelta(days=days))
        return begin + timedelta(days=days)

    return at


class TestVisits:
    def test_what_others_changed_since_the_last_visit_stays_through_reloads_until_the_next(self, client, look, sign_in, at, settings):
        settings.SESSION_COOKIE_AGE = settings.SESSION_IDLE_AGE = 30 * 86_400
        user, other = sign_in("Editor"), UserFactory(username="other")
        assert "first visit" in look()["others"].empty
        for by, reason in [(other, "A misprint"), (user, "My own")]:
            with act(by=by, reason=reason) as change:
                OrganisationFactory(visibility="draft")
            Change.objects.filter(pk=change.pk).update(at=at(1))
        for days in (2, 2.1, 2.4):
            at(days)
            section = look()["others"]
            assert [(item.name, item.note.partition(",")[0]) for item in section.items] == [("A misprint", "other")]
            assert [change.reason for change in listed(client, section.url)] == ["A misprint"]
        at(3)
        assert look()["others"].items == []

    def test_whoever_signs_in_again_begins_a_visit(self, at):
        user, moments = UserFactory(is_superuser=True), []
        for days in (0.1, 0.2):
            moments.append(at(days))
            client = Client()
            client.force_login(user)
            client.get("/admin/")
        user.refresh_from_db()
        assert (user.last_visit_at, user.visit_at) == tuple(moments)


def test_nobody_sees_a_figure_of_what_he_may_not_see(client, look):
    client.force_login(UserFactory())
    assert set(look()) == {"proposals", "sources", "saved"}
    assert not look()["sources"].items


@pytest.mark.parametrize("role", ["Reader", "Editor", "Reviewer", "Administrator"])
def test_every_item_leads_to_a_page_that_opens(role, client, look, sign_in):
    user = sign_in(role)
    assign(TaskFactory(), user)
    OrganisationFactory(visibility="in-review")
    for section in look().values():
        for url in [*(item.url for item in section.items), section.url]:
            assert not url or client.get(url).status_code == 200


def test_it_takes_as_many_queries_at_a_thousand_rows_as_at_few_and_counts_no_further_than_it_says(client, monkeypatch, look):
    monkeypatch.setattr(my_work, "MOST", 500)
    client.force_login(UserFactory(is_superuser=True))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/").status_code == 200
        return len(captured)

    queries()
    few = queries()
    for collection in ("documents", "mandates", "roles", "tasks", "activities", "organisations"):
        MAKERS[collection](600)
    Organisation.objects.update(visibility="in-review")
    many = queries()
    assert many <= few <= 12
    assert [(item.name, item.figure) for item in look()["review"].items] == [("Organisations", "more than 500")]
    assert not re.search("style=|<script>", client.get("/admin/").content.decode())
