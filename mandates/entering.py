"""Entering a document: what its symbol tells, and which documents of the register bear it or one like it."""

from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wsis_tracker.register.records import DateBasis

from . import symbols
from .models import Document, Organisation
from .models.documents import DocumentKind

#: No longer symbol can be kept; and how many documents like it are shown.
LONGEST, MOST = 100, 10


@dataclass(frozen=True)
class Entry:
    """A symbol as it was typed: its normalised form, what it tells, and the documents that bear it or one like it."""

    normalised: str = ""
    told: symbols.Told = symbols.NOTHING
    body: Organisation | None = None
    same: list[Document] = field(default_factory=list)
    near: list[Document] = field(default_factory=list)

    def offered(self):
        """The values of a document's fields that follow from the symbol."""
        dated = {"dated_on": self.told.year, "date_basis": DateBasis.SYMBOL} if self.told.year else {}
        values = {"kind": self.told.kind, "body": self.body, "place": self.told.place}
        return {name: value for name, value in values.items() if value} | dated

    def said(self):
        """What is to be said of it, in the reader's language: what it tells, and which documents there are."""
        offered = {name: value for name, value in self.offered().items() if name != "date_basis"}
        read = "; ".join(f"{Document._meta.get_field(name).verbose_name}: {shown(name, value)}" for name, value in offered.items())
        return {
            "told": _("Read from the symbol: %s.") % read if read else "",
            "same": _("The register has this document already:") if self.same else "",
            "near": ngettext("The register has a document like it:", "The register has documents like it:", len(self.near))
            if self.near
            else "",
        }


def shown(name, value):
    """A value that a symbol tells as a reader sees it."""
    return str(DocumentKind(value).label) if name == "kind" else str(value)


def enter(printed, *, but=None):
    """The entry of a symbol; `but` is the key of the document that bears it already. Five queries at most."""
    normalised = symbols.normalise(printed)
    if not normalised or max(len(printed), len(normalised)) > LONGEST:
        return Entry()
    told = symbols.told(printed)
    body = Organisation.objects.filter(slug=told.body).first() if told.body else None
    others = Document.objects.exclude(pk=but)
    return Entry(normalised, told, body, list(others.known_as(printed)[:MOST]), list(others.alike(printed)[:MOST]))


def as_json(entry, address):
    """An entry as the form's script reads it; `address` gives the address of a document in the admin."""
    told = entry.told
    return {
        "normalised": entry.normalised,
        "family": capfirst(str(told.family)),
        "kind": told.kind,
        "body": {"key": entry.body.pk, "display": str(entry.body)} if entry.body else None,
        "year": told.year,
        "place": told.place,
        "number": told.number,
        "same": [linked(document, address) for document in entry.same],
        "near": [linked(document, address) for document in entry.near],
        "said": entry.said(),
    }


def linked(document, address):
    """A document as the script shows it: as a link."""
    return {"display": str(document), "title": str(document.title), "url": address(document)}
