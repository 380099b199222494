"""A brief on an action line, of one page for a delegate."""

from itertools import count

from django.utils.translation import gettext_lazy as _

from ..layout import composition, section
from ..parts import lines


def brief(account):
    """The line; who has which part; what is asked; what is done and planned; where sources differ."""
    numbers = count(1)
    line = account.line
    return composition(
        account,
        [
            section(account, "line", "%(line)s", [lines.subject(account, line, next(numbers))], line=line.code),
            section(account, "roles", _("Roles"), [lines.roles(account, line, next(numbers))]),
            section(account, "asked", _("Mandates and tasks"), [lines.asked_on(account, line, next(numbers))]),
            section(account, "meetings", _("Meetings"), [lines.meetings(account, line, next(numbers))]),
            section(account, "activities", _("Activities"), [lines.activities(account, line, next(numbers))]),
            section(account, "notes", _("Notes"), [lines.differing(account, line)]),
        ],
    )
