"""The public pages of action lines and activities; an action line's own page belongs to the roof."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from mandates.models import Organisation
from mandates.sources import with_sources
from wsis_tracker.pages.views import RecordListView

from .filters import ActionLineFilterSet, ActivityFilterSet
from .models import ActionLine, Activity, ActivityKind, ActivityState


def organisations_with_activities():
    """The organisations whose activities the register holds."""
    acting = Activity.objects.published().filter(organisation=OuterRef("pk"))
    return Organisation.objects.published().filter(Exists(acting))


class ActionLineList(RecordListView):
    heading = _("Action lines")
    introduction = _("The lines C1 to C11 of the Geneva Plan of Action, and the eight sub-lines of C7.")
    rows_template = "action_lines/_action_lines.html"
    also = [("matrix", _("Matrix of roles"))]
    queryset = ActionLine.objects.select_related("parent")
    filterset_class = ActionLineFilterSet


class ActivityList(RecordListView):
    heading = _("Activities")
    introduction = _("What organisations did, do or announced.")
    rows_template = "action_lines/_activities.html"
    queryset = with_sources(Activity.objects.select_related("organisation", "action_line").prefetch_related("also_on__action_line"))
    filterset_class = ActivityFilterSet
    most_counted = 10_000
    selects = {
        "action_line": (_("Action line"), ActionLine.objects.published),
        "organisation": (_("Organisation"), organisations_with_activities),
        "kind": (_("Kind"), ActivityKind.choices),
        "state": (_("State"), ActivityState.choices),
    }
