"""Discrepancies: voices of differing level, each claimant's latest, until a person rules on them."""

import datetime

import pytest

from mandates.models import Organisation
from reports.discrepancies import complete, differing, discrepancies
from reports.models import Ruling
from tests.factories import (
    ActionLineFactory,
    FigureFactory,
    MandateFactory,
    MeetingFactory,
    OrganisationFactory,
    ProvisionFactory,
    RoleFactory,
    RulingFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db
DAY = datetime.date(2006, 5, 1)


def codes(found):
    return [d.action_line.slug for d in found]


def claims(*pairs, organisation=None, line=None, **more):
    organisation, line = organisation or OrganisationFactory(), line or ActionLineFactory()
    roles = [RoleFactory(organisation=organisation, action_line=line, claimant=c, kind=kind, **more) for c, kind in pairs]
    return organisation, line, roles


def test_claims_of_differing_level_are_a_discrepancy():
    organisation, line, _ = claims((OrganisationFactory(), "stakeholder"), (OrganisationFactory(), "co-moderator/facilitator"))
    assert codes(discrepancies(DAY, organisation=organisation)) == [line.slug]


def test_differing_words_of_one_level_are_none():
    organisation, _, _ = claims((OrganisationFactory(), "leading facilitator"), (OrganisationFactory(), "moderator/facilitator"))
    assert discrepancies(DAY, organisation=organisation) == []


def test_one_claimant_cannot_contradict_itself_its_latest_word_counts_and_the_earlier_stands_under_it():
    council = OrganisationFactory()
    organisation, line, _ = claims((council, "stakeholder"), valid_from="2005-09")
    claims((council, "partner"), organisation=organisation, line=line, valid_from="2006-04")
    assert discrepancies(DAY, organisation=organisation) == []
    claims((OrganisationFactory(), "sole facilitator"), organisation=organisation, line=line, valid_from="2005-11-18")
    (found,) = discrepancies(DAY, organisation=organisation)
    assert {(v.value, tuple(e.value for e in v.earlier)) for v in found.voices} == {("partner", ("stakeholder",)), ("sole facilitator", ())}


def test_a_claim_that_only_restates_is_no_voice():
    organisation, line, (original, _) = claims((OrganisationFactory(), "moderator/facilitator"), (OrganisationFactory(), "co-facilitator"))
    RoleFactory(organisation=organisation, action_line=line, kind="partner", restates=original)
    assert discrepancies(DAY, organisation=organisation) == []


def test_a_claim_that_has_ended_or_not_begun_is_no_voice():
    organisation, line, _ = claims((OrganisationFactory(), "moderator/facilitator"))
    claims((OrganisationFactory(), "partner"), organisation=organisation, line=line, valid_from="2005", valid_until="2006")
    claims((OrganisationFactory(), "stakeholder"), organisation=organisation, line=line, valid_from="2006-05-02")
    assert discrepancies(DAY, organisation=organisation) == []


def test_a_draft_claim_is_no_voice():
    organisation, line, _ = claims((OrganisationFactory(), "moderator/facilitator"))
    claims((OrganisationFactory(), "partner"), organisation=organisation, line=line, visibility="draft")
    assert discrepancies(DAY, organisation=organisation) == []


def test_a_ruling_on_exactly_the_voices_in_force_closes_it_and_a_new_voice_opens_it_again():
    organisation, line, roles = claims((OrganisationFactory(), "stakeholder"), (OrganisationFactory(), "sole facilitator"))
    key = f"role-{organisation.slug}-{line.slug}"
    RulingFactory(subject=key, weighed=[r.slug for r in roles], stands=[roles[0].slug], ruled_on="2006-04-01")
    (found,) = discrepancies(DAY, organisation=organisation)
    assert not found.is_open
    (before,) = discrepancies(datetime.date(2006, 3, 31), organisation=organisation)
    assert before.is_open
    claims((OrganisationFactory(), "partner"), organisation=organisation, line=line)
    (again,) = discrepancies(DAY, organisation=organisation)
    assert again.is_open
    assert again.ruling == Ruling.objects.get(subject=key)


def test_a_paragraph_that_gives_another_value_than_the_record_is_one(acting):
    submission = SubmissionFactory(phase="tunis")
    submission.sources.create(provision=ProvisionFactory(), field="phase", value="Geneva")
    (found,) = [d for d in discrepancies(DAY) if d.subject == submission]
    assert [v.value for v in found.voices] == ["Tunis phase (2005)", "Geneva"]


def test_a_figure_that_differs_from_the_count_of_records_is_one():
    figure = FigureFactory(counts="meetings", value=10, dated_on="2006-04")
    (found,) = [d for d in discrepancies(DAY) if d.subject == figure]
    assert [v.value for v in found.voices] == ["10", "9"]


def test_a_figure_is_compared_with_the_meetings_known_on_its_own_date_however_they_are_known(acting):
    figure = FigureFactory(counts="meetings", value=9, dated_on="2006-04")
    assert figure not in [d.subject for d in discrepancies(DAY)]
    MeetingFactory(series="wg-wsis", number=101, held_from="2006-05", held_to=None, announced_on="2006-04-30")
    named = MeetingFactory(series="wg-wsis", number=102, held_from=None, held_to=None, date_basis="")
    named.sources.create(provision=ProvisionFactory(document__dated_on="2005"))
    MeetingFactory(series="wg-wsis", number=103, held_from="2006-05-01", held_to=None)
    (found,) = [d for d in discrepancies(DAY) if d.subject == figure]
    assert [v.value for v in found.voices] == ["9", "11"]


def test_a_variant_of_what_a_record_leads_to_is_shown_by_name(acting):
    mandate = MandateFactory(reports_to=OrganisationFactory(acronym="COUNCIL-X"))
    mandate.sources.create(provision=ProvisionFactory(), field="reports_to", value="the Conference")
    (found,) = [d for d in discrepancies(DAY) if d.subject == mandate]
    assert [v.value for v in found.voices] == ["COUNCIL-X", "the Conference"]


def test_the_discrepancies_found_are_those_that_are_shown():
    found = differing(DAY)
    assert {d.kind for d in found} >= {"roles", "variant"}
    assert [(d.key, [v.key for v in d.voices]) for d in found] == [(d.key, [v.key for v in d.voices]) for d in complete(found)]


@pytest.mark.parametrize("day, lines", [("2005-10-15", []), ("2005-12-01", ["c7"]), ("2006-05-01", ["c1", "c3", "c4", "c6", "c7", "c11"])])
def test_itus_discrepancies_are_those_of_the_report(day, lines):
    found = discrepancies(datetime.date.fromisoformat(day), organisation=Organisation.objects.get(slug="itu"))
    assert codes(found) == lines
