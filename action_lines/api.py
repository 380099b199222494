"""The endpoints of action lines, roles and activities."""

from django.db.models import Prefetch

from wsis_tracker.rest.viewsets import SOURCES, LargeRecordViewSet, RecordViewSet

from . import filters
from . import serializers as shapes
from .models import ActionLine, Activity, Role


class ActionLineViewSet(RecordViewSet):
    queryset = ActionLine.objects.select_related("parent").prefetch_related(
        Prefetch("sublines", ActionLine.objects.published()), "mandates__mandate", SOURCES
    )
    serializer_class = shapes.ActionLineSerializer
    filterset_class = filters.ActionLineFilterSet


class RoleViewSet(RecordViewSet):
    queryset = Role.objects.select_related(
        "organisation",
        "action_line",
        "sector",
        "claimant",
        "made_in__document",
        "restates__organisation",
        "restates__action_line",
    ).prefetch_related("associates__organisation", SOURCES)
    serializer_class = shapes.RoleSerializer
    filterset_class = filters.RoleFilterSet


class ActivityViewSet(LargeRecordViewSet):
    queryset = Activity.objects.select_related("action_line", "organisation").prefetch_related("also_on__action_line", SOURCES)
    serializer_class = shapes.ActivitySerializer
    filterset_class = filters.ActivityFilterSet


VIEWSETS = [ActionLineViewSet, RoleViewSet, ActivityViewSet]
