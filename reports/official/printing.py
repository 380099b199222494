"""A composition as it is printed: its sentences with footnotes that say where their facts are read, numbered as they are met."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from .composition import Composition, Sentence

#: What is said of a sentence that the staff wrote.
BY_STAFF = _("Text of the secretariat, not composed from the register.")


@dataclass(frozen=True)
class Noted:
    """A sentence with the footnote that follows it, where one does."""

    sentence: Sentence
    #: The number of the footnote, 0 where there is none, and its text.
    number: int = 0
    note: str = ""


class Footnotes:
    """Gives each sentence its footnote, in the order in which it is asked; of neighbours with the same one the last bears it."""

    def __init__(self):
        self.texts: list[str] = []

    def noted(self, sentences: Iterable[Sentence]) -> list[Noted]:
        sentences = list(sentences)
        texts = [note_of(sentence) for sentence in sentences]
        return [
            self._noted(sentence, text if text != following else "")
            for sentence, text, following in zip(sentences, texts, [*texts, ""][1:], strict=True)
        ]

    def _noted(self, sentence, text):
        if not text:
            return Noted(sentence)
        self.texts.append(text)
        return Noted(sentence, len(self.texts), text)


def note_of(sentence):
    """What the footnote of a sentence says: its sources, and whether it is the staff's and not composed; empty where neither."""
    said = "; ".join(shortened(sentence.sources))
    if sentence.by_staff:
        said = f"{BY_STAFF} {said}".strip()
    return said


def shortened(sources):
    """Sources each without what the one before says already: “C06/7, para 16, bullet 2”, “bullet 3”, “para 17”."""
    before = []
    for source in sources:
        pieces = source.split(", ")
        alike = next((place for place, (a, b) in enumerate(zip(before, pieces, strict=False)) if a != b), min(len(before), len(pieces)))
        yield ", ".join(pieces[min(alike, len(pieces) - 1) :])
        before = pieces


@dataclass(frozen=True)
class Line:
    """The sentences of a paragraph, of an item of it or of a cell; the label is that of the item."""

    sentences: list[Noted]
    label: str = ""


@dataclass(frozen=True)
class Grid:
    """A table whose cells have footnotes."""

    caption: str
    columns: tuple[str, ...]
    rows: list[list[Line]]


@dataclass(frozen=True)
class PrintedParagraph:
    """A paragraph as it is printed, with the name by which an address leads to it."""

    anchor: str
    number: str
    sentences: list[Noted]
    items: list[Line]
    table: Grid | None
    closing: list[Noted]
    #: The sentences that know the records behind them.
    traced: list[Sentence]


@dataclass(frozen=True)
class PrintedSection:
    """A heading with its paragraphs."""

    key: str
    heading: str
    paragraphs: list[PrintedParagraph]


@dataclass(frozen=True)
class Printed:
    """A composition as it is printed: the same sentences with their footnotes."""

    composition: Composition
    sections: list[PrintedSection]
    notes: list[str]


def printed(composition: Composition) -> Printed:
    """The composition with its footnotes, which are in the language of its sentences, whoever reads it."""
    footnotes = Footnotes()
    with override(composition.language):
        sections = [
            PrintedSection(section.key, section.heading, [printed_paragraph(paragraph, footnotes) for paragraph in section.paragraphs])
            for section in composition.sections
        ]
    return Printed(composition, sections, footnotes.texts)


def printed_paragraph(paragraph, footnotes):
    sentences = footnotes.noted(paragraph.sentences)
    items = [Line(footnotes.noted(item.sentences), item.label) for item in paragraph.items]
    table = paragraph.table and printed_table(paragraph.table, footnotes)
    closing = footnotes.noted(paragraph.closing)
    traced = [sentence for sentence in paragraph.every_sentence() if sentence.behind]
    return PrintedParagraph(f"para-{paragraph.key}", paragraph.number, sentences, items, table, closing, traced)


def printed_table(table, footnotes):
    return Grid(table.caption, table.columns, [[Line(footnotes.noted([cell])) for cell in row] for row in table.rows])
