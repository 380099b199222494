"""The public pages of discrepancies, monitoring and reports."""

from http import HTTPStatus

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine, Activity, Role
from mandates.filters import MentionFilterSet
from mandates.models import Document, Figure, Mandate, Mention, Organisation, Phase
from mandates.models.documents import DocumentKind
from mandates.sources import with_sources
from meetings.models import Task
from meetings.models.tasks import TaskState
from meetings.views import lines_with_tasks, sectors
from wsis_tracker.pages.errors import failure
from wsis_tracker.pages.forms import FilterForm
from wsis_tracker.pages.views import Page, RecordListView, RecordPage
from wsis_tracker.register.addresses import address
from wsis_tracker.rest.fields import API
from wsis_tracker.rest.filters import MOST_DAYS

from .coverage import coverage
from .filters import KINDS, STATES, CoverageFilterSet, DiscrepancyFilterSet, MonitoringFilterSet, ReportFilterSet
from .mentions import Mentions, texts
from .models import Report, ReportKind
from .monitoring import QUIET_DAYS
from .monitoring.lines import still_lines
from .monitoring.over_time import drawn_over_time
from .monitoring.resources import resources
from .monitoring.tasks import most_overdue
from .official.drafting import draft
from .official.files import BY_SUFFIX, FORMS, can_make, file_response
from .official.heads import as_draft, head_lines
from .official.printing import printed
from .official.renderers import RENDERERS
from .official.renderers.pdf import CannotPrint, lacking


def contested_organisations():
    return Organisation.objects.published().filter(pk__in=contested_roles().values("organisation"))


def contested_lines():
    return ActionLine.objects.published().filter(pk__in=contested_roles().values("action_line"))


def contested_roles():
    """The claims of all days on organisations that have been given roles of differing levels on a line."""
    return Role.objects.published().voices().contested().order_by()


class DiscrepancyList(RecordListView):
    heading = _("Discrepancies")
    introduction = _("Where sources differ: in the level of a role, in a value, or in a number that the register counts otherwise.")
    rows_template = "reports/_discrepancies.html"
    filterset_class = DiscrepancyFilterSet
    queryset = Role.objects.all()
    selects = {
        "organisation": (_("Organisation"), contested_organisations),
        "action_line": (_("Action line"), contested_lines),
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


class MonitoringForm(FilterForm):
    """The filters of monitoring, and after how many days a task or an action line counts as still."""

    quiet_days = forms.CharField(
        label=_("Days without a move or progress"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "max": MOST_DAYS, "placeholder": QUIET_DAYS}),
    )


class MonitoringPage(Page):
    template_name = "reports/monitoring.html"
    heading = _("Monitoring")
    endpoint = f"{API}monitoring/"
    selects = {"sector": (_("Sector or body"), sectors), "action_line": (_("Action line"), lines_with_tasks)}

    @cached_property
    def filterset(self):
        filterset = MonitoringFilterSet(self.request.GET)
        filterset.refuse_unknown(empty_allowed=True)
        return filterset

    @cached_property
    def day(self):
        return self.filterset.day

    def get_context_data(self, **kwargs):
        question = self.filterset.question()
        scope, day = question.scope, self.shown_day
        if self.day:
            self.left_out = [scope.within(model).undated() for model in (Task, Mandate, Figure)]
        indicators = question.by_section(["states", "late", "attention", "mandates", "mentions"])
        groups, others = resources(scope, day)
        drawing = drawn_over_time(scope, day)
        return super().get_context_data(
            form=MonitoringForm(self.request.GET, selects=self.selects, words=False, others_than={"section", "section__in"}),
            indicators=indicators,
            unmoved=sum(one.number for one in indicators["states"]) - (drawing.last if drawing else 0),
            most_overdue=most_overdue(scope, self.day, day),
            states=TaskState.choices,
            drawing=drawing,
            quiet_days=question.quiet_days,
            resources=groups,
            other_numbers=others,
            lines=still_lines(scope, day, question.quiet_days),
            knows_lines=scope.narrows(Activity),
            knows_mentions=scope.narrows(Mention),
            knows_figures=scope.narrows(Figure),
            endpoint=self.endpoint,
            collection="monitoring",
            **kwargs,
        )


class CoverageList(RecordListView):
    heading = _("Coverage")
    introduction = _("From how many of its paragraphs that say something facts were drawn, document by document.")
    rows_template = "reports/_coverage.html"
    queryset = Document.objects.with_paragraphs()
    filterset_class = CoverageFilterSet
    endpoint = f"{API}coverage/"
    also = [("monitoring", _("Monitoring")), ("mentions", _("Mentions and what followed"))]
    selects = {"kind": (_("Kind"), DocumentKind.choices), "phase": (_("Phase"), Phase.choices)}

    def found(self):
        return self.filterset.found()


def documents_with_mentions():
    return Document.objects.published().filter(pk__in=Mention.objects.published().order_by().values("provision__document"))


class MentionList(RecordListView):
    template_name = "reports/mentions.html"
    heading = _("Mentions and what followed")
    introduction = _(
        "Where documents name an organisation, and what has its origin in the same paragraph: mandates, tasks, roles of the organisation."
    )
    rows_template = "reports/_mentions.html"
    queryset = Mention.objects.select_related("organisation", "provision__document")
    filterset_class = MentionFilterSet
    also = [("monitoring", _("Monitoring")), ("coverage", _("Coverage"))]
    selects = {
        "document": (_("Document"), documents_with_mentions),
        "without_follow_up": (_("What followed"), [("true", _("nothing")), ("false", _("something"))]),
    }

    def found(self):
        return Mentions(super().found(), self.shown_day)

    def get_context_data(self, **kwargs):
        return super().get_context_data(texts=texts(self.shown_day), **kwargs)


class ReportList(RecordListView):
    heading = _("Reports")
    introduction = _("What was reported over a period, and how much of each issued text the register has read.")
    rows_template = "reports/_reports.html"
    also = [("monitoring", _("Monitoring")), ("coverage", _("Coverage"))]
    queryset = with_sources(Report.objects.select_related("document", "reports_to"))
    filterset_class = ReportFilterSet
    selects = {"kind": (_("Kind"), ReportKind.choices)}


class ReportPage(RecordPage):
    """What a report is on, what was issued of it, and where its text and its files are."""

    template_name = "reports/report.html"
    queryset = with_sources(Report.objects.select_related("document", "reports_to"))
    record_name = "report"

    def get_context_data(self, **kwargs):
        document = self.record.document
        context = {
            "coverage": coverage(document, self.day) if document else None,
            "issues": self.issues(),
            "composed_on": self.day or self.record.day,
            "files": [(form.label, address("report-file", self.record.slug, form.suffix)) for form in FORMS.values() if can_make(form)],
            "lacking": lacking(),
        }
        return super().get_context_data(**context, **kwargs)

    def issues(self):
        """What was issued of the report, by the day asked for."""
        issued = self.record.issues.defer("composition")
        return issued.as_of(self.day) if self.day else issued


class ReportText(RecordPage):
    """A report, composed anew at each look as of the day asked for, else of the day that it reports."""

    template_name = "reports/text.html"
    queryset = Report.objects.select_related("document", "reports_to")
    record_name = "report"

    def get_context_data(self, **kwargs):
        try:
            context = self.composed()
        except ValidationError as error:
            context = {"nothing": error.messages}
        return super().get_context_data(**context, **kwargs)

    def on_the_day(self, records):
        """A report has its text on every day."""
        return records

    def draft(self, report):
        """What is composed of the report; the texts of the staff that nobody has issued are the staff's."""
        return draft(report, self.day, get_language(), public=not self.request.user.has_perm("reports.view_paragraphtext"))

    def composed(self):
        """The report as it is printed; ValidationError where there is nothing to report."""
        made = self.draft(self.record)
        composition = made.composition
        return {
            "outdated": made.outdated,
            "printed": printed(composition),
            "head": head_lines(composition),
            "language": get_language_info(composition.language),
            "labels": get_language_info(composition.labels),
        }


class ReportFile(ReportText):
    """A report as a file, composed as its text is."""

    def get(self, request, *args, suffix, **kwargs):
        form, report = BY_SUFFIX[suffix], self.find(self.queryset.all().published())
        if report is None:
            raise Http404
        try:
            composition = as_draft(self.draft(report).composition, timezone.localdate())
            content = RENDERERS[form.name](composition)
        except ValidationError as error:
            return failure(request, HTTPStatus.NOT_FOUND, status_detail=" ".join(error.messages))
        except CannotPrint as error:
            return failure(request, HTTPStatus.NOT_IMPLEMENTED, status_detail=str(error))
        return file_response(content, form, f"{report.slug}-{composition.day}")
