"""The endpoints of action lines, roles and activities."""

from wsis_tracker.rest.viewsets import LargeRecordViewSet, RecordViewSet

from . import filters
from . import serializers as shapes
from .models import ActionLine, Activity, Role


class ActionLineViewSet(RecordViewSet):
    queryset = ActionLine.objects.all()
    serializer_class = shapes.ActionLineSerializer
    filterset_class = filters.ActionLineFilterSet


class RoleViewSet(RecordViewSet):
    queryset = Role.objects.all()
    serializer_class = shapes.RoleSerializer
    filterset_class = filters.RoleFilterSet
    lists_recorded = True


class ActivityViewSet(LargeRecordViewSet):
    queryset = Activity.objects.all()
    serializer_class = shapes.ActivitySerializer
    filterset_class = filters.ActivityFilterSet


VIEWSETS = [ActionLineViewSet, RoleViewSet, ActivityViewSet]
