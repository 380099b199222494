"""The builders of official reports: of each kind a function of an account of the register to a composition."""

from django.utils.translation import override

from reports.models import ReportKind

from ..account import Account
from .group import group

BUILDERS = {
    ReportKind.GROUP: group,
}


def build(report, day=None, language="en"):
    """Compose a report, as of its own day or another; headings in `language`, sentences in English."""
    with override(language):
        title = str(report.title)
    account = Account(
        slug=report.slug,
        kind=report.kind,
        title=title,
        covers_from=report.covers_from,
        covers_to=report.covers_to,
        day=day or report.day,
        language=language,
        report=report,
    )
    return compose(account)


def compose(account):
    """What the builder of the account's kind makes of it."""
    with override("en"):
        return BUILDERS[account.kind](account)
