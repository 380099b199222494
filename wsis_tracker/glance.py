"""Where things stand on a day, in numbers: tasks by state and by Sector, and what there is on each action line; one UNION."""

from collections import defaultdict

from django.db.models import CharField, Count, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from action_lines.models import Role
from mandates.models import Mandate
from meetings.models import Task, TaskLine, TaskOrganisation
from meetings.models.tasks import PENDING

#: The word for what is overdue, beside the states of tasks.
LATE = "late"


def standing(day, shown_day):
    """How the whole register stands: `{"tasks": {0: {state: number}}, "body": {key: …}, "family": {key: …}}`.

    Tasks are counted by state, with those overdue under `late`, over all and by the Sector or body responsible; action lines as
    `on_lines` says, each together with its sub-lines.
    """
    return numbers([*of_tasks(day, shown_day), *of_lines("family", day, shown_day)])


def on_lines(day, shown_day, lines, activities):
    """What there is on each of some action lines: `{"line": {key: {what: number}}, "family": …}`, a family being a line with its sub-lines.

    Counted are organisations with a role, mandates in force, tasks to be done, and those of them that are overdue; under `kind` and
    `state`, by the key 0, the `activities` given by each word of these vocabularies.
    """
    of_activities = [counted(activities, name, Value(0), F(name)) for name in ("kind", "state")]
    return numbers([*of_lines("line", day, shown_day, lines), *of_lines("family", day, shown_day, lines), *of_activities])


def numbers(branches):
    first, *others = branches
    found = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for about, key, what, number in first.union(*others, all=True):
        found[about][key][what] = number
    return found


def counted(rows, about, key, what, number="pk"):
    """For each key and each word of `what`, how many distinct values of `number` are in `rows`."""
    shown = {"about": word(about), "key": key, "what": what}
    return rows.order_by().annotate(**shown).values_list(*shown).annotate(number=Count(number, distinct=True))


def word(text):
    return Value(text, output_field=CharField())


def of_tasks(day, shown_day):
    tasks = Task.objects.published().then(day)
    late = tasks.late(shown_day)
    state = tasks.filter(pk=OuterRef("record")).values("state_then")[:1]
    parts = TaskOrganisation.objects.filter(part=TaskOrganisation.PartTaken.RESPONSIBLE, record__in=tasks.values("pk"))
    body = Coalesce("organisation__sector", "organisation")
    yield counted(tasks, "tasks", Value(0), F("state_then"))
    yield counted(late, "tasks", Value(0), word(LATE))
    yield counted(parts, "body", body, Subquery(state), "record")
    yield counted(parts.filter(record__in=late.values("pk")), "body", body, word(LATE), "record")


def of_lines(about, day, shown_day, lines=None):
    tasks = Task.objects.published().then(day)
    on_line = {
        "organisations": (Role.objects.published().as_of(shown_day), "action_line", "organisation"),
        "mandates": (Mandate.objects.published().as_of(shown_day), "action_lines__record", "pk"),
        "tasks": (TaskLine.objects.filter(record__in=tasks.filter(state_then__in=PENDING).values("pk")), "action_line", "record"),
        LATE: (TaskLine.objects.filter(record__in=tasks.late(shown_day).values("pk")), "action_line", "record"),
    }
    for what, (rows, line, number) in on_line.items():
        rows = rows.filter(**{f"{line}__isnull": False} if lines is None else {f"{line}__in": lines})
        yield counted(rows, about, F(line) if about == "line" else Coalesce(f"{line}__parent", line), word(what), number)
