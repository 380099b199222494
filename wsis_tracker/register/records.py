"""What every record of the register is: named once, seen by the right eyes, dated, and never changed without history."""

import datetime
import re
from itertools import islice

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from . import dates
from .changes import History, HistoryRow
from .fields import PartialDateField, SearchField
from .questions import RecordManager, RecordQuerySet
from .texts import holds_unseen
from .visibility import Visibility


class DateBasis(models.TextChoices):
    """How we know a date that a record carries."""

    PRINTED = "printed", _("printed")
    SYMBOL = "symbol", _("from the symbol")
    MEETING = "meeting", _("from the meeting")
    ATTESTED = "attested", _("attested: the earliest dated text that shows it")


def earliest_day(field):
    """The first day that a partial date column may mean, as an expression."""
    return Substr(Concat(F(field), Value("-01-01")), 1, 10)


def latest_day(field):
    """The last day that a partial date column may mean, as an expression; no month has more than 99 days."""
    return Substr(Concat(F(field), Value("-99-99")), 1, 10)


def texts_of(record, parts, field):
    """The texts in a field of a record's parts; a new record has none yet."""
    return [getattr(part, field) for part in getattr(record, parts).all()] if record.pk else []


def unknown_last(field):
    """By `field`, unknown values last on every database."""
    return F(field).asc(nulls_last=True)


class Worded:
    """A row whose words of a vocabulary are shown by their labels, and whose texts hold nothing unseen."""

    def clean_fields(self, exclude=None):
        super().clean_fields(exclude)
        asked = [field for field in self._meta.concrete_fields if field.name not in (exclude or ())]
        wrong = [field.name for field in asked if holds_unseen(getattr(self, field.attname))]
        if wrong:
            raise ValidationError({name: _("It holds a character that nobody sees: take it out.") for name in wrong})

    def _get_FIELD_display(self, field):  # noqa: N802 - Django's name
        """The label of a word; Django's own makes every choice hashable at each call, which translates them all."""
        value = getattr(self, field.attname)
        return str(dict(field.flatchoices).get(value, value))


class Record(Worded, models.Model):
    """A record with a name of its own: its slug, made once and never changed, is its key everywhere outside the database."""

    slug = models.SlugField(
        _("slug"), max_length=200, unique=True, blank=True, help_text=_("Made once, never changed; leave it empty to have it made.")
    )
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility, default=Visibility.DRAFT, db_index=True)
    staff_note = models.TextField(_("note of the staff"), blank=True, help_text=_("Never shown to the public."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    search = SearchField()
    history = HistoricalRecords(inherit=True, bases=[HistoryRow], history_manager=History, excluded_fields=["search"])

    #: The name of the collection in addresses, in the API and among the fixtures.
    collection = None
    #: The lookups that its one-line name and its address read: those of one row, for `select_related`, and those of many.
    named_through = ()
    addressed_through = ()
    #: The field that leads from a part to its whole, whose visibility it shares; a part sets `visibility = None`.
    whole = None
    #: The field that names the organisation whose editors write the record, and the lookup of those that may see it as a draft.
    edited_for = None
    opened_to = None

    #: While it is written (`writing.py`): the names of the fields that differ from what is stored; None where any may.
    changing = None

    objects = RecordManager()

    class Meta:
        abstract = True
        ordering = ["slug"]

    def natural_key(self):
        return (self.slug,)

    def called(self):
        """The texts that are its name, those of its parts that are `searched` among them."""
        return [self.slug]

    def searchable(self):
        """The texts by whose words the record is found: its name, and what else it says."""
        return self.called()

    def slug_words(self):
        """What a new record's slug is made of."""
        return str(self)

    @classmethod
    def visibility_path(cls):
        """The lookup that leads to the visibility of the record or of its whole."""
        if cls.whole is None:
            return "visibility"
        return f"{cls.whole}__{cls._meta.get_field(cls.whole).related_model.visibility_path()}"

    @property
    def shown_to_public(self):
        record = self
        try:
            for step in self.visibility_path().split("__")[:-1]:
                record = getattr(record, step)
        except ObjectDoesNotExist:  # a part of nothing yet, or of what is gone
            return False
        return record.visibility == Visibility.PUBLISHED

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = self.free_slug()
        self.search = ""  # counts as changed, also where it was not loaded; the field fills it from searchable()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search", "updated_at"}
        super().save(*args, **kwargs)

    def free_slug(self, besides=()):
        """A slug from `slug_words`, numbered where it is taken; of ten thousand that are alike the last is found by some questions.

        Those `besides` are taken too.
        """
        base = slugify(re.sub(r"\W+", "-", self.slug_words()))[:190].strip("-") or self._meta.model_name

        def numbered(n):
            return base if n == 1 else f"{base}-{n}"

        def is_taken(n):
            return numbered(n) in besides or type(self).objects.filter(slug=numbered(n)).exists()

        taken, free = 0, 1
        while is_taken(free):
            taken, free = free, 2 * free
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if is_taken(middle) else (taken, middle)
        return numbered(free)

    def changes(self, *names):
        """Whether one of these fields may differ from what is stored: what does not was right when it was written."""
        return self.changing is None or not self.changing.isdisjoint(names)

    def clean_fields(self, exclude=None):
        """The words of search are nobody's to say, and are not read to be checked."""
        super().clean_fields({*(exclude or ()), "search"})

    def clean(self):
        super().clean()
        if self.pk and self.changes("slug") and self.slug != type(self).objects.values_list("slug", flat=True).get(pk=self.pk):
            raise ValidationError({"slug": _("A slug is made once and never changed.")})
        self.check_runs_in_no_circle()
        self.check_stays_in_place()
        if not self.whole or getattr(self, f"{self.whole}_id"):  # a part of nothing yet: its field says so
            self.check_shown()

    def check_shown(self):
        """Refuse a published record that names an unpublished one, and an unpublished one that a published one names."""
        links = [field.name for field in self._meta.concrete_fields if field.is_relation]
        if not self.changes("visibility", *links):
            return
        if self.shown_to_public:
            self.check_may_be_published()
        elif self.pk and self.changes("visibility", self.whole):
            self.check_may_be_withdrawn()

    def check_runs_in_no_circle(self):
        """Refuse a link to a record of the same kind from which the same link leads back here."""
        for field in self._meta.concrete_fields if self.pk else ():
            if field.is_relation and issubclass(field.related_model, type(self)) and self.changes(field.name):
                reached, record = set(), getattr(self, field.name)
                while record is not None and record.pk not in reached:
                    reached.add(record.pk)
                    record = getattr(record, field.name)
                if self.pk in reached:
                    raise ValidationError({field.name: _("This leads back to the record itself.")})

    def check_stays_in_place(self):
        """Refuse to move a part out of a published whole or into one: the public would not be told that it came or went."""
        if not (self.whole and self.pk and self.changes(self.whole)):
            return
        path = self.visibility_path()
        stored = type(self)._base_manager.filter(pk=self.pk).values_list(f"{self.whole}_id", path)
        if any(key != getattr(self, f"{self.whole}_id") and (seen == Visibility.PUBLISHED or self.shown_to_public) for key, seen in stored):
            raise ValidationError({self.whole: _("What is published stays where it is: delete it here, and make it there anew.")})

    def check_may_be_published(self):
        """Refuse to publish while anything pointed to is unpublished."""
        hidden = [str(record) for record in self.points_to() if not record.shown_to_public]
        if hidden:
            raise self._refused(_("Publish first what this record points to: %(records)s."), hidden)

    def check_may_be_withdrawn(self):
        """Refuse to withdraw what published records point to."""
        pointing = [str(record) for record in self.published_pointing_here()[:5]]
        if pointing:
            raise self._refused(_("Published records point to this one: %(records)s."), pointing)

    def _refused(self, message, records):
        """The error at the field by which a record is published: its visibility, or for a part its whole."""
        return ValidationError({self.whole or "visibility": message % {"records": "; ".join(records)}})

    @classmethod
    def named_links(cls):
        """The lookups that lead to what its records name, themselves and through their parts, each with the model of it."""
        yield from links_of(cls)
        for relation in cls._part_relations():
            part = relation.related_model
            yield from ((f"{relation.name}__{lookup}", model) for lookup, model in links_of(part) if lookup != "record")

    def points_to(self):
        """The records that this one names, itself or through its parts, those apart that belong to it."""
        found = list(named_by(self))
        for relation in self._meta.related_objects if self.pk else []:
            model, name = relation.related_model, relation.field.name
            rows = model.objects.filter(**{name: self}).select_related(*names_of_links(model))
            if issubclass(model, Part) and name == "record":
                found += [record for row in rows for record in named_by(row)]
            elif issubclass(model, Record) and model.whole == name:
                found += [record for part in rows for record in part.points_to()]
        return [record for record in found if not record.belongs_to(self)]

    def settle(self):
        """Bring what the record says in line with its parts, once they have been written."""

    def own_names(self):
        """The texts of its own by which it is known, its parts apart; what is merged into another leaves them there."""
        return []

    def bear(self, names):
        """Be known, too, by those of `names` by which it is not known yet."""

    def take_parts_of(self, gone, merge):
        """Let records that belong to `gone`, which is being merged into this one, belong here; `merge` makes one of two that are."""

    @classmethod
    def stating_fields(cls):
        """The fields by which a record says something, those apart by which it is kept."""
        kept = {"id", "slug", "visibility", cls.whole}
        return [field for field in cls._meta.concrete_fields if field.editable and field.name not in kept]

    def published_pointing_here(self):
        """Up to five published records of each kind that name this one or a part of it, themselves or through a part."""
        found = []
        for model, path in self._pointers():
            rows = model.objects.filter(**{path: self})
            records = rows.published() if issubclass(model, Record) else (row.record for row in rows.select_related("record"))
            others = (record for record in records if not record.belongs_to(self) and record.shown_to_public)
            found += islice(others, 5)
        return found

    def belongs_to(self, record):
        """Whether this is `record` itself or a part of it."""
        return self == record or (self.whole is not None and getattr(self, self.whole).belongs_to(record))

    @classmethod
    def _pointers(cls, path=None):
        """The models that name this one or its parts by a foreign key, each with the lookup that leads here."""
        for relation in cls._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            lookup = f"{name}__{path}" if path else name
            if issubclass(model, Record) and model.whole == name:
                yield from model._pointers(lookup)
            elif issubclass(model, Record) or (issubclass(model, Part) and name != "record"):
                yield model, lookup

    @classmethod
    def _part_relations(cls):
        return [
            relation
            for relation in cls._meta.related_objects
            if issubclass(relation.related_model, Part) and relation.field.name == "record"
        ]

    @classmethod
    def parts(cls):
        """The names under which a record holds its parts: sources, names, addressees, moves."""
        return [relation.get_accessor_name() for relation in cls._part_relations()]

    @classmethod
    def searched_parts(cls):
        """The names of those by whose words it is found."""
        return [relation.get_accessor_name() for relation in cls._part_relations() if relation.related_model.searched]


def names_of_links(model):
    """The lookups that the one-line names of what a model links to read."""
    for field in model._meta.concrete_fields:
        if field.is_relation:
            yield field.name
            yield from (f"{field.name}__{lookup}" for lookup in getattr(field.related_model, "named_through", ()))


def links_of(model):
    """The foreign keys of a model that lead to records, each with the model of these."""
    for field in model._meta.concrete_fields:
        if field.is_relation and issubclass(field.related_model, Record):
            yield field.name, field.related_model


def named_by(row):
    """The records that the foreign keys of `row` lead to."""
    named = (getattr(row, name) for name, _model in links_of(type(row)))
    yield from (record for record in named if record is not None)


class PartQuerySet(models.QuerySet):
    """Rows that live within records."""

    def of_published(self, day=None):
        """Keep the parts of published records, of those there on `day` where one is given."""
        records = self.model._meta.get_field("record").related_model.objects.published()
        return self.filter(record__in=(records.as_of(day) if day else records).order_by().values("pk"))


class Part(Worded, models.Model):
    """A row that lives only within a record, which its `record` field names: a source, a name, an addressee."""

    history = HistoricalRecords(inherit=True, bases=[HistoryRow], history_manager=History)

    #: Whether its record is found by its words, which are then made anew with it.
    searched = False
    #: Whether it is no statement of its record, but a history or a right, which no earlier state of the record brings back.
    kept_apart = False
    #: The permission that it takes to write it, besides that to change its record.
    kept_by = ""

    objects = models.Manager.from_queryset(PartQuerySet)()

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        self.check_shown()

    def check_shown(self):
        """Refuse a part of a published record that names an unpublished one."""
        if self.record.shown_to_public:
            hidden = [str(record) for record in named_by(self) if record != self.record and not record.shown_to_public]
            if hidden:
                raise ValidationError(_("The record is published, but this leads to an unpublished one: %s.") % "; ".join(hidden))

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        if self.searched:
            fill_search([self.record])

    def delete(self, *args, **kwargs):
        done = super().delete(*args, **kwargs)
        if self.searched:
            fill_search([self.record])
        return done


def fill_search(records):
    """Make anew the words by which `records` are found; no history, for nothing that they say has changed."""
    for record in records:
        type(record).objects.filter(pk=record.pk).update(search=SearchField.words_of(record))


class DatedQuerySet(RecordQuerySet):
    """Records that count from one day on."""

    def as_of(self, day):
        """Keep what is dated no later than `day`."""
        return self.filter(dated_on__lte=day)

    def undated(self):
        return self.filter(dated_on=None)


class DatedRecord(Record):
    """A record that counts from a day on: a document, a conclusion, a figure, an activity."""

    dated_on = PartialDateField(_("date"), blank=True, db_index=True)
    date_basis = models.CharField(_("date known"), max_length=10, choices=DateBasis, blank=True)

    objects = RecordManager.from_queryset(DatedQuerySet)()

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(dated_on=None, date_basis="") | (Q(dated_on__isnull=False) & ~Q(date_basis="")),
                name="%(class)s_date_has_basis",
                violation_error_message=_("Say how the date is known; without a date, leave it empty."),
            )
        ]


class PeriodQuerySet(RecordQuerySet):
    """Records that hold for a time."""

    def as_of(self, day):
        """Keep what held on `day`; an open end still holds."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)

    def undated(self):
        return self.filter(valid_from=None)

    def begun_by(self, day):
        """Keep what held on `day` or before it."""
        return self.filter(valid_from__lte=day)

    def overlapping(self, valid_from, valid_until):
        """Keep what held at any time from `valid_from` to before `valid_until` (None: open)."""
        begins = dates.earliest(valid_from).isoformat()
        kept = self.filter(Q(valid_until=None) | Q(valid_until__gt=begins), valid_from__isnull=False)
        return kept.alias(begins=earliest_day("valid_from")).filter(begins__lt=valid_until) if valid_until else kept


class PeriodRecord(Record):
    """A record that holds from a day until another, on which it no longer holds; an open end still holds."""

    valid_from = PartialDateField(_("valid from"), blank=True, db_index=True)
    valid_until = PartialDateField(_("valid until"), blank=True, help_text=_("The first day it no longer holds."))
    date_basis = models.CharField(_("date known"), max_length=10, choices=DateBasis, blank=True)

    objects = RecordManager.from_queryset(PeriodQuerySet)()

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gt=earliest_day("valid_from")),
                name="%(class)s_ends_after_it_begins",
                violation_error_message=_("The period ends before it begins."),
            )
        ]

    def clean(self):
        super().clean()
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ValidationError({"valid_until": _("The period ends before it begins.")})

    def held_on(self, day):
        """Whether the record held on `day`, by the rule of `PeriodQuerySet.as_of`."""
        day = day.isoformat() if isinstance(day, datetime.date) else day
        return bool(self.valid_from) and self.valid_from <= day and (self.valid_until is None or self.valid_until > day)
