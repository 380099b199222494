"""Rulings and reports, as staff keep them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register import dates
from wsis_tracker.register.admin import RecordAdmin, RecordForm
from wsis_tracker.register.inlines import SourceInline

from . import models
from .discrepancies import differing


class RulingForm(RecordForm):
    """A ruling on a discrepancy that there is."""

    def clean(self):
        super().clean()
        subject, weighed = self.cleaned_data.get("subject"), self.cleaned_data.get("weighed")
        day = self.cleaned_data.get("ruled_on")
        if not day or not subject or ("subject" not in self.changed_data and "weighed" not in self.changed_data):
            return
        found = next(iter(differing(dates.earliest(day), key=subject)), None)
        if found is None:
            self.add_error("subject", _("There was no such discrepancy on that day."))
            return
        voices = [voice.key for voice in found.voices]
        if weighed and not set(weighed) <= set(voices):
            self.add_error("weighed", _("The voices are: %s.") % ", ".join(voices))


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


class ReportSourceInline(SourceInline):
    model = models.ReportSource


@admin.register(models.Report)
class ReportAdmin(RecordAdmin):
    list_display = ["title", "kind", "covers_from", "covers_to", "day", "document", "visibility"]
    list_filter = ["kind"]
    search_fields = ["slug", "title"]
    inlines = [ReportSourceInline]
