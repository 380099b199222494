"""Footnotes in a Word document, for which python-docx has no words: a part of the package that the text refers to."""

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from lxml import etree

#: The lines that part notes from the text, which every document has first.
LINES = """<w:footnotes {namespace}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>
</w:footnotes>"""


class Notes:
    """The footnotes of a document, in the styles named."""

    def __init__(self, document, text_style, call_style):
        self.document = document
        self.text_style, self.call_style = (document.styles[name].style_id for name in (text_style, call_style))
        self.root = parse_xml(LINES.format(namespace=nsdecls("w")))

    def call(self, paragraph, number, text):
        """Let the sign of a footnote follow what a paragraph says so far."""
        paragraph._p.append(self.sign("w:footnoteReference", number))
        note = element("w:footnote", id=number)
        said = element("w:p")
        said.append(element("w:pPr"))
        said[0].append(element("w:pStyle", val=self.text_style))
        said.append(self.sign("w:footnoteRef"))
        said.append(worded(f" {text}"))
        note.append(said)
        self.root.append(note)

    def sign(self, name, number=None):
        run = element("w:r")
        look = element("w:rPr")
        look.append(element("w:rStyle", val=self.call_style))
        run.append(look)
        run.append(element(name) if number is None else element(name, id=number))
        return run

    def finish(self):
        """Put the footnotes into the package."""
        part = self.document.part
        blob = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        notes = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, part.package)
        part.relate_to(notes, RELATIONSHIP_TYPE.FOOTNOTES)
        lines = element("w:footnotePr")
        lines.extend([element("w:footnote", id=-1), element("w:footnote", id=0)])
        self.document.settings.element.find(qn("w:compat")).addprevious(lines)  # where the schema has them stand


def element(name, **attributes):
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def worded(text):
    run, said = element("w:r"), element("w:t")
    said.text = text
    said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(said)
    return run
