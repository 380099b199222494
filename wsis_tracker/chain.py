"""The chain of a document drawn over the years: a place for each document, a line for each link."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from mandates.models import Document, Relation
from mandates.models.documents import CHAIN
from wsis_tracker.pages.axis import Axis

#: How far below each other the documents stand, in pixels.
STEP = 30


@dataclass(frozen=True)
class Link:
    """A document at its date; `before` says that its name stands before the mark, where there is room."""

    document: Document
    x: str
    y: int
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
        return STEP * len(self.links)


def drawing(chain):
    """The dated documents of a chain from link to link, or None where fewer than two are dated; one query."""
    dated = [document for document in chain if document.dated_on]
    if len(dated) < 2:
        return None
    axis = Axis.over([document.dated_on for document in dated])
    links = {
        document.pk: Link(document, axis.at(document.dated_on), STEP * row + STEP // 2, axis.is_late(document.dated_on))
        for row, document in enumerate(dated)
    }
    joined = Relation.objects.published().filter(kind__in=CHAIN, document__in=links, target__in=links)
    ends = [(links[later], links[earlier]) for later, earlier in joined.order_by("pk").values_list("document", "target")]
    return Drawing(axis, list(links.values()), [(a.x, a.y, b.x, b.y) for a, b in ends])
