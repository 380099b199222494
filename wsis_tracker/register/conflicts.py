"""Two people on one form: what the later one sees, and how what they typed is kept, and saved on top of the newest version."""

from datetime import datetime
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .readable import NOTHING, Names, Pair, text_of, told, told_fields
from .traces import changes_of, traces_of

#: How many of the acts since are told.
ACTS = 10


class Row(NamedTuple):
    """A field as it was when the form was opened, as others saved it, and as it was typed.

    What others changed and who fills in the form did not is taken over: the form shows it as they saved it.
    """

    label: str
    opened: str
    saved: str
    typed: str
    name: str
    is_taken_over: bool

    @property
    def is_contested(self):
        return self.opened not in (self.saved, self.typed) and self.saved != self.typed


class Conflict(NamedTuple):
    """What was saved since a form was opened: the newest version, the fields that differ, and the acts with all that they wrote.

    `data` is what was typed, with what others saved in the fields that were left as they were.
    """

    version: str
    rows: list
    acts: list
    data: dict


class Gone(Exception):
    """The record was deleted while its form was open."""


def conflict_of(form, stored):
    """What a form that was filled in on an earlier version meets with; `stored` is the record as it is now.

    Of what became of it in between only who sees all is told: it may have named what others are not to know.
    """
    opened = opened_version(form)
    differing = list(rows(form, stored, opened))
    data = taken_over(form, stored, [row.name for row in differing if row.is_taken_over])
    return Conflict(stored.updated_at.isoformat(), differing, acts_since(stored, opened) if opened and form.sees_all else [], data)


def taken_over(form, stored, names):
    """What was typed in a form, but in the fields named what is stored."""
    data = form.data.copy()
    for name in names:
        field, key = form.fields[name], form.add_prefix(name)
        value = field.prepare_value(type(stored)._meta.get_field(name).value_from_object(stored))
        if isinstance(field.widget, forms.MultiWidget):
            for suffix, text in zip(field.widget.widgets_names, field.widget.decompress(value), strict=True):
                data[f"{key}{suffix}"] = text or ""
        elif value is None or value is False:  # a box that is not ticked is not sent
            data.pop(key, None)
        else:
            data[key] = value
    return data


def opened_version(form):
    """The row of history that the form was made of; None where its version cannot be told."""
    try:
        version = datetime.fromisoformat(form.cleaned_data.get("base_version") or "")
    except ValueError:
        return None
    history = type(form.instance).history.filter(id=form.instance.pk).exclude(history_type="-")
    return history.filter(updated_at=version).select_related("change").first() if version.tzinfo else None


def rows(form, stored, opened):
    """The fields of the form that others saved differently, or that were typed differently; `stored` may be a row of history."""
    model = type(form.instance)
    names = Names([Pair(model, opened, stored)])
    for field in told_fields(model):
        if field.name in form.fields:
            was, now = (text_of(getattr(row, field.attname), field, names) if row else NOTHING for row in (opened, stored))
            typed = typed_text(form, field, names)
            if not was == now == typed:
                taken_over = opened is not None and was == typed != now
                yield Row(capfirst(field.verbose_name), was, now, typed, field.name, taken_over)


def typed_text(form, field, names):
    """The text of what was typed: as it was understood, else as it came."""
    if field.name not in form.cleaned_data:
        value = form[field.name].value()
        return str(value) if value else NOTHING
    value = form.cleaned_data[field.name]
    return str(value or NOTHING) if field.is_relation else text_of(value, field, names)


def typed_besides(form):
    """What was typed in the fields of a form of which `rows` tells nothing, by their labels."""
    told = {field.name for field in told_fields(type(form.instance))}
    return [(label, text) for name, label, text in typed_in(form) if name not in told]


def typed_in(form):
    """The name, the label and the text of each field in which something was typed."""
    for bound in form.visible_fields():
        try:
            value = bound.field.clean(bound.data)
        except ValidationError:
            value = bound.data
        if text := text_typed(value, bound.field):
            yield bound.name, str(bound.label), text


def text_typed(value, field):
    """What a field understood, as a person typed it."""
    if not value:
        return ""
    if value is True:
        return _("yes")
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, dict):
        return "; ".join(f"{code}: {text}" for code, text in value.items() if text)
    if hasattr(field, "choices"):
        return str(dict(field.choices).get(value, value))
    return ", ".join(map(str, value)) if isinstance(value, list | QuerySet) else str(value)


def acts_since(stored, opened):
    """Who saved since then, when and why, and what they wrote of the record and its parts; the latest first."""
    acts = list(changes_of(type(stored), stored.pk).filter(number__gt=opened.change.number)[:ACTS])
    of_act = told(traces_of(type(stored), stored.pk, [act.pk for act in acts]))
    return [(act, of_act.get(act.pk, [])) for act in acts]


def on_newest(data):
    """What was sent, on the version over which it is to be saved, if it says so."""
    if not data.get("_save_over"):
        return data
    data = data.copy()
    data["base_version"] = data["_save_over"]
    return data


def without_lost_rows(data, prefix, model, *, again):
    """The rows of a form as they were sent, where others deleted some of those that were there: these are new ones, or left out.

    Django knows the rows that were there by their keys, the first `INITIAL_FORMS`; others follow as new.
    """
    try:
        total, initial = (int(data[f"{prefix}-{name}_FORMS"]) for name in ("TOTAL", "INITIAL"))
    except (KeyError, ValueError):
        return data
    keys = {n: data.get(f"{prefix}-{n}-id", "") for n in range(min(initial, total))}
    asked = [key for key in keys.values() if key.isascii() and key.isdecimal() and len(key) <= 18]
    there = {str(key) for key in model._base_manager.filter(pk__in=asked).values_list("pk", flat=True)}
    lost = [n for n, key in keys.items() if key in asked and key not in there]
    if not lost:
        return data
    kept = [n for n in range(min(initial, total)) if n not in lost]
    made = [n for n in lost if again and not data.get(f"{prefix}-{n}-DELETE")]
    return renumbered(data, prefix, kept, made, list(range(initial, total)))


def renumbered(data, prefix, kept, made, new):
    """What was sent with the rows in the order given; those in `made` lose the keys that they had."""
    sent = data.copy()
    places = {place: [key for key in data if key.startswith(f"{prefix}-{place}-")] for place in (*kept, *made, *new)}
    for key in [key for key in data if key.startswith(f"{prefix}-") and key.removeprefix(f"{prefix}-").split("-")[0].isdecimal()]:
        del sent[key]
    for number, place in enumerate([*kept, *made, *new]):
        for key in places[place]:
            name = key.removeprefix(f"{prefix}-{place}-")
            sent.setlist(f"{prefix}-{number}-{name}", [""] if name == "id" and place in made else data.getlist(key))
    sent[f"{prefix}-TOTAL_FORMS"], sent[f"{prefix}-INITIAL_FORMS"] = str(len(kept) + len(made) + len(new)), str(len(kept))
    return sent
