"""The text of a report that was printed elsewhere: its paragraphs with their numbers, out of a Word file or of plain text."""

import io
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import LxmlError

from .heads import marks_of_drafts

#: The number that begins a paragraph: “16”, “16.”, “16)”, before a space or alone on its line.
NUMBERED = re.compile(r"(?P<number>\d{1,3})(?:[.)]?\s+|[.)]?$)")
#: What Word marks while it tracks changes: what was put in, taken out, moved from here and to here.
TRACKED = ("w:ins", "w:del", "w:moveFrom", "w:moveTo")
#: How many bytes a Word file may unpack to.
UNPACKED = 100_000_000
#: What is raised of a file that is none of Word, or is broken, locked or too large.
BROKEN = (BadZipFile, PackageNotFoundError, LxmlError, zlib.error, KeyError, ValueError, AttributeError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class ReadParagraph:
    """What stands under a number in a printed text; without a number, what stands before the first."""

    number: str
    text: str


def paragraphs_of_file(name: str, content: bytes) -> list[ReadParagraph]:
    """The paragraphs of a file: of Word where its name says so, else of plain text; ValidationError where it is neither."""
    if name.lower().endswith(".docx"):
        return paragraphs_of_word(content)
    try:
        return paragraphs_of_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValidationError(_("This is no text in UTF-8.")) from error


@contextmanager
def opened(content: bytes):
    """A Word file as a document; ValidationError where it is none, or breaks while it is read."""
    try:
        with ZipFile(io.BytesIO(content)) as package:
            if sum(entry.file_size for entry in package.infolist()) > UNPACKED:
                raise ValueError
        yield Document(io.BytesIO(content))
    except BROKEN as error:
        raise ValidationError(_("This is no Word file (DOCX).")) from error


def check_finished(content: bytes):
    """Refuse a Word file that says it is a draft, or holds changes that nobody has accepted or rejected, or is none."""
    with opened(content) as document:
        heads = [section.header for section in document.sections]
        if any(True for part in (document, *heads) for _mark in part._element.iter(*map(qn, TRACKED))):
            raise ValidationError(_("It holds tracked changes: accept or reject them first."))
        said = [text for part in (document, *heads) for block in part.iter_inner_content() for text, _begins in lines_of(block)]
        if any(mark.search(text) for mark in marks_of_drafts() for text in said):
            raise ValidationError(_("It still says that it is a draft, at its head or on top of its pages."))


def paragraphs_of_word(content: bytes, *, noted=False) -> list[ReadParagraph]:
    """The paragraphs of a Word file, the cells of its tables among them, where `noted` with their footnotes; or ValidationError."""
    with opened(content) as document:
        notes = footnotes_of(document) if noted else {}
        return gathered(line for block in document.iter_inner_content() for line in lines_of(block, notes))


def footnotes_of(document):
    """What the footnotes of a Word document say, by their keys."""
    parts = [relation.target_part for relation in document.part.rels.values() if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES]
    notes = [note for part in parts for note in parse_xml(part.blob).iter(qn("w:footnote"))]
    return {note.get(qn("w:id")): "".join(note.itertext(qn("w:t"), with_tail=False)).strip() for note in notes}


def lines_of(block, notes=()):
    """The line of a paragraph of a Word file, or those of a table's rows, with whether a number may begin it."""
    rows = getattr(block, "rows", None)
    if rows is None:
        return [(line_of(block, notes), True)]
    return [(" ".join(line_of(one, notes) for cell in row.cells for one in cell.paragraphs), False) for row in rows]


def line_of(paragraph, notes):
    """What a paragraph says, then each of its footnotes in brackets."""
    called = [call.get(qn("w:id")) for call in paragraph._p.iter(qn("w:footnoteReference"))]
    return " ".join([paragraph.text, *(f"[{notes[key]}]" for key in called if key in notes)])


def paragraphs_of_text(text: str) -> list[ReadParagraph]:
    """The paragraphs of a plain text: each begins with a line that begins with its number, or is it."""
    return gathered((line, True) for line in text.splitlines())


def gathered(lines):
    """Lines under the numbers that they follow."""
    found, number, said = [], "", []
    for line, may_begin in ((line.strip(), may_begin) for line, may_begin in lines):
        match = NUMBERED.match(line) if may_begin else None
        if match and follows(match["number"], number):
            found.append(ReadParagraph(number, " ".join(said)))
            number, said, line = match["number"], [], line[match.end() :]
        said += [line] if line else []
    found.append(ReadParagraph(number, " ".join(said)))
    return [paragraph for paragraph in found if paragraph.number or paragraph.text]


def follows(number, before):
    """Whether a number is the next one, or there are one or two between; a year or a count that begins a line is none."""
    return 0 < int(number) - int(before or 0) <= 3
