"""The API keeps its contract, and says of the real register what the issue asks for."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft202012Validator

from mandates.models import Document, Relation

from . import bulk, factories

pytestmark = pytest.mark.django_db
LINK = {"slug", "display", "url"}
SECRET = {"id", "pk", "staff_note", "visibility", "search", "by", "assignees", "editors"}


@pytest.fixture
def ask(client):
    def ask(address="", **params):
        response = client.get(f"/api/v1/{address}", params, headers={"host": "localhost"})
        assert response.status_code == 200, response.content
        return response.json()

    return ask


def keys(value):
    """Every name in a JSON value, at any depth."""
    if isinstance(value, dict):
        return set(value) | {name for part in value.values() for name in keys(part)}
    return {name for part in value for name in keys(part)} if isinstance(value, list) else set()


@pytest.fixture(scope="module")
def described():
    """The OpenAPI schema as it is committed."""
    return yaml.load((settings.BASE_DIR / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)


@pytest.mark.parametrize("collection", bulk.MAKERS)
def test_every_list_and_every_record_is_what_the_schema_says(ask, described, collection):
    page = ask(f"{collection}/", limit=20)
    alone = [ask(f"{collection}/{record['slug']}/") for record in page["results"]]
    for address, answers in ((f"/api/v1/{collection}/", [page]), (f"/api/v1/{collection}/{{slug}}/", alone)):
        said = described["paths"][address]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        shape = Draft202012Validator(said | {"components": described["components"]})
        assert [error.message for answer in answers for error in shape.iter_errors(answer)] == []


@pytest.mark.parametrize("collection", bulk.MAKERS)
def test_every_collection_has_the_envelope_and_every_record_its_names(ask, collection):
    if collection == "rulings":
        factories.RulingFactory()
    body = ask(f"{collection}/", limit=3)
    assert body.keys() == {"count", "next", "previous", "results"}
    for record in body["results"]:
        assert record.keys() >= {"slug", "display", "url", "display_url", "created_at", "updated_at"}
        assert record["url"] == f"http://localhost/api/v1/{collection}/{record['slug']}/"
        assert record["display_url"].startswith("http://localhost/")
        alone = ask(f"{collection}/{record['slug']}/")
        assert alone.keys() >= record.keys()
        assert alone["slug"] == record["slug"]
        assert not (keys(record) | keys(alone)) & SECRET


def test_the_count_of_large_collections_is_null_unless_asked_for(ask):
    for collection in ["activities", "progress", "changes"]:
        assert ask(f"{collection}/")["count"] is None
        assert ask(f"{collection}/", count="true")["count"] >= 1
    assert ask("documents/")["count"] >= 100


def test_the_root_lists_every_address_and_each_answers(client, ask):
    addresses = ask()
    assert addresses.keys() == {*bulk.MAKERS, *"discrepancies monitoring coverage resolve search changes dump schema docs".split()}
    for name, address in addresses.items():
        params = {"search": {"q": "itu"}, "resolve": {"symbol": "C06/7"}}.get(name, {})
        assert client.get(address, params, headers={"host": "localhost"}).status_code == 200, name


@pytest.mark.parametrize(
    ("collection", "names"),
    [
        ("documents", {"symbol", "normalised", "aliases", "probable_aliases", "authors", "links", "relations", "related_from"}),
        (
            "roles",
            {
                "organisation",
                "action_line",
                "kind",
                "level",
                "words",
                "claimant",
                "made_in",
                "restates",
                "valid_from",
                "valid_until",
                "sources",
            },
        ),
        ("meetings", {"held_from", "held_to", "series", "number", "conveners", "state", "sources"}),
        ("tasks", {"state", "due_on", "responsible", "supporting", "action_lines", "moves", "progress", "sources"}),
        ("mandates", {"addressees", "with", "made_in", "nature", "modality", "sources"}),
        ("questions", {"put_to", "state", "answered_by", "answered_in", "answered_on", "sources"}),
    ],
)
def test_records_carry_the_fields_of_the_contract(ask, collection, names):
    assert ask(f"{collection}/", limit=1)["results"][0].keys() >= names


def test_a_fact_names_the_paragraphs_in_which_it_is_read(ask):
    for role in ask("roles/", organisation="itu", action_line="c7")["results"]:
        assert role["claimant"].keys() == role["made_in"].keys() == LINK
        assert role["sources"]
        for source in role["sources"]:
            assert source.keys() >= {"document", "provision", "words"}
            assert source["provision"]["slug"].startswith(source["document"]["slug"])


def test_a_printed_alias_is_told_apart_from_a_probable_one(ask):
    document = next(d for d in Document.objects.published() if d.aliases.filter(certainty="probable").exists())
    shown = ask(f"documents/{document.slug}/")
    assert shown["probable_aliases"]
    assert not set(shown["probable_aliases"]) & set(shown["aliases"])


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        ("2005-10-15", {"stakeholder"}),
        ("2005-12-01", {"stakeholder", "co-moderator/facilitator"}),
        ("2006-05-01", {"stakeholder", "co-moderator/facilitator", "shared role", "partner"}),
    ],
)
def test_the_roles_of_itu_on_c7_grow_from_year_to_year(ask, day, kinds):
    roles = ask("roles/", organisation="itu", action_line="c7", as_of=day)["results"]
    assert {role["kind"] for role in roles} == kinds
    for role in roles:
        assert role["valid_from"] <= day
        assert (role["kind"] == "shared role") == (role["restates"] is not None)


@pytest.mark.parametrize(
    ("day", "lines"), [("2005-10-15", []), ("2005-12-01", ["c7"]), ("2006-05-01", ["c1", "c3", "c4", "c6", "c7", "c11"])]
)
def test_the_discrepancies_about_itu_are_those_of_the_day(ask, day, lines):
    body = ask("discrepancies/", organisation="itu", as_of=day)
    assert body["count"] == len(lines)
    assert [found["action_line"]["slug"] for found in body["results"]] == lines
    for found in body["results"]:
        assert found["key"] == f"role-itu-{found['action_line']['slug']}"
        assert found["state"] == "open"
        assert len({voice["level"] for voice in found["voices"]}) > 1
        assert all(voice["claimant"].keys() == voice["source"].keys() == LINK for voice in found["voices"])


def test_discrepancies_are_narrowed_by_line_kind_and_state(ask):
    day = "2006-05-01"
    assert ask("discrepancies/", organisation="itu", action_line="c7", as_of=day)["count"] == 1
    assert ask("discrepancies/", organisation="itu", state="ruled", as_of=day)["count"] == 0
    every = ask("discrepancies/", as_of=day)["count"]
    assert every == sum(ask("discrepancies/", kind=kind, as_of=day)["count"] for kind in ["roles", "variant", "figure"])
    assert len(ask("discrepancies/", as_of=day, limit=2, offset=1)["results"]) == 2


def test_there_are_eleven_action_lines_and_eight_sublines(ask):
    body = ask("action-lines/")
    assert body["count"] == 19
    assert ask("action-lines/", subline="false")["count"] == 11
    assert len(ask("action-lines/c7/")["sublines"]) == ask("action-lines/", parent="c7")["count"] == 8


def test_the_group_met_nine_times_by_april_2006(ask):
    body = ask("meetings/", series="wg-wsis", as_of="2006-04-30")
    assert body["count"] == 9
    assert (body["results"][0]["held_from"], body["results"][-1]["held_to"]) == ("2002-09-21", "2006-02-03")


@pytest.mark.parametrize(("day", "chair"), [("2004-03-01", "Grin"), ("2006-10-01", "Minkin")])
def test_the_group_has_one_titular_chair_at_a_time(ask, day, chair):
    assert chair in ask("organisations/wg-wsis/", as_of=day)["chair"]["display"]
    held = ask("appointments/", body="wg-wsis", office="chair", titular="true", as_of=day)["results"]
    assert [chair in appointment["person"]["display"] for appointment in held] == [True]


def test_the_terms_of_reference_of_the_group_are_those_in_force_on_the_day(ask):
    def given(day):
        terms = ask("organisations/wg-wsis/", as_of=day)["terms_of_reference"]
        return {term["slug"]: ask(f"mandates/{term['slug']}/")["document"]["slug"] for term in terms}

    assert set(given("2004-03-01").values()) == {"pp-dec-8-2002", "pp-res-113-2002"}
    before, after = given("2005-12-01"), given("2006-05-01")
    assert "council-res-1244" in before.values()
    assert before.items() < after.items()
    proposed = ask("organisations/wg-wsis/", as_of="2006-05-01")["terms_of_reference_proposed"]
    assert proposed
    assert not {term["slug"] for term in proposed} & after.keys()


CHAIN = ["council-res-1196", "council-res-1214", "council-res-1222", "council-res-1244"]


@pytest.mark.parametrize("slug", [*CHAIN, "pp-res-113-2002"])
def test_the_chain_of_the_group_is_readable_from_any_of_its_links(ask, slug):
    chain = [link["slug"] for link in ask(f"documents/{slug}/")["chain"]]
    assert [link for link in chain if link in CHAIN] == CHAIN
    assert "pp-res-113-2002" in chain
    assert "council-res-1207" not in chain


def test_the_chain_is_that_of_the_day(ask):
    chain = [link["slug"] for link in ask("documents/council-res-1196/", as_of="2004-03-01")["chain"]]
    assert chain[0] == "council-res-1196"
    assert "pp-res-113-2002" in chain
    assert not set(CHAIN[1:]) & set(chain)


def test_a_chain_that_runs_in_a_circle_comes_to_an_end(ask):
    one, other = factories.DocumentFactory(dated_on="2001"), factories.DocumentFactory(dated_on="2002")
    factories.RelationFactory(document=one, target=other)
    factories.RelationFactory(document=other, target=one)
    assert [link["slug"] for link in ask(f"documents/{one.slug}/")["chain"]] == [one.slug, other.slug]
    assert Relation.objects.filter(document__in=[one, other]).count() == 2


def test_a_search_finds_records_of_every_collection_as_of_the_day(ask):
    found = ask("search/", q="facilitators", limit=1000)
    assert {record["collection"] for record in found["results"]} >= {"meetings", "tasks"}
    assert all(record.keys() == {"collection", "slug", "display", "url", "display_url"} for record in found["results"])
    assert ask("search/", q="facilitators", as_of="2003-01-01")["count"] < found["count"]
    meetings = ask("search/", q="facilitators", collection="meetings")["results"]
    assert {record["collection"] for record in meetings} == {"meetings"}


def test_the_schema_is_valid_and_without_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    assert "openapi: 3.1" in (tmp_path / "openapi.yaml").read_text()


def test_the_schema_for_machines_is_not_indented(client):
    schema = client.get("/api/v1/schema/", headers={"host": "localhost", "accept": "application/json"})
    assert schema.json()["openapi"].startswith("3.1")
    assert b'":{"' in schema.content
    assert b"\n  " not in schema.content


def test_the_docs_need_no_inline_script_or_style(client):
    response = client.get("/api/v1/docs/", headers={"host": "localhost", "accept": "text/html"})
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)
    assert "https://" not in page
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
