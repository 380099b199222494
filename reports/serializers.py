"""Discrepancies, rulings and reports as JSON."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError as Invalid
from django.urls import reverse
from rest_framework import serializers

from mandates.serializers import SourcedSerializer
from wsis_tracker.register import dates
from wsis_tracker.rest.fields import Link, absolute
from wsis_tracker.rest.serializers import RecordSerializer, told

from .discrepancies import check_weighed
from .models import Report, Ruling


class EarlierVoiceSerializer(serializers.Serializer):
    """An earlier claim of a claimant that was not withdrawn."""

    key = serializers.CharField()
    value = serializers.CharField()
    words = serializers.CharField()
    level = serializers.CharField()
    record = Link(allow_null=True)
    claimant = Link(allow_null=True)
    source = Link(allow_null=True)


class VoiceSerializer(EarlierVoiceSerializer):
    """What one source says of the subject."""

    earlier = EarlierVoiceSerializer(many=True)


class DiscrepancySerializer(serializers.Serializer):
    """Voices that differ about one subject on a day, and the ruling on them; it is computed, so it has a key and no slug."""

    key = serializers.CharField()
    display_url = serializers.SerializerMethodField()
    kind = serializers.CharField()
    state = serializers.CharField()
    subject = Link()
    field = serializers.CharField(source="field_name")
    organisation = Link(allow_null=True)
    action_line = Link(allow_null=True)
    voices = VoiceSerializer(many=True)
    ruling = Link(allow_null=True)

    def get_display_url(self, discrepancy) -> str:
        day = self.context.get("day")
        query = urlencode({"key": discrepancy.key, **({"as_of": day} if day else {})})
        return absolute(f"{reverse('discrepancies')}?{query}#{discrepancy.key}", self.context)


class RulingSerializer(RecordSerializer):
    """A ruling on a discrepancy that there is, by whoever records it."""

    class Meta:
        model = Ruling
        fields = [*RecordSerializer.FIRST, "subject", "weighed", "stands", "reason", "ruled_on", *RecordSerializer.LAST]

    def create(self, validated):
        return super().create({**validated, "by": self.context["request"].user})

    def validate(self, given):
        if {"subject", "weighed"} & set(given):
            asked = {name: given.get(name, getattr(self.instance, name, None)) for name in ("subject", "weighed", "ruled_on")}
            try:
                check_weighed(asked["subject"], asked["weighed"], dates.earliest(asked["ruled_on"]))
            except Invalid as error:
                raise serializers.ValidationError(told(error)) from error
        return given


class ReportSerializer(SourcedSerializer):
    class Meta:
        model = Report
        fields = [
            *SourcedSerializer.FIRST,
            "title",
            "kind",
            "covers_from",
            "covers_to",
            "day",
            "reports_to",
            "document",
            *SourcedSerializer.LAST,
        ]
