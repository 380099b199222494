"""Meetings, what was said in them, and what is done about it, as staff keep them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register import dates
from wsis_tracker.register.admin import RecordAdmin, RecordForm, SourcelessFilter
from wsis_tracker.register.inlines import PartInline, RecordInline, SourceInline

from . import models
from .models.tasks import TaskState


class MeetingConvenerInline(PartInline):
    model = models.MeetingConvener


class MeetingLineInline(PartInline):
    model = models.MeetingLine


class MeetingSourceInline(SourceInline):
    model = models.MeetingSource


class SubmissionInline(RecordInline):
    model = models.Submission
    fields = ["document", "words", "direction", "submitted_by", "dated_on", "date_basis", "visibility"]


class QuestionInline(RecordInline):
    model = models.Question
    fields = ["number", "text", "dated_on", "date_basis", "answered_on", "visibility"]


class ConclusionInline(RecordInline):
    model = models.Conclusion
    fields = ["position", "item", "text", "provision", "concluded_by", "dated_on", "date_basis", "visibility"]


@admin.register(models.Meeting)
class MeetingAdmin(RecordAdmin):
    list_display = ["title", "kind", "series", "number", "held_from", "held_to", "place", "visibility"]
    list_filter = ["kind", "phase", SourcelessFilter]
    search_fields = ["slug", "title"]
    inlines = [MeetingConvenerInline, MeetingLineInline, SubmissionInline, QuestionInline, ConclusionInline, MeetingSourceInline]


class SubmissionSourceInline(SourceInline):
    model = models.SubmissionSource


@admin.register(models.Submission)
class SubmissionAdmin(RecordAdmin):
    list_display = ["document", "words", "meeting", "direction", "submitted_by", "dated_on", "visibility"]
    list_filter = ["direction", "phase", SourcelessFilter]
    search_fields = ["slug", "document__symbol", "words"]
    inlines = [SubmissionSourceInline]


class QuestionForumInline(PartInline):
    model = models.QuestionForum


class QuestionSourceInline(SourceInline):
    model = models.QuestionSource


@admin.register(models.Question)
class QuestionAdmin(RecordAdmin):
    list_display = ["number", "text", "meeting", "dated_on", "answered_on", "visibility"]
    list_display_links = ["text"]
    list_filter = [("answered_on", admin.EmptyFieldListFilter), SourcelessFilter]
    search_fields = ["slug", "text"]
    inlines = [QuestionForumInline, QuestionSourceInline]


class ConclusionMandateInline(PartInline):
    model = models.ConclusionMandate


class ConclusionSourceInline(SourceInline):
    model = models.ConclusionSource


@admin.register(models.Conclusion)
class ConclusionAdmin(RecordAdmin):
    list_display = ["meeting", "item", "text", "concluded_by", "dated_on", "visibility"]
    list_filter = [SourcelessFilter]
    search_fields = ["slug", "text"]
    inlines = [ConclusionMandateInline, ConclusionSourceInline]


class TaskForm(RecordForm):
    """A task, with the move to make: its state and due date change in no other way."""

    move_to = forms.ChoiceField(label=_("Move to"), required=False, choices=[("", _("no move")), *TaskState.choices])
    move_on = forms.CharField(
        label=_("On"), required=False, help_text=_("The day in the world: 2002, 2006-04 or 2005-12-16; empty is today.")
    )
    move_due_on = forms.CharField(label=_("New due date"), required=False, help_text=_("Empty leaves it."))
    move_reason = forms.CharField(label=_("Why it is moved"), required=False, help_text=_("Shown to the public with the move."))

    def clean(self):
        super().clean()
        data = self.cleaned_data
        for name in ("move_on", "move_due_on"):
            if data.get(name):
                try:
                    dates.parse(data[name])
                except ValidationError as error:
                    self.add_error(name, error)
        data["move_to"] = data.get("move_to") or ("" if self.instance.pk else TaskState.OPEN)
        if data.get("move_due_on") and not data["move_to"]:
            data["move_to"] = self.instance.state
        data["move_on"] = data.get("move_on") or timezone.now().date().isoformat()
        if data["move_to"] and not self.errors:
            try:
                self.instance.check_move(data["move_to"], on=data["move_on"], due_on=data.get("move_due_on") or None)
            except ValidationError as error:
                fields = {"state": "move_to", "on": "move_on"}
                for name, messages in error.message_dict.items():
                    self.add_error(fields[name], messages)


class TaskOrganisationInline(PartInline):
    model = models.TaskOrganisation


class TaskAssigneeInline(PartInline):
    model = models.TaskAssignee


class TaskLineInline(PartInline):
    model = models.TaskLine


class TaskMoveInline(PartInline):
    """The moves made; a new one is made in the form above."""

    model = models.TaskMove
    fields = readonly_fields = ["on", "from_state", "to_state", "due_from", "due_to", "by", "reason"]
    can_delete = False
    exchanged = False

    def _may_change(self, request, obj):
        return False


class ProgressInline(RecordInline):
    model = models.Progress
    fields = ["on", "text", "organisation"]


class TaskSourceInline(SourceInline):
    model = models.TaskSource


class OverdueFilter(admin.SimpleListFilter):
    """Pending after its due date."""

    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request, model_admin):
        return [("yes", _("overdue"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=models.Task.objects.overdue_on(timezone.now().date().isoformat()).values("pk"))


@admin.register(models.Task)
class TaskAdmin(RecordAdmin):
    form = TaskForm
    list_display = ["title", "state", "due_on", "mandate", "conclusion", "visibility"]
    list_filter = ["state", OverdueFilter, SourcelessFilter]
    search_fields = ["slug", "title"]
    readonly_fields = ["state", "due_on"]
    inlines = [TaskOrganisationInline, TaskAssigneeInline, TaskLineInline, ProgressInline, TaskMoveInline, TaskSourceInline]

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        move = ["move_to", "move_on", "move_due_on", "move_reason"]
        own = {"fields": [name for name in sets[0][1]["fields"] if name not in move]}
        may_change = self.has_change_permission(request, obj) if obj else True
        moving = [(_("Move"), {"fields": move})] if may_change else []
        return [(None, own), *moving, *sets[1:]]

    def say(self, request, record, values, parts):
        """A new task is open since today, as in its form."""
        is_new = record.pk is None
        super().say(request, record, values, parts)
        if is_new:
            record.move_to(TaskState.OPEN, on=timezone.now().date().isoformat(), by=request.user)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        data = form.cleaned_data
        if data["move_to"]:
            obj.move_to(
                data["move_to"], on=data["move_on"], by=request.user, reason=data["move_reason"], due_on=data["move_due_on"] or None
            )


class ProgressEvidenceInline(PartInline):
    model = models.ProgressEvidence


@admin.register(models.Progress)
class ProgressAdmin(RecordAdmin):
    list_display = ["task", "on", "text", "organisation"]
    search_fields = ["slug", "text"]
    inlines = [ProgressEvidenceInline]
