"""A report as files: what is composed stands in each of them, whole and in its order."""

import io
import json as standard
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import pikepdf
import pytest
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from reports.official.composition import Sentence
from reports.official.heads import as_draft
from reports.official.printing import printed
from reports.official.renderers import RENDERERS
from reports.official.renderers.docx import docx
from reports.official.renderers.html import html
from reports.official.renderers.pdf import pdf, printer
from wsis_tracker.register.dates import in_words

from .compositions import OPENING, SAMPLE
from .factories import ReportFactory, SubmissionFactory

NOTES = ["C77/1, para 2", "C77/1, para 3; C77/2, annex", "C77/4, para 1", "C77/4, para 2", "C77/5, annex"]
#: What is printed of the sample under its title, line by line.
LINES = [
    "Work of the Group",
    "1\tThe Group was set up by the Council. It is open to all Member States.",
    "2\tIts chair is Dr ليلى حداد (Lebanon).",
    "3\tIt met twice:",
    "a)\tthe first meeting, in Geneva;",
    "b)\tthe second meeting, by correspondence.",
    "Both were open to observers.",
    "Roles",
    "4\tThe roles that it noted are these.",
    "Roles by organisation & line",
    "The terms of reference are:",
    "to coordinate;",
    "to report.",
]


def word(composition=SAMPLE):
    return Document(io.BytesIO(docx(composition)))


def part(name, composition=SAMPLE):
    """A part of the Word document, as XML."""
    with zipfile.ZipFile(io.BytesIO(docx(composition))) as package:
        return etree.fromstring(package.read(name))


def words(element):
    return "".join(element.itertext(qn("w:t")))


def with_opening(**said):
    """The sample with another first paragraph."""
    first = replace(SAMPLE.sections[0], paragraphs=(replace(OPENING, **said), *SAMPLE.sections[0].paragraphs[1:]))
    return replace(SAMPLE, sections=(first, *SAMPLE.sections[1:]))


class TestFootnotes:
    def test_each_sentence_has_the_footnote_of_its_sources_in_the_order_of_reading(self):
        assert printed(SAMPLE).notes == NOTES

    def test_neighbours_with_the_same_sources_share_one_footnote_after_the_last(self):
        first = printed(SAMPLE).sections[0].paragraphs[0]
        assert [noted.number for noted in first.sentences] == [0, 1]

    @pytest.mark.parametrize(
        "sources, note",
        [
            (("C77/1, para 2, bullet 1", "C77/1, para 2, bullet 2", "C77/1, para 3", "C77/2, para 3"),
             "C77/1, para 2, bullet 1; bullet 2; para 3; C77/2, para 3"),
            (("C77/1", "C77/1, para 2", "C77/1"), "C77/1; para 2; C77/1"),
            (("C77/1, para 2", "C77/2"), "C77/1, para 2; C77/2"),
        ],
    )  # fmt: skip
    def test_a_footnote_does_not_say_again_what_the_source_before_says(self, sources, note):
        assert printed(with_opening(sentences=(Sentence("It is.", sources=sources),))).notes[0] == note

    def test_a_sentence_without_sources_has_none(self):
        third = printed(SAMPLE).sections[0].paragraphs[2]
        assert [noted.number for noted in [*third.sentences, *third.closing]] == [0, 0]

    def test_what_the_staff_wrote_says_so_in_its_footnote(self):
        written = printed(with_opening(sentences=(Sentence("Ours.", by_staff=True),)))
        assert written.notes[0] == "Text of the secretariat, not composed from the register."


class TestWord:
    def test_it_says_all_in_its_order_under_the_printed_numbers(self):
        said = [paragraph.text for paragraph in word().paragraphs if paragraph.text]
        assert said == ["Note by the Secretary-General", SAMPLE.title, *LINES]

    def test_its_head_is_that_of_a_document_of_the_council(self):
        left, right = word().tables[0].rows[0].cells
        assert left.text == "ITU Council"
        expected = ["Agenda item: PL 1.2", "Document: C79/8", "Date: 3 February 1979", "Original: English", "As of: 31 December 1978"]
        assert right.text.splitlines() == expected

    def test_headings_numbers_and_items_have_styles_of_their_own(self):
        styles = {paragraph.text.partition("\t")[0]: paragraph.style.name for paragraph in word().paragraphs}
        assert styles[SAMPLE.title] == "Title"
        assert styles["Work of the Group"] == styles["Roles"] == "Heading 1"
        assert styles["1"] == "Numbered Paragraph"
        assert styles["a)"] == "Labelled Item"
        assert styles["to report."] == "List Bullet"

    def test_a_table_repeats_its_head_on_every_page_and_says_what_it_is_of(self):
        table = word().tables[1]
        assert [[cell.text for cell in row.cells] for row in table.rows] == [
            ["Organisation", "Role"],
            ["ITU", "partner"],
            ["UNESCO", "moderator/facilitator <leading>"],
        ]
        assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [True, False, False]
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Roles by organisation & line"

    def test_its_footnotes_are_footnotes_of_word(self):
        notes = {note.get(qn("w:id")): words(note).strip() for note in part("word/footnotes.xml")}
        assert [text for text in notes.values() if text] == NOTES
        calls = [call.get(qn("w:id")) for call in part("word/document.xml").iter(qn("w:footnoteReference"))]
        assert [notes[call] for call in calls] == NOTES

    def test_it_names_its_language_title_symbol_and_author(self):
        said = word().core_properties
        assert (said.title, said.subject, said.author, said.language) == (SAMPLE.title, "C79/8", "Note by the Secretary-General", "en-GB")
        assert {tag.get(qn("w:val")) for tag in part("word/styles.xml").iter(qn("w:lang"))} == {"en-GB"}

    def test_the_same_report_has_the_same_bytes_whenever_it_is_made(self):
        made = docx(SAMPLE)
        with zipfile.ZipFile(io.BytesIO(made)) as package:
            assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = word().core_properties
        assert properties.created == properties.modified
        assert properties.created.date().isoformat() == SAMPLE.day
        assert docx(SAMPLE) == made

    def test_what_the_staff_wrote_is_marked(self):
        written = word(with_opening(sentences=(Sentence("Ours.", by_staff=True), Sentence("Composed."))))
        runs = next(paragraph.runs for paragraph in written.paragraphs if "Ours." in paragraph.text)
        assert {run.text: run.style.name for run in runs if run.text.strip()} | {"1\t": ""} == {
            "1\t": "",
            "Ours.": "By The Staff",
            " Composed.": "Default Paragraph Font",
        }

    @pytest.mark.soak
    @pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
    def test_libreoffice_opens_it_and_prints_it(self, tmp_path):
        (tmp_path / "report.docx").write_bytes(docx(SAMPLE))
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "report.docx")]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        with pikepdf.open(tmp_path / "report.pdf") as made:
            assert len(made.pages) == 1


class TestHtml:
    def test_it_says_all_in_its_order(self):
        text = re.sub(r"<(style|sup|section class=\"of-report notes\").*?</\1>", "", html(SAMPLE).decode(), flags=re.DOTALL)
        body = etree.HTML(text).find("body")
        said = " ".join(" ".join(body.itertext()).split())
        place = 0
        for line in LINES:
            place = said.index(line.replace("\t", " "), place)

    def test_each_footnote_leads_there_and_back(self):
        page = etree.HTML(html(SAMPLE).decode())
        for number, note in enumerate(NOTES, 1):
            assert page.xpath(f"//a[@id='call-{number}']/@href") == [f"#note-{number}"]
            assert note in "".join(page.xpath(f"//li[@id='note-{number}']//text()"))
            assert page.xpath(f"//li[@id='note-{number}']/a/@href") == [f"#call-{number}"]

    def test_it_needs_nothing_beside_it(self):
        page = etree.HTML(html(SAMPLE).decode())
        assert page.xpath("//@src | //link | //script | //@style") == []
        assert all(address.startswith("#") for address in page.xpath("//@href"))


def structure(element, found):
    """The tags of a PDF below an element, in the order of reading."""
    if isinstance(element, pikepdf.Array):
        for child in element:
            structure(child, found)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            found.append(str(element.S).lstrip("/"))
        structure(element.get("/K"), found)
    return found


class TestPdf:
    def test_it_is_tagged_and_says_its_title_and_language(self):
        with pikepdf.open(io.BytesIO(pdf(SAMPLE))) as made:
            assert made.Root.MarkInfo.Marked
            assert made.Root.Lang == "en"
            assert made.Root.ViewerPreferences.DisplayDocTitle
            about = made.Root.Metadata.read_bytes().decode()
        assert 'pdfuaid:part="1"' in about
        assert SAMPLE.title in about

    def test_its_tags_are_those_of_headings_lists_and_tables_in_the_order_of_reading(self):
        with pikepdf.open(io.BytesIO(pdf(SAMPLE))) as made:
            tags = structure(made.Root.StructTreeRoot, [])
            pages = len(made.pages)
        kept = [tag for tag in tags if re.fullmatch(r"H\d|L|LI|Table|Caption|TH|TD", tag)]
        table = ["Table", "Caption", "TH", "TH", "TD", "TD", "TD", "TD"]
        assert kept == ["H1", "H2", "L", "LI", "LI", "H2", *table, "L", "LI", "LI", "H2", "L", *["LI"] * len(NOTES)]
        assert tags.count("Link") == 2 * len(NOTES)
        assert pages == 1

    def test_every_letter_is_in_the_file(self):
        with pikepdf.open(io.BytesIO(pdf(SAMPLE))) as made:
            fonts = [font for page in made.pages for font in page.Resources.Font.values()]
            described = [font.DescendantFonts[0].FontDescriptor for font in fonts]
            assert described
            assert all({"/FontFile2", "/FontFile3"} & set(font.keys()) for font in described)

    def test_the_same_report_has_the_same_bytes(self):
        assert pdf(SAMPLE) == pdf(SAMPLE)


class TestOddWords:
    def test_a_sign_that_no_xml_may_hold_is_left_out_of_word(self):
        read = Document(io.BytesIO(docx(replace(SAMPLE, title="A\x01 title\x0c of many letters " * 20))))
        assert read.core_properties.title.startswith("A title of many letters")
        assert len(read.core_properties.title) == 255


class TestHeadingsInAnotherLanguage:
    ARABIC = replace(SAMPLE, labels="ar", title="تقرير")

    def test_the_page_marks_them_with_their_language(self):
        page = etree.HTML(html(self.ARABIC).decode())
        assert page.get("lang") == "en"
        assert {tuple(one.get(name) for name in ("lang", "dir")) for one in page.xpath("//h2")} == {("ar", "rtl")}
        assert page.xpath("//h1/../@lang") == ["ar"]
        assert set(page.xpath("//div[@class='paragraph']/div/@lang")) == {"en"}

    def test_word_reads_them_from_right_to_left(self):
        styles = Document(io.BytesIO(docx(self.ARABIC))).styles
        for name in ("Title", "Heading 1"):
            assert styles[name].element.xpath("./w:rPr/w:lang/@w:bidi") == ["ar-SA"]
            assert len(styles[name].element.xpath("./w:pPr/w:bidi")) == len(styles[name].element.xpath("./w:rPr/w:rtl")) == 1
        assert not styles["Numbered Paragraph"].element.xpath("./w:pPr/w:bidi")

    def test_a_pdf_is_made_of_it(self):
        assert pdf(self.ARABIC).startswith(b"%PDF")


class TestDraft:
    """What was not issued says so in every form, for it bears the symbol and the date of what may have been."""

    DRAFT = as_draft(SAMPLE, "1978-05-02")
    SAID = "Draft, composed on 2 May 1978 from the register as it stood"

    def test_it_says_so_at_the_head_of_the_word_file_and_on_each_of_its_pages(self):
        file = word(self.DRAFT)
        assert file.tables[0].rows[0].cells[1].paragraphs[0].text == self.SAID
        assert file.sections[0].header.paragraphs[0].text.endswith(self.SAID)

    def test_it_says_so_at_the_head_of_the_page_of_which_the_pdf_is_made(self):
        assert etree.HTML(html(self.DRAFT)).xpath("//header//p[@class='draft']/text()") == [self.SAID]
        assert pdf(self.DRAFT) != pdf(SAMPLE)

    def test_it_says_so_in_the_first_line_of_the_text_and_in_the_data(self):
        assert RENDERERS["text"](self.DRAFT).decode().startswith(self.SAID)
        assert standard.loads(RENDERERS["json"](self.DRAFT))["head"]["draft"] == self.SAID

    def test_it_says_so_in_the_language_of_the_headings(self):
        assert "2 mai 1978" in as_draft(replace(SAMPLE, labels="fr"), "1978-05-02").head.draft

    @pytest.mark.parametrize("form", RENDERERS)
    def test_the_same_draft_of_the_same_day_has_the_same_bytes_and_one_of_the_next_has_others(self, form):
        render = RENDERERS[form]
        assert render(self.DRAFT) == render(as_draft(SAMPLE, "1978-05-02"))
        assert render(self.DRAFT) != render(as_draft(SAMPLE, "1978-05-03"))

    @pytest.mark.parametrize("form", ["text", "html", "json"])
    def test_what_was_issued_does_not_say_so(self, form):
        assert "Draft" not in RENDERERS[form](SAMPLE).decode()

    @pytest.mark.django_db
    def test_what_is_taken_from_the_page_of_a_report_is_a_draft_of_today(self, client):
        today = in_words(timezone.localdate().isoformat())
        assert today in client.get(f"/reports/{ReportFactory().slug}.json").json()["head"]["draft"]


@pytest.fixture
def _no_pango(monkeypatch):
    """A machine on which the library that makes PDF cannot be loaded."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    printer.cache_clear()
    yield
    printer.cache_clear()


@pytest.mark.django_db
class TestPage:
    def test_it_shows_the_report_with_an_anchor_for_each_paragraph(self, client):
        report = ReportFactory()
        page = etree.HTML(client.get(f"{report.get_absolute_url()}text/").content.decode())
        paragraphs = page.xpath("//article//div[@class='paragraph']/@id")
        assert paragraphs
        assert all(name.startswith("para-") for name in paragraphs)

    def test_its_headings_are_in_the_language_of_the_reader(self, client):
        page = etree.HTML(client.get(f"/fr{ReportFactory().get_absolute_url()}text/").content.decode())
        assert set(page.xpath("//article//h2/@lang")) == {"fr"}
        assert set(page.xpath("//div[@class='paragraph']/div/@lang")) == {"en"}

    def test_its_tables_are_of_something_in_the_language_of_the_reader(self, client):
        submission = SubmissionFactory()
        report = ReportFactory(kind="documents-by-meeting")
        page = etree.HTML(client.get(f"/fr{report.get_absolute_url()}text/").content.decode())
        captions = {caption.text: caption.get("lang") for caption in page.xpath("//caption")}
        assert captions[f"Documents de {submission.meeting.title}"] == "fr"

    @pytest.mark.parametrize(
        "suffix, kind, begin", [("docx", "wordprocessingml", b"PK"), ("pdf", "pdf", b"%PDF"), ("html", "html", b"<!doc")]
    )
    def test_it_leads_to_files_that_say_the_same(self, client, suffix, kind, begin):
        report = ReportFactory(day="2005-12-31")
        page = etree.HTML(client.get(report.get_absolute_url(), {"as_of": "2006-02-01"}).content.decode())
        (link,) = page.xpath(f"//nav[@class='take']//a[contains(@href, '.{suffix}')]/@href")
        assert link == f"/reports/{report.slug}.{suffix}?as_of=2006-02-01"
        answer = client.get(link)
        assert kind in answer["Content-Type"]
        assert answer["Content-Disposition"] == f'attachment; filename="{report.slug}-2006-02-01.{suffix}"'
        assert answer.content.startswith(begin)

    def test_a_file_of_what_is_not_there_is_not_found(self, client):
        draft = ReportFactory(visibility="draft")
        assert client.get(f"/reports/{draft.slug}.docx").status_code == 404
        assert client.get(f"/reports/{draft.slug}/text/").status_code == 404
        assert client.get(f"/reports/{ReportFactory().slug}.xml").status_code == 404

    def test_it_is_composed_for_an_earlier_day_too(self, client):
        later = ReportFactory(day="2006-12-31")
        told = client.get(f"/reports/{later.slug}.json", {"as_of": "2004-12-31"}).json()
        assert told["day"] == "2004-12-31"
        assert "31 December 2004" in client.get(f"/reports/{later.slug}/text/", {"as_of": "2004-12-31"}).text

    def test_what_a_file_does_not_know_is_refused_by_name(self, client):
        answer = client.get(f"/reports/{ReportFactory().slug}.docx", {"colour": "red"})
        assert answer.status_code == 400
        assert "colour" in answer.content.decode()

    @pytest.mark.usefixtures("_no_pango")
    def test_without_pango_all_but_the_pdf_is_there_and_what_is_missing_is_said(self, client):
        report = ReportFactory()
        page = client.get(report.get_absolute_url()).content.decode()
        assert "Pango is missing" in page
        assert f"{report.slug}.pdf" not in page
        assert client.get(f"/reports/{report.slug}.docx").status_code == 200
        refused = client.get(f"/reports/{report.slug}.pdf")
        assert refused.status_code == 501
        assert "libpango-1.0-0" in refused.content.decode()
