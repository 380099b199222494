"""Organisations, people, documents, mandates and the facts around them, as staff keep them."""

import re

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wsis_tracker.register.admin import InForceFilter, RecordAdmin, RecordForm, SourcelessFilter
from wsis_tracker.register.changes import acting, current_change
from wsis_tracker.register.inlines import PartInline, RecordInline, SourceInline
from wsis_tracker.register.merging_admin import MergingAdmin
from wsis_tracker.register.proposals import PUBLISH

from . import models
from .entering import as_json, enter
from .models.documents import ProvisionKind
from .pasting import ReasonForm, TextForm, pieces_of


class OrganisationNameInline(PartInline):
    model = models.OrganisationName


class OrganisationAdmissionInline(PartInline):
    model = models.OrganisationAdmission
    fk_name = "record"


class OrganisationEditorInline(PartInline):
    """Who edits for an organisation is a matter of accounts."""

    model = models.OrganisationEditor
    exchanged = False

    def _may_change(self, request, obj):
        return request.user.has_perm(self.model.kept_by) and super()._may_change(request, obj)


class OrganisationSourceInline(SourceInline):
    model = models.OrganisationSource


@admin.register(models.Organisation)
class OrganisationAdmin(MergingAdmin):
    list_display = ["__str__", "name", "kind", "parent", "valid_from", "valid_until", "visibility"]
    list_filter = ["kind", InForceFilter]
    search_fields = ["slug", "acronym", "name"]
    inlines = [OrganisationNameInline, OrganisationAdmissionInline, OrganisationEditorInline, OrganisationSourceInline]


class PersonNameInline(PartInline):
    model = models.PersonName


class PersonSourceInline(SourceInline):
    model = models.PersonSource


class AppointmentInline(RecordInline):
    model = models.Appointment
    fk_name = "person"
    fields = ["organisation", "office", "capacity", "valid_from", "valid_until", "date_basis", "visibility"]


@admin.register(models.Person)
class PersonAdmin(MergingAdmin):
    list_display = ["name", "title", "country", "visibility"]
    search_fields = ["slug", "name"]
    inlines = [PersonNameInline, AppointmentInline, PersonSourceInline]


class AppointmentSourceInline(SourceInline):
    model = models.AppointmentSource


@admin.register(models.Appointment)
class AppointmentAdmin(RecordAdmin):
    list_display = ["person", "organisation", "office", "capacity", "valid_from", "valid_until", "visibility"]
    list_filter = ["office", "capacity", InForceFilter, SourcelessFilter]
    search_fields = ["slug", "person__name", "organisation__acronym"]
    inlines = [AppointmentSourceInline]


class DocumentAliasInline(PartInline):
    model = models.DocumentAlias


class DocumentAuthorInline(PartInline):
    model = models.DocumentAuthor


class DocumentLinkInline(PartInline):
    model = models.DocumentLink


class ProvisionInline(RecordInline):
    model = models.Provision
    fields = ["position", "label", "number", "kind", "gist"]


class RelationInline(RecordInline):
    model = models.Relation
    fk_name = "document"
    fields = ["kind", "target", "target_symbol", "words", "valid_from", "date_basis", "visibility"]


def form_of(document):
    """The address of a document's form."""
    return reverse("admin:mandates_document_change", args=[document.pk])


class DocumentForm(RecordForm):
    """A document whose symbol is typed once: what it tells stands for what was left empty, and one like others is asked about."""

    is_another = forms.BooleanField(label=_("It is another document"), required=False, widget=forms.HiddenInput)
    #: Whether the script has offered what the symbol tells; what is empty then is left so.
    offered = forms.BooleanField(required=False, widget=forms.HiddenInput)

    #: What was read from the symbol, to be told to who typed it.
    read = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "symbol" in self.fields:
            self.fields["symbol"].widget.attrs |= {"data-told-at": reverse("admin:mandates_document_symbol")}
            if self.instance.pk:
                self.fields["symbol"].widget.attrs["data-but"] = self.instance.pk
            else:
                self.fields["kind"].required = False

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("symbol") and "symbol" in self.changed_data:
            entry = enter(data["symbol"], but=self.instance.pk)
            if entry.near and not entry.same and not data.get("is_another"):
                self._ask_about(entry.near)
            if not self.instance.pk and not data.get("offered"):
                self._fill_from(entry)
        if "kind" in self.fields and not data.get("kind") and "kind" not in self.errors:
            self.add_error("kind", self.fields["kind"].error_messages["required"])

    def _ask_about(self, documents):
        """Refuse a symbol like others until somebody has looked at them and says that it is another document's."""
        links = format_html_join(", ", '<a href="{}">{}</a> {}', ((form_of(d), d, d.title) for d in documents))
        said = ngettext("The register has a document like it:", "The register has documents like it:", len(documents))
        self.add_error("is_another", format_html("{} {}. {}", said, links, _("Tick this if yours is another.")))
        self.fields["is_another"].widget = forms.CheckboxInput()

    def _fill_from(self, entry):
        """Let what was left empty be what the symbol tells; a date is one with how it is known."""
        empty = [name for name in self.fields if not self.data.get(self.add_prefix(name))]
        offered = {name: value for name, value in entry.offered().items() if name in empty}
        if not {"dated_on", "date_basis"} <= set(offered):
            offered = {name: value for name, value in offered.items() if name not in ("dated_on", "date_basis")}
        self.cleaned_data |= offered
        self.read = entry.said()["told"] if offered else ""


class UndrawnFilter(admin.SimpleListFilter):
    """What the register has not read to its end."""

    title = _("paragraphs")
    parameter_name = "undrawn"

    def lookups(self, request, model_admin):
        return [("yes", _("nothing drawn from some"))]

    def queryset(self, request, queryset):
        return queryset.undrawn() if self.value() == "yes" else queryset


@admin.register(models.Document)
class DocumentAdmin(MergingAdmin):
    form = DocumentForm
    list_display = ["__str__", "title", "kind", "body", "dated_on", "visibility"]
    list_filter = ["kind", "stage", "phase", UndrawnFilter]
    search_fields = ["slug", "symbol", "normalised"]
    inlines = [DocumentAliasInline, DocumentAuthorInline, DocumentLinkInline, RelationInline, ProvisionInline]

    class Media:
        js = ["mandates/symbol.js"]

    def get_urls(self):
        own = [("symbol/", self.symbol_view, "symbol"), ("<int:object_id>/text/", self.paste_view, "text")]
        own = [path(at, self.admin_site.admin_view(view), name=f"mandates_document_{name}") for at, view, name in own]
        return [*own, *super().get_urls()]

    def symbol_view(self, request):
        """What a symbol tells, and the documents that bear it or one like it, for the form in which it is typed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        but = request.GET.get("but", "")
        entry = enter(request.GET.get("symbol", ""), but=but if re.fullmatch(r"\d{1,18}", but, re.ASCII) else None)
        return JsonResponse(as_json(entry, form_of))

    def may_paste(self, request, document):
        """Whether a person may make provisions of the document: what is published is added to by a reviewer."""
        may = self.has_change_permission(request, document) and request.user.has_perm("mandates.add_provision")
        return may and (request.user.has_perm(PUBLISH) or not document.shown_to_public)

    def paste_view(self, request, object_id):
        """Make provisions of the document's text: it is pasted, split and shown, and then what is ticked is made in one act."""
        document = self.get_object(request, str(object_id))
        if document is None:
            raise Http404
        if not self.may_paste(request, document):
            raise PermissionDenied
        form, pieces, reason, failed = TextForm(request.POST or None), None, None, ""
        if form.is_valid():
            making = request.POST if "make" in request.POST else None
            pieces, reason = pieces_of(document, form.pieces, making), ReasonForm(making)
            if making and all([pieces.is_valid(), reason.is_valid()]):
                try:
                    return self.make_provisions(request, document, pieces)
                except (ValidationError, IntegrityError) as error:  # somebody else was faster than the form's own checks
                    failed = " ".join(getattr(error, "messages", [])) or _("Nothing was made: somebody else has just recorded the same.")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Paste the text of %s") % document,
            "opts": self.opts,
            "document": document,
            "form": form,
            "pieces": pieces,
            "reason": reason,
            "failed": failed,
        }
        return TemplateResponse(request, "mandates/admin/paste.html", context)

    def make_provisions(self, request, document, pieces):
        """Make what is ticked, in one act, and go back to the document."""
        with acting(request):
            made = pieces.make()
            self.log_change(
                request, document, [{"added": {"name": str(models.Provision._meta.verbose_name), "object": p.label}} for p in made]
            )
        messages.success(request, ngettext("%d provision was made.", "%d provisions were made.", len(made)) % len(made))
        return HttpResponseRedirect(form_of(document))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Beside the form: pasting the text, and what may be drawn from the document as a whole."""
        whole = obj and obj.provisions.select_related("document").filter(kind=ProvisionKind.WHOLE).first()
        context["may_paste"] = bool(obj) and self.may_paste(request, obj)
        context["facts_to_draw"] = list(self.admin_site.facts_to_draw(request, whole)) if whole else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        own = [name for name in sets[0][1]["fields"] if name not in ("is_another", "offered")]
        if "change_reason" in flatten_fieldsets(sets):  # a form to fill in, not a page to read
            own = [*own[: own.index("symbol") + 1], "is_another", *own[own.index("symbol") + 1 :], "offered"]
        return [(sets[0][0], {"fields": own}), *sets[1:]]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form.read:
            messages.info(request, form.read)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        tell_joined(request)

    def response_action(self, request, queryset):
        response = super().response_action(request, queryset)
        tell_joined(request)
        return response


def tell_joined(request):
    """Tell who wrote a document which relations, until now to its symbol alone, this act has led to it."""
    joined = models.Relation.history.filter(change=current_change(), history_type="~", target__isnull=False)
    relations = models.Relation.objects.filter(pk__in=joined.values("id")).select_related("document", "target")
    if relations:
        said = ngettext(
            "%(count)d relation now leads here: %(relations)s.", "%(count)d relations now lead here: %(relations)s.", len(relations)
        )
        messages.success(request, said % {"count": len(relations), "relations": "; ".join(map(str, relations))})


@admin.register(models.Provision)
class ProvisionAdmin(RecordAdmin):
    list_display = ["__str__", "number", "kind", "gist", "position"]
    list_filter = ["kind"]
    search_fields = ["slug"]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Beside the form: what may be drawn from the provision."""
        context["facts_to_draw"] = list(self.admin_site.facts_to_draw(request, obj)) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)


class RelationSourceInline(SourceInline):
    model = models.RelationSource


@admin.register(models.Relation)
class RelationAdmin(RecordAdmin):
    list_display = ["document", "kind", "target", "target_symbol", "valid_from", "visibility"]
    list_filter = ["kind", InForceFilter, SourcelessFilter]
    search_fields = ["slug", "document__symbol", "target__symbol", "target_symbol"]
    inlines = [RelationSourceInline]


class MandateAddresseeInline(PartInline):
    model = models.MandateAddressee


class MandateSourceInline(SourceInline):
    model = models.MandateSource


@admin.register(models.Mandate)
class MandateAdmin(RecordAdmin):
    list_display = ["action", "made_in", "nature", "modality", "valid_from", "valid_until", "visibility"]
    list_filter = ["nature", "modality", InForceFilter, SourcelessFilter]
    search_fields = ["slug", "action"]
    inlines = [MandateAddresseeInline, MandateSourceInline]


class MentionSourceInline(SourceInline):
    model = models.MentionSource


@admin.register(models.Mention)
class MentionAdmin(RecordAdmin):
    list_display = ["provision", "organisation", "certainty", "words", "visibility"]
    list_filter = ["certainty", SourcelessFilter]
    search_fields = ["slug", "words"]
    inlines = [MentionSourceInline]


class FigureSourceInline(SourceInline):
    model = models.FigureSource


@admin.register(models.Figure)
class FigureAdmin(RecordAdmin):
    list_display = ["of", "value", "unit", "about", "funding", "dated_on", "visibility"]
    list_filter = ["funding", "counts", SourcelessFilter]
    search_fields = ["slug", "of"]
    inlines = [FigureSourceInline]
