"""Organisations, documents, mandates and the facts around them as JSON."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wsis_tracker.rest.problems import CONTENT_TYPE
from wsis_tracker.rest.serializers import Link, PartLinks, RecordSerializer, SourcedSerializer, Texts, api_url

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


class OrganisationNameSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrganisationName
        fields = ["name", "kind", "valid_from", "valid_until"]


class OrganisationSerializer(SourcedSerializer):
    names = OrganisationNameSerializer(many=True, read_only=True)
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
        return Link(mandates, many=True, context=self.context).data

    @extend_schema_field(Link(many=True))
    def get_terms_of_reference_proposed(self, organisation):
        mandates = Mandate.objects.published().addressed_to(organisation).proposed_by(self.day_or_today)
        return Link(mandates, many=True, context=self.context).data

    @extend_schema_field(Link(allow_null=True))
    def get_chair(self, organisation):
        held = organisation.appointments.published().titular_chairs().as_of(self.day_or_today)
        chair = held.select_related("person").first()
        return Link(chair.person, context=self.context).data if chair else None


class PersonSerializer(SourcedSerializer):
    names = Texts(source="names.all", read_only=True)

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


class TextAddressSerializer(serializers.ModelSerializer):
    """Where the official text can be read."""

    class Meta:
        model = DocumentLink
        fields = ["language", "url"]


class RelationToSerializer(serializers.Serializer):
    """How the document bears on another; `document` is null where the other is not in the register, and `symbol` names it."""

    kind = serializers.CharField()
    document = Link(source="target", allow_null=True)
    symbol = serializers.CharField(source="target_symbol")
    words = serializers.CharField()


class RelationFromSerializer(serializers.Serializer):
    """How another document bears on this one."""

    kind = serializers.CharField()
    document = Link()
    words = serializers.CharField()


class DocumentSerializer(RecordSerializer):
    aliases = serializers.SerializerMethodField()
    probable_aliases = serializers.SerializerMethodField()
    authors = PartLinks()
    links = TextAddressSerializer(many=True, read_only=True)
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

    def get_aliases(self, document) -> list[str]:
        return [alias.text for alias in document.aliases.all() if alias.certainty == Certainty.PRINTED]

    def get_probable_aliases(self, document) -> list[str]:
        return [alias.text for alias in document.aliases.all() if alias.certainty == Certainty.PROBABLE]

    @extend_schema_field(RelationToSerializer(many=True))
    def get_relations(self, document):
        return RelationToSerializer(self.in_force(document.relations), many=True, context=self.context).data

    @extend_schema_field(RelationFromSerializer(many=True))
    def get_related_from(self, document):
        return RelationFromSerializer(self.in_force(document.related_from), many=True, context=self.context).data

    def in_force(self, relations):
        return [relation for relation in relations.all() if self.day is None or relation.held_on(self.day)]


class DocumentDetailSerializer(DocumentSerializer):
    """A document with the chain that it is a link of."""

    chain = serializers.SerializerMethodField()

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "chain"]

    @extend_schema_field(Link(many=True))
    def get_chain(self, document):
        return Link(document.chain(self.day).documents, many=True, context=self.context).data


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
        self._declared_fields["with"] = PartLinks(source="addressees", part=MandateAddressee.PartTaken.WITH)
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
