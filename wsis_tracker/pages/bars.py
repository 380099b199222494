"""Numbers drawn as one bar of several parts, in the percentages that SVG takes."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from .axis import percent


@dataclass(frozen=True)
class Part:
    """A part of a bar: what it counts, how many, where it begins and how wide it is."""

    kind: str
    number: int
    x: str
    width: str


def bar(numbers, most):
    """The parts of a bar for `[(kind, number)]`, on a scale of which `most` is the whole; what is zero has no part."""
    parts, before = [], 0
    for kind, number in numbers:
        if number:
            begin = most - before - number if get_language_bidi() else before
            parts.append(Part(kind, number, percent(100 * begin / most), percent(100 * number / most)))
            before += number
    return parts
