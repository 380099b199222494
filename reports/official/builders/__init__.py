"""The builders of official reports: of each kind a function of an account of the register to a composition."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from action_lines.models import ActionLine
from mandates.models import Organisation
from reports.models import ReportKind
from wsis_tracker.register import dates

from ..account import GROUP, Account, NothingToReport
from ..wording import bearing
from .annual import annual
from .brief import brief
from .by_sectors import by_sectors
from .documents import documents
from .group import group

BUILDERS = {
    ReportKind.GROUP: group,
    ReportKind.ANNUAL: annual,
    ReportKind.SECTORS: by_sectors,
    ReportKind.BRIEF: brief,
    ReportKind.DOCUMENTS: documents,
}


def build(report, day=None, language="en"):
    """Compose a report, as of its own day or another; headings in `language`, sentences in English."""
    with override(language):
        title = str(report.title)
    line = line_of(report.slug) if report.kind == ReportKind.BRIEF else None
    period = {"covers_from": report.covers_from, "covers_to": report.covers_to, "day": day or report.day}
    return compose(Account(slug=report.slug, kind=report.kind, title=title, language=language, report=report, line=line, **period))


def build_kind(kind, *, covers_from, covers_to, day, line=None, language="en"):
    """Compose a report of a kind for which the register has no record: its period and its day, of a brief its action line.

    Without a beginning the period is that of the Group. NothingToReport where something is missing, or the period ends before it begins.
    """
    if kind == ReportKind.BRIEF and line is None:
        raise NothingToReport(_("A brief is on an action line: say on which."))
    if kind == ReportKind.ANNUAL and covers_from is None:
        raise NothingToReport(_("An annual report is on a year: say on which."))
    covers_from = covers_from or begun()
    if dates.latest(covers_to) < dates.earliest(covers_from):
        raise NothingToReport(_("The period that it covers ends before it begins."))
    years = covers_from if covers_from == covers_to else f"{covers_from}–{covers_to}"
    with override(language):
        title = f"{capfirst(ReportKind(kind).label)}: {line.code if line else years}"
    slug = f"{kind}-{line.slug if line else years.replace('–', '-')}"
    period = {"covers_from": covers_from, "covers_to": covers_to, "day": day}
    return compose(Account(slug=slug, kind=kind, title=title, language=language, line=line, **period))


def begun():
    """The year in which the Group began."""
    group = Organisation.objects.published().filter(slug=GROUP, valid_from__isnull=False).first()
    if group is None:
        raise NothingToReport(_("The register does not say when the Group began: name the year."))
    return group.valid_from[:4]


def compose(account):
    """What the builder of the account's kind makes of it: in English, each organisation by its name of that day."""
    with override("en"), bearing(account.names_borne()):
        return BUILDERS[account.kind](account)


def line_of(slug):
    """The action line with whose slug that of a brief ends: of brief-c7-e-health it is c7-e-health."""
    words = slug.split("-")
    endings = ["-".join(words[start:]) for start in range(len(words))]
    lines = {line.slug: line for line in ActionLine.objects.published().filter(slug__in=endings)}
    found = next((lines[ending] for ending in endings if ending in lines), None)
    if found is None:
        raise NothingToReport(_("The slug of a brief ends with that of its action line, as brief-c7 does."))
    return found
