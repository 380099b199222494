"""A pasted text as numbered provisions: what stands before each paragraph says which one it is and what it is part of.

Nothing here reads or writes the register. The labels are those of the register: `para-16`, `para-16-bullet-2`, `para-16-a`,
`para-4-heading`, `para-16-unnumbered`, `resolves-1`, `considering-a`, `annex-para-3`, `section-b`.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from django.utils.text import slugify

#: What a page has beside its text: its number, “Page 3 of 9”, “- 3 -”.
OF_THE_PAGE = re.compile(r"[-–—] ?\d+ ?[-–—]|(?:page|p\.) ?\d+(?: ?(?:of|de|sur|/) ?\d+)?|\d+ ?/ ?\d+", re.IGNORECASE)
BARE_NUMBER = re.compile(r"\d{1,4}")
OPENING_QUOTES = '“„«"‘'

#: What a paragraph may begin with. The number as printed is what stands there.
DECIMAL = re.compile(
    r"(?P<number>\(?(?P<digits>\d{1,3}(?:\.\d{1,3})*)(?P<suffix>bis|ter|quater)?(?P<style>\.?\)|\.)?)(?:\s+(?P<text>.*)|$)"
)
LETTER = re.compile(r"(?P<number>\(?(?P<letters>[^\W\d_]{1,5}) ?(?:\)|\.(?=\s)))\s*(?P<text>.*)")
BULLET = re.compile(r"(?P<number>[•·▪■●○◦‣⁃])\s*(?P<text>.+)")
DASH = re.compile(r"(?P<number>[-–—*])\s+(?P<text>.+)")
FOOTNOTE = re.compile(r"(?P<number>[¹²³⁴⁵⁶⁷⁸⁹⁰]+|\[\d+\])\s*(?P<text>.+)")
ANNEX = re.compile(
    r"(?P<word>annexe?|anexo|appendix|приложение|ملحق|الملحق|附件)(?:\s*(?P<which>\d+|[a-z]|[ivx]+))?(?:\s*[:–—-].*|\s+(?:to|à|al|de|к)\s.*)?",
    re.IGNORECASE,
)
PART = re.compile(
    r"(?P<number>(?P<word>part|chapter|section|partie|chapitre|parte|capítulo)\s+(?P<which>\d+|[a-z]|[ivx]+))\b[.:]?(?P<text>.*)",
    re.IGNORECASE,
)
LETTERED_SECTION = re.compile(r"(?P<number>(?P<which>[A-H]|[IVX]{1,5})\.?)\s+(?P<text>[^\W\d_].*)")
MONTH = re.compile(r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE)
ROMANS = {text: place for place, text in enumerate("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(), 1)}

#: The verbs with which the parts of a resolution begin; in other languages its paragraphs are known by their numbers.
VERBS = """
    accepting|acknowledging|affirming|appreciating|aware|bearing in mind|conscious|considering|convinced|emphasi[sz]ing|expressing|
    having (?:considered|examined|noted|in mind)|keeping in mind|mindful|noting|observing|reaffirming|recalling|recogni[sz]ing|
    reiterating|stressing|taking (?:into account|note)|underlining|welcoming|
    appeals|approves|authori[sz]es|calls|confirms|decides|declares|directs|encourages|endorses|instructs|invites|recommends|requests|
    resolves|urges|
    ayant (?:examiné|à l[’']esprit)|considérant|consciente?|notant|rappelant|réaffirmant|reconnaissant|soulignant|tenant compte|
    autorise|charge|décide|encourage|invite|prie|recommande|
    considerando|observando|reafirmando|reconociendo|recordando|subrayando|teniendo en cuenta|
    autoriza|encarga|insta|invita|pide|recomienda|resuelve
"""
CLAUSE = re.compile(r"(?P<verb>" + re.sub(r"\n\s+", "", VERBS.strip()) + r")\b(?P<rest>.*)", re.IGNORECASE)
#: What follows a verb that says something itself and is not the verb of the paragraphs under it.
SAID = re.compile(r"\s+(?:that|its|the (?:resolution|decision|report)|resolution|decision|\d)")
#: How long a line may be that is a heading, or that names the verb of the paragraphs under it.
LONGEST_HEADING = 120


@dataclass(frozen=True)
class Piece:
    """A provision as it was found: its label, number as printed and kind, the label of what it is part of, and its text."""

    label: str
    number: str
    kind: str
    parent: str
    text: str


def split(text):
    """The pieces of a text in its order, no two with one label."""
    found = Splitter()
    for unit in units(text):
        found.take(unit)
    return found.finished()


# -- lines and paragraphs -----------------------------------------------------------------------------------------------


def lines_of(text):
    """The lines of a text, without what only a page needs; an empty line stands where a paragraph may end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = "".join(ch for ch in text if ch in "\n\t" or unicodedata.category(ch) not in ("Cc", "Cf"))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    for place, line in enumerate(lines):
        before, after = (lines[place - 1] if place else ""), (lines[place + 1] if place + 1 < len(lines) else "")
        if OF_THE_PAGE.fullmatch(line):
            continue
        if BARE_NUMBER.fullmatch(line) and (before or not after):  # with its text under it, it is the number of a paragraph
            continue
        yield line


def units(text):
    """The paragraphs of a text, wrapped lines joined.

    Where no line is empty every line is a paragraph, but one that goes on in the middle of a sentence.
    """
    lines = list(lines_of(text))
    spaced = any(not line for line in "\n".join(lines).strip().split("\n"))
    held, blank = "", True
    for line in lines:
        if not line:
            blank = True
            continue
        number_alone = BARE_NUMBER.fullmatch(held) is not None
        new = blank or (not number_alone and (begins_anew(line, held) if spaced else not goes_on(line, held)))
        if new and held:
            yield held
        held, blank = (line if new else f"{held} {line}"), False
    if held:
        yield held


def begins_anew(line, before):
    """Whether a line that stands right under another is no rest of its sentence: it has a mark of its own, or names a clause."""
    if BULLET.fullmatch(line) or FOOTNOTE.fullmatch(line) or ANNEX.fullmatch(line) or is_verb_alone(line):
        return True
    if is_verb_alone(before) or ANNEX.fullmatch(before):
        return bool(DECIMAL.fullmatch(line) or LETTER.fullmatch(line) or not line[0].islower())
    ended = before.endswith((".", ";", ":", ",", "and", "or"))
    if LETTER.fullmatch(line) or (DASH.fullmatch(line) and before.endswith((":", ";", ".", ","))):
        return ended or not before[-1:].isalnum() or len(before) < LONGEST_HEADING
    decimal = DECIMAL.fullmatch(line)
    return bool(decimal and decimal["text"] and not MONTH.match(decimal["text"]) and (ended or len(before) < 60))


def goes_on(line, before):
    """Whether a line goes on in the middle of the sentence before it."""
    marked = any(shape.fullmatch(line) for shape in (DECIMAL, LETTER, BULLET, DASH)) or is_verb_alone(line)
    return not marked and line[0].islower() and not before.endswith((".", ";", ":")) and not is_verb_alone(before)


def is_verb_alone(line):
    """Whether a line names what the paragraphs under it do: “resolves”, “instructs the Secretary-General”."""
    found = CLAUSE.fullmatch(line.lstrip(OPENING_QUOTES).rstrip(",: "))
    if not found or len(line) > LONGEST_HEADING or line.endswith((";", ".")):
        return False
    return not found["rest"] or not (
        line.endswith(",") or re.match(r"\s+(?:that|its|the (?:resolution|decision|report)|resolution|decision|\d)", found["rest"])
    )


# -- what each paragraph is ---------------------------------------------------------------------------------------------


class Splitter:
    """Takes the paragraphs of a text one after the other, and knows what the next may be part of."""

    def __init__(self):
        self.pieces = []
        #: The annex, the section, the clause and the paragraph, letter and roman numeral that are open: their labels, "" where none is.
        self.annex = self.section = self.clause = self.paragraph = self.letter = self.roman = ""
        #: The last number, the numbered list within a paragraph, the last letter and the last roman numeral of what is open.
        self.last = self.last_within = self.last_letter = self.last_roman = 0
        self.styles = ["", ""]

    def take(self, text):
        """Add a paragraph as the piece that it is."""
        for kind in (self.as_annex, self.as_part, self.as_footnote, self.as_decimal, self.as_lettered, self.as_bullet, self.as_clause):
            if kind(text.lstrip(OPENING_QUOTES).lstrip() or text):
                return
        self.as_unnumbered(text)

    def add(self, label, kind, text, *, number="", parent=""):
        """Add a piece, its label numbered where another has it; returns the label."""
        taken = {piece.label for piece in self.pieces}
        label = slug_of(label)
        if label in taken and self.section and kind == "paragraph":
            label = slug_of(f"{self.section}-{label}")
        label = next(name for name in (label, *(f"{label}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
        self.pieces.append(Piece(label, number.strip()[:40], kind, parent, text))
        return label

    def close(self, *names):
        """Let nothing more be part of what is open under the names."""
        for name in names:
            setattr(self, name, "")

    def as_annex(self, text):
        found = ANNEX.fullmatch(text)
        if not found or len(text) > LONGEST_HEADING:
            return False
        which = f"-{digits_of(found['which'])}" if found["which"] else ""
        number = " ".join(filter(None, [found["word"], found["which"]]))
        self.close("section", "clause", "paragraph", "letter", "roman")
        self.annex, self.last = self.add(f"annex{which}", "annex", text, number=number), 0
        return True

    def as_part(self, text):
        found = PART.fullmatch(text) or LETTERED_SECTION.fullmatch(text)
        if not found or len(text) > LONGEST_HEADING or text.endswith((".", ";", ":", ",")):
            return False
        word = slugify(found.groupdict().get("word") or "section") or "section"
        self.close("section", "clause", "paragraph", "letter", "roman")
        label = f"{self.prefix}{word}-{found['which']}"
        self.section = self.add(label, "section", text, number=found["number"], parent=self.annex)
        return True

    def as_footnote(self, text):
        found = FOOTNOTE.fullmatch(text)
        if not found:
            return False
        which = digits_of(unicodedata.normalize("NFKC", found["number"]).strip("[]"))
        self.add("footnote" if which in ("", "1") else f"footnote-{which}", "footnote", text, number=found["number"])
        return True

    def as_decimal(self, text):
        found = DECIMAL.fullmatch(text)
        if not found or not self.is_number(found):
            return False
        digits, style = digits_of(found["digits"]), found["style"] or ""
        first = int(digits.split(".")[0])
        if self.is_within(first, style):
            self.last_within, self.styles[1] = first, style
            within = self.letter or self.paragraph
            self.close("roman")
            self.roman = self.add(f"{within}-{digits}", "sub-paragraph", text, number=found["number"], parent=within)
            return True
        self.close("paragraph", "letter", "roman")
        self.last, self.last_within, self.styles[0] = first, 0, style
        whole = self.clause or self.section or self.annex
        begins = self.clause or f"{self.prefix}para"
        label = f"{begins}-{digits.replace('.', '-')}{found['suffix'] or ''}"
        above = slug_of(f"{begins}-{digits.rpartition('.')[0].replace('.', '-')}") if "." in digits else ""
        parent = above if above in {piece.label for piece in self.pieces} else whole
        self.paragraph = self.add(
            label, "sub-paragraph" if above and parent == above else "paragraph", text, number=found["number"], parent=parent
        )
        return True

    def is_number(self, found):
        """Whether what a line begins with numbers it; without a point or bracket only what goes on from the last, or begins."""
        text = found["text"] or ""
        if found["style"]:
            return True
        first = int(digits_of(found["digits"]).split(".")[0])
        return bool(text) and not MONTH.match(text) and (first > self.last or first == 1 or "." in found["digits"])

    def is_within(self, first, style):
        """Whether a number is of a list within the paragraph: it begins one after a colon, or goes on in its style."""
        if not self.paragraph:
            return False
        begins = first == 1 and self.last and self.pieces[-1].text.endswith((":", "："))
        goes_on = self.last_within and first == self.last_within + 1 and (style != self.styles[0] or first != self.last + 1)
        return bool(begins or goes_on) and (style != self.styles[0] or first != self.last + 1)

    def as_lettered(self, text):
        found = LETTER.fullmatch(text)
        letters = found["letters"].lower() if found else ""
        roman, place = ROMANS.get(letters, 0), place_of(letters)
        whole = self.paragraph or self.clause or self.section or self.annex
        if self.letter and roman and not (place and place == self.last_letter + 1) and roman == (self.last_roman + 1 if self.roman else 1):
            self.roman = self.add(f"{self.letter}-{letters}", "sub-paragraph", text, number=found["number"], parent=self.letter)
            self.last_roman = roman
        elif place or roman:
            place = place or (self.last_letter + 1 if self.letter else 1)
            name = letters if letters.isascii() else chr(ord("a") + min(place, 26) - 1)
            self.close("roman")
            label = f"{whole}-{name}" if whole else name
            self.letter = self.add(label, "sub-paragraph", text, number=found["number"], parent=whole)
            self.last_letter, self.last_roman = place, 0
        else:
            return False
        return True

    def as_bullet(self, text):
        found = BULLET.fullmatch(text) or DASH.fullmatch(text)
        if not found:
            return False
        whole = self.roman or self.letter or self.paragraph or self.clause or self.section or self.annex
        place = sum(piece.kind == "bullet" and piece.parent == whole for piece in self.pieces) + 1
        self.add(f"{whole}-bullet-{place}" if whole else f"bullet-{place}", "bullet", text, number=found["number"], parent=whole)
        return True

    def as_clause(self, text):
        found = CLAUSE.match(text)
        if not found:
            return False
        alone = is_verb_alone(text)
        name = text.split(",")[0] if alone else found["verb"]
        self.close("clause", "paragraph", "letter", "roman")
        label = self.add(f"{self.prefix}{slugify(name)[:60].strip('-')}", "paragraph", text, parent=self.section or self.annex)
        if alone:
            self.clause, self.last = label, 0
        return True

    def as_unnumbered(self, text):
        """A heading, the words of a clause that stands alone, the rest of a paragraph, or a paragraph without a number."""
        whole = self.paragraph or self.clause
        if self.clause and self.pieces[-1].label == self.clause:
            self.pieces[-1] = replace(self.pieces[-1], text=f"{self.pieces[-1].text} {text}")
        elif len(text) <= LONGEST_HEADING and not text.endswith((".", ";", ":", ",", "؛", "。", "；")) and not text[0].islower():
            self.close("clause", "paragraph", "letter", "roman")
            label = f"{self.prefix}heading" if any(piece.kind != "heading" for piece in self.pieces) else "title"
            self.add(label, "heading", text, parent=self.section or self.annex)
        elif whole:
            self.close("letter", "roman")
            self.add(f"{whole}-unnumbered", "continuation", text, parent=whole)
        else:
            self.add(f"{self.prefix}unnumbered", "paragraph", text, parent=self.section or self.annex)

    @property
    def prefix(self):
        """What the labels within an annex begin with."""
        return f"{self.annex}-" if self.annex else ""

    def finished(self):
        """The pieces; a heading is called after the paragraph under it, and a clause with paragraphs of its own is a section."""
        parents = {piece.parent for piece in self.pieces}
        taken = {piece.label for piece in self.pieces}
        finished = []
        for piece, under in zip(self.pieces, [*self.pieces, None][1:], strict=True):
            label, kind = piece.label, piece.kind
            if (
                kind == "heading"
                and not label.startswith("title")
                and under
                and under.kind == "paragraph"
                and f"{under.label}-heading" not in taken
            ):
                label = f"{under.label}-heading"
            elif kind == "paragraph" and label in parents and CLAUSE.match(piece.text.lstrip(OPENING_QUOTES)) and not piece.number:
                kind = "section"
            finished.append(replace(piece, label=label, kind=kind))
        return finished


def in_order(held, labels):
    """The labels of a document's provisions, those `held` and the new ones of `labels` at their places among them.

    A new one comes after the one before it in the text, and after what is part of that one alone; where the register holds
    none of those before it, it comes before the first that it holds.
    """
    ordered, last = list(held), None
    for place, label in enumerate(labels):
        if label not in ordered:
            if last is None:
                at = next((ordered.index(later) for later in labels[place:] if later in ordered), len(ordered))
            else:
                at = ordered.index(last) + 1
                while at < len(ordered) and ordered[at].startswith(f"{last}-") and not label.startswith(f"{last}-"):
                    at += 1
            ordered.insert(at, label)
        last = label
    return ordered


def positions(ordered, held):
    """The place of each of the labels in their order; those `held` keep theirs as long as there is room for the new between them.

    `held` gives the places that there are; new places are ten apart where there is room.
    """
    placed, last = {}, 0
    for start, label in enumerate(ordered):
        if label in held and held[label] > last:
            placed[label] = last = held[label]
            continue
        following = [held[later] for later in ordered[start:] if later in held and held[later] > last]
        new = next((n for n, later in enumerate(ordered[start:]) if later in held and held[later] > last), None)
        step = 10 if new is None else max(1, min(10, (following[0] - last) // (new + 1)))
        placed[label] = last = last + step
    return placed


def slug_of(label):
    """A label as an address may bear it."""
    return slugify(label)[:90].strip("-") or "unnumbered"


def digits_of(text):
    """A number in the digits of ASCII, whatever its script; other letters in lower case."""
    return "".join(str(unicodedata.digit(ch)) if ch.isdecimal() else ch for ch in text or "").lower()


def place_of(letters):
    """The place of a single letter of the Latin alphabet, of those with which Cyrillic and Arabic lists are lettered; else 0."""
    for alphabet in ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщэюя", "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"):
        if len(letters) == 1 and letters in alphabet:
            return alphabet.index(letters) + 1
    return 0
