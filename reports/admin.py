"""Rulings and reports, as staff keep them."""

from django.contrib import admin
from django.core.exceptions import ValidationError

from wsis_tracker.register import dates
from wsis_tracker.register.admin import RecordAdmin, RecordForm
from wsis_tracker.register.inlines import SourceInline

from . import models
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
