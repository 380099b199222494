"""A report is issued: composed once more, rendered in every form, and kept as it is.

To render takes long, so it is done while others go on writing; they are held back only while what was made is kept.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.models import IssuedFile, IssuedReport, ParagraphText, Report
from wsis_tracker.register import dates
from wsis_tracker.register.changes import Change, act, hold_back_others

from .composition import Composition
from .drafting import Outdated, draft
from .files import FINAL, FORMS, can_make
from .plain import as_plain
from .renderers import RENDERERS

#: How often a report is made anew because others wrote meanwhile, before they wait for it.
TRIES = 3


class Behind(Exception):
    """Others have written since the report was made."""


@dataclass(frozen=True)
class Made:
    """A report as it is about to be issued: what it says of the register as the act of a number left it, and its files by their forms."""

    revision: int
    composition: Composition
    outdated: tuple[Outdated, ...]
    files: dict[str, bytes]


def issue(report, *, symbol, issued_on, by, reason, day=None, final=None, outdated_seen=(), request_id=""):
    """Issue a report under a symbol and a date, as of `day`, else of the day that it reports, in one act of `by`; what was issued.

    `final` is the content of the Word file that the secretariat finished, `outdated_seen` are the signs of the texts of which `by`
    has seen that they are outdated. Raises ValidationError where the report is not published, no reason is given, the day is to come, the
    symbol is that of another, a text that is issued for the first time is by the same person, or one is outdated and that was not seen.
    """
    if not reason:
        raise ValidationError({"change_reason": _("Say why: it is issued once and never changed.")})
    if day and dates.earliest(str(day)) > timezone.localdate():
        raise ValidationError({"day": _("This day is to come.")})
    made_of = partial(make, day=day, symbol=symbol, issued_on=issued_on, by=by, outdated_seen=outdated_seen)
    made = None
    for _try in range(TRIES):
        made = made_of(report, before=made)
        with suppress(Behind), act(by=by, reason=reason, request_id=request_id) as change:
            locked = locked_alone(report)
            if Change.objects.last_number() != made.revision:
                raise Behind
            check(locked, by, made.outdated, outdated_seen)
            return keep(made, issued_of(locked, made, symbol, issued_on, change), final)
    with act(by=by, reason=reason, request_id=request_id) as change:
        locked = locked_alone(report)
        made = made_of(report, before=made)
        return keep(made, issued_of(locked, made, symbol, issued_on, change), final)


def locked_alone(report):
    """The report as it is now; until the end of the act nobody else writes it, and no other act is committed."""
    locked = Report.objects.lock().get(pk=report.pk)
    hold_back_others()
    return locked


def make(report, *, day, symbol, issued_on, by, outdated_seen, before):
    """Compose and render a report; the files are those of what was made `before` where it says the same.

    All rules are asked first, for it would be a pity to render what is refused.
    """
    revision = Change.objects.last_number()  # first, so that nothing read is older
    report = Report.objects.get(pk=report.pk)
    drafted = draft(report, day)
    check(report, by, drafted.outdated, outdated_seen)
    made = Made(revision, under(drafted.composition, symbol, issued_on), drafted.outdated, {})
    issued_of(report, made, symbol, issued_on).full_clean(exclude=["change", "normalised"])
    if before and before.composition == made.composition:
        return replace(made, files=before.files)
    return replace(made, files={name: RENDERERS[name](made.composition) for name, form in FORMS.items() if can_make(form)})


def check(report, by, outdated, outdated_seen):
    """Refuse to issue a report that is not public, a text of the same person that nobody has issued, and an outdated one unseen."""
    if not report.shown_to_public:
        raise ValidationError(_("Publish the report first: what is issued is public."))
    texts = ParagraphText.objects.filter(report=report).unissued().select_related("change").standing()
    if settings.FOUR_EYES and by and any(text.change.by_id == by.pk for text in texts.values()):
        raise ValidationError(_("A text in it is yours, so somebody else issues it."))
    unseen = [one.text.paragraph for one in outdated if one.sign not in outdated_seen]
    if unseen:
        said = _("What is composed has changed since the secretariat wrote into “%s”: say that you have seen it.")
        raise ValidationError({"outdated_seen": said % ", ".join(unseen)})


def issued_of(report, made, symbol, issued_on, change=None):
    """What is kept of a report that was made, as the next of its issues."""
    composition = made.composition
    return IssuedReport(
        report=report,
        number=(report.issues.aggregate(last=Max("number"))["last"] or 0) + 1,
        symbol=symbol,
        issued_on=issued_on,
        day=composition.day,
        covers_from=composition.covers_from,
        covers_to=composition.covers_to,
        composition=as_plain(composition),
        revision=made.revision,
        change=change,
    )


def keep(made, issued, final):
    """Write what is issued, with its files; what was issued."""
    issued.full_clean(exclude=["normalised"])  # of that the symbol is asked
    issued.save()
    for name, content in {**made.files, **({FINAL.name: final} if final else {})}.items():
        IssuedFile(issue=issued, form=name, content=content).save()
    issued.report.save()  # its history says that it was issued, by whom and why
    return issued


def under(composition, symbol, issued_on):
    """A composition with the symbol and the date of its document."""
    with override(composition.language):
        return replace(composition, head=replace(composition.head, symbol=symbol, date=dates.in_words(issued_on)))
