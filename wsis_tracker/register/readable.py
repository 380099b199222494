"""What history tells in words that a person reads: names of what is linked to, labels of words, dates; old beside new."""

from collections import defaultdict
from typing import NamedTuple

from django.contrib.admin.utils import display_for_field
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import dates
from .fields import PartialDateField, SlugsField
from .records import Record
from .traces import record_model
from .writing import key_names

NOTHING = "–"


class Pair(NamedTuple):
    """A record or a part as it was and as it became: rows of their history or of today, None where it was not there."""

    model: type
    before: object
    after: object


class Difference(NamedTuple):
    """A field, by its name for readers, with the texts of it before and after."""

    label: str
    before: str
    after: str


class Line(NamedTuple):
    """What became of a record or of one of its parts."""

    kind: str
    name: str
    happened: str
    differences: list


class Told(NamedTuple):
    """What became of a record and its parts; `url` is the page of its history."""

    record: tuple
    kind: str
    name: str
    url: str
    lines: list


def told(found):
    """What the traces of acts tell, by the key of the act: of each record in their order; a few queries for each kind of thing."""
    pairs = pairs_of(found)
    names = Names(pairs, [trace.record for trace in found])
    of_act = defaultdict(lambda: defaultdict(list))
    for trace, pair in zip(found, pairs, strict=True):
        of_act[trace.change][trace.record].append(line(pair, names))
    return {act: [tell(record, lines, names) for record, lines in of_record.items()] for act, of_record in of_act.items()}


def tell(record, lines, names):
    model, key = record
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[key])
    return Told(record, capfirst(meta.verbose_name), names.of(model, key), url, lines)


def pairs_of(found):
    """The rows of history of each trace; one query for each kind of thing."""
    keys = defaultdict(set)
    for trace in found:
        keys[trace.model].update({trace.before, trace.after} - {None})
    rows = {model: model.history.model.objects.in_bulk(of_model) for model, of_model in keys.items()}
    return [Pair(trace.model, rows[trace.model].get(trace.before), rows[trace.model].get(trace.after)) for trace in found]


def lines(pairs):
    """What pairs tell, each on a line."""
    names = Names(pairs)
    return [line(pair, names) for pair in pairs]


def line(pair, names):
    happened = _("made") if pair.before is None else _("deleted") if pair.after is None else _("changed")
    row = pair.after or pair.before
    name = names.of(pair.model, row.id) if issubclass(pair.model, Record) else name_of_part(row, pair.model, names)
    return Line(capfirst(pair.model._meta.verbose_name), name, happened, list(differences(pair, names)))


def name_of_part(row, model, names):
    """What makes a part the one that it is among those of its record."""
    fields = [model._meta.get_field(name) for name in key_names(model())[:3]]
    return ", ".join(text for text in (text_of(getattr(row, field.attname), field, names) for field in fields) if text != NOTHING)


def differences(pair, names):
    """The fields in which the two differ."""
    for field in told_fields(pair.model):
        before, after = (text_of(getattr(row, field.attname), field, names) if row else NOTHING for row in (pair.before, pair.after))
        if before != after:
            yield Difference(capfirst(field.verbose_name), before, after)


def told_fields(model):
    """The fields of which history tells: what people write, and not by what name it is kept."""
    return [field for field in model._meta.concrete_fields if field.editable and field.name not in ("id", "slug", "record")]


def text_of(value, field, names):
    """The text of what a column holds; of a link, whose column holds a key, the name."""
    if value in (None, "", [], {}):
        return NOTHING
    if field.is_relation:
        return names.of(field.related_model, value)
    if isinstance(value, dict):
        return "; ".join(f"{code}: {text}" for code, text in value.items())
    if isinstance(field, SlugsField):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, PartialDateField):
        return dates.in_words(value)
    return str(display_for_field(value, field, NOTHING))


class Names:
    """The names of records and accounts, of those that are gone their slugs; two queries for each kind."""

    def __init__(self, pairs, records=()):
        keys = defaultdict(set)
        for pair in pairs:
            for row in filter(None, (pair.before, pair.after)):
                for field in told_fields(pair.model):
                    if field.is_relation:
                        keys[field.related_model].add(getattr(row, field.attname))
                if issubclass(pair.model, Record):
                    keys[pair.model].add(row.id)
        for model, key in records:
            keys[model].add(key)
        self.names = {}
        for model, of_model in keys.items():
            self.fetch(model, of_model - {None})

    def fetch(self, model, keys):
        through = getattr(model, "named_through", ())
        rows = model._default_manager.select_related(*through) if through else model._default_manager.all()
        there = rows.in_bulk(keys)
        self.names |= {(model, key): str(row) for key, row in there.items()}
        gone = keys - set(there)
        if gone and issubclass(model, Record):
            slugs = model.history.filter(id__in=gone).order_by("history_id").values_list("id", "slug")
            self.names |= {(model, key): _("%s (deleted since)") % slug for key, slug in slugs}

    def of(self, model, key):
        return self.names.get((record_model(model), key)) or _("(deleted since)")
