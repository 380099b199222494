"""Search: whole words, case and accents folded, no stemming, the same set on both databases."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from mandates.models import Document, Organisation
from tests.factories import DocumentFactory, OrganisationFactory
from wsis_tracker.register.changes import act
from wsis_tracker.register.database import ensure_search, searched_models
from wsis_tracker.register.words import fold

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
