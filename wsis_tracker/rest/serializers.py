"""Records as JSON: related ones as `{"slug", "display", "url"}`, facts with their sources; and records out of JSON."""

from collections import defaultdict
from functools import cache, partial
from operator import attrgetter

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Invalid
from django.db import models
from django.db.models import F, Prefetch
from rest_framework import serializers

from wsis_tracker.register.fields import PartialDateField, SlugsField, TranslatedField
from wsis_tracker.register.plain import stating_fields
from wsis_tracker.register.proposals import Proposal
from wsis_tracker.register.writing import Rows, say

from .fields import (
    Amount,
    Link,
    PartialDate,
    PartLinks,
    PartTexts,
    RelatedRecord,
    Slug,
    Text,
    Texts,
    Translated,
    TrueFalse,
    WebAddress,
    WholeNumber,
    absolute,
    api_url,
    link,
)

#: Fields that show a value of the database as it is.
AS_IT_IS = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DictField,
    serializers.IntegerField,
    serializers.JSONField,
    serializers.ListField,
)
#: What takes the values of a kind of column, as JSON has them.
TAKING = {
    models.BooleanField: TrueFalse,
    models.CharField: Text,
    models.DecimalField: Amount,
    models.PositiveIntegerField: WholeNumber,
    models.PositiveSmallIntegerField: WholeNumber,
    models.SlugField: Slug,
    models.TextField: Text,
    models.URLField: WebAddress,
}
#: Members that only the staff sees; of them who edits for an organisation sees the visibility, and nobody else any.
OF_STAFF = ("visibility", "staff_note")


class Reading:
    """A serializer that reads a row by functions made once: which members it has, what each reads, what is fetched for it."""

    @classmethod
    @cache
    def template(cls):
        """A serializer of no row, to ask how its fields are made."""
        return cls()

    @classmethod
    @cache
    def readers(cls):
        """For each member a function that reads it of a row: of (serializer, row)."""
        return {name: reader(field, cls) for name, field in cls.template().fields.items() if not field.write_only}

    @property
    def members(self):
        """The names of the members to show."""
        return self.readers()

    def to_representation(self, row):
        readers = self.readers()
        return self.as_known(row, {name: readers[name](self, row) for name in self.members})

    def as_known(self, row, values):
        """The values of the members, those that are not known on the day asked for as None."""
        return values

    def fetched(self, model, members):
        """What is to be fetched with rows of `model` for these members: the lookups of one row, and those of many."""
        one, many = [], {}
        for name in members:
            field = self.template().fields[name]
            if isinstance(field, RelatedRecord | Link):
                path = field.source.replace(".", "__")
                one += [path, *(f"{path}__{lookup}" for lookup in linked_model(model, field.source).named_through)]
            elif isinstance(field, serializers.ListSerializer) and isinstance(field.child, Reading):
                rows = linked_model(model, field.source)
                many[field.source] = Prefetch(field.source, rows.objects.select_related(*field.child.fetched(rows, field.child.members)[0]))
            elif hasattr(field, "fetch"):
                many[field.accessor] = field.fetch()
        return one, many


def gathered(pairs):
    """The values of each key, in their order."""
    found = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def linked_model(model, path):
    """The model to which a dotted path leads."""
    for step in path.split("."):
        model = model._meta.get_field(step).related_model
    return model


def reader(field, serializer):
    """The function of (serializer, row) that reads what `field` shows."""
    if isinstance(field, serializers.SerializerMethodField):
        return getattr(serializer, field.method_name)
    if isinstance(field, serializers.ListSerializer):
        return partial(read_many, attrgetter(field.source), field.child)
    get = {"*": lambda row: row, "__str__": str}.get(field.source) or attrgetter(field.source)
    if hasattr(field, "read"):
        return lambda shape, row: field.read(get(row), shape.context)
    if isinstance(field, AS_IT_IS):
        return lambda shape, row: get(row)
    return lambda shape, row: None if (value := get(row)) is None else field.to_representation(value)


def read_many(get, child, shape, row):
    """What a list of rows shows."""
    if isinstance(child, Link):
        return [link(record, shape.context) for record in get(row).all()]
    readers = child.readers()
    return [{name: read(shape, part) for name, read in readers.items()} for part in get(row).all()]


class Strict(serializers.Serializer):
    """A body that may say nothing but what is known here."""

    def to_internal_value(self, given):
        others = set(given) - set(self.fields) if isinstance(given, dict) else set()
        if others:
            raise serializers.ValidationError({pointed(name): ["There is no such member here."] for name in sorted(others)})
        return super().to_internal_value(given)


class PartSerializer(Strict):
    """A part of a record, which is sent whole, also where of the record only what changes is."""

    def to_internal_value(self, given):
        if isinstance(given, dict):
            lacking = [name for name, field in self.fields.items() if field.required and not field.read_only and name not in given]
            if lacking:
                raise serializers.ValidationError({name: [self.fields[name].error_messages["required"]] for name in lacking})
        return super().to_internal_value(given)


class ReasonSerializer(Strict):
    """Why something is done; kept in the history, and required where the record is published or becomes so."""

    change_reason = Text(required=False, allow_blank=True)


class Shape(Reading, serializers.ModelSerializer):
    """The JSON of a row of a model; what is wrong with it the model's own rules say, once, when the whole is checked."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | TAKING

    def build_standard_field(self, field_name, model_field):
        kind, kwargs = super().build_standard_field(field_name, model_field)
        kwargs.pop("validators", None)
        given = {key: kwargs[key] for key in ("required", "read_only") if key in kwargs}
        if isinstance(model_field, TranslatedField):
            return Translated, given
        if isinstance(model_field, SlugsField):
            return Texts, given
        if isinstance(model_field, PartialDateField):
            return PartialDate, given | {key: kwargs[key] for key in ("allow_null", "allow_blank") if key in kwargs}
        return kind, kwargs

    def build_relational_field(self, field_name, relation_info):
        of = relation_info.model_field
        return RelatedRecord, {"model": relation_info.related_model, "required": not of.blank, "allow_null": of.null}

    def get_validators(self):
        return []


class RecordSerializer(Shape):
    """What every record shows: its slug, one-line name, address here and page, and when it was made and changed.

    To the staff also its visibility and their note. Sent, a list of parts is the whole list.
    """

    display = serializers.CharField(source="__str__", read_only=True)
    url = serializers.SerializerMethodField()
    display_url = serializers.SerializerMethodField()
    change_reason = Text(
        write_only=True, required=False, allow_blank=True, help_text="Why; kept in the history, and required where the record is published."
    )

    #: The fields that every record's `Meta.fields` begins and ends with, and those of what holds for a time or has a day.
    FIRST = ["slug", "display", "url", "display_url"]
    PERIOD = ["valid_from", "valid_until", "date_basis"]
    DATED = ["dated_on", "date_basis"]
    LAST = ["created_at", "updated_at"]
    #: What `?brief=true` shows.
    BRIEF = ["slug", "display", "url"]
    #: Lookups of many rows that a member reads beside those that its field tells of.
    READS = {}

    default_error_messages = {
        "unknown": "There is no such member here.",
        "given": "This follows from the rest of the record, or is changed in another way; it is not given.",
        "slug": "A slug is made once and never changed.",
    }

    # -- reading ----------------------------------------------------------------------------------------------------

    def get_field_names(self, declared_fields, info):
        """Those of `Meta.fields`, and what is the staff's: a record's own visibility, their note, the reason for a change."""
        own = ["visibility"] if self.Meta.model.whole is None else []
        return [*super().get_field_names(declared_fields, info), *own, "staff_note", "change_reason"]

    def get_extra_kwargs(self):
        return {**super().get_extra_kwargs(), "visibility": {"read_only": True}}

    @property
    def members(self):
        """Those asked for, those of the staff for them alone."""
        asked = self.context.get("members")
        shown = asked if asked is not None else self.readers()
        hidden = self.hidden
        return [name for name in shown if name not in hidden] if hidden else shown

    @property
    def hidden(self):
        """The members that are not for who asks, neither to be read nor to be sent."""
        return self.context.get("hidden", OF_STAFF)

    @property
    def day(self):
        """The day asked for as ISO text, or None."""
        return self.context.get("day")

    def known(self, date):
        """A date as it was known on the day asked for: None while it was to come."""
        return date if date and (self.day is None or date <= self.day) else None

    def get_url(self, record) -> str:
        return api_url(record, self.context)

    def get_display_url(self, record) -> str:
        return absolute(record.get_absolute_url(), self.context)

    def prepared(self, records):
        """`records` with what the members shown read, in a number of queries that does not grow with them."""
        return self.with_read(records, self.members)

    def with_read(self, records, members):
        """`records` with what these members read."""
        model = self.Meta.model
        one, many = self.fetched(model, members)
        if {"display", "display_url"} & set(members):
            one += model.named_through
        if "display_url" in members:
            many |= {path: path for path in model.addressed_through if path.split("__")[0] not in many}
        for name in members:
            many |= {str(getattr(read, "prefetch_to", read)): read for read in self.READS.get(name, ())}
        return (records.select_related(*one) if one else records).prefetch_related(*many.values())

    # -- as rows of a table, in whose cells a record that is linked is its slug: it is told without the record ----------

    @classmethod
    @cache
    def slugs(cls):
        """For each member that is a linked record, the lookup of its slug."""
        links = {name: field for name, field in cls.template().fields.items() if isinstance(field, RelatedRecord | Link)}
        return {name: f"{field.source.replace('.', '__')}__slug" for name, field in links.items()}

    @classmethod
    @cache
    def lists(cls):
        """For each member that is a list of texts or of linked records, a function of records that gives the texts with their keys."""
        fields = cls.template().fields.items()
        told = {name: field.child if isinstance(field, serializers.ListSerializer) else field for name, field in fields}
        return {name: field.texts for name, field in told.items() if hasattr(field, "texts")}

    def tabled(self, prepared):
        """Prepared records with what their cells read in place of what their members do."""
        slugs = {f"slug_of_{name}": F(path) for name, path in self.slugs().items() if name in self.members}
        others = [name for name in self.members if name not in self.slugs() and name not in self.lists()]
        return self.with_read(prepared.select_related(None).prefetch_related(None), others).annotate(**slugs)

    def tabulated(self, rows):
        """The members of rows that were `tabled`, each as it is or as the texts of its cell."""
        members = self.members
        slugs = {name: attrgetter(f"slug_of_{name}") for name in members if name in self.slugs()}
        lists = {name: gathered(self.lists()[name](rows)) for name in members if name in self.lists() and rows}
        others = {name: read for name, read in self.readers().items() if name in members and name not in slugs and name not in lists}
        for row in rows:
            values = {name: slug(row) for name, slug in slugs.items()} | {name: texts[row.pk] for name, texts in lists.items()}
            yield self.as_known(row, values | {name: read(self, row) for name, read in others.items()})

    # -- writing ----------------------------------------------------------------------------------------------------

    def to_internal_value(self, given):
        if isinstance(given, dict):
            self.refuse_others(given)
        return super().to_internal_value(given)

    def refuse_others(self, given):
        """Refuse members that there are not, and those that only follow from others where another value than now is sent."""
        now, errors = None, {}
        for name, value in given.items():
            field = self.fields.get(name)
            if field is None or name in self.hidden:
                errors[pointed(name)] = [self.error_messages["unknown"]]
            elif field.read_only:
                if self.instance is not None and now is None:
                    now = self.to_representation(self.context["view"].now(pk=self.instance.pk))
                if now is None or now.get(name) != value:
                    errors[name] = [self.error_messages["given"]]
        if "slug" in given and self.instance is not None and given["slug"] != self.instance.slug:
            errors["slug"] = [self.error_messages["slug"]]
        if errors:
            raise serializers.ValidationError(errors)

    def create(self, validated):
        return self.say(self.Meta.model(), validated)

    def update(self, record, validated):
        """Change what is given; where the whole was sent, what is not given goes back to what it is by default."""
        if not self.partial:
            validated = self.defaults() | validated
        return self.say(record, validated)

    def defaults(self):
        """What the members that may be sent are where nobody says anything."""
        plain = {field.name: field.get_default() for field in stating_fields(self.Meta.model)}
        parts = {name: [] for name in self.Meta.model.parts()}
        sent = {name: field for name, field in self.fields.items() if not field.read_only and name not in self.hidden}
        empty = {name: field.to_internal_value([])[name] for name, field in sent.items() if isinstance(field, PartLinks | PartTexts)}
        return {name: (plain | parts)[name] for name in sent if name in plain | parts} | empty

    def say(self, record, validated):
        """Write the record and its parts; what its rules refuse is told of the member."""
        validated.pop("change_reason", None)
        holders = record.parts()
        parts = {name: value for name, value in validated.items() if isinstance(value, Rows) or name in holders}
        values = {name: value for name, value in validated.items() if name not in parts}
        rows = [value if isinstance(value, Rows) else Rows(name, name, value) for name, value in parts.items()]
        try:
            say(record, values, rows)
        except Invalid as error:
            raise serializers.ValidationError(told(error)) from error
        return record


class ProposalSerializer(serializers.Serializer):
    """An editor's change to a published record, which waits for a reviewer; the record stays as it is."""

    record = serializers.SerializerMethodField()
    changed = serializers.JSONField(source="fields", help_text="The fields that would change, each with the value that it would have.")
    parts = serializers.JSONField(help_text="The lists of parts that would change, each as it would be.")
    change_reason = serializers.CharField(source="reason")
    state = serializers.ChoiceField(Proposal.State.choices)
    at = serializers.DateTimeField()

    def get_record(self, proposal) -> str:
        return api_url(self.context["record"], self.context)


def pointed(name):
    """A name of a member as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def told(error):
    """What a model's rules refuse, by member; what is wrong with the whole stands under an empty name."""
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {("" if name == NON_FIELD_ERRORS else name): said for name, said in error.message_dict.items()}
