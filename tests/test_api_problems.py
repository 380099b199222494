"""Whatever fails under `/api/` is told as a problem, never as a page, never as a 500, and never as the whole list."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from wsis_tracker.register.changes import act

from . import bulk, factories

pytestmark = pytest.mark.django_db
HOST = {"host": "localhost"}
LISTS = [*bulk.MAKERS, "discrepancies", "monitoring", "coverage", "changes"]


@pytest.fixture(params=[False, True], ids=["debug-off", "debug-on"])
def debug(request, settings):
    settings.DEBUG = request.param


def problem(response, status):
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= body.keys()
    assert body["status"] == status
    return body


def named(response):
    """The parameters that a 400 names."""
    return {error["parameter"] for error in problem(response, 400)["errors"]}


UNKNOWN = [
    ("colour", "red"),
    ("limit", "0"),
    ("limit", "1001"),
    ("limit", "ten"),
    ("offset", "-1"),
    ("offset", "null"),
    ("offset", "9" * 30),
    ("format", "json"),
]
NO_DAYS = ["2005", "2005-02-30", "05-12-01", "today", "2005-12-01T00:00", "٢٠٠٥-١٢-٠١", "\0", "9" * 500]


@pytest.mark.parametrize("collection", LISTS)
def test_a_list_refuses_what_it_does_not_know(client, collection):
    for name, value in UNKNOWN:
        assert named(client.get(f"/api/v1/{collection}/", {name: value}, headers=HOST)) == {name}


@pytest.mark.parametrize("collection", [name for name in LISTS if name != "changes"])
def test_a_malformed_day_is_named(client, collection):
    for day in NO_DAYS:
        assert named(client.get(f"/api/v1/{collection}/", {"as_of": day}, headers=HOST)) == {"as_of"}


@pytest.mark.parametrize(
    ("address", "name", "value"),
    [
        ("roles", "organisation", "nobody"),
        ("roles", "organisation__in", "itu,nobody"),
        ("roles", "action_line", "c99"),
        ("roles", "with_sublines", "yes"),
        ("roles", "with_sublines", "TRUE"),
        ("roles", "restating", "1"),
        ("roles", "level", "leads"),
        ("roles", "valid_from__gte", "2005-13"),
        ("meetings", "series", "no-such-series"),
        ("meetings", "kind", "party"),
        ("meetings", "number", "1.5"),
        ("meetings", "number", "١"),
        ("meetings", "held_to__lte", "yesterday"),
        ("meetings", "ordering", "colour"),
        ("meetings", "ordering", ","),
        ("roles", "ordering", ",slug"),
        ("docs", "colour", "red"),
        ("mandates", "addressee", "nobody"),
        ("mandates", "with", "nobody"),
        ("tasks", "state", "asleep"),
        ("tasks", "overdue", "perhaps"),
        ("figures", "value__gte", "many"),
        ("figures", "value", "NaN"),
        ("figures", "value", "1e300"),
        ("documents", "slug", "no-such-document"),
        ("documents", "symbol", "C06/7\0"),
        ("documents", "q", "\0"),
        ("documents", "q", "word " * 200),
        ("documents", "author", "x" * 301),
        ("organisations", "acronym", ""),
        ("organisations", "acronym", " "),
        ("documents", "q", " "),
        ("roles", "valid_from__gte", " "),
        ("roles", "with_sublines", "\t"),
        ("activities", "started_on__lte", "\u00a0"),
        ("changes", "since", " "),
        ("changes", "after", " "),
        ("changes", "slug", " "),
        ("activities", "cursor", "nonsense"),
        ("activities", "cursor", "cD1hYmM="),
        ("activities", "count", "maybe"),
        ("discrepancies", "kind", "quarrel"),
        ("discrepancies", "state", "closed"),
        ("discrepancies", "organisation", "nobody"),
        ("discrepancies", "ordering", "key"),
        ("monitoring", "quiet_days", "0"),
        ("monitoring", "quiet_days", "36526"),
        ("monitoring", "section", "weather"),
        ("monitoring", "sector", "nobody"),
        ("coverage", "kind", "song"),
        ("mentions", "without_mandate", "perhaps"),
        ("tasks", "quiet_days", "ninety"),
        ("search", "q", ""),
        ("search", "collection", "people,secrets"),
        ("resolve", "symbol", ""),
        ("resolve", "symbol", "\0"),
        ("resolve", "symbol", "x" * 400),
    ],
)
def test_a_bad_value_is_a_400_that_names_the_parameter(client, address, name, value):
    needed = {"search": {"q": "itu"}, "resolve": {"symbol": "C06/7"}}.get(address, {})
    assert named(client.get(f"/api/v1/{address}/", needed | {name: value}, headers=HOST)) == {name}


@pytest.mark.parametrize(
    "address",
    ["documents/?q=%FF", "documents/?place=Gen%E8ve", "figures/?value=1_000", "figures/?value=%EF%BC%95", "figures/?value=0e2000000000"],
)
def test_octets_that_are_no_text_and_signs_that_are_no_number_are_not_guessed(client, address):
    assert named(client.get(f"/api/v1/{address}", headers=HOST)) == {address.partition("?")[2].partition("=")[0]}


def test_what_a_computed_answer_needs_must_be_given(client):
    assert named(client.get("/api/v1/search/", headers=HOST)) == {"q"}
    assert named(client.get("/api/v1/resolve/", headers=HOST)) == {"symbol"}


@pytest.mark.parametrize("query", ["limit=1&limit=2", "as_of=2005-01-01&as_of=2006-01-01", "q=itu&q=wsis", "ordering=slug&ordering=-slug"])
def test_a_single_parameter_is_not_given_twice(client, query):
    assert len(named(client.get(f"/api/v1/documents/?{query}", headers=HOST))) == 1


def test_a_cursor_takes_no_offset_and_is_of_one_order(client):
    assert named(client.get("/api/v1/activities/", {"cursor": "", "offset": "5"}, headers=HOST)) == {"offset"}
    page = client.get("/api/v1/activities/", {"cursor": "", "ordering": "slug", "limit": 1}, headers=HOST).json()
    for order in ["-slug", "kind"]:
        assert named(client.get(page["next"].replace("ordering=slug", f"ordering={order}"), headers=HOST)) == {"cursor"}
    assert named(client.get("/api/v1/activities/?ordering=slug&cursor=WzFd", headers=HOST)) == {"cursor"}


def test_a_cursor_is_of_one_list_and_passes_over_nothing_of_another(client):
    for _ in range(2):
        with act(reason="a test"):
            factories.ActivityFactory()

    def begun(collection, **order):
        following = client.get(f"/api/v1/{collection}/", {"cursor": "", "limit": 1, **order}, headers=HOST).json()["next"]
        return parse_qs(urlsplit(following).query)["cursor"][0]

    newest_first, oldest_first = begun("changes"), begun("changes", ordering="number")
    assert named(client.get("/api/v1/changes/", {"cursor": begun("activities")}, headers=HOST)) == {"cursor"}
    assert named(client.get("/api/v1/changes/", {"cursor": newest_first, "after": 1}, headers=HOST)) == {"cursor"}
    assert named(client.get("/api/v1/changes/", {"cursor": oldest_first}, headers=HOST)) == {"cursor"}
    assert named(client.get("/api/v1/changes/", {"cursor": newest_first, "ordering": "number"}, headers=HOST)) == {"cursor"}
    assert client.get("/api/v1/changes/", {"cursor": newest_first}, headers=HOST).status_code == 200


def test_a_list_with_an_offset_beyond_its_end_is_empty(client):
    response = client.get("/api/v1/documents/", {"offset": 2**31 - 1}, headers=HOST)
    assert response.status_code == 200
    assert response.json()["results"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v2/roles/",
        "/api/v1/nothing/",
        "/api/v1/nothing",
        "/api/v1/documents/no-such-document/",
        "/api/v1/documents/c06-7/more/",
        "/api/v1/documents/a%00b/",
        "/api/v1/documents/%D9%A1/",
        f"/api/v1/documents/{'x' * 3000}/",
        "/api/v1/discrepancies/role-itu-c7/",
        "/api/v1/documents.yaml",
    ],
)
def test_an_unknown_path_or_record_is_a_404(client, debug, path):
    problem(client.get(path, headers=HOST), 404)


def test_an_unknown_filter_is_a_400_with_and_without_debug(client, debug):
    assert named(client.get("/api/v1/roles/?colour=red", headers=HOST)) == {"colour"}


def test_a_path_that_lacks_only_its_slash_is_shown_the_way(client, debug):
    response = client.get("/api/v1/roles?limit=1", headers=HOST)
    assert (response.status_code, response["Location"]) == (301, "/api/v1/roles/?limit=1")


@pytest.mark.parametrize("path", ["/api/v1/roles", "/api/v1/nothing/", "/api/v1/nothing"])
def test_what_is_sent_to_an_unknown_path_is_a_404(client, debug, path):
    problem(client.post(path, data="{}", content_type="application/json", headers=HOST), 404)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["", "discrepancies/", "monitoring/", "coverage/", "search/", "resolve/", "changes/", "schema/"])
def test_a_method_that_an_address_does_not_know_is_a_405_whoever_asks(client, method, path):
    response = getattr(client, method)(f"/api/v1/{path}", data="{not json", content_type="application/json", headers=HOST)
    problem(response, 405)
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("path", ["roles/", "documents/c06-7/", "discrepancies/", "search/?q=itu", "schema/"])
def test_a_form_in_which_nothing_is_given_is_a_406(client, path):
    problem(client.get(f"/api/v1/{path}", headers={**HOST, "accept": "image/png"}), 406)


def test_a_record_not_yet_there_on_the_day_is_a_404_that_says_so(client):
    body = problem(client.get("/api/v1/documents/tunis-agenda/?as_of=2003-01-01", headers=HOST), 404)
    assert "is in the register" in body["detail"]
    assert "2003-01-01" in body["detail"]


def test_one_record_takes_a_day_and_no_other_parameter(client):
    assert client.get("/api/v1/documents/tunis-agenda/?as_of=2006-01-01", headers=HOST).status_code == 200
    assert named(client.get("/api/v1/documents/tunis-agenda/?limit=1", headers=HOST)) == {"limit"}
    assert named(client.get("/api/v1/documents/tunis-agenda/?as_of=soon", headers=HOST)) == {"as_of"}


def test_a_failure_of_ours_is_told_as_a_problem(client, monkeypatch):
    from mandates.api import DocumentViewSet

    monkeypatch.setattr(DocumentViewSet, "filterset_class", None)
    client.raise_request_exception = False
    body = problem(client.get("/api/v1/documents/", headers=HOST), 500)
    assert "filterset" not in body["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_of_the_api_is_only_read(method):
    problem(getattr(Client(enforce_csrf_checks=True), method)("/api/v1/docs/", headers=HOST), 405)


def test_a_forged_request_is_refused_by_our_own_page():
    response = Client(enforce_csrf_checks=True).post("/tasks/", headers=HOST)
    assert response.status_code == 403
    assert "You may not see or do this" in response.content.decode()


def test_more_than_is_taken_at_once_is_refused_as_such(client, sign_in):
    sign_in("Editor")
    body = json.dumps({"name": {"en": "x" * 3_000_000}, "kind": "office"})
    problem(client.post("/api/v1/organisations/", body, content_type="application/json", headers={"host": "localhost"}), 413)
