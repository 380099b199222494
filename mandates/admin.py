"""Organisations, people, documents, mandates and the facts around them, as staff keep them."""

from django.contrib import admin

from wsis_tracker.register.admin import InForceFilter, RecordAdmin, SourcelessFilter
from wsis_tracker.register.inlines import PartInline, RecordInline, SourceInline

from . import models


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
        return request.user.has_perm("accounts.change_user") and super()._may_change(request, obj)


class OrganisationSourceInline(SourceInline):
    model = models.OrganisationSource


@admin.register(models.Organisation)
class OrganisationAdmin(RecordAdmin):
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
class PersonAdmin(RecordAdmin):
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


@admin.register(models.Document)
class DocumentAdmin(RecordAdmin):
    list_display = ["__str__", "title", "kind", "body", "dated_on", "visibility"]
    list_filter = ["kind", "stage", "phase"]
    search_fields = ["slug", "symbol", "normalised"]
    inlines = [DocumentAliasInline, DocumentAuthorInline, DocumentLinkInline, RelationInline, ProvisionInline]


@admin.register(models.Provision)
class ProvisionAdmin(RecordAdmin):
    list_display = ["__str__", "number", "kind", "gist", "position"]
    list_filter = ["kind"]
    search_fields = ["slug"]


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
