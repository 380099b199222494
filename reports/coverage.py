"""How much of a document the register has read: its paragraphs with and without facts."""

from dataclasses import dataclass

from django.db.models import F

from mandates.models import Provision
from mandates.models.documents import MADE_IN, SILENT
from mandates.sources import Source
from wsis_tracker.register.records import Record


@dataclass(frozen=True)
class Coverage:
    """Of the paragraphs of a document that say something, how many facts were drawn from, and those of which none was."""

    paragraphs: int
    silent: tuple[Provision, ...]

    @property
    def drawn_from(self):
        return self.paragraphs - len(self.silent)

    @property
    def percent(self):
        return round(100 * self.drawn_from / self.paragraphs) if self.paragraphs else 0


def coverage(document, day=None):
    """The coverage of `document` by the published records, as of `day` where one is given; two queries."""
    saying = [p for p in document.provisions.select_related("document") if p.kind not in SILENT]
    drawn = provisions_drawn_from(document, day)
    return Coverage(len(saying), tuple(p for p in saying if p.pk not in drawn))


def provisions_drawn_from(document, day=None):
    """The keys of the provisions of `document` that a published record names as its source or its making; one UNION."""
    first, *others = [rows.order_by().values_list("key") for rows in naming(document, day)]
    return {key for (key,) in first.union(*others)}


def naming(document, day):
    """The rows that name a provision of `document`, kind by kind, each with the provision's `key`."""
    for relation in Provision._meta.related_objects:
        model, field = relation.related_model, relation.field.name
        if issubclass(model, Source):
            records = there(model._meta.get_field("record").related_model, day)
            rows = model.objects.filter(record__in=records.values("pk"), provision__document=document)
        elif issubclass(model, Record) and field in MADE_IN:
            rows = there(model, day).filter(**{f"{field}__document": document})
        else:
            continue
        yield rows.annotate(key=F(field))


def there(model, day):
    records = model.objects.published()
    return records.as_of(day) if day else records
