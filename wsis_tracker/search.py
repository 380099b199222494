"""Search over the whole register: the words of a record, whatever its collection."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Count, Value
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from mandates.models import Document
from wsis_tracker.register.records import Record
from wsis_tracker.register.words import fold
from wsis_tracker.rest.filters import LONGEST_VALUE, ChoiceFilter, DayFilter, StrictFilterSet


def searched():
    """The models of records by the name of their collection, in the order of the rooms."""
    return {model.collection: model for model in apps.get_models() if issubclass(model, Record)}


def named(model):
    """The records of a model with what their names and addresses are made of."""
    return model.objects.select_related(*model.named_through).prefetch_related(*model.addressed_through)


@dataclass(frozen=True)
class Found:
    """The published records that have every word of a text, by collection and slug; read a slice at a time.

    `day` keeps those there were on it; `collections` keeps the collections named.
    """

    text: str
    day: object = None
    collections: tuple[str, ...] = ()

    def rows(self):
        """One UNION over the collections: the place of the collection, slug and key of each record."""
        return self.per_collection[0].union(*self.per_collection[1:], all=True).order_by("rank", "slug")

    @property
    def per_collection(self):
        return [
            self.within(model).order_by().annotate(rank=Value(place)).values_list("rank", "slug", "pk")
            for place, (name, model) in enumerate(searched().items())
            if not self.collections or name in self.collections
        ]

    def within(self, model):
        records = model.objects.published().search(self.text)
        return records.as_of(self.day) if self.day else records

    def per_kind(self):
        """How many were found of each collection, by its name; those of which none was are left out."""
        places = list(searched())
        whole = Found(self.text, self.day)
        if not fold(self.text):
            return {}
        first, *others = [rows.values("rank").annotate(number=Count("pk")).values_list("rank", "number") for rows in whole.per_collection]
        return {places[place]: number for place, number in sorted(first.union(*others, all=True)) if number}

    def count(self):
        return self.rows().count() if fold(self.text) else 0

    def __getitem__(self, page):
        """The records of a slice, each kind read in one query."""
        rows = list(self.rows()[page]) if fold(self.text) else []
        models = list(searched().values())
        wanted = {}
        for place, _slug, pk in rows:
            wanted.setdefault(place, []).append(pk)
        read = {place: named(models[place]).in_bulk(keys) for place, keys in wanted.items()}
        return [read[place][pk] for place, _slug, pk in rows]


class SearchFilterSet(StrictFilterSet):
    """The words sought, in which collections, and on which day."""

    q = CharFilter(required=True, max_length=LONGEST_VALUE, label=_("Words"))
    as_of = DayFilter(label=_("As of"))
    collection = ChoiceFilter([], label=_("Collection"))

    class Meta:
        model = Document
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("collection", "collection__in"):
            self.filters[name].words = {collection: collection for collection in searched()}

    def found(self):
        asked = self.form.cleaned_data
        given = [asked[name] for name in ("collection", "collection__in") if asked[name]]
        return Found(asked["q"], asked["as_of"], tuple(name for names in given for name in names))
