"""Two runs of a report compared, paragraph by paragraph, with the records that changed in between."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register.loading import record_models
from wsis_tracker.register.plain import parts_of

from .composition import Composition, Paragraph, Reference, Sentence
from .printing import shortened
from .reading import ReadParagraph


class Became(TextChoices):
    """What became of a paragraph from one run to the other."""

    SAME = "same", _("the same")
    CHANGED = "changed", _("changed")
    ADDED = "added", _("added")
    REMOVED = "removed", _("removed")


class Witness(TextChoices):
    """Why a record stands behind a difference."""

    WRITTEN = "written", _("changed since")
    NEW = "new", _("newly behind it")
    GONE = "gone", _("no longer behind it")


@dataclass(frozen=True)
class Piece:
    """A stretch of sentences, or of words, that stands in both runs, in the earlier alone, or in the later alone."""

    became: Became
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A paragraph of two runs, matched by its key; its number is that of the later where it is there."""

    key: str
    number: str
    became: Became
    pieces: tuple[Piece, ...]
    #: The records behind what differs, each with why it is named.
    records: tuple[tuple[Reference, Witness], ...] = ()


def compare(then: Composition, now: Composition, revision: int) -> list[Difference]:
    """The paragraphs of two runs in the order of the later one; `revision` is the number of the act with which the earlier ends."""
    before, after = ({paragraph.key: paragraph for paragraph in run.paragraphs()} for run in (then, now))
    pairs = [(before.get(key), after.get(key)) for key in in_order(list(before), list(after))]
    written = written_since(revision, {key for pair in pairs for run in behind_differing(*pair) for key in run})
    return [difference(*pair, written) for pair in pairs]


def compare_read(then: list[ReadParagraph], now: list[ReadParagraph]) -> list[Difference]:
    """The paragraphs of two printed texts, matched by their numbers, word by word; no records are known behind them."""
    before, after = ({paragraph.number: paragraph.text.split() for paragraph in run} for run in (then, now))
    found = []
    for number in in_order(list(before), list(after)):
        old, new = before.get(number), after.get(number)
        whole = Became.ADDED if old is None else Became.REMOVED if new is None else Became.SAME if old == new else Became.CHANGED
        told = tuple(Piece(piece.became, (" ".join(piece.texts),)) for piece in stretches(old or [], new or []))
        found.append(Difference(number, number, whole, told))
    return found


def in_order(before, after):
    """The keys of both runs in the order of the later, those of the earlier alone after their neighbour there."""
    ordered = list(after)
    for place, key in enumerate(before):
        if key not in after:
            ordered.insert(ordered.index(before[place - 1]) + 1 if place else 0, key)
    return ordered


def difference(then, now, written):
    paragraph = now or then
    records = tuple(witnesses(then, now, written))
    return Difference(paragraph.key, paragraph.number, became(then, now), tuple(stretches(printed(then), printed(now))), records)


def became(then, now):
    if then is None or now is None:
        return Became.ADDED if then is None else Became.REMOVED
    return Became.SAME if printed(then) == printed(now) else Became.CHANGED


def printed(paragraph: Paragraph | None) -> list[str]:
    """What a paragraph prints, its number apart, line by line: sentences with their sources, items under their labels."""
    if paragraph is None:
        return []
    lines = [sentence_line(sentence) for sentence in paragraph.sentences]
    lines += [f"{item.label} {sentence_line(sentence)}".lstrip() for item in paragraph.items for sentence in item.sentences]
    if paragraph.table:
        lines += [paragraph.table.caption, " | ".join(paragraph.table.columns)]
        lines += [" | ".join(map(sentence_line, row)) for row in paragraph.table.rows]
    return lines + [sentence_line(sentence) for sentence in paragraph.closing]


def sentence_line(sentence):
    return f"{sentence.text} [{'; '.join(shortened(sentence.sources))}]" if sentence.sources else sentence.text


def stretches(old, new):
    """What stands in both lists, was taken out and was put in, in the order of reading."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(Became.SAME, tuple(old[i1:i2]))
            continue
        if i1 < i2:
            yield Piece(Became.REMOVED, tuple(old[i1:i2]))
        if j1 < j2:
            yield Piece(Became.ADDED, tuple(new[j1:j2]))


def witnesses(then, now, written):
    """The records behind the sentences that differ which were written since, or stand behind one run of the paragraph alone."""
    gone, new = behind_differing(then, now)
    old_keys, new_keys = (set(references(run.every_sentence())) if run else set() for run in (then, now))
    for key, record in sorted((gone | new).items()):
        if key in written:
            yield record, Witness.WRITTEN
        elif key not in old_keys:
            yield record, Witness.NEW
        elif key not in new_keys:
            yield record, Witness.GONE


def behind_differing(then, now):
    """The records behind the sentences that stand in the earlier run alone, and behind those in the later alone, by their keys."""
    old, new = (list(run.every_sentence()) if run else [] for run in (then, now))
    return tuple(
        references(sentence for sentence in mine if sentence_line(sentence) not in {sentence_line(other) for other in others})
        for mine, others in ((old, new), (new, old))
    )


def references(sentences: Iterable[Sentence]) -> dict[tuple[str, str], Reference]:
    return {(record.collection, record.slug): record for sentence in sentences for record in sentence.behind}


def written_since(revision, keys):
    """Those of the records of these keys that are published and were written, themselves or a part of theirs, after an act.

    Two queries for each collection that is named.
    """
    models, slugs, found = {model.collection: model for model in record_models()}, defaultdict(set), set()
    for collection, slug in keys:
        if collection in models:
            slugs[collection].add(slug)
    for collection, named in slugs.items():
        model = models[collection]
        records = dict(model.objects.published().filter(slug__in=named).order_by().values_list("pk", "slug"))
        rows = [(model, "id"), *((part, "record_id") for part in parts_of(model).values())]
        first, *others = [
            of.history.model.objects.order_by().filter(**{f"{holder}__in": records}, change__number__gt=revision).values_list(holder)
            for of, holder in rows
        ]
        found |= {(collection, records[key]) for (key,) in first.union(*others)}
    return found
