"""The endpoints of discrepancies, monitoring, rulings and reports."""

from drf_spectacular.utils import extend_schema

from wsis_tracker.rest.formats import TABLES
from wsis_tracker.rest.views import Computed
from wsis_tracker.rest.viewsets import RecordViewSet

from . import filters
from . import serializers as shapes
from .models import Report, Ruling


class Discrepancies(Computed):
    """Where sources disagree, as of a day, today where none is given."""

    serializer_class = shapes.DiscrepancySerializer
    filterset_class = filters.DiscrepancyFilterSet
    formats = TABLES

    @extend_schema(operation_id="discrepancies_list", responses=shapes.DiscrepancySerializer(many=True))
    def get(self, request, **kwargs):
        return self.page_of(self.asked().found())


class Monitoring(Computed):
    """Where follow-up stands as of a day, today where none is given, and how it came there: one number each, with the list it counts."""

    serializer_class = shapes.IndicatorSerializer
    filterset_class = filters.MonitoringFilterSet
    formats = TABLES

    @extend_schema(operation_id="monitoring_list", responses=shapes.IndicatorSerializer(many=True))
    def get(self, request, **kwargs):
        return self.page_of(self.asked().found())


class Coverages(Computed):
    """From how many of its paragraphs facts were drawn, document by document, of those of which paragraphs have been read."""

    serializer_class = shapes.CoverageSerializer
    filterset_class = filters.CoverageFilterSet
    formats = TABLES

    @extend_schema(operation_id="coverage_list", responses=shapes.CoverageSerializer(many=True))
    def get(self, request, **kwargs):
        return self.page_of(self.asked().found())


class RulingViewSet(RecordViewSet):
    queryset = Ruling.objects.all()
    serializer_class = shapes.RulingSerializer
    filterset_class = filters.RulingFilterSet


class ReportViewSet(RecordViewSet):
    queryset = Report.objects.all()
    serializer_class = shapes.ReportSerializer
    filterset_class = filters.ReportFilterSet


VIEWSETS = [RulingViewSet, ReportViewSet]
