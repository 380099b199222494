"""The public pages of issued reports: their files, and what differs in the register since."""

from dataclasses import asdict
from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from wsis_tracker.pages.errors import failure
from wsis_tracker.pages.views import RecordPage

from .models import Damaged, IssuedReport, Report
from .official.comparing import Became, compare, compare_read
from .official.drafting import draft
from .official.files import BY_SUFFIX, FINAL, FORMS, KEPT, file_response, kept_address
from .official.plain import from_plain
from .official.reading import paragraphs_of_word


class IssuedReportPage(RecordPage):
    """A report as it was issued: where its files are, and how one knows that they are they."""

    template_name = "reports/issued.html"
    queryset = Report.objects.all()
    record_name = "report"

    @cached_property
    def issued(self):
        issues = IssuedReport.objects.published().select_related("change")
        issues = issues.as_of(self.day) if self.day else issues
        return get_object_or_404(issues, report=self.record, number=self.kwargs["number"])

    def get_context_data(self, **kwargs):
        kept = [(file, KEPT[file.form]) for file in self.issued.files.all()]
        files = [(file, form.label, kept_address(self.issued, form)) for file, form in kept]
        has_final = any(form is FINAL for _file, form in kept)
        finished = self.finished() if has_final else {}
        return super().get_context_data(heading=str(self.issued), issued=self.issued, files=files, **finished, **kwargs)

    def finished(self):
        """How the file that the secretariat finished differs from the one that was composed, or that one of the two cannot be read."""
        try:
            composed, final = (paragraphs_of_word(self.content_of(form), noted=True) for form in (FORMS["docx"], FINAL))
        except Damaged as error:
            return {"damaged": str(error)}
        except ValidationError as error:
            return {"damaged": " ".join(error.messages)}
        return {"finished": [difference for difference in compare_read(composed, final) if difference.became != Became.SAME]}

    def content_of(self, form):
        """The bytes of a file of the issued report; 404 where it has none of this form, Damaged where they are not those issued."""
        return get_object_or_404(self.issued.files.defer(None), form=form.name).as_issued()


class IssuedReportFile(IssuedReportPage):
    """A file of an issued report, as it was kept; 404 where there is no such one, also on the day asked for."""

    def not_there(self, records):
        raise Http404

    def get_context_data(self, **kwargs):
        return {}

    def render_to_response(self, context, **kwargs):
        form = FINAL if self.kwargs["file"] == FINAL.name else BY_SUFFIX[self.kwargs["suffix"]]
        if form.suffix != self.kwargs["suffix"]:
            raise Http404
        try:
            return file_response(self.content_of(form), form, f"{self.record.slug}-issued-{self.issued.number}")
        except Damaged as error:
            answer = failure(self.request, HTTPStatus.GONE, status_detail=str(error))
            answer["Cache-Control"] = "no-store"  # it may be brought back
            return answer


class ComparisonPage(IssuedReportPage):
    """An issued report beside one composed now, as of the same day or the one asked for."""

    template_name = "reports/comparison.html"

    @cached_property
    def compared(self):
        try:
            public = not self.request.user.has_perm("reports.view_paragraphtext")
            later = draft(self.record, self.day or self.issued.day, public=public).composition
        except ValidationError as error:
            raise Http404(" ".join(error.messages)) from error
        return later, compare(from_plain(self.issued.composition), later, self.issued.change.number)

    def get_context_data(self, **kwargs):
        later, differences = self.compared
        differing = [difference for difference in differences if difference.became != Became.SAME]
        counts = {"differing": differing, "same": len(differences) - len(differing), "later": later}
        return super().get_context_data(**counts, **kwargs)


class ComparisonData(ComparisonPage):
    """The same as data; 404 where there is no such one on the day asked for."""

    def not_there(self, records):
        raise Http404

    def get_context_data(self, **kwargs):
        return {}

    def render_to_response(self, context, **kwargs):
        later, differences = self.compared
        said = {"issued": self.issued.symbol, "revision": self.issued.revision, "day": self.issued.day, "compared_as_of": later.day}
        return JsonResponse(said | {"paragraphs": [asdict(difference) for difference in differences]})
