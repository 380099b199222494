"""The public pages of discrepancies and reports."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine, Role
from mandates.models import Organisation
from mandates.sources import with_sources
from wsis_tracker.pages.errors import failure
from wsis_tracker.pages.views import RecordListView, RecordPage
from wsis_tracker.register.addresses import address
from wsis_tracker.rest.fields import API

from .coverage import coverage
from .filters import KINDS, STATES, DiscrepancyFilterSet, ReportFilterSet
from .models import Report, ReportKind
from .official.drafting import draft
from .official.files import BY_SUFFIX, FORMS, can_make, file_response
from .official.heads import head_lines
from .official.printing import printed
from .official.renderers import RENDERERS
from .official.renderers.pdf import CannotPrint, lacking


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
    """A report, composed anew at each look as of the day asked for, else of the day that it reports."""

    template_name = "reports/report.html"
    queryset = with_sources(Report.objects.select_related("document", "reports_to"))
    record_name = "report"

    def get_context_data(self, **kwargs):
        document = self.record.document
        context = {"coverage": coverage(document, self.day) if document else None, "issues": self.issues()}
        try:
            context |= self.composed()
        except ValidationError as error:
            context |= {"composed_on": self.day or self.record.day, "nothing": error.messages}
        return super().get_context_data(**context, **kwargs)

    def composed(self):
        """The report as it is printed, and where its files are; ValidationError where there is nothing to report."""
        made = draft(self.record, self.day)
        composition = made.composition
        return {
            "outdated": made.outdated,
            "printed": printed(composition),
            "composed_on": composition.day,
            "head": head_lines(composition),
            "language": get_language_info(composition.language),
            "files": [(form.label, address("report-file", self.record.slug, form.suffix)) for form in FORMS.values() if can_make(form)],
            "lacking": lacking(),
        }

    def issues(self):
        """What was issued of the report, by the day asked for."""
        issued = self.record.issues.defer("composition")
        return issued.as_of(self.day) if self.day else issued


class ReportFile(ReportPage):
    """A report as a file, composed as its page is."""

    def get(self, request, *args, suffix, **kwargs):
        form = BY_SUFFIX.get(suffix)
        records = self.queryset.all().published()
        report = self.find(records.as_of(self.day) if self.day else records)
        if form is None or report is None:
            raise Http404
        try:
            composition = draft(report, self.day).composition
            content = RENDERERS[form.name](composition)
        except ValidationError as error:
            return failure(request, HTTPStatus.NOT_FOUND, status_detail=" ".join(error.messages))
        except CannotPrint as error:
            return failure(request, HTTPStatus.NOT_IMPLEMENTED, status_detail=str(error))
        return file_response(content, form, f"{report.slug}-{composition.day}")
