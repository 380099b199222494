"""Rulings and reports, as staff keep them."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register import dates
from wsis_tracker.register.admin import RecordAdmin, RecordForm
from wsis_tracker.register.inlines import SourceInline
from wsis_tracker.register.kept import KeptAdmin
from wsis_tracker.register.proposals import PUBLISH
from wsis_tracker.register.rights import permission
from wsis_tracker.register.staff_pages import pages_beside

from . import desk, models
from .discrepancies import check_weighed


class RulingForm(RecordForm):
    """A ruling on a discrepancy that there is."""

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if {"subject", "weighed"} & set(self.changed_data) and {"subject", "weighed", "ruled_on"} <= set(data):
            try:
                check_weighed(data["subject"], data["weighed"], dates.earliest(data["ruled_on"]))
            except ValidationError as error:
                self.add_error(None, error)


@admin.register(models.Ruling)
class RulingAdmin(RecordAdmin):
    form = RulingForm
    readonly_fields = ["by"]
    list_display = ["subject", "ruled_on", "by", "reason", "visibility"]
    list_select_related = ["by"]
    search_fields = ["slug", "subject", "reason"]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)

    def say(self, request, record, values, parts):
        asked = {name: values.get(name, getattr(record, name)) for name in ("subject", "weighed", "ruled_on")}
        if {"subject", "weighed"} & set(values) and all(asked.values()):
            check_weighed(asked["subject"], asked["weighed"], dates.earliest(asked["ruled_on"]))
        super().say(request, record, values, parts)


class ReportSourceInline(SourceInline):
    model = models.ReportSource


@admin.register(models.Report)
class ReportAdmin(RecordAdmin):
    list_display = ["title", "kind", "covers_from", "covers_to", "day", "document", "visibility"]
    list_filter = ["kind"]
    search_fields = ["slug", "title"]
    inlines = [ReportSourceInline]

    def get_urls(self):
        return [
            *pages_beside(self, {"issue": desk.IssuePage, "paragraph": desk.ParagraphPage, "compare": desk.ComparePage}, "<int:pk>/"),
            *super().get_urls(),
        ]

    def may_issue(self, request, report):
        """Whether a person may issue the report."""
        return self._may_add(request, report, models.IssuedReport) and request.user.has_perm(PUBLISH)

    def may_write(self, request, report):
        """Whether a person may write into the report: into what is published a reviewer does."""
        may = self._may_add(request, report, models.ParagraphText)
        return may and (request.user.has_perm(PUBLISH) or not report.shown_to_public)

    def _may_add(self, request, report, model):
        """Whether a person may see and change the report, and add what belongs to it."""
        may = self.has_view_permission(request, report) and self.has_change_permission(request, report)
        return may and request.user.has_perm(permission("add", model))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Beside the form: what the person may do with the report."""
        context["may_issue"] = bool(obj) and self.may_issue(request, obj)
        context["may_write"] = bool(obj) and self.may_write(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


class IssuedFileInline(admin.TabularInline):
    model = models.IssuedFile
    fields = readonly_fields = ["form", "size", "sha256"]
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("reports.view_issuedreport")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class OfAnActAdmin(KeptAdmin):
    """What was written in an act, which says by whom, when and why."""

    list_select_related = ["report", "change__by"]
    readonly_fields = ["by", "at", "reason"]

    @admin.display(description=_("by"))
    def by(self, row):
        return row.change.by

    @admin.display(description=_("at"), ordering="change__at")
    def at(self, row):
        return row.change.at

    @admin.display(description=_("reason"))
    def reason(self, row):
        return row.change.reason


@admin.register(models.IssuedReport)
class IssuedReportAdmin(OfAnActAdmin):
    """What was issued; it is issued from the form of its report."""

    list_display = ["symbol", "report", "number", "issued_on", "day", "revision", "by", "at"]
    search_fields = ["symbol", "report__slug"]
    fields = ["report", "number", "symbol", "issued_on", "day", "covers_from", "covers_to", "revision", "by", "at", "reason"]
    inlines = [IssuedFileInline]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("composition")


@admin.register(models.ParagraphText)
class ParagraphTextAdmin(OfAnActAdmin):
    """What the staff wrote into reports; it is written from the form of the report."""

    list_display = ["report", "paragraph", "how", "text", "by", "at"]
    list_filter = ["how"]
    search_fields = ["report__slug", "paragraph", "text"]
    fields = ["report", "paragraph", "how", "text", "by", "at", "reason"]
