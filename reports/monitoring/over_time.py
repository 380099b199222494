"""How many tasks stood in each state at the end of each of some periods: counted by the dated moves, month by month, in one query."""

import calendar
import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Window
from django.db.models.functions import Lag, Substr

from meetings.models import Task, TaskMove
from meetings.models.tasks import TaskState
from wsis_tracker.pages.columns import Columns, columns
from wsis_tracker.register import dates

from .indicators import Indicator

#: How many months a period may have, and how many periods are shown at most.
MONTHS, MOST = (1, 3, 12, 24, 60, 120, 240, 1200, 12_000), 24


class Moves(NamedTuple):
    """How many tasks went from one state to another in a month; a year stands for its January, as everywhere."""

    month: str
    before: str | None
    after: str
    number: int


@dataclass(frozen=True)
class Standing:
    """How many tasks stood in each state on a day."""

    day: datetime.date
    numbers: dict[str, int]


def moves_by_month(scope, shown_day):
    """The moves of the tasks within a scope by a day. The state before each is read off the move before it, not off its own word."""
    tasks = scope.within(Task).order_by().values("pk")
    before = Window(Lag("to_state"), partition_by="record", order_by=["on", "pk"])
    moves = TaskMove.objects.filter(record__in=tasks, on__lte=shown_day).order_by()
    return counted(moves.annotate(month=Substr("on", 1, 7), before=before, after=F("to_state")).values_list("month", "before", "after"))


def counted(moves):
    """How many rows of a query are alike; the ORM does not group by what is read off other rows, and to look it up costs far more."""
    connection = connections[moves.db]
    try:
        rows, params = moves.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT alike.*, COUNT(*) FROM ({rows}) alike GROUP BY 1, 2, 3", params)  # noqa: S608 - the query is our own
        return [Moves(*row) for row in cursor.fetchall()]


def standings(scope, shown_day):
    """How the tasks within a scope stood at the end of each period up to a day, on which the last one ends; none before the first move."""
    moves = moves_by_month(scope, shown_day)
    if not moves:
        return []
    ends = period_ends(min(dates.earliest(move.month) for move in moves), shown_day)
    changes = defaultdict(Counter)
    for move in moves:
        end = next(end for end in ends if dates.earliest(move.month) <= end)
        changes[end][move.after] += move.number
        changes[end][move.before] -= move.number
    numbers, found = Counter(), []
    for end in ends:
        for state, number in changes[end].items():
            numbers[state] += number
        found.append(Standing(end, {state.value: numbers[state] for state in TaskState}))
    return found


def period_ends(first, last):
    """The last days of the periods from the one in which `first` lies to `last`: of whole months, quarters, years or more."""
    begin, end = (12 * day.year + day.month - 1 for day in (first, last))
    step = next(step for step in MONTHS if end // step - begin // step < MOST)
    ends = [last_day_of(step * (period + 1) - 1) for period in range(begin // step, end // step)]
    return [*ends, last]


def last_day_of(month):
    """The last day of a month, counted from the beginning of our years."""
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def states_over_time(scope, shown_day):
    """The indicators of every standing; the list of each is that of its day."""
    for standing in standings(scope, shown_day):
        yield from of_standing(scope, standing)


def of_standing(scope, standing):
    labels = dict(TaskState.choices)
    on = str(standing.day)
    for state, number in standing.numbers.items():
        asked = (("state", state), ("as_of", on), *scope.parameters(Task))
        yield Indicator("over-time", f"{on}-{state}", str(labels[state]), on, number, "tasks", asked)


@dataclass(frozen=True)
class Drawing:
    """The standings drawn as columns, and their table: of each the day, and its indicators."""

    columns: Columns
    rows: list[tuple[str, list[Indicator]]]

    @property
    def last(self):
        """How many tasks were counted on the last day."""
        _on, indicators = self.rows[-1]
        return sum(indicator.number for indicator in indicators)


def drawn_over_time(scope, shown_day):
    """The drawing of the tasks within a scope over time; None before the first of them moved."""
    found = standings(scope, shown_day)
    told = len("2006") if all(standing.day.month == 12 for standing in found[:-1]) else len("2006-04")  # periods of years, or shorter
    drawn = columns([(dates.in_words(str(standing.day)[:told]), [*standing.numbers.items()]) for standing in found])
    return drawn and Drawing(drawn, [(str(standing.day), list(of_standing(scope, standing))) for standing in found])
