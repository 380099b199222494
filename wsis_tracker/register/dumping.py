"""The published register as files that `loading` reads back: what is dumped from a register loaded with a dump is the same, byte for byte.

A file holds a collection as `loading` describes it, in the order in which its records were made, those apart that another names:
they come before it. Parts stand in the order in which they were made. Left out are drafts, the notes of the staff, history, whatever
names an account, and what is empty.
"""

import json
import zipfile
from contextlib import contextmanager
from itertools import islice

import yaml
from django.db import connection, models
from django.db.models import Prefetch

from .fields import SlugsField, TranslatedField
from .loading import leads_out, record_models
from .plain import parts_of, stated, stating_fields
from .records import Record

#: How many records are read at a time.
CHUNK = 500
EMPTY = (None, "", [], {})
#: The time that an archive says its files are of, so that the same register gives the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)


class Texts(yaml.CSafeDumper):
    """Writes what `loading` reads: every scalar is a text, so none needs quotes to be one."""

    yaml_implicit_resolvers = {}

    def ignore_aliases(self, data):
        return True


def dump(directory):
    """Write the published register into a directory, one file for each collection; how many records each has."""
    directory.mkdir(parents=True, exist_ok=True)
    counts = {}
    with one_state():
        for model in record_models():
            with (directory / f"{model.collection}.yaml").open("w", encoding="utf-8", newline="\n") as file:
                counts[model.collection] = write(model, file.write)
    return counts


def dump_archive(file):
    """Write the published register into a ZIP file."""
    with one_state(), zipfile.ZipFile(file, "w") as archive:
        for model in record_models():
            entry = zipfile.ZipInfo(f"{model.collection}.yaml", NO_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as member:
                write(model, lambda text, member=member: member.write(text.encode()))


@contextmanager
def one_state():
    """Everything read inside is of one state of the register, whatever is written meanwhile; no writer has to wait."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def write(model, out):
    """Give `out` the text of a collection, some records at a time; how many there are."""
    number = 0
    for record in published(model):
        out(yaml.dump([stated_texts(record)], Dumper=Texts, allow_unicode=True, sort_keys=False, width=10**9))
        number += 1
    if not number:
        out("[]\n")
    return number


def published(model):
    """The published records of a model with all that is said of them, each after those of its own kind that it names."""
    fields = said(model)
    rows = model.objects.published().select_related(*links(fields)).only("pk", "slug", *columns(fields))
    for name, part in said_parts(model).items():
        of_part = said(part)
        shown = part.objects.order_by("pk").select_related(*links(of_part)).only("pk", "record", *columns(of_part))
        rows = rows.prefetch_related(Prefetch(name, shown))
    own = [field.attname for field in model._meta.concrete_fields if field.is_relation and issubclass(field.related_model, model)]
    if not own:
        yield from rows.order_by("pk").iterator(CHUNK)
        return
    named = model.objects.published().order_by("pk").values_list("pk", *own)
    keys = iter(named_first({key: others for key, *others in named}))
    while chunk := list(islice(keys, CHUNK)):
        found = rows.in_bulk(chunk)
        yield from (found[key] for key in chunk)


def named_first(names):
    """The keys of `{key: [keys that it names]}` in their order, each after those that it names."""
    ordered = {}
    for start in names:
        waiting = [start]
        while waiting:
            left = [key for key in names[waiting[-1]] if key in names and key not in ordered and key not in waiting]
            if left:
                waiting.append(left[0])
            else:
                ordered[waiting.pop()] = None
    return list(ordered)


def said(model):
    """The fields of a record or part that are dumped."""
    whole = [model._meta.get_field(model.whole)] if issubclass(model, Record) and model.whole else []
    return [field for field in [*whole, *stating_fields(model)] if field.name != "staff_note" and not leads_out(field)]


def said_parts(model):
    """The kinds of parts that are dumped: not those that say nothing without an account."""
    parts = parts_of(model)
    return {name: part for name, part in parts.items() if not any(leads_out(f) and not f.null for f in part._meta.concrete_fields)}


def links(fields):
    return [field.name for field in fields if field.is_relation]


def columns(fields):
    """The columns to read: a link's, and the slug that it leads to."""
    return [name for field in fields for name in ([field.name, f"{field.name}__slug"] if field.is_relation else [field.name])]


def stated_texts(record):
    """What a record says, as `loading` reads it."""
    parts = {name: [texts(part, said(kind)) for part in getattr(record, name).all()] for name, kind in said_parts(type(record)).items()}
    return {"slug": record.slug, **texts(record, said(type(record))), **{name: rows for name, rows in parts.items() if rows}}


def texts(row, fields):
    """What the fields of a row say, those left out that say nothing."""
    plain = stated(row, fields)
    return {field.name: text(field, plain[field.name]) for field in fields if plain[field.name] not in EMPTY}


def text(field, value):
    """A value as `loading` reads it: a text, a list of texts, or a text per language."""
    if isinstance(field, TranslatedField):
        return dict(sorted(value.items()))
    if isinstance(field, SlugsField):
        return value
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
