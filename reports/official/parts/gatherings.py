"""The meetings of the Group, its consultations, and its reports to Council."""

from collections import Counter
from string import ascii_lowercase

from action_lines.models import ActivityState
from meetings.models import Submission
from meetings.models.discussions import MeetingKind, MeetingState
from wsis_tracker.register import dates

from ..composition import Item
from ..layout import bullets, paragraph
from ..wording import Phrase, call, in_one, is_plural, listed, noun, number, ordinal, phrase, sentence, title_of, upper_first, when
from .work import is_own, titled


def meetings(account, number_of):
    """Where and when the Group met, and what consultations it held."""
    held = account.group_meetings
    told = [*also_works(account), *counted(account, held)]
    items = [Item((met(one),), f"{letter(place)})") for place, one in enumerate(held)]
    own = [one for one in account.meetings if one.body_id == account.group.pk and account.in_scope(one)]
    planned = [one for one in own if one.kind == MeetingKind.GROUP]
    planned = [event(account, one) for one in planned if one.state_on(account.day) == MeetingState.PLANNED]
    consultations = [one for one in own if one.kind == MeetingKind.INFORMAL]
    return paragraph(account, "meetings", number_of, told, items, closing=[*planned, *(event(account, one) for one in consultations)])


def letter(place):
    """a, b, … z, aa, ab."""
    return (letter(place // 26 - 1) if place >= 26 else "") + ascii_lowercase[place % 26]


def also_works(account):
    """What of the Group goes on between meetings."""
    ongoing = [one for one in account.activities if is_own(account, one) and one.state == ActivityState.ONGOING]
    if not ongoing:
        return []
    return [sentence("Besides its meetings the Group has had under way: ", listed([titled(one) for one in ongoing]), facts=ongoing)]


def counted(account, held):
    """How many meetings there were, and where."""
    if not held:
        return []
    many = "One meeting is" if len(held) == 1 else f"{upper_first(number(len(held)))} meetings are"
    told = [sentence(f"{many} on record up to {dates.in_words(account.last)}", facts=held)]
    placed = [one for one in held if one.place]
    towns = Counter(one.place.split(",")[0] for one in placed)
    if len(placed) > 1:
        several = [f"{number(count)} in {town}" for town, count in towns.most_common() if count > 1]
        once = [town for town, count in towns.items() if count == 1]
        single = [f"{'one each' if len(once) > 1 else 'one'} in {listed(once).text}"] if once else []
        told.append(sentence("Of these there were ", ", and ".join([*several, *single]), facts=placed))
    return told


def met(meeting):
    """A meeting of the Group by its number, place and days."""
    called = Phrase(f"The {ordinal(meeting.number)} meeting", (meeting,)) if meeting.number else call(meeting)
    gist = f"; {in_one(meeting.gist)}" if meeting.gist else ""

    place = f" in {meeting.place}," if meeting.place else ""
    return sentence(called, f" was held{place} {when(meeting.held_from, meeting.held_to)}", gist, facts=[meeting])


def event(account, meeting):
    """Any meeting by its title, with its place, its days as they stood on the day, and what it was about."""
    title = str(meeting.title)
    several = is_plural(title)
    place = f" in {meeting.place}," if meeting.place else ""
    days = f"{place} {when(meeting.held_from, meeting.held_to)}" if meeting.held_from else f"{place} on days that are not known"
    told = {
        MeetingState.HELD: f" took place{days}",
        MeetingState.PLANNED: f" {'are' if several else 'is'} planned{days}",
        MeetingState.CANCELLED: f" {'were' if several else 'was'} cancelled",
        MeetingState.UNDATED: f" {'are' if several else 'is'} recorded{days}",
    }[meeting.state_on(account.day)]
    lines = [Phrase(row.action_line.code, (row.action_line,)) for row in meeting.action_lines.all() if row.action_line.code not in title]
    on_lines = phrase(" (", listed(lines), ")") if lines else ""
    gist = f": {in_one(meeting.gist)}" if meeting.gist else ""
    return sentence(noun(meeting, title), on_lines, told, gist, facts=[meeting])


def reports_to_council(account, number_of):
    """What the Group reported to Council."""
    reports = [
        one
        for one in account.submissions
        if one.direction == Submission.Direction.INPUT and one.submitted_by_id == account.group.pk
        and one.document and one.meeting and one.meeting.body_id == account.council.pk
    ]  # fmt: skip
    if not reports:
        return paragraph(account, "reports-to-council", number_of)
    many = "one document" if len(reports) == 1 else f"{number(len(reports))} documents"
    told = [sentence(f"The Group reported to Council in {many}", facts=reports)]
    entries = [
        sentence(account.printed(one.document, str(number_of)), ", ", title_of(one.document), ", went to ", call(one.meeting), facts=[one])
        for one in reports
    ]
    return paragraph(account, "reports-to-council", number_of, told, bullets(entries))
