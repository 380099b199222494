"""Files of tables, written row by row and read with whatever a spreadsheet makes of them: CSV and XLSX.

A text that a spreadsheet would take for a formula is written with an apostrophe before it, and read without.
"""

import codecs
import csv
import datetime
import io
import re
import tempfile
import zipfile
from itertools import chain, islice

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from .texts import without_unseen

#: How many records are read at a time.
CHUNK = 500
#: How many rows a sheet of a spreadsheet holds, and how many letters a cell.
SHEET, CELL = 1_048_576, 32_767
#: How many digits of a number a spreadsheet keeps.
DIGITS = 15
#: A text that a spreadsheet would take for a formula; and one that `safe` changes, so that what it makes is read as it was.
FORMULA = re.compile(r"[\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠\t\r\n]")
KEPT_APART = re.compile(rf"'*{FORMULA.pattern}")
NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)
#: The last line of a table of which the rest could not be read: not every server breaks off the answer.
INCOMPLETE = "This file is not complete: the server failed while it wrote it."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: The largest file that is read, and what it may hold when it is unpacked.
LARGEST, LARGEST_UNPACKED = 20 * 1024**2, 100 * 1024**2
MOST_ROWS = 20_000
DELIMITERS = ",;\t"
csv.field_size_limit(LARGEST)  # a text is as long as it is: Python's own limit is 128 KiB a cell


def safe(text):
    """`text`, never a formula; a number below zero is none."""
    return f"'{text}" if KEPT_APART.match(text) and not NUMBER.fullmatch(text) else text


def unsafe(text):
    """The text of which `safe` made this."""
    return text[1:] if text.startswith("'") and KEPT_APART.match(text) else text


# -- writing --------------------------------------------------------------------------------------------------------


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text):
        return text


def lines(rows):
    """The rows as a stream of CSV, some hundreds at a time; the mark at its beginning tells spreadsheets that it is UTF-8."""
    line = csv.writer(Echo()).writerow
    try:
        yield "\ufeff" + line(next(rows))
        while some := "".join(map(line, islice(rows, CHUNK))):
            yield some
    except Exception:
        yield line([INCOMPLETE])
        raise


def book(rows, name, *, as_text=frozenset()):
    """The rows as a spreadsheet in a temporary file, written row by row; of what is typed in the columns `as_text` it makes no date.

    Raises ValidationError where a text is longer than a cell: nothing is cut off.
    """
    made, columns = Workbook(write_only=True), next(rows)
    file, sheet, left = tempfile.TemporaryFile(), None, 0  # noqa: SIM115 - who sends it closes it
    try:
        for row in chain([()], rows):
            if not left:
                sheet, left = made.create_sheet(name[:31]), SHEET - 1
                sheet.append(columns)
            if row:
                refuse_too_long(row)
                sheet.append([cell_of(sheet, value, place in as_text) for place, value in enumerate(row)])
                left -= 1
    finally:
        made.save(file)  # also takes away the files in which the sheets were written
    file.seek(0)
    return file


def refuse_too_long(row):
    """Refuse a row with a text of more letters than a cell holds; spreadsheets count those of UTF-16."""
    texts = (text for text in row if isinstance(text, str) and len(text) > CELL // 2)
    if any(len(text.encode("utf-16-le")) > 2 * CELL for text in texts):
        said = _("A text of “%(record)s” is longer than a cell of a spreadsheet. Export CSV.")
        raise ValidationError(said % {"record": str(row[0])[:100]})


def cell_of(sheet, value, as_text):
    """A value as a spreadsheet takes it: no text has signs that its files cannot hold."""
    if not isinstance(value, str):
        return value
    value = without_unseen(value)
    if FORMULA.match(value):  # it stood behind such a sign
        value = safe(value)
    if not as_text:
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "@"
    return cell


# -- reading --------------------------------------------------------------------------------------------------------


class Unreadable(ValueError):
    """A file of which no table can be read; it says why."""


class Unusable(str):
    """What stands in a cell that says nothing: a formula, or an error that one gave."""


def read(content):
    """The rows of a file, the first with the names of the columns: `(number, [text of each cell])`, rows without any text left out.

    Raises Unreadable, also while the rows are read.
    """
    if len(content) > LARGEST:
        raise Unreadable(_("The file is larger than %d megabytes. Divide it.") % (LARGEST // 1024**2))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This is a spreadsheet of an old kind. Save it as XLSX or CSV."))
    rows = rows_of_book(content) if content.startswith(b"PK") else rows_of_text(content)
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + 1:
            raise Unreadable(_("The file has more than %d rows. Divide it.") % MOST_ROWS)
        if any(row):
            yield number, row


def rows_of_text(content):
    """The rows of a CSV file in UTF-8, or in UTF-16 as Excel writes it; what parts the names of the columns parts the cells."""
    text = decoded(content)
    named = re.match(r"sep=(.)\r?\n", text)
    first = text.partition("\n")[0]
    sign = named[1] if named else max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text[named.end() :] if named else text, newline=""), delimiter=sign, strict=True)
    place = 0
    try:
        for place, row in enumerate(rows, 1):  # noqa: B007 - told of in the error
            yield [unsafe(cell) for cell in row]
    except csv.Error as error:
        raise Unreadable(_("Row %(row)d cannot be read: a quotation mark is missing or too many.") % {"row": place + 1}) from error


def decoded(content):
    """The text of a file."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(_("Line %d is not in UTF-8. Save the file as “CSV UTF-8” or as XLSX.") % line) from error
    if "\0" in text:
        raise Unreadable(_("This is neither a CSV file nor an XLSX file."))
    return text


def rows_of_book(content):
    """The rows of the first sheet of a spreadsheet."""
    try:
        refuse_too_large(content)
        sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        sheet.reset_dimensions()  # some programs say wrongly how large it is
        width = 0
        for row in sheet.rows:
            texts = [text_of(cell) for cell in row]
            width = width or len(texts)
            yield texts + [""] * (width - len(texts))
    except Unreadable:
        raise
    except Exception as error:  # a broken file breaks the reader in many ways
        raise Unreadable(_("The spreadsheet is broken. Save it anew as XLSX.")) from error


def refuse_too_large(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
            raise Unreadable(_("The file is too large when it is unpacked. Divide it."))


def text_of(cell):
    """What a cell says, as text: a date as one of ours, a whole number without a point."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return Unusable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.date):
        return date_of(value, cell.number_format)
    return unsafe(str(value))


def date_of(value, shown):
    """A date as precise as the cell shows it: Excel makes a day of `2006-04`, and shows its month."""
    if getattr(value, "time", None) and value.time() != datetime.time():
        return str(value)
    parts = re.sub(r'\[[^]]*\]|"[^"]*"|\\.', "", shown.lower())
    return value.strftime("%Y-%m-%d")[: 10 if "d" in parts else 7 if "m" in parts else 4]
