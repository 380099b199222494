"""What a report says: sections of numbered paragraphs, whose sentences know the records behind them.

Builders compose it from the register; renderers know nothing else. It is plain data, equal where it says the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True)
class Reference:
    """A record of the register that stands behind a sentence."""

    #: The name of its collection in the API, and its slug: together its key.
    collection: str
    slug: str
    #: How it is called, and the path of its page.
    display: str
    url: str


@dataclass(frozen=True)
class Sentence:
    """One sentence, whole, with its mark of punctuation."""

    text: str
    behind: tuple[Reference, ...] = ()
    #: Where its facts are read, as a footnote says it: “C06/7, para 16, bullet 2”.
    sources: tuple[str, ...] = ()
    #: Whether it was written by the staff, not composed from records.
    by_staff: bool = False


@dataclass(frozen=True)
class Item:
    """One entry of the list within a paragraph; without a label it has a bullet."""

    sentences: tuple[Sentence, ...]
    label: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under a header row; every row has as many cells as there are columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True)
class Paragraph:
    """What stands under one number: sentences, then a list or a table, then what closes it."""

    #: By this, paragraphs of two runs are matched: a word of the builder, as “meetings”, unique in its report.
    key: str
    #: As it is printed; empty where the paragraph bears none, as terms of reference and signatures.
    number: str
    sentences: tuple[Sentence, ...] = ()
    items: tuple[Item, ...] = ()
    table: Table | None = None
    closing: tuple[Sentence, ...] = ()

    def every_sentence(self) -> Iterator[Sentence]:
        rows = self.table.rows if self.table else ()
        return chain(self.sentences, *(item.sentences for item in self.items), *rows, self.closing)


@dataclass(frozen=True)
class Section:
    """Paragraphs under a heading."""

    key: str
    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Head:
    """The block at the head of a document of the Council; what is not known yet is empty."""

    body: str
    symbol: str = ""
    date: str = ""
    original_language: str = ""
    agenda_item: str = ""
    presented_by: str = ""
    #: That it is a draft, and of which day; empty where it was issued.
    draft: str = ""


@dataclass(frozen=True)
class Composition:
    """A report over a period, as of a day."""

    slug: str
    kind: str
    title: str
    #: The language of its sentences, as a code of the settings.
    language: str
    #: ISO days or partial dates.
    day: str
    covers_from: str
    covers_to: str
    head: Head
    sections: tuple[Section, ...]
    #: The language of its title, headings and labels, which may be another.
    labels: str = "en"

    def paragraphs(self) -> Iterator[Paragraph]:
        return chain.from_iterable(section.paragraphs for section in self.sections)
