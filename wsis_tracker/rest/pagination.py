"""Pages of a list: `limit` and `offset`, strict; a cursor and no count for the collections that grow large."""

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework import pagination

from .problems import BadParameter

LARGEST = 2**31 - 1
#: The parameters that change the form of an answer, and not which rows it has in which order.
OF_THE_ANSWER = {"cursor", "limit", "count", "fields", "omit", "brief", "format"}


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


def add_links(response, previous, following):
    """The response with a Link header (RFC 8288) to the pages before and after it, as far as there are any."""
    links = [f'<{address}>; rel="{rel}"' for rel, address in (("prev", previous), ("next", following)) if address]
    if links:
        response["Link"] = ", ".join(links)
    return response


class Pages(pagination.LimitOffsetPagination):
    """`{"count", "next", "previous", "results"}` by `?limit=` (1–1000, default 50) and `?offset=`."""

    default_limit = 50
    max_limit = 1000
    parameters = {"limit", "offset"}

    def paginate_queryset(self, queryset, request, view=None):
        self.request, self.limit, self.offset = request, self.get_limit(request), self.get_offset(request)
        self.count = self.get_count(queryset)
        if self.offset >= self.count:
            return []
        return self.rows_from(queryset, self.offset, self.limit, by_keys=getattr(view, "moment", None) is not None)

    def rows_from(self, queryset, offset, n, *, by_keys):
        """`n` rows from `offset`; `by_keys` they are found by their keys first: no other row is joined with what is read of a row."""
        if not by_keys:
            return list(queryset[offset : offset + n])
        keys = list(queryset.values_list("pk", flat=True)[offset : offset + n])
        return list(queryset.filter(pk__in=keys))

    def get_limit(self, request):
        return whole_number(request.query_params, "limit", self.default_limit, 1, self.max_limit)

    def get_offset(self, request):
        return whole_number(request.query_params, "offset", 0, 0, LARGEST)

    def get_schema_operation_parameters(self, view):
        return [
            query_parameter("limit", "How many results a page has.", type="integer", minimum=1, maximum=1000, default=50),
            query_parameter("offset", "How many results come before the page.", type="integer", minimum=0, maximum=LARGEST, default=0),
        ]

    def get_paginated_response(self, data):
        response = super().get_paginated_response(data)
        return add_links(response, response.data["previous"], response.data["next"])

    def get_paginated_response_schema(self, schema):
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": address, "previous": address, "results": schema},
        }


class LargePages(Pages):
    """Pages of a collection that may reach a million: `?cursor=` goes on from a row, and `count` is null unless `?count=true`."""

    parameters = {"limit", "offset", "cursor", "count"}
    cursor_meaning = "Where to go on, with the same filters in the order asked for, else newest first; empty to begin. Takes no offset."

    def paginate_queryset(self, queryset, request, view=None):
        self.request, self.limit, self.offset = request, self.get_limit(request), self.get_offset(request)
        counted = request.query_params.get("count", "false")
        if counted not in ("true", "false"):
            raise BadParameter({"count": [f"“{counted[:50]}” is neither true nor false."]})
        self.cursor = None
        if self.goes_by_cursor(request):
            rows = self.page_from_cursor(queryset, request, view)
        else:
            rows = self.rows_from(queryset, self.offset, self.limit + 1, by_keys=self.offset > 0)
            self.more = len(rows) > self.limit
        self.count = queryset.count() if counted == "true" else None
        return rows[: self.limit]

    def goes_by_cursor(self, request):
        if {"cursor", "offset"} <= set(request.query_params):
            raise BadParameter({"offset": ["A cursor has its own place."]})
        return "cursor" in request.query_params

    def cursor_order(self, request):
        """The key by which a cursor goes on, a unique whole number; None where it follows the order asked for."""
        return None if "ordering" in request.query_params else Cursor.ordering

    def page_from_cursor(self, queryset, request, view):
        order = self.cursor_order(request)
        if order is None:
            self.cursor = Place(queryset, request, self.limit)
            return self.cursor.rows()
        self.cursor = Cursor()
        self.cursor.page_size, self.cursor.ordering = self.limit, order
        return self.cursor.paginate_queryset(queryset, request, view)

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
            query_parameter("cursor", self.cursor_meaning, type="string"),
            query_parameter("count", "Whether to count all results.", type="boolean", default=False),
        ]

    def get_paginated_response_schema(self, schema):
        shape = super().get_paginated_response_schema(schema)
        shape["properties"]["count"] = {"type": ["integer", "null"]}
        return shape


class Signed:
    """Cursors that are signed: one of another list, order or filter, or one made up, is refused and never asked of the database."""

    def __init__(self, request):
        self.signer = signing.Signer(salt=question(request))

    def read(self, cursor):
        """The values in a cursor; None of an empty one, with which a list begins. Raises BadParameter."""
        try:
            return self.signer.unsign_object(cursor) if cursor else None
        except (signing.BadSignature, ValueError) as error:
            raise BadParameter({"cursor": ["This is no cursor of this list with these filters in this order."]}) from error

    def link(self, address, values):
        """The address with a cursor of the values."""
        return pagination.replace_query_param(address, "cursor", self.signer.sign_object(values))


def question(request):
    """Which rows are asked for, and in which order: not in which form, with which members, or how many at a time."""
    match = request.resolver_match
    within = sorted((name, value) for name, value in match.kwargs.items() if name != "format")
    filters = sorted((name, values) for name, values in request.query_params.lists() if name not in OF_THE_ANSWER)
    return repr((match.view_name, within, filters))


class Place:
    """A place in a list in the order asked for, unknown values last: the values of its last row's keys, the unique one at the end."""

    def __init__(self, queryset, request, limit):
        self.queryset, self.request, self.limit = queryset, request, limit
        self.keys = [(key.expression.name, key.descending) for key in queryset.query.order_by if key != "pk"] + [("pk", False)]
        self.signed = Signed(request)
        self.after = self.signed.read(request.query_params["cursor"])

    def rows(self):
        """The rows of the page and one more; first those whose first key is known, then those with an unknown one."""
        name, down = self.keys[0]
        if self.after is None:
            found = list(self.queryset[: self.limit + 1])
        elif self.after[0] is None:
            found = list(self.queryset.filter(self.beyond(), **{f"{name}__isnull": True})[: self.limit + 1])
        else:
            bound = {f"{name}__{'lte' if down else 'gte'}": self.after[0]}
            found = list(self.queryset.filter(self.beyond(), **bound)[: self.limit + 1])
            if len(found) <= self.limit and name != "pk":
                found += self.queryset.filter(**{f"{name}__isnull": True})[: self.limit + 1 - len(found)]
        self.last = found[self.limit - 1] if len(found) > self.limit else None
        return found

    def beyond(self):
        """What comes after the place: by the first key, or by the next where that is equal; what is unknown comes last."""
        condition = None
        for (name, down), value in zip(reversed(self.keys), reversed(self.after), strict=True):
            equal = Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
            later = None if value is None else Q(**{f"{name}__{'lt' if down else 'gt'}": value})
            if condition is None:
                condition = later
            elif later is None:
                condition &= equal
            else:
                condition = later | Q(**{f"{name}__isnull": True}) | equal & condition
        return condition

    def get_next_link(self):
        if self.last is None:
            return None
        values = [value_at(self.last, name) for name, _down in self.keys]
        return self.signed.link(self.request.build_absolute_uri(), values)

    def get_previous_link(self):
        return None


def value_at(row, lookup):
    """The value to which a lookup leads from a row; None where a step on the way is."""
    for step in lookup.split("__"):
        row = row and getattr(row, step)
    return row


class NumberedPages(LargePages):
    """Pages of what is numbered, latest first or with `?ordering=number` oldest first: by cursor, unless an offset is asked for."""

    cursor_meaning = "Where to go on, with the same filters and ordering; empty to begin. Takes no offset."

    def goes_by_cursor(self, request):
        super().goes_by_cursor(request)
        return "offset" not in request.query_params

    def cursor_order(self, request):
        return "number" if request.query_params.get("ordering", "").split(",")[0] == "number" else "-number"


class Cursor(pagination.CursorPagination):
    """A place in a large list, by the key of its newest rows first."""

    ordering = "-pk"

    def decode_cursor(self, request):
        self.signed = Signed(request)
        values = self.signed.read(request.query_params.get("cursor"))
        return pagination.Cursor(*values) if values else None

    def encode_cursor(self, cursor):
        return self.signed.link(self.base_url, list(cursor))
