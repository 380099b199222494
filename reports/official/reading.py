"""The text of a report that was printed elsewhere: its paragraphs with their numbers, out of a Word file or of plain text."""

import io
import re
import zlib
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import LxmlError

#: The number that begins a paragraph: “16”, “16.”, “16)”, before a space or alone on its line.
NUMBERED = re.compile(r"(?P<number>\d{1,3})(?:[.)]?\s+|[.)]?$)")


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


def paragraphs_of_word(content: bytes) -> list[ReadParagraph]:
    """The paragraphs of a Word file, the cells of its tables among them; ValidationError where it is none."""
    try:
        with ZipFile(io.BytesIO(content)) as package:
            if sum(entry.file_size for entry in package.infolist()) > UNPACKED:
                raise ValueError
        return gathered(line for block in Document(io.BytesIO(content)).iter_inner_content() for line in lines_of(block))
    except BROKEN as error:
        raise ValidationError(_("This is no Word file (DOCX).")) from error


def lines_of(block):
    """The line of a paragraph of a Word file, or those of a table's rows, with whether a number may begin it."""
    rows = getattr(block, "rows", None)
    return [(block.text, True)] if rows is None else [(" ".join(cell.text for cell in row.cells), False) for row in rows]


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
