"""The staff write into a report: a text is added to a paragraph, or takes its place, until another does."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reports.models import ParagraphText, Report
from wsis_tracker.register.changes import act

from .drafting import composed, fingerprint


def write(report, paragraph, how, text, *, by, reason):
    """Let a text stand in the paragraph of a key, in one act of `by`; the text. ValidationError where the report has no such paragraph."""
    with act(by=by, reason=reason) as change:
        report = Report.objects.lock().get(pk=report.pk)
        found = next((one for one in composed(report).paragraphs() if one.key == paragraph), None)
        if found is None:
            raise ValidationError({"paragraph": _("The report has no paragraph “%s”.") % paragraph})
        written = ParagraphText(report=report, paragraph=paragraph, how=how, text=text, change=change, fingerprint=fingerprint(found))
        written.full_clean()
        written.save()
        report.save()  # its history says that it was written into, by whom and why
        return written
