"""Families of symbols: how a printed symbol is brought to the one form under which its document is known.

Case, zero padding, dashes, spaces, look-alike letters and language letters vanish, and CONTRI, CONTR and C are one series;
`Rev`, `Add` and `Corr` are kept in one spelling, for they name other documents. Resolutions and decisions are known by the
body and the number, and where they are revised by the year (and the place, where the body meets in places).
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

# Cyrillic letters that look like Latin ones, as they slip into typed symbols.
LOOKALIKES = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")

BODIES = {
    "PP": r"PP(?:-?\d\d)?|PLENIPOTENTIARY(?: CONFERENCE)?",
    "COUNCIL": r"(?:ITU )?COUNCIL",
    "WTDC": r"WTDC(?:-?\d\d)?",
    "WTSA": r"WTSA(?:-?\d\d)?",
    "WRC": r"WRC(?:-?\d\d)?",
}
KINDS = {"RES": r"RES(?:OLUTIONS?)?\.?", "DEC": r"DEC(?:ISIONS?)?\.?"}
INSTRUMENT = re.compile(
    r"(?:THE )?(?:(?P<body>" + "|".join(BODIES.values()) + r") )?"
    r"(?P<kind>" + "|".join(KINDS.values()) + r") ?(?P<number>\d+)"
    r"(?: ?(?:OF|BY) (?:THE )?(?P<of>" + "|".join(BODIES.values()) + r"))?"
    r"(?: ?\(?,? ?(?P<revised>REV(?:ISED)?|MOD(?:IFIED)?)?\.? ?(?P<place>[A-Z][A-Z .'-]*?)?,? ?(?P<year>\d{4})?\)?)?"
)
PLACES = {  # where each conference met, so that a place tells the body
    ("MINNEAPOLIS", "1998"): "PP", ("MARRAKESH", "2002"): "PP", ("ANTALYA", "2006"): "PP", ("GUADALAJARA", "2010"): "PP",
    ("BUSAN", "2014"): "PP", ("DUBAI", "2018"): "PP", ("BUCHAREST", "2022"): "PP",
    ("ISTANBUL", "2002"): "WTDC", ("DOHA", "2006"): "WTDC", ("HYDERABAD", "2010"): "WTDC", ("DUBAI", "2014"): "WTDC",
    ("BUENOS AIRES", "2017"): "WTDC", ("KIGALI", "2022"): "WTDC",
    ("FLORIANOPOLIS", "2004"): "WTSA", ("JOHANNESBURG", "2008"): "WTSA", ("DUBAI", "2012"): "WTSA", ("HAMMAMET", "2016"): "WTSA",
}  # fmt: skip
SPELLINGS = {"MARRAKECH": "MARRAKESH"}
PARTS = re.compile(r"[ (,]*(?:AND )?\b(REV|ADD|CORR)[A-Z]*\.? ?(\d*)\)?")
LANGUAGE = re.compile(r"[- ][EFSRAC](?=$|\()")


@dataclass(frozen=True)
class Instrument:
    """A resolution or decision as a symbol names it; `body` is empty where the symbol does not say whose it is."""

    body: str
    kind: str
    number: str
    place: str = ""
    year: str = ""
    revised: bool = False

    @property
    def key(self):
        """The normalised symbol of the text, its first version where no revision is named."""
        base = f"{self.body} {self.kind} {self.number}"
        return f"{base} ({' '.join(filter(None, ['REV', self.place, self.year]))})" if self.revised else base


def plain(printed):
    """`printed` in one script, case and kind of dash, with single spaces and no closing punctuation."""
    letters = unicodedata.normalize("NFKD", printed)
    seen = "".join(ch for ch in letters if (ch.isprintable() or ch.isspace()) and not unicodedata.combining(ch))
    return " ".join(seen.upper().translate(DASHES | LOOKALIKES).split()).rstrip(".,;: ")


def instrument(printed):
    """The resolution or decision that `printed` names, or None where it names none."""
    match = INSTRUMENT.fullmatch(plain(printed))
    if not match:
        return None
    kind = next(name for name in KINDS if match["kind"].startswith(name))
    said = match["body"] or match["of"] or ""
    place = (match["place"] or "").strip(" ,.")
    place = SPELLINGS.get(place, place)
    conference = re.search(r"(\d\d)$", said)  # PP-02, WTDC-06: the year of the conference
    year = match["year"] or (conference and full_year(conference[1])) or ""
    body = next((name for name, shape in BODIES.items() if re.fullmatch(shape, said)), "") or PLACES.get((place, year), "")
    return Instrument(body, kind, match["number"].lstrip("0"), place, year, bool(match["revised"]))


def full_year(digits):
    """The year of its last two digits; no symbol of the register's families is older than 1960."""
    return digits if len(digits) == 4 else ("19" if digits > "60" else "20") + digits


def normalise(printed):
    """The one form of a symbol: `C06/07` and `C06/7-E` are `C06/7`; a text of no known family keeps its words."""
    form, before = simplified(printed), None
    while form != before:  # what one rule takes away may be what kept another from its work
        form, before = simplified(form), form
    return form


def simplified(printed):
    """A symbol after each rule has been applied once."""
    named = instrument(printed)
    if named:
        return named.key
    text = plain(printed)
    parts = "".join(f"({word}{number.lstrip('0') or '1'})" for word, number in PARTS.findall(text))
    stem = PARTS.sub("", text)
    stem = re.sub(r" ?([/-]) ?", r"\1", stem)
    stem = LANGUAGE.sub("", stem).replace(" ", "")
    stem = re.sub(r"^C20(\d\d)/", r"C\1/", stem)
    stem = re.sub(r"/(?:CONTRI|CONTR|C)[/-](?=\d)", "/C/", stem)
    stem = re.sub(r"/([A-Z]+)-(\d+)$", r"/\1/\2", stem)
    stem = re.sub(r"(?<=[/])0+(?=\d)", "", stem)
    return stem.rstrip(".,;:") + parts


#: What a family of symbols tells of its documents, read in the normalised form: its name, the slug of the body, the kind.
#: The year of the Summit is not that of every document of it, and a session of the General Assembly goes from one year into the next.
FAMILIES = [
    (r"C(?P<year>\d\d)/(?P<number>\d+)", _("document of Council"), "itu-council", ""),
    (r"WSIS-\d\d/[A-Z]+/DOC/(?P<number>\d+)", _("document of the Summit"), "wsis", ""),
    (r"WSIS(?:-I{1,2})?/PC-?\d+/C/(?P<number>\d+)", _("contribution to the preparatory committee"), "wsis-prepcom", "contribution"),
    (r"WSIS(?:-I{1,2})?/PC-?\d+/[A-Z]+/(?P<number>\d+)", _("document of the preparatory committee"), "wsis-prepcom", ""),
    (r"C?WG-WSIS-\d+/(?P<number>\d+)", _("document of the Group"), "wg-wsis", ""),
    (r"WG-SP-FP-(?P<year>\d\d)/(?P<number>\d+)", _("document of the working group on the Strategic and Financial Plans"), "", ""),
    (r"A/RES/(?P<number>\d+/\d+)", _("resolution of the UN General Assembly"), "un-general-assembly", "resolution"),
    (r"A/(?:C\.\d/)?(?P<number>\d+/(?:L\.)?\d+)", _("document of the UN General Assembly"), "un-general-assembly", ""),
    (r"(?:ECOSOC|E/RES/)(?P<year>\d{4})/(?P<number>\d+)", _("resolution of ECOSOC"), "ecosoc", "resolution"),
    (r"E/(?P<year>\d{4})/(?P<number>\d+)", _("document of ECOSOC"), "ecosoc", ""),
]
#: The bodies of resolutions and decisions, by their slugs; and what an instrument is called.
SPEAKERS = {"PP": "pp", "COUNCIL": "itu-council", "WTDC": "wtdc", "WTSA": "wtsa"}
INSTRUMENTS = {"RES": ("resolution", _("resolution")), "DEC": ("decision", _("decision"))}


@dataclass(frozen=True)
class Told:
    """What a symbol tells of its document, each empty where it does not: the family, kind, slug of the body, and so on."""

    family: str = ""
    kind: str = ""
    body: str = ""
    year: str = ""
    place: str = ""
    number: str = ""


NOTHING = Told()


def told(printed):
    """What `printed` tells of the document that bears it."""
    named = instrument(printed)
    if named:
        kind, family = INSTRUMENTS[named.kind]
        return Told(family, kind, SPEAKERS.get(named.body, ""), named.year, named.place.title(), named.number)
    stem = without_parts(normalise(printed))
    for shape, family, body, kind in FAMILIES:
        match = re.fullmatch(shape, stem)
        if match:
            found = match.groupdict(default="")
            return Told(family, kind, body, full_year(found["year"]) if found.get("year") else "", "", found["number"])
    return NOTHING


def without_parts(normalised):
    """A normalised symbol without the revision, addendum or corrigendum that it names."""
    return re.sub(r"\((?:REV|ADD|CORR)\d+\)", "", normalised)


#: Signs that a typist leaves out or puts in, and letters that are taken for digits: each with what it is compared as.
EASILY_MISTYPED = [*((sign, "") for sign in "/-(). "), ("O", "0"), ("I", "1"), ("L", "1")]


def bare(normalised):
    """A normalised symbol as it is compared with others for a slip of the typist."""
    for sign, compared in EASILY_MISTYPED:
        normalised = normalised.replace(sign, compared)
    return normalised
