"""The register told in other words and numbers: every text by a cipher, every year thirty years on.

What the builders take from the records comes out changed; what they had in their code would not.
"""

import re

from django.apps import apps
from django.db import models

from mandates.models import Figure
from mandates.symbols import normalise
from wsis_tracker.register.fields import PartialDateField, TranslatedField
from wsis_tracker.register.records import Part, Record

LATER = 30
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
#: What stays: keys and shapes that the program itself reads.
KEPT = {"visibility", "staff_note", "search", "normalised", "target_normalised", "subject", "field", "iso_code", "country", "language"}


def in_other_words(text):
    """A text with every word and number changed; months and the endings of ordinals stay, so that dates and numbers are told alike."""
    pieces = re.split(rf"(\b(?:{MONTHS})\b|\d+(?:st|nd|rd|th)\b|\d{{4}}-\d\d(?:-\d\d)?|\d+)", text)
    return "".join(counted(piece) if piece[:1].isdigit() else piece if re.fullmatch(MONTHS, piece) else ciphered(piece) for piece in pieces)


def ciphered(text):
    """Each vowel as the next vowel, each consonant as the next consonant."""
    return text.translate(CIPHER)


def rotated(letters):
    return {ord(old): new for case in (letters, letters.upper()) for old, new in zip(case, case[1:] + case[:1], strict=True)}


CIPHER = rotated("aeiou") | rotated("bcdfghjklmnpqrstvwxyz")


def counted(text):
    """Another number of the same kind: a later year or day, a higher number; of an ordinal its number."""
    iso = re.fullmatch(r"(\d{4})(-\d\d(?:-\d\d)?)", text)
    if iso:
        return f"{int(iso[1]) + LATER}{iso[2]}"
    ordinal = re.fullmatch(r"(\d+)(st|nd|rd|th)", text)
    if ordinal:
        value = int(counted(ordinal[1]))
        return f"{value}{'th' if value % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"
    value = int(text)
    if 1980 <= value <= 2040 or len(text) <= 2:
        return str(value + LATER)
    return str(value + 3 * 10 ** (len(text) - 1))


def tell_in_other_words():
    """Change every text, number and date of every record and part, past all acts and histories."""
    for model in apps.get_models():
        if issubclass(model, Record | Part) and not model._meta.abstract:
            fields = [field for field in model._meta.concrete_fields if changes(field)]
            for record in model._base_manager.order_by(*latest_first(model)):
                told = {field.attname: told_of(record, field) for field in fields}
                if told:
                    model._base_manager.filter(pk=record.pk).update(**told, **normal_forms(model, told))


def latest_first(model):
    """The order in which no row takes a place that another has not left yet."""
    names = [field.name for field in model._meta.concrete_fields]
    return [f"-{name}" for name in ("valid_from", "number", "pk") if name in names or name == "pk"]


def changes(field):
    if field.name in KEPT or field.is_relation or field.choices or isinstance(field, models.SlugField):
        return False
    return isinstance(field, models.CharField | models.TextField | TranslatedField | PartialDateField) or field.name in ("number", "value")


def told_of(record, field):
    value = getattr(record, field.attname)
    if isinstance(field, PartialDateField):
        return counted(value) if value and len(value) > 4 else value and str(int(value) + LATER)
    if isinstance(field, TranslatedField):
        return {code: in_other_words(text) for code, text in value.items()}
    if isinstance(record, Figure) and field.name == "value":
        return int(counted(f"{value:.0f}")) if value is not None and record.unit else value
    if isinstance(value, int):
        return value + LATER
    return in_other_words(value) if value else value


def normal_forms(model, told):
    names = {field.name for field in model._meta.concrete_fields}
    if "normalised" in names:
        printed = told.get("symbol", told.get("text"))
        return {"normalised": normalise(printed) if printed else None}
    return {}
