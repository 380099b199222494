"""Symbols: one document, however its symbol is printed; Rev, Add and Corr name others."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mandates.models import Document, DocumentAlias
from mandates.symbols import instrument, normalise
from tests.factories import DocumentFactory

SAME = [
    ("C06/7", "C06/07", "C06/7.", "c06/7", "С06/7", "C06/7-E", "C 06/7", "C2006/7"),  # the fifth begins with a Cyrillic letter
    ("WSIS/PC-3/C/141", "WSIS/PC-3/C-141", "wsis/pc-3/c/141", "WSIS/PC‑3/C–141", "WSIS/PC-3/CONTR/141"),
    ("WSIS-II/PC-2/CONTRI/01", "WSIS-II/PC-2/Contri/1", "WSIS-II/PC-2/C/1"),
    ("WG-WSIS-9/13", "wg-wsis-9/13", "WG-WSIS-9/13."),
    ("C06/10 Add. 1", "C06/10(Add.1)", "C06/10 and Add. 1", "C06/10-E (Add. 1)"),
    ("WG-WSIS-32/19(Rev.1)", "WG-WSIS-32/19-E Rev. 1"),
    ("WSIS-05/TUNIS/DOC/6(Rev.1)-E", "WSIS-05/TUNIS/DOC/6 (Rev.1)", "WSIS-05/TUNIS/DOC/6(Rev. 1)-F"),
    ("Council Resolution 1244", "Council Res. 1244", "ITU Council Resolution 1244", "Resolution 1244 of the Council"),
    ("PP Res. 113", "Plenipotentiary Resolution 113", "Resolution 113 (Marrakesh, 2002)", "Resolution 113 (Marrakech, 2002)"),
    ("PP Resolution 140 (Rev. Busan, 2014)", "Resolution 140 (Rev. Busan 2014)"),
    ("Council Resolution 1332 (Mod. 2016)", "Council Res. 1332 (Modified 2016)", "Council Resolution 1332 (Rev. 2016)"),
]
DIFFERENT = [
    ("C06/10", "C06/10 Add. 1"),
    ("C06/10 Add. 1", "C06/10 Add. 2"),
    ("C06/10 Add. 1", "C06/10 Corr. 1"),
    ("WSIS/PC-3/C/50", "WSIS-II/PC-3/C/50"),
    ("WSIS-I/PC-3/Contri/32", "WSIS-II/PC-3/Contri/32"),
    ("PP Res. 140", "PP Res. 140 (Rev. Guadalajara, 2010)"),
    ("PP Res. 30", "WTDC Res. 30"),
    ("Council Resolution 509", "Council Decision 509"),
    ("C06/7", "C06/70"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda s: s[0])
def test_spellings_of_one_symbol_are_one(spellings):
    assert len({normalise(spelling) for spelling in spellings}) == 1, {s: normalise(s) for s in spellings}


@pytest.mark.parametrize("one, other", DIFFERENT)
def test_other_documents_keep_other_symbols(one, other):
    assert normalise(one) != normalise(other)


def test_normalising_twice_changes_nothing():
    for spelling in [*(s for spellings in SAME for s in spellings), "-A -A", "C06/7-E-F", "-A. A"]:
        assert normalise(normalise(spelling)) == normalise(spelling)


def test_a_bare_resolution_names_no_body():
    assert instrument("Resolution 113").body == ""
    assert instrument("Resolution 113 (Marrakesh, 2002)").body == "PP"
    assert instrument("WG-WSIS-9/13") is None


@pytest.mark.django_db
@pytest.mark.parametrize("variant", ["C06/07", "c06/7", "C06/7-E"])
def test_a_second_document_with_a_variant_of_the_same_symbol_is_refused_by_the_form_and_the_database(variant, acting):
    second = Document(slug="second", symbol=variant, title={"en": "Another"}, kind="report")
    with pytest.raises(ValidationError, match="is the symbol of a document in the register: C06/7"):
        second.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


@pytest.mark.django_db
def test_an_alias_that_names_another_document_is_refused():
    alias = DocumentAlias(record=DocumentFactory(), text="C06/07")
    with pytest.raises(ValidationError, match="names another document: C06/7"):
        alias.full_clean()


@pytest.mark.django_db
def test_a_guessed_symbol_finds_nothing_by_itself():
    document = DocumentFactory(symbol="")
    DocumentAlias.objects.bulk_create(
        [DocumentAlias(record=document, text="WSIS-II/PC-2/CONTRI/99", normalised="WSIS-II/PC-2/C/99", certainty="probable")]
    )
    assert not Document.objects.known_as("WSIS-II/PC-2/CONTRI/99").exists()
