"""What is said over the whole register: rulings on discrepancies, reports, what of them was issued, and what the staff wrote into them."""

import logging
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from mandates import symbols
from mandates.models import Document, Organisation
from mandates.models.documents import check_normalised
from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.changes import Change
from wsis_tracker.register.fields import PartialDateField, SlugsField, TranslatedField
from wsis_tracker.register.questions import RecordManager, RecordQuerySet
from wsis_tracker.register.records import Record, latest_day

logger = logging.getLogger(__name__)


class RulingQuerySet(RecordQuerySet):
    def as_of(self, day):
        """Keep what had been ruled by `day`."""
        return self.filter(ruled_on__lte=day)


class Ruling(Record):
    """What a person decided about a discrepancy, and why; it holds for the voices weighed and is outdated by others."""

    subject = models.CharField(_("subject"), max_length=250, db_index=True, help_text=_("The key of the discrepancy: role-itu-c7."))
    weighed = SlugsField(_("weighed"), blank=False, help_text=_("The keys of the claims or variants that were weighed."))
    stands = SlugsField(_("stands"), blank=False, help_text=_("Which of them stand: one, or several together."))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="rulings")
    ruled_on = PartialDateField(_("ruled on"), db_index=True)

    collection = "rulings"
    objects = RecordManager.from_queryset(RulingQuerySet)()

    class Meta(Record.Meta):
        ordering = ["-ruled_on", "slug"]
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")

    def __str__(self):
        return f"{self.subject}, {self.ruled_on}"

    def get_absolute_url(self):
        return f"{address('discrepancies')}?key={self.subject}#{self.subject}"

    def called(self):
        return [self.slug, self.subject]

    def searchable(self):
        return [*self.called(), self.reason]

    def clean(self):
        super().clean()
        if not set(self.stands) <= set(self.weighed):
            raise ValidationError({"stands": _("Only what was weighed can stand.")})

    def is_outdated(self, keys):
        """Whether the voices in force, `keys`, are others than those weighed."""
        return set(keys) != set(self.weighed)


class ReportKind(models.TextChoices):
    GROUP = "group", _("report of the Group to the Plenipotentiary Conference")
    ANNUAL = "annual", _("annual report to Council")
    SECTORS = "by-sectors", _("ITU’s actions by Sectors and overall")
    BRIEF = "action-line-brief", _("brief on an action line")
    DOCUMENTS = "documents-by-meeting", _("documents by meeting")


class ReportQuerySet(RecordQuerySet):
    def as_of(self, day):
        """Keep the reports made of the register as of `day` or before."""
        return self.filter(day__lte=day)


class Report(Record):
    """An official report over a period, as of a day, with the document in which it was issued."""

    title = TranslatedField(_("title"))
    kind = models.CharField(_("kind"), max_length=25, choices=ReportKind)
    covers_from = PartialDateField(_("covers from"))
    covers_to = PartialDateField(_("covers to"), help_text=_("Its last year or day."))
    day = PartialDateField(_("as of"), help_text=_("The day of the register that it reports."))
    reports_to = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("reports to"), null=True, blank=True, related_name="reports"
    )
    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("issued as"), null=True, blank=True, related_name="reports")

    collection = "reports"
    objects = RecordManager.from_queryset(ReportQuerySet)()

    class Meta(Record.Meta):
        ordering = ["-day", "slug"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_from__lte=latest_day("covers_to")),
                name="report_covers_a_period",
                violation_error_message=_("The period that it covers ends before it begins."),
            )
        ]

    def __str__(self):
        return str(self.title)

    def get_absolute_url(self):
        return address("report", self.slug)

    def called(self):
        return [self.slug, *self.title.values()]


class ReportSource(Source):
    """Where a report is asked for or described."""

    record = models.ForeignKey(Report, models.CASCADE, related_name="sources")


def never_changed(what):
    return ValidationError(_("“%s” was written once and is never changed.") % what)


def never_deleted(what):
    return ValidationError(_("“%s” was written once and is never deleted.") % what)


class OnceWrittenQuerySet(models.QuerySet):
    """Rows that are written once: they are not changed or deleted together either."""

    def update(self, **kwargs):
        raise never_changed(self.model._meta.verbose_name)

    def bulk_update(self, *args, **kwargs):
        raise never_changed(self.model._meta.verbose_name)

    def delete(self):
        raise never_deleted(self.model._meta.verbose_name)


class OnceWritten(models.Model):
    """A row that is written once, in an act that says by whom, when and why, and never changed or deleted after."""

    objects = OnceWrittenQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise never_changed(self)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise never_deleted(self)


class IssuedReportQuerySet(OnceWrittenQuerySet):
    def published(self):
        """Keep what the public may see: what was issued of a report that is published."""
        return self.filter(report__in=Report.objects.published())

    def as_of(self, day):
        """Keep what had been issued by `day`."""
        return self.filter(issued_on__lte=day)


class IssuedReport(OnceWritten):
    """A report as it was issued under a symbol: composed from the register as one act left it, and kept with its files."""

    report = models.ForeignKey(Report, models.PROTECT, verbose_name=_("report"), related_name="issues")
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("The first issue of the report is 1."))
    symbol = models.CharField(_("symbol"), max_length=100, unique=True)
    normalised = models.CharField(_("normalised symbol"), max_length=100, editable=False, unique=True)
    issued_on = PartialDateField(_("date"))
    day = PartialDateField(_("as of"), help_text=_("The day of the register that it reports."))
    covers_from = PartialDateField(_("covers from"))
    covers_to = PartialDateField(_("covers to"))
    composition = models.JSONField(_("composition"), help_text=_("What it says, paragraph by paragraph, with the records behind."))
    revision = models.BigIntegerField(_("revision of the register"), help_text=_("The number of the last act before it."))
    change = models.OneToOneField(Change, models.PROTECT, verbose_name=_("act"), related_name="issued_report")

    objects = models.Manager.from_queryset(IssuedReportQuerySet)()

    class Meta:
        ordering = ["report", "number"]
        default_permissions = ("view", "add")
        verbose_name = _("issued report")
        verbose_name_plural = _("issued reports")
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="issuedreport_numbered")]

    def __str__(self):
        return self.symbol

    def get_absolute_url(self):
        return address("issued-report", self.report.slug, self.number)

    def clean(self):
        """However it is written, the symbol is that of no other issue, and of no document but the report's own."""
        super().clean()
        self.normalised = symbols.normalise(self.symbol)
        check_normalised("symbol", self.normalised)
        issue = IssuedReport.objects.filter(normalised=self.normalised).exclude(pk=self.pk).first()
        if issue:
            said = _("“%(symbol)s” is the symbol of what was issued already: %(issue)s.")
            raise ValidationError({"symbol": said % {"symbol": self.symbol, "issue": issue}})
        document = Document.objects.known_as(self.symbol).exclude(pk=self.report.document_id).first()
        if document:
            said = _("“%(symbol)s” is the symbol of a document in the register: %(document)s.")
            raise ValidationError({"symbol": said % {"symbol": self.symbol, "document": document}})

    def save(self, *args, **kwargs):
        self.normalised = symbols.normalise(self.symbol)
        super().save(*args, **kwargs)


DAMAGED = _(
    "This file is damaged: what is kept of it is no longer what was issued, for its SHA-256 is another. It is not given out; "
    "the secretariat can bring it back from a back-up."
)


class Damaged(Exception):
    """What is kept of a file is no longer what was issued; the error says so to who asks for it."""


class IssuedFileManager(models.Manager.from_queryset(OnceWrittenQuerySet)):
    def get_queryset(self):
        """Files without their content, which is read where it is asked for."""
        return super().get_queryset().defer("content")


class IssuedFile(OnceWritten):
    """A file of an issued report: one that was rendered with it, or the one that the secretariat finished by hand."""

    issue = models.ForeignKey(IssuedReport, models.PROTECT, verbose_name=_("issued report"), related_name="files")
    form = models.CharField(_("form"), max_length=10, help_text=_("That of its renderer; “final” is what the secretariat finished."))
    content = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField("SHA-256", max_length=64)

    objects = IssuedFileManager()

    class Meta:
        ordering = ["issue", "form"]
        default_permissions = ()
        verbose_name = _("file of an issued report")
        verbose_name_plural = _("files of issued reports")
        constraints = [models.UniqueConstraint(fields=["issue", "form"], name="issuedfile_once")]

    def __str__(self):
        return f"{self.issue}, {self.form}"

    def save(self, *args, **kwargs):
        self.size, self.sha256 = len(self.content), sha256(self.content).hexdigest()
        super().save(*args, **kwargs)

    def as_issued(self):
        """The bytes of the file; Damaged where they are no longer those that were issued."""
        content = bytes(self.content)
        if sha256(content).hexdigest() != self.sha256:
            logger.error("What is kept of the file “%s” of an issued report is no longer what was issued.", self)
            raise Damaged(DAMAGED)
        return content


class Written(models.TextChoices):
    """What a text of the staff does with what is composed."""

    ADDED = "added", _("added to what is composed")
    REPLACED = "replaced", _("in place of what is composed")
    WITHDRAWN = "withdrawn", _("withdrawn: only what is composed stands")


class ParagraphTextQuerySet(OnceWrittenQuerySet):
    def issued(self):
        """Keep what was written before its report was last issued, by somebody else than who wrote it: what the public sees."""
        last = IssuedReport.objects.filter(report=OuterRef("report")).order_by("-number").values("revision")
        return self.filter(change__number__lte=Subquery(last[:1]))

    def unissued(self):
        """Keep what was written since its report was last issued."""
        return self.exclude(pk__in=self.issued().order_by().values("pk"))

    def latest_of_each(self):
        """The latest text of each paragraph by its key, or its withdrawal; one query."""
        return {text.paragraph: text for text in self.order_by("pk")}

    def standing(self):
        """The latest text of each paragraph by its key, without what was withdrawn; one query."""
        return {key: text for key, text in self.latest_of_each().items() if text.how != Written.WITHDRAWN}


class ParagraphText(OnceWritten):
    """What the staff wrote into a paragraph of a report; a later text of the same paragraph takes its place."""

    report = models.ForeignKey(Report, models.PROTECT, verbose_name=_("report"), related_name="texts")
    paragraph = models.CharField(_("paragraph"), max_length=100, help_text=_("Its key in the report, whatever its number."))
    how = models.CharField(_("how"), max_length=10, choices=Written)
    text = models.TextField(_("text"), blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, help_text=_("Of what was composed there when it was written."))
    change = models.ForeignKey(Change, models.PROTECT, verbose_name=_("act"), related_name="paragraph_texts")

    objects = models.Manager.from_queryset(ParagraphTextQuerySet)()

    class Meta:
        ordering = ["report", "-pk"]
        default_permissions = ("view", "add")
        verbose_name = _("text of the secretariat")
        verbose_name_plural = _("texts of the secretariat")
        constraints = [
            models.CheckConstraint(
                condition=Q(how=Written.WITHDRAWN, text="") | (~Q(how=Written.WITHDRAWN) & ~Q(text="")),
                name="paragraphtext_says_something",
                violation_error_message=_("Write a text; to withdraw one, leave it empty."),
            )
        ]

    def __str__(self):
        return f"{self.report.slug}, {self.paragraph}"
