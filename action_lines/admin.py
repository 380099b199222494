"""Action lines, roles and activities, as staff keep them."""

from django.contrib import admin

from wsis_tracker.register.admin import InForceFilter, RecordAdmin, SourcelessFilter
from wsis_tracker.register.inlines import PartInline, SourceInline

from . import models


class ActionLineMandateInline(PartInline):
    model = models.ActionLineMandate


class ActionLineSourceInline(SourceInline):
    model = models.ActionLineSource


@admin.register(models.ActionLine)
class ActionLineAdmin(RecordAdmin):
    list_display = ["code", "title", "parent", "position", "visibility"]
    search_fields = ["slug", "code", "title"]
    inlines = [ActionLineMandateInline, ActionLineSourceInline]


class RoleAssociateInline(PartInline):
    model = models.RoleAssociate


class RoleSourceInline(SourceInline):
    model = models.RoleSource


@admin.register(models.Role)
class RoleAdmin(RecordAdmin):
    list_display = ["organisation", "action_line", "kind", "words", "claimant", "made_in", "valid_from", "valid_until", "visibility"]
    list_filter = ["kind", "action_line", InForceFilter, SourcelessFilter]
    search_fields = ["slug", "organisation__acronym", "words"]
    inlines = [RoleAssociateInline, RoleSourceInline]


class ActivityLineInline(PartInline):
    model = models.ActivityLine


class ActivitySourceInline(SourceInline):
    model = models.ActivitySource


@admin.register(models.Activity)
class ActivityAdmin(RecordAdmin):
    list_display = ["title", "number", "kind", "organisation", "action_line", "state", "dated_on", "visibility"]
    list_filter = ["kind", "state", "action_line"]
    search_fields = ["^number"]
    inlines = [ActivityLineInline, ActivitySourceInline]
