"""Mails to those who see to tasks: what is due soon, and what is overdue; one a day and person at most.

A task is named when one of the days before its due date comes (`REMIND_DAYS_BEFORE`), and when it is overdue every
`REMIND_OVERDUE_EVERY` days. A day on which nothing was sent, for whatever reason, is made up for on the next one.
"""

import datetime
import logging
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from wsis_tracker.pages.templatetags.register_pages import say_date
from wsis_tracker.register import dates
from wsis_tracker.register.rights import sees_all

from .models import Reminder, Task, TaskAssignee

logger = logging.getLogger(__name__)


@dataclass
class Done:
    """To whom of those with a mail due it was sent (or, trying, would be), and to whom not; each the person with the tasks named."""

    sent: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    #: Whose mail was begun by a run that ended before it knew, or that still runs: they get no second one that day.
    unknown: list = field(default_factory=list)


def send_reminders(day, *, dry_run=False):
    """Write to everybody who has a task to be reminded of on `day`, and has not been written to that day."""
    begun, done = dict(Reminder.objects.filter(day=day).values_list("person", "sent_at")), Done()
    for person, tasks in reminded_on(day).items():
        if person.pk in begun:
            if begun[person.pk] is None:
                done.unknown.append((person, tasks))
            continue
        outcome = "sent" if dry_run else send(person, tasks, day)
        getattr(done, outcome).append((person, tasks))
    return done


def reminded_on(day):
    """`{person: tasks}`: everybody who has a task to be reminded of on `day`, with all that they may see of theirs that is due."""
    told, reminded = told_before(day), {}
    for person, due in due_of_each(day).items():
        tasks = [task for task in due if task.shown_to_public or sees_all(person, Task)]
        last = told[person.pk]
        if any(last.get(task.slug, datetime.date.min) < told_since(task, day) for task in tasks):
            reminded[person] = tasks
    return reminded


def due_of_each(day):
    """`{person: tasks}`: what those who can be written to see to that is due within the longest notice, or overdue."""
    horizon = day + datetime.timedelta(max(settings.REMIND_DAYS_BEFORE, default=0))
    rows = TaskAssignee.objects.filter(
        user__is_active=True, record__in=Task.objects.pending().filter(due_on__isnull=False, due_on__lte=horizon.isoformat())
    )
    found = defaultdict(list)
    for row in rows.exclude(user__email="").select_related("user", "record").order_by("user__username", "record__due_on", "record__slug"):
        found[row.user].append(row.record)
    return found


def told_before(day):
    """`{key of a person: {slug of a task: the last day before on which a mail named it}}`, as far back as it matters."""
    earliest = day - datetime.timedelta(max([settings.REMIND_OVERDUE_EVERY, *settings.REMIND_DAYS_BEFORE]))
    told = defaultdict(dict)
    for reminder in Reminder.objects.filter(sent_at__isnull=False, day__gte=earliest, day__lt=day).order_by("day"):
        told[reminder.person_id] |= dict.fromkeys(reminder.tasks, reminder.day)
    return told


def told_since(task, day):
    """The day since which a mail must have named a task that is due soon or overdue, so that none has to on `day`."""
    due = dates.earliest(task.due_on)
    if is_late(task, day):
        first = due if task.due_on < due.isoformat() else due + datetime.timedelta(1)
        return max(first, day - datetime.timedelta(settings.REMIND_OVERDUE_EVERY - 1))
    notices = [due - datetime.timedelta(days) for days in settings.REMIND_DAYS_BEFORE]
    return max((notice for notice in notices if notice <= day), default=due)


def is_late(task, day):
    """Whether a pending task was due before `day`, by the rule of `TaskQuerySet.late`."""
    return task.due_on < day.isoformat()


def send(person, tasks, day):
    """Write to a person; what became of it, by its name in `Done`. What fails is forgotten, so that the next run tries it again."""
    try:
        with transaction.atomic():
            reminder = Reminder.objects.create(person=person, day=day, tasks=[task.slug for task in tasks])
    except IntegrityError:  # another run is just writing to the same person
        return "unknown"
    try:
        written(person, tasks, day).send()
    except Exception:  # of a mail server anything may fail; the others get their mails all the same
        logger.exception("The reminder to %s could not be sent.", person.get_username())
        reminder.delete()
        return "failed"
    Reminder.objects.filter(pk=reminder.pk).update(sent_at=timezone.now())
    return "sent"


def written(person, tasks, day):
    """The mail to a person, in their language."""
    with translation.override(language_of(person)):
        late = [linked(person, task) for task in tasks if is_late(task, day)]
        soon = [linked(person, task) for task in tasks if not is_late(task, day)]
        count = len(tasks)
        subject = ngettext("WSIS tracker: %d task is due", "WSIS tracker: %d tasks are due", count) % count
        name = person.get_full_name() or person.get_username()
        body = render_to_string("meetings/reminder.txt", {"name": name, "late": late, "soon": soon, "site": settings.SITE_URL})
        return EmailMessage(subject, body, to=[person.email])


def language_of(person):
    language = getattr(person, "language", "")
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def linked(person, task):
    """A task with its due date in words, and the address at which the person works on it, or reads it."""
    staff = person.is_staff and person.has_perm("meetings.view_task")
    path = reverse("admin:meetings_task_change", args=[task.pk]) if staff else task.get_absolute_url()
    return task, say_date(task.due_on), settings.SITE_URL + path
