"""A symbol, however it is written, names one document, or the answer says why it does not."""

import pytest

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    def ask(symbol, **params):
        response = client.get("/api/v1/resolve/", {"symbol": symbol, **params}, headers={"host": "localhost"})
        return response.status_code, response.json()

    return ask


@pytest.mark.parametrize(
    ("symbol", "slug"),
    [
        ("C06/07", "c06-7"),
        ("C06/7-E", "c06-7"),
        ("WSIS/PC-3/C-141", "wsis-pc-3-c-141"),
        ("WSIS/PC-3/CONTR/141", "wsis-pc-3-c-141"),
        ("wg-wsis-9/13", "wg-wsis-9-13"),
        ("  WG‑WSIS‑9/13 ", "wg-wsis-9-13"),
        ("Council Resolution 1244", "council-res-1244"),
        ("PP Resolution 113", "pp-res-113-2002"),
        ("PP Resolution 113 (Marrakech, 2002)", "pp-res-113-2002"),
    ],
)
def test_a_symbol_in_any_spelling_names_its_one_document(ask, symbol, slug):
    status, body = ask(symbol)
    assert (status, body["slug"]) == (200, slug)
    assert body["url"] == f"http://localhost/api/v1/documents/{slug}/"
    assert body.keys() == {"slug", "display", "url", "symbol"}


def test_an_unknown_symbol_is_a_404_that_says_so(ask):
    status, body = ask("C99/999")
    assert status == 404
    assert "C99/999" in body["detail"]
    assert "candidates" not in body


def test_a_resolution_that_does_not_say_whose_it_is_lists_its_candidates(ask):
    status, body = ask("Resolution 113")
    assert status == 404
    assert [candidate["slug"] for candidate in body["candidates"]] == ["pp-res-113-2002"]


def test_the_candidates_are_of_every_body(ask):
    factories.DocumentFactory(slug="council-res-113", symbol="Council Resolution 113", kind="resolution")
    _status, body = ask("Res. 113")
    assert {candidate["slug"] for candidate in body["candidates"]} == {"pp-res-113-2002", "council-res-113"}


def test_a_resolution_without_a_revision_is_the_one_in_force_with_the_others_listed(ask):
    status, body = ask("PP Res. 140")
    assert (status, body["slug"]) == (200, "pp-res-140-2022")
    assert "pp-res-140-2006" in {other["slug"] for other in body["others"]}


def test_the_one_in_force_is_that_of_the_day(ask):
    assert ask("PP Res. 140", as_of="2015-01-01")[1]["slug"] == "pp-res-140-2014"
    assert ask("PP Res. 140", as_of="2001-01-01")[0] == 404


@pytest.mark.parametrize(
    ("symbol", "slug"),
    [
        ("PP Resolution 140 (Antalya, 2006)", "pp-res-140-2006"),
        ("PP Resolution 140 (Rev. Busan, 2014)", "pp-res-140-2014"),
        ("PP Resolution 140 (Busan, 2014)", "pp-res-140-2014"),
        ("Resolution 140 (Rev. Guadalajara, 2010)", "pp-res-140-2010"),
    ],
)
def test_a_version_named_by_place_and_year_is_that_version(ask, symbol, slug):
    assert ask(symbol)[1]["slug"] == slug


def test_a_version_that_there_is_not_lists_those_that_there_are(ask):
    status, body = ask("PP Resolution 140 (Rev. Geneva, 1999)")
    assert status == 404
    assert len(body["candidates"]) >= 5


def test_a_guessed_alias_names_nothing(ask, acting):
    document = factories.DocumentFactory(symbol="C77/1")
    document.aliases.create(text="C77/500", normalised="C77/500", certainty="probable")
    assert ask("C77/500")[0] == 404


def test_a_draft_bears_no_symbol_for_the_public(ask):
    factories.DocumentFactory(symbol="C77/600", visibility="draft")
    factories.DocumentFactory(symbol="WTSA Resolution 113", visibility="draft")
    assert ask("C77/600")[0] == 404
    assert [candidate["slug"] for candidate in ask("Resolution 113")[1]["candidates"]] == ["pp-res-113-2002"]


def test_a_title_is_no_symbol_and_leads_to_its_candidates(ask):
    status, body = ask("Tunis Agenda")
    assert status == 404
    assert "tunis-agenda" in {candidate["slug"] for candidate in body["candidates"]}


def test_what_is_longer_than_any_symbol_is_not_even_read(client):
    assert client.get(f"/doc/{'(' * 5000}", headers={"host": "localhost"}).status_code == 404
