"""The endpoints of discrepancies, rulings and reports."""

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


class RulingViewSet(RecordViewSet):
    queryset = Ruling.objects.all()
    serializer_class = shapes.RulingSerializer
    filterset_class = filters.RulingFilterSet


class ReportViewSet(RecordViewSet):
    queryset = Report.objects.all()
    serializer_class = shapes.ReportSerializer
    filterset_class = filters.ReportFilterSet


VIEWSETS = [RulingViewSet, ReportViewSet]
