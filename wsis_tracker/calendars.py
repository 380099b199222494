"""Calendars to subscribe to: meetings, by series or action line, and the days on which tasks are due."""

import datetime
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from icalendar import Calendar, Event, Timezone

from action_lines.models import ActionLine
from meetings.filters import MeetingFilterSet, TaskFilterSet
from meetings.models import Meeting, Task
from wsis_tracker.pages.errors import failure
from wsis_tracker.register import dates
from wsis_tracker.rest.problems import BadParameter

A_DAY = datetime.timedelta(days=1)


def is_a_day(text):
    """Whether a partial date is known to the day; a calendar guesses none."""
    return bool(text) and len(text) == len("2005-12-16")


class CalendarView(View):
    """A calendar of all-day events, one for each record known to the day; what is cancelled stays and says so."""

    def get(self, request, **kwargs):
        try:
            records = self.records(**kwargs)
            calendar = self.calendar(self.name(**kwargs))
            for record in records:
                calendar.add_component(self.event(record))
            if not records:
                calendar.add_component(Timezone.from_tzinfo(datetime.UTC))  # RFC 5545 asks for one component at least
        except BadParameter as error:
            return failure(request, HTTPStatus.BAD_REQUEST, problems=error.detail)
        return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")

    def calendar(self, name):
        calendar = Calendar()
        calendar.add("prodid", "-//WSIS tracker//register//EN")
        calendar.add("version", "2.0")
        for key in ("name", "x-wr-calname"):
            calendar.add(key, name)
        calendar.add("source", self.request.build_absolute_uri(), parameters={"VALUE": "URI"})
        calendar.add("refresh-interval", A_DAY, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "P1D")
        return calendar

    def all_day(self, record, summary, first, last):
        """An event from one day to another, both included, which a later change of the record brings up to date."""
        event = Event()
        event.add("uid", f"{record.collection}-{record.slug}@wsis-tracker")
        event.add("dtstamp", record.updated_at)
        event.add("created", record.created_at)
        event.add("last-modified", record.updated_at)
        event.add("sequence", int((record.updated_at - record.created_at).total_seconds()))
        event.add("summary", summary, parameters={"LANGUAGE": get_language()})
        event.add("dtstart", dates.earliest(first))
        event.add("dtend", dates.earliest(last) + A_DAY)
        event.add("url", self.request.build_absolute_uri(record.get_absolute_url()))
        return event


class MeetingCalendar(CalendarView):
    """The meetings that the list of meetings would show for the same address, or those on an action line."""

    def name(self, slug=None):
        about = slug.upper() if slug else self.request.GET.get("series", "")
        return _("WSIS tracker: meetings") + (f" ({about})" if about else "")

    def records(self, slug=None):
        filterset = MeetingFilterSet(self.request.GET, Meeting.objects.published())
        filterset.refuse_unknown(empty_allowed=True)
        meetings = filterset.qs
        if slug:
            if not ActionLine.objects.published().filter(slug=slug).exists():
                raise Http404
            meetings = meetings.filter(action_lines__action_line__slug=slug)
        return [meeting for meeting in meetings if is_a_day(meeting.held_from)]

    def event(self, meeting):
        last = meeting.held_to if is_a_day(meeting.held_to) else meeting.held_from
        event = self.all_day(meeting, str(meeting), meeting.held_from, last)
        event.add("status", "CANCELLED" if meeting.cancelled_on else "CONFIRMED")
        event.add("categories", [str(meeting.get_kind_display())])
        if meeting.place:
            event.add("location", meeting.place)
        if meeting.gist:
            event.add("description", meeting.gist)
        return event


class DueCalendar(CalendarView):
    """The days on which the tasks of the list are due."""

    def name(self):
        return _("WSIS tracker: tasks due")

    def records(self):
        filterset = TaskFilterSet(self.request.GET, Task.objects.published())
        filterset.refuse_unknown(empty_allowed=True)
        return [task for task in filterset.qs if is_a_day(task.due_then)]

    def event(self, task):
        event = self.all_day(task, _("Due: %(task)s") % {"task": task}, task.due_then, task.due_then)
        event.add("status", "CANCELLED" if task.state_then == "dropped" else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        return event
