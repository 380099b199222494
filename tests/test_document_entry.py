"""Entering a document: its symbol is typed once, tells what it can, and is compared with those that the register has."""

import pytest

from mandates.entering import enter
from mandates.models import Document, DocumentAlias, Organisation
from mandates.symbols import told
from tests.factories import DocumentFactory
from tests.forms import address, errors_of, form_of
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db

TOLD = [  # symbol, kind, body, year, place, number
    ("Council Resolution 1282 (Mod. 2008)", "resolution", "itu-council", "2008", "", "1282"),
    ("Council Decision 509", "decision", "itu-council", "", "", "509"),
    ("Resolution 113 (Marrakech, 2002)", "resolution", "pp", "2002", "Marrakesh", "113"),
    ("PP-02 Resolution 113", "resolution", "pp", "2002", "", "113"),
    ("WTDC Resolution 30 (Rev. Buenos Aires, 2017)", "resolution", "wtdc", "2017", "Buenos Aires", "30"),
    ("Resolution 75", "resolution", "", "", "", "75"),
    ("C06/07-E", "", "itu-council", "2006", "", "7"),
    ("C98/10 (Add. 1)", "", "itu-council", "1998", "", "10"),
    ("WSIS-II/PC-2/CONTRI/01", "contribution", "wsis-prepcom", "", "", "1"),
    ("WSIS/PC-3/C-141", "contribution", "wsis-prepcom", "", "", "141"),
    ("WSIS-II/PC-3/DOC/5", "", "wsis-prepcom", "", "", "5"),
    ("WSIS-05/TUNIS/DOC/6(Rev.1)-E", "", "wsis", "", "", "6"),
    ("WG-WSIS-9/13", "", "wg-wsis", "", "", "13"),
    ("A/RES/70/125", "resolution", "un-general-assembly", "", "", "70/125"),
    ("A/80/L.41", "", "un-general-assembly", "", "", "80/L.41"),
    ("ECOSOC 2006/46", "resolution", "ecosoc", "2006", "", "46"),
    ("Some letter", "", "", "", "", ""),
]


@pytest.mark.parametrize("symbol, kind, body, year, place, number", TOLD, ids=lambda value: value)
def test_a_symbol_tells_kind_body_year_and_number_as_far_as_its_family_does(symbol, kind, body, year, place, number):
    found = told(symbol)
    assert (found.kind, found.body, found.year, found.place, found.number) == (kind, body, year, place, number)
    assert not body or Organisation.objects.filter(slug=body).exists()


def test_what_the_symbols_of_the_register_tell_is_so():
    for document in Document.objects.exclude(symbol="").select_related("body"):
        found = told(document.symbol)
        assert found.body in ("", document.body.slug if document.body else ""), document
        assert found.year in ("", (document.dated_on or found.year)[:4]), document
        if found.kind in ("resolution", "decision"):
            assert found.kind == document.kind, document


NEAR = [  # as typed, and a document that may be meant
    ("C0610", "C06/10"),
    ("CO6/10", "C06/10"),
    ("WSIS/PC3/C/141", "WSIS/PC-3/C-141"),
    ("C06/10 (Rev. 1)", "C06/10"),
    ("C06/10 Add. 2", "C06/10 Add. 1"),
    ("Council Resolution 1282 (Mod. 2010)", "Council Resolution 1282 (Mod. 2008)"),
    ("Resolution 1282", "Council Resolution 1282"),
    ("WSIS-II/PC-2/C/17", "17"),  # its alias, which is a guess
]


@pytest.mark.parametrize("typed, other", NEAR)
def test_a_document_like_the_one_typed_is_found(typed, other):
    entry = enter(typed)
    assert not entry.same
    found = {text for document in entry.near for text in (document.symbol, *document.aliases.values_list("text", flat=True))}
    assert other in found


@pytest.mark.parametrize("typed", ["C06/8", "WG-WSIS-9/15", "Council Resolution 1283", "A/RES/70/126", "", "...", "x" * 101])
def test_the_next_in_a_series_is_like_no_other(typed):
    entry = enter(typed)
    assert (entry.same, entry.near) == ([], [])


@pytest.mark.parametrize("typed", ["C06/07", "c06/7-E", "C02/81"])
def test_a_document_is_the_same_in_every_spelling_and_by_its_alias(typed):
    assert len(enter(typed).same) == 1


class TestWhileTyping:
    URL = "/admin/mandates/document/symbol/"

    def test_the_form_is_told_what_the_symbol_tells_and_what_there_is(self, client, sign_in):
        sign_in("Editor")
        answer = client.get(self.URL, {"symbol": "Council Res. 1282 (Mod. 2008)"}).json()
        held = Document.objects.get(symbol="Council Resolution 1282 (Mod. 2008)")
        assert answer["normalised"] == "COUNCIL RES 1282 (REV 2008)"
        assert (answer["family"], answer["kind"], answer["year"], answer["number"]) == ("Resolution", "resolution", "2008", "1282")
        assert answer["body"] == {"key": Organisation.objects.get(slug="itu-council").pk, "display": "ITU Council"}
        assert answer["same"] == [{"display": str(held), "title": str(held.title), "url": address(Document, "change", held.pk)}]
        assert [near["display"] for near in answer["near"]] == ["Council Resolution 1282"]
        assert answer["said"]["told"] == "Read from the symbol: kind: resolution; body: ITU Council; date: 2008."

    def test_a_document_is_no_duplicate_of_itself(self, client, sign_in):
        sign_in("Editor")
        held = Document.objects.get(symbol="C06/7")
        assert client.get(self.URL, {"symbol": "C06/07", "but": held.pk}).json()["same"] == []

    @pytest.mark.parametrize("asked", [{}, {"symbol": "ﷺ" * 50}, {"symbol": "x" * 5000}, {"symbol": "C06/7", "but": "x"}])
    def test_strange_texts_are_answered(self, asked, client, sign_in):
        sign_in("Editor")
        assert client.get(self.URL, asked).status_code == 200

    def test_the_public_is_told_nothing(self, client):
        assert client.get(self.URL, {"symbol": "C06/7"}).status_code == 302

    def test_the_answer_takes_as_many_queries_however_many_documents_there_are(self, client, sign_in, django_assert_max_num_queries):
        sign_in("Editor")
        for n in range(2, 6):
            DocumentFactory(symbol=f"C06/10 Add. {n}")
        with django_assert_max_num_queries(9):
            assert len(client.get(self.URL, {"symbol": "C06/10 Add. 9"}).json()["near"]) == 6


class TestForm:
    """What the script does, the form does without it when it is saved."""

    URL = "/admin/mandates/document/add/"

    def send(self, client, **values):
        return client.post(self.URL, form_of(client, self.URL) | {"title_en": "A title"} | values, follow=False)

    def test_what_was_left_empty_is_read_from_the_symbol_and_that_is_said(self, client, sign_in):
        sign_in("Editor")
        response = self.send(client, symbol="Council Resolution 1999 (Rev. 2009)")
        document = Document.objects.get(symbol="Council Resolution 1999 (Rev. 2009)")
        assert (document.kind, document.body.slug, document.dated_on, document.date_basis) == (
            "resolution",
            "itu-council",
            "2009",
            "symbol",
        )
        assert "Read from the symbol: kind: resolution" in client.get(response.url).content.decode()

    def test_what_was_typed_stands(self, client, sign_in):
        sign_in("Editor")
        self.send(client, symbol="C07/15", kind="plan", dated_on="2007-09-04", date_basis="printed")
        document = Document.objects.get(symbol="C07/15")
        assert (document.kind, document.dated_on, document.date_basis, document.body.slug) == (
            "plan",
            "2007-09-04",
            "printed",
            "itu-council",
        )

    def test_what_was_emptied_after_it_was_offered_stays_empty(self, client, sign_in):
        sign_in("Editor")
        self.send(client, symbol="C07/15", kind="plan", offered="on")
        document = Document.objects.get(symbol="C07/15")
        assert (document.body, document.dated_on) == (None, None)

    def test_a_symbol_that_tells_no_kind_leaves_it_to_be_said(self, client, sign_in):
        sign_in("Editor")
        assert "This field is required" in errors_of(self.send(client, symbol="C07/15"))

    def test_a_symbol_like_another_is_asked_about_once(self, client, sign_in):
        sign_in("Editor")
        response = self.send(client, symbol="C06/10 (Rev. 1)", kind="report")
        held = Document.objects.get(symbol="C06/10")
        assert "The register has documents like it" in errors_of(response)
        assert address(Document, "change", held.pk) in response.content.decode()
        assert 'type="checkbox" name="is_another"' in response.content.decode()
        assert self.send(client, symbol="C06/10 (Rev. 1)", kind="report", is_another="on").status_code == 302

    def test_a_symbol_that_the_register_has_is_refused_whatever_is_ticked(self, client, sign_in):
        sign_in("Editor")
        response = self.send(client, symbol="C02/81", kind="report", is_another="on")
        assert "is the symbol of a document in the register: Council Resolution 1196" in errors_of(response)

    def test_a_document_with_an_alias_like_its_symbol_is_saved_again_without_a_question(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(symbol="C07/15 (Rev. 1)", visibility="draft")
        DocumentFactory(symbol="C07/15")
        with act(reason="an alias"):
            DocumentAlias(record=document, text="C0715-Rev1", certainty="probable").save()
        url = address(Document, "change", document.pk)
        assert client.post(url, form_of(client, url) | {"place": "Geneva"}).status_code == 302

    def test_who_may_only_read_sees_the_document_without_its_form(self, client, sign_in):
        sign_in("Reader")
        page = client.get(address(Document, "change", DocumentFactory().pk)).content.decode()
        assert "is_another" not in page
