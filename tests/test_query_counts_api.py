"""No list of the API asks more of the database for a thousand rows than for ten; of one that is written each row asks little."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandates.models import Organisation
from wsis_tracker.register.changes import Change

from . import bulk, factories

pytestmark = pytest.mark.django_db

#: How many queries each list takes, the one for its tag among them; with `as_of` one more, which counts what is undated.
PINNED = {
    "organisations": 6,
    "people": 5,
    "appointments": 4,
    "documents": 8,
    "provisions": 3,
    "relations": 4,
    "mandates": 6,
    "mentions": 4,
    "figures": 4,
    "action-lines": 6,
    "roles": 5,
    "activities": 4,
    "meetings": 6,
    "submissions": 4,
    "conclusions": 5,
    "questions": 5,
    "tasks": 8,
    "progress": 3,
    "rulings": 3,
    "reports": 5,
    "discrepancies": 10,
    "search": 25,
    "changes": 6,
}


def queries(client, address, **params):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"/api/v1/{address}/", params, headers={"host": "localhost"})
    assert response.status_code == 200, response.content
    return len(captured), response.json()


@pytest.mark.parametrize("collection", bulk.MAKERS)
def test_a_collection_takes_the_same_queries_for_ten_rows_and_a_thousand(client, collection):
    if collection == "rulings":
        factories.RulingFactory()
    make = bulk.MAKERS[collection]
    make(10)
    few, _ = queries(client, collection, limit=1000)
    make(1000)
    many, body = queries(client, collection, limit=1000)
    assert len(body["results"]) == 1000
    assert many <= few == PINNED[collection]


def test_discrepancies_take_the_same_queries_for_ten_and_a_thousand(client):
    bulk.disagreeing(10)
    few, _ = queries(client, "discrepancies", limit=1000)
    bulk.disagreeing(330)
    many, body = queries(client, "discrepancies", limit=1000)
    assert len(body["results"]) >= 1000
    assert many <= few == PINNED["discrepancies"]


def test_discrepancies_of_one_kind_ask_nothing_of_the_others(client):
    bulk.disagreeing(3)
    alone = {kind: queries(client, "discrepancies", kind=kind)[0] for kind in ["roles", "variant", "figure"]}
    assert alone == {"roles": 4, "variant": 6, "figure": 4}
    assert queries(client, "discrepancies", key="role-itu-c7")[0] == 4


def test_a_search_takes_the_same_queries_for_ten_finds_and_a_thousand(client):
    for make in bulk.MAKERS.values():
        if make is not bulk.rulings:
            make(10)
    few, _ = queries(client, "search", q="copy", limit=1000)
    bulk.people(500)
    bulk.mentions(500)
    many, body = queries(client, "search", q="copy", limit=1000)
    assert len(body["results"]) == 1000
    assert many <= few == PINNED["search"]


def acts(n):
    """`n` acts, each of which gave an organisation another acronym."""
    last = Change.objects.last_number()
    changes = Change.objects.bulk_create(Change(reason="a test", number=last + place) for place in range(1, n + 1))
    organisation = Organisation.objects.get(slug="itu")
    history = Organisation.history.model
    row = organisation.history.first()
    columns = {field.attname: getattr(row, field.attname) for field in history._meta.concrete_fields if not field.primary_key}
    history.objects.bulk_create(
        history(**columns | {"change_id": change.pk, "history_type": "~", "acronym": f"ITU {change.number}"}) for change in changes
    )


def test_the_changes_take_the_same_queries_for_ten_acts_and_a_thousand(client):
    acts(10)
    few, _ = queries(client, "changes", limit=10)
    acts(990)
    many, body = queries(client, "changes", limit=1000)
    assert len(body["results"]) == 1000
    assert {touched["slug"] for act in body["results"] for touched in act["records"][:1]} >= {"itu"}
    assert many <= few == PINNED["changes"]


def test_an_act_on_everything_takes_a_query_for_each_kind_of_record_and_part(client):
    few, body = queries(client, "changes", ordering="number", limit=1)
    touched = body["results"][0]["records"]
    kinds = {record["collection"] for record in touched} | {(record["collection"], name) for record in touched for name in record["parts"]}
    assert len(kinds) > 40
    assert few == len(kinds) + 6
    acts(10)
    assert queries(client, "changes", ordering="number", limit=1000)[0] == few


#: What is sent to make a record of a collection with its parts, and to change it.
SENT = {
    "activities": (
        lambda n: {"title": f"Activity {n}", "kind": "action-taken", "number": n, "organisation": "itu", "also_on": ["c1", "c2"]},
        {"summary": "Changed"},
    ),
    "documents": (lambda n: {"symbol": f"X99/{n}", "title": {"en": n}, "kind": "report", "authors": ["itu"]}, {"place": "Geneva"}),
    "organisations": (lambda n: {"name": {"en": n}, "kind": "office", "names": [{"name": f"Office {n}"}]}, {"acronym": "X"}),
    "tasks": (lambda n: {"title": f"Task {n}", "responsible": ["itu-t"], "action_lines": ["c7"]}, {"description": "Changed"}),
}
#: How many queries a row takes to be made with its parts and their histories, to be changed, and to be deleted with its parts.
PINNED_BY_ROW = {"activities": (8, 5, 3), "documents": (8, 5, 2), "organisations": (9, 5, 2), "tasks": (21, 5, 4)}


def queries_by_row(client, method, address, items):
    """How many queries each item more takes."""
    counts = []
    for some in (items[:5], items[5:]):
        with CaptureQueriesContext(connection) as captured:
            sent = {"data": json.dumps(some), "content_type": "application/json", "headers": {"host": "localhost"}}
            response = getattr(client, method)(f"/api/v1/{address}/", **sent)
        assert response.status_code < 300, response.content
        counts.append(len(captured))
    return (counts[1] - counts[0]) / (len(items) - 10)


@pytest.mark.parametrize("collection", SENT)
def test_a_row_of_a_list_that_is_written_at_once_takes_few_queries(client, sign_in, collection):
    sign_in("Editor")
    made, change = SENT[collection]
    slugs = [f"at-once-{n}" for n in range(30)]
    create = queries_by_row(client, "post", collection, [{"slug": slug, **made(slug)} for slug in slugs])
    update = queries_by_row(client, "patch", collection, [{"slug": slug, **change} for slug in slugs])
    delete = queries_by_row(client, "delete", collection, [{"slug": slug} for slug in slugs])
    assert (create, update, delete) == PINNED_BY_ROW[collection]
