"""An official report is issued once, under a symbol, and kept bit for bit; what became of the register since is told beside it."""

import io
import json
import zipfile
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone
from docx import Document
from docx.oxml import OxmlElement

from mandates.models import DocumentAlias
from mandates.models.documents import Certainty
from meetings.models import Meeting
from reports.models import IssuedReport, ParagraphText, Report
from reports.official import reading
from reports.official.drafting import draft
from reports.official.heads import as_draft
from reports.official.issuing import TRIES, issue
from reports.official.plain import as_plain, from_plain
from reports.official.renderers import RENDERERS
from reports.official.renderers.docx import docx
from wsis_tracker.register.changes import NoAct, act, current_change
from wsis_tracker.register.models import Change

from .compositions import SAMPLE
from .factories import DocumentFactory, ReportFactory, UserFactory
from .forms import address

pytestmark = pytest.mark.django_db
FORMS = {"docx", "pdf", "html"}


def issued(report=None, symbol="C79/8", **said):
    report = report or ReportFactory()
    return issue(report, symbol=symbol, issued_on="1979-02-03", by=UserFactory(), reason="As agreed by Council", **said)


def the_groups():
    """The report of the Group, as it is shipped."""
    return Report.objects.get(slug="wg-wsis-2002-2006")


def move_the_third_meeting():
    """Change what the register says of a meeting that the report of the Group tells of."""
    with act(reason="Read anew"):
        meeting = Meeting.objects.get(slug="wg-wsis-3")
        meeting.held_to = f"{meeting.held_from[:8]}28"
        meeting.save()


def finished(report):
    """The Word file of a report with a word more in its first paragraph."""
    document, file = Document(io.BytesIO(docx(draft(report).composition))), io.BytesIO()
    next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("1\t")).add_run(" Furthermore.")
    document.save(file)
    return file.getvalue()


def damage(done, form):
    """Let a file of what was issued be another than it was, as where a disk fails."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reports_issuedfile SET content = %s WHERE issue_id = %s AND form = %s", [b"PK", done.pk, form])


class TestIssuing:
    def test_it_keeps_every_form_with_its_digest(self):
        kept = {file.form: file for file in issued().files.defer(None)}
        assert set(kept) >= FORMS
        assert all(file.sha256 == sha256(file.content).hexdigest() and file.size == len(file.content) for file in kept.values())

    def test_symbol_and_date_stand_at_the_head_of_its_files(self):
        content = bytes(issued().files.defer(None).get(form="docx").content)
        head = Document(io.BytesIO(content)).tables[0].rows[0].cells[1].text
        assert "Document: C79/8" in head
        assert "Date: 3 February 1979" in head

    def test_they_are_no_draft(self):
        files = issued().files.defer(None)
        assert json.loads(bytes(files.get(form="json").content))["head"]["draft"] == ""
        assert "Draft" not in Document(io.BytesIO(bytes(files.get(form="docx").content))).tables[0].rows[0].cells[1].text

    def test_it_knows_the_day_the_period_and_the_last_act_before_it(self):
        report = ReportFactory(covers_from="1977", covers_to="1978", day="1978-12-31")
        before = Change.objects.last_number()
        done = issued(report)
        assert (done.day, done.covers_from, done.covers_to, done.revision) == ("1978-12-31", "1977", "1978", before)
        assert done.change.number == before + 1

    def test_the_act_says_who_issued_it_and_why_also_in_the_history_of_the_report(self):
        done = issued()
        assert done.change.reason == "As agreed by Council"
        assert done.report.history.first().change == done.change
        assert done.report.history.first().history_user == done.change.by

    def test_issues_of_a_report_are_counted(self):
        report = ReportFactory()
        assert [issued(report, symbol).number for symbol in ("C79/8", "C79/8(Rev.1)")] == [1, 2]

    def test_a_symbol_is_given_once(self):
        issued()
        with pytest.raises(ValidationError, match=r"[Ss]ymbol"):
            issued()
        assert IssuedReport.objects.count() == 1

    @pytest.mark.parametrize("spelling", ["C79/08", "c79/8-E", "\N{CYRILLIC CAPITAL LETTER ES}79 / 8"])
    def test_however_it_is_written(self, spelling):
        issued()
        with pytest.raises(ValidationError, match="what was issued already: C79/8") as refused:
            issued(symbol=spelling)
        assert set(refused.value.message_dict) == {"symbol"}

    def test_nor_is_it_that_of_a_document_but_of_the_one_in_which_the_report_was_issued(self):
        document = DocumentFactory(symbol="C79/8")
        with act(reason="Seen in print"):
            DocumentAlias(record=document, text="C79/INF/3", certainty=Certainty.PRINTED).save()
        for symbol in ("C79/8", "C79/08", "C79/INF/3"):
            with pytest.raises(ValidationError, match="symbol of a document in the register: C79/8") as refused:
                issued(symbol=symbol)
            assert set(refused.value.message_dict) == {"symbol"}
        assert issued(ReportFactory(document=document), symbol="C79/08").symbol == "C79/08"

    def test_the_symbol_has_letters_digits_or_strokes(self):
        with pytest.raises(ValidationError, match="letters, digits and strokes"):
            issued(symbol=". .")

    def test_a_report_that_is_not_published_is_not_issued(self):
        with pytest.raises(ValidationError, match="Publish the report first"):
            issued(ReportFactory(visibility="draft"))

    def test_it_is_not_issued_without_a_reason(self):
        with pytest.raises(ValidationError, match="Say why"):
            issue(ReportFactory(), symbol="C79/8", issued_on="1979-02-03", by=UserFactory(), reason="")

    def test_what_was_issued_is_neither_changed_nor_deleted(self):
        done = issued()
        done.symbol = "C79/9"
        for row in (done, done.files.first()):
            with pytest.raises(ValidationError, match="never changed"):
                row.save()
            with pytest.raises(ValidationError, match="never deleted"):
                row.delete()
        with act(reason="Entered twice"), pytest.raises(ProtectedError):
            done.report.delete()

    def test_nor_are_many_of_them_at_once(self):
        done = issued()
        text = ParagraphText(report=done.report, paragraph="one", how="added", text="More.", fingerprint="0", change=done.change)
        text.save()
        for rows in (IssuedReport.objects.all(), done.files.all(), done.report.texts.all(), done.report.issues):
            with pytest.raises(ValidationError, match="never changed"):
                rows.update(pk=0)
            with pytest.raises(ValidationError, match="never changed"):
                rows.bulk_update(list(rows.all()), [rows.model._meta.fields[1].name])
            with pytest.raises(ValidationError, match="never deleted"):
                rows.all().delete()
        assert (IssuedReport.objects.count(), done.files.count() >= len(FORMS), done.report.texts.get()) == (1, True, text)

    def test_it_is_bit_for_bit_the_same_after_any_change(self, client):
        done = issued(the_groups())
        before = {form: client.get(f"/reports/{done.report.slug}/issued/1/report.{form}").content for form in FORMS}
        move_the_third_meeting()
        after = {form: client.get(f"/reports/{done.report.slug}/issued/1/report.{form}").content for form in FORMS}
        assert after == before
        assert {file.form: file.sha256 for file in done.files.all()}.items() >= {f: sha256(before[f]).hexdigest() for f in FORMS}.items()

    def test_its_composition_can_be_read_back(self):
        kept = IssuedReport.objects.get(pk=issued().pk).composition
        assert from_plain(kept).title == kept["title"]
        assert from_plain(json.loads(json.dumps(as_plain(SAMPLE)))) == SAMPLE


class TestWhileOthersWrite:
    """To render takes long, and nobody waits for it."""

    @pytest.fixture
    def rendered(self, monkeypatch):
        """What is called whenever a report is rendered as JSON, and the compositions that were."""
        compositions, meanwhile, render = [], [], RENDERERS["json"]

        def spied(composition):
            compositions.append(composition)
            for write in meanwhile:
                write()
            return render(composition)

        monkeypatch.setitem(RENDERERS, "json", spied)
        return compositions, meanwhile

    def test_what_changes_while_it_is_rendered_is_in_what_is_issued(self, rendered):
        compositions, meanwhile = rendered

        def once():
            meanwhile.clear()
            move_the_third_meeting()

        meanwhile.append(once)
        report = the_groups()
        done = issued(report)
        assert Change.objects.get(number=done.revision).reason == "Read anew"
        assert from_plain(done.composition) == compositions[-1]
        assert compositions[0] != compositions[1]
        assert json.loads(bytes(done.files.defer(None).get(form="json").content)) == json.loads(json.dumps(done.composition))

    def test_what_changes_nothing_of_it_does_not_have_it_rendered_again(self, rendered):
        compositions, meanwhile = rendered
        meanwhile.append(DocumentFactory)
        done = issued()
        assert len(compositions) == 1
        assert done.revision == done.change.number - 1

    def test_after_a_few_tries_the_others_wait(self, rendered):
        compositions, meanwhile = rendered
        report = the_groups()

        def every_time():
            with act(reason="Never done"):
                now = the_groups()
                now.title = {"en": f"{now.title}!"}
                now.save()

        meanwhile.append(every_time)
        done = issued(report)
        assert len(compositions) == TRIES + 1
        assert done.composition["title"] == compositions[-1].title == f"{report.title}{'!' * TRIES}"

    def test_a_rule_that_is_broken_meanwhile_holds(self, rendered):
        _compositions, meanwhile = rendered
        report = ReportFactory()

        def withdraw():
            meanwhile.clear()
            with act(reason="Withdrawn"):
                now = Report.objects.get(pk=report.pk)
                now.visibility = "draft"
                now.save()

        meanwhile.append(withdraw)
        with pytest.raises(ValidationError, match="Publish the report first"):
            issued(report)
        assert not IssuedReport.objects.exists()

    def test_what_is_refused_is_not_rendered(self, rendered):
        issued()
        compositions, _meanwhile = rendered
        compositions.clear()
        with pytest.raises(ValidationError, match=r"[Ss]ymbol"):
            issued()
        assert compositions == []

    def test_nor_does_the_form_of_the_desk_hold_others_back(self, client, sign_in, rendered):
        _compositions, meanwhile = rendered
        report, user = ReportFactory(), sign_in("Reviewer")
        acts = []

        def look():
            with pytest.raises(NoAct):
                current_change()
            acts.append("none")

        meanwhile.append(look)
        sent = {"symbol": "C79/8", "issued_on": "1979-02-03", "day": "1978-12-31", "change_reason": "Agreed"}
        answer = client.post(address(Report, "issue", report.pk), sent)
        assert acts == ["none"]
        done = report.issues.get().change
        assert (done.by, done.reason, done.request_id) == (user, "Agreed", answer.headers["X-Request-ID"])


class TestPages:
    def test_the_page_of_a_report_lists_what_was_issued_by_the_day(self, client):
        done = issued(ReportFactory(day="1978-12-31"))
        url = done.report.get_absolute_url()
        assert done.get_absolute_url() in client.get(url).content.decode()
        assert done.get_absolute_url() in client.get(url, {"as_of": "1979-02-03"}).content.decode()
        assert done.get_absolute_url() not in client.get(url, {"as_of": "1979-02-02"}).content.decode()

    def test_what_was_issued_tells_the_digests_of_its_files(self, client):
        done = issued()
        page = client.get(done.get_absolute_url()).content.decode()
        assert all(file.sha256 in page for file in done.files.all())

    def test_what_was_issued_of_a_withdrawn_report_is_not_shown(self, client):
        done = issued()
        with act(reason="Withdrawn"):
            report = Report.objects.get(pk=done.report_id)
            report.visibility = "draft"
            report.save()
        for end in ("", "report.docx", "comparison/", "comparison.json"):
            assert client.get(f"/reports/{report.slug}/issued/1/{end}").status_code == 404

    def test_what_was_issued_later_is_not_there_on_an_earlier_day(self, client):
        done = issued(ReportFactory(day="1978-12-31"))
        for end in ("", "report.docx", "comparison/", "comparison.json"):
            for day, status in (("1979-02-02", 404), ("1979-02-03", 200)):
                assert client.get(f"{done.get_absolute_url()}{end}", {"as_of": day}).status_code == status, (end, day)

    def test_what_was_not_issued_is_not_found(self, client):
        slug = issued().report.slug
        for end in ("2/", "2/report.docx", "1/final.docx", "1/final.pdf", "2/comparison/"):
            assert client.get(f"/reports/{slug}/issued/{end}").status_code == 404

    def test_a_file_that_is_no_longer_what_was_issued_is_not_given_out(self, client, caplog):
        done = issued()
        damage(done, "docx")
        answer = client.get(f"{done.get_absolute_url()}report.docx")
        assert answer.status_code == 410
        assert "This file is damaged" in answer.content.decode()
        assert (answer["Cache-Control"], "Content-Disposition" in answer) == ("no-store", False)
        (told,) = [record for record in caplog.records if record.name == "reports.models"]
        assert (told.levelname, "C79/8, docx" in told.getMessage()) == ("ERROR", True)
        assert client.get(f"{done.get_absolute_url()}report.html").status_code == 200

    def test_nor_is_it_compared_with_the_final_one(self, client):
        report = ReportFactory()
        done = issued(report, final=finished(report))
        damage(done, "final")
        page = client.get(done.get_absolute_url())
        assert page.status_code == 200
        assert "This file is damaged" in page.content.decode()
        assert "What the secretariat changed" not in page.content.decode()

    def test_the_api_tells_what_was_issued_with_the_digests(self, client):
        done = issued(ReportFactory(day="1978-12-31"))
        url = f"/api/v1/reports/{done.report.slug}/"
        (told,) = client.get(url).json()["issued"]
        assert (told["number"], told["symbol"], told["issued_on"], told["revision"]) == (1, "C79/8", "1979-02-03", done.revision)
        assert {file["form"]: file["sha256"] for file in told["files"]} == {file.form: file.sha256 for file in done.files.all()}
        content = client.get(next(file["url"] for file in told["files"] if file["form"] == "pdf")).content
        assert content.startswith(b"%PDF")
        assert client.get(url, {"as_of": "1979-01-01"}).json()["issued"] == []

    def test_the_api_tells_nothing_of_it_as_it_was_recorded_before(self, client):
        report = ReportFactory()
        before = timezone.now().isoformat().replace("+00:00", "Z")
        issued(report)
        url = f"/api/v1/reports/{report.slug}/"
        assert client.get(url, {"recorded_at": before}).json()["issued"] == []
        assert len(client.get(url, {"recorded_at": timezone.now().date().isoformat()}).json()["issued"]) == 1


def test_a_report_of_what_the_register_lacks_says_so_and_is_not_issued(client):
    report = ReportFactory(kind="action-line-brief", slug="brief-of-nothing")
    page = client.get(f"{report.get_absolute_url()}text/")
    assert page.status_code == 200
    assert page.context["nothing"]
    assert page.context["nothing"][0] in page.content.decode()
    assert client.get(f"/reports/{report.slug}.docx").status_code == 404
    with pytest.raises(ValidationError, match=page.context["nothing"][0]):
        issued(report)


class TestDesk:
    def sent(self, **said):
        return {"symbol": "C79/8", "issued_on": "1979-02-03", "day": "1978-12-31", "change_reason": "Agreed", **said}

    def test_a_reviewer_issues_a_report_by_a_form(self, client, sign_in):
        report, user = ReportFactory(), sign_in("Reviewer")
        answer = client.post(address(Report, "issue", report.pk), self.sent())
        assert answer.status_code == 302
        done = report.issues.get()
        assert (done.symbol, done.day, done.change.by, done.change.reason) == ("C79/8", "1978-12-31", user, "Agreed")
        assert client.get(address(IssuedReport, "change", done.pk)).status_code == 200
        assert client.get(address(Report, "change", report.pk)).content.decode().count("Issue this report") == 1

    def test_an_editor_does_not(self, client, sign_in):
        report = ReportFactory()
        sign_in("Editor")
        assert client.post(address(Report, "issue", report.pk), self.sent()).status_code == 403
        assert not report.issues.exists()

    @pytest.mark.parametrize("wrong", [{"symbol": ""}, {"issued_on": "soon"}, {"day": "1978"}, {"change_reason": ""}])
    def test_what_is_wrong_is_told_and_nothing_is_issued(self, client, sign_in, wrong):
        report = ReportFactory()
        sign_in("Reviewer")
        answer = client.post(address(Report, "issue", report.pk), self.sent(**wrong))
        assert answer.status_code == 200
        assert set(answer.context["form"].errors) == set(wrong)
        assert not report.issues.exists()

    def test_the_final_file_is_kept_beside_the_composed_one_and_what_differs_is_told(self, client, sign_in):
        report = ReportFactory()
        sign_in("Reviewer")
        final = finished(report)
        client.post(address(Report, "issue", report.pk), self.sent(day=report.day, final=SimpleUploadedFile("final.docx", final)))
        assert client.get(f"/reports/{report.slug}/issued/1/final.docx").content == final
        assert client.get(f"/reports/{report.slug}/issued/1/final.pdf").status_code == 404
        page = client.get(f"/reports/{report.slug}/issued/1/").content.decode()
        assert page.count("<ins>Furthermore.</ins>") == 1
        assert "Document: C79/8" in page.partition("What the secretariat changed")[2]  # the draft bore no symbol yet

    @pytest.mark.parametrize("language", ["en", "ar"])
    def test_a_final_file_does_not_say_that_it_is_a_draft(self, language, client, sign_in):
        report = ReportFactory()
        sign_in("Reviewer")
        marked = docx(as_draft(draft(report, language=language).composition, "2006-05-01"))
        answer = client.post(address(Report, "issue", report.pk), self.sent(final=SimpleUploadedFile("final.docx", marked)))
        assert "still says that it is a draft" in str(answer.context["form"].errors["final"])
        assert not report.issues.exists()

    def test_not_at_the_foot_of_its_first_page_either(self):
        document, file = Document(io.BytesIO(docx(SAMPLE))), io.BytesIO()
        foot = document.sections[0].first_page_footer.paragraphs[0]
        foot.text = "DRAFT,\xa0composed on 3 May 2006 from the register\nas it stood"
        document.save(file)
        with pytest.raises(ValidationError, match="still says that it is a draft"):
            reading.check_finished(file.getvalue())

    @pytest.mark.parametrize("mark", ["w:ins", "w:del", "w:rPrChange"])
    @pytest.mark.parametrize("of", ["text", "head"])
    def test_nor_does_it_hold_tracked_changes(self, mark, of):
        document, file = Document(io.BytesIO(docx(SAMPLE))), io.BytesIO()
        paragraph = {"text": document, "head": document.sections[0].first_page_header}[of].paragraphs[0]
        run = paragraph.add_run("Furthermore")._r
        run.addprevious(OxmlElement(mark))
        run.getprevious().append(run)
        document.save(file)
        with pytest.raises(ValidationError, match="tracked changes"):
            reading.check_finished(file.getvalue())

    def test_its_footnotes_can_be_read(self):
        broken = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(docx(SAMPLE))) as whole, zipfile.ZipFile(broken, "w") as package:
            for name in whole.namelist():
                package.writestr(name, b"<w:footnotes" if name == "word/footnotes.xml" else whole.read(name))
        with pytest.raises(ValidationError, match="no Word file"):
            reading.check_finished(broken.getvalue())

    def test_what_the_secretariat_changed_in_a_footnote_is_told(self, client):
        report = the_groups()
        whole, final = io.BytesIO(docx(draft(report).composition)), io.BytesIO()
        with zipfile.ZipFile(whole) as given, zipfile.ZipFile(final, "w") as package:
            for name in given.namelist():
                content = given.read(name)
                package.writestr(name, content.replace(b", para ", b", paragraph ", 1) if name == "word/footnotes.xml" else content)
        issued(report, final=final.getvalue())
        told = client.get(f"/reports/{report.slug}/issued/1/").content.decode().partition("What the secretariat changed")[2]
        assert "paragraph" in told

    @pytest.mark.parametrize("name, content", [("word/document.xml", b"<w:document"), ("[Content_Types].xml", b"<Types"), ("big", None)])
    def test_a_broken_or_boundless_word_file_is_refused(self, name, content, client, sign_in, monkeypatch):
        report, broken = ReportFactory(), io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(docx(SAMPLE))) as whole, zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as package:
            for part in whole.namelist():
                package.writestr(part, content if part == name else whole.read(part))
            package.writestr("large", b"0" * 1_000_000)
        if content is None:
            monkeypatch.setattr(reading, "UNPACKED", 1_000_000)
        sign_in("Reviewer")
        answer = client.post(address(Report, "issue", report.pk), self.sent(final=SimpleUploadedFile("final.docx", broken.getvalue())))
        assert "no Word file" in str(answer.context["form"].errors["final"])
        assert not report.issues.exists()

    def test_no_day_to_come_is_reported(self, client, sign_in):
        sign_in("Reviewer")
        answer = client.post(address(Report, "issue", ReportFactory().pk), self.sent(day="9999-12-31"))
        assert set(answer.context["form"].errors) == {"day"}

    def test_what_is_no_word_file_is_refused(self, client, sign_in):
        report = ReportFactory()
        sign_in("Reviewer")
        answer = client.post(address(Report, "issue", report.pk), self.sent(final=SimpleUploadedFile("final.docx", b"no archive")))
        assert "no Word file" in str(answer.context["form"].errors["final"])
        assert not report.issues.exists()


def test_a_later_run_is_compared_with_what_was_issued_and_names_the_records_that_changed(client):
    report = the_groups()
    base = issued(report).get_absolute_url()
    told = client.get(f"{base}comparison.json").json()
    assert {one["became"] for one in told["paragraphs"]} == {"same"}
    assert told["revision"] == report.issues.get().revision
    move_the_third_meeting()
    differing = [one for one in client.get(f"{base}comparison.json").json()["paragraphs"] if one["became"] != "same"]
    assert differing
    for paragraph in differing:
        written = {(record["collection"], record["slug"]) for record, why in paragraph["records"] if why == "written"}
        assert written == {("meetings", "wg-wsis-3")}
    page = client.get(f"{base}comparison/").content.decode()
    assert "<del>" in page
    assert "changed since" in page
    assert client.get(f"{base}comparison/", {"colour": "red"}).status_code == 400
