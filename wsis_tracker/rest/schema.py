"""What the OpenAPI schema says of our own filters, and of the problems that every operation may answer with."""

from drf_spectacular.extensions import OpenApiFilterExtension
from drf_spectacular.openapi import AutoSchema

from . import filters
from .pagination import query_parameter
from .problems import CONTENT_TYPE

PARTIAL_DATE = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "example": "2006-04"}
SHAPES = {
    filters.DayFilter: {"type": "string", "format": "date"},
    filters.PartialDateFilter: PARTIAL_DATE,
    filters.TrueFalseFilter: {"type": "boolean"},
    filters.WholeNumberFilter: {"type": "integer", "minimum": 0, "maximum": 999_999_999},
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


class Schema(AutoSchema):
    """Describes the parameters of every view that has a FilterSet, not of lists alone."""

    def get_filter_backends(self):
        return getattr(self.view, "filter_backends", [])


class StrictFilters(OpenApiFilterExtension):
    """The parameters of a FilterSet; one record alone takes `as_of` and no other."""

    target_class = "wsis_tracker.rest.filters.StrictFilterBackend"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema, *args, **kwargs):
        view = auto_schema.view
        filterset = getattr(view, "filterset_class", None)
        if filterset is None:
            return []
        asked = {"as_of": filterset.base_filters["as_of"]} if getattr(view, "detail", False) else filterset.base_filters
        return [parameter(name, asked[name]) for name in sorted(asked)]


def parameter(name, known):
    """A filter as a query parameter: of known values one or several, of others one."""
    description = str(known.label or "").capitalize()
    if isinstance(known, filters.KnownFilter):
        word = {"type": "string"} | ({"enum": list(known.words)} if isinstance(known, filters.ChoiceFilter) else {})
        several = query_parameter(name, description, type="array", items=word)
        return several | {"style": "form", "explode": not name.endswith("__in")}
    if isinstance(known, filters.Ordering):
        words = [key for key, _label in known.field.choices]
        several = query_parameter(name, description, type="array", items={"type": "string", "enum": words})
        return several | {"style": "form", "explode": False}
    shape = next((shape for kind, shape in SHAPES.items() if isinstance(known, kind)), {"type": "string", "minLength": 1})
    return query_parameter(name, description, **shape) | {"required": known.extra["required"]}


def add_problems(result, generator, request, public):
    """Say of every operation that it may answer with a problem."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {"description": "", "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for path, operations in result["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            responses.setdefault("400", answer | {"description": "A parameter is unknown or malformed."})
            if "{" in path:
                responses.setdefault("404", answer | {"description": "There is no such record, or not on that day."})
            responses["default"] = answer | {"description": "Any other failure."}
    return result
