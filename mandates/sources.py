"""Where we read it: the paragraph behind each fact."""

from collections import defaultdict
from itertools import chain
from typing import NamedTuple

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


#: The columns that pages show of a source, of its provision and of that one's document.
SHOWN = {"id", "record_id", "provision_id", "words", "field", "value"}
SHOWN_OF_PROVISION = {"id", "document_id", "slug", "label", "number", "kind", "position"}
SHOWN_OF_DOCUMENT = {"id", "slug", "symbol", "title", "dated_on"}


def with_sources(records):
    """`records`, each with its sources, their provisions and documents, in one query more; they have the columns that pages show."""
    model = records.model._meta.get_field("sources").related_model
    shown = [f"{of.path}{name}" for of in shape_of(model) for name in of.names]
    rows = model.objects.select_related("provision__document").only(*shown)
    return records.prefetch_related(models.Prefetch("sources", rows))


def fetch_sources(*lists):
    """Fetch the sources of records already read, of any kinds of fact, in one query: `record.sources.all()` then has them.

    Sources, provisions and documents have the columns that pages show; any other would be a query of its own.
    """
    records = defaultdict(list)
    for record in chain(*lists):
        records[record._meta.get_field("sources").related_model].append(record)
    if not records:
        return
    shapes = [shape_of(model) for model in records]
    first, *others = [shown_rows(place, shape, records[shape[0].model]) for place, shape in enumerate(shapes)]
    found = defaultdict(list)
    for place, *values in first.union(*others, all=True).order_by("id"):
        source = source_of(shapes[place], iter(values))
        found[type(source), source.record_id].append(source)
    for model, alike in records.items():
        for record in alike:
            hand_over(found[model, record.pk], record)


class Columns(NamedTuple):
    """What is read of a model: its columns, in the order in which `from_db` takes them, and the lookup that leads to it."""

    model: type
    path: str
    names: list


def shape_of(model):
    """What is read of a source, its provision and its document."""
    provision = model._meta.get_field("provision").related_model
    document = provision._meta.get_field("document").related_model
    wanted = (model, "", SHOWN), (provision, "provision__", SHOWN_OF_PROVISION), (document, "provision__document__", SHOWN_OF_DOCUMENT)
    return [Columns(of, path, [f.attname for f in of._meta.concrete_fields if f.attname in names]) for of, path, names in wanted]


def shown_rows(place, shape, records):
    """The source rows of records of one kind, each beginning with `place`."""
    columns = [f"{of.path}{name}" for of in shape for name in of.names]
    rows = shape[0].model.objects.filter(record__in=[record.pk for record in records]).order_by()
    return rows.annotate(place=models.Value(place)).values_list("place", *columns)


def source_of(shape, values):
    """A source with its provision and document, made of the values of its row."""
    source, provision, document = (of.model.from_db(None, of.names, [next(values) for _name in of.names]) for of in shape)
    source.provision, provision.document = provision, document
    return source


def hand_over(sources, record):
    """Let a record's `sources.all()` be these, as a prefetch would."""
    for source in sources:
        source.record = record
    rows = record.sources.all()
    rows._result_cache, rows._prefetch_done = sources, True
    record._prefetched_objects_cache = {**getattr(record, "_prefetched_objects_cache", {}), "sources": rows}
