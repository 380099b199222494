"""Lists to take along from the public pages: what a list shows under the filters of its address, as CSV or as a spreadsheet."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import Http404

from reports.filters import CoverageFilterSet, DiscrepancyFilterSet, MonitoringFilterSet
from reports.serializers import CoverageSerializer, DiscrepancySerializer, IndicatorSerializer
from wsis_tracker.pages.errors import failure
from wsis_tracker.rest.formats import CHUNK, TABLES, rows_of, tabled
from wsis_tracker.rest.problems import BadParameter

from .api import FoundSerializer, router
from .search import SearchFilterSet

FORMATS = {form.format: form for form in TABLES}

#: The lists that are computed: their filters, and the shape of their rows.
COMPUTED = {
    "search": (SearchFilterSet, FoundSerializer),
    "discrepancies": (DiscrepancyFilterSet, DiscrepancySerializer),
    "monitoring": (MonitoringFilterSet, IndicatorSerializer),
    "coverage": (CoverageFilterSet, CoverageSerializer),
}


def download(request, collection, suffix):
    """Every row that the filters leave, with the columns of the API; 404 where there is no such list."""
    filterset, serializer = list_of(collection, request)
    try:
        filterset.refuse_unknown(empty_allowed=True)
    except BadParameter as error:
        return failure(request, HTTPStatus.BAD_REQUEST, problems=error.detail)
    shape = serializer(context={"request": request, "day": filterset.day and filterset.day.isoformat()})
    found = filterset.found() if hasattr(filterset, "found") else tabled(shape.prepared(filterset.qs), shape)
    try:
        return FORMATS[suffix]().give(rows_of(found.iterator(CHUNK), shape), collection)
    except ValidationError as error:
        return failure(request, HTTPStatus.BAD_REQUEST, status_detail=" ".join(error.messages))


def list_of(collection, request):
    """The filters of a list, bound to what is asked, and the shape of its rows."""
    viewsets = {prefix: viewset for prefix, viewset, _name in router.registry}
    if collection in COMPUTED:
        filterset, serializer = COMPUTED[collection]
        return filterset(request.GET), serializer
    if collection not in viewsets:
        raise Http404
    viewset = viewsets[collection]
    return viewset.filterset_class(request.GET, viewset.queryset.all().published()), viewset.serializer_class
