"""Meetings, what was said in them, and what is done about it, as staff keep them."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register.admin import RecordAdmin, SourcelessFilter
from wsis_tracker.register.chosen import ChosenByTyping
from wsis_tracker.register.inlines import PartInline, RecordInline, SourceInline
from wsis_tracker.register.lists import with_filters
from wsis_tracker.register.staff_pages import pages_beside

from . import follow_up, models, preparation
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
    form = preparation.QuestionForm
    formset = preparation.NumberedFormSet
    fields = ["number", "text", "dated_on", "date_basis", "answered_on", "visibility"]


class ConclusionInline(RecordInline):
    model = models.Conclusion
    form = preparation.ConclusionForm
    formset = preparation.NumberedFormSet
    fields = ["position", "item", "text", "provision", "concluded_by", "dated_on", "date_basis", "visibility"]


@admin.register(models.Meeting)
class MeetingAdmin(RecordAdmin):
    list_display = ["title", "kind", "series", "number", "held_from", "held_to", "place", "visibility"]
    list_filter = ["kind", "phase", SourcelessFilter]
    search_fields = ["slug", "title"]
    actions = ["prepare_next", *RecordAdmin.actions]
    inlines = [MeetingConvenerInline, MeetingLineInline, SubmissionInline, QuestionInline, ConclusionInline, MeetingSourceInline]

    def get_urls(self):
        pages = {
            "next": preparation.NextMeetingPage,
            "documents": preparation.SymbolsPage,
            "order": preparation.ConclusionOrderPage,
            "questions": preparation.QuestionOrderPage,
            "tasks": preparation.TasksPage,
        }
        return [*pages_beside(self, pages, "<int:pk>/"), *super().get_urls()]

    @admin.action(description=_("Prepare the next meeting of the series …"), permissions=["add"])
    def prepare_next(self, request, queryset):
        series = set(queryset.order_by().values_list("series", flat=True))
        if len(series) != 1 or "" in series:
            self.message_user(request, _("Choose meetings of one series."), messages.ERROR)
            return None
        return HttpResponseRedirect(with_filters(self, request, reverse("admin:meetings_meeting_next", args=[queryset.first().pk])))


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

    def get_urls(self):
        return [*pages_beside(self, {"tasks": preparation.TasksOfConclusionPage}, "<int:pk>/"), *super().get_urls()]


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
    form = follow_up.ProgressForm
    formset = follow_up.ProgressFormSet
    fields = ["on", "text", "organisation", "evidence_document", "evidence_address", "visibility"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("evidence__document")

    @admin.display(description=_("Evidence: document"))
    def evidence_document(self, progress):
        return "; ".join(str(row.document) for row in progress.evidence.all() if row.document)

    @admin.display(description=_("Evidence: address"))
    def evidence_address(self, progress):
        return " ".join(row.url for row in progress.evidence.all() if row.url)


class TaskSourceInline(SourceInline):
    model = models.TaskSource


@admin.register(models.Task)
class TaskAdmin(RecordAdmin):
    form = follow_up.TaskForm
    list_display = ["title", "state", "responsible", "due_on", "late", "last_progress", "visibility"]
    list_filter = [
        "state", follow_up.OverdueFilter, follow_up.DueFilter, follow_up.AssignedFilter, follow_up.ResponsibleFilter,
        follow_up.StillFilter, SourcelessFilter,
    ]  # fmt: skip
    search_fields = ["slug", "title"]
    readonly_fields = ["state", "due_on"]
    actions = ["move", "extend", "assign", *RecordAdmin.actions]
    inlines = [TaskOrganisationInline, TaskAssigneeInline, TaskLineInline, ProgressInline, TaskMoveInline, TaskSourceInline]

    @property
    def media(self):
        """What choosing an organisation beside the list needs, too."""
        return super().media + ChosenByTyping(models.TaskOrganisation._meta.get_field("organisation"), self.admin_site).media

    def get_queryset(self, request):
        return super().get_queryset(request).now().with_last_progress().with_organisations()

    @admin.display(description=_("responsible"))
    def responsible(self, task):
        named = [str(row.organisation) for row in task.organisations.all() if row.part == models.TaskOrganisation.PartTaken.RESPONSIBLE]
        return ", ".join(named) or None

    @admin.display(description=_("late"))
    def late(self, task):
        return _("overdue") if task.late_on(timezone.localdate()) else ""

    @admin.display(description=_("last progress"), ordering="last_progress")
    def last_progress(self, task):
        return task.last_progress

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        move = ["move_to", "move_on", "move_due_on", "move_reason"]
        own = {"fields": [name for name in sets[0][1]["fields"] if name not in move]}
        may_change = self.has_change_permission(request, obj) and not hasattr(request, "proposing") if obj else True
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
            obj.move_to(data["move_to"], on=data["move_on"], by=request.user, reason=data["move_reason"], due_on=data["move_due_on"])

    # -- many at once ------------------------------------------------------------------------------------------------

    def get_urls(self):
        pages = {"move": follow_up.MovePage, "extend": follow_up.ExtendPage, "assign": follow_up.AssignPage}
        return [*pages_beside(self, pages), *super().get_urls()]

    @admin.action(description=_("Move the selected tasks …"), permissions=["change"])
    def move(self, request, queryset):
        return self._ask(follow_up.MovePage, request, queryset)

    @admin.action(description=_("Extend the due date of the selected tasks …"), permissions=["change"])
    def extend(self, request, queryset):
        return self._ask(follow_up.ExtendPage, request, queryset)

    @admin.action(description=_("Assign the selected tasks …"), permissions=["change"])
    def assign(self, request, queryset):
        return self._ask(follow_up.AssignPage, request, queryset)

    def _ask(self, page, request, queryset):
        """The page that asks what is to be done with the tasks; it is sent to its own address."""
        chosen = request.POST.copy()
        chosen.pop("apply", None)
        chosen.setlist(ACTION_CHECKBOX_NAME, [str(key) for key in queryset.order_by().values_list("pk", flat=True)[: follow_up.MOST + 1]])
        request.POST = chosen  # all of the list, where all are chosen
        return page.as_view(model_admin=self)(request)


class ProgressEvidenceInline(PartInline):
    model = models.ProgressEvidence


@admin.register(models.Progress)
class ProgressAdmin(RecordAdmin):
    list_display = ["task", "on", "text", "organisation", "visibility"]
    search_fields = ["slug", "text"]
    inlines = [ProgressEvidenceInline]
