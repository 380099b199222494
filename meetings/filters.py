"""What can be asked of meetings, what was discussed in them, and the follow-up."""

from django.utils.translation import gettext_lazy as _

from mandates.filters import SectorFilter
from mandates.models.mandates import Nature
from wsis_tracker.register.dates import days_before
from wsis_tracker.register.records import unknown_last
from wsis_tracker.rest.filters import (
    ONE,
    RANGE,
    ChoiceFilter,
    DaysFilter,
    InUseFilter,
    PartialDateFilter,
    RecordFilter,
    RecordFilterSet,
    TrueFalseFilter,
)

from .models import Conclusion, Meeting, Progress, Question, Submission, Task
from .models.discussions import MeetingState, QuestionState
from .models.tasks import TaskOrganisation, TaskState


class MeetingFilterSet(RecordFilterSet):
    series = InUseFilter(field_name="series", label=_("Series"))
    convener = RecordFilter(field_name="conveners__organisation", label=_("Convener"))
    action_line = RecordFilter(field_name="action_lines__action_line", label=_("Action line"))
    state = ChoiceFilter(MeetingState.choices, method="keep_in_state", label=_("State"))

    class Meta:
        model = Meeting
        fields = {
            "series": ["exact"],
            "number": RANGE,
            "kind": ONE,
            "body": ONE,
            "phase": ONE,
            "held_from": RANGE,
            "held_to": RANGE,
            "announced_on": RANGE,
            "cancelled_on": RANGE,
        }

    def keep_in_state(self, queryset, name, states):
        return queryset.in_state(states, self.day_or_today)


class SubmissionFilterSet(RecordFilterSet):
    class Meta:
        model = Submission
        fields = {"document": ONE, "meeting": ONE, "direction": ONE, "submitted_by": ONE, "phase": ONE, "dated_on": RANGE}


class ConclusionFilterSet(RecordFilterSet):
    mandate = RecordFilter(field_name="mandates__mandate", label=_("Mandate given"))

    class Meta:
        model = Conclusion
        fields = {"meeting": ONE, "item": ONE, "provision": ONE, "concluded_by": ONE, "modality": ONE, "dated_on": RANGE}


class QuestionFilterSet(RecordFilterSet):
    put_to = RecordFilter(field_name="put_to__organisation", label=_("Put to"))
    state = ChoiceFilter(QuestionState.choices, method="keep_in_state", label=_("State"))

    class Meta:
        model = Question
        fields = {
            "meeting": ONE,
            "number": RANGE,
            "answered_by": ONE,
            "answered_in": ONE,
            "answered_on": RANGE,
            "dated_on": RANGE,
        }

    def keep_in_state(self, queryset, name, states):
        return queryset.in_state(states, self.day_or_today)


class TaskFilterSet(RecordFilterSet):
    """State and due date are those of the day asked for, of now where none is."""

    state = ChoiceFilter(TaskState.choices, field_name="state_then", label=_("State"))
    due_on = PartialDateFilter(field_name="due_then", label=_("Due on"))
    due_on__gte = PartialDateFilter(field_name="due_then", lookup_expr="gte", label=_("Due on or after"))
    due_on__lte = PartialDateFilter(field_name="due_then", lookup_expr="lte", label=_("Due on or before"))
    overdue = TrueFalseFilter(field_name="due_then", method="keep_overdue", label=_("Overdue"))
    without_due_date = TrueFalseFilter(field_name="due_then", method="keep_without_due_date", label=_("Without a due date"))
    quiet_days = DaysFilter(field_name="state_then", method="keep_quiet", label=_("Pending, without a move or progress for so many days"))
    without_responsible = TrueFalseFilter(method="keep_without_responsible", label=_("Without an organisation responsible"))
    without_mandate = TrueFalseFilter(field_name="mandate", lookup_expr="isnull", label=_("Without a mandate"))
    mandate_nature = ChoiceFilter(Nature.choices, field_name="mandate__nature", label=_("Nature of the mandate"))
    organisation = RecordFilter(field_name="organisations__organisation", label=_("Organisation"))
    responsible = RecordFilter(
        field_name="organisations__organisation",
        where={"organisations__part": TaskOrganisation.PartTaken.RESPONSIBLE},
        label=_("Responsible"),
    )
    supporting = RecordFilter(
        field_name="organisations__organisation",
        where={"organisations__part": TaskOrganisation.PartTaken.SUPPORTING},
        label=_("Supporting"),
    )
    sector = SectorFilter(
        field_name="organisations__organisation",
        where={"organisations__part": TaskOrganisation.PartTaken.RESPONSIBLE},
        label=_("Sector"),
    )
    action_line = RecordFilter(field_name="action_lines__action_line", label=_("Action line"))

    of_the_day = {"state": "state_then", "due_on": "due_then"}

    class Meta:
        model = Task
        fields = {"mandate": ONE, "conclusion": ONE}

    def on_day(self, queryset):
        return queryset.then(self.day).order_by(unknown_last("due_then"), "slug")

    def keep_overdue(self, queryset, name, wanted):
        return queryset.late(self.day_or_today) if wanted else queryset.not_late(self.day_or_today)

    def keep_without_due_date(self, queryset, name, wanted):
        return queryset.filter(due_then__isnull=wanted)

    def keep_quiet(self, queryset, name, days):
        return queryset.quiet(days_before(self.day_or_today, days), self.day_or_today)

    def keep_without_responsible(self, queryset, name, wanted):
        return queryset.without_responsible() if wanted else queryset.with_responsible()


class ProgressFilterSet(RecordFilterSet):
    document = RecordFilter(field_name="evidence__document", label=_("Evidence"))

    class Meta:
        model = Progress
        fields = {"task": ONE, "organisation": ONE, "on": RANGE}
