"""The endpoints of meetings, what was discussed in them, and the follow-up."""

from wsis_tracker.rest.viewsets import SOURCES, LargeRecordViewSet, RecordViewSet

from . import filters
from . import serializers as shapes
from .models import Conclusion, Meeting, Progress, Question, Submission, Task


class MeetingViewSet(RecordViewSet):
    queryset = Meeting.objects.select_related("body").prefetch_related("conveners__organisation", "action_lines__action_line", SOURCES)
    serializer_class = shapes.MeetingSerializer
    filterset_class = filters.MeetingFilterSet


class SubmissionViewSet(RecordViewSet):
    queryset = Submission.objects.select_related("document", "meeting", "submitted_by").prefetch_related(SOURCES)
    serializer_class = shapes.SubmissionSerializer
    filterset_class = filters.SubmissionFilterSet


class ConclusionViewSet(RecordViewSet):
    queryset = Conclusion.objects.select_related("meeting", "provision__document", "concluded_by").prefetch_related(
        "mandates__mandate", SOURCES
    )
    serializer_class = shapes.ConclusionSerializer
    filterset_class = filters.ConclusionFilterSet


class QuestionViewSet(RecordViewSet):
    queryset = Question.objects.select_related("meeting", "answered_by__meeting", "answered_in__document").prefetch_related(
        "put_to__organisation", SOURCES
    )
    serializer_class = shapes.QuestionSerializer
    filterset_class = filters.QuestionFilterSet


class TaskViewSet(RecordViewSet):
    queryset = Task.objects.select_related("mandate", "conclusion__meeting").prefetch_related(
        "organisations__organisation", "action_lines__action_line", "moves", "progress", SOURCES
    )
    serializer_class = shapes.TaskSerializer
    filterset_class = filters.TaskFilterSet


class ProgressViewSet(LargeRecordViewSet):
    queryset = Progress.objects.select_related("task", "organisation").prefetch_related("evidence__document")
    serializer_class = shapes.ProgressSerializer
    filterset_class = filters.ProgressFilterSet


VIEWSETS = [MeetingViewSet, SubmissionViewSet, ConclusionViewSet, QuestionViewSet, TaskViewSet, ProgressViewSet]
