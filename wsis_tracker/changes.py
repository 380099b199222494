"""The register's acts as the public may see them: when, and which published records."""

from dataclasses import dataclass, field
from datetime import datetime

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, Value

from wsis_tracker.register.changes import Change
from wsis_tracker.register.records import Part, Record, Visibility

from .search import named, searched

CREATED, CHANGED, DELETED = "created", "changed", "deleted"
TYPES = {"+": CREATED, "~": CHANGED, "-": DELETED}


@dataclass(frozen=True)
class Touched:
    """A record that an act made, changed or deleted; of a deleted one there is only the slug."""

    collection: str
    slug: str
    type: str
    record: Record | None = None


@dataclass
class PublicChange:
    """An act, with the published records that it touched."""

    change: Change
    records: list[Touched] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.change.at


def public_rows():
    """For each table of history, its rows that the public may know of.

    Each with `rank` (of the collection), `record_key`, `record_slug` and `what` (happened). A row of a record counts while it was
    published; one of a record whose visibility is its whole's, and one of a part, while the whole is published today.
    """
    places = {model: place for place, model in enumerate(searched().values())}
    for model, place in places.items():
        history = model.history.model.objects.order_by()
        if model.whole is None:
            there = Exists(model.objects.published().filter(pk=OuterRef("id")))
            shown = history.filter(Q(there) | Q(history_type="-"), visibility=Visibility.PUBLISHED)
        else:
            shown = history.filter(Exists(model.objects.published().filter(pk=OuterRef("id"))))
        yield shown.annotate(rank=Value(place), record_key=F("id"), record_slug=F("slug"), what=F("history_type"))
    for part in apps.get_models():
        if issubclass(part, Part):
            whole = part._meta.get_field("record").related_model
            shown = part.history.model.objects.order_by().filter(Exists(whole.objects.published().filter(pk=OuterRef("record_id"))))
            yield shown.annotate(rank=Value(places[whole]), record_key=F("record_id"), record_slug=Value(""), what=Value("~"))


def public_changes():
    """The acts that touched a published record, the latest first."""
    touched = Q(pk__in=[])
    for rows in public_rows():
        touched |= Q(Exists(rows.filter(change=OuterRef("pk"))))
    return Change.objects.filter(touched)


def with_records(changes):
    """The acts with their records: one UNION over the history, then one query for each kind of record touched."""
    shown = {change.pk: PublicChange(change) for change in changes}
    columns = ("change", "rank", "record_key", "record_slug", "what")
    first, *others = [rows.filter(change__in=shown).values_list(*columns) for rows in public_rows()]
    touched = {}
    for change, place, key, slug, kind in first.union(*others).order_by("change", "rank", "record_key"):
        touched.setdefault((change, place, key), []).append((kind, slug))
    models = list(searched().values())
    keys = {}
    for _change, place, key in touched:
        keys.setdefault(place, set()).add(key)
    records = {place: named(models[place]).published().in_bulk(wanted) for place, wanted in keys.items()}
    for (change, place, key), rows in touched.items():
        record = records[place].get(key)
        slug = record.slug if record else next((slug for _kind, slug in rows if slug), "")
        shown[change].records.append(Touched(models[place].collection, slug, what_happened(kind for kind, _slug in rows), record))
    return list(shown.values())


def what_happened(kinds):
    """A record made in an act, or deleted, is so whatever else the act did with it."""
    kinds = set(kinds)
    return TYPES[next((kind for kind in "-+" if kind in kinds), "~")]
