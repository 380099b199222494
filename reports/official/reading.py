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

from .heads import says_draft

#: The number that begins a paragraph: “16”, “16.”, “16)”, before a space or alone on its line.
NUMBERED = re.compile(r"(?P<number>\d{1,3})(?:[.)]?\s+|[.)]?$)")
#: What Word marks while it tracks changes: what was put in, taken out, moved from here and to here, or set otherwise.
TRACKED = ["w:ins", "w:del", "w:moveFrom", "w:moveTo", "w:cellIns", "w:cellDel", "w:cellMerge"]
TRACKED += [f"w:{of}Change" for of in ("rPr", "pPr", "sectPr", "tblPr", "tblPrEx", "trPr", "tcPr", "tblGrid", "numbering")]
#: What is printed beside the text of a Word file.
BESIDE = {RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER, RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES}
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
    """Refuse a Word file that says it is a draft, or holds changes that nobody has accepted or rejected, or cannot be read."""
    with opened(content) as document:
        printed = [document.element, *roots_beside(document, BESIDE)]
        if any(True for root in printed for _mark in root.iter(*map(qn, TRACKED))):
            raise ValidationError(_("It holds tracked changes: accept or reject them first."))
        if any(says_draft("".join(said.itertext(qn("w:t")))) for root in printed for said in root.iter(qn("w:p"))):
            raise ValidationError(_("It still says that it is a draft, in its text or on its pages."))
    paragraphs_of_word(content, noted=True)  # as its page does


def paragraphs_of_word(content: bytes, *, noted=False) -> list[ReadParagraph]:
    """The paragraphs of a Word file, the cells of its tables among them but no tables in these; ValidationError where it is none.

    Where `noted`, each paragraph is followed by its footnotes.
    """
    with opened(content) as document:
        notes = footnotes_of(document) if noted else {}
        return gathered(line for block in document.element.body.inner_content_elements for line in lines_of(block, notes))


def roots_beside(document, kinds):
    """The elements of the parts of these kinds that a Word document has."""
    related = [relation for relation in document.part.rels.values() if relation.reltype in kinds]
    return [parse_xml(relation.target_part.blob) for relation in related if not relation.is_external]


def footnotes_of(document):
    """What the footnotes of a Word document say, by their keys."""
    notes = [note for root in roots_beside(document, {RELATIONSHIP_TYPE.FOOTNOTES}) for note in root.iter(qn("w:footnote"))]
    return {note.get(qn("w:id")): " ".join(said.text for said in note.iter(qn("w:p"))).strip() for note in notes}


def lines_of(block, notes):
    """The line of a paragraph of a Word file, or those of a table's rows, with whether a number may begin it."""
    if block.tag == qn("w:p"):
        return [(line_of(block, notes), True)]
    return [(" ".join(line_of(said, notes) for said in row.xpath("./w:tc/w:p")), False) for row in block.tr_lst]


def line_of(paragraph, notes):
    """What a paragraph says, then each of its footnotes in brackets."""
    called = [call.get(qn("w:id")) for call in paragraph.iter(qn("w:footnoteReference"))]
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
