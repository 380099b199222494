"""Writing what somebody says of a record: its fields and its parts, checked as a whole, all or nothing."""

from collections import defaultdict
from typing import NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, UniqueConstraint

from .constraints import names_in
from .plain import stating_fields
from .records import Part, Record, fill_search, make_many


class Rows(NamedTuple):
    """The parts that a record shall hold under the name `accessor`: of those with the values of `within`, these and no others.

    `name` is what the caller calls them: an error in the third is told of `<name>/2/<field>`.
    """

    name: str
    accessor: str
    rows: list
    within: dict = {}


@transaction.atomic
def say(record, values, parts=(), check=Model.full_clean):
    """Give the record the values of its fields and, for each `Rows` of `parts`, exactly those parts.

    A part that is held already is kept or changed, not made anew. Raises ValidationError that names the fields.
    """
    is_new = record._state.adding
    for name, value in values.items():
        setattr(record, name, value)
    check(record)
    record.save()
    kept = [(of, [None] * len(of.rows) if is_new else match(record, of)) for of in parts]
    for of, matched in [] if is_new else kept:
        for part in held(record, of):
            if part.pk not in {twin.pk for twin in matched if twin}:
                part.delete()
    for of, matched in kept:
        for place, (row, twin) in enumerate(zip(of.rows, matched, strict=True)):
            write(record, of, row, twin, f"{of.name}/{place}", check)
    record.settle()
    if parts:
        forget_fetched(record, parts)


def say_one_of_many(record, values, parts=()):
    """As `say` does, but what the database sees to is asked beforehand only where something is wrong, so that all of it is told."""
    before = record.pk, record._state.adding, record.slug
    try:
        say(record, values, parts, check=check_besides_database)
    except (ValidationError, IntegrityError):
        record.pk, record._state.adding, record.slug = before
        say(record, values, parts)


def check_besides_database(row, exclude=frozenset()):
    """Ask a record or a part for its rules, those apart that its table keeps: its constraints, and that what it links to is there.

    A link that was read is there; a table only keeps that, and so which of its records may be chosen is asked.
    """
    links = [field for field in row._meta.concrete_fields if field.is_relation and not field.get_limit_choices_to()]
    there = {field.name for field in links if field.is_cached(row) and getattr(row, field.attname)}
    row.clean_fields(exclude={*exclude, *there, *row.get_deferred_fields()})
    row.clean()


class Making:
    """New records that are written together with their parts and history, in a number of questions that grows with their kinds.

    It is for models whose own saving is that of every record, see `is_for`.
    """

    def __init__(self, model):
        self.model, self.waiting, self.slugs = model, [], set()

    @staticmethod
    def is_for(model):
        """Whether a record of the model and its parts do nothing of their own when they are saved."""
        parts = [model._meta.get_field(name).related_model for name in model.parts()]
        plain_record = model.save is Record.save and model.settle is Record.settle
        return plain_record and all(part.save is Part.save for part in parts)

    def add(self, record, values, parts):
        """Let the record wait with what it says, once its rules have been asked. Raises ValidationError."""
        for name, value in values.items():
            setattr(record, name, value)
        check_besides_database(record)
        made = [self.part(record, of, row) for of in parts for row in of.rows]
        record.slug = record.slug or record.free_slug(besides=self.slugs)
        self.slugs.add(record.slug)
        self.waiting.append((record, made))

    def part(self, record, of, row):
        model = record._meta.get_field(of.accessor).related_model
        part = model(record=record, **{**row, **of.within})
        check_besides_database(part, exclude={"record"})
        return part

    @transaction.atomic
    def write(self):
        """Write all that waits, or nothing: IntegrityError where the database refuses one of them. Returns the records."""
        waiting, self.waiting, self.slugs = self.waiting, [], set()
        records = [record for record, _parts in waiting]
        make_many(self.model, records)
        of_kind = defaultdict(list)
        for _record, parts in waiting:
            for part in parts:
                of_kind[type(part)].append(part)
        for model, parts in of_kind.items():
            make_many(model, parts)
        named = [record for record, parts in waiting if any(part.searched for part in parts)]
        fill_search(named)
        return records


def held(record, of):
    """The parts that a record holds now."""
    return [part for part in getattr(record, of.accessor).all() if all(getattr(part, name) == of.within[name] for name in of.within)]


def match(record, of):
    """For each row, the part held that it is about, or None; no part is taken twice."""
    left, matched = held(record, of), []
    for row in of.rows:
        twin = next((part for part in left if key(part) == key_of(part, {**row, **of.within})), None)
        if twin:
            left.remove(twin)
        matched.append(twin)
    return matched


def key(part):
    """What makes a part the one it is among those of its record."""
    return [getattr(part, part._meta.get_field(name).attname) for name in key_names(part)]


def key_of(part, row):
    """The same of a row: the values, or where it says nothing their defaults, of the fields that make a part the one it is."""
    return [plain_key(row.get(name, part._meta.get_field(name).get_default())) for name in key_names(part)]


def key_names(part):
    """The fields that the unique constraints of a kind of part compare; without any, all by which it says something."""
    names = {name for rule in part._meta.constraints if isinstance(rule, UniqueConstraint) for name in names_in(rule)} - {"record"}
    return sorted(names) or [field.name for field in stating_fields(type(part))]


def write(record, of, row, twin, where, check):
    """Write one part where it is new or says something else than it did; what is wrong with it is told of `where`."""
    part = twin or record._meta.get_field(of.accessor).related_model(record=record)
    values = {field.name: field.get_default() for field in stating_fields(type(part))} | row | of.within
    changed = [name for name, value in values.items() if getattr(part, part._meta.get_field(name).attname) != plain_key(value)]
    for name in changed:
        setattr(part, name, values[name])
    try:
        check(part)
    except ValidationError as error:
        told = {(where if name == NON_FIELD_ERRORS else f"{where}/{name}"): said for name, said in error.message_dict.items()}
        raise ValidationError(told) from error
    if changed or twin is None:
        part.save()


def plain_key(value):
    """A value as a column holds it: of a record its key."""
    return getattr(value, "pk", value)


def forget_fetched(record, parts):
    """Let the record read its parts anew."""
    for of in parts:
        getattr(record, "_prefetched_objects_cache", {}).pop(of.accessor, None)
