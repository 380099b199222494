"""How much of a document the register has read: its paragraphs with and without facts."""

from dataclasses import dataclass

from django.db.models import Count, F

from mandates.models import Document, Provision
from mandates.models.documents import MADE_IN, SILENT
from mandates.sources import Source
from wsis_tracker.register.records import Record


@dataclass(frozen=True)
class Coverage:
    """Of the paragraphs of a document that say something, how many facts were drawn from, and those of which none was."""

    document: Document
    paragraphs: int
    silent: tuple[Provision, ...]

    @property
    def drawn_from(self):
        return self.paragraphs - len(self.silent)

    @property
    def percent(self):
        return round(100 * self.drawn_from / self.paragraphs) if self.paragraphs else 0


@dataclass(frozen=True)
class Covered:
    """The coverage of the documents of a query as of a day, read a slice at a time."""

    documents: object
    day: object = None

    def count(self):
        return self.documents.count()

    def __getitem__(self, page):
        return coverages(self.documents[page], self.day)

    def iterator(self, chunk):
        """All of them, `chunk` read at a time."""
        for start in range(0, self.count(), chunk):
            yield from self[start : start + chunk]


def coverage(document, day=None):
    """The coverage of `document` by the published records, as of `day` where one is given; two queries."""
    (found,) = coverages([document], day)
    return found


def coverages(documents, day=None):
    """The coverage of each of some documents, in their order; two queries beside that of the documents."""
    documents = {document.pk: document for document in documents}
    saying = Provision.objects.filter(document__in=documents).exclude(kind__in=SILENT)
    numbers = dict(saying.order_by().values_list("document").annotate(number=Count("pk")))
    silent = {key: [] for key in documents}
    for provision in saying.exclude(pk__in=provisions_drawn_from(documents, day)).order_by("position"):
        provision.document = documents[provision.document_id]
        silent[provision.document_id].append(provision)
    return [Coverage(document, numbers.get(key, 0), tuple(silent[key])) for key, document in documents.items()]


def provisions_drawn_from(documents, day=None):
    """The keys of the provisions of documents that a published record names as its source or its making, as a query; one UNION."""
    first, *others = [rows.order_by().values_list("key") for rows in naming(documents, day)]
    return first.union(*others)


def naming(documents, day):
    """The rows that name a provision of one of `documents`, kind by kind, each with the provision's `key`."""
    for relation in Provision._meta.related_objects:
        model, field = relation.related_model, relation.field.name
        if issubclass(model, Source):
            records = there(model._meta.get_field("record").related_model, day)
            rows = model.objects.filter(record__in=records.order_by().values("pk"), provision__document__in=documents)
        elif issubclass(model, Record) and field in MADE_IN:
            rows = there(model, day).filter(**{f"{field}__document__in": documents})
        else:
            continue
        yield rows.annotate(key=F(field))


def there(model, day):
    records = model.objects.published()
    return records.as_of(day) if day else records
