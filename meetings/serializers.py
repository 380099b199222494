"""Meetings, what was discussed in them, and the follow-up as JSON."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wsis_tracker.rest.serializers import Link, PartLinks, RecordSerializer, SourcedSerializer

from .models import Conclusion, Meeting, Progress, ProgressEvidence, Question, Submission, Task, TaskMove
from .models.discussions import MeetingState, QuestionState
from .models.tasks import TaskOrganisation, TaskState


class StateOnDaySerializer(SourcedSerializer):
    """A record whose state follows from comparing its dates with the day asked for, or today."""

    state = serializers.SerializerMethodField()

    def state_on_day(self, record):
        return record.state_on(self.day or timezone.localdate())


class MeetingSerializer(StateOnDaySerializer):
    conveners = PartLinks()
    action_lines = PartLinks(leads_to="action_line")
    cancelled_on = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields = [
            *SourcedSerializer.FIRST,
            "title",
            "kind",
            "body",
            "series",
            "number",
            "phase",
            "topic",
            "held_from",
            "held_to",
            "date_basis",
            "announced_on",
            "cancelled_on",
            "state",
            "place",
            "gist",
            "conveners",
            "action_lines",
            *SourcedSerializer.LAST,
        ]

    @extend_schema_field(serializers.ChoiceField(MeetingState.choices))
    def get_state(self, meeting):
        return self.state_on_day(meeting)

    def get_cancelled_on(self, meeting) -> str | None:
        return self.known(meeting.cancelled_on)


class SubmissionSerializer(SourcedSerializer):
    class Meta:
        model = Submission
        fields = [
            *SourcedSerializer.FIRST,
            "document",
            "words",
            "meeting",
            "direction",
            "submitted_by",
            "handed_to",
            "phase",
            *SourcedSerializer.DATED,
            *SourcedSerializer.LAST,
        ]


class ConclusionSerializer(SourcedSerializer):
    mandates = PartLinks(leads_to="mandate")

    class Meta:
        model = Conclusion
        fields = [
            *SourcedSerializer.FIRST,
            "meeting",
            "item",
            "position",
            "text",
            "provision",
            "concluded_by",
            "spoken_by",
            "modality",
            "mandates",
            *SourcedSerializer.DATED,
            *SourcedSerializer.LAST,
        ]


class QuestionSerializer(StateOnDaySerializer):
    """A question; its answer is shown once it was given by the day asked for."""

    put_to = PartLinks()
    answered_on = serializers.SerializerMethodField()
    answered_by = serializers.SerializerMethodField()
    answered_in = serializers.SerializerMethodField()

    class Meta:
        model = Question
        fields = [
            *SourcedSerializer.FIRST,
            "number",
            "text",
            "topic",
            "meeting",
            "put_to",
            "covers_from",
            "covers_to",
            "state",
            "answered_on",
            "answered_by",
            "answered_in",
            *SourcedSerializer.DATED,
            *SourcedSerializer.LAST,
        ]

    @extend_schema_field(serializers.ChoiceField(QuestionState.choices))
    def get_state(self, question):
        return self.state_on_day(question)

    def get_answered_on(self, question) -> str | None:
        return self.known(question.answered_on)

    @extend_schema_field(Link(allow_null=True))
    def get_answered_by(self, question):
        return self.answer(question, question.answered_by)

    @extend_schema_field(Link(allow_null=True))
    def get_answered_in(self, question):
        return self.answer(question, question.answered_in)

    def answer(self, question, record):
        return Link(record, context=self.context).data if record and self.known(question.answered_on) else None


class TaskMoveSerializer(serializers.ModelSerializer):
    class Meta:
        model = TaskMove
        fields = ["on", "from_state", "to_state", "due_from", "due_to", "reason"]


class TaskSerializer(SourcedSerializer):
    """A task with its state, due date, moves and progress as of the day asked for."""

    state = serializers.ChoiceField(TaskState.choices, source="state_then", read_only=True)
    due_on = serializers.CharField(source="due_then", read_only=True, allow_null=True)
    responsible = PartLinks(source="organisations", part=TaskOrganisation.PartTaken.RESPONSIBLE)
    supporting = PartLinks(source="organisations", part=TaskOrganisation.PartTaken.SUPPORTING)
    action_lines = PartLinks(leads_to="action_line")
    moves = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = [
            *SourcedSerializer.FIRST,
            "title",
            "description",
            "mandate",
            "conclusion",
            "state",
            "due_on",
            "responsible",
            "supporting",
            "action_lines",
            "moves",
            "progress",
            *SourcedSerializer.LAST,
        ]

    @extend_schema_field(TaskMoveSerializer(many=True))
    def get_moves(self, task):
        return TaskMoveSerializer(self.by_day(task.moves), many=True).data

    @extend_schema_field(Link(many=True))
    def get_progress(self, task):
        return Link(self.by_day(task.progress), many=True, context=self.context).data

    def by_day(self, rows):
        return [row for row in rows.all() if self.known(row.on)]


class EvidenceSerializer(serializers.ModelSerializer):
    document = Link(allow_null=True)

    class Meta:
        model = ProgressEvidence
        fields = ["document", "url"]


class ProgressSerializer(RecordSerializer):
    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta:
        model = Progress
        fields = [*RecordSerializer.FIRST, "task", "on", "text", "organisation", "evidence", *RecordSerializer.LAST]
