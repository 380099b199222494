"""A composed report beside a printed one: which facts both state, which only the printed one, which only the composed one."""

from collections import defaultdict
from dataclasses import dataclass

from .composition import Composition, Paragraph
from .facts import Fact, Names, facts_of
from .reading import ReadParagraph


@dataclass(frozen=True)
class Lacking:
    """A fact that a paragraph lacks, with the numbers of the other paragraphs of its report that state it."""

    fact: Fact
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Matched:
    """A paragraph of the printed report with the composed one that it was matched with; a number is empty where there is none.

    They are matched by their numbers, else by the facts they share.
    """

    printed: str
    composed: str
    same: tuple[Fact, ...]
    missing_here: tuple[Lacking, ...]
    missing_there: tuple[Lacking, ...]


def match(composition: Composition, read: list[ReadParagraph]) -> list[Matched]:
    """Each paragraph of a printed report, then the composed ones that none was matched with."""
    names = Names()
    ours = {paragraph.number or paragraph.key: facts_of(text_of(paragraph), names) for paragraph in composition.paragraphs()}
    theirs = {paragraph.number: facts_of(paragraph.text, names) for paragraph in read}
    pairs = matched_with(ours, theirs)
    here, there = standing(ours), standing(theirs)
    found = [compared(number, own, theirs[number], ours.get(own, set()), here, there) for number, own in pairs.items()]
    left = [own for own in ours if own not in pairs.values()]
    return found + [compared("", own, set(), ours[own], here, there) for own in left]


def matched_with(ours, theirs):
    """For each printed number the composed one: the same, else of those left the one that shares most facts, else none."""
    pairs = {number: number if number in ours else "" for number in theirs}
    for number in (number for number, own in pairs.items() if not own):
        left = [own for own in ours if own not in pairs.values()]
        best = max(left, key=lambda own: len(ours[own] & theirs[number]), default="")
        if best and ours[best] & theirs[number]:
            pairs[number] = best
    return pairs


def standing(report):
    """For each fact the numbers of the paragraphs that state it."""
    found = defaultdict(list)
    for number, facts in report.items():
        for fact in facts:
            found[fact].append(number)
    return found


def compared(number, own, theirs, ours, here, there):
    """A matched pair; `here` and `there` have for each fact where the composed report and the printed one state it."""
    return Matched(number, own, in_order(theirs & ours), lacking(theirs - ours, here), lacking(ours - theirs, there))


def lacking(facts, stated):
    return tuple(Lacking(fact, tuple(stated.get(fact, ()))) for fact in in_order(facts))


def in_order(facts):
    return tuple(sorted(facts, key=lambda fact: (fact.kind, fact.key)))


def text_of(paragraph: Paragraph) -> str:
    """All that a paragraph says, without its sources."""
    caption = [paragraph.table.caption] if paragraph.table else []
    return " ".join([*(sentence.text for sentence in paragraph.every_sentence()), *caption])
