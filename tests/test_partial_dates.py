"""Partial dates: text order is date order, a bound counts from its earliest day, nonsense reaches no column."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from action_lines.models import Role
from mandates.models import Document, Mandate
from tests.factories import DocumentFactory, MandateFactory, RoleFactory
from wsis_tracker.register import dates

partial = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", day.isoformat()])
)


@given(partial)
def test_a_partial_date_means_the_days_from_its_earliest_to_its_latest(text):
    assert dates.earliest(text) <= dates.latest(text)
    assert dates.latest(text).isoformat().startswith(text)
    assert dates.earliest(text).isoformat().startswith(text)


@given(partial, st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
def test_text_order_says_whether_its_earliest_day_has_come(text, day):
    assert (text <= day.isoformat()) == (dates.earliest(text) <= day)


@pytest.mark.parametrize("text", ["2006-13", "2006-02-30", "06-04-01", "2006-4", "April 2006", "0000", "2006-04-01T00:00", "２００６"])
def test_what_is_no_date_is_refused_by_name(text):
    with pytest.raises(ValidationError, match="is no date"):
        dates.parse(text)


@pytest.mark.django_db
def test_no_writer_brings_nonsense_into_a_date_column(acting):
    document = DocumentFactory()
    with pytest.raises(ValidationError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(dated_on="soon")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "valid_from, valid_until, day, holds",
    [
        ("2006-04", None, "2006-03-31", False),
        ("2006-04", None, "2006-04-01", True),
        ("2002", "2006-04", "2006-03-31", True),
        ("2002", "2006-04", "2006-04-01", False),
        ("2002", "2007", "2006-12-31", True),
        ("2002", "2007", "2007-01-01", False),
        ("2005-11-18", "2005-11-19", "2005-11-18", True),
        (None, None, "2006-01-01", False),
    ],
)
def test_a_period_holds_from_its_first_day_until_the_day_it_no_longer_does(valid_from, valid_until, day, holds):
    role = RoleFactory(valid_from=valid_from, valid_until=valid_until, date_basis="printed" if valid_from else "")
    day = datetime.date.fromisoformat(day)
    assert Role.objects.filter(pk=role.pk).as_of(day).exists() is holds
    assert role.held_on(day) is holds


BOUNDS = ["2005", "2005-12", "2005-12-31", "2006", "2006-01", "2006-01-01", "2006-04", "2006-04-01"]


@pytest.mark.django_db
@pytest.mark.parametrize("modality", ["instructs", "proposed"])
def test_a_record_and_its_queryset_agree_on_every_boundary_of_its_period(modality):
    periods = [(begin, end) for begin in (None, *BOUNDS) for end in (None, *BOUNDS)]
    periods = [(begin, end) for begin, end in periods if not (begin and end) or dates.earliest(begin).isoformat() < end]
    mandates = [
        MandateFactory(modality=modality, valid_from=begin, valid_until=end, date_basis="printed" if begin else "")
        for begin, end in periods
    ]
    written = Mandate.objects.filter(pk__in=[mandate.pk for mandate in mandates])
    for day in (dates.earliest(bound) + datetime.timedelta(days=shift) for bound in BOUNDS for shift in (-1, 0, 1)):
        assert {m for m in mandates if m.held_on(day)} == set(written.as_of(day))
        assert {m for m in mandates if m.proposed_by(day)} == set(written.proposed_by(day))


@pytest.mark.django_db
def test_a_role_without_a_date_is_counted_as_left_out():
    role = RoleFactory(valid_from=None, date_basis="")
    assert Role.objects.filter(pk=role.pk).undated().count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "valid_from, valid_until", [("2006-04", "2006-03"), ("2006-04", "2006-04"), ("2006-01-01", "2006"), ("2006", "2005-12")]
)
def test_a_period_that_ends_before_it_begins_is_refused_by_the_form_and_by_the_database(valid_from, valid_until):
    role = RoleFactory()
    role.valid_from, role.valid_until = valid_from, valid_until
    with pytest.raises(ValidationError, match="ends before it begins"):
        role.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.filter(pk=role.pk).update(valid_from=valid_from, valid_until=valid_until)


@pytest.mark.django_db
def test_dates_sort_alike_on_both_databases():
    for day in ["2006", "2005-12-31", "2006-01-01", "2006-01", "2005"]:
        DocumentFactory(dated_on=day, symbol=f"SORT/{day}")
    found = Document.objects.filter(symbol__startswith="SORT/").order_by("dated_on").values_list("dated_on", flat=True)
    assert list(found) == ["2005", "2005-12-31", "2006", "2006-01", "2006-01-01"], connection.vendor
