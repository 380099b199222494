"""What was drawn from each paragraph of a document, of every kind of record, in one UNION."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, DecimalField, TextField, Value, When

from action_lines import models as lines
from mandates import models as mandates
from meetings import models as meetings
from reports import models as reports

from .naming import KINDS as NAMING
from .naming import NOTHING, address, claimed, column, document, first_of, joined, organisation, place_of


@dataclass(frozen=True)
class Kind:
    """How the facts of one kind are said under a paragraph, as far as that is not how they are named everywhere.

    `name` gives the expression of a shorter name, `word` a field that is said after it. `leads_to` is the page of the
    record that matters there, in the shape of the pages of naming, `made_in` the field that leads to the provision which makes it.
    """

    model: type
    name: Callable | None = None
    word: str = ""
    leads_to: dict | None = None
    made_in: str = ""

    def said(self):
        return (self.name or NAMING[self.model].name)()

    def place(self):
        named = NAMING[self.model]
        return place_of(self.leads_to, "") if self.leads_to else place_of(named.pages, named.anchor)


def figure():
    """What a figure counts, with its unit: “budget of WSIS-ES (CHF)”."""
    unit = Case(When(unit="", then=Value("")), default=joined(Value(" ("), column("unit"), Value(")")), output_field=TextField())
    return joined(column("of"), unit)


KINDS = [
    Kind(mandates.Mandate, made_in="made_in"),
    Kind(lines.Role, claimed, word="kind", made_in="made_in"),
    Kind(meetings.Conclusion, lambda: column("text"), made_in="provision"),
    Kind(meetings.Question, made_in="answered_in"),
    Kind(meetings.Task),
    Kind(meetings.Meeting),
    Kind(meetings.Submission),
    Kind(lines.Activity),
    Kind(mandates.Appointment, lambda: joined(column("person__name"), Value(", "), organisation("organisation__")), word="office"),
    Kind(
        mandates.Relation,
        lambda: first_of(column("target_symbol"), document("target__")),
        word="kind",
        leads_to={"document": "target__slug"},
        made_in="provision",
    ),
    Kind(mandates.Figure, figure, word="value"),
    Kind(
        mandates.Mention,
        lambda: organisation("organisation__"),
        word="certainty",
        leads_to={"organisation": "organisation__slug"},
        made_in="provision",
    ),
    Kind(lines.ActionLine),
    Kind(mandates.Organisation),
    Kind(mandates.Person),
    Kind(reports.Report),
]


@dataclass
class Fact:
    """A record as it is shown under a paragraph: read there, made there, or both."""

    kind: str
    slug: str
    name: str
    word: str = ""
    url: str = ""
    words: str = ""
    variant: tuple[str, str] | None = None
    made_here: bool = False


def drawn_from(text, day=None):
    """The facts drawn from each provision of a document, by the provision's key; published ones, as of `day` where given."""
    facts = defaultdict(dict)
    first, *others = [rows for place, kind in enumerate(KINDS) for rows in rows_of(text, day, place, kind)]
    for key, place, slug, name, on, word, words, field, value, made_here in first.union(*others, all=True):
        meta = KINDS[place].model._meta
        word = said_of(meta.get_field(KINDS[place].word), word) if word else ""
        fact = facts[key].setdefault((place, slug), Fact(meta.verbose_name, slug, name, word, address(on)))
        fact.words = fact.words or words
        fact.made_here = fact.made_here or bool(made_here)
        fact.variant = (field, value) if field else fact.variant
    return {key: [fact for _place, fact in sorted(of_key.items())] for key, of_key in facts.items()}


def said_of(field, value):
    """The value of a field as it is said: a word of its vocabulary, a number without idle zeros, which databases write differently."""
    return f"{Decimal(value).normalize():f}" if isinstance(field, DecimalField) else dict(field.flatchoices).get(value, value)


def rows_of(text, day, place, kind):
    """The rows that draw a kind of fact from the provisions of a document: its source rows, and those that are made there."""
    records = kind.model.objects.published()
    records = records.as_of(day) if day else records
    named = kind.model.objects.order_by().filter(pk__in=records.order_by().values("pk"))
    word = column(kind.word) if kind.word else NOTHING
    named = named.annotate(kind_place=Value(place), shown_name=kind.said(), shown_on=kind.place(), word=word)
    said = ["kind_place", "slug", "shown_name", "shown_on", "word"]
    read = named.filter(sources__provision__document=text)
    printed = [column("sources__words"), column("sources__field"), column("sources__value")]
    yield read.values_list("sources__provision", *said, *printed, Value(0))
    if kind.made_in:
        made = named.filter(**{f"{kind.made_in}__document": text})
        yield made.values_list(kind.made_in, *said, NOTHING, NOTHING, NOTHING, Value(1))
