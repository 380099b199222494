"""Action lines, roles and activities as JSON."""

from django.db.models import Prefetch
from rest_framework import serializers

from mandates.serializers import SourcedSerializer
from wsis_tracker.rest.fields import Link, PartLinks, WholeNumber

from .models import ActionLine, Activity, Level, Role


class ActionLineSerializer(SourcedSerializer):
    sublines = Link(many=True, read_only=True)
    mandates = PartLinks(leads_to="mandate")

    READS = {"sublines": [Prefetch("sublines", ActionLine.objects.published())]}

    class Meta:
        model = ActionLine
        fields = [
            *SourcedSerializer.FIRST,
            "code",
            "title",
            "plan_title",
            "parent",
            "sublines",
            "position",
            "mandates",
            *SourcedSerializer.DATED,
            *SourcedSerializer.LAST,
        ]


class RoleSerializer(SourcedSerializer):
    level = serializers.ChoiceField(Level.choices, read_only=True)
    associates = PartLinks()

    class Meta:
        model = Role
        fields = [
            *SourcedSerializer.FIRST,
            "organisation",
            "action_line",
            "kind",
            "level",
            "words",
            "label",
            "qualifier",
            "sector",
            "claimant",
            "made_in",
            "restates",
            "associates",
            *SourcedSerializer.PERIOD,
            *SourcedSerializer.LAST,
        ]


class ActivitySerializer(SourcedSerializer):
    also_on = PartLinks(leads_to="action_line")
    sdgs = serializers.ListField(child=WholeNumber(min_value=1, max_value=17), required=False)

    class Meta:
        model = Activity
        fields = [
            *SourcedSerializer.FIRST,
            "number",
            "kind",
            "title",
            "summary",
            "action_line",
            "also_on",
            "organisation",
            "country",
            "state",
            "started_on",
            "ended_on",
            "sdgs",
            *SourcedSerializer.DATED,
            *SourcedSerializer.LAST,
        ]
