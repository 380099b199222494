"""What was done or announced since the last Summit, what is planned, and where more can be read."""

from mandates.models.documents import DocumentKind
from meetings.models.discussions import MeetingKind, MeetingState

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
    """The day after which actions count: the last day of the last Summit, or the beginning of the period if that is later."""
    summit = account.summit
    ended = (summit.held_to or summit.held_from) if summit else ""
    return max(ended, account.covers_from)


def events_since(account):
    """The meetings of others than the Group, and those without a date that the Union convened."""
    found = []
    for one in account.meetings:
        if one.kind in APART or one.body_id == account.group.pk:
            continue
        state = one.state_on(account.day)
        convened = any(row.organisation_id in account.union_keys for row in one.conveners.all())
        if (state == MeetingState.UNDATED and convened) or (one.held_from and one.held_from > since(account)):
            found.append(one)
    return found


def is_thematic(account, meeting):
    """Whether it is told among what is planned on the lines: what is to come, and what has a line or is a conference."""
    to_come = meeting.state_on(account.day) == MeetingState.PLANNED
    return to_come or bool(meeting.action_lines.all()) or meeting.kind in (MeetingKind.WTDC, MeetingKind.WTSA, MeetingKind.WORKSHOP)


def taken(account, number_of):
    """Actions taken or announced, by who took them, and the meetings that served them."""
    done = [one for one in account.activities if one.organisation_id != account.group.pk and one.dated_on > since(account)]
    by_organisation = {}
    for one in done:
        by_organisation.setdefault(one.organisation_id, []).append(one)
    items = [[sentence for one in alike for sentence in told(one)] for alike in by_organisation.values()]
    for organisation, item in zip(by_organisation, items, strict=True):
        item += [resource(one) for one in account.figures if one.funding and one.value is None and belongs(account, one, organisation)]
    rest = [one for one in account.figures if one.funding and one.value is None and not is_union(account, one)]
    told_already = {sentence.text for item in items for sentence in item}
    rest = [resource(one) for one in rest if one.dated_on > since(account)]
    meetings = [one for one in events_since(account) if not is_thematic(account, one)]
    undated, convened, others = [], [], []
    for one in meetings:
        by_union = any(row.organisation_id in account.union_keys for row in one.conveners.all())
        place = undated if one.held_from is None else convened if by_union else others
        place.append(event(account, one))
    items = [*items, undated, convened, others]
    closing = [*(one for one in rest if one.text not in told_already), *further_reading(account, number_of)]
    return paragraph(account, "actions-taken", number_of, heading(account, items), bullets(items), closing=closing)


def heading(account, items):
    if not any(items):
        return []
    after = (
        phrase(" since ", noun(account.summit, str(account.summit.title)))
        if account.summit and since(account) != account.covers_from
        else ""
    )
    return [sentence(the(account.union), " and those around it have taken or announced these actions", after, ":")]


def belongs(account, figure, organisation):
    return figure.organisation_id == organisation and not is_union(account, figure) and figure.dated_on > since(account)


def is_union(account, figure):
    return figure.organisation_id == account.union.pk


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
