"""What belongs to a record is listed under its address: the list of its collection with one filter set."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wsis_tracker.api import NESTED, router

from . import bulk, factories

pytestmark = pytest.mark.django_db
#: A record of each collection that something belongs to.
SHOWN = {
    "documents": "wg-wsis-report-2002-2006",
    "organisations": "wg-wsis",
    "people": "yuri-grin",
    "action-lines": "c7",
    "meetings": "wg-wsis-9",
    "tasks": "organise-facilitators-meeting",
}


@pytest.fixture
def get(client):
    def get(address, **params):
        return client.get(f"/api/v1/{address}", params, headers={"host": "localhost"})

    return get


@pytest.mark.parametrize("whole, part, name", NESTED)
def test_it_is_the_list_of_its_collection_with_one_filter_set(get, whole, part, name):
    under, flat = get(f"{whole}/{SHOWN[whole]}/{part}/", limit=1000), get(f"{part}/", limit=1000, **{name: SHOWN[whole]})
    assert under.status_code == flat.status_code == 200
    assert under.json() == flat.json()


def test_it_takes_the_filters_pages_and_members_of_its_collection(get):
    under = get("documents/wg-wsis-report-2002-2006/provisions/", kind="heading", limit=2, offset=1, fields="slug", ordering="-slug")
    flat = get("provisions/", document="wg-wsis-report-2002-2006", kind="heading", limit=2, offset=1, fields="slug", ordering="-slug")
    assert under.json()["results"] == flat.json()["results"]
    assert under.json()["next"].startswith("http://localhost/api/v1/documents/wg-wsis-report-2002-2006/provisions/?")
    assert get("action-lines/c7/roles/", with_sublines="true").json()["count"] > get("action-lines/c7/roles/").json()["count"]


def test_it_is_asked_for_anew_by_its_tag(client, get):
    address = "/api/v1/documents/c06-7/provisions/"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize("whole, part, name", NESTED)
def test_what_belongs_to_nothing_is_not_found(get, whole, part, name):
    response = get(f"{whole}/nothing-at-all/{part}/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert "nothing-at-all" in response.json()["detail"]


def test_what_belongs_to_a_draft_is_seen_by_the_staff_alone(get, sign_in):
    document = factories.DocumentFactory(visibility="draft")
    provision = factories.ProvisionFactory(document=document)
    assert get(f"documents/{document.slug}/provisions/").status_code == 404
    sign_in("Editor")
    assert [found["slug"] for found in get(f"documents/{document.slug}/provisions/").json()["results"]] == [provision.slug]


def test_on_a_day_on_which_the_record_was_not_there_it_is_not_found(get):
    assert get("documents/wg-wsis-report-2002-2006/provisions/", as_of="2006-05-01").json()["count"] > 100
    response = get("documents/wg-wsis-report-2002-2006/provisions/", as_of="2005-05-01")
    assert response.status_code == 404
    assert "2005-05-01" in response.json()["detail"]


@pytest.mark.parametrize("params", [{"document": "c06-7"}, {"document__in": "c06-7"}, {"colour": "red"}, {"as_of": "soon"}])
def test_what_the_address_says_is_not_asked_again_and_the_unknown_is_refused(get, params):
    response = get("documents/c06-7/provisions/", **params)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == list(params)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(client, sign_in, method):
    sign_in("Administrator")
    assert getattr(client, method)("/api/v1/documents/c06-7/provisions/", {}, content_type="application/json").status_code == 405


def test_nobody_deletes_at_the_address_of_an_action(client, sign_in):
    sign_in("Administrator")
    assert client.delete("/api/v1/documents/c06-7/publish/").status_code == 405


def test_it_takes_as_many_queries_as_its_collection_with_the_filter(client):
    bulk.roles(20)
    counts = []
    for address, params in (("roles/", {"organisation": "itu"}), ("organisations/itu/roles/", {})):
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/api/v1/{address}", params, headers={"host": "localhost"})
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_table_names_collections_and_filters_that_there_are():
    viewsets = {prefix: viewset for prefix, viewset, _basename in router.registry}
    for whole, part, name in NESTED:
        assert whole in viewsets
        assert name in viewsets[part].filterset_class.base_filters
