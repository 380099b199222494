"""Calendars to subscribe to: meetings, by series or action line, and the days on which tasks are due."""

import datetime
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from icalendar import Calendar, Event, Timezone

from action_lines.models import ActionLine
from wsis_tracker.pages.errors import failure
from wsis_tracker.register import dates
from wsis_tracker.rest.formats import Format, with_links
from wsis_tracker.rest.problems import BadParameter

from .filters import MeetingFilterSet, TaskFilterSet
from .models import Meeting, Task

A_DAY = datetime.timedelta(days=1)


def is_a_day(text):
    """Whether a partial date is known to the day; a calendar guesses none."""
    return bool(text) and len(text) == len("2005-12-16")


class CalendarFormat(Format):
    """A calendar of all-day events, one for each record known to the day; what is cancelled stays and says so."""

    media_type = "text/calendar"
    format = "ics"

    def answer(self, view, found):
        page = self.page_of(view, found)
        return with_links(self.give(found if page is None else page, view.request), view, page)

    def give(self, records, request, about=""):
        """The calendar of what `request` asked for; `about` says what that is."""
        calendar = self.calendar(self.title(request, about), request)
        events = [self.event(record, request) for record in records if is_a_day(self.day_of(record))]
        for component in events or [Timezone.from_tzinfo(datetime.UTC)]:  # RFC 5545 asks for one component at least
            calendar.add_component(component)
        return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")

    def calendar(self, name, request):
        calendar = Calendar()
        calendar.add("prodid", "-//WSIS tracker//register//EN")
        calendar.add("version", "2.0")
        for key in ("name", "x-wr-calname"):
            calendar.add(key, name)
        calendar.add("source", request.build_absolute_uri(), parameters={"VALUE": "URI"})
        calendar.add("refresh-interval", A_DAY, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "P1D")
        return calendar

    def all_day(self, record, request, summary, last):
        """An event from the record's day to another, both included, which a later change of the record brings up to date."""
        event = Event()
        event.add("uid", f"{record.collection}-{record.slug}@wsis-tracker")
        event.add("dtstamp", record.updated_at)
        event.add("created", record.created_at)
        event.add("last-modified", record.updated_at)
        event.add("sequence", int((record.updated_at - record.created_at).total_seconds()))
        event.add("summary", summary, parameters={"LANGUAGE": get_language()})
        event.add("dtstart", dates.earliest(self.day_of(record)))
        event.add("dtend", dates.earliest(last) + A_DAY)
        event.add("url", request.build_absolute_uri(record.get_absolute_url()))
        return event


class MeetingEvents(CalendarFormat):
    """Meetings, from their first day to their last."""

    def title(self, request, about):
        about = about or request.GET.get("series", "")
        return _("WSIS tracker: meetings") + (f" ({about})" if about else "")

    def day_of(self, meeting):
        return meeting.held_from

    def event(self, meeting, request):
        last = meeting.held_to if is_a_day(meeting.held_to) else meeting.held_from
        event = self.all_day(meeting, request, str(meeting), last)
        event.add("status", "CANCELLED" if meeting.cancelled_on else "CONFIRMED")
        event.add("categories", [str(meeting.get_kind_display())])
        if meeting.place:
            event.add("location", meeting.place)
        if meeting.gist:
            event.add("description", meeting.gist)
        return event


class DueDays(CalendarFormat):
    """The days on which tasks are due."""

    def title(self, request, about):
        return _("WSIS tracker: tasks due")

    def day_of(self, task):
        return task.due_then

    def event(self, task, request):
        event = self.all_day(task, request, _("Due: %(task)s") % {"task": task}, task.due_then)
        event.add("status", "CANCELLED" if task.state_then == "dropped" else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        return event


class CalendarView(View):
    """The calendar of what a list would show for the same address."""

    form = None
    filterset_class = None
    records = None

    def get(self, request, **kwargs):
        filterset = self.filterset_class(request.GET, self.records.published())
        try:
            filterset.refuse_unknown(empty_allowed=True)
        except BadParameter as error:
            return failure(request, HTTPStatus.BAD_REQUEST, problems=error.detail)
        return self.answer(filterset.qs, **kwargs)

    def answer(self, found):
        return self.form().give(found, self.request)


class MeetingCalendar(CalendarView):
    """The meetings that the list of meetings would show, or those on an action line."""

    form = MeetingEvents
    filterset_class = MeetingFilterSet
    records = Meeting.objects

    def answer(self, found, slug=None):
        if slug is None:
            return super().answer(found)
        if not ActionLine.objects.published().filter(slug=slug).exists():
            raise Http404
        return self.form().give(found.filter(action_lines__action_line__slug=slug), self.request, about=slug.upper())


class DueCalendar(CalendarView):
    """The days on which the tasks of the list are due."""

    form = DueDays
    filterset_class = TaskFilterSet
    records = Task.objects
