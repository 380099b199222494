"""Reports compared: two runs sentence by sentence, a printed one with a composed one fact by fact."""

import io
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document

from reports.models import Report
from reports.official.comparing import Became, Witness, compare, compare_read
from reports.official.composition import Paragraph, Reference, Sentence
from reports.official.facts import Fact, FactKind, Names, facts_of
from reports.official.matching import match
from reports.official.reading import ReadParagraph, paragraphs_of_file, paragraphs_of_text, paragraphs_of_word
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change

from .compositions import CHAIR, MEETINGS, OPENING, SAMPLE
from .factories import OrganisationFactory, PersonFactory
from .forms import address

pytestmark = pytest.mark.django_db


def with_paragraphs(*paragraphs):
    """The sample with other paragraphs."""
    return replace(SAMPLE, sections=(replace(SAMPLE.sections[0], paragraphs=paragraphs),))


def compared(then, now, revision=None):
    return compare(with_paragraphs(*then), with_paragraphs(*now), Change.objects.last_number() if revision is None else revision)


class TestTwoRuns:
    def test_the_same_run_has_no_difference(self):
        assert {one.became for one in compare(SAMPLE, SAMPLE, 0)} == {Became.SAME}

    def test_paragraphs_are_matched_by_their_keys_whatever_their_numbers(self):
        later = (replace(CHAIR, number="1"), replace(OPENING, number="2"))
        assert [(one.key, one.number, one.became) for one in compared((OPENING, CHAIR), later)] == [
            ("chair", "1", Became.SAME),
            ("opening", "2", Became.SAME),
        ]

    def test_what_was_added_and_taken_out_stands_in_its_place(self):
        told = compared((OPENING, CHAIR), (OPENING, MEETINGS))
        assert [(one.key, one.became) for one in told] == [
            ("opening", Became.SAME),
            ("chair", Became.REMOVED),
            ("meetings", Became.ADDED),
        ]

    def test_a_changed_sentence_is_told_among_those_that_stayed(self):
        later = replace(OPENING, sentences=(OPENING.sentences[0], Sentence("It is open to all.")))
        (told,) = compared((OPENING,), (later,))
        assert [(piece.became, piece.texts) for piece in told.pieces] == [
            (Became.SAME, ("The Group was set up by the Council. [C77/1, para 2]",)),
            (Became.REMOVED, ("It is open to all Member States. [C77/1, para 2]",)),
            (Became.ADDED, ("It is open to all.",)),
        ]

    def test_items_tables_and_sources_are_compared_too(self):
        later = replace(MEETINGS, items=(replace(MEETINGS.items[0], label="i)"), MEETINGS.items[1]))
        assert compared((MEETINGS,), (later,))[0].became == Became.CHANGED
        roles = SAMPLE.sections[1].paragraphs[0]
        later = replace(roles, table=replace(roles.table, columns=("Body", "Role")))
        assert compared((roles,), (later,))[0].became == Became.CHANGED
        later = replace(CHAIR, sentences=(replace(CHAIR.sentences[0], sources=("C77/9",)),))
        assert compared((CHAIR,), (later,))[0].became == Became.CHANGED

    def about(self, *organisations, text="It says so."):
        behind = tuple(Reference("organisations", one.slug, one.acronym, one.get_absolute_url()) for one in organisations)
        return Paragraph("about", "1", (Sentence(text, behind),))

    def test_the_records_behind_a_difference_are_named_with_what_became_of_them(self):
        changed, new, gone, same = (OrganisationFactory() for _ in range(4))
        revision = Change.objects.last_number()
        with act(reason="Spelt otherwise"):
            changed.acronym = "CHANGED"
            changed.save()
        then, now = self.about(changed, gone, same, text="Then."), self.about(changed, new, same, text="Now.")
        (told,) = compared((then,), (now,), revision)
        assert {record.slug: why for record, why in told.records} == {
            changed.slug: Witness.WRITTEN,
            new.slug: Witness.NEW,
            gone.slug: Witness.GONE,
        }

    def test_a_record_of_which_a_part_was_written_has_changed(self, acting):
        organisation = OrganisationFactory()
        revision = Change.objects.last_number()
        with_name = self.about(organisation, text="Then.")
        organisation.names.create(name="Another name", valid_from="2002")
        acting.take_number()
        (told,) = compared((with_name,), (self.about(organisation, text="Now."),), revision)
        assert [why for _record, why in told.records] == [Witness.WRITTEN]

    def test_a_record_that_was_withdrawn_is_only_no_longer_behind_it(self):
        organisation = OrganisationFactory()
        revision = Change.objects.last_number()
        with act(reason="Withdrawn"):
            organisation.visibility = "draft"
            organisation.save()
        (told,) = compared((self.about(organisation, text="Then."),), (self.about(text="Now."),), revision)
        assert [why for _record, why in told.records] == [Witness.GONE]

    def test_it_asks_the_same_of_the_database_however_many_records_there_are(self):
        def asked(number):
            organisations = [OrganisationFactory() for _ in range(number)]
            with CaptureQueriesContext(connection) as captured:
                compared((self.about(*organisations, text="Then."),), (self.about(text="Now."),), 0)
            return len(captured)

        assert asked(2) == asked(30)


class TestReading:
    TEXT = "Report\n\n1.\nIt was made in\n2002 and has 12 pages.\n\n2. It met:\n9 times in all\n3) Last.\n"

    def test_a_paragraph_begins_with_the_number_that_follows(self):
        assert paragraphs_of_text(self.TEXT) == [
            ReadParagraph("", "Report"),
            ReadParagraph("1", "It was made in 2002 and has 12 pages."),
            ReadParagraph("2", "It met: 9 times in all"),
            ReadParagraph("3", "Last."),
        ]

    def test_one_that_was_taken_out_does_not_hide_those_after_it(self):
        assert [one.number for one in paragraphs_of_text("1 a\n2 b\n4 d")] == ["1", "2", "4"]

    def test_a_word_file_is_read_with_its_tables(self):
        document, file = Document(), io.BytesIO()
        document.add_paragraph("1\tThe roles:")
        document.add_table(1, 2).rows[0].cells[0].text = "2 ITU"
        document.add_paragraph("2\tThe end.")
        document.save(file)
        assert paragraphs_of_file("report.DOCX", file.getvalue()) == [
            ReadParagraph("1", "The roles: 2 ITU"),
            ReadParagraph("2", "The end."),
        ]

    @pytest.mark.parametrize("name, content", [("report.docx", b"PK"), ("report.txt", b"\xff\xfe\x00")])
    def test_what_is_neither_is_refused(self, name, content):
        with pytest.raises(ValidationError, match="This is no"):
            paragraphs_of_file(name, content)

    def test_two_texts_are_compared_word_by_word(self):
        then, now = paragraphs_of_text("1 It met nine times.\n2 The end."), paragraphs_of_text("1 It met ten times.")
        first, second = compare_read(then, now)
        assert [(piece.became.value, piece.texts[0]) for piece in first.pieces] == [
            ("same", "It met"), ("removed", "nine"), ("added", "ten"), ("same", "times."),
        ]  # fmt: skip
        assert second.became == Became.REMOVED

    def test_nothing_of_a_word_file_that_is_no_report_is_lost(self):
        document, file = Document(), io.BytesIO()
        document.add_paragraph("A letter.")
        document.save(file)
        assert paragraphs_of_word(file.getvalue()) == [ReadParagraph("", "A letter.")]


@pytest.mark.parametrize(
    "text, kind, keys",
    [
        ("by Resolutions 1214, 1222 and 1244, and Decision 8", "symbol", {"RES 1214", "RES 1222", "RES 1244", "DEC 8"}),
        ("Council Res. 1196 of 3 May 2002", "symbol", {"RES 1196"}),
        ("Resolution 1244, 16 December 2005", "symbol", {"RES 1244"}),
        ("documents C06/07-E and WSIS-II/PC-1/CONTR/4", "symbol", {"C06/7", "WSIS-II/PC-1/C/4"}),
        ("both and/or either", "symbol", set()),
        ("from 7 to 8 June 2004", "date", {"2004-06-07", "2004-06-08"}),
        ("14-15 April 2003", "date", {"2003-04-14", "2003-04-15"}),
        ("from 30 June to 2 July 2004", "date", {"2004-06-30", "2004-07-02"}),
        ("in April 2006, and in 2007", "date", {"2006-04", "2007"}),
        ("on lines C2, C5 and C7", "code", {"C2", "C5", "C7"}),
        ("nine meetings of 120 people, 1,500 in all", "number", {"9", "120", "1500"}),
        ("Resolution 1244 of 7 June 2004 on C7", "number", set()),
    ],
)
def test_a_fact_is_known_by_its_form(text, kind, keys):
    assert {fact.key for fact in facts_of(text, Names()) if fact.kind == kind} == keys


def test_names_known_to_the_register_are_facts_those_within_longer_ones_not():
    OrganisationFactory(acronym="WHAT", name={"en": "World Hat Agency"})
    OrganisationFactory(acronym="HAT", name={"en": "Hat Agency"})
    PersonFactory(name="Dr Leila Haddad")
    OrganisationFactory(acronym="HIDDEN", visibility="draft")
    names = Names()
    assert {fact.key for fact in facts_of("the world hat agency and Mrs Haddad; HIDDEN", names)} == {"WHAT", "Dr Leila Haddad"}
    assert {fact.key for fact in facts_of("the HAT, and what it is", names)} == {"HAT"}


def test_an_organisation_is_one_fact_whichever_of_its_names_is_printed(acting):
    body = OrganisationFactory(acronym="HATS", name={"en": "Hats Group", "fr": "Groupe des chapeaux"})
    body.names.create(name="Group of the Hats", valid_from="2002")
    names = Names()
    for text in ("HATS", "the hats group", "le Groupe des chapeaux", "our Group of the Hats"):
        assert {fact.key for fact in facts_of(text, names)} == {"HATS"}


class TestPrinted:
    def composed(self, *texts):
        return with_paragraphs(*(Paragraph(f"p{n}", str(n), (Sentence(text),)) for n, text in enumerate(texts, 1)))

    def test_the_facts_of_a_paragraph_are_the_same_or_missing_on_one_side(self):
        composed = self.composed("It met on 7 June 2004, by Resolution 1196.", "In 2005.")
        first, second = match(composed, paragraphs_of_text("1 It met on 8 June 2004, by Resolution 1196, as in 2005."))
        assert (first.printed, first.composed) == ("1", "1")
        assert first.same == (Fact(FactKind.SYMBOL, "RES 1196"),)
        assert [(one.fact.key, one.elsewhere) for one in first.missing_here] == [("2004-06-08", ()), ("2005", ("2",))]
        assert [(one.fact.key, one.elsewhere) for one in first.missing_there] == [("2004-06-07", ())]
        assert (second.printed, second.composed) == ("", "2")
        assert [(one.fact.key, one.elsewhere) for one in second.missing_there] == [("2005", ("1",))]

    def test_a_paragraph_of_another_number_is_matched_by_its_facts(self):
        composed = with_paragraphs(Paragraph("terms", "", (Sentence("Under Resolution 1244."),)))
        (only,) = match(composed, [ReadParagraph("7", "In line with Resolution 1244.")])
        assert (only.printed, only.composed) == ("7", "terms")

    def test_staff_compare_a_text_on_a_page_and_nothing_is_kept(self, client, sign_in):
        report = Report.objects.get(slug="wg-wsis-2002-2006")
        sign_in("Reader")
        url, before = address(Report, "compare", report.pk), Change.objects.count()
        page = client.post(url, {"text": "1 By Resolution 9999 of 2002.", "day": "2006-04-30"}).content.decode()
        assert "RES 9999" in page
        assert Change.objects.count() == before
        page = client.post(url, {"file": SimpleUploadedFile("r.txt", b"1 By Decision 77."), "day": "2006-04-30"}).content.decode()
        assert "DEC 77" in page
        for wrong in ({}, {"text": "1 a", "file": SimpleUploadedFile("r.txt", b"1 a")}):
            assert "Give a file or a text." in client.post(url, wrong | {"day": "2006-04-30"}).content.decode()

    def test_the_command_says_the_same(self, tmp_path):
        file, out = tmp_path / "printed.txt", io.StringIO()
        file.write_text("1 By Resolution 9999.\n")
        call_command("compare_report", "wg-wsis-2002-2006", file, as_of="2006-04-30", stdout=out)
        assert "missing here: symbol RES 9999" in out.getvalue()

    @pytest.mark.parametrize(
        "slug, name, as_of", [("nowhere", "r.txt", None), ("wg-wsis-2002-2006", "none.txt", None), ("wg-wsis-2002-2006", "r.txt", "soon")]
    )
    def test_the_command_refuses_what_it_cannot_read(self, tmp_path, slug, name, as_of):
        (tmp_path / "r.txt").write_text("1 a")
        with pytest.raises(CommandError):
            call_command("compare_report", slug, tmp_path / name, as_of=as_of)
