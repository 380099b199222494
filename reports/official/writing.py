"""The staff write into a report: a text is added to a paragraph, or takes its place, until another does."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reports.models import ParagraphText, Report
from wsis_tracker.register.changes import act

from .comparing import printed
from .drafting import composed, fingerprint


class Seen(NamedTuple):
    """What stood in a paragraph when somebody looked: the fingerprint of what was composed, the key of the latest text, 0 for none."""

    fingerprint: str
    text: int


class Moved(ValidationError):
    """Something else stands in a paragraph than its writer saw: what is composed there line by line, and the latest text or None."""

    def __init__(self, messages, paragraph, text):
        super().__init__({"paragraph": messages})
        self.seen, self.lines, self.text = seen_of(paragraph, text), printed(paragraph), text


def seen_of(paragraph, text):
    """What somebody sees who looks at a composed paragraph, with the latest text in it or None."""
    return Seen(fingerprint(paragraph), text.pk if text else 0)


def seen_in(report, paragraphs):
    """What stands in each of the composed paragraphs of a report, by their keys; one query."""
    texts = ParagraphText.objects.filter(report=report).latest_of_each()
    return {paragraph.key: seen_of(paragraph, texts.get(paragraph.key)) for paragraph in paragraphs}


def write(report, paragraph, how, text, *, by, reason, seen=None):
    """Let a text stand in the paragraph of a key, in one act of `by`; the text.

    ValidationError where the report has no such paragraph; Moved where something else stands in it than what was `seen`.
    """
    with act(by=by, reason=reason) as change:
        report = Report.objects.lock().get(pk=report.pk)
        found = next((one for one in composed(report).paragraphs() if one.key == paragraph), None)
        if found is None:
            raise ValidationError({"paragraph": _("The report has no paragraph “%s”.") % paragraph})
        check_seen(report, found, seen)
        written = ParagraphText(report=report, paragraph=paragraph, how=how, text=text, change=change, fingerprint=fingerprint(found))
        written.full_clean()
        written.save()
        report.save()  # its history says that it was written into, by whom and why
        return written


def check_seen(report, paragraph, seen):
    """Raise Moved where a paragraph was seen and something else stands in it now."""
    latest = ParagraphText.objects.filter(report=report, paragraph=paragraph.key).select_related("change__by").order_by("pk").last()
    now = seen_of(paragraph, latest)
    if seen in (None, now):
        return
    messages = []
    if seen.fingerprint != now.fingerprint:
        messages.append(_("What is composed there has changed since you opened the form."))
    if seen.text != now.text:
        messages.append(_("Somebody has written into it since you opened the form."))
    raise Moved([*messages, _("See what stands there now; save again if your text still fits.")], paragraph, latest)
