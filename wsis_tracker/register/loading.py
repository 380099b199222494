"""Reading records into the register from reviewed files: natural keys, one transaction, twice equals once.

A file holds a list of records of one collection, each a mapping of field names: a foreign key is the slug of its record,
parts are lists under the name by which the record holds them. Records are written first, in the order of the models and
of the file, then all parts, so that parts may point anywhere.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

import yaml
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from .changes import act
from .fields import SlugsField, TranslatedField
from .records import Record, Visibility


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
    done, pending = Loaded(), []
    with act(by=by, reason=reason):
        for model in record_models():
            path = directory / f"{model.collection}.yaml"
            if path.exists():
                for row in read(path):
                    pending.append((path.name, *load_record(model, row, path.name, done, overwrite)))
        for name, record, parts, new in pending:
            load_parts(record, parts, name, new, done, overwrite)
    return done


def load_record(model, row, file, done, overwrite):
    """Write the record of `row` if it is new; return it with the rows of its parts and whether it is new."""
    where = f"{file}: {row['slug']}"
    holders = set(model.parts())
    parts = {name: rows for name, rows in row.items() if name in holders}
    values = {name: value for name, value in row.items() if name not in holders}
    if model.whole is None:
        values.setdefault("visibility", Visibility.PUBLISHED)
    record = model.objects.filter(slug=row["slug"]).first()
    new = record is None
    record = record or model()
    changed = assign(record, values, where)
    if new:
        write(record, where)
        done.added[model.collection] += 1
    elif changed and overwrite:
        write(record, where)
        done.overwritten[model.collection] += 1
    elif changed:
        done.differing.append(f"{model.collection}/{record.slug}: {', '.join(sorted(changed))}")
        record.refresh_from_db()
    else:
        done.equal[model.collection] += 1
    return record, parts, new


def load_parts(record, parts, file, new, done, overwrite):
    """Write the parts of a new record, and those of an old one that it lacks; nothing is taken away."""
    for name, rows in parts.items():
        model = record._meta.get_field(name).related_model
        held = [] if new else list(getattr(record, name).all())
        for row in rows:
            where = f"{file}: {record.slug}: {name}: {row}"
            if not isinstance(row, dict):
                raise BadRecord(f"{where}: fields with values are expected.")
            part = model(record=record)
            assign(part, row, where)
            if any(same(part, other, row) for other in held):
                continue
            if new or overwrite:
                write(part, where)
            else:
                done.differing.append(f"{record.collection}/{record.slug}: {name}")
                break


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
    if not slug:
        return None
    key = model_field.related_model.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if key is None:
        raise BadRecord(f"{where}: there is no “{slug}” among the {model_field.related_model.collection} yet.")
    return key


def write(instance, where):
    """Validate and save, so that history begins here."""
    try:
        instance.full_clean()
        instance.save()
    except ValidationError as error:
        told = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
        raise BadRecord(f"{where}: {told}") from error
