"""Search: whole words, case and accents folded, no stemming, the same records on both databases, those so named first."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from mandates.models import Document, Organisation
from tests.factories import DocumentFactory, MeetingFactory, OrganisationFactory, TaskFactory
from wsis_tracker.register.changes import act
from wsis_tracker.register.database import ensure_search, searched_models
from wsis_tracker.register.words import fold
from wsis_tracker.search import Found

pytestmark = pytest.mark.django_db


def test_words_are_folded_alike_whatever_their_script():
    assert fold("L'Union Internationale des Télécommunications (UIT), 2005") == [
        "2005",
        "des",
        "internationale",
        "l",
        "telecommunications",
        "uit",
        "union",
    ]
    assert fold("Строительство ЁЛКИ") == ["елки", "строительство"]
    assert fold("الاتّحاد") == fold("الاتحاد")
    assert fold("  ''\"); drop --* ") == ["drop"]


@pytest.mark.parametrize("text", ["résumé", "RESUME", "Resume numerique", "numérique"])
def test_a_record_is_found_by_whole_words_without_regard_to_case_and_accents(text):
    document = DocumentFactory(title={"fr": "Résumé numérique"}, symbol="")
    assert document in Document.objects.search(text)


@pytest.mark.parametrize("text", ["résum", "numeriques", "resume analogique"])
def test_parts_of_words_and_other_words_find_nothing(text):
    document = DocumentFactory(title={"fr": "Résumé numérique"}, symbol="")
    assert document not in Document.objects.search(text)


@pytest.mark.parametrize("text", ["", "   ", "***", "\"'"])
def test_no_words_find_nothing(text):
    assert not Document.objects.search(text).exists()


def test_a_changed_record_is_found_by_its_new_words_alone():
    organisation = OrganisationFactory(acronym="OLDWORD")
    with act(reason="renamed"):
        organisation = Organisation.objects.get(pk=organisation.pk)
        organisation.acronym = "NEWWORD"
        organisation.save()
    assert organisation in Organisation.objects.search("newword")
    assert not Organisation.objects.search("oldword").exists()


def test_a_deleted_record_is_found_no_more(acting):
    OrganisationFactory(acronym="GONEWORD").delete()
    assert not Organisation.objects.search("goneword").exists()


def test_a_partial_save_keeps_the_words_true():
    organisation = OrganisationFactory(acronym="BEFORE")
    with act(reason="renamed"):
        organisation.acronym = "AFTERWARDS"
        organisation.save(update_fields=["acronym"])
    assert organisation in Organisation.objects.search("afterwards")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the triggers are SQLite's")
def test_where_a_migration_dropped_a_trigger_it_is_made_again_and_the_words_read_anew():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER mandates_organisation_words_insert")
        missed = OrganisationFactory(acronym="MISSEDWORD")
        assert missed not in Organisation.objects.search("missedword")
        ensure_search(using="default")
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_words_%'")
        assert cursor.fetchone()[0] == 3 * len(searched_models())
    assert missed in Organisation.objects.search("missedword")


def test_a_record_is_found_by_its_other_names_and_spellings():
    organisation, document = OrganisationFactory(), DocumentFactory()
    with act(reason="other names"):
        name = organisation.names.create(name="The Formerword Body")
        document.aliases.create(text="ALIASWORD/7")
    assert organisation in Organisation.objects.search("formerword")
    assert document in Document.objects.search("aliasword")
    with act(reason="a mistake"):
        name.delete()
    assert not Organisation.objects.search("formerword").exists()


def test_the_words_can_all_be_made_anew():
    organisation = OrganisationFactory(acronym="ANEWWORD")
    Organisation.objects.filter(pk=organisation.pk).update(search="")
    call_command("fill_search", stdout=StringIO())
    assert organisation in Organisation.objects.search("anewword")


def test_what_is_not_there_is_no_word():
    assert DocumentFactory(symbol="") not in Document.objects.search("none")


def found(text, **asked):
    return [record.slug for record in Found(text, **asked)[:50]]


def test_what_has_every_word_in_its_name_comes_first_then_the_collections_in_their_order():
    DocumentFactory(slug="beside", symbol="", title={"en": "Of something else"}, gist="A zebra crosses the savannah.")
    OrganisationFactory(slug="partly", acronym="ZEBRA", kind="member-state", iso_code="QQ")
    MeetingFactory(slug="within", title={"en": "Another"}, topic="The savannah and the zebra")
    DocumentFactory(slug="titled", symbol="", title={"fr": "Le zèbre", "en": "Zebra of the savannah"})
    TaskFactory(slug="asked", title="Count every zebra in the savannah")
    assert found("zebra savannah") == ["titled", "asked", "beside", "within"]
    assert found("zebra") == ["partly", "titled", "asked", "beside", "within"]
    assert found("zebra qq") == ["partly"]
    assert found("zebra", collections=("documents",)) == ["titled", "beside"]


def test_symbols_codes_other_names_and_slugs_are_names():
    slugged = DocumentFactory(slug="aardvark-paper", symbol="", title={"en": "A paper"})
    told = DocumentFactory(slug="a-paper", symbol="", title={"en": "A paper"}, gist="Of the aardvark")
    symbol = DocumentFactory(slug="b-paper", symbol="AARDVARK/7")
    renamed = OrganisationFactory(slug="c-body")
    with act(reason="a test"):
        renamed.names.create(name="The Aardvark Union")
    assert found("aardvark") == [record.slug for record in (renamed, slugged, symbol, told)]


def test_words_stored_without_those_of_the_name_apart_are_found_until_they_are_made_anew():
    old = DocumentFactory(slug="old", symbol="", title={"en": "Ocelot of old"})
    new = DocumentFactory(slug="new", symbol="", title={"en": "New"}, gist="An ocelot")
    as_before = "'ocelot' 'of' 'old'" if connection.vendor == "postgresql" else "ocelot of old"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mandates_document SET search = %s WHERE slug = 'old'", [as_before])
    assert found("ocelot") == [new.slug, old.slug]
    call_command("fill_search", stdout=StringIO())
    assert found("ocelot") == [old.slug, new.slug]


#: As the table of words was when those of the name did not stand apart.
OLDER_SHAPE = [
    "DROP TRIGGER {table}_words_insert",
    "DROP TRIGGER {table}_words_delete",
    "DROP TRIGGER {table}_words_update",
    "DROP TABLE {table}_words",
    "CREATE VIRTUAL TABLE {table}_words USING fts5(search, content='{table}', content_rowid='id')",
    "CREATE TRIGGER {table}_words_insert AFTER INSERT ON {table} BEGIN "
    "INSERT INTO {table}_words(rowid, search) VALUES (new.id, new.search); END",
]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the table of words is SQLite's")
def test_a_table_of_words_of_an_older_shape_is_made_anew_with_all_its_words():
    table = Organisation._meta.db_table
    with connection.cursor() as cursor:
        for statement in OLDER_SHAPE:
            cursor.execute(statement.format(table=table))
        organisation = OrganisationFactory(acronym="OLDSHAPE")
    ensure_search(using="default")
    assert found("oldshape") == [organisation.slug]
    with act(reason="renamed"):
        organisation.acronym = "NEWSHAPE"
        organisation.save()
    assert (found("oldshape"), found("newshape")) == ([], [organisation.slug])


def test_what_was_found_is_counted_in_each_collection():
    DocumentFactory(symbol="", title={"en": "A quagga"})
    DocumentFactory(symbol="", title={"en": "Two quaggas"}, gist="A quagga", dated_on=None, date_basis="")
    TaskFactory(title="Find the quagga", visibility="draft")
    OrganisationFactory(acronym="QUAGGA")
    assert Found("quagga").per_kind == {"documents": 2, "organisations": 1}
    assert Found("quagga", day="2026-01-01").per_kind == {"documents": 1, "organisations": 1}
    assert Found("quagga", collections=("organisations",)).count() == 1
    assert Found("***").per_kind == {}
    assert found("***") == []
