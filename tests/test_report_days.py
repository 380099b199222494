"""Reports as of other days, of other years and of other kinds; what they ask of the database, and what they never show."""

import io
import json
import re

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandates.models import Organisation
from meetings.models import Meeting
from reports.models import Report, ReportKind
from reports.official.account import NothingToReport
from reports.official.builders import build, build_kind
from reports.official.renderers import RENDERERS
from tests import factories
from wsis_tracker.register.changes import act
from wsis_tracker.register.records import Record

pytestmark = pytest.mark.django_db


def report():
    return Report.objects.select_related("document", "reports_to").get(slug="wg-wsis-2002-2006")


def texts(composition):
    """What each paragraph says, by its key."""
    return {one.key: " ".join(sentence.text for sentence in one.every_sentence()) for one in composition.paragraphs()}


def year(kind, of, **others):
    return build_kind(kind, covers_from=str(of), covers_to=str(of), day=f"{of}-12-31", **others)


class TestTheGroupsReportAsOfADay:
    def test_the_meetings_are_those_held_by_the_day(self):
        held = {day: next(one for one in build(report(), day).paragraphs() if one.key == "meetings") for day in DAYS}
        assert {day: len(paragraph.items) for day, paragraph in held.items()} == {"2004-12-31": 7, "2006-04-30": 9, "2006-11-01": 10}
        assert "10th meeting" in held["2006-11-01"].items[-1].sentences[0].text

    def test_the_chair_is_the_one_of_the_day(self):
        signed = {day: texts(build(report(), day))["signature"] for day in DAYS}
        assert signed["2004-12-31"] == "Dr Yuri G. Grin (Russian Federation), chair of WG-WSIS."
        assert signed["2006-04-30"] == signed["2006-11-01"] == "Prof Vladimir Minkin (Russian Federation), chair of WG-WSIS."
        assert "has chaired WG-WSIS since 2002" in texts(build(report(), "2004-12-31"))["officers"]
        assert "chaired WG-WSIS from 2002 until April 2006" in texts(build(report(), "2006-04-30"))["officers"]

    def test_the_mandates_are_those_in_force(self):
        told = {day: texts(build(report(), day)) for day in DAYS}
        assert "Decision 8" in told["2004-12-31"]["continuation"]
        assert told["2004-12-31"]["programme"] == "The register holds nothing on this as of 31 December 2004."
        assert "Council Resolution 1244" in told["2006-04-30"]["programme"]
        assert "terms-of-reference" not in told["2004-12-31"]
        assert "final report to PP-06" in told["2006-04-30"]["terms-of-reference"]
        assert "is thereby to monitor" in told["2006-04-30"]["continued"]

    def test_the_roles_are_those_claimed_by_the_day(self):
        told = {day: texts(build(report(), day)) for day in DAYS}
        assert "footnote" not in told["2004-12-31"]
        assert "the Summit" not in told["2004-12-31"]["mentions-tunis"]
        differing = {day: re.findall(r"differ on (\w+) ", told[day].get("footnote", "")) for day in DAYS}
        assert differing == {"2004-12-31": [], "2006-04-30": SIX, "2006-11-01": SIX}
        assert "[Council Resolution 1244, annex]" in told["2006-04-30"]["footnote"]

    def test_what_is_planned_on_one_day_was_held_on_a_later_one(self):
        workshop = "workshop on promoting the multilingual internet"
        assert f"The {workshop} is planned" in texts(build(report(), "2006-04-30"))["planned"]
        assert f"The {workshop} took place" in texts(build(report(), "2006-11-01"))["planned"]

    def test_nothing_after_the_day_is_told_as_done(self):
        whole = " ".join(texts(build(report(), "2004-12-31")).values())
        assert "2005" not in whole
        assert "2006" not in whole.replace("until 2006", "").replace("from 2002 to 2006", "")

    def test_a_month_stands_for_its_last_day(self):
        assert build(report(), "2006-04") == build(report(), "2006-04-30")


DAYS = ["2004-12-31", "2006-04-30", "2006-11-01"]
#: The lines on which the claims of Council, WSIS and WTDC differ from April 2006 on.
SIX = ["C1", "C3", "C4", "C6", "C7", "C11"]


@pytest.mark.parametrize(("of", "meetings", "symbol"), [(2003, 2, "C03/4"), (2004, 3, "C04/23"), (2005, 1, "C05/20"), (2006, 2, "C06/7")])
def test_an_annual_report_has_the_meetings_and_papers_of_its_year(of, meetings, symbol):
    composition = year("annual", of)
    told = {one.key: one for one in composition.paragraphs()}
    assert len(told["meetings"].items) == meetings
    assert texts(composition)["reports-to-council"].count("went to") == 1
    assert symbol in texts(composition)["reports-to-council"]
    assert composition.title == f"Annual report to Council: {of}"


def test_the_annual_report_of_2006_has_the_conclusions_and_questions_of_the_year():
    told = texts(year("annual", 2006))
    assert "At Council 2006, April session" in told["conclusions"]
    assert "Seven questions are put" in told["questions"]
    assert "Monitor the implementation" in told["tasks"]
    assert "final report to PP-06" in told["terms-of-reference"]
    assert "register holds nothing" in texts(year("annual", 2003))["conclusions"]


def test_no_heading_stands_over_nothing():
    for composition in (build(report(), "2004-12-31"), year("annual", 2003)):
        assert all(section.paragraphs and section.heading for section in composition.sections)
        assert "terms" not in [section.key for section in composition.sections]


def test_the_report_by_sectors_has_each_sector_and_the_union_as_a_whole():
    composition = build_kind("by-sectors", covers_from="2002", covers_to="2006", day="2006-04-30")
    assert [one.key for one in composition.sections] == ["itu-d", "itu-r", "itu-t", "overall"]
    told = texts(composition)
    assert "WG-WSIS-9/7" in told["papers-itu-d"]
    assert "WG-WSIS-9/18" in told["papers-itu-t"]
    assert "through ITU-T" in told["roles-itu-t"]
    assert "register holds nothing" in told["papers-itu-r"]
    assert "Eight tasks were on record on the day: five open, two in progress and one done." in told["tasks"]


def test_a_report_calls_a_body_by_the_name_that_it_bore_on_the_day():
    before = texts(build(report(), "2006-04-30"))
    with act(reason="The Group is renamed"):
        group = Organisation.objects.get(slug="wg-wsis")
        group.acronym = "CWG-WSIS&SDG"
        group.save()
    assert texts(build(report(), "2006-04-30")) == before
    today = " ".join(texts(year("annual", 2019)).values())
    assert "CWG-WSIS" in today
    assert "CWG-WSIS&SDG" not in today


def test_of_more_tasks_than_a_reader_reads_those_that_are_due_first_are_named_and_all_are_counted(monkeypatch):
    monkeypatch.setattr("reports.official.parts.follow_up.MOST", 3)
    composition = build_kind("by-sectors", covers_from="2002", covers_to="2006", day="2006-04-30")
    paragraph = next(one for one in composition.paragraphs() if one.key == "tasks")
    assert len(paragraph.table.rows) == 3
    assert {row[2].text.lower().strip(".") for row in paragraph.table.rows} <= {"open", "in progress"}
    told = texts(composition)["tasks"]
    assert "Eight tasks were on record" in told
    assert "Of these three are named, the pending ones first, by their due dates; the register lists all." in told


@pytest.mark.usefixtures("acting")
def test_a_sector_answers_for_the_tasks_of_its_bureau():
    task = factories.TaskFactory(title="Measure the waves", opened_on="2005-06-01")
    task.assign(organisations=[Organisation.objects.get(slug="director-br")])
    told = texts(build_kind("by-sectors", covers_from="2002", covers_to="2006", day="2006-04-30"))
    assert "Measure the waves" in told["tasks-itu-r"]
    assert "Measure the waves" not in told["tasks-itu-t"] + told["tasks-itu-d"] + told["tasks"]


def test_a_brief_tells_of_one_line_who_does_what():
    line = {"line": factories.lines.ActionLine.objects.get(slug="c5")}
    told = texts(build_kind("action-line-brief", covers_from="2002", covers_to="2006", day="2006-04-30", **line))
    assert "C5 is called" in told["subject"]
    assert "In the word of WSIS, ITU has the part of moderator/facilitator." in told["roles"]
    assert "is planned in Geneva, from 15 to 16 May 2006" in told["meetings"]
    assert "Tunis" not in told["activities"]


def test_a_brief_finds_its_line_by_the_end_of_its_slug():
    sub_line = factories.ReportFactory(slug="brief-c7-e-health", kind="action-line-brief")
    assert "C7 e-health is called" in texts(build(sub_line))["subject"]
    with pytest.raises(NothingToReport):
        build(factories.ReportFactory(slug="brief-on-nothing", kind="action-line-brief"))


def test_the_list_of_documents_has_a_table_for_each_meeting():
    composition = build_kind("documents-by-meeting", covers_from="2002", covers_to="2006", day="2006-04-30")
    tables = {one.key: [[cell.text for cell in row] for row in one.table.rows] for one in composition.paragraphs()}
    assert [row[0] for row in tables["wg-wsis-9"]] == [f"WG-WSIS-9/{number}" for number in (13, 14, 17, 7, 18)]
    assert tables["council-2006-04"][0] == ["C06/7", "Annual report of WG-WSIS to Council 2006", "WG-WSIS", "Put before it"]
    assert ["PP Decision 8 (Marrakesh, 2002)", "Given out"] in [[row[0], row[3]] for row in tables["pp-02"]]


def test_the_columns_of_a_table_are_headed_in_the_language_of_the_reader():
    composition = build_kind("by-sectors", covers_from="2002", covers_to="2006", day="2006-04-30", language="fr")
    paragraph = next(one for one in composition.paragraphs() if one.key == "tasks")
    assert paragraph.table.columns == ("Tâche", "Responsable", "État", "Échéance")


@pytest.mark.usefixtures("acting")
class TestWhatIsAskedOfTheDatabase:
    @pytest.mark.parametrize(
        ("kind", "pinned"), [("group", 60), ("annual", 55), ("by-sectors", 60), ("action-line-brief", 45), ("documents-by-meeting", 10)]
    )
    def test_the_number_of_queries_does_not_grow_with_the_rows(self, kind, pinned):
        add_rows(1)
        few = self.queries(kind)
        add_rows(4)
        assert self.queries(kind) == few <= pinned

    def queries(self, kind):
        line = factories.lines.ActionLine.objects.get(slug="c5") if kind == "action-line-brief" else None
        with CaptureQueriesContext(
            connection,
        ) as asked:
            if kind == "group":
                build(Report.objects.select_related("document", "reports_to").get(slug="wg-wsis-2002-2006"))
            else:
                build_kind(kind, covers_from="2002", covers_to="2006", day="2006-04-30", line=line)
        return len(asked)


#: The paragraphs that say something of organisations and lines alone.
SAID_OF_ORGANISATIONS = {"subject", "origin"}


def add_rows(many):
    """More of every kind of record that a report reads."""
    of = {slug: Organisation.objects.get(slug=slug) for slug in ("itu", "wg-wsis", "wsis-es", "itu-council", "wsis", "director-tsb")}
    line = factories.lines.ActionLine.objects.get(slug="c5")
    outcome = factories.mandates.Document.objects.get(slug="tunis-agenda")
    council = Meeting.objects.get(slug="council-2006-04")
    for _time in range(many):
        meeting = factories.MeetingFactory(kind="group", body=of["wg-wsis"], held_from="2006-02-10", held_to="2006-02-11")
        workshop = factories.MeetingFactory(kind="workshop", held_from="2006-03-10", held_to="2006-03-11")
        for record in (meeting, workshop):
            factories.meetings.MeetingLine(record=record, action_line=line).save()
            factories.meetings.MeetingConvener(record=record, organisation=factories.OrganisationFactory()).save()
        paper = factories.DocumentFactory(dated_on="2006-02-01")
        factories.mandates.DocumentAuthor(record=paper, organisation=of["director-tsb"]).save()
        factories.SubmissionFactory(document=paper, meeting=meeting, submitted_by=factories.OrganisationFactory(), dated_on="2006-02-01")
        factories.SubmissionFactory(submitted_by=of["wg-wsis"], dated_on="2005-02-01", meeting=Meeting.objects.get(slug="prepcom-tunis-2"))
        factories.RelationFactory(document=paper, target=outcome, kind="reproduces")
        factories.RelationFactory(document=paper, target=outcome, kind="taken-up-in")
        resolution = factories.DocumentFactory(kind="resolution", body=of["itu-council"], dated_on="2005-09-10")
        council_of_it = factories.mandates.Document.objects.get(slug="council-res-1244")
        factories.RelationFactory(document=resolution, target=council_of_it, kind="amends", valid_from="2005-09-10")
        for addressee, document in ((of["wg-wsis"], resolution), (of["itu"], outcome), (of["itu"], resolution)):
            position = 10_000 + document.provisions.count()
            provision = factories.ProvisionFactory(document=document, position=position, label=f"para-{position}")
            mandate = factories.MandateFactory(made_in=provision, valid_from="2005-12")
            factories.mandates.MandateAddressee(record=mandate, organisation=addressee).save()
            factories.mandates.MandateAddressee(record=mandate, organisation=factories.OrganisationFactory(), part="with").save()
            factories.lines.ActionLineMandate(record=line, mandate=mandate).save()
            if document == outcome:
                factories.MentionFactory(provision=provision, organisation=of["itu"])
            claim = factories.RoleFactory(organisation=of["itu"], action_line=line, made_in=provision, valid_from="2005-12")
            factories.lines.RoleAssociate(record=claim, organisation=factories.OrganisationFactory()).save()
        factories.FigureFactory(organisation=of["wsis-es"], funding="voluntary", value=None, dated_on="2006-02")
        for organisation in (of["wsis-es"], of["itu"], of["wg-wsis"], of["director-tsb"]):
            factories.ActivityFactory(kind="action-taken", organisation=organisation, action_line=line, dated_on="2006-02-01", number="")
        factories.AppointmentFactory(organisation=of["wg-wsis"], office="vice-chair")
        ninth, many_there = Meeting.objects.get(slug="wg-wsis-9"), 1000 + Meeting.objects.count()
        question = factories.QuestionFactory(meeting=ninth, dated_on="2006-02", number=many_there)
        factories.meetings.QuestionForum(record=question, organisation=factories.OrganisationFactory()).save()
        letters = "".join("abcdefghij"[int(digit)] for digit in str(many_there))
        factories.ConclusionFactory(meeting=council, item=letters, dated_on="2006-04")
        for organisation in (of["itu"], of["wg-wsis"], of["director-tsb"]):
            task = factories.TaskFactory(opened_on="2006-02-01")
            task.assign(organisations=[organisation])
            factories.meetings.TaskLine(record=task, action_line=line).save()


@pytest.mark.usefixtures("acting")
class TestWhatIsNeverShown:
    def test_a_draft_of_any_kind_stands_in_no_report(self):
        before = [build(report()), year("annual", 2006)]
        draft = {"visibility": "draft"}
        group = Organisation.objects.get(slug="wg-wsis")
        meeting = factories.MeetingFactory(kind="group", body=group, held_from="2006-02-10", held_to="2006-02-11", **draft)
        factories.SubmissionFactory(meeting=Meeting.objects.get(slug="wg-wsis-9"), submitted_by=group, dated_on="2006-02-01", **draft)
        factories.ActivityFactory(kind="action-taken", organisation=group, dated_on="2006-02-01", number="", **draft)
        factories.QuestionFactory(meeting=Meeting.objects.get(slug="wg-wsis-9"), number=99, dated_on="2006-02", **draft)
        factories.RoleFactory(organisation=Organisation.objects.get(slug="itu"), valid_from="2005-12", **draft)
        mandate = factories.MandateFactory(valid_from="2005-12", **draft)
        factories.mandates.MandateAddressee(record=mandate, organisation=group).save()
        assert [build(report()), year("annual", 2006)] == before
        Meeting.objects.filter(pk=meeting.pk).update(visibility="published")
        assert build(report()) != before[0]

    def test_a_register_that_knows_no_more_than_the_group_says_so_under_every_number(self):
        for model in apps.get_models():
            if issubclass(model, Record) and model is not Organisation and model.whole is None:
                model.objects.update(visibility="draft")
        line = factories.lines.ActionLine.objects.get(slug="c5")
        for kind in ReportKind.values:
            composition = build_kind(kind, covers_from="2002", covers_to="2006", day="2006-04-30", line=line)
            told = [text for key, text in texts(composition).items() if key not in SAID_OF_ORGANISATIONS and not key.startswith("bodies-")]
            assert told
            assert set(told) == {"The register holds nothing on this as of 30 April 2006."}

    def test_the_register_without_a_group_says_so(self):
        Organisation.objects.filter(slug="wg-wsis").update(visibility="draft")
        with pytest.raises(NothingToReport, match="wg-wsis"):
            year("annual", 2004)


class TestTheCommand:
    def test_it_writes_a_report_to_a_file(self, tmp_path):
        told = io.StringIO()
        call_command("build_report", "wg-wsis-2002-2006", as_of="2006-04-30", format="text", output=tmp_path / "report.txt", stderr=told)
        text = (tmp_path / "report.txt").read_text(encoding="utf-8")
        assert "as of 2006-04-30" in told.getvalue()
        assert text.startswith("Draft, composed on ")
        assert "\n7. " in text
        assert "  a) The 1st meeting was held in Marrakesh, Morocco, on 21 September 2002" in text
        assert "] Report of WG-WSIS on its mandate and work, 2002–2006, para 9, bullet 2\n" in text

    def test_it_writes_the_composition_as_json(self, tmp_path):
        call_command("build_report", "annual", year=2004, format="json", output=tmp_path / "report.json", stderr=io.StringIO())
        read = json.loads((tmp_path / "report.json").read_bytes())
        assert (read["kind"], read["day"], read["covers_from"], read["covers_to"]) == ("annual", "2004-12-31", "2004", "2004")
        meetings = next(one for section in read["sections"] for one in section["paragraphs"] if one["key"] == "meetings")
        behind = [one["slug"] for item in meetings["items"] for sentence in item["sentences"] for one in sentence["behind"]]
        assert behind == ["wg-wsis-5", "wg-wsis-6", "wg-wsis-7"]

    def test_headings_are_in_the_language_asked_for_and_sentences_in_english(self):
        composition = year("annual", 2004, language="fr")
        assert composition.language == "en"
        assert [one.heading for one in composition.sections if one.key == "roles"] == ["Rôles"]
        assert composition.head.original_language == "anglais"
        assert "was held in Geneva" in texts(composition)["meetings"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["annual"], "An annual report is on a year"),
            (["action-line-brief", "--year", "2005"], "say on which"),
            (["action-line-brief", "--action-line", "c99"], "no action line “c99”"),
            (["nonsense"], "no report “nonsense”"),
            (["annual", "--year", "2004", "--as-of", "2004-13"], "as-of"),
            (["by-sectors", "--as-of", "1990"], "ends before it begins"),
            (["wg-wsis-2002-2006", "--year", "2004"], "a period and a subject of its own"),
            (["wg-wsis-2002-2006", "--action-line", "c5"], "a period and a subject of its own"),
            (["annual", "--year", "2004", "--action-line", "c5"], "for briefs"),
            (["annual", "--year", "2004", "--output", "no-such-folder/report.txt"], "cannot be written: .*no-such-folder"),
        ],
    )
    def test_it_names_what_it_cannot_report(self, arguments, said):
        with pytest.raises(CommandError, match=said):
            call_command("build_report", *arguments)


def test_every_renderer_gives_bytes_and_twice_the_same():
    for render in RENDERERS.values():
        assert isinstance(render(year("annual", 2004)), bytes)
    assert RENDERERS["text"](build(report())) == RENDERERS["text"](build(report()))
