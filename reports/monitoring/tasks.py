"""The follow-up on a day in numbers: by state, how late, what waits for attention, new tasks and existing mandates; one query."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Case, CharField, Count, Exists, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mandates.models.mandates import Nature
from meetings.models import Task
from meetings.models.tasks import PENDING, TaskState, is_late, is_quiet, responsibilities
from wsis_tracker.register.dates import days_before, earliest, least

from .indicators import Indicator

#: The bands of lateness, by the most days that something in them is overdue; the last has no end.
BANDS = {
    "30": (30, _("overdue up to 30 days")),
    "90": (90, _("overdue 31 to 90 days")),
    "365": (365, _("overdue 91 to 365 days")),
    "longer": (None, _("overdue longer than a year")),
}
FOLLOWING = {Nature.NEW_TASK: _("tasks that follow from a new task"), Nature.EXISTING: _("tasks that follow from an existing mandate")}
YES = "true"
#: How many of the tasks overdue are named; there is a list of all.
NAMED = 10


class Sort(NamedTuple):
    """What tasks of one sort have in common, and how many there are."""

    state: str
    band: str
    quiet: int
    led: int
    dated: int
    nature: str
    number: int

    @property
    def pending(self):
        return self.state in PENDING


def sorts(tasks, day, shown_day, quiet_days):
    """How many of `tasks` there are of each sort on a day: a few rows however many tasks, every column of which is read once."""
    since = days_before(shown_day, quiet_days)
    sorted_out = tasks.standing(day).annotate(
        state_of=F("state_then"),
        band=Case(
            *(When(is_late(shown_day) & due_since(shown_day, most), then=Value(band)) for band, (most, _label) in BANDS.items()),
            default=Value(""),
            output_field=CharField(),
        ),
        quiet=flag(is_quiet(since, shown_day)),
        led=flag(Exists(responsibilities())),
        dated=flag(due_then__isnull=False),
        nature=Coalesce("mandate__nature", Value("")),
    )
    columns = Sort._fields[1:-1]
    rows = sorted_out.order_by().values_list("state_of", *columns).annotate(number=Count("pk"))
    return [Sort(*row) for row in rows]


def due_since(shown_day, most):
    """Whether a task was due `most` days before a day or later, or at any time where no number is given, as a condition."""
    return Q(due_then__gte=least(days_before(shown_day, most))) if most else Q()


def flag(*condition, **lookups):
    return Case(When(*condition, **lookups, then=Value(1)), default=Value(0), output_field=IntegerField())


def follow_up(scope, day, shown_day, quiet_days):
    """The indicators of the tasks within a scope; their lists are asked of the same day."""
    counted = sorts(scope.within(Task), day, shown_day, quiet_days)
    narrowed = (*scope.parameters(Task), *([("as_of", str(day))] if day else []))
    pending = ("state__in", ",".join(PENDING))

    def indicator(section, word, label, kept, *asked):
        number = sum(sort.number for sort in counted if kept(sort))
        return Indicator(section, word, str(label), str(shown_day), number, "tasks", (*asked, *narrowed))

    for state in TaskState:
        yield indicator("states", state.value, state.label, lambda sort, state=state: sort.state == state, ("state", state.value))
    yield indicator("late", "all", _("overdue"), lambda sort: sort.band, ("overdue", YES))
    for band, bounds in due_within(shown_day).items():
        yield indicator("late", band, BANDS[band][1], lambda sort, band=band: sort.band == band, ("overdue", YES), *bounds)
    label = ngettext("without a move or progress for %d day", "without a move or progress for %d days", quiet_days) % quiet_days
    yield indicator("attention", "quiet", label, lambda sort: sort.quiet, ("quiet_days", str(quiet_days)))
    label = _("without an organisation responsible")
    yield indicator("attention", "no-responsible", label, lambda sort: sort.pending and not sort.led, ("without_responsible", YES), pending)
    label = _("without a due date")
    yield indicator("attention", "no-due-date", label, lambda sort: sort.pending and not sort.dated, ("without_due_date", YES), pending)
    for nature in Nature:
        kept = ("mandate_nature", nature.value)
        yield indicator("mandates", f"tasks-{nature.value}", FOLLOWING[nature], lambda sort, nature=nature: sort.nature == nature, kept)
    yield indicator("mandates", "tasks-without", _("tasks without a mandate"), lambda sort: not sort.nature, ("without_mandate", YES))


@dataclass(frozen=True)
class Overdue:
    """A task, and for how many days it has been overdue; a month or a year counts from its first day."""

    task: Task
    days: int


def most_overdue(scope, day, shown_day):
    """The tasks within a scope that have been overdue the longest, some of them."""
    late = scope.within(Task).standing(day).late(shown_day).order_by("due_then", "slug")[:NAMED]
    return [Overdue(task, (shown_day - earliest(task.due_then)).days) for task in late]


def due_within(shown_day):
    """The bounds of the due dates in each band of lateness, as the list of tasks is asked for them."""
    bounds, latest = {}, ()
    for band, (most, _label) in BANDS.items():
        since = (("due_on__gte", str(days_before(shown_day, most))),) if most else ()
        bounds[band] = (*since, *latest)
        latest = (("due_on__lte", str(days_before(shown_day, most + 1))),) if most else ()
    return bounds
