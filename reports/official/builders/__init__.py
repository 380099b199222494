"""Builders of official reports: functions of a report and a day that compose it from the register."""

from reports.official.composition import Composition, Head, Paragraph, Section, Sentence


def build(report, day=None):
    """What is known of a report without its builder: its title."""
    title = str(report.title)
    paragraph = Paragraph("title", "1", (Sentence(f"{title}."),))
    return Composition(
        report.slug, report.kind, title, "en", str(day or report.day), report.covers_from, report.covers_to,
        Head(str(report.reports_to or "")), (Section("report", "Report", (paragraph,)),),
    )  # fmt: skip
