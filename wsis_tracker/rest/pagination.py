"""Pages of a list: `limit` and `offset`, strict; a cursor and no count for the collections that grow large."""

from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import NotFound

from .problems import BadParameter

LARGEST = 2**31 - 1


def whole_number(params, name, default, lowest, highest):
    """The value of a parameter as a number within its bounds; BadParameter names it otherwise."""
    text = params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and lowest <= int(text) <= highest):
        message = _("“%(value)s” is not a whole number from %(lowest)d to %(highest)d.")
        raise BadParameter({name: [message % {"value": text[:50], "lowest": lowest, "highest": highest}]})
    return int(text)


def query_parameter(name, description, **schema):
    """A query parameter as OpenAPI describes it."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


class Pages(pagination.LimitOffsetPagination):
    """`{"count", "next", "previous", "results"}` by `?limit=` (1–1000, default 50) and `?offset=`."""

    default_limit = 50
    max_limit = 1000
    parameters = {"limit", "offset"}

    def get_limit(self, request):
        return whole_number(request.query_params, "limit", self.default_limit, 1, self.max_limit)

    def get_offset(self, request):
        return whole_number(request.query_params, "offset", 0, 0, LARGEST)

    def get_schema_operation_parameters(self, view):
        return [
            query_parameter("limit", "How many results a page has.", type="integer", minimum=1, maximum=1000, default=50),
            query_parameter("offset", "How many results come before the page.", type="integer", minimum=0, maximum=LARGEST, default=0),
        ]

    def get_paginated_response_schema(self, schema):
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": address, "previous": address, "results": schema},
        }


class LargePages(Pages):
    """Pages of a collection that may reach a million: `?cursor=` goes on from a row, and `count` is null unless `?count=true`."""

    parameters = {"limit", "offset", "cursor", "count"}

    def paginate_queryset(self, queryset, request, view=None):
        self.request, self.limit, self.offset = request, self.get_limit(request), self.get_offset(request)
        counted = request.query_params.get("count", "false")
        if counted not in ("true", "false"):
            raise BadParameter({"count": [f"“{counted[:50]}” is neither true nor false."]})
        self.cursor = None
        if "cursor" in request.query_params:
            refused = {"offset", "ordering"} & set(request.query_params)
            if refused:
                raise BadParameter({name: ["A cursor has its own place and order."] for name in sorted(refused)})
            rows = self.page_from_cursor(queryset, request, view)
        else:
            rows = list(queryset[self.offset : self.offset + self.limit + 1])
            self.more = len(rows) > self.limit
        self.count = queryset.count() if counted == "true" else None
        return rows[: self.limit]

    def page_from_cursor(self, queryset, request, view):
        self.cursor = Cursor()
        self.cursor.page_size = self.limit
        try:
            return self.cursor.paginate_queryset(queryset, request, view)
        except (NotFound, ValueError) as error:
            raise BadParameter({"cursor": ["This is no cursor of this list."]}) from error

    def get_next_link(self):
        if self.cursor:
            return self.cursor.get_next_link()
        if not self.more:
            return None
        url = pagination.replace_query_param(self.request.build_absolute_uri(), self.limit_query_param, self.limit)
        return pagination.replace_query_param(url, self.offset_query_param, self.offset + self.limit)

    def get_previous_link(self):
        return self.cursor.get_previous_link() if self.cursor else super().get_previous_link()

    def get_schema_operation_parameters(self, view):
        return [
            *super().get_schema_operation_parameters(view),
            query_parameter("cursor", "Where to go on, newest first; empty to begin. Takes no offset or ordering.", type="string"),
            query_parameter("count", "Whether to count all results.", type="boolean", default=False),
        ]

    def get_paginated_response_schema(self, schema):
        shape = super().get_paginated_response_schema(schema)
        shape["properties"]["count"] = {"type": "integer", "nullable": True}
        return shape


class Cursor(pagination.CursorPagination):
    """A place in a large list, by the key of its newest rows first."""

    ordering = "-pk"

    def decode_cursor(self, request):
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not (cursor.position.isdecimal() and len(cursor.position) < 19):
            raise NotFound(self.invalid_cursor_message)
        return cursor
