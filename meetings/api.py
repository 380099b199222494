"""The endpoints of meetings, what was discussed in them, and the follow-up."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action

from wsis_tracker.rest.formats import TABLES
from wsis_tracker.rest.idempotency import once
from wsis_tracker.rest.viewsets import LargeRecordViewSet, RecordViewSet

from . import filters
from . import serializers as shapes
from .calendars import DueDays, MeetingEvents
from .models import Conclusion, Meeting, Progress, Question, Submission, Task


class MeetingViewSet(RecordViewSet):
    queryset = Meeting.objects.all()
    serializer_class = shapes.MeetingSerializer
    filterset_class = filters.MeetingFilterSet
    formats = (*TABLES, MeetingEvents)


class SubmissionViewSet(RecordViewSet):
    queryset = Submission.objects.all()
    serializer_class = shapes.SubmissionSerializer
    filterset_class = filters.SubmissionFilterSet


class ConclusionViewSet(RecordViewSet):
    queryset = Conclusion.objects.all()
    serializer_class = shapes.ConclusionSerializer
    filterset_class = filters.ConclusionFilterSet


class QuestionViewSet(RecordViewSet):
    queryset = Question.objects.all()
    serializer_class = shapes.QuestionSerializer
    filterset_class = filters.QuestionFilterSet


class TaskViewSet(RecordViewSet):
    queryset = Task.objects.all()
    serializer_class = shapes.TaskSerializer
    filterset_class = filters.TaskFilterSet
    lists_recorded = True
    formats = (*TABLES, DueDays)

    @extend_schema(request=shapes.MoveSerializer)
    @action(detail=True, methods=["post"], needs="change")
    def move(self, request, slug):
        """Move the task to another state, or set another due date."""
        return once(request, self.make_move)

    @property
    def why(self):
        """A move says why in a member of its own, which the public reads."""
        return "reason" if self.action == "move" else "change_reason"

    def make_move(self):
        asked = shapes.MoveSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        with self.acting():
            task = self.locked(self.kwargs["slug"])
            self.check_version(task)
            self.check_may_touch(task, asked.validated_data.get("reason", ""))
            asked.move(task, asked.validated_data, self.request.user)
        return self.answer(task)


class ProgressViewSet(LargeRecordViewSet):
    queryset = Progress.objects.all()
    serializer_class = shapes.ProgressSerializer
    filterset_class = filters.ProgressFilterSet


VIEWSETS = [MeetingViewSet, SubmissionViewSet, ConclusionViewSet, QuestionViewSet, TaskViewSet, ProgressViewSet]
