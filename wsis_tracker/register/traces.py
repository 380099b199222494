"""What acts wrote: of each record and each part the state before an act and the state after it, as keys of rows of history."""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from django.db.models import F, OuterRef, Q, Subquery, Value

from .changes import Change
from .indexes import LATEST_FIRST
from .plain import parts_of
from .recorded import tracked
from .records import Part, Record


class Trace(NamedTuple):
    """What an act wrote of one thing; `before` and `after` are None where it was not there then.

    `last` is the last row of the act, `holder` the key of the record that it is, or is a part of.
    """

    model: type
    change: int
    key: int
    holder: int
    before: int | None
    after: int | None
    last: int

    @property
    def record(self):
        """The model and the key of the record that it is about."""
        return record_model(self.model), self.holder


def record_model(model):
    """The model itself, or of a kind of parts that of their records."""
    return model._meta.get_field("record").related_model if issubclass(model, Part) else model


def traces(model, rows):
    """What acts wrote of the things of a model, by `rows` of its history: all of these acts on these things. One query."""
    history = model.history.model.objects
    before = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).exclude(change=OuterRef("change"))
    last = before.order_by(LATEST_FIRST)
    of_thing = defaultdict(list)
    found = rows.annotate(
        previous=Subquery(last.values("history_id")[:1]),
        was=Subquery(last.values("history_type")[:1]),
        holder=F("record_id" if issubclass(model, Part) else "id"),
    ).order_by("history_id")
    for row in found.values_list("change_id", "id", "history_id", "history_type", "previous", "was", "holder", named=True):
        of_thing[row.change_id, row.id].append(row)
    for (change, key), alike in of_thing.items():
        first, end = alike[0], alike[-1]
        before = first.previous if first.was != "-" else None
        after = end.history_id if end.history_type != "-" else None
        if before or after:  # else it was made and deleted in the act
            yield Trace(model, change, key, end.holder, before, after, end.history_id)


def written(change):
    """All that an act wrote, in the order of the models; two queries for each kind of thing that it wrote."""
    return [trace for model in models_of(change) for trace in traces(model, model.history.filter(change=change))]


def models_of(change):
    """The models into whose tables an act wrote; one UNION."""
    models = list(tracked().values())
    first, *others = [rows.filter(change=change) for rows in ranked()]
    return [models[rank] for (rank,) in sorted(set(first.union(*others)))]


@cache
def ranked():
    """The history of every model, each row as the place of the model among those whose history is kept."""
    histories = [model.history.model.objects.order_by() for model in tracked().values()]
    return [history.annotate(rank=Value(rank)).values_list("rank") for rank, history in enumerate(histories)]


def family(model, keys):
    """The models of which the history of records tells, each with the rows that are meant: of the records, of their parts, and of
    the records within them that they hold or held, with their parts.
    """
    yield model, Q(id__in=keys)
    for part in parts_of(model).values():
        yield part, Q(record_id__in=keys)
    for inner in records_within(model):
        held = inner.history.model.objects.order_by().filter(**{f"{inner.whole}_id__in": keys})
        yield from family(inner, held.values("id"))


def records_within(model):
    """The models of the records that belong to a record: a document's provisions."""
    for relation in model._meta.related_objects:
        inner = relation.related_model
        if issubclass(inner, Record) and inner.whole == relation.field.name:
            yield inner


def changes_of(model, key):
    """The acts that wrote of a record, the latest first."""
    first, *others = [rows_of(of, about).values("change") for of, about in family(model, [key])]
    return Change.objects.filter(pk__in=first.union(*others)).order_by("-number").select_related("by")


def traces_of(model, key, changes):
    """What the acts of these keys wrote of a record, its parts and what is within it; one query for each kind of thing."""
    return [trace for of, about in family(model, [key]) for trace in traces(of, rows_of(of, about).filter(change__in=changes))]


def rows_of(model, about):
    return model.history.model.objects.order_by().filter(about)
