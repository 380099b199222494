"""What stands at the head of a document of the Council, and when a report says that it was made."""

import datetime
import re
from dataclasses import replace
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from wsis_tracker.register import dates

#: What is said at the head of a report that is not issued.
DRAFT = gettext_lazy("Draft, composed on %s from the register as it stood")


def head_lines(composition):
    """The lines of the block at the head of the document, each as a label and a value; what is not known yet is left out."""
    head = composition.head
    original = head.original_language
    lines = [
        (_("Agenda item"), head.agenda_item),
        (_("Document"), head.symbol),
        (_("Date"), head.date),
        (_("Original"), original),
        (_("As of"), dates.in_words(composition.day)),
    ]
    return [(label, value) for label, value in lines if value]


def made_at(composition):
    """The moment that a file says it was made: the day of the register that it reports, so that the same report has the same bytes."""
    return datetime.datetime.combine(dates.latest(composition.day), datetime.time(), datetime.UTC)


def as_draft(composition, composed_on):
    """A composition that says at its head that it is no issued report, but what the register as it stood on a day says of it."""
    with override(composition.labels):
        said = DRAFT % dates.in_words(str(composed_on))
    return replace(composition, head=replace(composition.head, draft=said))


def says_draft(text):
    """Whether a text holds what the head of a draft says, in any language and of any day, however it is spaced."""
    return any(mark.search(squeezed(text)) for mark in marks_of_drafts())


@cache
def marks_of_drafts():
    """How the head of a draft is told in each language, of whatever day, without its spaces."""
    marks = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            marks.append(re.compile(".+".join(re.escape(squeezed(piece)) for piece in str(DRAFT).split("%s"))))
    return marks


def squeezed(text):
    return "".join(text.split()).casefold()
