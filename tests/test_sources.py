"""The paragraphs behind facts that have been read already: fetched for all kinds at once, the same as for each alone."""

import pytest

from action_lines.models import Role
from mandates.models import Appointment, Mandate
from mandates.sources import fetch_sources, with_sources
from meetings.models import Meeting
from tests.factories import MandateFactory, ProvisionFactory

pytestmark = pytest.mark.django_db


def said(record):
    """All that a page says of the sources of a record."""
    return [(source, *of_provision(source.provision), source.words, source.field, source.value) for source in record.sources.all()]


def of_provision(provision):
    return str(provision), provision.get_absolute_url(), provision.slug, provision.get_kind_display(), provision.document.title


def test_the_sources_of_several_kinds_are_fetched_in_one_query_and_are_those_of_each_kind(django_assert_num_queries):
    kinds = [Role.objects.all(), Meeting.objects.all(), Appointment.objects.all()]
    lists = [list(records) for records in kinds]
    with django_assert_num_queries(1):
        fetch_sources(*lists)
        found = [said(record) for records in lists for record in records]
    assert found == [said(record) for records in kinds for record in with_sources(records)]
    assert [source for sources in found for source in sources if source[-1]], "a variant is among them"


def test_a_record_without_sources_has_none_and_is_not_asked_again(django_assert_num_queries):
    mandate = MandateFactory()
    with django_assert_num_queries(1):
        fetch_sources([mandate])
        assert not mandate.sources.all()
        assert mandate.sources.first() is None


def test_without_records_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        fetch_sources()
        fetch_sources([], Mandate.objects.none())


def test_a_record_that_is_there_twice_has_its_sources_twice(acting):
    mandate = MandateFactory()
    provision = ProvisionFactory(document__symbol="", document__title={"fr": "Rapport"})
    mandate.sources.create(provision=provision, words="as printed")
    twins = [Mandate.objects.get(pk=mandate.pk), Mandate.objects.get(pk=mandate.pk)]
    fetch_sources(twins)
    assert [said(twin)[0][1:3] for twin in twins] == [(f"Rapport, para {provision.position}", provision.get_absolute_url())] * 2
