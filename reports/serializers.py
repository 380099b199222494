"""Discrepancies, monitoring, rulings and reports as JSON."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError as Invalid
from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mandates.serializers import SourcedSerializer
from wsis_tracker.register import dates
from wsis_tracker.rest.fields import API, Link, absolute
from wsis_tracker.rest.serializers import RecordSerializer, told

from .discrepancies import check_weighed
from .models import IssuedReport, Report, Ruling
from .monitoring import SECTIONS
from .official.files import KEPT, kept_address


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


class IndicatorSerializer(serializers.Serializer):
    """One number of the monitoring; it is computed, so it has a key and no slug."""

    key = serializers.CharField()
    section = serializers.ChoiceField(list(SECTIONS.items()))
    label = serializers.CharField()
    on = serializers.DateField(help_text="The day of which it is counted.")
    number = serializers.IntegerField(help_text="How many records it counts.")
    amount = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, help_text="Of resources, the sum of what is stated."
    )
    unit = serializers.CharField()
    about = serializers.BooleanField(help_text="Whether a source of the amount says “about” or “around”.")
    funding = serializers.CharField()
    period_from = serializers.CharField()
    period_to = serializers.CharField()
    record = Link(allow_null=True)
    url = serializers.SerializerMethodField()
    display_url = serializers.SerializerMethodField()

    def get_url(self, indicator) -> str | None:
        """The list of what is counted, in the API."""
        return absolute(f"{API}{indicator.collection}/?{indicator.query}", self.context) if indicator.collection else None

    def get_display_url(self, indicator) -> str | None:
        return absolute(indicator.page, self.context) if indicator.page else None


class CoverageSerializer(serializers.Serializer):
    """How much of a document the register has read; it is computed, so it is named by the document."""

    document = Link()
    display_url = serializers.SerializerMethodField()
    paragraphs = serializers.IntegerField(help_text="How many say something of their own.")
    drawn_from = serializers.IntegerField(help_text="From how many of them a fact was drawn.")
    percent = serializers.IntegerField()
    undrawn = Link(source="silent", many=True)

    def get_display_url(self, coverage) -> str:
        return absolute(coverage.document.get_absolute_url(), self.context)


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


class IssuedFileSerializer(serializers.Serializer):
    """A file of an issued report, and how one knows that it is the one that was issued."""

    form = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.URLField()


class IssuedReportSerializer(serializers.Serializer):
    """A report as it was issued; nothing changes it afterwards."""

    number = serializers.IntegerField()
    symbol = serializers.CharField()
    issued_on = serializers.CharField()
    day = serializers.CharField()
    revision = serializers.IntegerField(help_text="The number of the last act that it knew.")
    display_url = serializers.URLField()
    files = IssuedFileSerializer(many=True)


class ReportSerializer(SourcedSerializer):
    """An official report; composed anew from the register, it is read at `display_url` and in the files there."""

    issued = serializers.SerializerMethodField()

    READS = {"issued": (Prefetch("issues", IssuedReport.objects.select_related("change").defer("composition")), "issues__files")}

    @extend_schema_field(IssuedReportSerializer(many=True))
    def get_issued(self, report):
        moment = getattr(self.context.get("view"), "moment", None)
        recorded = [issue for issue in report.issues.all() if moment is None or issue.change.at <= moment]
        return [self.told(issue) for issue in recorded if self.known(issue.issued_on)]

    def told(self, issue):
        plain = {name: getattr(issue, name) for name in ("number", "symbol", "issued_on", "day", "revision")}
        files = [
            {
                **{name: getattr(file, name) for name in ("form", "size", "sha256")},
                "url": absolute(kept_address(issue, KEPT[file.form]), self.context),
            }
            for file in issue.files.all()
        ]
        return plain | {"display_url": absolute(issue.get_absolute_url(), self.context), "files": files}

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
            "issued",
            *SourcedSerializer.LAST,
        ]
