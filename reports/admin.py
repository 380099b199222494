"""Rulings and reports, as staff keep them."""

from django.contrib import admin

from wsis_tracker.register.admin import RecordAdmin
from wsis_tracker.register.inlines import SourceInline

from . import models


@admin.register(models.Ruling)
class RulingAdmin(RecordAdmin):
    list_display = ["subject", "ruled_on", "by", "reason", "visibility"]
    search_fields = ["slug", "subject", "reason"]


class ReportSourceInline(SourceInline):
    model = models.ReportSource


@admin.register(models.Report)
class ReportAdmin(RecordAdmin):
    list_display = ["title", "kind", "covers_from", "covers_to", "day", "document", "visibility"]
    list_filter = ["kind"]
    search_fields = ["slug", "title"]
    inlines = [ReportSourceInline]
