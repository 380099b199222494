"""Lists in other forms than JSON: a form is asked for by the Accept header, or by the end of the address (`/roles.csv`).

A table has the members of the API as its columns and, unlike a page of JSON, every row that the filters leave; where `limit`,
`offset` or `cursor` is given it has that page.
"""

from functools import partial
from itertools import chain, islice
from operator import attrgetter

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.utils.translation import get_language, override
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from wsis_tracker.register import tables
from wsis_tracker.register.fields import Translation
from wsis_tracker.register.tables import CHUNK, book, lines, safe

from .pagination import add_links
from .problems import BadParameter

#: The parameters by which one page of a table is asked for.
OF_A_PAGE = {"limit", "offset", "cursor"}


class Negotiation(DefaultContentNegotiation):
    """The form that the address names, whatever else a client accepts; else the one that it likes best of those it accepts."""

    def select_renderer(self, request, renderers, format_suffix=None):
        if format_suffix:
            named = [renderer for renderer in renderers if renderer.format == format_suffix]
            if not named:
                raise Http404(f"There is no “{format_suffix}” of this.")
            return named[0], named[0].media_type
        known = {renderer.media_type: renderer for renderer in renderers}
        preferred = request.get_preferred_type(list(known)) or self.regardless_of_parameters(request, known)
        if preferred is None:
            raise NotAcceptable(f"There is {', '.join(known)}.", available_renderers=renderers)
        return known[preferred], preferred

    def regardless_of_parameters(self, request, known):
        """The form that a client likes best where it names a charset too: `application/json; charset=utf-8`."""
        liked = sorted(request.accepted_types, key=attrgetter("quality"), reverse=True)
        accepted = (f"{one.main_type}/{one.sub_type}" for one in liked if one.quality)
        return next((media_type for media_type in accepted if media_type in known), None)


class Format(BaseRenderer):
    """A form of a list: `answer` gives what `view` found, records or a page of them, as a response of its own."""

    charset = None

    def answer(self, view, found):
        raise NotImplementedError

    def page_of(self, view, found):
        """The page that the address asks for; None where it asks for everything."""
        asked = set(view.request.query_params)
        if "count" in asked:
            raise BadParameter({"count": ["How many there are is told in JSON alone."]})
        return view.paginate_queryset(found) if OF_A_PAGE & asked else None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return b""  # of the framework's own responses only the empty one of a 304 has this form


def with_links(response, view, page):
    """The response with links to the pages about `page`; None is everything, and has none."""
    return response if page is None else add_links(response, view.paginator.get_previous_link(), view.paginator.get_next_link())


def listed(view, found):
    """The list of what was found in the form asked for."""
    form = view.request.accepted_renderer
    if isinstance(form, Format):
        return form.answer(view, found)
    return view.get_paginated_response(view.get_serializer(view.paginate_queryset(found), many=True).data)


class Table(Format):
    """A list as rows of texts, the first with the names of the columns."""

    def answer(self, view, found):
        shape = view.get_serializer()
        found = tabled(found, shape)
        page = self.page_of(view, found)
        rows = found.iterator(CHUNK) if page is None else iter(page)
        try:
            response = self.give(rows_of(rows, shape), name_of(view.request))
        except ValidationError as error:
            raise NotAcceptable(" ".join(error.messages)) from error
        return with_links(response, view, page)

    def give(self, rows, name):
        """The rows as a file called `name`. Raises ValidationError where it cannot hold them."""
        raise NotImplementedError


class CSV(Table):
    """A stream of lines; the mark at its beginning tells spreadsheets that it is UTF-8."""

    media_type = "text/csv"
    format = "csv"

    def give(self, rows, name):
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


class XLSX(Table):
    """A spreadsheet, written to a temporary file row by row."""

    media_type = tables.XLSX
    format = "xlsx"

    def give(self, rows, name):
        return FileResponse(book(rows, name), as_attachment=True, filename=f"{name}.xlsx", content_type=self.media_type)


TABLES = (CSV, XLSX)


def name_of(request):
    """What the list at an address is called."""
    return request.path.strip("/").rpartition("/")[2].partition(".")[0]


def rows_of(records, serializer):
    """The names of the columns, then the cells of each record, in the language of the one who asks."""
    columns = list(serializer.members if hasattr(serializer, "members") else serializer.fields)
    return chain([columns], cells_of(records, serializer, columns, get_language()))


def tabled(found, serializer):
    """What was found, with what the cells of a table read in place of what members do."""
    return serializer.tabled(found) if hasattr(serializer, "tabled") else found


def cells_of(records, serializer, columns, language):
    tabulated = getattr(serializer, "tabulated", partial(map, serializer.to_representation))
    while True:
        with override(language):  # the rows are read when they are sent
            shown = tabulated(list(islice(records, CHUNK)))
            rows = [[safe(text_of(values[name])) for name in columns] for values in shown]
        if not rows:
            return
        yield from rows


def text_of(value):
    """A value of the API in one cell: a related record is its slug, a text in several languages is in the reader's."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text_of(item) for item in value)
    if isinstance(value, dict):
        named = value.get("provision") or value.get("record") or value
        if set(value) <= set(dict(settings.LANGUAGES)):
            return str(Translation(value))
        return named.get("slug") or " ".join(text_of(part) for part in value.values() if part)
    return str(value)


#: What the schema says of the lists that there are in several forms.
DESCRIBED = (
    "A page as JSON, or another form, asked for by the Accept header or by the end of the address: `/roles.csv`, `/meetings.ics`. "
    "A table has every row that the filters leave, or the page that `limit`, `offset` or `cursor` asks for."
)


def describe_formats(result, generator, request, public):
    """Say in the OpenAPI schema that what is not JSON is a text or a file."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                others = [kind for kind in response.get("content", {}) if "json" not in kind and "yaml" not in kind]
                for kind in others:
                    is_text = kind.startswith("text/") or kind.endswith("+xml")
                    response["content"][kind] = {"schema": {"type": "string"} if is_text else {"type": "string", "format": "binary"}}
                if others and "application/json" in response["content"]:
                    response["description"] = DESCRIBED
    return result
