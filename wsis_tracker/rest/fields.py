"""Kinds of value in the API: texts and numbers as JSON has them, links to records, the parts of a record, partial dates, translations."""

import re

from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as Invalid
from django.db.models import Prefetch
from rest_framework import serializers

from wsis_tracker.register import dates
from wsis_tracker.register.records import Record, names_of_links
from wsis_tracker.register.texts import is_text
from wsis_tracker.register.writing import Rows

API = "/api/v1/"


def absolute(path, context):
    """`path` as an address that stands alone."""
    request = context.get("request")
    if request is None:
        return path
    if "base" not in context:
        context["base"] = request.build_absolute_uri("/")[:-1]
    return context["base"] + path


def api_url(record, context):
    """The address of a record's own representation."""
    return absolute(f"{API}{record.collection}/{record.slug}/", context)


def link(record, context):
    """A related record as `{"slug", "display", "url"}`; None for none."""
    return record and {"slug": record.slug, "display": str(record), "url": api_url(record, context)}


class OfText:
    """A field that takes a text, and makes none of a number: of `1.10` that is sent `1.1` would be kept."""

    def to_internal_value(self, given):
        return super().to_internal_value(given) if isinstance(given, str) else self.fail("invalid")


class Text(OfText, serializers.CharField):
    """A text, of any words."""


class Slug(OfText, serializers.SlugField):
    """The name of a record in addresses."""


class WebAddress(OfText, serializers.URLField):
    """An address on the web."""


class WholeNumber(serializers.IntegerField):
    """A whole number, not the text of one."""

    def to_internal_value(self, given):
        return super().to_internal_value(given) if type(given) in (int, float) else self.fail("invalid")


class Amount(OfText, serializers.DecimalField):
    """A decimal number as a text of digits, so that no program rounds it on the way."""

    default_error_messages = {"invalid": "A number is expected, as a text of digits."}

    def validate_empty_values(self, given):
        """An empty text is none; the framework takes blanks for none, too."""
        return serializers.Field.validate_empty_values(self, None if given == "" else given)

    def to_internal_value(self, given):
        if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", str(given), re.ASCII):
            self.fail("invalid")
        return super().to_internal_value(given)


class TrueFalse(serializers.BooleanField):
    """True or false, not a word for it."""

    def to_internal_value(self, given):
        return given if isinstance(given, bool) else self.fail("invalid", input=given)


class Link(serializers.Serializer):
    """A related record: its slug, its name in one line, and where it is."""

    slug = serializers.SlugField()
    display = serializers.CharField()
    url = serializers.URLField()

    def to_representation(self, record):
        return link(record, self.context)

    def read(self, value, context):
        return link(value, context)


class RelatedRecord(serializers.Field):
    """A record that is named: shown as a link, and set by its slug or by attributes that no other record shares.

    What was read may be sent back: what a link shows beside its slug is passed over.
    """

    default_error_messages = {
        "shape": "Name the record by its slug, or by an object of attributes.",
        "unknown": "There is no such record among the {collection}.",
        "several": "More than one record among the {collection} has these attributes.",
        "attribute": "The {collection} have no attribute “{name}” by which one is named.",
    }

    def __init__(self, *, model, **kwargs):
        self.model = model
        super().__init__(**kwargs)

    def read(self, value, context):
        return link(value, context)

    def to_representation(self, record):
        return link(record, self.context)

    def to_internal_value(self, given):
        if isinstance(given, dict):
            shown = ("display", "url") if "slug" in given else ()
            attributes = {name: value for name, value in given.items() if name not in shown}
        else:
            attributes = {"slug": given}
        if not attributes or not all(map(is_text, attributes.values())):
            self.fail("shape")
        lookups = {self.lookup(name): value for name, value in attributes.items()}
        named, key = self.context.get("named", {}), (self.model, *sorted(lookups.items()))
        if key in named:
            return named[key]
        try:
            found = list(self.known().select_related(*names_of_links(self.model)).filter(**lookups).order_by()[:2])
        except (ValueError, OverflowError, Invalid):  # what is no number, or no date, is the attribute of none
            found = []
        if len(found) != 1:
            self.fail("several" if found else "unknown", collection=self.model.collection)
        if self.model is not self.root.Meta.model:  # one of these may be written before it is named again
            named[key] = found[0]
        return found[0]

    def known(self):
        """The records that may be named: those that who asks may see."""
        request = self.context.get("request")
        return self.model.objects.seen_by(request.user) if request else self.model.objects.all()

    def lookup(self, name):
        """The lookup of an attribute: a column of text, or the slug of what a link leads to."""
        try:
            field = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            field = None
        told = field is not None and field.concrete and not field.primary_key and (field.editable or name == "normalised")
        if not told or name in ("visibility", "staff_note"):
            self.fail("attribute", name=name, collection=self.model.collection)
        if not field.is_relation:
            return name
        if not issubclass(field.related_model, Record):
            self.fail("attribute", name=name, collection=self.model.collection)
        return f"{name}__slug"


def texts_of(records, accessor, column, rows=None, **within):
    """A column of the parts that records hold under a name, of `rows` alone where they are given, each with the key of its record."""
    holder = records[0]._meta.get_field(accessor).field
    rows = holder.model.objects if rows is None else rows
    return rows.filter(**{f"{holder.name}__in": records}, **within).values_list(holder.attname, column)


class PartLinks(serializers.Field):
    """The records that a record's parts lead to by the field `leads_to`; with `part`, of those parts alone.

    Sent, it is the whole list: what it does not name is taken away. Where `leads_to` is the part's own record, the list is kept
    there and only shown here.
    """

    default_error_messages = {"shape": "A list of records is expected."}

    def __init__(self, *, accessor=None, leads_to="organisation", part=None, **kwargs):
        self.accessor, self.leads_to, self.part = accessor, leads_to, part
        reverse = {"read_only": True} if leads_to == "record" else {"required": False}
        super().__init__(**{**reverse, **kwargs, "source": "*"})

    def bind(self, field_name, parent):
        super().bind(field_name, parent)
        self.accessor = self.accessor or field_name
        rows = parent.Meta.model._meta.get_field(self.accessor).related_model
        self.related = RelatedRecord(model=rows._meta.get_field(self.leads_to).related_model)
        self.related.parent = self  # so that it knows who asks

    @property
    def rows(self):
        """The parts of all records, of a list that is kept elsewhere those of what is published."""
        rows = self.parent.Meta.model._meta.get_field(self.accessor).related_model.objects
        return rows.of_published() if self.leads_to == "record" else rows.all()

    def fetch(self):
        """The rows, the records that they lead to, and what their names read."""
        names = [f"{self.leads_to}__{lookup}" for lookup in self.related.model.named_through]
        return Prefetch(self.accessor, self.rows.select_related(self.leads_to, *names))

    def texts(self, records):
        """For the cells of a table: the slugs, each with the key of the one of `records` that it belongs to."""
        within = {} if self.part is None else {"part": self.part}
        return texts_of(records, self.accessor, f"{self.leads_to}__slug", self.rows, **within)

    def read(self, record, context):
        parts = getattr(record, self.accessor).all()
        return [link(getattr(part, self.leads_to), context) for part in parts if self.part is None or part.part == self.part]

    def to_internal_value(self, given):
        if not isinstance(given, list):
            self.fail("shape")
        rows, errors = [], {}
        for place, item in enumerate(given):
            try:
                rows.append({self.leads_to: self.related.run_validation(item)})
            except serializers.ValidationError as error:
                errors[place] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        within = {} if self.part is None else {"part": self.part}
        return {self.field_name: Rows(self.field_name, self.accessor, rows, within)}


class PartTexts(serializers.ListField):
    """One text of each of a record's parts, the whole list; with `within`, of the parts that have those values alone."""

    child = Text()

    def __init__(self, *, accessor, text, within=None, **kwargs):
        self.accessor, self.text, self.within = accessor, text, within or {}
        super().__init__(**{"required": False, **kwargs, "source": "*"})

    def fetch(self):
        return self.accessor

    def texts(self, records):
        """For the cells of a table: the texts, each with the key of the one of `records` that it belongs to."""
        return texts_of(records, self.accessor, self.text, **self.within)

    def read(self, record, context):
        parts = getattr(record, self.accessor).all()
        return [getattr(part, self.text) for part in parts if all(getattr(part, name) == self.within[name] for name in self.within)]

    def to_internal_value(self, given):
        rows = [{self.text: text} for text in super().to_internal_value(given)]
        return {self.field_name: Rows(self.field_name, self.accessor, rows, self.within)}


class Texts(serializers.ListField):
    """A list of short texts."""

    child = Text()


class Translated(serializers.DictField):
    """A text per language code."""

    child = Text(allow_blank=True)


class PartialDate(Text):
    """A year, a year and month, or a day: `2002`, `2006-04`, `2005-12-16`; null or an empty text where none is known."""

    def to_internal_value(self, given):
        text = super().to_internal_value(given)
        try:
            if text:
                dates.parse(text)
        except Invalid as error:
            raise serializers.ValidationError(error.messages) from error
        return text or None
