"""A report as it would be issued now: composed anew whenever it is looked at."""

from dataclasses import dataclass

from .builders import build
from .composition import Composition


@dataclass(frozen=True)
class Draft:
    """The composition of a report, with what the staff wrote into it."""

    composition: Composition


def draft(report, day=None):
    """A report as of `day`, else of the day that it reports."""
    return Draft(build(report, str(day) if day else None))
