"""The facts that a text states, as far as they are known by their form: symbols, dates, names known to the register, codes, numbers.

They are compared by a key that the ways of printing do not change: `C06/07` and `C06/7`, “nine” and “9”, “7-8 June 2004” and
“from 7 to 8 June 2004” are the same. A resolution is known by its kind and number, for texts name its body in many ways.
"""

import calendar
import re
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from mandates import symbols
from mandates.models import Organisation, OrganisationName, Person


class FactKind(TextChoices):
    SYMBOL = "symbol", _("symbol")
    DATE = "date", _("date")
    NAME = "name", _("name")
    CODE = "code", _("action line")
    NUMBER = "number", _("number")


@dataclass(frozen=True)
class Fact:
    """Something that a text states; `key` is the same however it is printed."""

    kind: FactKind
    key: str


MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTH = "|".join(MONTHS)
TO = r"\s*(?:to|and|-|–|—)\s*"
#: “Resolutions 1214, 1222 and 1244”: what follows a comma or “and” is one more number, unless it begins a date.
MORE = rf"(?:(?:,|\s+and|,\s+and)\s+\d{{1,4}}\b(?!\s+(?:{MONTH})))*"
INSTRUMENTS = re.compile(rf"\b(?P<kind>Res(?:olution)?s?|Dec(?:ision)?s?)\b\.?\s+(?P<numbers>\d+(?:/\d+)?{MORE})", re.IGNORECASE)
#: Letters, then parts after strokes of which one has a digit; a stroke between two words is none.
DOCUMENT = re.compile(r"(?<![\w/])(?=[A-Z][\w.-]*/)(?=[\w./-]*\d)[A-Z][\w.-]*(?:/[\w.-]+)+(?:\s?\((?:Rev|Add|Corr)\.?\s?\d+\))?")
DAYS = re.compile(rf"\b(?P<first>\d{{1,2}})(?:{TO}(?P<last>\d{{1,2}}))?\s+(?P<month>{MONTH})\s+(?P<year>\d{{4}})\b", re.IGNORECASE)
OVER_MONTHS = re.compile(
    rf"\b(?P<first>\d{{1,2}})\s+(?P<month>{MONTH})(?={TO}\d{{1,2}}\s+(?:{MONTH})\s+(?P<year>\d{{4}})\b)", re.IGNORECASE
)
MONTH_OF_YEAR = re.compile(rf"\b(?P<month>{MONTH})\s+(?P<year>\d{{4}})\b", re.IGNORECASE)
ISO = re.compile(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
LINE = re.compile(r"\bC\d{1,2}\b")
WORDS = dict(zip("two three four five six seven eight nine ten eleven twelve".split(), range(2, 13), strict=True))
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?\b|\b(?:" + "|".join(WORDS) + r")\b", re.IGNORECASE)
TOKEN = re.compile(r"[\w&’'-]+")


class Names:
    """The names that are known to the register: acronyms, as they are written, and names in full, whatever their case.

    All names of an organisation are one fact, by its acronym where it has one.
    """

    def __init__(self):
        organisations = list(Organisation.objects.published().values_list("pk", "acronym", "name"))
        called = {key: acronym or str(name) for key, acronym, name in organisations}
        self.acronyms = {(acronym,): acronym for _key, acronym, _name in organisations if acronym}
        full = {text: called[key] for key, _acronym, name in organisations for text in name.values() if text}
        full |= {name: called[key] for key, name in OrganisationName.objects.of_published().values_list("record_id", "name")}
        full |= {name.split()[-1]: name for name in Person.objects.published().values_list("name", flat=True) if name}
        self.full = {tuple(TOKEN.findall(name.casefold())): shown for name, shown in full.items()}
        self.longest = max(map(len, self.full), default=1)

    def found(self, text):
        """The names in a text, of names within others the longest."""
        tokens, place = TOKEN.findall(text), 0
        while place < len(tokens):
            for length in range(self.longest, 0, -1):
                said = tuple(tokens[place : place + length])
                name = self.acronyms.get(said) or self.full.get(tuple(token.casefold() for token in said))
                if name:
                    yield name
                    place += length - 1
                    break
            place += 1


def facts_of(text, names):
    """The facts of a text, in the order of their kinds; what was taken for one is not read again for another."""
    found = set()

    def take(pattern, facts):
        nonlocal text

        def read(match):
            found.update(facts(match))
            return " " * len(match[0])

        text = pattern.sub(read, text)

    take(INSTRUMENTS, instruments)
    take(DOCUMENT, lambda match: [Fact(FactKind.SYMBOL, symbols.normalise(match[0]))])
    for pattern in (OVER_MONTHS, DAYS, MONTH_OF_YEAR):
        take(pattern, days)
    for pattern in (ISO, YEAR):
        take(pattern, lambda match: [Fact(FactKind.DATE, match[0])])
    take(LINE, lambda match: [Fact(FactKind.CODE, match[0])])
    found |= {Fact(FactKind.NAME, name) for name in names.found(text)}
    take(NUMBER, lambda match: [Fact(FactKind.NUMBER, str(WORDS.get(match[0].lower(), match[0].replace(",", ""))))])
    return found


def instruments(match):
    kind = "RES" if match["kind"].lower().startswith("res") else "DEC"
    return [Fact(FactKind.SYMBOL, f"{kind} {number}") for number in re.findall(r"\d+(?:/\d+)?", match["numbers"])]


def days(match):
    """The days of a date, its first and its last, or its month, as ISO text."""
    said = match.groupdict()
    month = f"{said['year']}-{MONTHS[said['month'].lower()]:02}"
    told = [f"{month}-{int(day):02}" for day in (said.get("first"), said.get("last")) if day]
    return [Fact(FactKind.DATE, key) for key in told or [month]]
