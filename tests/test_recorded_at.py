"""What the register said at a moment: when a fact was recorded is another clock than when it was true."""

import datetime
from contextlib import contextmanager
from operator import itemgetter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from action_lines.models import Role
from mandates.models import Organisation
from wsis_tracker.register.changes import Change, act
from wsis_tracker.register.recorded import as_recorded, tracked

from . import bulk, factories

pytestmark = pytest.mark.django_db


def today(in_days=0):
    """Asked for when it is needed: a run of the suite may go past midnight."""
    return (timezone.now().date() + datetime.timedelta(days=in_days)).isoformat()


@contextmanager
def recorded(day):
    """An act of the test, as if it had been on that day."""
    with act(reason="a test") as change:
        yield
    Change.objects.filter(pk=change.pk).update(at=f"{day}T12:00:00Z")


def change(record, day, **values):
    with recorded(day):
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


@pytest.fixture
def get(client):
    return lambda address, **params: client.get(f"/api/v1/{address}/", params, headers={"host": "localhost"})


@pytest.fixture
def ask(get):
    def ask(address, **params):
        response = get(address, **params)
        assert response.status_code == 200, response.content
        return response.json()

    return ask


@pytest.fixture
def slugs(ask):
    return lambda collection, **params: sorted(map(itemgetter("slug"), ask(collection, **params)["results"]))


# -- the two clocks --------------------------------------------------------------------------------------------------


@pytest.fixture
def role():
    """A role recorded with the year misread, and corrected three months later."""
    with recorded("2024-03-01"):
        role = factories.RoleFactory(slug="our-role", valid_from="2005", words="partner")
    change(role, "2024-06-01", valid_from="2006", words="a partner")
    return role


def test_a_role_whose_period_was_corrected_later_holds_then_and_now_by_two_clocks(role, get, ask, slugs):
    day = "2005-07-01"
    assert slugs("roles", organisation=role.organisation.slug, as_of=day) == []
    assert slugs("roles", organisation=role.organisation.slug, as_of=day, recorded_at="2024-05-31") == ["our-role"]
    assert slugs("roles", organisation=role.organisation.slug, as_of=day, recorded_at="2024-06-01") == []
    assert slugs("roles", organisation=role.organisation.slug, as_of="2006-07-01", recorded_at="2024-06-01") == ["our-role"]
    assert get("roles/our-role", as_of=day).status_code == 404
    then = ask("roles/our-role", as_of=day, recorded_at="2024-05-31")
    assert (then["valid_from"], then["words"]) == ("2005", "partner")
    now = ask("roles/our-role", as_of="2006-07-01")
    assert now == ask("roles/our-role", as_of="2006-07-01", recorded_at=today())
    assert (now["valid_from"], now["words"]) == ("2006", "a partner")


def test_what_was_recorded_but_did_not_hold_on_the_day_says_so(role, get):
    answer = get("roles/our-role", as_of="2004-01-01", recorded_at="2024-05-31")
    assert answer.status_code == 404
    assert "does not hold or was not there on 2004-01-01" in answer.json()["detail"]


def test_a_record_is_not_there_before_it_was_recorded(role, get, slugs):
    answer = get("roles/our-role", recorded_at="2024-02-29")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert "“our-role” is in the register, but was not there yet at 2024-02-29" in answer.json()["detail"]
    assert slugs("roles", recorded_at="2024-02-29") == []
    assert "There is no “no-role”" in get("roles/no-role", recorded_at="2024-02-29").json()["detail"]


def test_a_day_means_its_end_and_an_instant_itself(role, ask):
    def words(moment):
        return ask("roles/our-role", recorded_at=moment)["words"]

    assert words("2024-06-01") == words("2024-06-01T12:00:00Z") == words("2024-06-01T14:00:00+02:00") == "a partner"
    assert words("2024-06-01T11:59:59.999999Z") == words("2024-06-01T12:00:00+02:00") == "partner"


def test_the_versions_that_a_client_read_are_found_again_by_their_own_updated_at(client, sign_in, ask):
    role = factories.RoleFactory(words="before")
    sign_in("Reviewer")
    address = f"/api/v1/roles/{role.slug}/"
    first = client.get(address, headers={"host": "localhost"})
    given = {"words": "after", "change_reason": "misread", "sources": [{"provision": role.made_in.slug, "words": "added with it"}]}
    headers = {"host": "localhost", "If-Match": first["ETag"]}
    changed = client.patch(address, given, content_type="application/json", headers=headers)
    assert changed.status_code == 200, changed.content
    assert ask(f"roles/{role.slug}", recorded_at=first.json()["updated_at"]) == first.json()
    assert ask(f"roles/{role.slug}", recorded_at=changed.json()["updated_at"]) == changed.json()
    acted = Change.objects.latest("number").at
    assert ask(f"roles/{role.slug}", recorded_at=acted.isoformat()) == changed.json()


def test_the_tag_of_a_version_that_was_does_not_let_it_be_changed(client, sign_in, role):
    sign_in("Reviewer")
    address, headers = "/api/v1/roles/our-role/", {"host": "localhost"}
    then, now = (client.get(address, params, headers=headers)["ETag"] for params in [{"recorded_at": "2024-05-31"}, {}])
    assert then != now
    given = {"words": "again", "change_reason": "a test"}
    stale = client.patch(address, given, content_type="application/json", headers=headers | {"If-Match": then})
    assert stale.status_code == 412
    kept = client.get(address, {"recorded_at": "2024-05-31"}, headers=headers | {"If-None-Match": then})
    assert kept.status_code == 304


def test_what_has_no_date_is_counted_as_it_was_recorded(get):
    with recorded("2024-03-01"):
        role = factories.RoleFactory(valid_from=None, date_basis="")
    change(role, "2024-06-01", valid_from="2005", date_basis="printed")
    assert get("roles", as_of="2006-01-01", recorded_at="2024-03-01")["Undated"] == "1"
    assert "Undated" not in get("roles", as_of="2006-01-01", recorded_at="2024-06-01")


# -- what is read of the moment --------------------------------------------------------------------------------------


def test_the_parts_and_the_names_of_what_is_linked_are_those_of_the_moment(role, ask):
    partner = factories.OrganisationFactory()
    with recorded("2024-04-01"):
        role.sources.create(provision=role.made_in, words="first")
    with recorded("2024-05-01"):
        role.associates.create(organisation=partner)
        role.sources.update_or_create(provision=role.made_in, defaults={"words": "second"})
        role.organisation.acronym = "RENAMED"
        role.organisation.save()
    with recorded("2024-07-01"):
        role.sources.first().delete()

    def read(day):
        body = ask("roles/our-role", recorded_at=day)
        return [source["words"] for source in body["sources"]], len(body["associates"]), body["organisation"]["display"]

    before = role.organisation.history.last().acronym
    assert read("2024-03-01") == ([], 0, before)
    assert read("2024-04-01") == (["first"], 0, before)
    assert read("2024-06-30") == (["second"], 0, "RENAMED")  # the partner was recorded today: it was not there, whoever names it
    assert read("2024-07-01") == ([], 0, "RENAMED")
    assert "RENAMED" in ask("roles/our-role", recorded_at="2024-07-01")["display"]


def test_a_list_is_filtered_and_put_in_order_by_what_was_recorded(ask, slugs):
    with recorded("2024-03-01"):
        line, document = factories.ActionLineFactory(), factories.DocumentFactory()
        one = factories.RoleFactory(slug="one", kind="partner", action_line=line, valid_from="2001")
        other = factories.RoleFactory(slug="other", kind="partner", action_line=line, valid_from="2002")
        one.associates.create(organisation=other.organisation)
        provision = factories.ProvisionFactory(document=document)
    with recorded("2024-06-01"):
        one.kind, one.valid_from, one.action_line, one.made_in, one.restates = "stakeholder", "2003", None, provision, other
        one.save()
        one.associates.all().delete()
    then, now = {"recorded_at": "2024-05-31"}, {"recorded_at": "2024-06-01"}
    asked = [
        {"action_line": line.slug},
        {"kind": "partner"},
        {"kind__in": "partner,focal point"},
        {"level": "partner"},
        {"valid_from__lte": "2002"},
        {"restating": "false"},
        {"as_of": "2002-06-01"},
    ]
    for params in asked:
        assert slugs("roles", **params, **then) == ["one", "other"], params
        assert slugs("roles", **params, **now) == ["other"], params
    assert slugs("roles", associate=other.organisation.slug, **then) == ["one"]
    assert slugs("roles", associate=other.organisation.slug, **now) == []
    assert slugs("roles", document=document.slug, **then) == slugs("roles", restates="other", **then) == []
    assert slugs("roles", document=document.slug, **now) == slugs("roles", restates="other", **now) == ["one"]
    order = {"ordering": "valid_from", "fields": "slug"}
    assert ask("roles", **order, **then)["results"] == [{"slug": "one"}, {"slug": "other"}]
    assert ask("roles", **order, **now)["results"] == [{"slug": "other"}, {"slug": "one"}]
    assert ask("roles", limit=1, **then)["count"] == 2


def test_a_task_is_in_the_state_that_was_known_of_the_day(ask, slugs, get):
    with recorded("2024-03-01"):
        task = factories.TaskFactory(slug="our-task", opened_on="2005-06-01")
        task.move_to("open", on="2005-06-02", due_on="2005-07-01")
        task.organisations.create(organisation=factories.OrganisationFactory(slug="doer"))
    with recorded("2024-06-01"):  # it had long been done, but nobody had said so
        task.move_to("done", on="2005-06-15")
    late = {"as_of": "2005-08-01"}
    then, now = {"recorded_at": "2024-05-31"}, {"recorded_at": "2024-06-01"}
    assert ask("tasks/our-task", **late, **then)["state"] == "open"
    assert ask("tasks/our-task", **late, **now)["state"] == ask("tasks/our-task", **late)["state"] == "done"
    assert ask("tasks/our-task", as_of="2005-06-10", **now)["state"] == "open"
    assert [len(ask("tasks/our-task", **moment)["moves"]) for moment in (then, now)] == [2, 3]
    assert (ask("tasks/our-task", **then)["state"], ask("tasks/our-task", **then)["due_on"]) == ("open", "2005-07-01")
    for asked in [{"overdue": "true"}, {"state": "open"}, {"overdue": "true", **late}, {"state": "open", "due_on": "2005-07-01", **late}]:
        assert slugs("tasks", responsible="doer", **asked, **then) == ["our-task"], asked
        assert slugs("tasks", responsible="doer", **asked, **now) == [], asked
    assert slugs("tasks", sector="doer", state="done", **now) == ["our-task"]
    assert get("tasks/our-task", as_of="2005-05-01", **then).status_code == 404


def test_a_mandate_is_found_by_those_to_whom_it_was_then_recorded_to_be_addressed(slugs, ask):
    with recorded("2024-03-01"):
        body, other = factories.OrganisationFactory(slug="the-body"), factories.OrganisationFactory(slug="the-other")
        mandate, line = factories.MandateFactory(slug="our-mandate"), factories.ActionLineFactory(slug="x-line")
        mandate.addressees.create(organisation=body, part="addressee")
        mandate.addressees.create(organisation=other, part="with")
        concerns = line.mandates.create(mandate=mandate)
    with recorded("2024-06-01"):
        mandate.addressees.all().delete()
        mandate.addressees.create(organisation=other, part="addressee")
        mandate.modality = "invites"
        mandate.save()
        concerns.delete()
    then, now = {"recorded_at": "2024-05-31"}, {"recorded_at": "2024-06-01"}
    for asked in [{"addressee": "the-body"}, {"with": "the-other"}, {"action_line": "x-line"}, {"modality": "instructs"}]:
        assert slugs("mandates", **asked, **then) == ["our-mandate"], asked
        assert slugs("mandates", **asked, **now) == [], asked
    assert slugs("mandates", addressee="the-other", modality="invites", **now) == ["our-mandate"]
    assert slugs("mandates", document=mandate.made_in.document.slug, **then) == ["our-mandate"]
    assert [link["slug"] for link in ask("mandates/our-mandate", **then)["action_lines"]] == ["x-line"]
    assert [link["slug"] for link in ask("organisations/the-body", **then)["terms_of_reference"]] == ["our-mandate"]
    assert ask("organisations/the-body", **now)["terms_of_reference"] == []


def test_an_appointment_is_titular_as_it_was_then_recorded(slugs, ask):
    with recorded("2024-03-01"):
        held = factories.AppointmentFactory(slug="our-chair", organisation__slug="the-group", capacity="acting")
    change(held, "2024-06-01", capacity="titular")
    assert slugs("appointments", body="the-group", titular="true", recorded_at="2024-05-31") == []
    assert slugs("appointments", body="the-group", titular="true", recorded_at="2024-06-01") == ["our-chair"]
    assert ask("organisations/the-group", recorded_at="2024-05-31")["chair"] is None
    assert ask("organisations/the-group", recorded_at="2024-06-01")["chair"]["slug"] == held.person.slug


def test_a_document_stands_in_the_chain_that_was_recorded(ask):
    with recorded("2024-03-01"):
        earlier, later = factories.DocumentFactory(slug="earlier"), factories.DocumentFactory(slug="later", dated_on="2006")
        factories.ProvisionFactory(document=later)
    with recorded("2024-06-01"):
        factories.RelationFactory(document=later, target=earlier)
        factories.ProvisionFactory(document=later)
    then, now = ask("documents/later", recorded_at="2024-05-31"), ask("documents/later", recorded_at="2024-06-01")
    assert (then["chain"], then["relations"], then["provisions"]) == ([], [], 1)
    assert [link["slug"] for link in now["chain"]] == ["earlier", "later"]
    assert (len(now["relations"]), now["provisions"]) == (1, 2)


@pytest.mark.parametrize("role", [None, "Administrator"])
@pytest.mark.parametrize("collection", bulk.MAKERS)
def test_of_every_collection_what_is_recorded_by_today_is_what_there_is(collection, role, ask, get, sign_in):
    if collection == "rulings":
        factories.RulingFactory()
    if role:
        sign_in(role)
    for record in ask(collection, limit=5)["results"]:
        assert ask(f"{collection}/{record['slug']}") == ask(f"{collection}/{record['slug']}", recorded_at=today())
    if collection in PINNED:
        for asked in [{}, {"as_of": "2006-05-01"}]:
            assert ask(collection, limit=1000, **asked)["results"] == ask(collection, limit=1000, recorded_at=today(), **asked)["results"]


# -- what the public does not see ------------------------------------------------------------------------------------


def test_a_record_withdrawn_or_deleted_since_is_shown_to_the_staff_alone(get, slugs, sign_in):
    with recorded("2024-03-01"):
        withdrawn, deleted = factories.RoleFactory(slug="withdrawn"), factories.RoleFactory(slug="deleted")
        deleted.sources.create(provision=deleted.made_in, words="read here")
    change(withdrawn, "2024-06-01", visibility="draft")
    with recorded("2024-06-01"):
        deleted.delete()
    then = {"recorded_at": "2024-05-31"}
    assert slugs("roles", **then) == []
    for slug in ["withdrawn", "deleted"]:
        answer = get(f"roles/{slug}", **then)
        assert answer.status_code == 404
        assert answer.json()["detail"] == f"There is no “{slug}” in this collection."
    sign_in("Reader")
    assert slugs("roles", **then) == ["deleted", "withdrawn"]
    assert [source["words"] for source in get("roles/deleted", **then).json()["sources"]] == ["read here"]
    assert get("roles/withdrawn", **then).json()["visibility"] == "published"
    assert get("roles/deleted", recorded_at="2024-06-01").status_code == 404


def test_a_draft_is_not_shown_to_the_public_for_being_published_later(get, slugs, sign_in):
    with recorded("2024-03-01"):
        role = factories.RoleFactory(slug="our-role", visibility="draft", staff_note="careful")
    change(role, "2024-06-01", visibility="published")
    assert get("roles/our-role", recorded_at="2024-05-31").status_code == 404
    assert slugs("roles", recorded_at="2024-05-31") == []
    body = get("roles/our-role", recorded_at="2024-06-01").json()
    assert not {"visibility", "staff_note"} & set(body)
    sign_in("Reader")
    assert get("roles/our-role", recorded_at="2024-05-31").json()["staff_note"] == "careful"


def test_a_part_of_a_document_is_not_shown_once_the_document_is_withdrawn(get, sign_in):
    with recorded("2024-03-01"):
        provision = factories.ProvisionFactory(document__slug="the-document", label="para-1")
    assert get("provisions/the-document-para-1", recorded_at="2024-05-31").status_code == 200
    change(provision.document, "2024-06-01", visibility="draft")
    assert get("provisions/the-document-para-1", recorded_at="2024-05-31").status_code == 404
    sign_in("Reader")
    assert get("provisions/the-document-para-1", recorded_at="2024-05-31").status_code == 200


def test_links_and_sources_lead_the_public_to_nothing_that_is_unpublished_today(ask, slugs, sign_in):
    with recorded("2024-03-01"):
        line, restated = factories.ActionLineFactory(), factories.RoleFactory(slug="restated")
        role = factories.RoleFactory(slug="our-role", action_line=line, restates=restated)
        hidden = factories.ProvisionFactory(document__slug="secret-document")
        role.sources.create(provision=hidden, words="of the secret document")
        role.sources.create(provision=role.made_in, words="of the open document")
        elsewhere = factories.RoleFactory(slug="of-a-hidden-claimant")
        claimant = elsewhere.claimant
    with recorded("2024-06-01"):
        role.restates, elsewhere.claimant = None, role.claimant
        role.sources.get(provision=hidden).delete()
        for record in (role, elsewhere):
            record.save()
    with recorded("2024-07-01"):
        for record in (restated, hidden.document, claimant):
            record.visibility = "draft"
            record.save()
    then = {"recorded_at": "2024-05-31"}
    body = ask("roles/our-role", **then)
    assert body["restates"] is None
    assert [source["words"] for source in body["sources"]] == ["of the open document"]
    assert slugs("roles", **then) == ["our-role"]  # the other cannot be shown without its claimant of then
    assert ask("roles", limit=1, **then)["count"] == 1
    assert slugs("roles", recorded_at="2024-06-01") == ["of-a-hidden-claimant", "our-role"]
    sign_in("Reader")
    body = ask("roles/our-role", **then)
    assert body["restates"]["slug"] == "restated"
    assert len(body["sources"]) == 2
    assert len(slugs("roles", **then)) == 3


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "2024",
        "2024-13-01",
        "yesterday",
        "2024-05-01T10:00Z",
        "2024-05-01T10:00:00",
        "2024-05-01T10:00:00 02:00",
        "2024-05-01T24:61:00Z",
        "0001-01-01T00:00:00+14:00",
        "2024-05-01\0",
        "{tomorrow}",
        "{tomorrow}T00:00:00Z",
        "9999-12-31",
    ],
)
@pytest.mark.parametrize("address", ["roles", "roles/our-role"])
def test_a_moment_that_is_none_or_is_to_come_is_refused(address, moment, role, get):
    answer = get(address, recorded_at=moment.format(tomorrow=today(in_days=1)))
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["recorded_at"]


def test_a_moment_given_twice_is_refused(role, client):
    answer = client.get("/api/v1/roles/our-role/?recorded_at=2024-05-01&recorded_at=2024-06-01", headers={"host": "localhost"})
    assert answer.status_code == 400
    assert "Given more than once" in answer.json()["detail"]


def test_words_are_not_sought_in_history(role, get):
    answer = get("roles", q="partner", recorded_at="2024-05-01")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["q"]


def test_only_some_lists_are_asked_as_they_were_recorded(get, client, sign_in):
    for collection in bulk.MAKERS:
        answer = get(collection, recorded_at=today())
        assert answer.status_code == (200 if collection in PINNED else 400), collection
    for address in ["discrepancies", "changes", "search"]:
        assert get(address, recorded_at=today()).status_code == 400
    assert client.head(f"/api/v1/roles/?recorded_at={today()}", headers={"host": "localhost"}).status_code == 200
    sign_in("Reviewer")
    given = {"slug": "x", "acronym": "X", "name": {"en": "X"}, "kind": "agency"}
    address = f"/api/v1/organisations/?recorded_at={today()}"
    written = client.post(address, given, content_type="application/json", headers={"host": "localhost"})
    assert written.status_code == 400
    assert [error["parameter"] for error in written.json()["errors"]] == ["recorded_at"]


def test_nothing_is_written_to_the_register_as_it_was():
    with as_recorded(timezone.now(), to_public=False), pytest.raises(RuntimeError, match="only be read"):
        Organisation.objects.filter(slug="itu").update(acronym="X")


def test_the_schema_knows_the_parameter_where_it_works_and_nowhere_else():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    bearing = {
        (path, method)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "recorded_at" in {parameter["name"] for parameter in operation.get("parameters", [])}
    }
    details = {(path, "get") for path in paths if path.endswith("/{slug}/")}
    assert bearing == details | {(path, "get") for path in paths if path.split("/")[-2] in PINNED}


# -- how much it asks of the database --------------------------------------------------------------------------------

#: How many queries each list takes, one more than without, for the keys of the page: each reads its tables as they were.
PINNED = {"appointments": 5, "mandates": 7, "roles": 6, "tasks": 9}


def keep_history():
    """Give every row that was written without history its first row of it."""
    with act(reason="a test") as change:
        change.written.add((Role, 0))
    for model in tracked().values():
        history = model.history.model
        names = [field.attname for field in model._meta.concrete_fields if field.name != "search"]
        rows = model._base_manager.exclude(pk__in=history.objects.values("id")).values(*names)
        history.objects.bulk_create(history(**row, change=change, history_date=change.at, history_type="+") for row in rows)


@pytest.mark.parametrize("collection", PINNED)
def test_a_list_takes_the_same_queries_for_ten_rows_and_five_hundred(collection, ask):
    def queries(**params):
        with CaptureQueriesContext(connection) as captured:
            body = ask(collection, limit=1000, **params)
        return len(captured), body["results"]

    bulk.MAKERS[collection](10)
    keep_history()
    few, _ = queries(recorded_at=today())
    bulk.MAKERS[collection](500)
    keep_history()
    many, rows = queries(recorded_at=today())
    assert len(rows) > 500
    assert many <= few == PINNED[collection]
    assert queries() == (many - 1, rows)


def test_a_record_takes_the_same_queries_as_without(ask):
    role = Role.objects.published().first()
    taken = []
    for params in [{}, {"recorded_at": today()}]:
        with CaptureQueriesContext(connection) as captured:
            ask(f"roles/{role.slug}", **params)
        taken.append(len(captured))
    assert taken[0] == taken[1]
