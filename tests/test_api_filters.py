"""What can be asked of the lists, and that drafts answer to nothing."""

import pytest

from mandates.models import Document
from meetings.models import Task
from wsis_tracker.register.changes import act

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    def ask(address, status=200, **params):
        response = client.get(f"/api/v1/{address}/", {"limit": 1000, **params}, headers={"host": "localhost"})
        assert response.status_code == status, response.content
        return response.json()

    return ask


@pytest.fixture
def slugs(ask):
    def slugs(address, **params):
        return [record["slug"] for record in ask(address, **params)["results"]]

    return slugs


def test_several_values_are_an_or_repeated_or_with_commas(ask):
    def kinds(**params):
        return {document["kind"] for document in ask("documents", **params)["results"]}

    assert kinds(kind="letter") == {"letter"}
    assert kinds(kind=["letter", "plan"]) == {"letter", "plan"}
    assert kinds(kind__in="letter,plan") == {"letter", "plan"}
    assert kinds(kind="letter", kind__in="plan") == set()


def test_a_record_is_listed_once_however_many_parts_match(slugs):
    document = factories.DocumentFactory()
    one, other = factories.OrganisationFactory(), factories.OrganisationFactory()
    with act(reason="a test"):
        document.authors.create(organisation=one)
        document.authors.create(organisation=other)
    assert slugs("documents", author=[one.slug, other.slug]) == [document.slug]


def test_a_line_is_the_line_itself_unless_its_sublines_are_asked_for_too(ask):
    def lines(**params):
        return {role["action_line"]["slug"] for role in ask("roles", organisation="itu", action_line="c7", **params)["results"]}

    assert lines() == {"c7"} == lines(with_sublines="false")
    assert {"c7", "c7-e-health", "c7-e-government"} <= lines(with_sublines="true")
    assert all(line.startswith("c7") for line in lines(with_sublines="true"))


def test_claims_that_restate_others_can_be_kept_or_left_out(slugs):
    asked = {"organisation": "itu", "action_line": "c7", "as_of": "2006-05-01"}
    every = slugs("roles", **asked)
    restating = slugs("roles", restating="true", **asked)
    assert restating == ["itu-c7-wg-wsis-report-2002-2006-para-16-bullet-2"]
    assert set(every) == {*restating, *slugs("roles", restating="false", **asked)}


def test_roles_are_found_by_level_claimant_and_the_document_that_makes_them(ask):
    assert {role["level"] for role in ask("roles", level="takes part")["results"]} == {"takes part"}
    roles = ask("roles", claimant="wsis", document="tunis-agenda")["results"]
    assert roles
    assert all(role["claimant"]["slug"] == "wsis" and role["made_in"]["slug"].startswith("tunis-agenda-") for role in roles)


def test_an_addressee_of_a_mandate_is_not_one_with_whom_it_is_done(slugs):
    mandate = factories.MandateFactory()
    asked, partner = factories.OrganisationFactory(), factories.OrganisationFactory()
    with act(reason="a test"):
        mandate.addressees.create(organisation=asked, part="addressee")
        mandate.addressees.create(organisation=partner, part="with")
    assert slugs("mandates", addressee=asked.slug) == slugs("mandates", **{"with": partner.slug}) == [mandate.slug]
    assert slugs("mandates", addressee=partner.slug) == slugs("mandates", **{"with": asked.slug}) == []


@pytest.mark.parametrize(
    ("bound", "value", "kept"),
    [
        ("gte", "2006", {"2006", "2006-01", "2006-01-01", "2006-01-02", "2006-02"}),
        ("gte", "2006-01-01", {"2006", "2006-01", "2006-01-01", "2006-01-02", "2006-02"}),
        ("gte", "2006-01-02", {"2006-01-02", "2006-02"}),
        ("lte", "2006", {"2005-12-31", "2006", "2006-01", "2006-01-01"}),
        ("lte", "2006-01-01", {"2005-12-31", "2006", "2006-01", "2006-01-01"}),
        ("lte", "2006-01-31", {"2005-12-31", "2006", "2006-01", "2006-01-01", "2006-01-02"}),
    ],
)
def test_a_partial_date_counts_from_its_earliest_day_on_both_sides_of_a_bound(ask, bound, value, kept):
    body = factories.OrganisationFactory()
    for day in ["2005-12-31", "2006", "2006-01", "2006-01-01", "2006-01-02", "2006-02"]:
        factories.MeetingFactory(body=body, held_from=day, held_to=None)
    found = ask("meetings", body=body.slug, **{f"held_from__{bound}": value})["results"]
    assert {meeting["held_from"] for meeting in found} == kept


def test_a_meeting_is_planned_held_or_cancelled_by_the_day(ask):
    body = factories.OrganisationFactory()
    factories.MeetingFactory(body=body, held_from="2006-05-01", held_to=None, announced_on="2006-01-01", cancelled_on="2006-04-01")
    factories.MeetingFactory(body=body, held_from="2006-05-01", held_to=None, announced_on="2006-01-01")

    def states(day):
        return sorted(meeting["state"] for meeting in ask("meetings", body=body.slug, as_of=day)["results"])

    assert states("2006-03-31") == ["planned", "planned"]
    assert states("2006-04-01") == ["cancelled", "planned"]
    assert states("2006-05-01") == ["cancelled", "held"]
    for state, count in [("planned", 1), ("cancelled", 1), ("held", 0), ("undated", 0)]:
        assert ask("meetings", body=body.slug, as_of="2006-04-15", state=state)["count"] == count
    before = ask("meetings", body=body.slug, as_of="2006-03-01")["results"]
    assert {meeting["cancelled_on"] for meeting in before} == {None}


@pytest.fixture
def task():
    with act(reason="a test"):
        task = factories.TaskFactory(opened_on=None)
        task.move_to("open", on="2005-06-01", due_on="2005-09-01")
        task.move_to("in-progress", on="2005-08-01", due_on="2006-03-01")
        task.move_to("done", on="2006-02-01")
    factories.ProgressFactory(task=task, on="2005-12-01")
    return task


@pytest.mark.parametrize(
    ("day", "state", "due_on", "moves", "progress"),
    [
        ("2005-07-01", "open", "2005-09-01", 1, 0),
        ("2005-08-01", "in-progress", "2006-03-01", 2, 0),
        ("2006-02-01", "done", "2006-03-01", 3, 1),
    ],
)
def test_a_task_is_shown_and_found_as_it_was_on_the_day(ask, task, day, state, due_on, moves, progress):
    shown = ask("tasks", slug=task.slug, as_of=day)["results"][0]
    assert (shown["state"], shown["due_on"]) == (state, due_on)
    assert (len(shown["moves"]), len(shown["progress"])) == (moves, progress)
    for other in ["open", "in-progress", "done", "dropped"]:
        assert ask("tasks", slug=task.slug, as_of=day, state=other)["count"] == (other == state)
    assert ask("tasks", slug=task.slug, as_of=day, due_on=due_on)["count"] == 1
    assert ask("tasks", slug=task.slug, as_of=day, due_on__lte="2005-10-01")["count"] == (due_on == "2005-09-01")


def test_without_a_day_a_task_is_shown_as_it_is_now(ask, task):
    shown = ask("tasks", slug=task.slug, state="done", ordering="due_on")["results"][0]
    assert (shown["state"], shown["due_on"], len(shown["moves"])) == ("done", "2006-03-01", 3)


def test_a_task_is_overdue_after_its_due_date_while_it_is_pending(ask):
    with act(reason="a test"):
        task = factories.TaskFactory(opened_on=None)
        task.move_to("open", on="2005-06-01", due_on="2005-09-01")
        task.move_to("done", on="2005-11-01")
    undue = factories.TaskFactory(opened_on="2005-06-01")

    def overdue(wanted, day):
        return {found["slug"] for found in ask("tasks", overdue=wanted, as_of=day)["results"]} & {task.slug, undue.slug}

    assert overdue("true", "2005-09-01") == set()
    assert overdue("true", "2005-09-02") == {task.slug}
    assert overdue("false", "2005-09-02") == {undue.slug}
    assert overdue("true", "2005-11-01") == set()


@pytest.mark.parametrize("given", ["", ",", ",,", "open,", ",open", "open,,done"])
def test_a_list_of_values_has_no_empty_one(client, given):
    answer = client.get("/api/v1/tasks/", {"state__in": given})
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["state__in"]


def test_tasks_are_found_by_who_is_responsible_and_who_supports(slugs, task):
    one, other = factories.OrganisationFactory(), factories.OrganisationFactory()
    with act(reason="a test"):
        task.organisations.create(organisation=one, part="responsible")
        task.organisations.create(organisation=other, part="supporting")
    assert (
        slugs("tasks", responsible=one.slug)
        == slugs("tasks", supporting=other.slug)
        == slugs("tasks", organisation=one.slug)
        == [task.slug]
    )
    assert slugs("tasks", responsible=other.slug) == []


def test_a_question_is_open_until_the_day_of_its_answer(ask):
    meeting = factories.MeetingFactory()
    conclusion = factories.ConclusionFactory(meeting=meeting)
    factories.QuestionFactory(meeting=meeting, dated_on="2005-06-01", answered_on="2005-07-01", answered_by=conclusion)

    assert ask("questions", meeting=meeting.slug, state="open", as_of="2005-06-30")["count"] == 1
    assert ask("questions", meeting=meeting.slug, state="answered", as_of="2005-07-01")["count"] == 1
    assert ask("questions", meeting=meeting.slug, state="answered")["count"] == 1
    answer = ask("questions", meeting=meeting.slug, as_of="2005-06-30")["results"][0]
    assert (answer["state"], answer["answered_on"], answer["answered_by"]) == ("open", None, None)


def test_unknown_values_come_last_whichever_way_a_list_is_ordered(ask):
    for ordering in ["dated_on", "-dated_on"]:
        days = [document["dated_on"] for document in ask("documents", ordering=ordering)["results"]]
        known = [day for day in days if day]
        assert days == [*known, *[None] * (len(days) - len(known))]
        assert known == sorted(known, reverse=ordering.startswith("-"))


def test_pages_follow_one_another_without_gap_or_repetition(client, slugs):
    every, address, seen = slugs("documents"), "http://localhost/api/v1/documents/?limit=17", []
    while address:
        response = client.get(address, headers={"host": "localhost"})
        body = response.json()
        seen += [record["slug"] for record in body["results"]]
        assert body["count"] == len(every)
        links = [f'<{body[name]}>; rel="{rel}"' for name, rel in (("previous", "prev"), ("next", "next")) if body[name]]
        assert response["Link"] == ", ".join(links)
        address = body["next"]
    assert seen == every


def test_a_cursor_walks_a_large_list_both_ways(client):
    for _ in range(5):
        factories.ActivityFactory()

    def page(address):
        body = client.get(address, headers={"host": "localhost"}).json()
        return body, [record["slug"] for record in body["results"]]

    first, one = page("/api/v1/activities/?cursor=&limit=4")
    second, two = page(first["next"])
    assert not set(one) & set(two)
    assert page(second["previous"])[1] == one
    assert first["count"] is None
    assert page("/api/v1/activities/?cursor=&limit=4&count=true")[0]["count"] >= 5


@pytest.mark.parametrize("ordering", ["slug", "-started_on", "state,-ended_on", "action_line,-started_on", "-organisation"])
def test_a_cursor_walks_a_large_list_in_any_order_without_losing_what_is_unknown(client, ordering):
    lines = [factories.ActionLineFactory(), None, None]
    for n in range(12):
        dates = {"started_on": [None, "2004", "2005-02"][n % 3], "ended_on": [None, "2006"][n % 2]}
        factories.ActivityFactory(state=["", "ongoing"][n % 2], action_line=lines[n % 3], **dates)
    whole = client.get("/api/v1/activities/", {"ordering": ordering, "limit": 1000}, headers={"host": "localhost"}).json()["results"]
    walked, address = [], f"/api/v1/activities/?cursor=&limit=3&ordering={ordering}"
    while address:
        page = client.get(address, headers={"host": "localhost"}).json()
        walked += page["results"]
        address = page["next"]
    assert [row["slug"] for row in walked] == [row["slug"] for row in whole]


def test_what_as_of_leaves_out_for_want_of_a_date_is_counted_aloud(client):
    factories.DocumentFactory(symbol="C77/900", dated_on=None, date_basis="")
    response = client.get("/api/v1/documents/?as_of=2006-01-01&symbol=C77/900", headers={"host": "localhost"})
    assert (response.json()["count"], response["Undated"]) == (0, "1")


def test_words_are_found_whole_whatever_their_case_and_accents(slugs):
    document = factories.DocumentFactory(title={"en": "Brève histoire", "fr": "Été à Genève"})
    assert slugs("documents", q="geneve BREVE") == [document.slug]
    assert document.slug not in slugs("documents", q="gene")


def test_drafts_answer_to_no_filter_no_count_no_search_and_no_address(client, ask, slugs):
    draft = factories.DocumentFactory(symbol="C77/700", title={"en": "Xylophone"}, visibility="draft")
    hidden = factories.OrganisationFactory(visibility="in-review", acronym="XYLO")
    provision = factories.ProvisionFactory(document=draft, gist="xylophone")
    before = ask("documents")["count"]
    assert before == Document.objects.published().count() < Document.objects.count()
    assert draft.slug not in slugs("documents")
    assert slugs("documents", symbol="C77/700") == slugs("documents", q="xylophone") == slugs("provisions", q="xylophone") == []
    assert ask("search", q="xylophone")["count"] == ask("search", q="xylo")["count"] == 0
    for address, name, slug in [
        ("documents", "slug", draft.slug),
        ("provisions", "document", draft.slug),
        ("roles", "organisation", hidden.slug),
        ("roles", "made_in", provision.slug),
        ("discrepancies", "organisation", hidden.slug),
        ("meetings", "body", hidden.slug),
    ]:
        ask(address, status=400, **{name: slug})
    for address in [f"documents/{draft.slug}", f"provisions/{provision.slug}", f"organisations/{hidden.slug}"]:
        assert client.get(f"/api/v1/{address}/", headers={"host": "localhost"}).status_code == 404


def test_a_draft_around_a_published_document_is_not_shown_with_it(ask):
    document = factories.DocumentFactory()
    factories.RelationFactory(document=document, visibility="draft")
    factories.RelationFactory(target=document, visibility="draft")
    shown = ask("documents", slug=document.slug)["results"][0]
    assert (shown["relations"], shown["related_from"]) == ([], [])


def test_the_changes_tell_of_published_records_alone(ask):
    with act(reason="hush-hush"):
        published = factories.DocumentFactory()
        factories.ProvisionFactory(document=published)
        draft = factories.DocumentFactory(visibility="draft")
    factories.DocumentFactory(visibility="draft")
    acts = ask("changes", count="true")
    assert {touched["slug"] for touched in acts["results"][0]["records"]} >= {published.slug}
    assert draft.slug not in str(acts)
    assert "hush" not in str(acts)
    assert acts["count"] == len(acts["results"])
    assert all(done["records"] for done in acts["results"])


def test_a_changed_part_counts_for_its_record_and_a_deleted_record_is_named(ask):
    task = factories.TaskFactory()
    gone = factories.PersonFactory()
    with act(reason="a test"):
        Task.objects.get(pk=task.pk).organisations.create(organisation=factories.OrganisationFactory())
        gone.delete()
    told = {(touched["collection"], touched["slug"]): touched for touched in ask("changes")["results"][0]["records"]}
    assert told["tasks", task.slug]["type"] == "changed"
    assert told["people", gone.slug]["type"] == "deleted"
    assert told["people", gone.slug]["url"] is None


def test_staff_who_may_see_changes_are_told_who_and_why(client, django_user_model):
    factories.DocumentFactory()
    client.force_login(django_user_model.objects.create_superuser("chief"))
    told = client.get("/api/v1/changes/?limit=1", headers={"host": "localhost"}).json()["results"][0]
    assert told["staff"]["reason"] == "made by a test"


def test_the_staff_asks_for_what_names_a_draft_of_which_the_public_knows_nothing(client, sign_in):
    draft = factories.OrganisationFactory(visibility="draft")
    role = factories.RoleFactory(organisation=draft, visibility="draft")
    asked = {"organisation": draft.slug}
    assert client.get("/api/v1/roles/", asked, headers={"host": "localhost"}).status_code == 400
    sign_in("Reader")
    found = client.get("/api/v1/roles/", asked, headers={"host": "localhost"}).json()["results"]
    assert [row["slug"] for row in found] == [role.slug]
    assert client.get("/roles/", asked, headers={"host": "localhost"}).status_code == 404
    assert client.get("/tasks/", {"responsible": draft.slug}, headers={"host": "localhost"}).status_code == 400
