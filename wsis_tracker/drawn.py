"""What was drawn from each paragraph of a document, of every kind of record, in one UNION."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Case, F, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.urls import reverse
from django.utils.translation import get_language

from action_lines import models as lines
from mandates import models as mandates
from meetings import models as meetings
from reports import models as reports

TEXT = TextField()


def column(path):
    return Cast(F(path), TEXT)


def translated(path):
    """The text of a translated column in the reader's language, else in English."""
    return Coalesce(KeyTextTransform(get_language(), path), KeyTextTransform("en", path), Value(""), output_field=TEXT)


def organisation(path):
    """An organisation in one line: its acronym, else its name; `path` leads to it and ends in `__`."""
    return Coalesce(NullIf(column(f"{path}acronym"), Value("")), translated(f"{path}name"), output_field=TEXT)


def document(path):
    return Coalesce(NullIf(column(f"{path}symbol"), Value("")), translated(f"{path}title"), output_field=TEXT)


def joined(*pieces):
    """Pieces one after another, a missing one as nothing."""
    return Concat(*(Coalesce(piece, Value(""), output_field=TEXT) for piece in pieces), output_field=TEXT)


@dataclass(frozen=True)
class Kind:
    """How the facts of one kind are named and where they are shown.

    `name` gives the expression of the name, `word` a field with choices that is said after it. The fact stands on the first of
    `pages` whose record it leads to, at the anchor of its own slug where that is another record and the page is not `plain`.
    `made_in` is the field that leads to the provision which makes it.
    """

    model: type
    name: Callable
    pages: dict
    word: str = ""
    made_in: str = ""
    plain: bool = False


KINDS = [
    Kind(mandates.Mandate, lambda: column("action"), {"mandate": "slug"}, made_in="made_in"),
    Kind(
        lines.Role,
        lambda: joined(organisation("organisation__"), Value(" "), column("action_line__code")),
        {"action-line": "action_line__slug", "organisation": "organisation__slug"},
        word="kind",
        made_in="made_in",
    ),
    Kind(meetings.Conclusion, lambda: column("text"), {"meeting": "meeting__slug"}, made_in="provision"),
    Kind(meetings.Question, lambda: column("text"), {"meeting": "meeting__slug"}, made_in="answered_in"),
    Kind(meetings.Task, lambda: column("title"), {"task": "slug"}),
    Kind(meetings.Meeting, lambda: translated("title"), {"meeting": "slug"}),
    Kind(
        meetings.Submission,
        lambda: Coalesce(NullIf(column("words"), Value("")), document("document__"), output_field=TEXT),
        {"meeting": "meeting__slug", "document": "document__slug"},
    ),
    Kind(lines.Activity, lambda: column("title"), {"activities": "slug"}),
    Kind(
        mandates.Appointment,
        lambda: joined(column("person__name"), Value(", "), organisation("organisation__")),
        {"organisation": "organisation__slug"},
        word="office",
    ),
    Kind(
        mandates.Relation,
        lambda: Coalesce(NullIf(column("target_symbol"), Value("")), document("target__"), output_field=TEXT),
        {"document": "target__slug"},
        word="kind",
        made_in="provision",
        plain=True,
    ),
    Kind(mandates.Figure, lambda: joined(column("of"), value_of_figure()), {}),
    Kind(
        mandates.Mention,
        lambda: organisation("organisation__"),
        {"organisation": "organisation__slug"},
        word="certainty",
        made_in="provision",
        plain=True,
    ),
    Kind(lines.ActionLine, lambda: joined(column("code"), Value(" "), translated("title")), {"action-line": "slug"}),
    Kind(mandates.Organisation, lambda: organisation(""), {"organisation": "slug"}),
    Kind(mandates.Person, lambda: column("name"), {"people": "slug"}),
    Kind(reports.Report, lambda: translated("title"), {"report": "slug"}),
]


def value_of_figure():
    """The value of a figure after what it counts: “: 9”, “: 500000.00 CHF”."""
    said = joined(Value(": "), column("value"), Value(" "), column("unit"))
    return Case(When(value=None, then=Value("")), default=said, output_field=TEXT)


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
    first, *others = [rows for place, kind in enumerate(KINDS) for rows in naming(text, day, place, kind)]
    for key, place, slug, name, page, word, words, field, value, made_here in first.union(*others, all=True):
        fact = facts[key].setdefault((place, slug), Fact("", slug, name))
        complete(fact, KINDS[place], page, word)
        fact.words = fact.words or words
        fact.made_here = fact.made_here or bool(made_here)
        fact.variant = (field, value) if field else fact.variant
    return {key: [fact for _place, fact in sorted(of_key.items())] for key, of_key in facts.items()}


def naming(text, day, place, kind):
    """The rows that draw a kind of fact from the provisions of a document: its source rows, and those that are made there."""
    records = kind.model.objects.published()
    records = records.as_of(day) if day else records
    nothing = Value("", output_field=TEXT)
    word = column(kind.word) if kind.word else nothing
    named = kind.model.objects.order_by().filter(pk__in=records.order_by().values("pk"))
    named = named.annotate(kind_place=Value(place), shown_name=kind.name(), shown_on=page_of(kind), word=word)
    read = named.filter(sources__provision__document=text)
    printed = [column("sources__words"), column("sources__field"), column("sources__value")]
    yield read.values_list("sources__provision", "kind_place", "slug", "shown_name", "shown_on", "word", *printed, Value(0))
    if kind.made_in:
        made = named.filter(**{f"{kind.made_in}__document": text})
        yield made.values_list(kind.made_in, "kind_place", "slug", "shown_name", "shown_on", "word", nothing, nothing, nothing, Value(1))


def page_of(kind):
    """The page on which a fact is shown and the record whose page it is, as “page slug”; empty where it has none."""
    pages = [When(**{f"{path}__isnull": False}, then=joined(Value(f"{page} "), column(path))) for page, path in kind.pages.items()]
    return Case(*pages, default=Value(""), output_field=TEXT)


def complete(fact, kind, page, word):
    """Say of a fact what the database does not know: the word for its kind, its vocabulary, its address."""
    fact.kind = kind.model._meta.verbose_name
    fact.word = dict(kind.model._meta.get_field(kind.word).flatchoices).get(word, word) if kind.word else ""
    fact.url = address(*page.split(" "), fact.slug, kind.plain) if page else ""


def address(page, owner, slug, plain):
    """Where a fact is shown."""
    if page == "activities":
        return f"{reverse(page)}?slug={slug}"
    if page == "people":
        return f"{reverse(page)}#{slug}"
    url = reverse(page, args=[owner])
    return url if plain or owner == slug else f"{url}#{slug}"
