"""Kinds of value that every room of the register uses: partial dates, translated texts, lists of fact ids, search words."""

import datetime

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import dates
from .words import fold

#: The largest numbers in a large and in a small column of PostgreSQL; SQLite would take larger ones.
IN_LARGE, IN_SMALL = MaxValueValidator(2_147_483_647), MaxValueValidator(32_767)


class PartialDateField(models.CharField):
    """A day, month or year of the world as ISO text.

    The collation is C on PostgreSQL (SQLite compares bytes anyway): text order is date order on both, so constraints and
    `as_of` are plain comparisons, and a bound counts from its earliest day. Unknown is NULL, never an empty text.
    """

    description = _("Partial date")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "max_length": 10})
        if self.blank:
            self.null = True

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}

    def to_python(self, value):
        if isinstance(value, datetime.date):
            return value.isoformat()
        value = (value or "").strip()
        if value:
            dates.parse(value)
        return value or None

    def get_prep_value(self, value):
        return value.isoformat() if isinstance(value, datetime.date) else value or None

    def get_db_prep_save(self, value, connection):
        # Writers that skip validation (update, bulk_create) are checked here: no nonsense reaches the column.
        return super().get_db_prep_save(value if hasattr(value, "as_sql") else self.to_python(value), connection)

    def formfield(self, **kwargs):
        return super().formfield(**{"empty_value": None, "help_text": _("2002, 2006-04 or 2005-12-16"), **kwargs})


class Translation(dict):
    """A text per language code; as a string, the text in the reader's language, else in English, else in any."""

    @property
    def shown_language(self):
        """The language of the text that a reader sees now; None where there is no text."""
        return next((code for code in (get_language(), "en", *self) if code and self.get(code)), None)

    def __str__(self):
        return self.get(self.shown_language, "")


class TranslatedFormField(forms.MultiValueField):
    """One line per language of the site."""

    def __init__(self, *, max_length=None, encoder=None, decoder=None, **kwargs):
        codes = [code for code, _name in settings.LANGUAGES]
        widget = TranslatedWidget(codes, of=kwargs.get("label"))
        super().__init__([forms.CharField(required=False) for _code in codes], require_all_fields=False, widget=widget, **kwargs)
        self.codes = codes

    def compress(self, values):
        return Translation({code: text for code, text in zip(self.codes, values, strict=False) if text})

    def has_changed(self, initial, data):
        return super().has_changed(self.widget.decompress(initial), data)


class TranslatedWidget(forms.MultiWidget):
    """The lines of a translated text, each named by its language; together they are named by what the text is `of`."""

    template_name = "register/translated_widget.html"

    def __init__(self, codes, of=None):
        super().__init__({code: forms.TextInput(attrs={"lang": code, "dir": "auto", "class": "vTextField"}) for code in codes})
        self.codes, self.of = codes, of

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        names = dict(settings.LANGUAGES)
        lines = [(names[code], line) for code, line in zip(self.codes, context["widget"]["subwidgets"], strict=True)]
        return context | {"of": self.of, "lines": lines}

    def decompress(self, value):
        return [value.get(code, "") if isinstance(value, dict) else "" for code in self.codes]


class TranslatedAttribute(DeferredAttribute):
    """Makes a plain mapping a `Translation` where it is assigned."""

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = Translation(value) if type(value) is dict else value


class TranslatedField(models.JSONField):
    """A name or title in several languages: `{"en": …, "fr": …}`, read as a `Translation`; what is blank is no text."""

    description = _("Text in several languages")
    descriptor_class = TranslatedAttribute

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": Translation, **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["default"]
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):
        value = super().from_db_value(value, expression, connection)
        return Translation(value) if isinstance(value, dict) else value

    def to_python(self, value):
        if isinstance(value, str):
            return Translation({"en": value} if value else {})
        if not isinstance(value, dict | None):
            raise ValidationError(_("A text is expected for each language."))
        known = dict(settings.LANGUAGES)  # another is refused, also where its text is blank
        said = (value or {}).items()
        return Translation({code: text for code, text in said if code not in known or not isinstance(text, str) or text.strip()})

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        unknown = set(value) - {code for code, _name in settings.LANGUAGES}
        if unknown:
            raise ValidationError(_("Unknown language: %(codes)s."), params={"codes": ", ".join(sorted(unknown))})
        if not all(isinstance(text, str) for text in value.values()):
            raise ValidationError(_("A text is expected for each language."))

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": TranslatedFormField, "show_hidden_initial": False, **kwargs})


class SlugsFormField(forms.CharField):
    """The texts of a list, separated by commas."""

    def __init__(self, *, encoder=None, decoder=None, **kwargs):
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [item.strip() for item in (value or "").split(",") if item.strip()]

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class SlugsField(models.JSONField):
    """An ordered list of short texts: fact ids, names of what was weighed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise ValidationError(_("A list of texts is expected."))

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": SlugsFormField, "show_hidden_initial": False, **kwargs})


class SearchField(models.TextField):
    """The words by which a record is found, filled from its `searchable()` texts when it is saved.

    The words of its name stand on a line before the others. PostgreSQL stores them as a `tsvector` under a GIN index, those of
    the name with weight A, the others with D; SQLite as text that an FTS5 table of two columns mirrors (see `database.py`). Both
    hold the words that `fold` made, so both find the same set. Words stored without that line are found too, as words of no name.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_placeholder(self, value, compiler, connection):
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value, connection, prepared=False):
        if connection.vendor != "postgresql":
            return value
        name, _line, others = value.rpartition("\n")
        return " ".join([*(f"'{word}':1A" for word in name.split()), *(f"'{word}':1" for word in others.split())])

    def pre_save(self, instance, add):
        return self.words_of(instance)

    @staticmethod
    def words_of(record):
        """The folded words of a record: those of its name on one line, its others on the next."""
        name, every = (fold(" ".join(map(str, filter(None, texts)))) for texts in (record.called(), record.searchable()))
        return f"{' '.join(name)}\n{' '.join(sorted(set(every) - set(name)))}"


@SearchField.register_lookup
class HasWords(models.Lookup):
    """Every word of the text stands among the record's words."""

    lookup_name = "has_words"
    prepare_rhs = False
    #: How a word is sought on each database.
    lexeme, phrase = "'{0}'", '"{0}"'

    def as_postgresql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} @@ %s::tsquery", [*params, " & ".join(map(self.lexeme.format, fold(self.rhs)))]

    def as_sqlite(self, compiler, connection):
        quote = connection.ops.quote_name
        table = self.lhs.target.model._meta.db_table
        index = quote(f"{table}_words")
        where = " ".join(map(self.phrase.format, fold(self.rhs)))
        alias = quote(self.lhs.alias)
        return f"{alias}.{quote('id')} IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)", [where]  # noqa: S608 - our own tables' names


@SearchField.register_lookup
class Names(HasWords):
    """Every word of the text stands in the record's name.

    A lexeme stored without a place, as all once were, has every weight for PostgreSQL: it counts as a word of no name.
    """

    lookup_name = "names"
    lexeme, phrase = "'{0}':A & !'{0}':D", 'name : "{0}"'
