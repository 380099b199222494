"""Lists to take along: every row that the filters leave, as CSV or as a spreadsheet, with the columns of the API."""

import csv
import re
import tempfile
from http import HTTPStatus
from itertools import chain, islice

from django.conf import settings
from django.http import FileResponse, Http404, StreamingHttpResponse
from openpyxl import Workbook

from reports.filters import DiscrepancyFilterSet
from reports.serializers import DiscrepancySerializer
from wsis_tracker.pages.errors import failure
from wsis_tracker.register.fields import Translation
from wsis_tracker.rest.problems import BadParameter

from .api import router
from .search import SearchFilterSet, shown_rows

#: How many records are read at a time.
CHUNK = 500
#: A text that a spreadsheet would take for a formula.
FORMULA = re.compile(r"[=+\-@\t\r]")


def download(request, collection, suffix):
    """All that a list shows under the filters of its address; 404 where there is no such list."""
    try:
        rows = list_of(collection, request)
    except BadParameter as error:
        return failure(request, HTTPStatus.BAD_REQUEST, problems=error.detail)
    return FORMATS[suffix](rows, f"{collection}.{suffix}")


def list_of(collection, request):
    """The rows of a list, the first with the names of its columns."""
    viewsets = {prefix: viewset for prefix, viewset, _name in router.registry}
    if collection == "search":
        return rows_found(SearchFilterSet(request.GET), request)
    if collection == "discrepancies":
        filterset, serializer = DiscrepancyFilterSet(request.GET), DiscrepancySerializer
    elif collection in viewsets:
        viewset = viewsets[collection]
        serializer = viewset.serializer_class
        filterset = viewset.filterset_class(request.GET, serializer().prepared(viewset.queryset.all().published()))
    else:
        raise Http404
    filterset.refuse_unknown(empty_allowed=True)
    context = {"request": request, "day": filterset.day and filterset.day.isoformat()}
    records = filterset.found() if collection == "discrepancies" else filterset.qs
    return rows_of(records.iterator(CHUNK), serializer, context)


def rows_found(filterset, request):
    """What a search finds."""
    filterset.refuse_unknown(empty_allowed=True)
    rows = filterset.found().rows().iterator(CHUNK)
    return chain([["collection", "slug", "display", "display_url"]], named_rows(rows, request))


def named_rows(rows, request):
    while chunk := list(islice(rows, CHUNK)):
        for record in shown_rows(chunk):
            yield [record.collection, record.slug, safe(str(record)), request.build_absolute_uri(record.get_absolute_url())]


def rows_of(records, serializer, context):
    shape = serializer(context=context)
    yield list(getattr(shape, "members", shape.fields))
    while chunk := list(islice(records, CHUNK)):
        for shown in serializer(chunk, many=True, context=context).data:
            yield [safe(text_of(value)) for value in shown.values()]


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


def safe(text):
    """`text`, never a formula."""
    return f"'{text}" if FORMULA.match(text) else text


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text):
        return text


def as_csv(rows, name):
    """The rows as a stream of CSV; the mark at its beginning tells spreadsheets that it is UTF-8."""
    writer = csv.writer(Echo())
    lines = (("\ufeff" if place == 0 else "") + writer.writerow(row) for place, row in enumerate(rows))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def as_xlsx(rows, name):
    """The rows as a spreadsheet, written to a temporary file row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name.partition(".")[0][:31])
    for row in rows:
        sheet.append(row)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


FORMATS = {"csv": as_csv, "xlsx": as_xlsx}
