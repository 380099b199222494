"""Meetings in the admin: the next of a series, documents by their symbols, an order for what was concluded, and tasks made of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from action_lines.models import ActionLine
from mandates.models import Document, Organisation
from meetings.models import (
    Conclusion,
    ConclusionMandate,
    Meeting,
    MeetingConvener,
    MeetingLine,
    Question,
    QuestionForum,
    Submission,
    Task,
)
from meetings.models.discussions import renumbered
from tests.factories import (
    ConclusionFactory,
    DocumentFactory,
    MandateFactory,
    MeetingFactory,
    OrganisationFactory,
    ProvisionFactory,
    QuestionFactory,
)
from tests.forms import address, errors_of, form_of
from tests.test_admin import check_strict
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change
from wsis_tracker.register.undoing import undo

pytestmark = pytest.mark.django_db


def told(response):
    """What the page says of what it refused."""
    form = response.context["form"]
    forms = [form, *getattr(form, "rows", [])]
    return " ".join(str(error) for one in forms for errors in one.errors.values() for error in errors)


class TestNext:
    NEXT = {"title_en": "Series, 42nd meeting", "number": "42", "held_from": "2025-02-10", "held_to": "2025-02-11", "date_basis": "printed"}

    @pytest.fixture
    def last(self):
        """The forty-first meeting of a series, with a convener, a line, and of its three questions two that are open."""
        MeetingFactory(series="series", number=40, held_from="2024-02-01", held_to="2024-02-02")
        body = OrganisationFactory()
        last = MeetingFactory(
            series="series", number=41, kind="group", body=body, place="Geneva", gist="About much", topic="Much",
            title={"en": "Series, 41st meeting", "fr": "Série, 41e réunion"}, held_from="2024-10-02", held_to="2024-10-03",
        )  # fmt: skip
        with act(reason="parts"):
            MeetingConvener(record=last, organisation=body).save()
            MeetingLine(record=last, action_line=ActionLine.objects.get(slug="c7")).save()
            for number, text in [(1, "What next?"), (2, "Answered?"), (3, "Who pays?")]:
                question = QuestionFactory(meeting=last, number=number, text=text)
                QuestionForum(record=question, organisation=body).save()
            answered = last.questions.get(number=2)
            answered.answered_on, answered.answered_in = "2024-10-03", ProvisionFactory()
            answered.save()
        return last

    def test_it_is_made_like_the_last_one_in_one_act_with_dates_and_number_of_its_own(self, last, client, sign_in):
        user = sign_in("Editor")
        url = address(Meeting, "next", Meeting.objects.get(series="series", number=40).pk)  # any of the series leads to it
        form = client.get(url).context["form"]
        assert form.initial["title"] == {"en": "Series, 42nd meeting", "fr": "Série, 42e réunion"}
        assert form.initial["number"] == 42
        assert [question.text for question in form.initial["questions"]] == ["What next?", "Who pays?"]
        questions = [question.pk for question in form.initial["questions"]]
        response = client.post(url, self.NEXT | {"questions": questions, "change_reason": "Announced at the last one"})
        made = Meeting.objects.get(series="series", number=42)
        assert response.url == address(Meeting, "change", made.pk)
        assert (made.kind, made.body, made.place, made.gist, made.topic, made.visibility) == ("group", last.body, "", "", "", "draft")
        assert (made.title, made.held_from, made.held_to) == ({"en": "Series, 42nd meeting"}, "2025-02-10", "2025-02-11")
        assert [str(row) for row in made.conveners.all()] == [str(row) for row in last.conveners.all()]
        assert [row.action_line.slug for row in made.action_lines.all()] == ["c7"]
        agenda = list(made.questions.all())
        assert [(q.number, q.text, q.visibility, q.put_to.get().organisation) for q in agenda] == [
            (1, "What next?", "draft", last.body),
            (2, "Who pays?", "draft", last.body),
        ]
        assert agenda[1].staff_note == "Carried over from Series, 41st meeting, question 3."
        change = Change.objects.get(reason="Announced at the last one")
        assert change.by == user
        assert {row.history.get().change for row in [made, *agenda, made.conveners.get()]} == {change}
        assert last.questions.count() == 3
        assert (last.conveners.count(), last.action_lines.count()) == (1, 1)

    @pytest.mark.parametrize(
        "values, words",
        [
            ({"held_from": ""}, "This field is required"),
            ({"held_from": "soon"}, "is no date"),
            ({"held_from": "2025-03", "held_to": "2025-02"}, "ends before it begins"),
            ({"number": "41"}, "The series has a meeting of this number"),
            ({"number": "99999"}, "less than or equal to"),
            ({"title_en": ""}, "This field is required"),
            ({"questions": ["zz"]}, "is not a valid value"),
        ],
    )
    def test_what_is_wrong_is_refused_in_words_and_nothing_is_made(self, values, words, last, client, sign_in):
        sign_in("Editor")
        before = Meeting.objects.count(), Question.objects.count()
        assert words in told(client.post(address(Meeting, "next", last.pk), self.NEXT | values))
        assert (Meeting.objects.count(), Question.objects.count()) == before

    def test_it_is_reached_from_the_form_and_from_the_list(self, last, client, sign_in):
        sign_in("Editor")
        assert address(Meeting, "next", last.pk) in client.get(address(Meeting, "change", last.pk)).content.decode()
        alone = MeetingFactory()
        chosen = {"action": "prepare_next", "_selected_action": [last.pk]}
        assert client.post(address(Meeting, "changelist"), chosen).url == address(Meeting, "next", last.pk)
        for keys in ([alone.pk], [alone.pk, last.pk]):
            page = client.post(address(Meeting, "changelist"), chosen | {"_selected_action": keys}, follow=True)
            assert "Choose meetings of one series" in page.content.decode()
        assert client.get(address(Meeting, "next", alone.pk)).status_code == 404

    @pytest.mark.parametrize(
        "title, number, other, new",
        [
            ("WG-WSIS, 9th meeting", 9, 10, "WG-WSIS, 10th meeting"),
            ("1st meeting", 1, 2, "2nd meeting"),
            ("12th meeting of 2012", 12, 13, "13th meeting of 2012"),
            ("110th meeting", 110, 111, "111th meeting"),
            ("PrepCom-2", 2, 3, "PrepCom-3"),
            ("Réunion 2, 2002", 2, 3, "Réunion 3, 2002"),
            ("第41次会议", 41, 42, "第42次会议"),
            ("Meeting of October", None, None, "Meeting of October"),
        ],
    )
    def test_a_title_bears_the_next_number(self, title, number, other, new):
        assert renumbered(title, number, other) == new


class TestSymbols:
    def test_documents_are_attached_by_their_symbols_as_drafts_once_each(self, client, sign_in):
        sign_in("Editor")
        meeting, there, draft = MeetingFactory(), DocumentFactory(symbol="C97/1"), DocumentFactory(symbol="C97/02", visibility="draft")
        with act(reason="there"):
            Submission(document=there, meeting=meeting).save()
        typed = {
            "symbols": "C97/01-E\n\n  c97/2 \r\nC97/2\nCouncil Resolution 1244 (2005)\n",
            "direction": "input",
            "change_reason": "Seen",
        }
        page = client.post(address(Meeting, "documents", meeting.pk), typed, follow=True).content.decode()
        assert "2 documents were attached, as drafts. 1 was there already." in page
        found = meeting.submissions.exclude(document=there)
        assert {(row.document.slug, row.direction, row.visibility) for row in found} == {
            (draft.slug, "input", "draft"),
            ("council-res-1244", "input", "draft"),
        }
        assert found.first().history.get().history_change_reason == "Seen"
        client.post(address(Meeting, "documents", meeting.pk), {"symbols": "C97/1", "direction": "output"})
        assert meeting.submissions.filter(document=there).count() == 2

    def test_symbols_that_name_nothing_or_several_things_are_named_and_nothing_is_written(self, client, sign_in):
        sign_in("Editor")
        meeting = MeetingFactory()
        DocumentFactory(symbol="C97/1")
        DocumentFactory(symbol="Resolution 77 of Council")
        DocumentFactory(symbol="PP Resolution 77 (Marrakesh, 2002)")
        first = DocumentFactory(symbol="PP Resolution 78 (Rev. Marrakesh, 2002)", dated_on="2002")
        DocumentFactory(symbol="PP Resolution 78 (Rev. Antalya, 2006)", dated_on="2006")
        typed = "C97/1\nC97/404\n\nResolution 77\nPP Resolution 78\n\ufdfa\n"
        url = address(Meeting, "documents", meeting.pk)
        refused = told(client.post(url, {"symbols": typed, "direction": "input"}))
        assert "Line 2: “C97/404” is not in the register." in refused
        assert "Line 4: “Resolution 77” may be one of these, say which: " in refused
        assert "Line 5: “PP Resolution 78” may be one of these, say which: " in refused
        assert "Line 6:" in refused
        assert "Line 1:" not in refused
        assert not meeting.submissions.exists()
        assert client.post(url, {"symbols": "PP Resolution 78 (Rev. Marrakesh, 2002)", "direction": "input"}).status_code == 302
        assert meeting.submissions.get().document == first

    @pytest.mark.parametrize(
        "values, words",
        [
            ({"symbols": " \n"}, "This field is required"),
            ({"symbols": "C97/1", "direction": "sideways"}, "not one of the available choices"),
            ({"symbols": "x\0y"}, "Null characters"),
            ({"symbols": "C97/1\n" * 101}, "Give 100 symbols at a time at most"),
            ({"symbols": "x" * 400}, "is not in the register"),
        ],
    )
    def test_wrong_input_is_refused_in_words(self, values, words, client, sign_in):
        sign_in("Editor")
        DocumentFactory(symbol="C97/1")
        assert words in told(client.post(address(Meeting, "documents", MeetingFactory().pk), {"direction": "input"} | values))


class TestOrder:
    def test_rows_without_a_number_come_after_the_others_as_they_were_entered(self, client, sign_in):
        sign_in("Editor")
        meeting, body = MeetingFactory(visibility="draft"), OrganisationFactory()
        ConclusionFactory(meeting=meeting, position=4, item="a", visibility="draft")
        url = address(Meeting, "change", meeting.pk)
        lines = {"conclusions-TOTAL_FORMS": "3", "questions-TOTAL_FORMS": "2"}
        for n, item in ((1, "z"), (2, "b")):
            line = {"item": item, "text": f"Text {item}", "provision": ProvisionFactory().pk, "concluded_by": body.pk, "position": ""}
            line |= {"dated_on": "2005-06-02", "date_basis": "meeting", "visibility": "draft", "meeting": meeting.pk}
            lines |= {f"conclusions-{n}-{name}": value for name, value in line.items()}
        for n, text in ((0, "First?"), (1, "Second?")):
            line = {"number": "", "text": text, "visibility": "draft", "meeting": meeting.pk}
            lines |= {f"questions-{n}-{name}": value for name, value in line.items()}
        response = client.post(url, form_of(client, url) | lines)
        assert response.status_code == 302, errors_of(response)
        assert list(meeting.conclusions.values_list("item", "position")) == [("a", 4), ("z", 5), ("b", 6)]
        assert list(meeting.questions.values_list("text", "number")) == [("First?", 1), ("Second?", 2)]

    @pytest.mark.parametrize(
        "moved, order",
        [({"d": 2}, "adbce"), ({"b": 4}, "acdbe"), ({"e": 1}, "eabcd"), ({"a": 5}, "bcdea"), ({"a": 2, "b": 1}, "bacde"), ({}, "abcde")],
    )
    def test_a_conclusion_moves_to_the_place_whose_number_it_is_given(self, moved, order, client, sign_in):
        sign_in("Editor")
        meeting = MeetingFactory()
        made = {item: ConclusionFactory(meeting=meeting, item=item, slug=f"c-{item}", visibility="draft") for item in "abcde"}
        url = address(Meeting, "order", meeting.pk)
        numbers = {f"place-{made[item].pk}": n for n, item in enumerate("abcde", 1)}
        assert client.get(url).context["form"][f"place-{made['c'].pk}"].value() == 3
        assert client.post(url, numbers | {f"place-{made[item].pk}": n for item, n in moved.items()}).status_code == 302
        assert "".join(meeting.conclusions.values_list("item", flat=True)) == order

    @pytest.mark.parametrize("moved, order", [({"d": 2}, "adbc"), ({"a": 4}, "bcda"), ({"a": 2, "b": 1}, "bacd"), ({}, "abcd")])
    def test_a_question_moves_likewise_and_the_numbers_that_there_were_are_dealt_out_anew(self, moved, order, client, sign_in):
        sign_in("Editor")
        meeting, numbered = MeetingFactory(), dict(zip("abcd", [1, 2, 5, 6], strict=True))
        made = {text: QuestionFactory(meeting=meeting, text=text, number=n, visibility="draft") for text, n in numbered.items()}
        places = {f"place-{made[text].pk}": moved.get(text, n) for n, text in enumerate("abcd", 1)}
        assert client.post(address(Meeting, "questions", meeting.pk), places | {"change_reason": "As agreed"}).status_code == 302
        assert "".join(meeting.questions.order_by("number").values_list("text", flat=True)) == order
        assert list(meeting.questions.order_by("number").values_list("number", flat=True)) == [1, 2, 5, 6]
        if moved:
            undo(Change.objects.get(reason="As agreed"), by=None, reason="It was well as it was")
        assert dict(meeting.questions.values_list("text", "number")) == numbered

    def test_of_two_who_order_at_once_the_later_is_told_and_undoes_nothing(self, client, sign_in):
        sign_in("Editor")
        meeting = MeetingFactory()
        one, two = (ConclusionFactory(meeting=meeting, position=n, visibility="draft") for n in (1, 2))
        url = address(Meeting, "order", meeting.pk)
        seen = client.get(url).context["form"]["seen"].value()
        opened = {f"place-{one.pk}": 1, f"place-{two.pk}": 2, "seen": seen}
        assert client.post(url, opened | {f"place-{one.pk}": 2}).status_code == 302
        answer = client.post(url, opened)
        assert "another than when you opened the form" in answer.text
        assert list(meeting.conclusions.all()) == [two, one]
        assert answer.context["form"]["seen"].value() == f"{two.pk} {one.pk}" != seen

    def test_what_is_published_is_ordered_by_a_reviewer_with_a_reason(self, client, sign_in):
        meeting = MeetingFactory()
        one, two = ConclusionFactory(meeting=meeting, position=1), ConclusionFactory(meeting=meeting, position=2)
        url, places = address(Meeting, "order", meeting.pk), {f"place-{one.pk}": 2, f"place-{two.pk}": 1}
        sign_in("Editor")
        assert "You may not change" in told(client.post(url, places))
        sign_in("Reviewer")
        assert "Say why" in told(client.post(url, places))
        assert "less than or equal to 2" in told(client.post(url, places | {f"place-{one.pk}": 9, "change_reason": "x"}))
        assert list(meeting.conclusions.all()) == [one, two]
        assert client.post(url, places | {"change_reason": "As printed"}).status_code == 302
        assert list(meeting.conclusions.all()) == [two, one]


class TestTasks:
    @pytest.fixture
    def conclusions(self):
        """Two conclusions of a meeting, of which the first gives a mandate."""
        meeting = MeetingFactory()
        made = [ConclusionFactory(meeting=meeting, position=n, text=f"Do thing {n}.") for n in (1, 2)]
        with act(reason="mandate"):
            ConclusionMandate(record=made[0], mandate=MandateFactory()).save()
        return made

    def rows(self, *conclusions, **values):
        row = {"make": "on", "title": "Do it", "responsible": [Organisation.objects.get(slug="itu").pk], "due_on": "2027-01"} | values
        return {f"task-{conclusion.pk}-0-{name}": value for conclusion in conclusions for name, value in row.items()}

    def test_the_conclusions_of_a_meeting_become_tasks_in_one_act(self, conclusions, client, sign_in):
        user = sign_in("Editor")
        one, two = conclusions
        url = address(Meeting, "tasks", one.meeting_id)
        first = client.get(url).context["form"].rows[0]
        mandate = one.mandates.get().mandate
        assert first.initial == {"make": True, "title": "Do thing 1.", "mandate": str(mandate.pk)}
        data = self.rows(one, mandate=mandate.pk) | self.rows(two, title="Do the other", responsible=[], due_on="")
        assert client.post(url, data | {"change_reason": "Asked for"}).status_code == 302
        task, other = (Task.objects.get(conclusion=conclusion) for conclusion in conclusions)
        assert (task.title, task.mandate, task.state, task.due_on, task.visibility) == ("Do it", mandate, "open", "2027-01", "draft")
        assert [(row.organisation.slug, row.part) for row in task.organisations.all()] == [("itu", "responsible")]
        assert (other.title, other.mandate, other.due_on, other.organisations.count()) == ("Do the other", None, None, 0)
        assert [row.provision for row in task.sources.all()] == [one.provision]
        assert task.moves.get().by == user
        change = Change.objects.get(reason="Asked for")
        assert {task.history.last().change, other.history.last().change, task.sources.get().history.get().change} == {change}
        again = client.get(url).context["form"].rows[0]
        assert not again.initial["make"]
        assert "1 task was made of it before" in client.get(url).content.decode()

    def test_of_one_conclusion_several_tasks_are_made(self, conclusions, client, sign_in):
        sign_in("Editor")
        one = conclusions[0]
        url = address(Conclusion, "tasks", one.pk)
        assert url in client.get(address(Conclusion, "change", one.pk)).content.decode()
        data = self.rows(one) | {
            f"task-{one.pk}-1-make": "on",
            f"task-{one.pk}-1-title": "Then this",
            f"task-{one.pk}-2-title": "Not ticked",
        }
        assert client.post(url, data).status_code == 302
        assert set(one.tasks.values_list("title", flat=True)) == {"Do it", "Then this"}

    @pytest.mark.parametrize(
        "values, words",
        [
            ({"title": ""}, "Give the task a title"),
            ({"title": "x" * 301}, "at most 300 characters"),
            ({"due_on": "soon"}, "is no date"),
            ({"mandate": "999999"}, "not one of the available choices"),
            ({"responsible": ["zz"]}, "is not a valid value"),
            ({"responsible": ["999999"]}, "not one of the available choices"),
            ({"make": ""}, "Tick a task"),
        ],
    )
    def test_where_one_row_is_wrong_no_task_is_made(self, values, words, conclusions, client, sign_in):
        sign_in("Editor")
        one, two = conclusions
        wrong = self.rows(one, **values) | (self.rows(two) if "make" not in values else {})
        assert words in told(client.post(address(Meeting, "tasks", one.meeting_id), wrong))
        assert not Task.objects.filter(conclusion__in=conclusions).exists()

    def test_the_page_takes_no_query_per_conclusion(self, conclusions, client, sign_in):
        sign_in("Editor")
        url = address(Meeting, "tasks", conclusions[0].meeting_id)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            return len(captured)

        queries()
        few = queries()
        with act(reason="more"):
            for n in range(3, 9):
                conclusion = ConclusionFactory(meeting=conclusions[0].meeting, position=n)
                ConclusionMandate(record=conclusion, mandate=MandateFactory()).save()
        assert queries() <= few


PAGES = [(Meeting, name) for name in ("next", "documents", "order", "questions", "tasks")] + [(Conclusion, "tasks")]


@pytest.mark.parametrize("model, page", PAGES, ids=lambda value: getattr(value, "__name__", value))
class TestWhoMay:
    @pytest.mark.parametrize("role, status", [(None, 302), ("Reader", 403), ("Editor", 200), ("Reviewer", 200), ("Administrator", 200)])
    def test_each_role_may_do_what_it_should(self, model, page, role, status, client, sign_in):
        if role:
            sign_in(role)
        meeting = MeetingFactory(series="series", number=1)
        record = meeting if model is Meeting else ConclusionFactory(meeting=meeting)
        answers = [client.get(address(model, page, record.pk)), client.post(address(model, page, record.pk), {})]
        done = 302 if page in ("order", "questions") and status == 200 else status  # nothing is to be typed there
        assert [answer.status_code for answer in answers] == [status, done]
        links = client.get(address(model, "change", record.pk)).content.decode()
        assert (address(model, page, record.pk) in links) == (status == 200)

    def test_its_page_carries_no_styles_or_code_in_itself(self, model, page, client, sign_in):
        sign_in("Editor")
        meeting = ConclusionFactory(meeting=MeetingFactory(series="series", number=1)).meeting
        check_strict(client, address(model, page, meeting.pk if model is Meeting else meeting.conclusions.get().pk))

    def test_a_record_that_is_not_there_is_not_found(self, model, page, client, sign_in):
        sign_in("Editor")
        assert client.get(address(model, page, 999999)).status_code == 404
        assert client.get(address(model, page, 1).replace("/1/", "/99999999999999999999999/")).status_code == 404


def test_a_document_that_is_public_is_found_by_the_public_alone_as_before(client):
    DocumentFactory(symbol="C97/9", visibility="draft")
    assert Document.objects.filter(symbol="C97/9").exists()
    assert client.get("/api/v1/resolve/", {"symbol": "C97/9"}).status_code == 404
