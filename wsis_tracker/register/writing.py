"""Writing what somebody says of a record: its fields and its parts, checked as a whole, all or nothing."""

from typing import NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import UniqueConstraint

from .constraints import names_in
from .plain import stating_fields


class Rows(NamedTuple):
    """The parts that a record shall hold under the name `accessor`: of those with the values of `within`, these and no others.

    `name` is what the caller calls them: an error in the third is told of `<name>/2/<field>`.
    """

    name: str
    accessor: str
    rows: list
    within: dict = {}


@transaction.atomic
def say(record, values, parts=()):
    """Give the record the values of its fields and, for each `Rows` of `parts`, exactly those parts.

    A part that is held already is kept or changed, not made anew. Raises ValidationError that names the fields.
    """
    for name, value in values.items():
        setattr(record, name, value)
    record.full_clean()
    record.save()
    kept = [(of, match(record, of)) for of in parts]
    for of, matched in kept:
        for part in held(record, of):
            if part.pk not in {twin.pk for twin in matched if twin}:
                part.delete()
    for of, matched in kept:
        for place, (row, twin) in enumerate(zip(of.rows, matched, strict=True)):
            write(record, of, row, twin, f"{of.name}/{place}")
    record.settle()
    if parts:
        forget_fetched(record, parts)


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


def write(record, of, row, twin, where):
    """Write one part where it is new or says something else than it did; what is wrong with it is told of `where`."""
    part = twin or record._meta.get_field(of.accessor).related_model(record=record)
    values = {field.name: field.get_default() for field in stating_fields(type(part))} | row | of.within
    changed = [name for name, value in values.items() if getattr(part, part._meta.get_field(name).attname) != plain_key(value)]
    for name in changed:
        setattr(part, name, values[name])
    try:
        part.full_clean()
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
