"""Where we read it: the paragraph behind each fact."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register.fields import SlugsField
from wsis_tracker.register.records import Part


class Source(Part):
    """A provision in which a fact is read, with its words.

    Where the paragraph gives another value than the record, `field` names the record's field and `value` says what is
    printed there: a variant, which is a discrepancy until a person rules on it.
    """

    provision = models.ForeignKey("mandates.Provision", models.PROTECT, verbose_name=_("provision"), related_name="%(class)s_rows")
    words = models.TextField(_("words as printed"), blank=True)
    field = models.CharField(_("field"), max_length=50, blank=True, help_text=_("The field for which this paragraph gives another value."))
    value = models.CharField(_("value printed there"), max_length=300, blank=True)
    fact_ids = SlugsField(_("fact ids"), help_text=_("Ids of the rows of the analysis of the source."))

    class Meta:
        abstract = True
        ordering = ["pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.UniqueConstraint(fields=["record", "provision", "field"], name="%(class)s_once"),
            models.CheckConstraint(
                condition=models.Q(field="", value="") | ~models.Q(field="") & ~models.Q(value=""),
                name="%(class)s_variant_is_whole",
                violation_error_message=_("A variant names both the field and the value printed."),
            ),
        ]

    def __str__(self):
        return str(self.provision)

    def clean(self):
        super().clean()
        if self.field and self.field not in {f.name for f in self.record._meta.get_fields()}:
            raise ValidationError({"field": _("The record has no field “%(field)s”.") % {"field": self.field}})


def with_sources(records):
    """`records`, each with its sources, their provisions and documents, in one query more."""
    rows = records.model._meta.get_field("sources").related_model.objects.select_related("provision__document")
    return records.prefetch_related(models.Prefetch("sources", rows))
