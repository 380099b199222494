"""A report as it would be issued now: composed anew whenever it is looked at."""

from .builders import build


def draft(report, day=None):
    """The composition of a report as of `day`, else of the day that it reports."""
    return build(report, day)
