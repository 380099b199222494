"""Records as JSON: related ones as `{"slug", "display", "url"}`, facts with their sources."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wsis_tracker.register.fields import SlugsField, TranslatedField

API = "/api/v1/"


def absolute(path, context):
    """`path` as an address that stands alone."""
    request = context.get("request")
    return request.build_absolute_uri(path) if request else path


def api_url(record, context):
    """The address of a record's own representation."""
    return absolute(f"{API}{record.collection}/{record.slug}/", context)


class Link(serializers.Serializer):
    """A related record: its slug, its name in one line, and where it is."""

    slug = serializers.SlugField()
    display = serializers.CharField()
    url = serializers.URLField()

    def to_representation(self, record):
        return {"slug": record.slug, "display": str(record), "url": api_url(record, self.context)}


@extend_schema_field(Link(many=True))
class PartLinks(serializers.Field):
    """The records that a record's parts lead to by the field `leads_to`; with `part`, of those parts alone."""

    def __init__(self, *, leads_to="organisation", part=None, **kwargs):
        self.leads_to, self.part = leads_to, part
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, parts):
        link = Link(context=self.context)
        return [link.to_representation(getattr(part, self.leads_to)) for part in parts.all() if self.part is None or part.part == self.part]


class Texts(serializers.ListField):
    """A list of short texts."""

    child = serializers.CharField()


class Translated(serializers.DictField):
    """A text per language code."""

    child = serializers.CharField()


class SourceSerializer(serializers.Serializer):
    """Where a fact is read; `field` and `value` where the paragraph gives another value than the record."""

    document = Link(source="provision.document")
    provision = Link()
    words = serializers.CharField()
    field = serializers.CharField()
    value = serializers.CharField()
    fact_ids = Texts()


class RecordSerializer(serializers.ModelSerializer):
    """What every record shows: its slug, one-line name, address here and page, and when it was made and changed."""

    display = serializers.CharField(source="__str__", read_only=True)
    url = serializers.SerializerMethodField()
    display_url = serializers.SerializerMethodField()

    #: The fields that every record's `Meta.fields` begins and ends with, and those of what holds for a time or has a day.
    FIRST = ["slug", "display", "url", "display_url"]
    PERIOD = ["valid_from", "valid_until", "date_basis"]
    DATED = ["dated_on", "date_basis"]
    LAST = ["created_at", "updated_at"]

    @property
    def day(self):
        """The day asked for as ISO text, or None."""
        return self.context.get("day")

    def known(self, date):
        """A date as it was known on the day asked for: None while it was to come."""
        return date if date and (self.day is None or date <= self.day) else None

    def get_url(self, record) -> str:
        return api_url(record, self.context)

    def get_display_url(self, record) -> str:
        return absolute(record.get_absolute_url(), self.context)

    def build_standard_field(self, field_name, model_field):
        if isinstance(model_field, TranslatedField):
            return Translated, {"read_only": True}
        if isinstance(model_field, SlugsField):
            return Texts, {"read_only": True}
        return super().build_standard_field(field_name, model_field)

    def build_relational_field(self, field_name, relation_info):
        return Link, {"read_only": True, "allow_null": relation_info.model_field.null}


class SourcedSerializer(RecordSerializer):
    """A fact, with the paragraphs in which it is read."""

    sources = SourceSerializer(many=True, read_only=True)

    LAST = ["sources", *RecordSerializer.LAST]
