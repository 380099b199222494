"""How staff keep records: every write is an act with a reason, and only those who may publish touch what is published."""

import uuid
from contextlib import nullcontext

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin

from .changes import act
from .models import Change, Proposal
from .records import Visibility, named_by

PUBLISH = "register.publish"


def acting(request):
    """The act of a request that writes; one that only reads has none."""
    if request.method != "POST":
        return nullcontext()
    return act(by=request.user, reason=request.POST.get("change_reason", ""), request_id=uuid.uuid4().hex)


def record_links(model):
    """The foreign keys of a model, all of which are chosen by typing: no list of all rows is ever drawn."""
    return [f.name for f in model._meta.concrete_fields if f.is_relation and f.editable and f.name != "record"]


def names_of_links(model):
    """The lookups that the one-line names of what a model links to read."""
    for field in model._meta.concrete_fields:
        if field.is_relation:
            yield field.name
            yield from (f"{field.name}__{lookup}" for lookup in getattr(field.related_model, "named_through", ()))


class RecordForm(forms.ModelForm):
    """A record with the reason of the change."""

    change_reason = forms.CharField(
        label=_("Reason for the change"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the history; required where the record is published."),
    )  # fmt: skip

    def clean(self):
        super().clean()
        shown = self.instance.pk and self.instance.shown_to_public
        if (shown or self.cleaned_data.get("visibility") == Visibility.PUBLISHED) and not self.cleaned_data.get(
            "change_reason", ""
        ).strip():
            self.add_error("change_reason", _("Say why: the record is published."))


class ReasonedActionForm(ActionForm):
    """The action to take on the records ticked, and why."""

    change_reason = forms.CharField(label=_("Reason"), required=False)


class KnownSelect(AutocompleteSelect):
    """A field chosen by typing that need not look up the name of what is chosen already."""

    chosen = None

    def optgroups(self, name, value, attrs=None):
        if self.chosen is None or {str(key) for key in value if key} != {str(self.chosen.pk)}:
            return super().optgroups(name, value, attrs)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        return [(None, [*options, self.create_option(name, self.chosen.pk, str(self.chosen), True, 1)], 0)]


class PartFormSet(BaseInlineFormSet):
    """The parts of a record; those of a published record lead only to published ones."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownSelect) and form.instance.pk:
                widget.chosen = getattr(form.instance, name)

    def clean(self):
        super().clean()
        if self.instance.visibility is None or self.instance.visibility != Visibility.PUBLISHED:
            return
        for form in self.forms:
            if form.is_valid() and form.has_changed() and not form.cleaned_data.get("DELETE"):
                hidden = [str(record) for record in named_by(form.instance) if record != self.instance and not record.shown_to_public]
                if hidden:
                    form.add_error(None, _("The record is published, but this leads to an unpublished one: %s.") % "; ".join(hidden))


class PartInline(admin.TabularInline):
    """Parts of a record, edited with it."""

    formset = PartFormSet
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*names_of_links(self.model))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["widget"] = KnownSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # A part is changed by whoever may change its record.
    def has_add_permission(self, request, obj=None):
        return self._may_change(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may_change(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may_change(request, obj)

    def has_view_permission(self, request, obj=None):
        return True

    def _may_change(self, request, obj):
        record_admin = self.admin_site.get_model_admin(self.parent_model)
        return record_admin.has_change_permission(request, obj) if obj else record_admin.has_add_permission(request)


class SourceInline(PartInline):
    """Where a fact is read."""

    fields = ["provision", "words", "field", "value", "fact_ids"]
    classes = ["collapse"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "words":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 2, "cols": 40})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class RecordInline(admin.TabularInline):
    """Records that belong to another: those there are, each with a link to its own form, and lines for new ones."""

    extra = 0
    show_change_link = True
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*names_of_links(self.model))

    def get_autocomplete_fields(self, request):
        return record_links(self.model)

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


class InForceFilter(admin.SimpleListFilter):
    """What holds or was there today."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("today", _("today")), ("ended", _("not today"))]

    def queryset(self, request, queryset):
        in_force = queryset.as_of(timezone.now().date()).values("pk")
        return {"today": queryset.filter(pk__in=in_force), "ended": queryset.exclude(pk__in=in_force)}.get(self.value(), queryset)


class SourcelessFilter(admin.SimpleListFilter):
    """What no paragraph is named for yet."""

    title = _("sources")
    parameter_name = "source"

    def lookups(self, request, model_admin):
        return [("none", _("no source"))]

    def queryset(self, request, queryset):
        if self.value() != "none":
            return queryset
        source = queryset.model._meta.get_field("sources").related_model
        return queryset.filter(~Exists(source.objects.filter(record=OuterRef("pk"))))


class RecordAdmin(SimpleHistoryAdmin):
    """A collection of records."""

    form = RecordForm
    action_form = ReasonedActionForm
    actions = ["publish", "send_to_review", "withdraw"]
    list_per_page = 50
    show_full_result_count = False
    search_help_text = _("Whole words of the record, or part of its name or symbol")
    search_fields = ["slug"]
    object_history_list_template = "register/history_list.html"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*names_of_links(self.model))

    def get_autocomplete_fields(self, request):
        return record_links(self.model)

    def get_list_filter(self, request):
        return [*(["visibility"] if self.model.whole is None else []), *super().get_list_filter(request)]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["slug"] if obj else []), "created_at", "updated_at"]

    def get_fieldsets(self, request, obj=None):
        """The record's own fields, then how it is kept, then the reason for the change."""
        kept = ["slug", *(["visibility"] if self.model.whole is None else []), "staff_note", "created_at", "updated_at"]
        own = [name for name in self.get_fields(request, obj) if name not in {*kept, "change_reason"}]
        may_change = self.has_change_permission(request, obj) if obj else True
        sets = [(None, {"fields": own}), (_("Record"), {"fields": kept})]
        return [*sets, (_("Change"), {"fields": ["change_reason"]})] if may_change else sets

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "visibility" and not request.user.has_perm(PUBLISH):
            kwargs["choices"] = [choice for choice in Visibility.choices if choice[0] != Visibility.PUBLISHED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    # -- who may do what: a published record is changed by those who may publish -------------------------------------

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def has_publish_permission(self, request):
        return request.user.has_perm(PUBLISH)

    def _may_touch(self, request, obj):
        return obj is None or request.user.has_perm(PUBLISH) or not obj.shown_to_public

    def get_actions(self, request):
        actions = super().get_actions(request)
        if not request.user.has_perm(PUBLISH):
            actions.pop("delete_selected", None)  # it would take published records along
        if self.model.whole is not None:
            actions = {name: action for name, action in actions.items() if name == "delete_selected"}
        return actions

    # -- every write inside an act ----------------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if object_id and request.method == "GET":
            record = self.get_object(request, object_id)
            if record and record.shown_to_public and not request.user.has_perm(PUBLISH):
                messages.info(request, _("This record is published: a reviewer can change it."))
        try:
            with acting(request):
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:  # somebody else was faster than the form's own checks
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(self, request, object_id, extra_context=None):
        with acting(request):
            return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request, extra_context=None):
        with acting(request):
            return super().changelist_view(request, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        with acting(request):
            return super().history_form_view(request, object_id, version_id, extra_context)

    # -- finding ----------------------------------------------------------------------------------------------------

    def get_search_results(self, request, queryset, search_term):
        """Records with a part of a name (`search_fields`) or with every word of the text."""
        if not search_term.strip():
            return queryset, False
        named, _may_have_duplicates = super().get_search_results(request, queryset, search_term)
        worded = queryset.search(search_term)
        return queryset.filter(Q(pk__in=named.order_by().values("pk")) | Q(pk__in=worded.order_by().values("pk"))), False

    # -- moving many ------------------------------------------------------------------------------------------------

    @admin.action(description=_("Publish the selected records"), permissions=["publish"])
    def publish(self, request, queryset):
        self._show_as(Visibility.PUBLISHED, request, queryset)

    @admin.action(description=_("Send the selected records to review"), permissions=["change"])
    def send_to_review(self, request, queryset):
        self._show_as(Visibility.IN_REVIEW, request, queryset)

    @admin.action(description=_("Withdraw the selected records"), permissions=["publish"])
    def withdraw(self, request, queryset):
        self._show_as(Visibility.DRAFT, request, queryset)

    def _show_as(self, visibility, request, queryset):
        """Bring every record to `visibility`, or none and say why."""
        records = list(queryset)
        if any(not self.has_change_permission(request, record) for record in records):
            self.message_user(request, _("Nothing was changed: published records are moved by a reviewer."), messages.ERROR)
            return
        public = visibility == Visibility.PUBLISHED or any(record.shown_to_public for record in records)
        if public and not request.POST.get("change_reason", "").strip():
            self.message_user(request, _("Nothing was changed: say why, in the field beside the action."), messages.ERROR)
            return
        problems = []
        for record in records:
            record.visibility = visibility
            try:
                record.full_clean()
            except ValidationError as error:
                problems.append(f"{record}: {' '.join(error.messages)}")
        if problems:
            self.message_user(request, _("Nothing was changed. %s") % " · ".join(problems), messages.ERROR)
            return
        for record in records:
            record.save()
        count = len(records)
        self.message_user(request, ngettext("%d record: %s.", "%d records: %s.", count) % (count, visibility.label), messages.SUCCESS)


class KeptAdmin(admin.ModelAdmin):
    """What the register itself writes: read, never edited."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Change)
class ChangeAdmin(KeptAdmin):
    list_display = ["at", "by", "reason", "request_id"]
    list_select_related = ["by"]
    search_fields = ["reason", "request_id"]
    date_hierarchy = "at"


@admin.register(Proposal)
class ProposalAdmin(KeptAdmin):
    list_display = ["at", "kind", "slug", "state", "by", "decided_by"]
    list_select_related = ["kind", "by", "decided_by"]
    list_filter = ["state"]
    search_fields = ["slug", "reason"]
