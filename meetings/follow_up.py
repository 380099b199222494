"""How staff chase tasks: what they look for in the list, the move in a task's form, and what they do with many tasks at once."""

from datetime import date, timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mandates.models import Document, Organisation
from wsis_tracker.accounts.models import User
from wsis_tracker.register import dates
from wsis_tracker.register.admin import RecordForm
from wsis_tracker.register.chosen import FilterByTyping, chosen_by_typing
from wsis_tracker.register.inlines import RowFormSet
from wsis_tracker.register.lists import with_filters
from wsis_tracker.register.staff_pages import ReasonForm, StaffPage, check_may_touch

from .models import Progress, ProgressEvidence, Task, TaskAssignee, TaskOrganisation
from .models.tasks import TaskState

#: With how many tasks something is done at once, and after how many days without a word a task counts as still.
MOST, STILL = 500, 90
A_DAY = _("The day in the world: 2002, 2006-04 or 2005-12-16; empty is today.")


def today():
    return timezone.localdate().isoformat()


class PartialDate(forms.CharField):
    """A partial date as it is typed; None where nothing is."""

    def to_python(self, value):
        value = super().to_python(value)
        if value:
            dates.parse(value)
        return value or None


# -- the list ---------------------------------------------------------------------------------------------------------


class ChosenFilter(admin.SimpleListFilter):
    """A filter of the list whose choices are `{value: (label, which tasks are kept)}`."""

    def choices_for(self, request):
        raise NotImplementedError

    def lookups(self, request, model_admin):
        return [(value, label) for value, (label, _keep) in self.choices_for(request).items()]

    def queryset(self, request, queryset):
        _label, keep = self.choices_for(request).get(self.value(), (None, None))
        return keep(queryset) if keep else queryset


class OverdueFilter(ChosenFilter):
    """Pending after its due date."""

    title = _("overdue")
    parameter_name = "overdue"

    def choices_for(self, request):
        return {"yes": (_("overdue"), lambda tasks: tasks.now().late(today()))}


class DueFilter(ChosenFilter):
    """What is pending and due by a day; the address takes any day, as `?due=2027-01-31`."""

    title = _("due")
    parameter_name = "due"

    def choices_for(self, request):
        days = {days: (timezone.localdate() + timedelta(days)).isoformat() for days in (7, 30, 90)}
        soon = {str(n): (ngettext("within %d day", "within %d days", n) % n, self.by(day)) for n, day in days.items()}
        return soon | {"none": (_("without due date"), lambda tasks: tasks.pending().filter(due_on=None))} | self.typed()

    def by(self, day):
        return lambda tasks: tasks.pending().filter(due_on__lte=day)

    def typed(self):
        """The day that the address gives, as one choice more."""
        try:
            date.fromisoformat(self.value() or "")
        except ValueError:
            return {}
        return {self.value(): (_("by %(day)s") % {"day": self.value()}, self.by(self.value()))}


class ResponsibleFilter(FilterByTyping, ChosenFilter):
    """Which organisation is responsible."""

    title = _("responsible")
    parameter_name = "responsible"
    as_in = (TaskOrganisation, "organisation")

    def choices_for(self, request):
        nobody = {"none": (_("nobody"), lambda tasks: tasks.without_responsible())}
        return nobody | ({self.given: (str(self.chosen), lambda tasks: tasks.responsible(self.chosen))} if self.chosen else {})


class AssignedFilter(ChosenFilter):
    """Who sees to it."""

    title = _("assigned to")
    parameter_name = "assigned"

    def choices_for(self, request):
        return {
            "me": (_("me"), lambda tasks: tasks.assigned_to(request.user)),
            "none": (_("nobody"), lambda tasks: tasks.unassigned()),
        }


class StillFilter(ChosenFilter):
    """Pending, and nothing heard of it for long."""

    title = _("progress")
    parameter_name = "still"

    def choices_for(self, request):
        since = (timezone.localdate() - timedelta(STILL)).isoformat()
        label = ngettext("none for %d day", "none for %d days", STILL) % STILL
        return {str(STILL): (label, lambda tasks: tasks.still_since(since))}


# -- the form ---------------------------------------------------------------------------------------------------------


class TaskForm(RecordForm):
    """A task, with the move to make: its state and due date change in no other way."""

    move_to = forms.ChoiceField(label=_("Move to"), required=False, choices=[("", _("no move")), *TaskState.choices])
    move_on = PartialDate(label=_("On"), required=False, help_text=A_DAY)
    move_due_on = PartialDate(label=_("New due date"), required=False, help_text=_("Empty leaves it."))
    move_reason = forms.CharField(label=_("Why it is moved"), required=False, help_text=_("Shown to the public with the move."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "move_to" in self.fields:  # where it may be changed; only what is possible now is offered, `check_move` says why all else is not
            none = ("", _("no move") if self.instance.pk else _("open"))
            offered = [(state.value, state.label) for state in self.instance.next_states() if self.instance.pk or state != TaskState.OPEN]
            self.fields["move_to"].widget.choices = [none, *offered]

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if self.proposes:
            data |= {"move_to": "", "move_due_on": ""}  # a move is made, not proposed
        data["move_to"] = data.get("move_to") or ("" if self.instance.pk else TaskState.OPEN)
        if data.get("move_due_on") and not data["move_to"]:
            data["move_to"] = self.instance.state
        data["move_on"] = data.get("move_on") or today()
        if data["move_to"] and not self.errors:
            try:
                self.instance.check_move(data["move_to"], on=data["move_on"], due_on=data.get("move_due_on"))
            except ValidationError as error:
                fields = {"state": "move_to", "on": "move_on"}
                for name, messages in error.message_dict.items():
                    self.add_error(fields[name], messages)
        if self.instance.pk and data.get("move_to") and not data.get("move_reason"):
            self.add_error("move_reason", _("Say why the task is moved."))


class ProgressForm(forms.ModelForm):
    """A report of progress with the first thing that shows it; more evidence is added in its own form."""

    evidence_document = forms.ModelChoiceField(label=_("Evidence: document"), queryset=Document.objects.all(), required=False)
    evidence_address = forms.URLField(label=_("Evidence: address"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Progress
        fields = ["on", "text", "organisation", "visibility"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen_by_typing(self.fields["evidence_document"], ProgressEvidence, "document")

    def _post_clean(self):
        """The evidence is checked against the record as it was typed."""
        super()._post_clean()
        evidence = self.evidence()
        if evidence:
            try:
                evidence.check_shown()
            except ValidationError as error:
                self.add_error("evidence_document", error)

    def evidence(self):
        """The evidence typed, or None."""
        given = {"document": self.cleaned_data.get("evidence_document"), "url": self.cleaned_data.get("evidence_address", "")}
        return ProgressEvidence(record=self.instance, **given) if any(given.values()) else None


class ProgressFormSet(RowFormSet):
    """Reports of progress, each saved with its evidence."""

    def save_new(self, form, commit=True):
        progress = super().save_new(form, commit)
        evidence = form.evidence()
        if evidence:
            evidence.full_clean()
            evidence.save()
        return progress


# -- many at once -----------------------------------------------------------------------------------------------------


class MoveForm(ReasonForm):
    state = forms.ChoiceField(label=_("Move to"), choices=TaskState)
    on = PartialDate(label=_("On"), required=False, help_text=A_DAY)


class ExtendForm(ReasonForm):
    due_on = PartialDate(label=_("New due date"), help_text=_("2002, 2006-04 or 2005-12-16; later than that of each task."))


class AssignForm(ReasonForm):
    users = forms.ModelMultipleChoiceField(
        label=_("Assignees"), queryset=User.objects.filter(is_active=True), required=False,
        help_text=_("They see to the tasks besides those who do already, and are reminded by mail."),
    )  # fmt: skip
    organisations = forms.ModelMultipleChoiceField(label=_("Organisations"), queryset=Organisation.objects.all(), required=False)
    part = forms.ChoiceField(
        label=_("Part of the organisations"), choices=TaskOrganisation.PartTaken, initial=TaskOrganisation.PartTaken.RESPONSIBLE
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen_by_typing(self.fields["users"], TaskAssignee, "user")
        chosen_by_typing(self.fields["organisations"], TaskOrganisation, "organisation")

    def clean(self):
        data = super().clean()
        if not self.errors and not data["users"] and not data["organisations"]:
            self.add_error("users", _("Name somebody: a person or an organisation."))
        return data


class ManyTasksPage(StaffPage):
    """What is done with the tasks ticked in the list: with all, or with none, and then each that stands in the way is named."""

    template_name = "meetings/many_tasks.html"
    address = ""

    def is_allowed(self):
        return self.model_admin.has_change_permission(self.request)

    def get(self, request, *args, **kwargs):
        return HttpResponseRedirect(self.get_success_url())  # it is reached from the list

    def get_success_url(self):
        return with_filters(self.model_admin, self.request, reverse("admin:meetings_task_changelist"))

    def get_form_kwargs(self):
        """Nothing has been typed when the page is reached from the list, save perhaps the reason."""
        kwargs = super().get_form_kwargs()
        if "apply" not in self.request.POST:
            kwargs |= {"data": None, "files": None, "initial": {"change_reason": self.request.POST.get("change_reason", "")}}
        return kwargs

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        reason = form.fields["change_reason"]
        reason.required, reason.help_text = True, self.of_the_reason
        return form

    of_the_reason = _("Kept in the history.")

    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs) if "apply" in request.POST else self.render_to_response(self.get_context_data())

    @property
    def tasks(self):
        keys = self.request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(key.isascii() and key.isdecimal() and len(key) <= 18 for key in keys):
            raise BadRequest
        return Task.objects.filter(pk__in=keys)

    def get_context_data(self, **kwargs):
        tasks = self.tasks.order_by("pk")
        listed = [(task.pk, f"{task} ({task.get_state_display()}{', ' + task.due_on if task.due_on else ''})") for task in tasks]
        return super().get_context_data(
            tasks=listed, action=with_filters(self.model_admin, self.request, reverse(self.address)), checkbox=ACTION_CHECKBOX_NAME,
            intro=ngettext("%d task:", "%d tasks:", len(listed)) % len(listed), **kwargs,
        )  # fmt: skip

    def act(self, form):
        tasks, data = self.tasks, form.cleaned_data
        if not 0 < tasks.count() <= MOST:
            raise ValidationError(_("Choose tasks, %d at most.") % MOST)
        check_may_touch(self.model_admin, self.request, tasks.order_by("pk"), reason=data["change_reason"])
        count = self.act_on(tasks, data)
        if not count:
            raise ValidationError(_("Nothing was changed: all of them are so already."))
        return self.told(count)

    def act_on(self, tasks, data):
        """Do it with all the tasks, or with none; returns with how many."""
        raise NotImplementedError

    def told(self, count):
        """What to say when it has been done with so many."""
        raise NotImplementedError


class MovePage(ManyTasksPage):
    form_class, address = MoveForm, "admin:meetings_task_move"
    title, button = _("Move the tasks"), _("Move")
    of_the_reason = _("Shown to the public with the move, and kept in the history.")

    def act_on(self, tasks, data):
        return tasks.move_each(data["state"], on=data["on"] or today(), by=self.request.user, reason=data["change_reason"])

    def told(self, count):
        return ngettext("%d task was moved.", "%d tasks were moved.", count) % count


class ExtendPage(ManyTasksPage):
    form_class, address = ExtendForm, "admin:meetings_task_extend"
    title, button = _("Extend the due date of the tasks"), _("Extend")
    of_the_reason = MovePage.of_the_reason

    def act_on(self, tasks, data):
        return tasks.extend_each(data["due_on"], on=today(), by=self.request.user, reason=data["change_reason"])

    def told(self, count):
        return ngettext("The due date of %d task was extended.", "The due dates of %d tasks were extended.", count) % count


class AssignPage(ManyTasksPage):
    form_class, address = AssignForm, "admin:meetings_task_assign"
    title, button = _("Assign the tasks"), _("Assign")

    def act_on(self, tasks, data):
        return tasks.assign_each(data["users"], data["organisations"], data["part"])

    def told(self, count):
        return ngettext("%d task was assigned.", "%d tasks were assigned.", count) % count
