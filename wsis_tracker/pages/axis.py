"""Time drawn as a line: where a day stands between two years, in the percentages that SVG takes.

A drawing without a viewBox keeps its letters at their size at any width, so nothing is ever too small to read.
"""

from dataclasses import dataclass

from django.utils.dates import MONTHS_3
from django.utils.text import capfirst
from django.utils.translation import get_language_bidi

from wsis_tracker.register import dates

#: How many years an axis names at most.
NAMED = 7
#: Over how many years at most an axis names months.
MONTHS_TOLD = 3


def percent(number):
    return f"{number:.2f}%"


@dataclass(frozen=True)
class Span:
    """A stretch of an axis: where it begins and how wide it is; `open` where no end is known."""

    x: str
    width: str
    open: bool = False


@dataclass(frozen=True)
class Axis:
    """The years from `first` to `last`, both included, from left to right, or from right to left where one reads so."""

    first: int
    last: int

    @classmethod
    def over(cls, texts, day=None):
        """The axis that has every one of some partial dates on it, and `day` where one is given; None without any."""
        years = [dates.earliest(text).year for text in texts if text]
        return cls(min(years), max([*years, day.year] if day else years)) if years else None

    def _fraction(self, day):
        """How much of the axis lies before a day, from 0 to 1."""
        first = dates.earliest(f"{self.first:04}").toordinal()
        length = dates.latest(f"{self.last:04}").toordinal() + 1 - first
        return min(max((day.toordinal() - first) / length, 0), 1)

    def at(self, text):
        """Where the first day of a partial date stands."""
        fraction = self._fraction(dates.earliest(text))
        return percent(100 * (1 - fraction if get_language_bidi() else fraction))

    def span(self, valid_from, valid_until=None):
        """From a partial date until another, or to the end of the axis."""
        begin = self._fraction(dates.earliest(valid_from))
        end = self._fraction(dates.earliest(valid_until)) if valid_until else 1
        width = max(end - begin, 0.004)
        return Span(percent(100 * (1 - begin - width if get_language_bidi() else begin)), percent(100 * width), open=not valid_until)

    def is_late(self, text):
        """Whether a date stands in the second half of the axis, so that a label has room before it alone."""
        return self._fraction(dates.earliest(text)) > 0.5

    def ticks(self):
        """Some years, evenly, or over few years some months, each with the place where it begins."""
        years = self.last - self.first + 1
        if years <= MONTHS_TOLD:
            told = [(year, month) for year in range(self.first, self.last + 1) for month in range(1, 13, 3)]
            return [(year if month == 1 else capfirst(MONTHS_3[month]), self.at(f"{year:04}-{month:02}")) for year, month in told]
        return [(year, self.at(f"{year:04}")) for year in range(self.first, self.last + 1, -(-years // NAMED))]
