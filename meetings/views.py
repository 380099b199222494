"""The public pages of meetings and of follow-up tasks."""

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine
from mandates.models import Organisation
from mandates.models.organisations import OrganisationKind
from mandates.sources import fetch_sources, with_sources
from wsis_tracker.pages.views import Page, RecordListView, RecordPage

from .filters import MeetingFilterSet, TaskFilterSet
from .models import ConclusionMandate, Meeting, QuestionForum, Submission, Task, TaskLine, TaskOrganisation
from .models.discussions import MeetingKind, MeetingState
from .models.tasks import TaskState
from .year import months_of, weekdays


def responsible_organisations():
    """The organisations that are responsible for a task."""
    parts = TaskOrganisation.objects.filter(part=TaskOrganisation.PartTaken.RESPONSIBLE, record__in=Task.objects.published())
    return Organisation.objects.published().filter(pk__in=parts.order_by().values("organisation"))


def sectors():
    """The Sectors, and the organisations of no Sector that are responsible for a task."""
    parts = TaskOrganisation.objects.filter(part=TaskOrganisation.PartTaken.RESPONSIBLE, record__in=Task.objects.published())
    others = Q(sector=None, pk__in=parts.order_by().values("organisation"))
    return Organisation.objects.published().filter(Q(kind=OrganisationKind.SECTOR) | others)


def lines_with_tasks():
    """The action lines that a task serves."""
    serving = TaskLine.objects.filter(record__in=Task.objects.published()).order_by()
    return ActionLine.objects.published().filter(pk__in=serving.values("action_line"))


class MeetingList(RecordListView):
    heading = _("Meetings")
    introduction = _("Where it was discussed: meetings of the Group, of others and of the Summit, held and planned.")
    rows_template = "meetings/_meetings.html"
    queryset = Meeting.objects.select_related("body").prefetch_related("conveners__organisation")
    filterset_class = MeetingFilterSet
    also = [("meeting-year", _("Calendar of meetings"))]
    follow = [("meeting-calendar", _("Calendar of these meetings (iCalendar)"), "text/calendar")]
    selects = {
        "kind": (_("Kind"), MeetingKind.choices),
        "state": (_("State"), MeetingState.choices),
    }

    def get_context_data(self, **kwargs):
        """Below the whole list, what was handed in elsewhere: neither its meeting nor a document of it is known."""
        elsewhere = Submission.objects.filter(meeting=None, document=None).select_related("submitted_by")
        whole = not self.offset and not (set(self.request.GET) - {"as_of", "limit"})
        return super().get_context_data(elsewhere=self.there(with_sources(elsewhere)) if whole else None, **kwargs)


class MeetingYear(Page):
    """The meetings of a year on the leaves of a calendar."""

    template_name = "meetings/year.html"
    heading = _("Calendar of meetings")
    parameters = ("year",)

    def get_context_data(self, **kwargs):
        meetings = self.there(Meeting.objects.all())
        years = meetings.years()
        until = [year for year in years if year <= self.shown_day.year]
        year = self.page_number("year", until[-1] if until else self.shown_day.year, 1000, 9998)
        months, of_year = months_of(year, meetings.in_year(year))
        return super().get_context_data(year=year, years=years, months=months, of_year=of_year, weekdays=weekdays(), **kwargs)


class MeetingPage(RecordPage):
    template_name = "meetings/meeting.html"
    queryset = Meeting.objects.select_related("body")
    record_name = "meeting"

    def get_context_data(self, **kwargs):
        meeting = self.record
        submissions = list(self.there(meeting.submissions.select_related("document", "submitted_by")))
        forums = Prefetch("put_to", QuestionForum.objects.select_related("organisation"))
        questions = meeting.questions.select_related("answered_by__meeting", "answered_in__document").prefetch_related(forums)
        questions = list(self.there(questions))
        given = Prefetch("mandates", ConclusionMandate.objects.select_related("mandate"))
        conclusions = meeting.conclusions.select_related("provision__document", "concluded_by").prefetch_related(given)
        conclusions = list(self.there(conclusions))
        fetch_sources([meeting], submissions, questions, conclusions)
        tasks = list(self.tasks_from(meeting))
        return super().get_context_data(
            conveners=meeting.conveners.select_related("organisation"),
            lines=meeting.action_lines.select_related("action_line"),
            given_in=[s for s in submissions if s.direction == s.Direction.INPUT],
            given_out=[s for s in submissions if s.direction == s.Direction.OUTPUT],
            questions=questions,
            conclusions=[(c, [t for t in tasks if t.conclusion_id == c.pk]) for c in conclusions],
            **kwargs,
        )

    def tasks_from(self, meeting):
        """The tasks that come from the meeting's conclusions, in their state of the day."""
        return Task.objects.published().filter(conclusion__meeting=meeting).then(self.day)


class TaskList(RecordListView):
    heading = _("Tasks")
    introduction = _("What is being done about what was asked, with its state on the day shown.")
    rows_template = "meetings/_tasks.html"
    queryset = with_sources(Task.objects.with_organisations())
    filterset_class = TaskFilterSet
    follow = [
        ("task-feed", _("Feed of these tasks (Atom)"), "application/atom+xml"),
        ("due-calendar", _("Calendar of their due days (iCalendar)"), "text/calendar"),
    ]
    selects = {
        "state": (_("State"), TaskState.choices),
        "responsible": (_("Responsible"), responsible_organisations),
        "sector": (_("Sector or body"), sectors),
        "action_line": (_("Action line"), lines_with_tasks),
        "overdue": (_("Overdue"), [("true", _("only overdue")), ("false", _("not overdue"))]),
    }

    def get_context_data(self, **kwargs):
        return super().get_context_data(states=dict(TaskState.choices), **kwargs)


class TaskPage(RecordPage):
    template_name = "meetings/task.html"
    queryset = with_sources(
        Task.objects.select_related("mandate__made_in__document", "conclusion__meeting", "conclusion__provision__document")
    )
    record_name = "task"

    def get_context_data(self, **kwargs):
        task = self.record
        then = Task.objects.then(self.day).get(pk=task.pk)
        moves = list(task.moves.filter(on__lte=self.day) if self.day else task.moves.all())
        progress = task.progress.select_related("organisation").prefetch_related("evidence__document")
        return super().get_context_data(
            state=TaskState(then.state_then).label,
            due=then.due_then,
            late=then.late_on(self.shown_day),
            moves=moves,
            progress=self.there(progress),
            organisations=task.organisations.select_related("organisation"),
            lines=task.action_lines.select_related("action_line"),
            **kwargs,
        )
