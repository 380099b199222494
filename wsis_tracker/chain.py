"""The chain of a document drawn over the years: a place for each document, a line for each link."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from mandates.models import Document
from wsis_tracker.pages.axis import Axis

#: How far below each other the documents stand, in pixels.
STEP = 30


@dataclass(frozen=True)
class Link:
    """A document at its date; `before` says that its name stands before the mark, where there is room."""

    document: Document
    x: str
    y: str
    before: bool

    @property
    def dx(self):
        return 12 if self.before == get_language_bidi() else -12


@dataclass(frozen=True)
class Drawing:
    axis: Axis
    links: list
    lines: list

    @property
    def height(self):
        return str(STEP * len(self.links))


def drawing(chain):
    """The dated documents of a chain from link to link, or None where fewer than two are dated."""
    dated = [document for document in chain.documents if document.dated_on]
    if len(dated) < 2:
        return None
    axis = Axis.over([document.dated_on for document in dated])
    places = {
        document: Link(document, axis.at(document.dated_on), str(STEP * row + STEP // 2), axis.is_late(document.dated_on))
        for row, document in enumerate(dated)
    }
    ends = [(places[later], places[earlier]) for later, earlier in chain.links if later in places and earlier in places]
    return Drawing(axis, list(places.values()), [(a.x, a.y, b.x, b.y) for a, b in ends])
