"""How a document of the Council looks in Word: its page, and the styles of what stands on it."""

from django.utils.translation import get_language_info
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

FONT = "Calibri"
#: How far the text of a paragraph stands from its number, and that of an item from its label.
NUMBER, LABEL = Cm(1.4), Cm(0.9)
HEAD, PRESENTED, NUMBERED, CONTINUED, ITEM = "Document Head", "Presented By", "Numbered Paragraph", "Continued Paragraph", "Labelled Item"
BULLET, CAPTION, COLUMN, CELL, BY_STAFF = "List Bullet", "Caption", "Table Head", "Table Text", "By The Staff"
NOTE, CALL = "footnote text", "footnote reference"
#: The languages of the settings as Word writes them.
TAGS = {"ar": "ar-SA", "zh-hans": "zh-CN", "en": "en-GB", "fr": "fr-FR", "ru": "ru-RU", "es": "es-ES"}


def set_up(document, language, labels):
    """Give an empty document its page, its language, that of its title and headings, and its styles."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.2)
    section.different_first_page_header_footer = True
    styles = document.styles
    set_language(styles, language)
    for name in ("Normal", "Title", "Heading 1", CAPTION, BULLET):
        set_font(styles[name])
    plain(styles["Normal"], size=11, after=6)
    plain(styles["Title"], size=15, before=14, after=16, bold=True, centred=True)
    styles["Title"].element.pPr.remove(styles["Title"].element.pPr.find(qn("w:pBdr")))
    plain(styles["Heading 1"], size=13, before=16, after=6, bold=True)
    plain(styles[CAPTION], size=11, before=6, after=3, bold=True)
    styles[CAPTION].paragraph_format.keep_with_next = True
    indented(based(styles, NUMBERED), NUMBER, NUMBER)
    indented(based(styles, CONTINUED), NUMBER, 0)
    indented(based(styles, ITEM), NUMBER + LABEL, LABEL)
    indented(styles[BULLET], NUMBER + LABEL, LABEL)
    for name, size, options in [
        (HEAD, 11, {"bold": True}),
        (PRESENTED, 11, {"before": 14, "centred": True}),
        (COLUMN, 10, {"bold": True, "after": 2}),
        (CELL, 10, {"after": 2}),
    ]:
        plain(based(styles, name), size=size, **{"after": 0, **options})
    plain(based(styles, NOTE, builtin=True), size=9)
    if labels != language:
        for name in ("Title", "Heading 1", HEAD, PRESENTED, CAPTION, COLUMN):
            speak(styles[name].element, labels)
    styles.add_style(CALL, WD_STYLE_TYPE.CHARACTER, builtin=True).font.superscript = True
    styles.add_style(BY_STAFF, WD_STYLE_TYPE.CHARACTER).font.italic = True


def based(styles, name, builtin=False):
    """A new style for paragraphs; `builtin` is one that Word knows by itself."""
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=builtin)
    style.base_style = styles["Normal"]
    return style


def set_language(styles, language):
    tag = styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    tag.set(qn("w:val"), TAGS[language])


def speak(style, language):
    """Let a style be for words in another language, from right to left where that is written so."""
    said = style.get_or_add_rPr()
    if get_language_info(language)["bidi"]:
        style.get_or_add_pPr().insert_element_before(
            OxmlElement("w:bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc"
        )
        said.append(OxmlElement("w:rtl"))
    tag = OxmlElement("w:lang")
    for script in ("w:val", "w:eastAsia", "w:bidi"):
        tag.set(qn(script), TAGS[language])
    said.append(tag)


def set_font(style):
    """One font for all letters, in place of those that the theme would choose."""
    style.font.name = FONT
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)


def plain(style, *, size, before=0, after=0, bold=False, centred=False):
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    if centred:
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def indented(style, indent, hanging):
    """Let the lines stand at `indent`, what precedes the text by as much before as `hanging` says."""
    layout = style.paragraph_format
    layout.left_indent, layout.first_line_indent = indent, -hanging
    if hanging:
        layout.tab_stops.add_tab_stop(indent)
