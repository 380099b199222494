"""Which document a symbol names, as somebody writes it."""

from dataclasses import dataclass, replace

from . import symbols
from .models import Document, Relation
from .models.relations import RelationKind

#: No symbol is longer; and how many documents are offered for a title.
LONGEST, MOST = 300, 10


@dataclass(frozen=True)
class Resolved:
    """The document that a symbol names, or None; the other versions of it; and where there is none, what may have been meant.

    It was `chosen` where the symbol names no version of several, and the one in force was taken.
    """

    document: Document | None
    others: tuple[Document, ...] = ()
    candidates: tuple[Document, ...] = ()
    chosen: bool = False


def resolve(printed, day=None, documents=None):
    """What `printed` names among the published documents, or those given, those of `day` where one is given.

    A resolution that does not say whose it is names none: the candidates are those of any body. One with several versions
    names the version in force, unless a place, a year or a revision is given with it.
    """
    if len(printed) > LONGEST:
        return Resolved(None)
    documents = Document.objects.published() if documents is None else documents
    documents = documents.as_of(day) if day else documents
    named = symbols.instrument(printed)
    if named is None:
        found = list(documents.known_as(printed))
        if not found and not any(ch.isdigit() for ch in printed):  # perhaps a title: “Tunis Agenda”
            return Resolved(None, candidates=tuple(documents.search(printed)[:MOST]))
        return Resolved(found[0]) if len(found) == 1 else Resolved(None, candidates=tuple(found))
    if not named.body:
        every = [replace(named, body=body) for body in symbols.BODIES]
        return Resolved(None, candidates=tuple(documents.versions_of(every)))
    return version(named, printed, documents)


def version(named, printed, documents):
    """The version of the resolution or decision that is named, else the one in force."""
    versions = list(documents.versions_of([named])) or list(documents.known_as(printed))
    if named.revised:
        meant = [document for document in versions if document.normalised == named.key]
    elif named.place or named.year:
        meant = [document for document in versions if dates_agree(named, document)]
    else:
        meant = [in_force(versions)] if versions else []
    if len(meant) != 1:
        return Resolved(None, candidates=tuple(versions))
    others = tuple(document for document in versions if document != meant[0])
    return Resolved(meant[0], others, chosen=bool(others) and not (named.revised or named.place or named.year))


def dates_agree(named, document):
    """Whether a document is of the place and year that a symbol names."""
    own = symbols.instrument(document.symbol)
    place, year = (own.place, own.year) if own else ("", "")
    place, year = place or symbols.plain(document.place), year or (document.dated_on or "")[:4]
    return (not named.place or place == named.place) and (not named.year or year == named.year)


def in_force(versions):
    """The version that no other revises; where that leaves several, the latest."""
    revising = Relation.objects.published().filter(kind=RelationKind.REVISES, document__in=versions)
    revised = set(revising.values_list("target", flat=True))
    return max((d for d in versions if d.pk not in revised), default=versions[-1], key=lambda d: (d.dated_on or "", d.normalised or ""))
