"""A year of meetings, month by month: the days on which one was held, and those known to the month or year alone."""

import calendar
import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format
from django.utils.translation import get_language

from wsis_tracker.register import dates


@dataclass(frozen=True)
class Month:
    """A month: its weeks of `(day of the month, meetings of the day)`, 0 for a day of another month; and all its meetings."""

    number: int
    name: str
    weeks: list
    meetings: list


def months_of(year, meetings):
    """The twelve months of a year with those of `meetings` that touch them, and those of which no month is known."""
    on_day, in_month, in_year = defaultdict(list), defaultdict(list), []
    for meeting in meetings:
        ends = [meeting.held_from, meeting.held_to or meeting.held_from]
        if all(dates.parse(end)[1] is None for end in ends):
            in_year.append(meeting)
            continue
        days = days_within(year, *ends)
        if all(dates.parse(end)[2] for end in ends):
            for day in days:
                on_day[day].append(meeting)
        for month in sorted({day.month for day in days}):
            in_month[month].append(meeting)
    weeks = calendar.Calendar(first_weekday())
    months = [Month(number, MONTHS[number], list(weeks_of(weeks, year, number, on_day)), in_month[number]) for number in range(1, 13)]
    return months, in_year


def days_within(year, first, last):
    """The days of a year from the first that `first` may mean to the last that `last` may mean."""
    begin = max(dates.earliest(first), datetime.date(year, 1, 1))
    end = min(dates.latest(last), datetime.date(year, 12, 31))
    return [begin + datetime.timedelta(days=n) for n in range((end - begin).days + 1)]


def weeks_of(weeks, year, month, on_day):
    for week in weeks.monthdayscalendar(year, month):
        yield [(day, on_day.get(datetime.date(year, month, day), []) if day else []) for day in week]


def first_weekday():
    """With which day of the week a week begins where the reader's language is spoken; in English on Monday, as in Geneva. Monday is 0."""
    return calendar.MONDAY if get_language() == "en" else (get_format("FIRST_DAY_OF_WEEK") - 1) % 7


def weekdays():
    """The days of the week in the reader's order, each with its short name."""
    days = [(first_weekday() + n) % 7 for n in range(7)]
    return [(WEEKDAYS[day], WEEKDAYS_ABBR[day]) for day in days]
