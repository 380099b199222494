"""What was done or announced since the last Summit, what is planned, and where more can be read."""

import datetime

from mandates.models.documents import DocumentKind
from meetings.models.discussions import MeetingKind, MeetingState
from wsis_tracker.register import dates

from ..layout import bullets, paragraph
from ..wording import Phrase, amount, bare, lower_first, noun, on, phrase, sentence, the
from .gatherings import event
from .inputs import further_reading, told

#: Kinds of meeting that stand elsewhere in a report: those of the Group, the statutory ones and those of the Summit itself.
APART = {
    MeetingKind.GROUP, MeetingKind.COUNCIL, MeetingKind.PP, MeetingKind.PREPCOM, MeetingKind.SUMMIT, MeetingKind.SIDE_EVENT,
    MeetingKind.REGIONAL, MeetingKind.UNGA,
}  # fmt: skip


def since(account):
    """The first day on which actions count: the one after the last Summit, where the period is longer; else that of the period."""
    summit = account.summit
    if account.spans_the_summit:
        return (dates.latest(summit.held_to or summit.held_from) + datetime.timedelta(days=1)).isoformat()
    return account.covers_from


def events_since(account):
    """The meetings of others than the Group in the scope of the account since then, and those without a date that the Union convened."""
    others = [one for one in account.meetings if one.kind not in APART and one.body_id != account.group.pk and account.in_scope(one)]
    return [one for one in others if (one.held_from >= since(account) if one.held_from else by_union(account, one))]


def by_union(account, meeting):
    """Whether the Union or a part of it convened a meeting."""
    return any(row.organisation_id in account.union_keys for row in meeting.conveners.all())


def is_thematic(account, meeting):
    """Whether it is told among what is planned on the lines: what is to come, and what has a line or is a conference."""
    to_come = meeting.state_on(account.day) == MeetingState.PLANNED
    return to_come or bool(meeting.action_lines.all()) or meeting.kind in (MeetingKind.WTDC, MeetingKind.WTSA, MeetingKind.WORKSHOP)


def taken(account, number_of):
    """Actions taken or announced, by who took them, and the meetings that served them."""
    by_organisation = {}
    for one in account.activities:
        if one.organisation_id != account.group.pk and one.dated_on >= since(account):
            by_organisation.setdefault(one.organisation_id, []).extend(told(one))
    undated, convened, others = [], [], []
    for one in events_since(account):
        if not is_thematic(account, one):
            place = undated if one.held_from is None else convened if by_union(account, one) else others
            place.append(event(account, one))
    items = [*by_organisation.values(), undated, convened, others]
    named = [one for one in account.figures if one.funding and one.value is None and one.organisation_id != account.union.pk]
    resources = [resource(one) for one in named if one.dated_on >= since(account)]
    lead = heading(account) if any(items) else []
    closing = [*resources, *further_reading(account, number_of)]
    return paragraph(account, "actions-taken", number_of, lead, bullets(items), closing=closing)


def heading(account):
    after = phrase(" since ", noun(account.summit, str(account.summit.title))) if account.spans_the_summit else ""
    return [sentence(the(account.union), " and those around it have taken or announced these actions", after, ":")]


def resource(figure):
    """A resource that a source names, with its amount where there is one."""
    of = lower_first(bare(figure.of))
    under = f" under {figure.get_funding_display()}" if figure.funding else ""
    years = f" for {figure.period_from}–{figure.period_to}" if figure.period_from and figure.period_to else ""
    if figure.value is None:
        return sentence(f"A source names{under}{years}: {of}", facts=[figure])
    about = "about " if figure.about else ""
    return sentence(f"A source states{under}{years} {about}{figure.unit} {amount(figure.value)}: {of}", facts=[figure])


def planned(account, number_of):
    """The meetings on the lines since then and those to come, each as it stood on the day."""
    items = [event(account, one) for one in events_since(account) if is_thematic(account, one)]
    if not items:
        return paragraph(account, "planned", number_of)
    lead = sentence("These thematic meetings are close to the implementation, each as it stood ", on(account.day), ":")
    return paragraph(account, "planned", number_of, [lead], bullets(items))


def websites(account, number_of):
    """Where the Union tells more."""
    sites = [one for one in account.documents if one.kind == DocumentKind.WEBSITE]
    sites = [one for one in sites if {row.organisation_id for row in one.authors.all()} & account.union_keys]
    found = []
    for one in sites:
        addresses = ", ".join(link.url for link in one.links.all())
        gist = f"{bare(one.gist)}: " if one.gist else ""
        found.append(sentence(gist, "see the website ", Phrase(f"“{one.title}”", (one,)), f" at {addresses}" if addresses else ""))
    return paragraph(account, "websites", number_of, found)
