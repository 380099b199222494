"""What the OpenAPI schema says of our own fields, filters, headers, and of the problems that every operation may answer with."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiFilterExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.permissions import SAFE_METHODS

from . import filters, members, recorded
from .fields import Link
from .pagination import query_parameter
from .problems import CONTENT_TYPE
from .serializers import ProposalSerializer, ReasonSerializer, RecordSerializer

#: Asked for it has no example, for what one tries the API with would ask for that.
PARTIAL_DATE_ASKED = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
PARTIAL_DATE = PARTIAL_DATE_ASKED | {"example": "2006-04"}
TRANSLATED = {
    "type": "object",
    "description": "A text per language.",
    "properties": {code: {"type": "string"} for code, _name in settings.LANGUAGES},
    "additionalProperties": False,
}
SHAPES = {
    filters.DayFilter: {"type": "string", "format": "date"},
    filters.InstantFilter: {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]},
    filters.PartialDateFilter: PARTIAL_DATE_ASKED,
    filters.TrueFalseFilter: {"type": "boolean"},
    filters.WholeNumberFilter: {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    filters.DaysFilter: {"type": "integer", "minimum": 1, "maximum": filters.MOST_DAYS},
    filters.NumberFilter: {"type": "number"},
}
PROBLEM = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("parameter", "pointer", "code", "detail")},
            },
        },
    },
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "After how many seconds to ask again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
MOST_AT_ONCE = 1000
VERSION = {"slug": {"type": "string"}, "updated_at": {"type": "string", "format": "date-time", "description": "As it was read."}}


def record_named():
    """How a record is named: made anew each time, for the generator adds to it where there may be none."""
    slug = {"type": "string", "description": "The slug of the record."}
    said = "Attributes that no other record shares."
    return {"oneOf": [slug, {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}, "description": said}]}


def header(name, description):
    """A header of a request as OpenAPI describes it."""
    return query_parameter(name, description, type="string") | {"in": "header"}


IF_MATCH = header("If-Match", "The ETag of the version that was read; required where the record is published.")
IF_NONE_MATCH = header("If-None-Match", "ETags of answers that are held; one that still holds is answered by 304.")
IDEMPOTENCY_KEY = header("Idempotency-Key", "A name of the request, with which it may be sent again within a day without being done again.")
WHY = "Why; kept in the history, and required where a published record is touched. An act has one reason."
REASON = query_parameter("change_reason", WHY, type="string")
#: What an operation does.
SUMMARIES = {
    "list": "List {many}",
    "retrieve": "One of the {many}",
    "create": "Make one or many {many}",
    "update": "Say anew all that one of the {many} says",
    "partial_update": "Change one of the {many}",
    "destroy": "Delete one of the {many}",
    "bulk_update": "Change many {many}, all or none",
    "bulk_destroy": "Delete many {many}, all or none",
}


class Schema(AutoSchema):
    """Describes the parameters of every view that has a FilterSet, the bodies of many records, and the headers of every write."""

    @property
    def action(self):
        return getattr(self.view, "action", None)

    def get_filter_backends(self):
        return getattr(self.view, "filter_backends", []) if self.method == "GET" else []

    def get_auth(self):
        """A token; who only reads what is published needs none."""
        return [*super().get_auth(), *([{}] if self.method in SAFE_METHODS else [])]

    def get_operation_id(self):
        if self.action in ("bulk_update", "bulk_destroy"):
            return "_".join([*(token.replace("-", "_") for token in self._tokenize_path()), self.action])
        return super().get_operation_id()

    def get_summary(self):
        said = SUMMARIES.get(self.action)
        return said and said.format(many=self.view.queryset.model.collection.replace("-", " "))

    def get_description(self):
        """What the method itself says; of what every collection has the summary says all."""
        return "" if self.action in SUMMARIES else super().get_description()

    def _get_parameters(self):
        """The filters, the headers, and what is no filter."""
        described = super()._get_parameters()
        if self.method in SAFE_METHODS:
            shown = members.described(self.view.get_serializer_class()) if self.action in ("list", "retrieve") else []
            return [*described, IF_NONE_MATCH, *shown]
        versioned = [IF_MATCH] if getattr(self.view, "detail", False) else []
        repeated = [IDEMPOTENCY_KEY] if self.method != "DELETE" else []
        return [*described, *versioned, *repeated, REASON]

    def get_request_serializer(self):
        return ReasonSerializer if self.action in ("publish", "withdraw", "submit") else super().get_request_serializer()

    def get_response_serializers(self):
        shown = super().get_response_serializers()
        return {200: shown, 202: ProposalSerializer} if self.action in ("update", "partial_update") else shown

    def get_operation(self, *args):
        operation = super().get_operation(*args)
        describe = {"create": self.describe_create, "bulk_update": self.describe_bulk_update, "bulk_destroy": self.describe_bulk_destroy}
        if self.action in describe:
            describe[self.action](operation)
        return operation

    def describe_create(self, operation):
        """One record or a list of them is sent, and answered so."""
        for body in (operation["requestBody"], operation["responses"]["201"]):
            for media in body["content"].values():
                media["schema"] = {"oneOf": [media["schema"], many(media["schema"])]}

    def describe_bulk_update(self, operation):
        """A list of changes, each with its record."""
        for media in operation["requestBody"]["content"].values():
            name = media["schema"]["$ref"].rpartition("/")[2]
            partial = self.registry._components[name, "schemas"].schema
            item = {**partial, "properties": {**partial["properties"], **VERSION}, "required": ["slug"]}
            media["schema"] = many(item)
        operation["requestBody"]["required"] = True
        for media in operation["responses"]["200"]["content"].values():
            media["schema"] = {"type": "array", "items": media["schema"]}

    def describe_bulk_destroy(self, operation):
        """A list of records."""
        members = VERSION | {"change_reason": {"type": "string"}}
        item = {"type": "object", "properties": members, "required": ["slug"], "additionalProperties": False}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": many(item)}}}

    def _insert_field_validators(self, field, schema):
        """Where an empty text is taken besides one of some form, it may be of both kinds to those who do not look at the form."""
        super()._insert_field_validators(field, schema)
        if {"type": "string", "maxLength": 0} in schema.get("oneOf", ()):
            schema["anyOf"] = schema.pop("oneOf")

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request":
            schema["additionalProperties"] = False
        elif isinstance(serializer, RecordSerializer):
            schema.pop("required", None)  # any member may be left out, by `fields`, `omit` or `brief`
        return schema


def many(schema):
    """As many of what `schema` describes as are taken at once."""
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_AT_ONCE}


class RelatedRecordShape(OpenApiSerializerFieldExtension):
    """A related record: shown as a link, set by its slug or by attributes."""

    target_class = "wsis_tracker.rest.fields.RelatedRecord"

    def map_serializer_field(self, auto_schema, direction):
        return record_named() if direction == "request" else auto_schema.resolve_serializer(Link, direction).ref


class PartLinksShape(RelatedRecordShape):
    """A list of related records."""

    target_class = "wsis_tracker.rest.fields.PartLinks"

    def map_serializer_field(self, auto_schema, direction):
        return {"type": "array", "items": super().map_serializer_field(auto_schema, direction)}


class TranslatedShape(OpenApiSerializerFieldExtension):
    """A text per language, a shape with a name of its own: programs call what has none after its members, and two of them alike."""

    target_class = "wsis_tracker.rest.fields.Translated"

    def map_serializer_field(self, auto_schema, direction):
        shape = ResolvedComponent("Translated", ResolvedComponent.SCHEMA, TRANSLATED, object=self.target_class)
        auto_schema.registry.register_on_missing(shape)
        return shape.ref


class PartialDateShape(OpenApiSerializerFieldExtension):
    """A partial date."""

    target_class = "wsis_tracker.rest.fields.PartialDate"

    def map_serializer_field(self, auto_schema, direction):
        if direction == "request" and self.target.allow_blank:
            return PARTIAL_DATE | {"pattern": f"{PARTIAL_DATE['pattern']}|^$"}
        return PARTIAL_DATE


class Tokens(OpenApiAuthenticationExtension):
    """The header in which a token is borne."""

    target_class = "wsis_tracker.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        said = "The token as the page /account/tokens/ showed it, without the word Bearer."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "wsis_<key>.<secret>", "description": said}


class StrictFilters(OpenApiFilterExtension):
    """The parameters of a FilterSet; one record alone takes `as_of` and no other; some take `recorded_at`."""

    target_class = "wsis_tracker.rest.filters.StrictFilterBackend"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema, *args, **kwargs):
        view, known = auto_schema.view, auto_schema.view.filterset_class.base_filters
        alone = auto_schema.action == "retrieve"
        described = [parameter(name, known[name]) for name in (["as_of"] if alone else known)]
        return [*described, recorded.DESCRIBED] if alone or getattr(view, "lists_recorded", False) else described


def parameter(name, known):
    """A filter as a query parameter: of known values one or several, of others one."""
    description = str(known.label or "").capitalize()
    if isinstance(known, filters.KnownFilter):
        word = {"type": "string"} | ({"enum": list(known.words)} if isinstance(known, filters.ChoiceFilter) else {})
        several = query_parameter(name, description, type="array", items=word)
        return several | {"style": "form", "explode": not name.endswith("__in")}
    if isinstance(known, filters.Ordering):
        words = [key for key, _label in known.field.choices if key]
        several = query_parameter(name, description, type="array", items={"type": "string", "enum": words})
        return several | {"style": "form", "explode": False}
    shape = next((shape for kind, shape in SHAPES.items() if isinstance(known, kind)), {"type": "string", "minLength": 1})
    return query_parameter(name, description, **shape) | {"required": known.extra["required"]}


#: What may go wrong, and with which methods.
EVERY, WRITES = ("get", "post", "put", "patch", "delete"), ("post", "put", "patch", "delete")
FAILURES = {
    "400": (EVERY, "A parameter or a member is unknown or malformed; `errors` names each."),
    "401": (EVERY, "The token is wrong, expired, revoked or used from another address; or there is none, and this needs one."),
    "403": (WRITES, "This needs another role, or a token that may write."),
    "406": (EVERY, "The answer is not given in the form asked for."),
    "409": (WRITES, "Other records name it, or somebody else has just recorded the same."),
    "412": (WRITES, "It was changed since it was read; `current` is what it says now."),
    "415": (("post", "put", "patch"), "The body is not JSON."),
    "422": (("post", "put", "patch"), "The Idempotency-Key was sent with another request before."),
    "428": (WRITES, "The record is published, and If-Match does not say which version was read."),
    "429": (EVERY, "Asked more often than the rate allows."),
}


def add_problems(result, generator, request, public):
    """Say of every operation with which problem it may answer, and of its tags."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["headers"] = {"ETag": {"description": "What is answered, as it is now.", "schema": {"type": "string"}}}
    tag = {"ETag": {"$ref": "#/components/headers/ETag"}}
    described = {code: description for code, (_methods, description) in FAILURES.items()}
    described |= {"404": "There is no such record, or not on that day.", "default": "Any other failure."}
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {code: {"description": said, "content": content} for code, said in described.items()}
    components["responses"]["429"]["headers"] = RETRY_AFTER
    components["responses"]["304"] = {"description": "What is held is what would be answered.", "headers": tag}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            codes = [code for code, (methods, _description) in FAILURES.items() if method in methods]
            codes += ["304"] * (method == "get") + ["404"] * ("{" in path) + ["default"]
            for code in {"200", "201"} & responses.keys():
                responses[code]["headers"] = tag
            responses |= {code: {"$ref": f"#/components/responses/{code}"} for code in codes}
    return result
