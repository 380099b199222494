"""The documents before meetings and those that they gave out, meeting by meeting."""

from django.utils.translation import gettext_lazy as _

from ..layout import composition, paragraph, section
from ..parts import papers


def documents(account):
    """A table for each meeting of the period."""
    found = papers.by_meeting(account, account.papers) or [paragraph(account, "documents", 1)]
    return composition(account, [section(account, "documents", _("Meetings"), found)])
