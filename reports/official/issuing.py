"""A report is issued: composed once more, rendered in every form, and kept as it is."""

from dataclasses import replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.models import IssuedFile, IssuedReport, ParagraphText, Report
from wsis_tracker.register import dates
from wsis_tracker.register.changes import Change, act, hold_back_others

from .drafting import draft
from .files import FINAL, FORMS, can_make
from .plain import as_plain
from .renderers import RENDERERS


def issue(report, *, symbol, issued_on, by, reason, day=None, final=None):
    """Issue a report under a symbol and a date, as of `day`, else of the day that it reports, in one act of `by`; what was issued.

    `final` is the content of the Word file that the secretariat finished. Raises ValidationError where the report is not published, no
    reason is given, the day is to come, the symbol is that of another, or a text that is issued for the first time is by the same person.
    """
    if not reason:
        raise ValidationError({"change_reason": _("Say why: it is issued once and never changed.")})
    if day and dates.earliest(str(day)) > timezone.localdate():
        raise ValidationError({"day": _("This day is to come.")})
    with act(by=by, reason=reason) as change:
        report = Report.objects.lock().get(pk=report.pk)
        if not report.shown_to_public:
            raise ValidationError(_("Publish the report first: what is issued is public."))
        texts = ParagraphText.objects.filter(report=report).unissued().select_related("change").standing()
        if settings.FOUR_EYES and by and any(text.change.by_id == by.pk for text in texts.values()):
            raise ValidationError(_("A text in it is yours, so somebody else issues it."))
        hold_back_others()
        composition = under(draft(report, day).composition, symbol, issued_on)
        issued = IssuedReport(
            report=report,
            number=(report.issues.aggregate(last=Max("number"))["last"] or 0) + 1,
            symbol=symbol,
            issued_on=issued_on,
            day=composition.day,
            covers_from=composition.covers_from,
            covers_to=composition.covers_to,
            composition=as_plain(composition),
            revision=Change.objects.last_number(),
            change=change,
        )
        issued.full_clean()
        issued.save()
        files = {name: RENDERERS[name](composition) for name, form in FORMS.items() if can_make(form)}
        for name, content in {**files, **({FINAL.name: final} if final else {})}.items():
            IssuedFile(issue=issued, form=name, content=content).save()
        report.save()  # its history says that it was issued, by whom and why
        return issued


def under(composition, symbol, issued_on):
    """A composition with the symbol and the date of its document."""
    with override(composition.language):
        return replace(composition, head=replace(composition.head, symbol=symbol, date=dates.in_words(issued_on)))
