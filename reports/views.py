"""The public pages of discrepancies and reports."""

from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine, Role
from mandates.models import Organisation
from mandates.sources import with_sources
from wsis_tracker.pages.views import RecordListView, RecordPage
from wsis_tracker.rest.fields import API

from .coverage import coverage
from .filters import KINDS, STATES, DiscrepancyFilterSet, ReportFilterSet
from .models import Report, ReportKind


def organisations_with_roles():
    return Organisation.objects.published().filter(pk__in=Role.objects.published().order_by().values("organisation"))


class DiscrepancyList(RecordListView):
    heading = _("Discrepancies")
    introduction = _("Where sources differ: in the level of a role, in a value, or in a number that the register counts otherwise.")
    rows_template = "reports/_discrepancies.html"
    filterset_class = DiscrepancyFilterSet
    queryset = Role.objects.all()
    selects = {
        "organisation": (_("Organisation"), organisations_with_roles),
        "action_line": (_("Action line"), ActionLine.objects.published),
        "kind": (_("Kind"), KINDS),
        "state": (_("State"), STATES),
    }

    endpoint = f"{API}discrepancies/"

    def found(self):
        return self.filterset.found()

    def facets(self):
        """None: discrepancies are computed, and their selects are no columns."""
        return {}

    def undated(self):
        return Role.objects.published().undated().count() if self.day else 0


class ReportList(RecordListView):
    heading = _("Reports")
    introduction = _("What was reported over a period, and how much of each issued text the register has read.")
    rows_template = "reports/_reports.html"
    queryset = with_sources(Report.objects.select_related("document", "reports_to"))
    filterset_class = ReportFilterSet
    selects = {"kind": (_("Kind"), ReportKind.choices)}


class ReportPage(RecordPage):
    template_name = "reports/report.html"
    queryset = with_sources(Report.objects.select_related("document", "reports_to"))
    record_name = "report"

    def get_context_data(self, **kwargs):
        document = self.record.document
        return super().get_context_data(coverage=coverage(document, self.day) if document else None, **kwargs)
