"""Nobody publishes his own work: not what he sent to review, and not what says last what he wrote."""

import json

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from mandates.models import Document, Organisation, OrganisationName
from meetings.models import Meeting
from tests.factories import DocumentFactory, MeetingFactory, OrganisationFactory, ProvisionFactory, UserFactory
from tests.forms import address, errors_of, form_of
from wsis_tracker.register.changes import act
from wsis_tracker.register.four_eyes import OwnWork

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db):
    """Members of the staff by their names; all but Ed may publish, and Super may everything."""
    call_command("make_roles")
    people = {name: UserFactory(username=name, is_superuser=name == "Super") for name in ("Ed", "Rita", "Rob", "Super")}
    for name, person in people.items():
        person.groups.add(Group.objects.get(name="Editor" if name == "Ed" else "Reviewer"))
    return people


@pytest.fixture
def do(staff):
    """Do something with an organisation that begins as `factory` leaves it; each step is an act of its own."""
    made = OrganisationFactory(visibility="draft", acronym="APT")

    def do(name, what):
        record = Organisation.objects.get(pk=made.pk)
        with act(by=staff.get(name), reason="It is so"):
            if what == "writes":
                record.acronym += "x"
                record.save()
            elif what == "adds a name":
                OrganisationName(record=record, name=f"Name {record.names.count()}", kind="official").save()
            elif what == "notes":
                record.staff_note += "Looked at. "
                record.save()
            elif what == "writes and publishes":
                record.acronym += "x"
                record.visibility = "published"
                record.save()
            else:
                visibility = {"submits": "in-review", "publishes": "published", "withdraws": "draft"}[what]
                Organisation.objects.filter(pk=record.pk).show_as(visibility)

    return do


STORIES = {
    "another publishes what was submitted": ("Ed submits, Rita publishes", ""),
    "who submitted does not": ("Ed writes, Rita submits, Rita publishes", "you sent it to review"),
    "nor a superuser who submitted": ("Ed writes, Super submits, Super publishes", "you sent it to review"),
    "who alone wrote it does not": ("Rita writes, Rita publishes", "last words are yours"),
    "nor a superuser who alone wrote it": ("Super writes, Super publishes", "last words are yours"),
    "another publishes a draft straight away": ("Ed writes, Rita publishes", ""),
    "who wrote it last does not though another submitted it": ("Rita writes, Ed submits, Rita publishes", "last words are yours"),
    "a reviewer who corrects it in review is its author": ("Ed submits, Rita writes, Rita publishes", "last words are yours"),
    "so another reviewer publishes it": ("Ed submits, Rita writes, Rob publishes", ""),
    "a part is part of the words": ("Ed submits, Rita adds a name, Rita publishes", "last words are yours"),
    "the note of the staff is not": ("Ed submits, Rita notes, Rita publishes", ""),
    "what is changed as it is published has one author": ("Ed submits, Rita writes and publishes", "last words are yours"),
    "sent back, changed and submitted again it is published": ("Ed submits, Rita withdraws, Ed writes, Ed submits, Rita publishes", ""),
    "sent back and submitted again as it was it is too": ("Ed writes, Ed submits, Rita withdraws, Ed submits, Rita publishes", ""),
    "he who submitted last counts": ("Rita submits, Ed withdraws, Ed writes, Ed submits, Rita publishes", ""),
    "who withdrew it may show it again": ("Ed submits, Rita publishes, Rita withdraws, Rita publishes", ""),
    "but not changed": ("Ed submits, Rita publishes, Rita withdraws, Rita writes, Rita publishes", "last words are yours"),
    "what was written while it was published is settled": ("Rob publishes, Rita writes, Ed withdraws, Rita publishes", ""),
    "nobody stands behind a command": ("Rita writes, Rita submits, command publishes", ""),
}  # fmt: skip


@pytest.mark.parametrize("story, refused", STORIES.values(), ids=STORIES)
def test_what_is_published_has_been_seen_by_another_than_its_author(story, refused, do):
    *before, last = [step.split(" ", 1) for step in story.split(", ")]
    for name, what in before:
        do(name, what)
    if not refused:
        do(*last)
        assert Organisation.objects.filter(acronym__startswith="APT").exclude(visibility="published").count() == 0
        return
    was = Organisation.objects.get(acronym__startswith="APT").visibility
    with pytest.raises(OwnWork, match=refused):
        do(*last)
    assert Organisation.objects.get(acronym__startswith="APT").visibility == was  # the act is undone


def test_a_secretariat_of_one_turns_the_rule_off(do, settings):
    settings.FOUR_EYES = False
    do("Rita", "writes")
    do("Rita", "publishes")
    assert Organisation.objects.get(acronym="APTx").shown_to_public


def test_the_paragraphs_of_a_document_are_its_words(staff):
    document = DocumentFactory(visibility="draft")
    with act(by=staff["Rita"], reason="read"):
        ProvisionFactory(document=document)
    with pytest.raises(OwnWork, match="last words are yours"), act(by=staff["Rita"], reason="checked"):
        Document.objects.filter(pk=document.pk).show_as("published")


class TestAdmin:
    def test_a_reviewer_alone_makes_nothing_that_is_published_at_once(self, client, sign_in):
        sign_in("Reviewer")
        data = form_of(client, address(Document, "add")) | {"symbol": "C07/15", "title_en": "A report", "kind": "report"}
        data |= {"visibility": "published", "change_reason": "It was forgotten"}
        assert "let somebody else publish it" in errors_of(client.post(address(Document, "add"), data))
        assert not Document.objects.filter(symbol="C07/15").exists()

    def test_nor_in_a_line_of_another_form(self, client, sign_in):
        sign_in("Reviewer")
        meeting = MeetingFactory()
        url = address(Meeting, "change", meeting.pk)
        data = form_of(client, url) | {"questions-TOTAL_FORMS": "1", "change_reason": "x"}
        data |= {
            "questions-0-meeting": meeting.pk,
            "questions-0-number": "1",
            "questions-0-text": "Why?",
            "questions-0-visibility": "published",
        }
        data |= {"questions-0-dated_on": "2005-06-01", "questions-0-date_basis": "meeting"}
        assert "let somebody else publish it" in errors_of(client.post(url, data))
        assert not meeting.questions.exists()

    def test_of_several_none_is_published_where_one_is_his_own(self, client, sign_in):
        reviewer = sign_in("Reviewer")
        theirs, own = OrganisationFactory(visibility="draft"), OrganisationFactory(visibility="draft", acronym="OWN")
        with act(by=reviewer, reason="ready"):
            Organisation.objects.filter(pk=own.pk).show_as("in-review")
        data = {"action": "publish", "_selected_action": [theirs.pk, own.pk], "change_reason": "Checked"}
        assert "“OWN”: you sent it to review" in client.post(address(Organisation, "changelist"), data, follow=True).content.decode()
        assert not Organisation.objects.filter(pk__in=[theirs.pk, own.pk], visibility="published").exists()

    @pytest.mark.parametrize("by_form", [True, False])
    def test_a_record_is_sent_back_with_a_reason(self, by_form, client, sign_in):
        sign_in("Reviewer")
        record = OrganisationFactory(visibility="in-review")
        url = address(Organisation, "change", record.pk) if by_form else address(Organisation, "changelist")
        data = {"action": "withdraw", "_selected_action": [record.pk]}
        data = form_of(client, url) | {"visibility": "draft"} if by_form else data
        assert "ay why" in client.post(url, data, follow=True).content.decode()
        assert Organisation.objects.get(pk=record.pk).visibility == "in-review"
        client.post(url, data | {"change_reason": "The year is wrong"})
        record.refresh_from_db()
        assert (record.visibility, record.history.first().history_change_reason) == ("draft", "The year is wrong")


def test_the_api_says_who_may_not_and_why(client, sign_in):
    def send(path, body):
        return client.post(
            f"/api/v1/organisations/{path}", json.dumps(body), content_type="application/json", headers={"host": "localhost"}
        )

    sign_in("Reviewer")
    send("", {"acronym": "APT", "name": {"en": "Asia-Pacific Telecommunity"}, "kind": "agency"})
    assert "last words are yours" in send("apt/publish/", {"change_reason": "Ready"}).json()["detail"]
    assert send("apt/submit/", {}).status_code == 200
    response = send("apt/publish/", {"change_reason": "Ready"})
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert response.json()["detail"] == "“APT”: you sent it to review, so somebody else publishes it."
    assert send("apt/withdraw/", {}).status_code == 400
    assert send("apt/withdraw/", {"change_reason": "Not yet"}).json()["visibility"] == "draft"
