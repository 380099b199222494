"""What stands at the head of a document of the Council, and when a report says that it was made."""

import datetime

from django.utils.translation import gettext as _

from wsis_tracker.register import dates


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
