"""What is being done about what was asked: tasks as they stood on the day."""

from collections import Counter

from django.utils.translation import gettext_lazy as _

from meetings.models.tasks import PENDING, TaskOrganisation, TaskState
from wsis_tracker.register import dates

from ..composition import Paragraph, Table
from ..layout import heads, label, paragraph
from ..wording import Phrase, listed, number, sentence, the
from .papers import cells_of

CAPTION, COLUMNS = _("Tasks on record"), (_("Task"), _("Responsible"), _("State"), _("Due"))
#: How many tasks a report names; it counts all, and the register lists them.
MOST = 200


def tasks(account, number_of, found, key="tasks"):
    """How many tasks there are in which state, and each, of very many some, with who is responsible and when it is due."""
    if not found:
        return paragraph(account, key, number_of)
    states = Counter(one.state_then for one in found)
    told = [f"{number(states[state])} {state.label}" for state in TaskState if states[state]]
    many = f"{'One task was' if len(found) == 1 else number(len(found)) + ' tasks were'} on record on the day: "
    named = found if len(found) <= MOST else sorted(found, key=urgency)[:MOST]
    lead = sentence(many, listed(told), facts=named)
    late = [one for one in named if one.state_then in PENDING and one.due_then and one.due_then < account.day]
    closing = [sentence("Late is ", Phrase(f"“{one.title}”", (one,)), f", due {dates.in_words(one.due_then)}", facts=[one]) for one in late]
    if len(named) < len(found):
        rest = f"Of these {number(len(named))} are named, the pending ones first, by their due dates; the register lists all"
        closing.insert(0, sentence(rest))
    table = Table(label(account, CAPTION), heads(account, COLUMNS), tuple(row(one) for one in named))
    return Paragraph(key, str(number_of), (lead,), table=table, closing=tuple(closing))


def urgency(task):
    """What is pending before what is done, and what is due first before the rest."""
    return task.state_then not in PENDING, task.due_then or "9999"


def row(task):
    """A task as cells."""
    by = [the(part.organisation) for part in task.organisations.all() if part.part == TaskOrganisation.PartTaken.RESPONSIBLE]
    cells = (Phrase(task.title, (task,)), listed(by) if by else "–", TaskState(task.state_then).label)
    return cells_of(task, *cells, dates.in_words(task.due_then) if task.due_then else "–")
