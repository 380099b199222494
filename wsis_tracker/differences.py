"""How the records that an act touched were before it and how they became, as far as their readers may know of either."""

from collections import defaultdict
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import F, Value

from wsis_tracker.register.plain import plain

from .changes import CHANGED, CREATED, DELETED, Touched, with_records
from .histories import tables, told_fields, visible


class Difference(NamedTuple):
    """A plain value before an act and after it."""

    before: object
    after: object


class PartDifference(NamedTuple):
    """What a part said before an act and after it, field by field; None where it was not there."""

    type: str
    before: dict | None
    after: dict | None


class Pair(NamedTuple):
    """The keys of the rows of history that say how a thing was and became, None where its readers did not see it then."""

    touched: Touched
    held_as: str
    before: int | None
    after: int | None

    @property
    def model(self):
        """Of what the rows are the history."""
        return self.touched.model._meta.get_field(self.held_as).related_model if self.held_as else self.touched.model


def with_differences(changes, *, staff=False):
    """The acts with their records, and how these were and became.

    It takes one query for each kind of record or part that the acts wrote, and at most five beside, for any number of acts. To the
    public a record begins with the act that publishes it: it then has all that it says and all its parts, and nothing before; acts
    in which it sees no difference are left out.
    """
    told = with_records(changes, staff=staff)
    pairs = [pair for change in told for touched in change.records if staff or touched.is_seen for pair in pairs_of(touched)]
    pairs += emerged_parts([(change.number, touched) for change in told for touched in change.records if emerged(touched)])
    values = Values(pairs, staff=staff)
    for pair in pairs:
        if pair.held_as:
            add_part(pair, values)
        else:
            pair.touched.fields = values.differing(pair)
    return told if staff else list(differing_to_public(told))


def differing_to_public(told):
    """The acts with those records in which the public sees a difference: of a note of the staff's it is told nothing."""
    for change in told:
        change.records = [touched for touched in change.records if touched.type != CHANGED or touched.fields or touched.parts]
        if change.records:
            yield change


def emerged(touched):
    """Whether its readers see for the first time what had been there before."""
    return touched.type == CREATED and touched.own.previous is not None


def pairs_of(touched):
    """The rows of the record and of those parts that the act wrote; of one that emerges, those of the record alone."""
    seen_before = touched.was_seen and touched.type != CREATED
    for trace in touched.traces:
        if not (trace.held_as and emerged(touched)):
            after = None if trace.history_type == "-" else trace.history_id
            yield Pair(touched, trace.held_as, trace.previous if seen_before else None, after)


def emerged_parts(records):
    """The parts that records had at the end of the act, by its number, in which they emerged."""
    standing = defaultdict(list)
    for row in part_rows([touched for _number, touched in records]):
        standing[row.rank, row.record_key].append(row)
    for number, touched in records:
        last = {(row.held_as, row.thing): row for row in standing[touched.traces[0].rank, touched.key] if row.number <= number}
        yield from (Pair(touched, row.held_as, None, row.history_id) for row in last.values() if row.history_type != "-")


class PartRow(NamedTuple):
    """A row of the history of a part, in the act of a number."""

    rank: int
    record_key: int
    held_as: str
    thing: int
    history_id: int
    history_type: str
    number: int


def part_rows(records):
    """The whole history of the parts of records, oldest first; one UNION."""
    keys = defaultdict(set)
    for touched in records:
        keys[touched.model].add(touched.key)
    rows = [
        table.rows().filter(record_id__in=keys[table.record]).annotate(number=F("change__number")).values_list(*PartRow._fields)
        for table in tables(staff=False).values()
        if table.held_as and table.record in keys
    ]
    return map(PartRow._make, rows[0].union(*rows[1:], all=True).order_by("number", "history_id")) if rows else []


class Values:
    """What the rows of pairs say, in plain values: one query for each kind of thing, and one UNION for what they link to."""

    def __init__(self, pairs, *, staff):
        self.fields, self.rows = {}, {}
        keys = defaultdict(set)
        for pair in pairs:
            keys[pair.model].update({pair.before, pair.after} - {None})
        for model, of_model in keys.items():
            self.fields[model] = told_fields(model, staff=staff)
            self.rows[model] = {row.pk: row for row in model.history.model.objects.filter(pk__in=of_model).order_by()}
        self.links = self.names_of_links(staff=staff)

    def names_of_links(self, *, staff):
        """The slugs of the records that are linked to and that readers may see now, and the names of accounts, by model and key."""
        keys = defaultdict(set)
        for model, rows in self.rows.items():
            for field in self.fields[model]:
                if field.is_relation:
                    keys[field.related_model].update(getattr(row, field.attname) for row in rows.values())
        models = list(keys)
        names = [named(model, staff=staff).filter(pk__in=keys[model] - {None}) for model in models]
        rows = [
            of_model.order_by().annotate(rank=Value(rank)).values_list("rank", "pk", "name_told") for rank, of_model in enumerate(names)
        ]
        return {(models[rank], key): name for rank, key, name in rows[0].union(*rows[1:], all=True)} if rows else {}

    def of(self, model, key):
        """What the row of a key says, field by field; None where there is none."""
        row = self.rows[model].get(key)
        return row and {field.name: self.value(row, field) for field in self.fields[model]}

    def differing(self, pair):
        """The fields that differ, each with both values; of what was not there all that is said.

        A link that leads elsewhere now is told of also where readers can see neither of what it led and leads to.
        """
        before, after = self.of(pair.model, pair.before) or {}, self.of(pair.model, pair.after) or {}
        both = {name: Difference(before.get(name), after.get(name)) for name in {**before, **after}}
        led = before and after and self.led_elsewhere(pair)
        return {name: difference for name, difference in both.items() if difference.before != difference.after or name in led}

    def led_elsewhere(self, pair):
        before, after = (self.rows[pair.model][key] for key in (pair.before, pair.after))
        links = [field for field in self.fields[pair.model] if field.is_relation]
        return {field.name for field in links if getattr(before, field.attname) != getattr(after, field.attname)}

    def value(self, row, field):
        if field.is_relation:
            return self.links.get((field.related_model, getattr(row, field.attname)))
        return plain(row, field)


def named(model, *, staff):
    """The records of a model that readers may see now, or the accounts, each with what it is named by in a plain value."""
    if model is get_user_model():
        return model.objects.annotate(name_told=F(model.USERNAME_FIELD))
    return visible(model, staff=staff).annotate(name_told=F("slug"))


def add_part(pair, values):
    """Tell of a part among those of its record, where its readers can see that it changed."""
    before, after = values.of(pair.model, pair.before), values.of(pair.model, pair.after)
    if before != after:
        happened = CREATED if before is None else DELETED if after is None else CHANGED
        pair.touched.parts.setdefault(pair.held_as, []).append(PartDifference(happened, before, after))
