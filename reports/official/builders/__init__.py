"""Builders of official reports: functions of a report and a day that compose it from the register."""

from meetings.models import Meeting
from reports.official.composition import Composition, Head, Item, Paragraph, Reference, Section, Sentence


class NothingToReport(Exception):
    """The register lacks what a report is about."""


def build(report, day=None):
    """A stand-in until there are builders: the title of a report, and the meetings of the Group."""
    if report.kind == "action-line-brief":
        raise NothingToReport("No brief is composed yet.")
    day = str(day or report.day)
    opening = Paragraph("subject", "1", (Sentence(f"{report.title}."),))
    met = Meeting.objects.published().filter(series="wg-wsis").as_of(day)
    items = tuple(
        Item((Sentence(f"{m}, {m.held_from} to {m.held_to}.", (Reference("meetings", m.slug, str(m), m.get_absolute_url()),)),))
        for m in met
    )
    meetings = Paragraph("meetings", "2", (Sentence("The Group met:"),), items)
    section = Section("report", "Report", (opening, meetings))
    head = Head(str(report.reports_to or ""))
    return Composition(report.slug, report.kind, str(report.title), "en", day, report.covers_from, report.covers_to, head, (section,))


def reference(meeting):
    return Reference("meetings", meeting.slug, str(meeting), meeting.get_absolute_url())
