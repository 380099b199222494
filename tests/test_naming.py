"""A record is called the same, and shown at the same address, whether it is read by itself or among many of several kinds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from wsis_tracker.naming import KINDS, shown
from wsis_tracker.register.changes import act
from wsis_tracker.search import searched

from . import factories

pytestmark = pytest.mark.django_db


def every_record():
    """Every record of the register, and some of shapes that its first content lacks."""
    factories.DocumentFactory(symbol="", title={"fr": "Résumé"})
    factories.RoleFactory(action_line=None, organisation=factories.OrganisationFactory(acronym="", name={"es": "Organización"}))
    factories.RelationFactory(target=None, target_symbol="C99/9")
    factories.SubmissionFactory(document=None, words="Words", meeting=None)
    factories.SubmissionFactory(meeting=None, handed_to="PrepCom")
    factories.ConclusionFactory(item="")
    factories.PersonFactory(title="Dr")
    factories.ActionLineFactory(parent=factories.ActionLineFactory())
    factories.ProgressFactory()
    factories.RulingFactory()
    factories.FigureFactory()
    return {model: list(model.objects.all()) for model in searched().values()}


def test_every_collection_has_its_kind():
    assert set(KINDS) == set(searched().values())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_record_among_many_has_its_own_name_and_address(language):
    records = every_record()
    with translation.override(language):
        with CaptureQueriesContext(connection) as captured:
            among_many = shown({model: [record.pk for record in of_kind] for model, of_kind in records.items()})
        assert len(captured) == 1
        own = {(r.collection, r.pk): (r.slug, str(r), r.get_absolute_url()) for of_kind in records.values() for r in of_kind}
        assert {key: (record.slug, str(record), record.get_absolute_url()) for key, record in among_many.items()} == own


def test_a_name_says_its_language():
    document = factories.DocumentFactory(symbol="", title={"en": "Summary", "fr": "Résumé"})
    for language, name in (("en", "Summary"), ("fr", "Résumé"), ("es", "Summary")):
        with translation.override(language):
            [record] = shown({type(document): [document.pk]}).values()
        assert (record.name, record.language) == (name, language if language != "es" else "en")


def test_a_record_says_its_text_in_each_language_and_its_other_names():
    with act(reason="a test"):
        organisation = factories.OrganisationFactory(name={"en": "Herd", "fr": "Troupeau"})
        for name in ("Flock", "Pack"):
            organisation.names.create(name=name)
    [record] = shown({type(organisation): [organisation.pk]}).values()
    assert {"Herd", "Troupeau", "Flock", "Pack"} <= set(record.text.splitlines())


def test_of_nothing_nothing_is_shown():
    assert shown({}) == {}
