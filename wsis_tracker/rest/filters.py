"""Filters that refuse what they do not know; one FilterSet serves the endpoint and the page of a collection."""

import copy
import datetime
import re

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend

from wsis_tracker.register import dates
from wsis_tracker.register.fields import PartialDateField
from wsis_tracker.register.records import Record
from wsis_tracker.register.texts import is_text

from .problems import BadParameter

ONE = ["exact", "in"]
RANGE = ["exact", "gte", "lte"]
LONGEST_VALUE = 300
MOST_VALUES = 1000
MOST_DAYS = 36_525
#: What stands for octets of an address that are no text in UTF-8.
NOT_UTF_8 = "\ufffd"
INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?", re.ASCII)


def is_value(text):
    """Whether a value of a parameter can be one: it was sent as UTF-8, and nothing in it is unseen."""
    return is_text(text) and NOT_UTF_8 not in text


class ValuesField(forms.Field):
    """One value or several; `split` also reads a comma as a gap between them."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, known=None, split=False, **kwargs):
        self.known, self.split = known, split
        super().__init__(**{"required": False, **kwargs})

    def clean(self, values):
        if not any(values or []):
            return None
        values = [part for value in values for part in (value.split(",") if self.split else [value])]
        if not any(values):
            raise ValidationError(_("Empty."), code="empty")
        if len(values) > MOST_VALUES:
            raise ValidationError(_("More than %(most)s values."), code="too_many", params={"most": MOST_VALUES})
        if any(len(value) > LONGEST_VALUE or "\0" in value for value in values):
            raise ValidationError(_("No value of this kind can be."), code="invalid")
        known = self.known(values)
        unknown = [value for value in values if value not in known]
        if unknown:
            raise ValidationError(_("Unknown: %(values)s."), code="unknown", params={"values": ", ".join(f"“{v}”" for v in unknown)})
        return [known[value] for value in values]


class KnownFilter(django_filters.Filter):
    """Keep the rows with one of the values given; a value that nothing bears is refused.

    `where` narrows the part over which a value is sought: the addressees of a mandate, not those it is to work with.
    """

    field_class = ValuesField

    def __init__(self, *args, where=None, **kwargs):
        self.where = where or {}
        split = kwargs.get("lookup_expr") == "in"
        super().__init__(*args, **{**kwargs, "lookup_expr": "in"}, known=self.known, split=split)

    @property
    def column(self):
        """The lookup of the values that the filter takes."""
        return self.field_name

    def known(self, values):
        raise NotImplementedError

    def seen(self, model):
        """The records of a model of which who asks may know."""
        return model.objects.seen_by(getattr(self.parent.request, "user", None))

    def several(self):
        """The same filter, which also reads a comma as a gap between values."""
        twin = copy.deepcopy(self)
        twin.extra["split"] = True
        return twin

    def filter(self, qs, value):
        if value is None:
            return qs
        lookup = {f"{self.field_name}__in": value, **self.where}
        if "__" in self.field_name:  # over a part: the row once, however many parts match
            return qs.filter(pk__in=qs.model._base_manager.filter(**lookup).order_by().values("pk"))
        return qs.filter(**lookup)


class RecordFilter(KnownFilter):
    """Keep the rows from which `field_name` leads to one of the records named by slug."""

    @property
    def column(self):
        return f"{self.field_name}__slug"

    @property
    def record(self):
        """The model of the records that `field_name` leads to."""
        model = self.model
        for step in self.field_name.split("__"):
            model = model._meta.get_field(step).related_model
        return model

    def known(self, values):
        return dict(self.seen(self.record).filter(slug__in=values).order_by().values_list("slug", "pk"))


class ChoiceFilter(KnownFilter):
    """Keep the rows whose field has one of the words of its vocabulary."""

    def __init__(self, choices, *args, **kwargs):
        self.words = {str(word): word for word, _label in choices if word}
        super().__init__(*args, **kwargs)

    def known(self, values):
        return self.words


class InUseFilter(KnownFilter):
    """Keep the rows whose field has one of the values, each of which some record must bear of which who asks may know."""

    def known(self, values):
        rows = self.seen(self.model).filter(**{f"{self.field_name}__in": values})
        return {value: value for value in rows.order_by().values_list(self.field_name, flat=True).distinct()}


class OneOf(KnownFilter):
    """Keep the rows whose text is exactly one of those given."""

    def known(self, values):
        return {value: value for value in values}


class DayField(forms.Field):
    """A whole day, `YYYY-MM-DD`."""

    widget = forms.DateInput

    def to_python(self, value):
        if not value:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                return datetime.date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(_("“%(value)s” is no day: write YYYY-MM-DD."), code="invalid_date", params={"value": value})


class DayFilter(django_filters.Filter):
    field_class = DayField


class InstantField(forms.CharField):
    """An instant with its offset from UTC, or a day, which begins at midnight UTC."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        try:
            if INSTANT.fullmatch(value):
                instant = datetime.datetime.fromisoformat(value)
                return instant.astimezone(datetime.UTC) if instant.tzinfo else instant.replace(tzinfo=datetime.UTC)
        except (ValueError, OverflowError):
            pass
        raise ValidationError(f"“{value[:50]}” is no instant: write YYYY-MM-DDThh:mm:ssZ, or YYYY-MM-DD.", code="invalid")


class InstantFilter(django_filters.Filter):
    field_class = InstantField


class PartialDateFormField(forms.CharField):
    def clean(self, value):
        value = super().clean(value)
        if value:
            dates.parse(value)
        return value


class PartialDateFilter(django_filters.Filter):
    """By a date that may be partial; as a bound, it and the dates of the register count from their earliest day."""

    field_class = PartialDateFormField

    def filter(self, qs, value):
        if value and self.lookup_expr == "gte":
            value = dates.least(value)
        if value and self.lookup_expr == "lte":
            value = dates.earliest(value).isoformat()
        return super().filter(qs, value)


class WholeNumberField(forms.CharField):
    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        if re.fullmatch(r"\d{1,9}", value, re.ASCII):
            return int(value)
        raise ValidationError(_("“%(value)s” is no whole number."), code="invalid", params={"value": value})


class WholeNumberFilter(django_filters.Filter):
    field_class = WholeNumberField


class DaysField(WholeNumberField):
    """A number of days, from one to a century of them."""

    def clean(self, value):
        number = super().clean(value)
        if number is None or 1 <= number <= MOST_DAYS:
            return number
        raise ValidationError(
            _("“%(value)s” is no number of days from 1 to %(most)d."), code="invalid", params={"value": value, "most": MOST_DAYS}
        )


class DaysFilter(django_filters.Filter):
    field_class = DaysField


class NumberField(forms.DecimalField):
    """A number as JSON has it, of an order of size that databases compare."""

    def to_python(self, value):
        if value and not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,2})?", value, re.ASCII):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class NumberFilter(django_filters.NumberFilter):
    """By a number within the bounds of the field's own column."""

    field_class = NumberField


class TrueFalseField(forms.CharField):
    """`true` or `false`, and nothing else."""

    def clean(self, value):
        value = super().clean(value)
        if value not in ("", "true", "false"):
            raise ValidationError(_("“%(value)s” is neither true nor false."), code="invalid", params={"value": value})
        return {"true": True, "false": False}.get(value)


class TrueFalseFilter(django_filters.Filter):
    """A question of yes or no."""

    field_class = TrueFalseField


class Ordering(django_filters.OrderingFilter):
    """By the fields named, unknown values last on every database, ending in a unique key."""

    def filter(self, qs, value):
        if not value:
            return qs
        if "" in value:
            raise BadParameter({"ordering": ["A field is missing before or after a comma."]})
        keys = [(F(self.param_map.get(key.lstrip("-"), key.lstrip("-"))), key.startswith("-")) for key in value]
        return qs.order_by(*(f.desc(nulls_last=True) if down else f.asc(nulls_last=True) for f, down in keys), "pk")


class StrictFilterSet(django_filters.FilterSet):
    """Filters of which each refuses what it does not know, and which together refuse what none of them knows.

    A repeated parameter is an *or*; `<name>__in`, which every filter over known values has, takes commas.
    """

    def __init__(self, data=None, queryset=None, *, only=None, **kwargs):
        """With `only` no filters but those named are made: to make them all takes longer than to ask the database."""
        if only is not None:
            self.base_filters = {name: known for name, known in self.base_filters.items() if name in only or known.extra["required"]}
        super().__init__(data, queryset, **kwargs)

    @classmethod
    def get_filters(cls):
        filters = super().get_filters()
        for name, known in [*filters.items()]:
            if isinstance(known, KnownFilter) and not name.endswith("__in"):
                filters.setdefault(f"{name}__in", known.several())
        return filters

    @property
    def known_filters(self):
        """The filters that there are for who asks, also those that were not made."""
        return type(self).base_filters

    @property
    def day(self):
        """The day asked for, or None."""
        return self.form.cleaned_data.get("as_of") if self.form.is_valid() else None

    @property
    def day_or_today(self):
        return self.day or timezone.localdate()

    def refuse_others(self, than):
        """Raise BadParameter for every parameter but those named."""
        others = set(self.data) - set(than)
        if others:
            raise BadParameter({name: [_("There is no such parameter here.")] for name in sorted(others)})

    def refuse_unknown(self, allowed=(), empty_allowed=False):
        """Raise BadParameter for parameters that no filter bears, single ones given twice, empty and malformed ones."""
        problems = {}
        for name, values in self.data.lists():
            known = self.known_filters.get(name)
            if known is None and name not in allowed:
                problems[name] = [_("There is no such parameter here.")]
            elif len(values) > 1 and not isinstance(known, KnownFilter):
                problems[name] = [_("Given more than once.")]
            elif not empty_allowed and known is not None and not all(value.strip() for value in values):
                problems[name] = [_("Empty.")]
            elif not all(map(is_value, values)):
                problems[name] = [_("No value of this kind can be.")]
        if problems:
            raise BadParameter(problems)
        if not self.form.is_valid():
            raise BadParameter({name: list(map(str, messages)) for name, messages in self.form.errors.items()})


class RecordFilterSet(StrictFilterSet):
    """What every collection answers: `as_of`, `q`, `ordering`, `slug`, and the documented fields of `Meta.fields`.

    A foreign key is asked by slug, a vocabulary by its word.
    """

    as_of = DayFilter(method="keep_as_of", label=_("As of"))
    q = django_filters.CharFilter(method="keep_found", label=_("Words"), max_length=LONGEST_VALUE)
    slug = InUseFilter(field_name="slug")

    #: The fields whose values `as_of` gives under another name.
    of_the_day = {}

    class Meta:
        fields = {}

    @classmethod
    def get_filters(cls):
        filters = super().get_filters()
        if cls._meta.model is not None:
            columns = {f.name: f"{f.name}__slug" if f.is_relation else f.name for f in cls._meta.model._meta.concrete_fields}
            names = ["slug", *(name for name in cls._meta.fields if name in columns), *cls.of_the_day]
            filters["ordering"] = Ordering(fields=[(cls.of_the_day.get(name, columns[name]), name) for name in dict.fromkeys(names)])
        return filters

    @classmethod
    def filter_for_field(cls, field, field_name, lookup_expr=None):
        args = {"field_name": field_name, "lookup_expr": lookup_expr or "exact"}
        if field.is_relation and issubclass(field.related_model, Record):
            return RecordFilter(**args)
        if field.choices:
            return ChoiceFilter(field.flatchoices, **args)
        if isinstance(field, PartialDateField):
            return PartialDateFilter(**args)
        if isinstance(field, models.IntegerField):
            return WholeNumberFilter(**args)
        if isinstance(field, models.BooleanField):
            return TrueFalseFilter(**args)
        if isinstance(field, models.DecimalField):
            return NumberFilter(**args, max_digits=field.max_digits, decimal_places=field.decimal_places)
        if isinstance(field, models.CharField) and args["lookup_expr"] in ONE:
            return OneOf(**args)
        return super().filter_for_field(field, field_name, lookup_expr)

    def keep_as_of(self, queryset, name, day):
        """Applied by `filter_queryset`, between the filters that do not ask of the day and those that do."""
        return queryset

    def keep_found(self, queryset, name, text):
        return queryset.search(text)

    def filter_queryset(self, queryset):
        self.before_day, found = self.filtered(queryset, self.form.cleaned_data)
        return found

    def without(self, name):
        """What all the filters leave but the one called `name`."""
        values = {other: value for other, value in self.form.cleaned_data.items() if other not in (name, f"{name}__in")}
        _before, found = self.filtered(self.queryset.all(), values)
        return found

    def filtered(self, queryset, values):
        """What the filters leave before the day is asked, and all that they leave."""
        later = [name for name in values if name == "ordering" or self.filters[name].field_name in self.of_the_day.values()]
        for name in values:
            if name not in later:
                queryset = self.filters[name].filter(queryset, values[name])
        before, queryset = queryset, self.on_day(queryset)
        for name in later:
            queryset = self.filters[name].filter(queryset, values[name])
        return before, queryset

    def on_day(self, queryset):
        """What was there on the day asked for; everything where none is."""
        return queryset.as_of(self.day) if self.day else queryset

    def undated(self):
        """How many records `as_of` left out because no date of theirs is known; 0 without it."""
        return self.before_day.undated().count() if self.day else 0


class StrictFilterBackend(DjangoFilterBackend):
    """Applies a view's FilterSet, refusing every parameter that neither it nor the paginator knows."""

    def get_filterset_kwargs(self, request, queryset, view):
        set_by_address = view.within.names if getattr(view, "within", None) else ()
        return {**super().get_filterset_kwargs(request, queryset, view), "only": {*request.query_params, *set_by_address}}

    def filter_queryset(self, request, queryset, view):
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if view.detail:
            filterset.refuse_others(than={"as_of", *view.parameters})
        if view.within:
            view.within.narrow(filterset, view)
        filterset.refuse_unknown(allowed=view.parameters)
        if view.within:
            view.within.check_there(filterset, view)
        view.filterset = filterset
        return filterset.qs
