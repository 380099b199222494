"""The REST API: every collection of the register under `/api/v1/`, and what is computed over them all."""

import tempfile

from csp.decorators import csp_update
from django.http import FileResponse, HttpResponsePermanentRedirect
from django.urls import include, path, re_path, resolve
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.response import Response

import action_lines.api
import mandates.api
import meetings.api
import reports.api
from wsis_tracker.register.changes import Change
from wsis_tracker.register.dumping import dump_archive
from wsis_tracker.rest.fields import API, Link, absolute
from wsis_tracker.rest.filters import StrictFilterSet
from wsis_tracker.rest.formats import TABLES, Format
from wsis_tracker.rest.nested import nested_urls
from wsis_tracker.rest.problems import problem_response
from wsis_tracker.rest.routers import FORM, CollectionRouter
from wsis_tracker.rest.views import Computed, StrictView

from .changes_api import Changes
from .search import SearchFilterSet

router = CollectionRouter()
for viewset in [*mandates.api.VIEWSETS, *action_lines.api.VIEWSETS, *meetings.api.VIEWSETS, *reports.api.VIEWSETS]:
    router.register(viewset.queryset.model.collection, viewset)

#: What belongs to a record is listed under its address too: the collection, what is listed, and the filter that the address sets.
NESTED = [
    ("documents", "provisions", "document"),
    ("documents", "relations", "document"),
    ("documents", "mandates", "document"),
    ("documents", "mentions", "document"),
    ("documents", "roles", "document"),
    ("documents", "submissions", "document"),
    ("organisations", "roles", "organisation"),
    ("organisations", "mandates", "addressee"),
    ("organisations", "appointments", "organisation"),
    ("organisations", "mentions", "organisation"),
    ("organisations", "activities", "organisation"),
    ("organisations", "tasks", "organisation"),
    ("people", "appointments", "person"),
    ("action-lines", "roles", "action_line"),
    ("action-lines", "mandates", "action_line"),
    ("action-lines", "activities", "action_line"),
    ("action-lines", "meetings", "action_line"),
    ("action-lines", "tasks", "action_line"),
    ("meetings", "submissions", "meeting"),
    ("meetings", "conclusions", "meeting"),
    ("meetings", "questions", "meeting"),
    ("tasks", "progress", "task"),
]


class NoFilters(StrictFilterSet):
    """Takes no parameter of its own."""

    class Meta:
        model = Change
        fields = []


ADDRESSES = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}


class Index(Computed):
    """The addresses of the API."""

    filterset_class = NoFilters
    pagination_class = None

    @extend_schema(operation_id="index", responses={200: ADDRESSES})
    def get(self, request):
        self.asked()
        collections = [prefix for prefix, _viewset, _basename in router.registry]
        computed = [route.pattern._route.rstrip("/") for route in COMPUTED]
        return Response({name: absolute(f"{API}{name}/", {"request": request}) for name in sorted([*collections, *computed])})


class FoundSerializer(Link):
    """A record that was found, whatever its collection."""

    collection = serializers.CharField()
    display_url = serializers.URLField()

    def to_representation(self, record):
        display_url = absolute(record.get_absolute_url(), self.context)
        return {"collection": record.collection, **super().to_representation(record), "display_url": display_url}


class Search(Computed):
    """The records of every collection that have all the words."""

    serializer_class = FoundSerializer
    filterset_class = SearchFilterSet
    formats = TABLES

    @extend_schema(operation_id="search_list", responses=FoundSerializer(many=True))
    def get(self, request, **kwargs):
        return self.page_of(self.asked().found())


class Archive(Format):
    """Files in one."""

    media_type = "application/zip"
    format = "zip"


class Dump(Computed):
    """The published register in files that `load_register` reads back, in one archive; the same register gives the same bytes."""

    filterset_class = NoFilters
    pagination_class = None
    renderer_classes = [Archive]

    @extend_schema(operation_id="dump", responses={(200, Archive.media_type): OpenApiTypes.BINARY})
    def get(self, request):
        self.asked()
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        dump_archive(file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename="register.zip", content_type=Archive.media_type)


class CompactJSON(OpenApiJsonRenderer):
    """The schema for machines: indented it is five times as long."""

    media_type = "application/json"

    def get_indent(self, accepted_media_type, renderer_context):
        return None


class Schema(StrictView, SpectacularAPIView):
    """The OpenAPI schema of the API, as YAML or JSON by the Accept header."""

    renderer_classes = [OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, CompactJSON]

    @extend_schema(exclude=True)
    def get(self, request):
        NoFilters(request.query_params).refuse_unknown()
        return super().get(request)


class Docs(StrictView):
    """The API to look at and to try."""

    permission_classes = ()

    def get_renderers(self):
        return [TemplateHTMLRenderer()] if self.request.method in ("GET", "HEAD") else super().get_renderers()

    @extend_schema(exclude=True)
    def get(self, request):
        NoFilters(request.query_params).refuse_unknown()
        return Response(template_name="rest/docs.html")


COMPUTED = [
    path("discrepancies/", reports.api.Discrepancies.as_view(), name="discrepancies-list"),
    path("monitoring/", reports.api.Monitoring.as_view(), name="monitoring-list"),
    path("coverage/", reports.api.Coverages.as_view(), name="coverage-list"),
    path("resolve/", mandates.api.Resolve.as_view(), name="resolve"),
    path("search/", Search.as_view(), name="search-list"),
    path("changes/", Changes.as_view(), name="changes-list"),
    path("dump/", Dump.as_view(), name="dump"),
    path("schema/", Schema.as_view(), name="schema"),
    # The data: images are the signs of Swagger UI's own style sheet.
    path("docs/", csp_update({"img-src": ["data:"]})(Docs.as_view()), name="docs"),
]


#: Those that are lists, in the form that the address names.
FORMS = [
    re_path(rf"^discrepancies{FORM}$", reports.api.Discrepancies.as_view(), name="discrepancies-list"),
    re_path(rf"^monitoring{FORM}$", reports.api.Monitoring.as_view(), name="monitoring-list"),
    re_path(rf"^coverage{FORM}$", reports.api.Coverages.as_view(), name="coverage-list"),
    re_path(rf"^search{FORM}$", Search.as_view(), name="search-list"),
    re_path(rf"^changes{FORM}$", Changes.as_view(), name="changes-list"),
]


@csrf_exempt
def unknown(request):
    """No such address; one that lacks only its closing slash is shown the way."""
    if request.method in ("GET", "HEAD") and not request.path.endswith("/") and resolve(f"{request.path_info}/").func != unknown:
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return problem_response(request, 404, "There is nothing at this address of the API.")


ADDRESSED = [path("", Index.as_view(), name="index"), *router.urls, *nested_urls(router, NESTED), *COMPUTED, *FORMS]
urlpatterns = [
    path("v1/", include((ADDRESSED, "api"))),
    re_path("", unknown),
]
