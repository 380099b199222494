"""Meetings, what was discussed in them, and the follow-up as JSON."""

from django.core.exceptions import ValidationError as Invalid
from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mandates.serializers import SourcedSerializer
from wsis_tracker.rest.fields import Link, PartialDate, PartLinks, Text, link
from wsis_tracker.rest.serializers import PartSerializer, RecordSerializer, Shape, Strict, told

from .models import Conclusion, Meeting, Progress, ProgressEvidence, Question, Submission, Task, TaskMove
from .models.discussions import MeetingState, QuestionState
from .models.tasks import TaskOrganisation, TaskState


class StateOnDaySerializer(SourcedSerializer):
    """A record whose state follows from comparing its dates with the day asked for, or today."""

    state = serializers.SerializerMethodField()

    #: The date from which each of these members is known; as of an earlier day it is not shown.
    KNOWN_FROM = {}

    def state_on_day(self, record):
        return record.state_on(self.day or timezone.localdate())

    def as_known(self, record, values):
        return values | {name: None for name, date in self.KNOWN_FROM.items() if name in values and not self.known(getattr(record, date))}


class MeetingSerializer(StateOnDaySerializer):
    conveners = PartLinks()
    action_lines = PartLinks(leads_to="action_line")

    KNOWN_FROM = {"cancelled_on": "cancelled_on"}

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

    KNOWN_FROM = {"answered_on": "answered_on", "answered_by": "answered_on", "answered_in": "answered_on"}

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


class TaskMoveSerializer(Shape):
    class Meta:
        model = TaskMove
        fields = ["on", "from_state", "to_state", "due_from", "due_to", "reason"]


class MoveSerializer(Strict):
    """A move of a task to a state on a day of the world, today where none is given; with `due_on` its due date is set."""

    state = serializers.ChoiceField(TaskState.choices)
    on = PartialDate(required=False)
    due_on = PartialDate(required=False)
    reason = Text(required=False, allow_blank=True, help_text="Shown to the public with the move.")

    def move(self, task, move, by):
        """Make the move; what the task's rules refuse is told of the member."""
        on = move.get("on") or timezone.localdate().isoformat()
        try:
            return task.move_to(move["state"], on=on, by=by, reason=move.get("reason", ""), due_on=move.get("due_on"))
        except Invalid as error:
            raise serializers.ValidationError(told(error)) from error


class TaskSerializer(SourcedSerializer):
    """A task with its state, due date, moves and progress as of the day asked for; it is moved at `…/move/`."""

    state = serializers.ChoiceField(TaskState.choices, source="state_then", read_only=True)
    due_on = PartialDate(source="due_then", read_only=True, allow_null=True)
    first_move = MoveSerializer(write_only=True, required=False, help_text="How a new task begins: open since today where nothing is said.")
    responsible = PartLinks(accessor="organisations", part=TaskOrganisation.PartTaken.RESPONSIBLE)
    supporting = PartLinks(accessor="organisations", part=TaskOrganisation.PartTaken.SUPPORTING)
    action_lines = PartLinks(leads_to="action_line")
    moves = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    READS = {"moves": ["moves"], "progress": [Prefetch("progress", Progress.objects.published())]}
    default_error_messages = {"moved": "A task that there is already is moved at …/move/."}

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
            "first_move",
            *SourcedSerializer.LAST,
        ]

    def create(self, validated):
        move = validated.pop("first_move", {"state": TaskState.OPEN})
        task = super().create(validated)
        try:
            MoveSerializer().move(task, move, self.context["request"].user)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"first_move": error.detail}) from error
        return task

    def validate_first_move(self, move):
        if self.instance is not None:
            self.fail("moved")
        return move

    @extend_schema_field(TaskMoveSerializer(many=True))
    def get_moves(self, task):
        shape = TaskMoveSerializer(context=self.context)
        return [shape.to_representation(move) for move in self.by_day(task.moves)]

    @extend_schema_field(Link(many=True))
    def get_progress(self, task):
        return [link(progress, self.context) for progress in self.by_day(task.progress)]

    def by_day(self, rows):
        return [row for row in rows.all() if self.known(row.on)]


class EvidenceSerializer(PartSerializer, Shape):
    class Meta:
        model = ProgressEvidence
        fields = ["document", "url"]


class ProgressSerializer(RecordSerializer):
    evidence = EvidenceSerializer(many=True, required=False)

    class Meta:
        model = Progress
        fields = [*RecordSerializer.FIRST, "task", "on", "text", "organisation", "evidence", *RecordSerializer.LAST]
