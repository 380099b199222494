"""A report as a Word document in the look of a document of the Council; the same composition gives the same bytes.

The numbers of paragraphs are printed, not counted by Word: they are those of the composition wherever a paragraph is added or left out.
"""

import io
import zipfile

from django.utils.translation import override
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Cm

from reports.official.composition import Composition
from reports.official.heads import head_lines, made_at
from reports.official.plain import as_plain, from_plain
from reports.official.printing import printed
from wsis_tracker.register.texts import without_unseen

from . import word_styles as look
from .word_notes import Notes, element

#: How long a property of a Word file may be.
PROPERTY = 255
#: The time that the package says its parts are of.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def docx(composition: Composition) -> bytes:
    """The document, in its own languages whoever asks."""
    with override(composition.labels):
        file = io.BytesIO()
        Writer(from_plain(fit(as_plain(composition)))).document().save(file)
        return repacked(file)


def fit(said):
    """Plain values without the characters that no XML may hold."""
    if isinstance(said, str):
        return without_unseen(said)
    if isinstance(said, dict):
        return {name: fit(value) for name, value in said.items()}
    return [fit(one) for one in said] if isinstance(said, list | tuple) else said


def repacked(file):
    """The package of a document without the time at which it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(made, "w") as package:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            package.writestr(entry, given.read(name))
    return made.getvalue()


class Writer:
    """Writes a composition into a new document."""

    def __init__(self, composition):
        self.composition = composition
        self.word = Document()
        look.set_up(self.word, composition.language, composition.labels)
        self.notes = Notes(self.word, look.NOTE, look.CALL)

    def document(self):
        self.say_what_it_is()
        self.write_running_head()
        self.write_head()
        for section in printed(self.composition).sections:
            self.word.add_paragraph(section.heading, "Heading 1")
            for paragraph in section.paragraphs:
                self.write_paragraph(paragraph)
        self.notes.finish()
        return self.word

    def say_what_it_is(self):
        """The properties of the file; its times are the day of the register."""
        said, head = self.word.core_properties, self.composition.head
        said.title, said.subject = self.composition.title[:PROPERTY], head.symbol[:PROPERTY]
        said.language = look.TAGS[self.composition.language]
        said.author = said.last_modified_by = (head.presented_by or head.body)[:PROPERTY]
        said.comments, said.keywords, said.revision = "", "", 1
        said.created = said.modified = made_at(self.composition)

    def write_running_head(self):
        """From the second page on: the number of the page, the symbol, and that it is a draft where it is one."""
        line = self.word.sections[0].header.paragraphs[0]
        line.style = look.HEAD
        line.alignment = 1
        line.add_run("– ")
        line._p.append(element("w:fldSimple", instr="PAGE"))
        head = self.composition.head
        line.add_run("".join(f" – {said}" for said in (head.symbol, head.draft) if said) or " –")

    def write_head(self):
        """The block with the body and what tells one document from others, then the title."""
        head = self.composition.head
        block = self.word.add_table(1, 2)
        block.autofit, block.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        left, right = block.rows[0].cells
        left.width, right.width = Cm(10.2), Cm(6.4)
        left.paragraphs[0].style = look.HEAD
        left.paragraphs[0].add_run(head.body).font.size = look.Pt(15)
        lines = [head.draft] if head.draft else []
        lines += [f"{label}: {value}" for label, value in head_lines(self.composition)]
        right.paragraphs[0].text, right.paragraphs[0].style = lines[0], look.HEAD
        for line in lines[1:]:
            right.add_paragraph(line, look.HEAD)
        borders = element("w:tblBorders")
        borders.append(element("w:bottom", val="single", sz=12, space=0, color="000000"))
        block._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)  # where the schema has them stand
        if head.presented_by:
            self.word.add_paragraph(head.presented_by, look.PRESENTED)
        self.word.add_paragraph(self.composition.title, "Title")

    def write_paragraph(self, paragraph):
        if paragraph.sentences or paragraph.number:
            begun = self.word.add_paragraph(style=look.NUMBERED if paragraph.number else look.CONTINUED)
            if paragraph.number:
                begun.add_run(f"{paragraph.number}\t")
            self.say(begun, paragraph.sentences)
        for item in paragraph.items:
            begun = self.word.add_paragraph(style=look.ITEM if item.label else look.BULLET)
            if item.label:
                begun.add_run(f"{item.label}\t")
            self.say(begun, item.sentences)
        if paragraph.table:
            self.write_table(paragraph.table)
        if paragraph.closing:
            self.say(self.word.add_paragraph(style=look.CONTINUED), paragraph.closing)

    def write_table(self, table):
        """A table that says what it is of, whose first row is the head of its columns on every page."""
        self.word.add_paragraph(table.caption, look.CAPTION)
        grid = self.word.add_table(1, len(table.columns), "Table Grid")
        grid._tbl.tblPr.append(element("w:tblCaption", val=table.caption))
        head = grid.rows[0]
        head._tr.get_or_add_trPr().extend([element("w:cantSplit"), element("w:tblHeader")])
        for cell, column in zip(head.cells, table.columns, strict=True):
            cell.paragraphs[0].style = look.COLUMN
            cell.paragraphs[0].add_run(column)
            cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill="E6EBEF"))
        for row in table.rows:
            cells = grid.add_row()
            cells._tr.get_or_add_trPr().append(element("w:cantSplit"))
            for cell, line in zip(cells.cells, row, strict=True):
                cell.paragraphs[0].style = look.CELL
                self.say(cell.paragraphs[0], line.sentences)
        self.word.add_paragraph(style=look.CELL)

    def say(self, begun, sentences):
        """Sentences one after another, each with its footnote."""
        for place, noted in enumerate(sentences):
            said = begun.add_run(f"{' ' if place else ''}{noted.sentence.text}")
            if noted.sentence.by_staff:
                said.style = look.BY_STAFF
            if noted.number:
                self.notes.call(begun, noted.number, noted.note)
