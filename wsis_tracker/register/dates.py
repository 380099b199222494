"""Partial dates: `2002`, `2006-04`, `2005-12-16`, one ISO text each, so that text order is date order."""

import calendar
import datetime
import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def parse(text):
    """`text` as (year, month or None, day or None); a ValidationError where no such day can be."""
    match = SHAPE.fullmatch(text)
    if match:
        year, month, day = (int(part) if part else None for part in match.groups())
        try:
            datetime.date(year, month or 1, day or 1)
            return year, month, day
        except ValueError:
            pass
    raise ValidationError(
        _("“%(value)s” is no date: write a year, a year and month, or a day (2002, 2006-04, 2005-12-16)."),
        code="invalid_date",
        params={"value": text},
    )


def earliest(text):
    """The first day that a partial date may mean."""
    year, month, day = parse(text)
    return datetime.date(year, month or 1, day or 1)


def before(text):
    """The date of the same precision just before: 2006 before 2007, March 2006 before April 2006."""
    return (earliest(text) - datetime.timedelta(days=1)).isoformat()[: len(text)]


def latest(text):
    """The last day that a partial date may mean."""
    year, month, day = parse(text)
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def least(day):
    """The least text of a date that begins on `day` or after it: of 1 January 2006 that is 2006, of 1 April 2006-04."""
    return re.sub(r"(-01){1,2}$", "", str(day))


def days_before(day, number):
    """The day so many days before another; there is none before the first of all."""
    return datetime.date.fromordinal(max(day.toordinal() - number, 1))


def in_words(text):
    """A partial date in the reader's language: 2002, April 2006, 16 December 2005."""
    return worded(text, get_language())


@lru_cache(maxsize=10_000)
def worded(text, language):
    year, month, day = parse(text)
    if day:
        return date_format(earliest(text), shape("DATE_FORMAT", "j F Y"))
    return date_format(earliest(text), shape("YEAR_MONTH_FORMAT", "F Y")) if month else str(year)


def shape(name, english):
    """The format of dates in the reader's language; in English day before month, as the documents print it."""
    return english if get_language() == "en" else get_format(name)
