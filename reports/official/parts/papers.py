"""The documents before meetings and those that came out of them."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from meetings.models import Submission

from ..composition import Paragraph, Table
from ..layout import heads, label, paragraph
from ..wording import Phrase, call, phrase, sentence, the, title_of, when
from .inputs import summarised

COLUMNS = (_("Document"), _("Title"), _("By"), _("Put before it or given out"))
OF_NO_MEETING = _("Documents without a meeting that is known")


def by_meeting(account, submissions, first=1):
    """A paragraph for each meeting, in the order of their days, with a table of its documents; those of no meeting last."""
    tables = {}
    for one in sorted(submissions, key=place):
        tables.setdefault(one.meeting_id, []).append(one)
    return [listed_papers(account, rows, number_of) for number_of, rows in enumerate(tables.values(), first)]


def place(submission):
    meeting = submission.meeting
    return (meeting.held_from or "9999", meeting.slug, submission.pk) if meeting else ("~", "", submission.pk)


def listed_papers(account, rows, number_of):
    """The documents of one meeting, whose rows each know their submission."""
    meeting = rows[0].meeting
    caption = label(account, _("Documents of %(meeting)s"), meeting=meeting.title) if meeting else label(account, OF_NO_MEETING)
    table = Table(caption, heads(account, COLUMNS), tuple(cells(one) for one in rows))
    key = meeting.slug if meeting else "no-meeting"
    if not meeting:
        return Paragraph(key, str(number_of), (sentence("These were given without a meeting that is known:"),), table=table)
    held = f", {when(meeting.held_from, meeting.held_to)}" if meeting.held_from else ""
    place = f", {meeting.place}" if meeting.place else ""
    return Paragraph(key, str(number_of), (sentence(title_of(meeting), place, held, ":", facts=[meeting]),), table=table)


def cells(submission):
    """Symbol, title or description, by whom, and in which direction; an unknown one is a dash."""
    document = submission.document
    symbol = Phrase(document.symbol, (document,)) if document and document.symbol else "–"
    title = title_of(document) if document and document.title else submission.words or "–"
    by = the(submission.submitted_by) if submission.submitted_by else "–"
    direction = "given out" if submission.direction == Submission.Direction.OUTPUT else "put before it"
    return cells_of(submission, symbol, title, by, direction)


def cells_of(record, first, *others):
    """The cells of a record's row; a cell has no mark at its end, and the first names the sources for all."""
    told = [sentence(part, facts=[record]) for part in (first, *others)]
    return tuple(replace(one, text=one.text.removesuffix("."), sources=one.sources if one is told[0] else ()) for one in told)


def before_the_group(account, number_of):
    """What was put before the meetings of the Group."""
    found = []
    for meeting in account.group_meetings:
        for one in account.put_before(meeting):
            by = phrase(", by ", the(one.submitted_by), ",") if one.submitted_by else ""
            paper = account.printed(one.document, str(number_of))
            found.append(sentence(paper, by, " was put before ", call(meeting), facts=[one]))
            found += summarised(paper, one.document)
    return paragraph(account, "papers", number_of, found)
