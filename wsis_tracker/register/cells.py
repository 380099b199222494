"""How what a record says stands in the cells of a table, so that a person can type it and nothing is lost.

A link is the slug of its record, of an account its name; a list has commas between its texts; a text in several languages has a column
for each. Parts stand in one cell, each on a line of its own, its fields in their order with ` | ` between them; what is left out at
the end of a line is as it is by default. Within such lines and lists `\\n` is a line break, and a bar, comma or backslash that is
part of a text has a backslash before it.
"""

import json
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export.fields import Field

from .fields import SlugsField, TranslatedField, Translation
from .loading import leads_out
from .plain import plain, stating_fields
from .tables import Unusable
from .texts import without_unseen

BREAK = re.compile(r"\r\n|\r|\n")
#: What stands for a sign that parts fields, lines or lists, or that is at the edge of a text.
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "|": "\\|", ",": "\\,"}
EDGES = {" ": "\\s", "\t": "\\t"}
READ = {written[1]: sign for sign, written in {**ESCAPES, **EDGES}.items()}


def join(texts, mark, between):
    """The texts as one, with `between` where two meet, of which `mark` is the sign."""
    return between.join(escaped(text, mark) for text in texts)


def escaped(text, mark):
    """A text in which no sign parts anything."""
    letters = [ESCAPES[sign] if sign in ("\\", "\n", "\r", mark) else sign for sign in text]
    for edge in {0, len(letters) - 1} if letters else ():
        letters[edge] = EDGES.get(letters[edge], letters[edge])
    return "".join(letters)


def split(text, mark):
    """The texts that `join` made one of, or that somebody typed."""
    pieces, start = [], 0
    for found in re.finditer(rf"\\.|{re.escape(mark)}", text, re.DOTALL):
        if found[0] == mark:
            pieces.append(text[start : found.start()])
            start = found.end()
    pieces.append(text[start:])
    return [re.sub(r"\\(.)", lambda found: READ.get(found[1], found[0]), piece.strip(" \t")) for piece in pieces]


def same(cell, shown):
    """Whether a cell says what is shown: spreadsheets change the ends of lines, and leave out signs that they cannot hold."""
    return comparable(cell) == comparable(shown)


def comparable(text):
    return BREAK.sub("\n", without_unseen(text))


def shown(row, field):
    """What a field of a row says, as a cell shows it."""
    value = plain(row, field)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(field, SlugsField):
        return join(value, ",", ", ")
    if isinstance(field, models.JSONField):
        numbers = isinstance(value, list) and all(type(one) is int for one in value)
        return ", ".join(map(str, value)) if numbers else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def said(field, text, find):
    """The value of a field that a cell says; `find(model, name)` gives a record or an account. Raises ValidationError."""
    text = text.strip()
    if field.is_relation:
        return find(field.related_model, text) if text else None
    if isinstance(field, SlugsField):
        return [item for item in split(text, ",") if item]
    if isinstance(field, models.JSONField):
        return list_or_json(text) if text else field.get_default()
    if isinstance(field, models.BooleanField):
        if text.lower() not in ("true", "false"):
            raise ValidationError(_("“%s” is neither true nor false.") % text)
        return text.lower() == "true"
    if not text:
        return None if field.null else "" if isinstance(field, models.CharField | models.TextField) else field.get_default()
    return field.to_python(text)


def list_or_json(text):
    """Numbers with commas between them, or JSON."""
    try:
        return [int(number) for number in text.split(",")] if re.fullmatch(r"[\d\s,]+", text, re.ASCII) else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("Write numbers with commas between them.")) from error


class Column(Field):
    """A field of a record as a column of a table."""

    def __init__(self, field, name=None):
        super().__init__(attribute=field.name, column_name=name or field.name)
        self.field = field

    @property
    def label(self):
        """What the column is called in forms."""
        return getattr(self.field, "verbose_name", "")

    @property
    def choices(self):
        """The words of which the cell holds one, where it holds one of a few."""
        return [str(value) for value, _label in getattr(self.field, "flatchoices", []) if value not in ("", None)]

    def export(self, record, **kwargs):
        """The text of the cell."""
        return shown(record, self.field)

    def unchanged(self, cell, text):
        """Whether a cell leaves what it shows, `text`, as it is."""
        return same(cell, text)

    def named(self, cell):
        """The models and names of what the cell may link to, to be read at once for many cells."""
        return [(self.field.related_model, cell.strip())] if self.field.is_relation and cell.strip() else []

    def say(self, values, record, cell, find):
        """Put the value of the cell among the `values` of the record; False where it is the one that the record has."""
        if isinstance(cell, Unusable):
            raise ValidationError(_("The cell holds a formula or an error, not a value."))
        value = said(self.field, cell, find)
        if getattr(value, "pk", value) == getattr(record, self.field.attname):
            return False
        # A record of the same kind may be another since it was found: the file changes those.
        own = self.field.is_relation and isinstance(record, self.field.related_model)
        values[self.field.attname if own else self.field.name] = getattr(value, "pk", None) if own else value
        return True


class LanguageColumn(Column):
    """One language of a text in several."""

    def __init__(self, field, code):
        super().__init__(field, f"{field.name}_{code}")
        self.code = code

    @property
    def label(self):
        return f"{super().label} ({dict(settings.LANGUAGES)[self.code]})"

    def export(self, record, **kwargs):
        return getattr(record, self.field.name).get(self.code, "")

    def say(self, values, record, cell, find):
        if isinstance(cell, Unusable):
            raise ValidationError(_("The cell holds a formula or an error, not a value."))
        texts = Translation(values.get(self.field.name, getattr(record, self.field.name)))
        before = texts.pop(self.code, "")
        if cell.strip():
            texts[self.code] = cell.strip()
        values[self.field.name] = texts
        return cell.strip() != before


class PartsColumn(Column):
    """The parts that a record holds under one name, a line for each."""

    def __init__(self, relation):
        super().__init__(relation, relation.get_accessor_name())
        self.accessor, self.part = relation.get_accessor_name(), relation.related_model
        self.fields = stating_fields(self.part)

    def export(self, record, **kwargs):
        return "\n".join(self.line(part) for part in getattr(record, self.accessor).all())

    def line(self, part):
        texts = [shown(part, field) for field in self.fields]
        while len(texts) > 1 and not texts[-1] and not self.fields[len(texts) - 1].get_default():
            texts.pop()
        return join(texts, "|", " | ").rstrip(" ")

    def unchanged(self, cell, text):
        """Parts have no order but their own."""
        return sorted(self.lines(comparable(cell))) == sorted(self.lines(comparable(text)))

    def lines(self, cell):
        return [line.strip(" \t") for line in BREAK.split(cell) if line.strip()]

    def named(self, cell):
        links = [(place, field) for place, field in enumerate(self.fields) if field.is_relation]
        rows = [split(line, "|") for line in self.lines(cell)] if links else []
        return [(field.related_model, row[place]) for row in rows for place, field in links if place < len(row) and row[place]]

    def rows(self, cell, find):
        """What each line says of a part, as `writing.say` takes it. Raises ValidationError that names the line."""
        if isinstance(cell, Unusable):
            raise ValidationError(_("The cell holds a formula or an error, not a value."))
        rows, errors = [], []
        for number, line in enumerate(self.lines(cell), 1):
            texts, row = split(line, "|"), {}
            if len(texts) > len(self.fields):
                message = _("Line %(line)d: there are more than %(count)d fields. A bar within a text is written \\|.")
                errors.append(message % {"line": number, "count": len(self.fields)})
            for field, text in zip(self.fields, texts, strict=False):
                try:
                    row[field.name] = value_within(field, text, find)
                except ValidationError as error:
                    errors.append(_("Line %(line)d: %(errors)s") % {"line": number, "errors": " ".join(error.messages)})
            rows.append(row)
        if errors:
            raise ValidationError(errors)
        return rows


def value_within(field, text, find):
    """The value of a field of a line, in which the edges of a text were kept."""
    plain_text = isinstance(field, models.CharField | models.TextField) and not field.choices and not field.is_relation
    return field.to_python(text) if plain_text and text.strip() else said(field, text, find)


def columns_of(model, parts):
    """The columns of a collection under their names: its key, its whole, what it says, and the kinds of its `parts`."""
    own = [model._meta.get_field(name) for name in ("slug", model.whole) if name]
    columns = []
    for field in [*own, *(field for field in model.stating_fields() if not leads_out(field))]:
        if isinstance(field, TranslatedField):
            columns += [LanguageColumn(field, code) for code, _name in settings.LANGUAGES]
        else:
            columns.append(Column(field))
    relations = {relation.get_accessor_name(): relation for relation in model._part_relations()}
    columns += [PartsColumn(relations[name]) for name in parts]
    return {column.column_name: column for column in columns}
