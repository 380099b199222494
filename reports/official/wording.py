"""How sentences are made of records: phrases that remember whom they name, lists, spans of days, numbers in words.

A phrase carries the records that it prints, so that a sentence knows what stands behind it without being told.
Sentences are English; whoever builds speaks English meanwhile (`translation.override("en")`).
"""

import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from mandates.models import Organisation
from mandates.models.organisations import OrganisationKind
from wsis_tracker.register import dates

from .composition import Reference, Sentence

WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()
#: What ends in a point and ends no sentence.
SHORTENED = ("Dr.", "Prof.", "Mr.", "Ms.", "No.", "Res.", "Dec.", "Add.", "Rev.", "Corr.", "St.", "para.")
#: The names of Member States that take an article, by their last word.
WITH_ARTICLE = {"Federation", "States", "Republic", "Kingdom", "Emirates", "Netherlands"}
#: Organisations whose names take none, however many words they have.
WITHOUT_ARTICLE = {OrganisationKind.MEMBERS, OrganisationKind.PARTNERSHIP, OrganisationKind.MEMBER_STATE}


@dataclass(frozen=True)
class Phrase:
    """Words, and the records that they print."""

    text: str
    records: tuple = ()


def phrase(*parts):
    """Texts and phrases put together."""
    text = "".join(part.text if isinstance(part, Phrase) else str(part) for part in parts)
    return Phrase(text, tuple(record for part in parts if isinstance(part, Phrase) for record in part.records))


#: The names of organisations on the day of the report that is being composed, by their keys, where they are known.
_borne = ContextVar("names borne on the day", default={})  # noqa: B039 - never written to


@contextmanager
def bearing(names):
    """Let organisations be called by the names that they bore on a day, `{key: name}`; the others by those that they bear."""
    token = _borne.set(names)
    try:
        yield
    finally:
        _borne.reset(token)


def name_of(record):
    """The one-line name of a record, of an organisation the one that it bore."""
    return _borne.get().get(record.pk) or str(record) if isinstance(record, Organisation) else str(record)


def call(record):
    """A record by its one-line name."""
    return Phrase(name_of(record), (record,))


def title_of(record):
    """A document or meeting by its title."""
    return Phrase(str(record.title), (record,))


def the(organisation):
    """An organisation by its name, with the article that the name takes."""
    text = name_of(organisation)
    if organisation.kind in WITHOUT_ARTICLE:
        needs = organisation.kind == OrganisationKind.MEMBER_STATE and text.split()[-1] in WITH_ARTICLE
    else:
        needs = " " in text
    return Phrase(f"the {text}" if needs and not text.lower().startswith("the ") else text, (organisation,))


def listed(parts, last="and"):
    """Phrases as a list: one, two and three; by semicolons where a part has commas of its own."""
    parts = [part if isinstance(part, Phrase) else Phrase(str(part)) for part in parts]
    if len(parts) < 2:
        return phrase(*parts)
    if len(parts) == 2:
        return phrase(parts[0], f" {last} ", parts[1])
    comma = "; " if any(re.search(r"[,;] ", part.text) for part in parts) else ", "
    between = [comma] * (len(parts) - 2) + [f"; {last} " if comma == "; " else f" {last} "]
    return phrase(*(piece for part, sign in zip(parts, [*between, ""], strict=True) for piece in (part, sign)))


def number(count):
    """A count, in words up to twelve."""
    return WORDS[count] if 0 <= count < len(WORDS) else f"{count:,}"


def ordinal(count):
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def amount(value):
    """A number as a text prints it: thousands apart, and cents only where there are any."""
    return f"{value:,.2f}".removesuffix(".00")


def on(day):
    """When something was: on a day, in a month, in a year."""
    return f"{'on' if len(day) == 10 else 'in'} {dates.in_words(day)}"


def when(first, last=None):
    """When something lasted from one day to another: from 7 to 8 June 2004."""
    if not last or last == first:
        return on(first)
    if len(first) == len(last) == 10 and first[:7] == last[:7]:
        return f"from {int(first[8:])} to {dates.in_words(last)}"
    if len(first) == len(last) == 10 and first[:4] == last[:4]:
        return f"from {dates.in_words(first).rsplit(' ', 1)[0]} to {dates.in_words(last)}"
    return f"from {dates.in_words(first)} to {dates.in_words(last)}"


def held_from_until(record, day):
    """For how long an office or a mandate had been held by `day`, its end named only where it had come by then."""
    begun = dates.in_words(record.valid_from)
    if record.valid_until and record.valid_until <= day:
        return f"from {begun} until {dates.in_words(record.valid_until)}"
    return f"since {begun}"


def lower_first(text):
    """A text that goes on within a sentence; what begins with an acronym stays as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def upper_first(text):
    return text[:1].upper() + text[1:]


def bare(text):
    """A text without the mark that ends it."""
    return text.strip().rstrip(".").strip()


def is_plural(title):
    """Whether a title speaks of several: by the last word before it says of what, on what, with whom."""
    head = re.split(r"\s(?:of|on|for|with|in|at|from|to|related|by|and)\s|[,:(]", title, maxsplit=1)[0].split()
    return bool(head) and re.search(r"[a-z]s$", head[-1]) is not None and not head[-1].endswith(("ss", "us"))


def noun(record, title):
    """A record by its title within a sentence, with the article: the workshop on …, the World Summit on …"""
    first, *others = title.split(" ") if title else [""]
    plain = re.fullmatch(r"[A-Z][a-z]+", first) and (not others or others[0][:1].islower())
    return Phrase(f"the {lower_first(title) if plain else title}", (record,))


def in_one(text):
    """The sentences of a text as one that goes on after a colon."""
    return "; ".join(lower_first(bare(one.text)) for one in sentences(text))


def sentence(*parts, facts=()):
    """One sentence of texts and phrases; `facts` are the records that it tells, whose sources it names.

    Behind it are these and what its phrases name.
    """
    whole = phrase(*parts)
    text = upper_first(re.sub(r"\s+", " ", whole.text).strip())
    if text[-1:] not in (".", "?", "!", ":"):
        text += "."
    return Sentence(text, references([*facts, *whole.records]), sources_of(facts))


def sentences(text, facts=()):
    """The sentences of a text of a record's own, each with the same records behind it."""
    found = []
    for piece in re.split(r"(?<=[.?!])\s+(?=[A-Z“\"'(])", re.sub(r"\s+", " ", text).strip()):
        if found and found[-1].endswith(SHORTENED):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return tuple(sentence(piece, facts=facts) for piece in found if piece)


def references(records):
    """What stands behind, each record once, in the order in which it comes."""
    found = {}
    for record in records:
        key = (record.collection, record.slug)
        if key not in found:
            found[key] = Reference(*key, str(record), record.get_absolute_url())
    return tuple(found.values())


def sources_of(records):
    """Where records are read, as a footnote says it, each paragraph once."""
    rows = [row for record in records if hasattr(record, "sources") for row in record.sources.all()]
    return tuple(dict.fromkeys(place_of(row.provision) for row in rows))


def place_of(provision):
    """A paragraph as a footnote names it: C06/7, para 16, bullet 2."""
    place = re.sub(r" (bullet|unnumbered|heading)", r", \1", provision.place)
    return f"{provision.document}, {place}"
