"""What each kind of record is called and where it is shown, as the database can say it: records of any kinds in one UNION."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Aggregate, Case, F, Func, OuterRef, Subquery, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf, Replace, Trim
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.translation import get_language, gettext

from action_lines import models as lines
from mandates import models as mandates
from meetings import models as meetings
from reports import models as reports

TEXT = TextField()
NOTHING = Value("", output_field=TEXT)


def column(path):
    """What a lookup, or an expression, gives, as text."""
    return Cast(F(path) if isinstance(path, str) else path, TEXT)


class Row(Func):
    """Texts one after another, however many: Django's own Concat nests them deeper than SQLite reads."""

    template, arg_joiner, output_field = "(%(expressions)s)", " || ", TEXT


def joined(*pieces):
    """Pieces one after another, a missing one as nothing."""
    return Row(*(Coalesce(piece, NOTHING, output_field=TEXT) for piece in pieces))


def on_lines(*pieces):
    """Pieces one below another."""
    return joined(*(part for piece in pieces for part in (piece, Value("\n"))))


def filled(piece):
    """A piece, none where it is empty."""
    return NullIf(piece, NOTHING, output_field=TEXT)


def first_of(*pieces):
    """The first piece that is there and not empty."""
    return Coalesce(*map(filled, pieces), NOTHING, output_field=TEXT)


def languages():
    """The languages in the order in which a reader is shown a text."""
    return [code for code in dict.fromkeys([get_language(), "en", *dict(settings.LANGUAGES)]) if code]


def in_each(path):
    """The texts of a translated column, in the order of `languages`."""
    return [KeyTextTransform(code, path) for code in languages()]


def translated(path):
    """The text of a translated column in the reader's language; else in English, else in any."""
    return first_of(*in_each(path))


def labelled(model, field):
    """The word for the value of a field with choices."""
    words = [When(**{field: value}, then=Value(str(word))) for value, word in model._meta.get_field(field).flatchoices]
    return Case(*words, default=column(field), output_field=TEXT)


def organisation(path):
    """An organisation in one line: its acronym, else its name; `path` leads to it and ends in `__`."""
    return first_of(column(f"{path}acronym"), translated(f"{path}name"))


def document(path):
    return first_of(column(f"{path}symbol"), translated(f"{path}title"))


def provision(path):
    return joined(document(f"{path}document__"), Value(", "), Replace(column(f"{path}label"), Value("-"), Value(" ")))


class Together(Aggregate):
    """The texts of several rows, each on a line."""

    output_field = TEXT

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="group_concat(%(expressions)s, char(10))", **context)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="string_agg(%(expressions)s, chr(10))", **context)


def of_parts(model, accessor, field):
    """A text of a record's parts, each on a line."""
    parts = model._meta.get_field(accessor).related_model.objects.filter(record=OuterRef("pk")).order_by()
    return Subquery(parts.values("record").annotate(texts=Together(column(field))).values("texts"))


def first_source(path):
    """What a lookup gives from the first source of a figure."""
    return Subquery(mandates.FigureSource.objects.filter(record=OuterRef("pk")).order_by("pk").values(path)[:1])


@dataclass(frozen=True)
class Kind:
    """How the records of one kind are named, what they say, and where they are shown.

    `name` and `text` give expressions; the name is that of `str(record)`, its language that of the field `translated`. A record is
    shown on the first of `pages` whose path leads to a record, which is the one whose page it is (without a path: on the page
    itself), at its `anchor`.
    """

    model: type
    name: Callable
    text: Callable
    pages: dict
    anchor: object = ""
    translated: str = ""


KINDS = {
    kind.model: kind
    for kind in [
        Kind(
            mandates.Organisation,
            lambda: organisation(""),
            lambda: on_lines(*in_each("name"), of_parts(mandates.Organisation, "names", "name")),
            {"organisation": "slug"},
            translated="name",
        ),
        Kind(
            mandates.Person,
            lambda: Trim(joined(column("title"), Value(" "), column("name"))),
            lambda: of_parts(mandates.Person, "names", "name"),
            {"people": "slug"},
            anchor="slug",
        ),
        Kind(
            mandates.Appointment,
            lambda: joined(
                *(Trim(joined(column("person__title"), Value(" "), column("person__name"))), Value(", ")),
                *(labelled(mandates.Appointment, "office"), Value(", "), organisation("organisation__")),
            ),
            lambda: column("words"),
            {"organisation": "organisation__slug"},
            anchor="slug",
        ),
        Kind(
            mandates.Document,
            lambda: document(""),
            lambda: on_lines(*in_each("title"), column("gist"), column("place"), of_parts(mandates.Document, "aliases", "text")),
            {"document": "slug"},
            translated="title",
        ),
        Kind(
            mandates.Provision,
            lambda: provision(""),
            lambda: column("gist"),
            {"document": "document__slug"},
            anchor="label",
        ),
        Kind(
            mandates.Relation,
            lambda: joined(
                *(document("document__"), Value(" "), labelled(mandates.Relation, "kind"), Value(" ")),
                first_of(document("target__"), column("target_symbol")),
            ),
            lambda: on_lines(column("target_symbol"), column("words")),
            {"document": "document__slug"},
            anchor="slug",
        ),
        Kind(mandates.Mandate, lambda: column("action"), lambda: on_lines(column("action"), column("words")), {"mandate": "slug"}),
        Kind(
            mandates.Mention,
            lambda: joined(organisation("organisation__"), Value(": "), provision("provision__")),
            lambda: column("words"),
            {"document": "provision__document__slug"},
            anchor="provision__label",
        ),
        Kind(
            mandates.Figure,
            lambda: column("of"),
            lambda: on_lines(column("of"), column("unit")),
            {"document": first_source("provision__document__slug"), "documents": ""},
            anchor=first_source("provision__label"),
        ),
        Kind(
            lines.ActionLine,
            lambda: Case(When(parent=None, then=joined(column("code"), Value(" "), translated("title"))), default=column("code")),
            lambda: on_lines(*in_each("title"), *in_each("plan_title")),
            {"action-line": "slug"},
            translated="title",
        ),
        Kind(
            lines.Role,
            lambda: joined(claimed(), Value(": "), labelled(lines.Role, "kind")),
            lambda: on_lines(column("words"), column("label"), column("qualifier")),
            {"action-line": "action_line__slug", "organisation": "organisation__slug"},
            anchor="slug",
        ),
        Kind(lines.Activity, lambda: column("title"), lambda: on_lines(column("title"), column("summary")), {"activities": "slug"}),
        Kind(
            meetings.Meeting,
            lambda: translated("title"),
            lambda: on_lines(*in_each("title"), column("place"), column("topic"), column("gist")),
            {"meeting": "slug"},
            translated="title",
        ),
        Kind(
            meetings.Submission,
            lambda: joined(
                *(first_of(document("document__"), column("words")), Value(" → ")),
                first_of(translated("meeting__title"), column("handed_to"), Value(gettext("not stated"))),
            ),
            lambda: on_lines(column("words"), column("handed_to")),
            {"meeting": "meeting__slug", "document": "document__slug", "meetings": ""},
            anchor="slug",
        ),
        Kind(
            meetings.Conclusion,
            lambda: Trim(joined(translated("meeting__title"), Value(" "), column("item"))),
            lambda: column("text"),
            {"meeting": "meeting__slug"},
            anchor="slug",
        ),
        Kind(
            meetings.Question,
            lambda: joined(column("number"), Value(". "), column("text")),
            lambda: on_lines(column("text"), column("topic")),
            {"meeting": "meeting__slug"},
            anchor="slug",
        ),
        Kind(meetings.Task, lambda: column("title"), lambda: on_lines(column("title"), column("description")), {"task": "slug"}),
        Kind(
            meetings.Progress,
            lambda: joined(column("task__title"), Value(", "), column("on")),
            lambda: column("text"),
            {"task": "task__slug"},
            anchor="slug",
        ),
        Kind(
            reports.Ruling,
            lambda: joined(column("subject"), Value(", "), column("ruled_on")),
            lambda: column("reason"),
            {"discrepancies": "subject"},
            anchor="subject",
        ),
        Kind(reports.Report, lambda: translated("title"), lambda: on_lines(*in_each("title")), {"report": "slug"}, translated="title"),
    ]
}


def claimed():
    """Whose part a role is, and on what."""
    whole = Value(gettext("the implementation as a whole"))
    return joined(organisation("organisation__"), Value(", "), Coalesce(column("action_line__code"), whole, output_field=TEXT))


def place_of(pages, anchor):
    """Where a record is shown, as “page slug anchor”; see `address`."""
    end = joined(Value(" "), column(anchor)) if anchor else Value(" ")
    places = [When(IsNull(column(path), False), then=joined(Value(f"{page} "), column(path), end)) for page, path in pages.items() if path]
    alone = [joined(Value(f"{page} "), end) for page, path in pages.items() if not path]
    return Case(*places, default=alone[0] if alone else NOTHING, output_field=TEXT)


#: The pages of lists that show a record by itself, with the parameter that names it.
ALONE = {"people": "slug", "activities": "slug", "discrepancies": "key"}


def address(place):
    """The address of what stands at a place of `place_of`; empty where it stands nowhere."""
    if not place:
        return ""
    page, owner, anchor = place.split(" ", 2)
    if page in ALONE:
        url = f"{reverse(page)}?{ALONE[page]}={owner}"
    else:
        url = reverse(page, args=[owner] if owner else [])
    return f"{url}#{anchor}" if anchor else url


def language_of(kind):
    """The language in which a record's name is shown."""
    if not kind.translated:
        return Value("en", output_field=TEXT)
    there = [When(IsNull(filled(text), False), then=Value(code)) for code, text in zip(languages(), in_each(kind.translated), strict=True)]
    return Case(*there, default=Value("en"), output_field=TEXT)


@dataclass(frozen=True)
class Shown:
    """A record as a list of several kinds shows it; `text` is what it says, each piece on a line."""

    collection: str
    kind: str
    slug: str
    name: str
    language: str
    url: str
    text: str
    created_at: datetime
    updated_at: datetime

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return self.url


def shown(wanted):
    """The records of `{model: keys or queryset}` as they are shown, by collection and key; one UNION."""
    kinds = list(KINDS.values())
    rows = [
        model.objects.filter(pk__in=keys)
        .order_by()
        .annotate(kind_place=Value(kinds.index(KINDS[model])), shown_name=KINDS[model].name(), shown_in=language_of(KINDS[model]))
        .annotate(shown_on=place_of(KINDS[model].pages, KINDS[model].anchor), shown_text=KINDS[model].text())
        .values_list("kind_place", "pk", "slug", "shown_name", "shown_in", "shown_on", "shown_text", "created_at", "updated_at")
        for model, keys in wanted.items()
    ]
    records = {}
    for place, pk, slug, name, language, on, text, *stamps in rows[0].union(*rows[1:], all=True) if rows else []:
        meta = kinds[place].model._meta
        collection = kinds[place].model.collection
        records[collection, pk] = Shown(collection, meta.verbose_name, slug, name, language, address(on), text or "", *stamps)
    return records
