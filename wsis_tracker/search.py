"""Search over the whole register: the words of a record, whatever its collection."""

from dataclasses import dataclass
from itertools import islice

from django.apps import apps
from django.db.models import Count, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from action_lines.models import ActionLine
from mandates import symbols
from mandates.models import Document, Organisation
from mandates.resolver import LONGEST, resolve
from wsis_tracker.register.records import Record
from wsis_tracker.rest.filters import LONGEST_VALUE, ChoiceFilter, DayFilter, StrictFilterSet

from .naming import shown


def searched():
    """The models of records by the name of their collection, in the order of the rooms."""
    return {model.collection: model for model in apps.get_models() if issubclass(model, Record)}


def named(model):
    """The records of a model with what their names and addresses are made of."""
    return model.objects.select_related(*model.named_through).prefetch_related(*model.addressed_through)


@dataclass(frozen=True)
class Found:
    """The published records that have every word of a text: those with all in their name first, then by collection and slug.

    `day` keeps those there were on it; `collections` keeps the collections named.
    """

    text: str
    day: object = None
    collections: tuple[str, ...] = ()

    @property
    def places(self):
        """The place of each collection that is looked through, with its model."""
        return [
            (place, model) for place, (name, model) in enumerate(searched().items()) if not self.collections or name in self.collections
        ]

    def within(self, model):
        records = model.objects.published().search(self.text)
        return (records.as_of(self.day) if self.day else records).order_by()

    def rows(self):
        """One UNION over the collections: the tier, the place of the collection, slug and key of each record."""
        columns = ("tier", "rank", "slug", "pk")
        first, *others = [
            self.within(model).in_tiers(self.text).annotate(rank=Value(place)).values_list(*columns) for place, model in self.places
        ]
        return first.union(*others, all=True).order_by("tier", "rank", "slug")

    def latest(self):
        """The same rows with the time of the last change for the tier, the last changed first."""
        columns = ("updated_at", "rank", "slug", "pk")
        first, *others = [self.within(model).annotate(rank=Value(place)).values_list(*columns) for place, model in self.places]
        return first.union(*others, all=True).order_by("-updated_at", "rank", "slug")

    def undated(self):
        """Of each collection what the day leaves out because no date is known."""
        return [model.objects.published().search(self.text).undated() for _place, model in self.places]

    @cached_property
    def per_kind(self):
        """How many were found in each collection, by its name, also of those not looked through; one UNION."""
        first, *others = [
            self.within(model).annotate(rank=Value(place)).values("rank").annotate(number=Count("pk")).values_list("rank", "number")
            for place, model in enumerate(searched().values())
        ]
        names = list(searched())
        return {names[place]: number for place, number in sorted(first.union(*others, all=True)) if number}

    def count(self):
        return sum(number for name, number in self.per_kind.items() if not self.collections or name in self.collections)

    def __getitem__(self, page):
        """The records of a slice, each kind read in one query."""
        rows = list(self.rows()[page])
        read = {model: named(model).in_bulk(keys) for model, keys in keys_of(rows).items()}
        models = list(searched().values())
        return [read[models[place]][pk] for _tier, place, _slug, pk in rows if pk in read[models[place]]]

    def iterator(self, chunk):
        """All of them as lists show them, `chunk` read at a time."""
        rows = self.rows().iterator(chunk)
        while some := list(islice(rows, chunk)):
            yield from shown_rows(some)


def keys_of(rows):
    """The keys in rows of `Found`, by model."""
    models = list(searched().values())
    keys = {}
    for _tier, place, _slug, pk in rows:
        keys.setdefault(models[place], []).append(pk)
    return keys


def shown_rows(rows):
    """The records of rows of `Found` as lists show them, in their order, those apart that are gone meanwhile; one query."""
    names, records = list(searched()), shown(keys_of(rows))
    keys = [(names[place], pk) for _tier, place, _slug, pk in rows]
    return [records[key] for key in keys if key in records]


def meant(words, day=None):
    """The one record whose code, acronym or symbol the words are, as it is shown, or None."""
    if len(words) > LONGEST:
        return None
    if symbols.instrument(words):
        return resolve(words, day).document
    documents = Document.objects.published().known_as(words)
    alike = {
        ActionLine: ActionLine.objects.published().filter(code__iexact=words),
        Organisation: Organisation.objects.published().filter(acronym__iexact=words),
        Document: documents.as_of(day) if day else documents,
    }
    found = shown({model: records.order_by().values("pk") for model, records in alike.items()}).values()
    per_kind = [[record for record in found if record.collection == model.collection] for model in alike]
    return next((records[0] for records in per_kind if len(records) == 1), None)


class SearchFilterSet(StrictFilterSet):
    """The words sought, in which collections, and on which day."""

    q = CharFilter(required=True, max_length=LONGEST_VALUE, label=_("Words"))
    as_of = DayFilter(label=_("As of"))
    collection = ChoiceFilter([(name, name) for name in searched()], label=_("Collection"))

    class Meta:
        model = Document
        fields = []

    def found(self):
        asked = self.form.cleaned_data
        given = [asked[name] for name in ("collection", "collection__in") if asked[name]]
        return Found(asked["q"], asked["as_of"], tuple(name for names in given for name in names))
