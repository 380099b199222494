"""What is said over the whole register: rulings on discrepancies, and reports."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandates.models import Document, Organisation
from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.fields import PartialDateField, SlugsField, TranslatedField
from wsis_tracker.register.records import Record, RecordManager, RecordQuerySet, latest_day


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
