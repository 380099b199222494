"""What a delegate asks about one action line, a few sentences each."""

from collections import Counter

from django.db.models import Count, F, Prefetch

from action_lines.models import ActionLine, Activity, ActivityState, Role, RoleAssociate
from mandates.models import Mandate
from mandates.sources import fetch_sources, with_sources
from meetings.models import Meeting, Task, TaskOrganisation
from meetings.models.discussions import MeetingState
from meetings.models.tasks import TaskState
from reports.discrepancies import ROLES
from reports.discrepancies import discrepancies as discrepancies_on

from ..composition import Paragraph
from ..layout import bullets, paragraph
from ..wording import Phrase, bare, listed, lower_first, number, sentence, the
from .gatherings import event
from .inputs import told
from .terms import claims

#: How many entries of a kind a brief of one page has at most.
FEW = 5


def subject(account, line, number_of):
    """The line by its titles, and its sub-lines."""
    titles = [sentence(Phrase(line.code, (line,)), f" is called {lower_first(bare(str(line.title)))}", facts=[line])]
    if line.plan_title:
        titles.append(sentence(f"The Plan of Action words it {lower_first(bare(str(line.plan_title)))}", Phrase("", (line,))))
    sublines = ActionLine.objects.published().as_of(account.day).filter(parent=line)
    named = [Phrase(one.code, (one,)) for one in sublines]
    if named:
        titles.append(sentence(f"Its {number(len(named))} sub-lines are " if len(named) > 1 else "Its sub-line is ", listed(named)))
    return paragraph(account, "subject", number_of, titles)


def roles(account, line, number_of):
    """Who has which part in whose word, those of one claimant and kind together."""
    held = Role.objects.published().as_of(account.day).on_lines([line]).voices()
    associates = Prefetch("associates", RoleAssociate.objects.select_related("organisation"))
    held = with_sources(held).select_related("organisation", "claimant", "action_line").prefetch_related(associates)
    alike = {}
    for one in sorted(held, key=lambda one: (one.valid_from, one.pk)):
        alike.setdefault((one.claimant_id, one.kind), []).append(one)
    found = []
    for claimed in alike.values():
        names = listed([the(one.organisation) for one in claimed])
        verb = " has the part of " if len(claimed) == 1 else " have the part of "
        found.append(sentence("In the word of ", the(claimed[0].claimant), ", ", names, verb, claimed[0].get_kind_display(), facts=claimed))
    return paragraph(account, "roles", number_of, items=bullets(found))


def asked_on(account, line, number_of):
    """What is asked on the line, and the tasks on it that are not done yet."""
    mandates = with_sources(Mandate.objects.published().as_of(account.day).filter(action_lines__record=line)).select_related(
        "made_in__document"
    )
    found = [
        sentence(
            "It is asked, by ",
            Phrase(str(one.made_in.document), (one.made_in.document,)),
            ": to ",
            lower_first(bare(one.action)),
            facts=[one],
        )
        for one in mandates[:FEW]
    ]
    tasks = Task.objects.published().as_of(account.day).filter(action_lines__action_line=line)
    states = Counter(dict(tasks.order_by().values_list("state_then").annotate(many=Count("pk"))))
    if states:
        told_states = [f"{number(states[state])} {state.label}" for state in TaskState if states[state]]
        found.append(sentence("Of the tasks on the line there are ", listed(told_states)))
    pending = with_sources(tasks.filter(state_then__in=[TaskState.OPEN, TaskState.IN_PROGRESS])).with_organisations().order_by("slug")
    for one in pending[:FEW]:
        responsible = [the(row.organisation) for row in one.organisations.all() if row.part == TaskOrganisation.PartTaken.RESPONSIBLE]
        by = listed(responsible) if responsible else "nobody by name"
        found.append(sentence("To be done by ", by, ": ", lower_first(bare(one.title)), facts=[one]))
    return paragraph(account, "asked", number_of, items=bullets(found))


def meetings(account, line, number_of):
    """The meetings to come, and the last ones held."""
    known = Meeting.objects.published().as_of(account.day).filter(action_lines__action_line=line)
    known = with_sources(known).prefetch_related("conveners__organisation", "action_lines__action_line").order_by("held_from", "slug")
    planned = known.in_state([MeetingState.PLANNED], account.day)[:FEW]
    held = known.in_state([MeetingState.HELD], account.day).order_by("-held_from", "-slug")[:FEW]
    return paragraph(account, "meetings", number_of, items=bullets(event(account, one) for one in [*reversed(held), *planned]))


def activities(account, line, number_of):
    """How many activities there are in which state, and the latest."""
    done = Activity.objects.published().as_of(account.day).filter(action_line=line)
    states = Counter(dict(done.order_by().values_list("state").annotate(many=Count("pk"))))
    if not states:
        return paragraph(account, "activities", number_of)
    told_states = [f"{number(states[state])} {state.label}" for state in ActivityState if states[state]]
    unknown = [f"{number(states[''])} in a state that is not known"] if states[""] else []
    total = states.total()
    many = "One activity is" if total == 1 else f"{number(total)} activities are"
    lead = sentence(many, " recorded on ", Phrase(line.code, (line,)), ": ", listed([*told_states, *unknown]))
    latest = with_sources(done).select_related("organisation").order_by(F("dated_on").desc(nulls_last=True), "-pk")[:FEW]
    return paragraph(account, "activities", number_of, [lead], bullets(told(one) for one in latest))


def differing(account, line):
    """Where claims on the line differ; None where they agree."""
    found = discrepancies_on(account.day, kinds=(ROLES,), action_line=line)
    said = [(one, [(voice.record, [earlier.record for earlier in voice.earlier]) for voice in one.voices]) for one in found]
    fetch_sources(role for _one, voices in said for latest, earlier in voices for role in [latest, *earlier])
    told_of = [claims(one.organisation, one, voices) for one, voices in said]
    return Paragraph("footnote", "", tuple(told_of)) if told_of else None
