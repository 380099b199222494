"""The register's acts as their readers may see them: when, and which records; how these were and became is `differences`.

The staff who may see changes see every act with all that it touched. To the public a record is *created* by the act that publishes
it and *deleted* by the one that withdraws or deletes it, and between these it is *changed*; of what is unpublished now, its end is
told by its slug and nothing else. Whatever shares the visibility of its whole, a part as well as a provision, is told while the
whole was published then and is now; when the whole is published or withdrawn, such records come and go with it untold.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property, reduce
from operator import or_
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.lookups import IsNull

from wsis_tracker.register.changes import Change
from wsis_tracker.register.records import Visibility

from .histories import keys_of, tables, visible
from .naming import Shown, shown

CREATED, CHANGED, DELETED = "created", "changed", "deleted"


def changes_told(*, staff=False, collections=(), slug=None):
    """The acts that readers are told of, the latest first: all, those on some collections, or on their records of one slug."""
    if slug is None:
        return changes_on(frozenset(collections), staff=staff).all()
    kept = tables_of(collections, staff=staff)
    # The keys themselves, not a question for them: else PostgreSQL looks at the whole history of the collection.
    keys = {record: keys_of(record, slug) for record in dict.fromkeys(table.record for table in kept)}
    rows = [(table.history if staff else table.public_rows()).filter(table.about(keys[table.record])) for table in kept]
    first, *others = [of_table.values("change") for of_table in rows]
    return numbered().filter(pk__in=first.union(*others))


def numbered():
    """The acts that are done, the latest first."""
    return Change.objects.filter(number__isnull=False).order_by("-number")


def tables_of(collections, *, staff):
    return [table for table in tables(staff=staff).values() if not collections or table.record.collection in collections]


@cache
def changes_on(collections, *, staff):
    """The acts on some collections, or all of them; the question is long, so it is kept.

    It asks each table for one value, not whether there is one: for that PostgreSQL would read the whole history into memory before
    the first row of a page.
    """
    if staff and not collections:
        return numbered()
    rows = [table.history if staff else table.public_rows() for table in tables_of(collections, staff=staff)]
    firsts = [Subquery(of_table.filter(change=OuterRef("pk")).values("history_id")[:1]) for of_table in rows]
    return numbered().filter(reduce(or_, (Q(IsNull(first, False)) for first in firsts)))


def public_changes():
    """The acts that the public is told of, the latest first."""
    return changes_told()


class Trace(NamedTuple):
    """What an act wrote of one thing: its last row, and the last one before the act; the rest as `Table` says."""

    change: int
    rank: int
    record_key: int
    held_as: str
    thing: int
    history_id: int
    history_type: str
    record_slug: str
    previous: int | None
    was_seen: str | None
    is_seen: str | None
    there: bool

    @property
    def left_nothing(self):
        """Whether the thing was made and deleted in the act."""
        return self.history_type == "-" and self.previous is None

    @property
    def is_gone(self):
        return self.history_type == "-"

    def told_to_public(self, *, of_whole):
        """The rule of `Table.public_rows`."""
        was_seen, is_seen = (state == Visibility.PUBLISHED for state in (self.was_seen, self.is_seen))
        if of_whole and (self.is_gone or not is_seen):
            return was_seen
        return bool(self.there) and is_seen and (was_seen or not self.is_gone)


@dataclass
class Touched:
    """A record that an act made, changed or deleted, to some readers; `record` is None where they cannot look at it now."""

    model: type
    traces: list[Trace]
    staff: bool = False
    record: Shown | None = None
    last_slug: str = ""
    fields: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)

    @property
    def collection(self):
        return self.model.collection

    @property
    def key(self):
        return self.traces[0].record_key

    @cached_property
    def own(self):
        """What the act wrote of the record itself; None where it wrote only parts of it."""
        return next((trace for trace in self.traces if not trace.held_as), None)

    @property
    def slug(self):
        return self.own.record_slug if self.own else self.record.slug if self.record else self.last_slug

    @property
    def was_seen(self):
        """Whether its readers saw the record, if there was one, before the act."""
        return self.staff or self.traces[0].was_seen == Visibility.PUBLISHED

    @property
    def is_seen(self):
        """Whether its readers saw the record after the act."""
        return not (self.own and self.own.is_gone) and (self.staff or self.traces[0].is_seen == Visibility.PUBLISHED)

    @property
    def type(self):
        if not self.is_seen:
            return DELETED
        return CREATED if self.own and not (self.was_seen and self.own.previous) else CHANGED


@dataclass
class ToldChange:
    """An act, with the records that it touched as far as its readers may know of them."""

    change: Change
    records: list[Touched] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.change.number

    @property
    def at(self) -> datetime:
        return self.change.at


def with_records(changes, *, staff=False):
    """The acts with their records.

    It takes two UNIONs over the history, one over the records, and one more for the slugs of those that are gone.
    """
    told = {change.pk: ToldChange(change) for change in changes}
    of_record = defaultdict(list)
    for trace in traces(list(told), staff=staff):
        of_record[trace.change, trace.rank, trace.record_key].append(trace)
    for (change, rank, _key), alike in of_record.items():
        told[change].records.append(Touched(tables(staff=staff)[rank, ""].record, alike, staff))
    show([touched for change in told.values() for touched in change.records], staff=staff)
    return list(told.values())


def traces(changes, *, staff):
    """What the acts of these keys wrote as far as readers may know, in the order of the collections and their records."""
    rows = [
        table.with_past(staff=staff).filter(change__in=changes).values_list(*Trace._fields) for table in touched_by(changes, staff=staff)
    ]
    if not rows:
        return []
    order = "change", "rank", "record_key", "held_as", "history_id"
    of_thing = {}
    for trace in map(Trace._make, rows[0].union(*rows[1:], all=True).order_by(*order)):
        of_thing[trace.change, trace.rank, trace.held_as, trace.thing] = trace
    return [trace for trace in of_thing.values() if not trace.left_nothing and (staff or is_public(trace))]


def is_public(trace):
    return trace.told_to_public(of_whole=tables(staff=False)[trace.rank, trace.held_as].is_of_wholes)


def touched_by(changes, *, staff):
    """The tables into which the acts of these keys wrote; one UNION."""
    first, *others = [rows.filter(change__in=changes) for rows in places(staff=staff)]
    return [tables(staff=staff)[place] for place in first.union(*others)]


@cache
def places(*, staff):
    """The rank and the name of each table, as many times as it has rows."""
    return [table.rows().values_list("rank", "held_as") for table in tables(staff=staff).values()]


def show(records, *, staff):
    """Give each record that is there its face, as far as its readers may see it now; of the others the slug, from their history."""
    keys = defaultdict(set)
    for touched in records:
        keys[touched.model].add(touched.key)
    faces = shown({model: visible(model, staff=staff).filter(pk__in=of_model).order_by().values("pk") for model, of_model in keys.items()})
    for touched in records:
        touched.record = faces.get((touched.collection, touched.key)) if touched.is_seen else None
    nameless = [touched for touched in records if not touched.slug]
    slugs = last_slugs(nameless) if nameless else {}
    for touched in nameless:
        touched.last_slug = slugs[touched.collection, touched.key]


def last_slugs(records):
    """The slugs of records that are gone, by collection and key; one UNION."""
    models = list(dict.fromkeys(touched.model for touched in records))
    first, *others = [
        model.history.model.objects.filter(id__in=[touched.key for touched in records if touched.model is model])
        .order_by()
        .annotate(rank=Value(rank))
        .values_list("rank", "id", "slug")
        for rank, model in enumerate(models)
    ]
    return {(models[rank].collection, key): slug for rank, key, slug in first.union(*others)}
