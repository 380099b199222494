"""How staff keep records: every write is an act with a reason, and only those who may publish touch what is published."""

import re
from functools import cache, partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, ActionForm
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import IS_FACETS_VAR
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, OperationalError
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import review
from .changes import acting
from .chosen import ChosenByTyping
from .conflicts import Gone, conflict_of, on_newest, without_lost_rows
from .exchanging import ExchangeAdmin
from .fields import TranslatedField
from .inlines import RecordInline, record_links, restricted, visibilities
from .kept import ChangeAdmin, KeptAdmin
from .lists import BoundedPaginator, RecordList
from .models import Change, Proposal
from .proposals import PUBLISH
from .records import Record, Visibility, names_of_links
from .rights import edits_for_organisation, may, organisations_of, sees_all
from .together import movable, show, with_named


class RecordForm(forms.ModelForm):
    """A record with the reason of the change."""

    change_reason = forms.CharField(
        label=_("Reason for the change"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the history; required where the record is published."),
    )  # fmt: skip

    base_version = forms.CharField(required=False, widget=forms.HiddenInput)

    #: Of the request, set by `RecordAdmin.get_form`: may it touch what is published, and does it see all, and what the database refused.
    may_publish = sees_all = False
    refusal = ""
    #: What others saved since the form was opened; see `conflicts`.
    conflict = None

    @property
    def proposes(self):
        """Whether what is typed becomes a proposal: the record is published, and another changes it."""
        return bool(self.instance.pk) and self.instance.shown_to_public and not self.may_publish

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["base_version"] = self.instance.updated_at.isoformat()

    def clean(self):
        super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        if self.instance.pk:
            self._refuse_overwriting()
        whole = self.cleaned_data.get(self.instance.whole)
        joins_published = whole is not None and whole.shown_to_public
        if joins_published and not self.may_publish:
            self.add_error(self.instance.whole, _("“%s” is published: a reviewer can change it.") % whole)
        was_published = self.instance.pk and self.instance.shown_to_public
        published = was_published or joins_published or self.cleaned_data.get("visibility") == Visibility.PUBLISHED
        if published and not self.cleaned_data.get("change_reason"):
            self.add_error("change_reason", _("Say why: the record is published."))
        elif self.data.get("_save_over") and not self.cleaned_data.get("change_reason"):
            self.add_error("change_reason", _("Say why yours is saved over what others saved."))
        sent_back = (self.initial.get("visibility"), self.cleaned_data.get("visibility")) == (Visibility.IN_REVIEW, Visibility.DRAFT)
        if sent_back and not self.cleaned_data.get("change_reason"):
            self.add_error("change_reason", _("Say why: whoever sent it to review reads it."))

    def _refuse_overwriting(self):
        """Of two people on one form the later does not undo the earlier; the row stays locked until the form is saved."""
        stored = type(self.instance).objects.lock().filter(pk=self.instance.pk).first()
        if stored is None:
            raise Gone
        if self.cleaned_data.get("base_version") != stored.updated_at.isoformat():
            self.conflict = conflict_of(self, stored)
            self.data = self.conflict.data
            self.add_error(None, _("Nothing was saved yet: the record was changed since you opened it. Compare both versions above."))


class ReasonedActionForm(ActionForm):
    """The action to take on the records ticked, and why."""

    change_reason = forms.CharField(label=_("Reason"), required=False)


def forget_said(request):
    """Take back what was said of an act that is undone."""
    list(messages.get_messages(request))


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
        return queryset.sourceless() if self.value() == "none" else queryset


class ReviewFilter(admin.SimpleListFilter):
    """What is in review: handed in by others, or by oneself."""

    title = _("review")
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("waiting", _("handed in by others")), ("mine", _("handed in by me"))]

    def queryset(self, request, queryset):
        kept = {"waiting": queryset.awaiting, "mine": queryset.handed_in_by}.get(self.value())
        return kept(request.user) if kept else queryset


@cache
def as_read(model, name):
    """A column of a list or a line of a form; a translated text is shown in the reader's language, not as it is stored."""
    field = next((field for field in model._meta.fields if field.name == name), None)
    if not isinstance(field, TranslatedField):
        return name

    @admin.display(description=field.verbose_name, ordering=name)
    def text(record):
        texts = getattr(record, name)
        return format_html('<bdi lang="{}">{}</bdi>', texts.shown_language, texts) if texts.shown_language else None

    text.__name__ = name
    return text


class RecordAdmin(ExchangeAdmin):
    """A collection of records."""

    form = RecordForm
    action_form = ReasonedActionForm
    actions = ["publish", "publish_with_named", "send_to_review", "send_to_review_with_named", "withdraw", "delete_selected"]
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    search_help_text = _("Whole words of the record, or part of its name or symbol")
    search_fields = ["slug"]
    change_form_template = "register/change_form.html"
    delete_confirmation_template = "register/delete_confirmation.html"
    delete_selected_confirmation_template = "register/delete_selected_confirmation.html"

    def get_queryset(self, request):
        """The records that the person keeps here; those of other collections are chosen in forms, as far as he may see them."""
        records = super().get_queryset(request).select_related(*names_of_links(self.model))
        if sees_all(request.user, self.model):
            return records
        return records.edited_by(request.user) if self.model.edited_for else records.seen_by(request.user)

    def get_object(self, request, object_id, from_field=None):
        """The record; who edits for an organisation is told of another's what is told of one that there is not."""
        record = super().get_object(request, object_id, from_field)
        if record is None and not sees_all(request.user, self.model):
            raise Http404
        return record

    def get_changelist(self, request, **kwargs):
        return RecordList

    def get_paginator(self, request, *args, **kwargs):
        paginator = super().get_paginator(request, *args, **kwargs)
        paginator.records = self.get_queryset(request)
        return paginator

    def get_autocomplete_fields(self, request):
        return record_links(self.model)

    def get_list_display(self, request):
        return [as_read(self.model, name) for name in super().get_list_display(request)]

    def get_list_filter(self, request):
        hidden = [name for name, model in self.model.named_links() if not sees_all(request.user, model)]  # all of these would be offered
        asked = super().get_list_filter(request)
        own = [one for one in asked if (one[0] if isinstance(one, tuple) else one) not in hidden]
        parts = self.model.parts()
        sourced = [SourcelessFilter] if "sources" in parts and SourcelessFilter not in own else []
        return [*(["visibility", ReviewFilter] if self.model.whole is None else []), *own, *sourced]

    def get_readonly_fields(self, request, obj=None):
        fixed = [self.model.whole or "visibility"] if obj and hasattr(request, "proposing") else []
        return [*super().get_readonly_fields(request, obj), *(["slug"] if obj else []), *fixed, "created_at", "updated_at"]

    def get_fieldsets(self, request, obj=None):
        """The record's own fields, then how it is kept, then the reason for the change."""
        kept = ["slug", *(["visibility"] if self.model.whole is None else []), "staff_note", "created_at", "updated_at"]
        own = [name for name in self.get_fields(request, obj) if name not in {*kept, "change_reason", "base_version"}]
        if not sees_all(request.user, self.model):
            kept.remove("staff_note")
        record = (_("Record"), {"fields": kept})
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [as_read(self.model, name) for name in own]}), record]
        return [(None, {"fields": own}), record, (_("Change"), {"fields": ["change_reason", "base_version"]})]

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "visibility":
            kwargs["choices"] = visibilities(request.user)
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Who edits for an organisation names what he may see, and as the record's own organisation one of his."""
        if db_field.name == self.model.edited_for and not sees_all(request.user, self.model):
            own = db_field.related_model.objects.filter(pk__in=organisations_of(request.user))
            return forms.ModelChoiceField(own, label=capfirst(db_field.verbose_name), empty_label=None)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChosenByTyping(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **restricted(db_field, request.user), **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.may_publish, form.refusal = request.user.has_perm(PUBLISH), getattr(request, "refusal", "")
        form.sees_all = sees_all(request.user, self.model)
        return form

    def get_changeform_initial_data(self, request):
        """What the address gives for a new record; a link is given by a key."""
        given, links = super().get_changeform_initial_data(request), record_links(self.model)
        return {name: value for name, value in given.items() if name not in links or re.fullmatch(r"\d{1,18}", str(value), re.ASCII)}

    def view_on_site(self, record):
        return record.get_absolute_url() if record.shown_to_public else None

    # -- who may do what: a published record is changed by those who may publish -------------------------------------

    def has_module_permission(self, request):
        return super().has_module_permission(request) or edits_for_organisation(request.user, self.model)

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or edits_for_organisation(request.user, self.model, obj)

    def has_add_permission(self, request):
        return may(request.user, "add", self.model)

    def has_change_permission(self, request, obj=None):
        proposed = getattr(request, "proposing", None)
        return may(request.user, "change", self.model, obj) and (self._may_touch(request, obj) or obj == proposed)

    def has_delete_permission(self, request, obj=None):
        return may(request.user, "delete", self.model, obj) and self._may_touch(request, obj)

    def has_publish_permission(self, request):
        return request.user.has_perm(PUBLISH)

    def _may_touch(self, request, obj):
        return obj is None or request.user.has_perm(PUBLISH) or not obj.shown_to_public

    def get_actions(self, request):
        actions = super().get_actions(request)
        if self.model.whole is not None:
            actions = {name: action for name, action in actions.items() if name == "delete_selected"}
        return actions

    # -- every write inside an act ----------------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            if object_id and request.method == "POST":
                self.check_there(request, unquote(object_id))
            return self._form_view(request, object_id, form_url, extra_context)
        except Gone:
            return self.gone_view(request, unquote(object_id))

    def _form_view(self, request, object_id, form_url, extra_context):
        record = self.get_object(request, unquote(object_id)) if object_id else None
        if record and not self._may_touch(request, record) and may(request.user, "change", self.model, record):
            request.proposing = record
        if record and request.method == "GET":
            review.tell(request, record)
        request.POST = on_newest(request.POST)
        form = partial(super().changeform_view, request, object_id, form_url, extra_context)
        if request.method == "POST" and hasattr(request, "proposing"):
            return review.propose(request, record, form)
        try:
            with acting(request):
                return form()
        except (ValidationError, IntegrityError) as error:  # somebody else was faster than the form's own checks
            forget_said(request)
            request.refusal = " ".join(getattr(error, "messages", [])) or _("Nothing was saved: somebody else has just recorded the same.")
            with acting(request):
                return form()  # the form as it was typed

    def response_change(self, request, obj):
        return HttpResponseRedirect(request.path) if hasattr(request, "proposing") else super().response_change(request, obj)

    def delete_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, object_id)
        if record is not None and self.has_delete_permission(request, record) and self._lacks_reason(request, [record]):
            return HttpResponseRedirect(request.get_full_path())
        try:
            with acting(request):
                return super().delete_view(request, object_id, extra_context)
        except (ValidationError, IntegrityError):  # somebody has named it, after the page had looked for what does
            forget_said(request)
            self.message_user(request, _("Nothing was deleted: somebody else has just come to name it."), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """As Django has it; of a form that is saved, the lines that others deleted meanwhile are new ones, and not errors."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if "data" in kwargs and obj.pk:
            kwargs["data"] = without_lost_rows(kwargs["data"], prefix, inline.model, again=not isinstance(inline, RecordInline))
        return kwargs

    def changelist_view(self, request, extra_context=None):
        if not all(re.fullmatch(r"\d{1,18}", key, re.ASCII) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest
        if "\0" in request.POST.get("change_reason", ""):
            self.message_user(request, ProhibitNullCharactersValidator.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        try:
            with acting(request):
                response = super().changelist_view(request, extra_context)
        except ValidationError as error:  # an action was refused, and its act undone
            forget_said(request)
            self.message_user(request, _("Nothing was changed. %s") % " · ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        except (IntegrityError, OperationalError):  # somebody has named or moved one of them, after the page had looked for what does
            forget_said(request)
            self.message_user(request, _("Nothing was changed: somebody else has just recorded what stands in the way."), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and shown["cl"].result_count > BoundedPaginator.bound:
            said = _("There are more than %d records: they are counted and paged no further. Search or filter.")
            messages.info(request, said % BoundedPaginator.bound)
        if request.method == "GET":
            self._tell_of_held_back(request)
        return response

    def _tell_of_held_back(self, request):
        """Tell who edits for an organisation that some of its records are not in the list, and why."""
        if sees_all(request.user, self.model) or not self.model.edited_for:
            return
        own = self.model.objects.opened_for(request.user).order_by()
        held_back = own.exclude(pk__in=own.naming_nothing_hidden_from(request.user).values("pk")).count()
        if held_back:
            said = ngettext(
                "%d record of yours is with the secretariat: it names what is not published yet.",
                "%d records of yours are with the secretariat: they name what is not published yet.",
                held_back,
            )
            messages.info(request, said % held_back)

    def _keeper(self, record):
        """What keeps the collection of a record, which may be another."""
        return self.admin_site.get_model_admin(type(record))

    def _lacks_reason(self, request, records, *, public=False):
        """Whether a request touches published records, or moves any to or from the `public`, and does not say why; if so it is told."""
        lacking = request.method == "POST" and not request.POST.get("change_reason", "").strip()
        if lacking and (public or any(record.shown_to_public for record in records)):
            self.message_user(request, _("Nothing was changed: say why."), messages.ERROR)
            return True
        return False

    # -- finding ----------------------------------------------------------------------------------------------------

    def get_search_results(self, request, queryset, search_term):
        """Records with a part of a name (`search_fields`) or with every word of the text."""
        if not search_term.strip():
            return queryset, False
        if IS_FACETS_VAR in request.GET:  # which ask for the same again and again
            keys = self._found(request, search_term)
            if len(keys) <= RecordList.few:
                return queryset.filter(pk__in=keys), False
        return self._matching(request, queryset, search_term), False

    def _matching(self, request, queryset, text):
        named, _may_have_duplicates = super().get_search_results(request, queryset, text)
        worded = queryset.search(text)
        return queryset.filter(Q(pk__in=named.order_by().values("pk")) | Q(pk__in=worded.order_by().values("pk")))

    def _found(self, request, text):
        """The keys of the records that match a text, of too many only as many as show it."""
        if not hasattr(request, "found"):
            matching = self._matching(request, self.get_queryset(request), text)
            request.found = list(matching.order_by().values_list("pk", flat=True)[: RecordList.few + 1])
        return request.found

    # -- moving many ------------------------------------------------------------------------------------------------

    @admin.action(description=_("Publish the selected records"), permissions=["publish"])
    def publish(self, request, queryset):
        self._show_as(Visibility.PUBLISHED, request, movable(queryset, Visibility.PUBLISHED))

    @admin.action(description=_("Send the selected records to review"), permissions=["change"])
    def send_to_review(self, request, queryset):
        self._show_as(Visibility.IN_REVIEW, request, movable(queryset, Visibility.IN_REVIEW))

    @admin.action(description=_("Publish the selected records and all that they name"), permissions=["publish"])
    def publish_with_named(self, request, queryset):
        self._show_as(Visibility.PUBLISHED, request, with_named(queryset, Visibility.PUBLISHED))

    @admin.action(description=_("Send the selected records and all that they name to review"), permissions=["change"])
    def send_to_review_with_named(self, request, queryset):
        self._show_as(Visibility.IN_REVIEW, request, with_named(queryset, Visibility.IN_REVIEW))

    @admin.action(description=_("Withdraw the selected records, or send them back"), permissions=["publish"])
    def withdraw(self, request, queryset):
        self._show_as(Visibility.DRAFT, request, movable(queryset, Visibility.DRAFT))

    @admin.action(description=_("Delete the selected records"), permissions=["delete"])
    def delete_selected(self, request, queryset):
        if request.POST.get("post") and self._lacks_reason(request, queryset):
            return None
        return delete_selected(self, request, queryset)

    def _show_as(self, visibility, request, records):
        """Bring every record to `visibility`, or none and say why."""
        if not records:
            self.message_user(request, _("Nothing was changed: there is nothing to move there among them."), messages.WARNING)
            return
        refused = [record for record in records if not self._keeper(record).has_change_permission(request, record)]
        if refused:
            of_public = _("Nothing was changed: published records are moved by a reviewer.")
            of_others = _("Nothing was changed: some of what they name is not yours to move.")
            self.message_user(request, of_public if any(one.shown_to_public for one in refused) else of_others, messages.ERROR)
            return
        if self._lacks_reason(request, records, public=visibility != Visibility.IN_REVIEW):
            return
        count = show(records, visibility)
        self.message_user(request, ngettext("%d record: %s.", "%d records: %s.", count) % (count, visibility.label), messages.SUCCESS)


admin.site.register(Change, ChangeAdmin)


class WhoseFilter(admin.SimpleListFilter):
    """The proposals that a person made, and those that he may decide."""

    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("mine")), ("others", _("of others"))]

    def queryset(self, request, queryset):
        return {"mine": queryset.filter(by=request.user), "others": queryset.exclude(by=request.user)}.get(self.value(), queryset)


@admin.register(Proposal)
class ProposalAdmin(KeptAdmin):
    """What waits for a reviewer, and what became of it; each is shown as the difference that it makes."""

    list_display = ["at", "kind", "slug", "reason", "state", "by", "decided_by"]
    list_select_related = ["kind", "by", "decided_by"]
    list_filter = ["state", WhoseFilter, ("kind", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["slug", "reason"]

    def get_queryset(self, request):
        """Those about records that the person may see."""
        models = [model for model in self.admin_site._registry if issubclass(model, Record) and review.may_see(request.user, model)]
        return super().get_queryset(request).filter(kind__in=ContentType.objects.get_for_models(*models).values())

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        proposal = self.get_object(request, unquote(object_id)) if object_id else None
        if proposal is None or not self.has_view_permission(request, proposal):
            return super().changeform_view(request, object_id, form_url, extra_context)
        return review.page(self, request, proposal)
