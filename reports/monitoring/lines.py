"""Action lines on which nothing moves: no task of theirs moved or made progress, and no activity of theirs is dated, for some days."""

from django.utils.translation import ngettext

from action_lines.models import Activity, ActivityLine
from meetings.models import Progress, Task, TaskLine, TaskMove
from wsis_tracker.register.dates import days_before, least

from .indicators import Indicator


def still_lines(scope, shown_day, quiet_days):
    """The action lines within a scope on which nothing moved in the days before `shown_day`; a mandate's activities are not known."""
    if not scope.narrows(Activity):
        return []
    since, until = least(days_before(shown_day, quiet_days)), shown_day
    tasks = scope.within(Task).order_by().values("pk")
    activities = scope.regardless_of("action_line").within(Activity).order_by().filter(dated_on__gte=since, dated_on__lte=until)
    moved = TaskMove.objects.filter(record__in=tasks, on__gte=since, on__lte=until).order_by().values("record")
    reported = Progress.objects.published().filter(task__in=tasks, on__gte=since, on__lte=until).order_by().values("task")
    lively = [
        TaskLine.objects.filter(record__in=moved).values("action_line"),
        TaskLine.objects.filter(record__in=reported).values("action_line"),
        activities.filter(action_line__isnull=False).values("action_line"),
        ActivityLine.objects.filter(record__in=activities.values("pk")).values("action_line"),
    ]
    lines = scope.lines().as_of(shown_day)
    for keys in lively:
        lines = lines.exclude(pk__in=keys.order_by())
    return list(lines)


def lines_at_rest(scope, shown_day, quiet_days):
    """An indicator for each action line on which nothing moves."""
    label = ngettext("nothing moved for %d day", "nothing moved for %d days", quiet_days) % quiet_days
    for line in still_lines(scope, shown_day, quiet_days):
        yield Indicator("action-lines", line.slug, label, str(shown_day), 0, record=line)
