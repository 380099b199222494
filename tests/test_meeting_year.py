"""The meetings of a year on the leaves of a calendar."""

import re

import pytest

from meetings.models import Meeting
from meetings.year import months_of

from . import factories

pytestmark = pytest.mark.django_db


def meeting(title, held_from, held_to=None, **fields):
    return factories.MeetingFactory(title={"en": title}, held_from=held_from, held_to=held_to or held_from, **fields)


def days(year, number):
    """The days of a month on which something was held, with the names of what was."""
    months, _of_year = months_of(year, Meeting.objects.published().in_year(year))
    return {day: [str(m) for m in meetings] for week in months[number - 1].weeks for day, meetings in week if meetings}


def test_a_meeting_stands_on_each_of_its_days():
    meeting("Retreat", "1990-03-30", "1990-04-02")
    assert days(1990, 3) == {30: ["Retreat"], 31: ["Retreat"]}
    assert days(1990, 4) == {1: ["Retreat"], 2: ["Retreat"]}


def test_a_meeting_over_the_turn_of_the_year_is_in_both_years():
    meeting("Night", "1990-12-31", "1991-01-01")
    assert days(1990, 12) == {31: ["Night"]}
    assert days(1991, 1) == {1: ["Night"]}


def test_two_meetings_may_share_a_day():
    meeting("Morning", "1990-05-01")
    meeting("Evening", "1990-05-01")
    assert sorted(days(1990, 5)[1]) == ["Evening", "Morning"]


def test_what_is_known_to_the_month_or_the_year_alone_is_on_no_day():
    meeting("Some day in June", "1990-06")
    meeting("Some day", "1990")
    months, of_year = months_of(1990, Meeting.objects.published().in_year(1990))
    assert days(1990, 6) == {}
    assert [str(m) for m in months[5].meetings] == ["Some day in June"]
    assert [str(m) for m in of_year] == ["Some day"]


@pytest.mark.parametrize(
    "held_from, held_to, touched",
    [
        ("1989-12", "1990-01", [1]),
        ("1989-11-28", "1990-02", [1, 2]),
        ("1989-12-10", "1990", list(range(1, 13))),
        ("1990-03", "1990-05", [3, 4, 5]),
        ("1990-11", "1991", [11, 12]),
    ],
)
def test_what_is_known_in_part_stands_in_every_month_that_it_may_touch(held_from, held_to, touched):
    meeting("Long", held_from, held_to)
    months, of_year = months_of(1990, Meeting.objects.published().in_year(1990))
    assert [month.number for month in months if month.meetings] == touched
    assert of_year == []


def test_a_day_of_several_meetings_leads_to_all_of_them(client):
    meeting("Morning", "1990-05-01")
    meeting("Evening", "1990-05-01")
    assert 'href="#met-5" aria-label="1: ' in client.get("/meetings/calendar/", {"year": 1990}).content.decode()


def test_a_draft_or_a_meeting_not_yet_known_on_the_day_is_on_no_leaf(client):
    meeting("Secret", "1990-05-01", visibility="draft")
    meeting("Later", "1990-09-01")
    address = "/meetings/calendar/"
    assert "Secret" not in client.get(address, {"year": 1990}).content.decode()
    assert "Later" in client.get(address, {"year": 1990}).content.decode()
    assert "Later" not in client.get(address, {"year": 1990, "as_of": "1990-05-05"}).content.decode()


def test_a_cancelled_meeting_says_so(client):
    meeting("Called off", "1990-05-01", cancelled_on="1990-04-01")
    page = re.sub(r"<[^>]+>", "", client.get("/meetings/calendar/", {"year": 1990}).content.decode())
    assert "1 May 1990 · cancelled" in page


@pytest.mark.parametrize("language, first", [("", "Monday"), ("/fr", "lundi"), ("/ar", "الأحد")])
def test_the_week_begins_as_in_the_readers_country(client, language, first):
    html = client.get(f"{language}/meetings/calendar/", {"year": 2003}).content.decode()
    assert re.search(r'abbr="([^"]+)"', html)[1] == first


@pytest.mark.parametrize("asked", ["year=soon", "year=99", "year=2003&month=5", "year=2003&as_of=yesterday"])
def test_a_bad_parameter_is_refused(client, asked):
    assert client.get(f"/meetings/calendar/?{asked}").status_code == 400
