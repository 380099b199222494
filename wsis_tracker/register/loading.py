"""Reading records into the register from reviewed files: natural keys, one transaction, twice equals once.

A file holds a list of records of one collection, each a mapping of field names: a foreign key is the slug of its record,
parts are lists under the name by which the record holds them. Records are written first, in the order of the models and
of the file, then all parts, so that parts may point anywhere. Accounts stand in no file: a record that must name one, as a ruling its
author, names the one who loads, and where a command does, an account with which nobody signs in.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

import yaml
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import models

from .changes import act
from .fields import SlugsField, TranslatedField
from .records import Record, Visibility
from .writing import key

#: The account of what was done in the register from which a dump comes.
ELSEWHERE = "register"


class BadRecord(ValueError):
    """A record that cannot be read; the message names its file and key."""


@dataclass
class Loaded:
    """What a load did: how many records of each collection were added, left alone as equal, or overwritten.

    `differing` names, without their having been touched, the records of which the register holds another state.
    """

    added: Counter = field(default_factory=Counter)
    equal: Counter = field(default_factory=Counter)
    overwritten: Counter = field(default_factory=Counter)
    differing: list = field(default_factory=list)

    def count(self, row, overwrite):
        """Take in what was done with a row."""
        collection = row.record.collection
        if row.new:
            self.added[collection] += 1
        elif not row.changed:
            self.equal[collection] += 1
        elif overwrite:
            self.overwritten[collection] += 1
        else:
            self.differing.append(f"{collection}/{row.record.slug}: {', '.join(sorted(row.changed))}")


def record_models():
    """Every model of records, a model after those its foreign keys lead to."""
    left = [model for model in apps.get_models() if issubclass(model, Record)]
    ordered = []
    while left:
        for model in left:
            needed = {f.related_model for f in model._meta.concrete_fields if f.is_relation} & set(left)
            if needed <= {model}:
                ordered.append(model)
                left.remove(model)
                break
        else:
            raise AssertionError(f"Models point to each other in a circle: {left}")
    return ordered


def read(path):
    """The rows of a file; every scalar is a text, which the fields themselves read."""
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader) or []  # noqa: S506 - BaseLoader makes texts only
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadRecord(f"{path.name}: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("slug"), str) for row in rows):
        raise BadRecord(f"{path.name}: a list of records is expected, each with its slug.")
    twice = [slug for slug, times in Counter(row["slug"] for row in rows).items() if times > 1]
    if twice:
        raise BadRecord(f"{path.name}: given twice: {', '.join(twice)}.")
    return rows


def load(directory, *, by=None, reason, overwrite=False):
    """Add to the register the records of `directory` that it lacks; write nothing where they are equal.

    Where the register holds another state, staff changed it: the record is named and not touched, or with `overwrite`
    brought to the state of the file. One act, all or nothing; a bad record raises BadRecord naming file and key.
    """
    done, rows = Loaded(), []
    with act(by=by, reason=reason, reviewed=True):
        for model in record_models():
            path = directory / f"{model.collection}.yaml"
            rows += [read_row(model, values, path.name) for values in (read(path) if path.exists() else [])]
        for row in rows:
            load_record(row, overwrite, by)
        for row in rows:
            load_parts(row, overwrite)
            done.count(row, overwrite)
    return done


@dataclass
class Row:
    """A record of a file: its fields and parts as texts, and what the load did with it."""

    record: Record
    values: dict
    parts: dict
    where: str
    new: bool
    changed: set = field(default_factory=set)


def read_row(model, values, file):
    """The record of a file's mapping, new or as the register holds it."""
    holders = set(model.parts())
    parts = {name: rows for name, rows in values.items() if name in holders}
    own = {name: value for name, value in values.items() if name not in holders}
    if model.whole is None:
        own.setdefault("visibility", Visibility.PUBLISHED)
    held = model.objects.filter(slug=values["slug"]).first()
    return Row(held or model(), own, parts, f"{file}: {values['slug']}", new=held is None)


def load_record(row, overwrite, by):
    """Write the record if it is new, or with `overwrite` if it differs; else leave it as it is."""
    row.changed |= assign(row.record, row.values, row.where)
    if row.new:
        sign(row.record, by)
    if row.new or (row.changed and overwrite):
        write(row.record, row.where)
    elif row.changed:
        row.record.refresh_from_db()


def sign(record, by):
    """Let a new record that must name an account name that of the one who loads."""
    for model_field in record._meta.concrete_fields:
        if leads_out(model_field) and not model_field.null:
            setattr(record, model_field.name, by or account_of_elsewhere())


def account_of_elsewhere():
    """The account that stands for whoever acted in another register; it can do nothing and has no password."""
    nothing = {"is_active": False, "password": make_password(None)}
    return get_user_model().objects.get_or_create(username=ELSEWHERE, defaults=nothing)[0]


def leads_out(model_field):
    """Whether a field leads out of the register, to an account."""
    return model_field.is_relation and issubclass(model_field.related_model, get_user_model())


def load_parts(row, overwrite):
    """Write the parts of a new record, and with `overwrite` those in which an old one differs; nothing is taken away."""
    for name, lines in row.parts.items():
        model = row.record._meta.get_field(name).related_model
        held = [] if row.new else list(getattr(row.record, name).all())
        for line in lines:
            where = f"{row.where}: {name}: {line}"
            if not isinstance(line, dict):
                raise BadRecord(f"{where}: fields with values are expected.")
            part = model(record=row.record)
            assign(part, line, where)
            if any(same(part, other, line) for other in held):
                continue
            row.changed.add(name)
            if row.new or overwrite:
                twin = next((other for other in held if key(other) == key(part)), None)
                if twin:
                    assign(twin, line, where)
                write(twin or part, where)
    if row.new or (row.changed and overwrite):
        row.record.settle()


def same(part, other, row):
    """Whether two parts of one record agree in every field that the row gives."""
    return all(getattr(part, part._meta.get_field(name).attname) == getattr(other, part._meta.get_field(name).attname) for name in row)


def assign(instance, values, where):
    """Set the fields of `instance` from texts; return the names of those that change."""
    changed = set()
    for name, value in values.items():
        try:
            model_field = instance._meta.get_field(name)
        except FieldDoesNotExist:
            raise BadRecord(f"{where}: there is no field “{name}”.") from None
        if not model_field.editable:
            raise BadRecord(f"{where}: “{name}” follows from the rest of the record and is not given.")
        read_value = field_value(model_field, value, f"{where}: {name}")
        if getattr(instance, model_field.attname) != read_value:
            setattr(instance, model_field.attname, read_value)
            changed.add(name)
    return changed


def field_value(model_field, value, where):
    """The Python value of a field from its text, mapping or list."""
    if isinstance(model_field, models.ForeignKey):
        return key_of(model_field, value, where)
    if not isinstance(model_field, SlugsField | TranslatedField) and not isinstance(value, str):
        raise BadRecord(f"{where}: a text is expected.")
    if isinstance(model_field, models.BooleanField) and value not in ("true", "false"):
        raise BadRecord(f"{where}: “{value}” is neither true nor false.")
    try:
        if isinstance(model_field, models.JSONField) and not isinstance(model_field, SlugsField | TranslatedField):
            return json.loads(value)
        return model_field.to_python(value == "true" if isinstance(model_field, models.BooleanField) else value)
    except ValueError as error:
        raise BadRecord(f"{where}: {error}") from error
    except ValidationError as error:
        raise BadRecord(f"{where}: {' '.join(error.messages)}") from error


def key_of(model_field, slug, where):
    """The primary key of the record named by `slug`."""
    if leads_out(model_field):
        raise BadRecord(f"{where}: accounts stand in no file.")
    if not slug:
        return None
    found = model_field.related_model.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise BadRecord(f"{where}: there is no “{slug}” among the {model_field.related_model.collection} yet.")
    return found


def write(instance, where):
    """Validate and save, so that history begins here."""
    try:
        instance.full_clean()
        instance.save()
    except ValidationError as error:
        told = {("" if name == NON_FIELD_ERRORS else f"{name}: "): messages for name, messages in error.message_dict.items()}
        raise BadRecord(f"{where}: {'; '.join(name + ' '.join(messages) for name, messages in told.items())}") from error
