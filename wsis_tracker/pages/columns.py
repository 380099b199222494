"""Numbers over time drawn as columns of several parts, in the percentages that SVG takes."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from .axis import NAMED, percent

#: How much of a column's place the column fills.
FILLED = 0.8


@dataclass(frozen=True)
class Block:
    """A part of a column: what it counts, how many, where it begins from above and how high it is."""

    kind: str
    number: int
    y: str
    height: str


@dataclass(frozen=True)
class Column:
    """What is counted at one time: where it stands, and its parts from below."""

    text: str
    x: str
    width: str
    blocks: list[Block]


@dataclass(frozen=True)
class Columns:
    """Columns from left to right, or from right to left where one reads so, on a scale of which `most` is the whole."""

    columns: list[Column]
    most: int

    @property
    def ticks(self):
        """Some of the columns, evenly: what they are called and where they begin."""
        return [(column.text, column.x) for column in self.columns[:: -(-len(self.columns) // NAMED)]]


def columns(rows):
    """The columns for `[(text, [(kind, number)])]`; None where nothing is counted at any time."""
    most = max((sum(number for _kind, number in numbers) for _text, numbers in rows), default=0)
    if not most:
        return None
    width = 100 / len(rows)
    drawn = []
    for place, (text, numbers) in enumerate(rows):
        x = width * (len(rows) - 1 - place if get_language_bidi() else place)
        drawn.append(Column(text, percent(x), percent(FILLED * width), list(blocks(numbers, most))))
    return Columns(drawn, most)


def blocks(numbers, most):
    """The parts of one column, from below; what is zero has no part."""
    below = 0
    for kind, number in numbers:
        if number:
            below += number
            yield Block(kind, number, percent(100 * (1 - below / most)), percent(100 * number / most))
