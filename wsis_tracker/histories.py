"""The tables of history, what of them readers are told, and which of their rows the public may know of."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth import get_user_model
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When

from wsis_tracker.register.indexes import LATEST_FIRST
from wsis_tracker.register.plain import parts_of, stating_fields
from wsis_tracker.register.records import Record, Visibility

from .search import searched

#: The fields that the staff alone are told; those that name an account are too.
STAFF_FIELDS = {"staff_note", "visibility"}


def told_fields(model, *, staff):
    """The fields of a record, or of a part, that its readers are told: what it says, and of what it is a part."""
    fields = list(stating_fields(model))
    if issubclass(model, Record):
        fields += [model._meta.get_field(name) for name in ("visibility" if model.visibility else None, model.whole) if name]
    return fields if staff else [field for field in fields if field.name not in STAFF_FIELDS and field.related_model != get_user_model()]


def visible(model, *, staff):
    """The records of a model that readers may see now."""
    return model.objects.all() if staff else model.objects.published()


@dataclass(frozen=True)
class Table:
    """A table of history: of the records of a collection or, with the name under which they hold them, of a kind of their parts.

    `rank` is the place of the collection. Who writes a thing holds it until the end of the act, so in the history of one thing the
    keys of the rows follow the order of the acts.
    """

    rank: int
    record: type
    model: type
    held_as: str = ""

    @property
    def history(self):
        return self.model.history.model.objects.order_by()

    @property
    def whole(self):
        """The model of the records whose visibility decides."""
        return self.record._meta.get_field(self.record.whole).related_model if self.record.whole else self.record

    @property
    def is_of_wholes(self):
        return self.model is self.whole

    def whole_key(self):
        """The key of the record whose visibility decides."""
        if not self.record.whole:
            return F("record_id" if self.held_as else "id")
        if not self.held_as:
            return F(f"{self.record.whole}_id")
        return Subquery(self.record.objects.filter(pk=OuterRef("record_id")).values(f"{self.record.whole}_id")[:1])

    def about(self, keys):
        """That a row is about one of the records of these keys."""
        return Q(**{"record_id__in" if self.held_as else "id__in": keys})

    def rows(self):
        """Each row with its `rank`, `held_as`, the `record_key` and the key of the `thing`."""
        key = F("record_id" if self.held_as else "id")
        return self.history.annotate(rank=Value(self.rank), held_as=Value(self.held_as), record_key=key, thing=F("id"))

    def before_the_act(self):
        """The history of a row's thing before the act of the row, latest first."""
        rows = self.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        return rows.exclude(change=OuterRef("change")).order_by(LATEST_FIRST)

    @staticmethod
    def if_there(rows, value):
        """The value in the first of `rows`; none where that says that the thing was taken away, for it may have come again."""
        return Subquery(rows.annotate(told=Case(When(~Q(history_type="-"), then=F(value)))).values("told")[:1])

    def states(self, bound):
        """The history of the whole of a row that has its `whole_key`, until before (`lt`) or after (`lte`) the act; latest first."""
        rows = self.whole.history.model.objects.filter(id=OuterRef("whole_key")).order_by(LATEST_FIRST)
        return rows.filter(**{f"change__number__{bound}": OuterRef("change__number")})

    def with_past(self, *, staff):
        """Rows with their `slug` and the row `previous` to the act.

        For the public also with the visibility before and after the act, `was_seen` and `is_seen`, and whether the record that decides
        is `there` now.
        """
        slug = Value("") if self.held_as else F("slug")
        rows = self.rows().annotate(record_slug=slug, previous=self.if_there(self.before_the_act(), "history_id"))
        return rows.annotate(was_seen=Value(""), is_seen=Value(""), there=Value(True)) if staff else self.with_visibility(rows)

    def with_visibility(self, rows):
        there = Exists(visible(self.whole, staff=False).filter(pk=OuterRef("whole_key")))
        rows = rows.alias(whole_key=self.whole_key()).annotate(there=there)
        if self.is_of_wholes:
            return rows.annotate(was_seen=self.if_there(self.before_the_act(), "visibility"), is_seen=F("visibility"))
        was_seen, is_seen = (self.if_there(self.states(bound), "visibility") for bound in ("lt", "lte"))
        return rows.annotate(was_seen=was_seen, is_seen=is_seen)

    def public_rows(self):
        """The rows that the public may know of.

        A record with a visibility of its own is told of where it was published and is now, and at its end where it was published
        before; what shares the visibility of a whole where that was published and is now.
        """
        rows = self.with_visibility(self.history)
        if not self.is_of_wholes:
            return rows.filter(~Q(history_type="-") | Q(was_seen=Visibility.PUBLISHED), there=True, is_seen=Visibility.PUBLISHED)
        lives = Q(is_seen=Visibility.PUBLISHED) & ~Q(history_type="-")
        return rows.filter(lives & Q(there=True) | ~lives & Q(was_seen=Visibility.PUBLISHED))


def keys_of(model, slug):
    """The keys of the records that have or had the slug."""
    return set(model.history.model.objects.filter(slug=slug).order_by().values_list("id", flat=True))


@cache
def tables(*, staff):
    """Every table of history from which readers are told something, by rank and the name under which the things are held."""
    kinds = [
        table
        for rank, record in enumerate(searched().values())
        for table in [Table(rank, record, record), *(Table(rank, record, part, name) for name, part in parts_of(record).items())]
    ]
    return {(table.rank, table.held_as): table for table in kinds if told_fields(table.model, staff=staff)}
