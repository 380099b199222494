"""Writing what somebody says of a record: its fields and its parts, checked as a whole, all or nothing."""

import copy
from collections import defaultdict
from typing import NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint

from .changes import current_change
from .constraints import names_in
from .plain import stating_fields
from .records import Part, Record, fill_search


class Rows(NamedTuple):
    """The parts that a record shall hold under the name `accessor`: of those with the values of `within`, these and no others.

    `name` is what the caller calls them: an error in the third is told of `<name>/2/<field>`.
    """

    name: str
    accessor: str
    rows: list
    within: dict = {}


def say(record, values, parts=()):
    """Give the record the values of its fields and, for each `Rows` of `parts`, exactly those parts.

    A part that is held already is kept or changed, not made anew. Raises ValidationError that names the fields.

    What the database keeps is not asked beforehand: unique values, constraints, links that are there already. Where it refuses,
    or a rule does, everything is asked, so that all that is wrong is told in words.
    """
    for name, value in values.items():
        setattr(record, name, value)
    as_said = copy.copy(record)
    try:
        with transaction.atomic():
            write_whole(record, parts)
    except (IntegrityError, ValidationError):
        forget_fetched(as_said, parts)
        with transaction.atomic():
            write_whole(as_said, parts, ask_all=True)
            transaction.set_rollback(True)
        raise


def write_whole(record, parts, *, ask_all=False):
    """Write a record and its parts, checked by the rules that the database does not keep, or by all."""
    is_new = record._state.adding
    record.changing = None if is_new or ask_all else differing(record)
    try:
        check(record, record.changing, ask_all=ask_all)
        record.save()
    finally:
        record.changing = None
    left = [[] if is_new else held(record, of) for of in parts]
    forget_fetched(record, parts)
    kept = [match(rows, of) for rows, of in zip(left, parts, strict=True)]
    for rows in left:
        for part in rows:
            part.delete()
    for of, matched in zip(parts, kept, strict=True):
        for place, (row, twin) in enumerate(zip(of.rows, matched, strict=True)):
            write(record, of, row, twin, f"{of.name}/{place}", ask_all=ask_all)
    if parts:
        record.settle()


def differing(record):
    """The names of the fields in which a record says something else than is stored of it."""
    fields = [field for field in record._meta.concrete_fields if field.editable]
    stored = type(record)._base_manager.filter(pk=record.pk).values_list(*(field.attname for field in fields)).get()
    return {field.name for field, value in zip(fields, stored, strict=True) if getattr(record, field.attname) != value}


def check(row, changed, *, ask_all, exclude=()):
    """Ask a row for its rules; where not for all, the database keeps the others. `changed` names the fields that may be, None all."""
    known = () if ask_all else links_known(row, changed)
    row.full_clean(exclude={*exclude, *known}, validate_unique=ask_all, validate_constraints=ask_all)


def links_known(row, changed):
    """The links of a row that lead to what is there for certain: those that are stored, and those to what has been read."""
    for field in row._meta.concrete_fields:
        if field.is_relation and getattr(row, field.attname) is not None:
            read = field.is_cached(row) and not field.remote_field.limit_choices_to
            if read or (changed is not None and field.name not in changed):
                yield field.name


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
        check(record, None, ask_all=False)
        made = [self.part(record, of, row) for of in parts for row in of.rows]
        record.slug = record.slug or record.free_slug(besides=self.slugs)
        self.slugs.add(record.slug)
        self.waiting.append((record, made))

    def part(self, record, of, row):
        model = record._meta.get_field(of.accessor).related_model
        part = model(record=record, **{**row, **of.within})
        check(part, None, ask_all=False, exclude={"record"})
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


def make_many(model, rows):
    """Write new records, or new parts, and their history, in as few questions as the database takes; all of one model.

    It is for those that do nothing else when they are saved. They have their slugs, and have been asked for their rules.
    """
    model._base_manager.bulk_create(rows)
    change = current_change()
    model.history.bulk_history_create(
        rows, default_user=change.by, default_change_reason=change.reason, custom_historical_attrs={"change": change}
    )
    change.written.update((model, row.pk) for row in rows)


def held(record, of):
    """The parts that a record holds now."""
    return [part for part in getattr(record, of.accessor).all() if all(getattr(part, name) == of.within[name] for name in of.within)]


def match(left, of):
    """For each row, the one of the parts held that it is about, or None; it is taken out of `left`."""
    matched = []
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


def write(record, of, row, twin, where, *, ask_all):
    """Write one part where it is new or says something else than it did; what is wrong with it is told of `where`."""
    part = twin or record._meta.get_field(of.accessor).related_model(record=record)
    values = {field.name: field.get_default() for field in stating_fields(type(part))} | row | of.within
    changed = [name for name, value in values.items() if getattr(part, part._meta.get_field(name).attname) != plain_key(value)]
    for name in changed:
        setattr(part, name, values[name])
    try:
        check(part, None if twin is None else changed, ask_all=ask_all)
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
