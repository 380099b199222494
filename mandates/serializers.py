"""Organisations, documents, mandates and the facts around them as JSON; and, for every room, a fact with its sources."""

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wsis_tracker.rest.fields import Link, PartLinks, PartTexts, RelatedRecord, Text, Texts, api_url, link, texts_of
from wsis_tracker.rest.problems import CONTENT_TYPE
from wsis_tracker.rest.serializers import PartSerializer, Reading, RecordSerializer, Shape

from .models import (
    Appointment,
    Document,
    DocumentLink,
    Figure,
    Mandate,
    Mention,
    Organisation,
    OrganisationName,
    Person,
    Provision,
    Relation,
)
from .models.documents import Certainty
from .models.mandates import MandateAddressee
from .models.relations import chain_of


class SourceSerializer(Reading, PartSerializer):
    """Where a fact is read; `field` and `value` where the paragraph gives another value than the record."""

    default_error_messages = {"document": "The provision is not one of this document."}

    document = Link(source="provision.document", read_only=True)
    provision = RelatedRecord(model=Provision)
    words = Text(required=False, allow_blank=True)
    field = Text(required=False, allow_blank=True, max_length=50)
    value = Text(required=False, allow_blank=True, max_length=300)
    fact_ids = Texts(required=False)

    def texts(self, records):
        """For the cells of a table: the slugs of the paragraphs, each with the key of the one of `records` that it belongs to."""
        return texts_of(records, self.parent.source, "provision__slug")

    def to_internal_value(self, given):
        source = super().to_internal_value(given)
        document = given.get("document")
        slug = document.get("slug") if isinstance(document, dict) else document
        if "document" in given and slug != source["provision"].document.slug:
            raise serializers.ValidationError({"document": [self.error_messages["document"]]})
        return source


class SourcedSerializer(RecordSerializer):
    """A fact, with the paragraphs in which it is read."""

    sources = SourceSerializer(many=True, required=False)

    LAST = ["sources", *RecordSerializer.LAST]


class OrganisationNameSerializer(PartSerializer, Shape):
    class Meta:
        model = OrganisationName
        fields = ["name", "kind", "valid_from", "valid_until"]


class OrganisationSerializer(SourcedSerializer):
    names = OrganisationNameSerializer(many=True, required=False)
    open_to = PartLinks()

    class Meta:
        model = Organisation
        fields = [
            *SourcedSerializer.FIRST,
            "acronym",
            "name",
            "names",
            "kind",
            "iso_code",
            "parent",
            "sector",
            "predecessor",
            "open_to",
            *SourcedSerializer.PERIOD,
            *SourcedSerializer.LAST,
        ]


class OrganisationDetailSerializer(OrganisationSerializer):
    """An organisation with its terms of reference and its chair, on the day asked for or today."""

    terms_of_reference = serializers.SerializerMethodField()
    terms_of_reference_proposed = serializers.SerializerMethodField()
    chair = serializers.SerializerMethodField()

    class Meta(OrganisationSerializer.Meta):
        fields = [*OrganisationSerializer.Meta.fields, "terms_of_reference", "terms_of_reference_proposed", "chair"]

    @property
    def day_or_today(self):
        return self.day or timezone.localdate().isoformat()

    @extend_schema_field(Link(many=True))
    def get_terms_of_reference(self, organisation):
        mandates = Mandate.objects.published().addressed_to(organisation).as_of(self.day_or_today)
        return [link(mandate, self.context) for mandate in mandates]

    @extend_schema_field(Link(many=True))
    def get_terms_of_reference_proposed(self, organisation):
        mandates = Mandate.objects.published().addressed_to(organisation).proposed_by(self.day_or_today)
        return [link(mandate, self.context) for mandate in mandates]

    @extend_schema_field(Link(allow_null=True))
    def get_chair(self, organisation):
        held = organisation.appointments.published().titular_chairs().as_of(self.day_or_today)
        chair = held.select_related("person").first()
        return link(chair and chair.person, self.context)


class PersonSerializer(SourcedSerializer):
    names = PartTexts(accessor="names", text="name")

    class Meta:
        model = Person
        fields = [*SourcedSerializer.FIRST, "name", "title", "names", "country", *SourcedSerializer.LAST]


class AppointmentSerializer(SourcedSerializer):
    class Meta:
        model = Appointment
        fields = [
            *SourcedSerializer.FIRST,
            "person",
            "organisation",
            "office",
            "capacity",
            "words",
            "appointed_by",
            *SourcedSerializer.PERIOD,
            *SourcedSerializer.LAST,
        ]


class TextAddressSerializer(PartSerializer, Shape):
    """Where the official text can be read."""

    class Meta:
        model = DocumentLink
        fields = ["language", "url"]


class RelationToSerializer(serializers.Serializer):
    """How the document bears on another; `document` is null where the other is not in the register, and `symbol` names it."""

    kind = serializers.CharField()
    document = Link(allow_null=True)
    symbol = serializers.CharField()
    words = serializers.CharField()


class RelationFromSerializer(serializers.Serializer):
    """How another document bears on this one."""

    kind = serializers.CharField()
    document = Link()
    words = serializers.CharField()


class DocumentSerializer(RecordSerializer):
    aliases = PartTexts(accessor="aliases", text="text", within={"certainty": Certainty.PRINTED})
    probable_aliases = PartTexts(accessor="aliases", text="text", within={"certainty": Certainty.PROBABLE})
    authors = PartLinks()
    links = TextAddressSerializer(many=True, required=False)
    relations = serializers.SerializerMethodField()
    related_from = serializers.SerializerMethodField()
    provisions = serializers.IntegerField(source="provision_count", read_only=True, help_text="How many provisions the register holds.")

    class Meta:
        model = Document
        fields = [
            *RecordSerializer.FIRST,
            "symbol",
            "normalised",
            "aliases",
            "probable_aliases",
            "title",
            "kind",
            "stage",
            "body",
            "authors",
            "phase",
            "place",
            *RecordSerializer.DATED,
            "covers_from",
            "covers_to",
            "gist",
            "links",
            "provisions",
            "relations",
            "related_from",
            *RecordSerializer.LAST,
        ]

    READS = {
        "relations": [Prefetch("relations", Relation.objects.published().select_related("target"))],
        "related_from": [Prefetch("related_from", Relation.objects.published().select_related("document"))],
    }

    def prepared(self, documents):
        documents = super().prepared(documents)
        if "provisions" not in self.members:
            return documents
        # Not by GROUP BY, where PostgreSQL takes the key for all columns: it does so of a table alone, not of what was recorded of it.
        theirs = Provision.objects.filter(document=OuterRef("pk")).order_by().values("document").values_list(Count("pk"))
        return documents.annotate(provision_count=Coalesce(Subquery(theirs), 0))

    @extend_schema_field(RelationToSerializer(many=True))
    def get_relations(self, document):
        return [
            {"kind": of.kind, "document": link(of.target, self.context), "symbol": of.target_symbol, "words": of.words}
            for of in self.in_force(document.relations)
        ]

    @extend_schema_field(RelationFromSerializer(many=True))
    def get_related_from(self, document):
        return [
            {"kind": of.kind, "document": link(of.document, self.context), "words": of.words} for of in self.in_force(document.related_from)
        ]

    def in_force(self, relations):
        return [relation for relation in relations.all() if self.day is None or relation.held_on(self.day)]


class DocumentDetailSerializer(DocumentSerializer):
    """A document with the chain that it is a link of."""

    chain = serializers.SerializerMethodField()

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "chain"]

    @extend_schema_field(Link(many=True))
    def get_chain(self, document):
        return [link(linked, self.context) for linked in chain_of(document, self.day).documents]


class ProvisionSerializer(RecordSerializer):
    class Meta:
        model = Provision
        fields = [*RecordSerializer.FIRST, "document", "parent", "position", "label", "number", "kind", "gist", *RecordSerializer.LAST]


class RelationSerializer(SourcedSerializer):
    class Meta:
        model = Relation
        fields = [
            *SourcedSerializer.FIRST,
            "document",
            "provision",
            "kind",
            "target",
            "target_symbol",
            "target_provision",
            "words",
            *SourcedSerializer.PERIOD,
            *SourcedSerializer.LAST,
        ]


class MandateSerializer(SourcedSerializer):
    document = Link(source="made_in.document", read_only=True)
    addressees = PartLinks(part=MandateAddressee.PartTaken.ADDRESSEE)
    action_lines = PartLinks(leads_to="record")

    class Meta:
        model = Mandate
        fields = [
            *SourcedSerializer.FIRST,
            "action",
            "made_in",
            "document",
            "parent",
            "item",
            "nature",
            "modality",
            "words",
            "addressees",
            "with",
            "reports_to",
            "reports_via",
            "action_lines",
            *SourcedSerializer.PERIOD,
            *SourcedSerializer.LAST,
        ]

    def get_fields(self):
        self._declared_fields["with"] = PartLinks(accessor="addressees", part=MandateAddressee.PartTaken.WITH)
        return super().get_fields()  # `with` is a word of the language, so no attribute can bear it


class MentionSerializer(SourcedSerializer):
    document = Link(source="provision.document", read_only=True)

    class Meta:
        model = Mention
        fields = [*SourcedSerializer.FIRST, "provision", "document", "organisation", "certainty", "words", *SourcedSerializer.LAST]


class FigureSerializer(SourcedSerializer):
    class Meta:
        model = Figure
        fields = [
            *SourcedSerializer.FIRST,
            "of",
            "value",
            "unit",
            "about",
            "counts",
            "organisation",
            "period_from",
            "period_to",
            "funding",
            *SourcedSerializer.DATED,
            *SourcedSerializer.LAST,
        ]


class ResolvedSerializer(serializers.Serializer):
    """The document that a symbol names, with its other versions where there are any."""

    slug = serializers.SlugField(source="document.slug")
    display = serializers.CharField(source="document.__str__")
    url = serializers.SerializerMethodField()
    symbol = serializers.CharField(source="document.symbol")
    others = Link(many=True, required=False)

    def get_url(self, resolved) -> str:
        return api_url(resolved.document, self.context)

    def to_representation(self, resolved):
        shape = super().to_representation(resolved)
        return shape if resolved.others else {name: value for name, value in shape.items() if name != "others"}


class UnresolvedSerializer(serializers.Serializer):
    """The problem that a symbol names no document, or none alone."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField()
    candidates = Link(many=True, required=False)


UNRESOLVED = {(404, CONTENT_TYPE): UnresolvedSerializer}
