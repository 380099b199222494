"""Records as JSON: related ones as `{"slug", "display", "url"}`, facts with their sources."""

from rest_framework import serializers

from wsis_tracker.register.fields import TranslatedField

API = "/api/v1/"


def api_url(record, context):
    """The address of a record's own representation."""
    path = f"{API}{record.collection}/{record.slug}/"
    request = context.get("request")
    return request.build_absolute_uri(path) if request else path


class Link(serializers.Serializer):
    """A related record: its slug, its name in one line, and where it is."""

    slug = serializers.SlugField()
    display = serializers.CharField()
    url = serializers.URLField()

    def to_representation(self, record):
        return {"slug": record.slug, "display": str(record), "url": api_url(record, self.context)}


class PartLink(Link):
    """The record that a part leads to, by the name of the part's field: the authors of a document, the conveners of a meeting."""

    def __init__(self, *args, leads_to="organisation", **kwargs):
        self.leads_to = leads_to
        super().__init__(*args, **kwargs)

    def to_representation(self, part):
        return super().to_representation(getattr(part, self.leads_to))


class SourceSerializer(serializers.Serializer):
    """Where a fact is read; `field` and `value` where the paragraph gives another value than the record."""

    document = Link(source="provision.document")
    provision = Link()
    words = serializers.CharField()
    field = serializers.CharField()
    value = serializers.CharField()
    fact_ids = serializers.ListField(child=serializers.CharField())


class Translated(serializers.DictField):
    """A text per language code."""

    child = serializers.CharField()


class RecordSerializer(serializers.ModelSerializer):
    """What every record shows: its slug, one-line name, address here and page, and when it was made and changed."""

    display = serializers.CharField(source="__str__", read_only=True)
    url = serializers.SerializerMethodField()
    display_url = serializers.SerializerMethodField()

    #: The fields that every record's `Meta.fields` begins and ends with.
    FIRST = ["slug", "display", "url", "display_url"]
    LAST = ["created_at", "updated_at"]

    def get_url(self, record) -> str:
        return api_url(record, self.context)

    def get_display_url(self, record) -> str:
        request = self.context.get("request")
        path = record.get_absolute_url()
        return request.build_absolute_uri(path) if request else path

    def build_standard_field(self, field_name, model_field):
        if isinstance(model_field, TranslatedField):
            return Translated, {"read_only": True}
        return super().build_standard_field(field_name, model_field)

    def build_relational_field(self, field_name, relation_info):
        return Link, {"read_only": True}
