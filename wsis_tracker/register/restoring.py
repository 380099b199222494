"""Earlier states of a record: what it and its parts said at the end of an act; and saying it again."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from .indexes import LATEST_FIRST
from .plain import parts_of, stating_fields
from .readable import Names, Pair, differences
from .writing import Rows, held, match, say


class State(NamedTuple):
    """A row of the history of a record, and those of its parts by the names under which it holds them."""

    version: object
    parts: dict


def state_after(version, change):
    """What a record said in `version` and its parts at the end of an act; one query for each kind of part.

    Parts that are no statement of the record are left out.
    """
    kinds = {name: part for name, part in parts_of(version.instance_type).items() if not part.kept_apart}
    return State(version, {name: list(standing(part, version.id, change)) for name, part in kinds.items()})


def standing(part, key, change):
    """The rows of history by which the parts of a record stood at the end of an act."""
    rows = part.history.model.objects.filter(change__number__lte=change.number)
    last = rows.filter(id=OuterRef("id")).order_by(LATEST_FIRST).values("history_id")[:1]
    return rows.filter(record_id=key, history_id=Subquery(last)).exclude(history_type="-").order_by("id")


def restore(record, state):
    """Say again what the record and its parts said then; its slug, visibility and whole stay, and what is kept apart from it.

    Raises ValidationError where that no longer holds, for instance because something that it named is gone.
    """
    for field in record.stating_fields():
        setattr(record, field.attname, getattr(state.version, field.attname))
    record.clean_fields()  # what it named is still there, before `clean` reads it
    say(record, {}, [Rows(name, name, with_links(rows)) for name, rows in state.parts.items()])


def with_links(rows):
    """What parts said, with the records that they named; refused where one is gone."""
    fields = stating_fields(rows[0].instance_type) if rows else []
    there = {
        field.name: field.related_model._default_manager.in_bulk({getattr(row, field.attname) for row in rows} - {None})
        for field in fields
        if field.is_relation
    }
    said = []
    for row in rows:
        values = {field.name: getattr(row, field.attname) for field in fields}
        for name, records in there.items():
            if values[name] and values[name] not in records:
                kind, field = row.instance_type._meta.verbose_name, row.instance_type._meta.get_field(name).verbose_name
                raise ValidationError(_("What was named then is gone: %(part)s, %(field)s.") % {"part": kind, "field": field})
            values[name] = records.get(values[name])
        said.append(values)
    return said


def what_would_change(record, state):
    """The fields and the parts in which a record differs from what it said then, as pairs of now and then."""
    pairs = [Pair(type(record), record, state.version)]
    for name, rows in state.parts.items():
        of = Rows(name, name, [{field.name: getattr(row, field.attname) for field in stating_fields(row.instance_type)} for row in rows])
        left = held(record, of)
        twins = match(left, of)
        part = parts_of(type(record))[name]
        pairs += [Pair(part, twin, row) for row, twin in zip(rows, twins, strict=True)]
        pairs += [Pair(part, row, None) for row in left]
    names = Names(pairs)
    return [pair for pair in pairs[1:] if list(differences(pair, names))]
