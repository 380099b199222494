"""What the staff write into a report is kept, marked, and told of when what is composed under it changes."""

import pytest
from django.core.exceptions import ValidationError
from lxml import etree

from meetings.models import Meeting
from reports.models import ParagraphText, Report
from reports.official.builders import build
from reports.official.comparing import printed
from reports.official.drafting import Outdated, draft
from reports.official.issuing import issue
from reports.official.writing import write
from wsis_tracker.register.changes import act

from .factories import ReportFactory, UserFactory
from .forms import address

pytestmark = pytest.mark.django_db
MORE = "The Group thanks its chair.\nIt asks for funds."


def the_groups():
    return Report.objects.get(slug="wg-wsis-2002-2006")


def told_of_the_third_meeting(report):
    """The paragraph of a report that has an item on the third meeting."""
    for paragraph in build(report).paragraphs():
        said = [sentence for item in paragraph.items for sentence in item.sentences]
        if "wg-wsis-3" in {record.slug for sentence in said for record in sentence.behind}:
            return paragraph
    raise LookupError(report)


def written(report, how="added", text=MORE, paragraph=None):
    key = paragraph or told_of_the_third_meeting(report).key
    return write(report, key, how, text, by=UserFactory(), reason="As Council asked")


def paragraph_of(report, key):
    return next(paragraph for paragraph in draft(report).composition.paragraphs() if paragraph.key == key)


def move(slug):
    with act(reason="Read anew"):
        meeting = Meeting.objects.get(slug=slug)
        meeting.held_to = f"{meeting.held_from[:8]}28"
        meeting.save()


def test_an_added_text_follows_what_is_composed_a_sentence_a_line():
    report = the_groups()
    before, key = told_of_the_third_meeting(report), written(report).paragraph
    after = paragraph_of(report, key)
    assert (after.sentences, after.items, after.table) == (before.sentences, before.items, before.table)
    assert [sentence.text for sentence in after.closing[len(before.closing) :]] == MORE.split("\n")
    assert [sentence.by_staff for sentence in after.every_sentence()].count(True) == 2


def test_a_text_in_place_of_what_is_composed_stands_alone_under_its_number():
    report = the_groups()
    before, key = told_of_the_third_meeting(report), written(report, "replaced").paragraph
    after = paragraph_of(report, key)
    assert after.number == before.number
    assert [sentence.text for sentence in after.every_sentence()] == MORE.split("\n")


def test_the_other_paragraphs_are_as_they_were():
    report = the_groups()
    before = {paragraph.key: paragraph for paragraph in build(report).paragraphs()}
    key = written(report).paragraph
    assert {one.key for one in draft(report).composition.paragraphs() if before[one.key] != one} == {key}


def test_the_latest_text_counts_until_it_is_withdrawn():
    report = the_groups()
    before = build(report)
    key = written(report).paragraph
    written(report, "replaced", "Shorter.")
    assert [sentence.text for sentence in paragraph_of(report, key).every_sentence()] == ["Shorter."]
    written(report, "withdrawn", "")
    assert draft(report).composition == before
    assert ParagraphText.objects.count() == 3


def test_it_is_not_outdated_because_its_reader_has_another_language():
    report = ReportFactory(kind="by-sectors", covers_from="2002", covers_to="2006", day="2006-04-30")
    write(report, "tasks", "added", MORE, by=UserFactory(), reason="As Council asked")
    assert [draft(report, None, language).outdated for language in ("en", "fr", "ar")] == [(), (), ()]


def test_it_is_outdated_when_what_is_composed_under_it_changes_and_not_before():
    report = the_groups()
    text = written(report)
    assert draft(report).outdated == ()
    with act(reason="Nothing that it says"):
        report.staff_note = "To be sent on Monday."
        report.save()
    assert draft(report).outdated == ()
    move("wg-wsis-3")
    assert [one.text for one in draft(report).outdated] == [text]


def test_a_text_of_a_paragraph_that_is_composed_no_longer_is_told_of_and_left_out():
    report = the_groups()
    text = written(report)
    gone = ParagraphText(report=report, paragraph="gone", how="added", text="Lost.", fingerprint=text.fingerprint, change=text.change)
    gone.save()
    made = draft(report)
    assert made.outdated == (Outdated(gone, ""),)
    assert "Lost." not in {sentence.text for paragraph in made.composition.paragraphs() for sentence in paragraph.every_sentence()}


@pytest.mark.parametrize("how, text", [("added", ""), ("replaced", ""), ("withdrawn", "More.")])
def test_a_text_says_something_and_a_withdrawal_nothing(how, text):
    with pytest.raises(ValidationError, match="Write a text"):
        written(the_groups(), how, text)


def test_there_is_no_text_of_a_paragraph_that_is_not_composed():
    with pytest.raises(ValidationError, match="no paragraph"):
        written(the_groups(), paragraph="nowhere")


def test_the_page_marks_it_and_warns_when_it_is_outdated(client, sign_in):
    report = the_groups()
    written(report)
    sign_in("Reader")
    page = etree.HTML(client.get(f"{report.get_absolute_url()}text/").content.decode())
    assert ["".join(mark.itertext()) for mark in page.xpath("//ins[@class='by-staff']")] == MORE.split("\n")
    assert "Text of the secretariat, not composed from the register." in "".join(page.xpath("//section[contains(@class, 'notes')]//text()"))
    assert "has changed since" not in client.get(f"{report.get_absolute_url()}text/").content.decode()
    move("wg-wsis-3")
    assert "has changed since" in client.get(f"{report.get_absolute_url()}text/").content.decode()


def test_the_public_sees_it_once_somebody_else_has_issued_it(client):
    report, address = the_groups(), "/reports/wg-wsis-2002-2006"
    author = written(report).change.by
    assert "thanks its chair" not in client.get(f"{address}/text/").text + client.get(f"{address}.txt").text
    with pytest.raises(ValidationError, match="somebody else issues it"):
        issue(report, symbol="C79/8", issued_on="2006-05", by=author, reason="Agreed")
    assert not report.issues.exists()
    issue(report, symbol="C79/8", issued_on="2006-05", by=UserFactory(), reason="Agreed")
    written(report, "replaced", "Nobody has read this.")
    for shown in (client.get(f"{address}/text/").text, client.get(f"{address}.txt").text):
        assert "thanks its chair" in shown
        assert "Nobody has read this." not in shown
    assert "Nobody has read this." not in client.get(f"{address}/issued/1/comparison.json").text


def test_it_is_issued_with_the_report():
    report = the_groups()
    written(report)
    done = issue(report, symbol="C79/8", issued_on="1979-02-03", by=UserFactory(), reason="Agreed")
    assert "The Group thanks its chair." in str(done.composition)


class TestOutdated:
    """A report is issued with a text under which something else is composed now by who says that he has seen it."""

    def outdated(self, report):
        written(report)
        move("wg-wsis-3")
        (found,) = draft(report).outdated
        return found

    def test_it_is_not_issued_unseen(self):
        report = the_groups()
        outdated = self.outdated(report)
        before = Outdated(outdated.text, outdated.text.fingerprint)
        asked = {"symbol": "C79/8", "issued_on": "1979-02-03", "by": UserFactory(), "reason": "Agreed"}
        for seen in ((), [before.sign]):
            with pytest.raises(ValidationError, match=rf"wrote into “{outdated.text.paragraph}”"):
                issue(report, outdated_seen=seen, **asked)
        assert not report.issues.exists()
        assert "The Group thanks its chair." in str(issue(report, outdated_seen=[outdated.sign], **asked).composition)

    def test_the_form_lists_it_and_asks_for_a_tick(self, client, sign_in):
        report = the_groups()
        outdated, url = self.outdated(report), address(Report, "issue", report.pk)
        sign_in("Reviewer")
        page = etree.HTML(client.get(url).content.decode())
        (box,) = page.xpath("//input[@type='checkbox']")
        assert (box.get("name"), box.get("value"), box.get("checked")) == ("outdated_seen", outdated.sign, None)
        assert "The Group thanks its chair." in "".join(box.getparent().itertext())
        sent = {"symbol": "C79/8", "issued_on": "2006-05", "day": "2006-04-30", "change_reason": "Agreed"}
        refused = client.post(url, sent)
        assert set(refused.context["form"].errors) == {"outdated_seen"}
        assert not report.issues.exists()
        assert client.post(url, sent | {"outdated_seen": [outdated.sign]}).status_code == 302

    def test_a_tick_holds_for_what_was_seen_beside_it(self, client, sign_in):
        report = the_groups()
        seen, url = self.outdated(report), address(Report, "issue", report.pk)
        sign_in("Reviewer")
        move("wg-wsis-4")
        sent = {"symbol": "C79/8", "issued_on": "2006-05", "day": "2006-04-30", "change_reason": "Agreed", "outdated_seen": [seen.sign]}
        refused = client.post(url, sent)
        assert refused.context["form"].errors["outdated_seen"] == [
            "What you ticked is not what is outdated now, as of this day: look at it again."
        ]
        assert not report.issues.exists()
        (box,) = etree.HTML(refused.content.decode()).xpath("//input[@name='outdated_seen']")
        (now,) = draft(report).outdated
        assert (box.get("value"), box.get("checked")) == (now.sign, None)

    def test_the_form_asks_for_nothing_where_no_text_is_outdated(self, client, sign_in):
        report = the_groups()
        written(report)
        sign_in("Reviewer")
        assert "outdated_seen" not in client.get(address(Report, "issue", report.pk)).context["form"].fields


class TestDesk:
    def opened(self, client, report, key=None):
        """What the form of a report sends after it was opened and filled in, with the paragraph of a key, else its first."""
        seen = client.get(address(Report, "paragraph", report.pk)).context["form"]["seen"].value()
        return {
            "paragraph": key or next(build(report).paragraphs()).key,
            "how": "added",
            "text": "More.",
            "seen": seen,
            "change_reason": "As asked",
        }

    def test_a_reviewer_writes_by_a_form_that_shows_what_stands(self, client, sign_in):
        report, user = the_groups(), sign_in("Reviewer")
        url = address(Report, "paragraph", report.pk)
        assert client.post(url, self.opened(client, report)).status_code == 302
        assert (report.texts.get().change.by, report.texts.get().change.reason) == (user, "As asked")
        assert "More." in client.get(url).content.decode()

    def test_an_editor_writes_into_a_draft_and_not_into_what_is_published(self, client, sign_in):
        draft_of_his, published = ReportFactory(visibility="draft"), ReportFactory()
        sign_in("Editor")
        sent = self.opened(client, draft_of_his)
        assert client.post(address(Report, "paragraph", published.pk), sent).status_code == 403
        assert client.post(address(Report, "paragraph", draft_of_his.pk), sent).status_code == 302
        assert (draft_of_his.texts.count(), published.texts.count()) == (1, 0)

    @pytest.mark.parametrize("role", ["Reader", "Editor", "Reviewer"])
    @pytest.mark.parametrize("visibility", ["draft", "published"])
    def test_the_form_of_a_report_leads_to_what_one_may_do_and_to_nothing_else(self, client, sign_in, role, visibility):
        report = ReportFactory(visibility=visibility)
        sign_in(role)
        shown = etree.HTML(client.get(address(Report, "change", report.pk)).content.decode()).xpath("//ul[@class='object-tools']//a/@href")
        for page in ("paragraph", "issue", "compare"):
            url = address(Report, page, report.pk)
            assert (url in shown) is (client.get(url).status_code == 200), page

    def test_into_what_is_published_nobody_writes_without_a_reason(self, client, sign_in):
        report = the_groups()
        sign_in("Reviewer")
        answer = client.post(address(Report, "paragraph", report.pk), self.opened(client, report) | {"change_reason": ""})
        assert "change_reason" in answer.context["form"].errors
        assert not report.texts.exists()

    def test_who_wrote_under_what_is_composed_no_longer_is_shown_what_is_and_saves_again(self, client, sign_in):
        report = the_groups()
        sign_in("Reviewer")
        url, sent = address(Report, "paragraph", report.pk), self.opened(client, report, told_of_the_third_meeting(report).key)
        move("wg-wsis-3")
        refused = client.post(url, sent)
        assert "What is composed there has changed" in str(refused.context["form"].errors["paragraph"])
        assert not report.texts.exists()
        shown = etree.HTML(refused.content.decode())
        now = ["".join(line.itertext()) for line in shown.xpath("//h2[@id='now']/following-sibling::ul[1]/li")]
        assert now == printed(told_of_the_third_meeting(report))
        assert shown.xpath("string(//textarea[@name='text'])").strip() == "More."
        assert client.post(url, sent | {"seen": shown.xpath("string(//input[@name='seen']/@value)")}).status_code == 302
        assert draft(report).outdated == ()

    def test_who_wrote_beside_another_is_shown_his_text_and_saves_again(self, client, sign_in):
        report = the_groups()
        sign_in("Reviewer")
        key = told_of_the_third_meeting(report).key
        url, sent = address(Report, "paragraph", report.pk), self.opened(client, report, key)
        written(report, paragraph=key, text="It thanks its host.")
        refused = client.post(url, sent)
        assert "Somebody has written into it" in str(refused.context["form"].errors["paragraph"])
        assert refused.context["form"]["text"].value() == "More."
        assert refused.content.decode().partition('id="now"')[2].count("It thanks its host.") == 1
        assert client.post(url, sent | {"seen": refused.context["form"]["seen"].value()}).status_code == 302
        assert report.texts.count() == 2

    def test_what_happens_in_other_paragraphs_stands_in_nobodys_way(self, client, sign_in):
        report = the_groups()
        sign_in("Reviewer")
        sent = self.opened(client, report)
        written(report)
        move("wg-wsis-3")
        assert client.post(address(Report, "paragraph", report.pk), sent).status_code == 302

    @pytest.mark.parametrize("seen", ["", "[]", '{"meetings": 1}', "no JSON"])
    def test_a_form_that_does_not_say_what_was_seen_is_refused(self, client, sign_in, seen):
        report = the_groups()
        sign_in("Reviewer")
        assert client.post(address(Report, "paragraph", report.pk), self.opened(client, report) | {"seen": seen}).status_code == 200
        assert not report.texts.exists()
