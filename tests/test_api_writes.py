"""Records are written through the API: by those who may, with a reason, and never over what somebody else has written."""

import datetime
import json

import pytest

from action_lines.models import Activity, Role
from mandates.models import Document, Organisation
from meetings.models import Task
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change, Proposal

from . import factories

pytestmark = pytest.mark.django_db
HOST = {"host": "localhost"}


@pytest.fixture
def send(client):
    """Send JSON to the API; the response."""

    def send(method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = "" if body is None else json.dumps(body)
        return getattr(client, method)(f"/api/v1/{path}", data=data, content_type="application/json", headers={**HOST, **named})

    return send


@pytest.fixture
def tag(client):
    """The ETag of a record as the signed-in person reads it."""
    return lambda path: client.get(f"/api/v1/{path}", headers=HOST)["ETag"]


def told(response):
    """What a problem says of each member."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return {error["pointer"]: error["detail"] for error in response.json().get("errors", [])}


def read_at(send, record):
    """When a record was changed last, as the API says it."""
    return send("get", f"{record.collection}/{record.slug}/").json()["updated_at"]


ORGANISATION = {"acronym": "APT", "name": {"en": "Asia-Pacific Telecommunity"}, "kind": "agency"}


class TestOneRecord:
    def test_an_editor_makes_a_draft_that_the_public_does_not_see(self, client, send, sign_in):
        sign_in("Editor")
        response = send("post", "organisations/", ORGANISATION | {"change_reason": "It takes part"})
        assert response.status_code == 201, response.content
        body = response.json()
        assert (body["slug"], body["visibility"]) == ("apt", "draft")
        assert response["Location"] == body["url"] == "http://localhost/api/v1/organisations/apt/"
        assert client.get(response["Location"], headers=HOST)["ETag"].partition(".")[0] == response["ETag"].partition(".")[0]
        client.logout()
        assert client.get(response["Location"], headers=HOST).status_code == 404

    def test_a_write_is_an_act_with_its_author_reason_and_request(self, send, sign_in):
        editor = sign_in("Editor")
        send("post", "organisations/", ORGANISATION | {"change_reason": "It takes part"}, x_request_id="r-77")
        change = Change.objects.order_by("-number").first()
        assert (change.by, change.reason, change.request_id) == (editor, "It takes part", "r-77")
        assert Organisation.objects.get(slug="apt").history.get().change == change

    def test_related_records_are_named_by_slug_by_attributes_or_as_they_were_read(self, client, send, sign_in):
        sign_in("Editor")
        read = client.get("/api/v1/roles/", headers=HOST).json()["results"][0]
        for organisation in ["unesco", {"acronym": "UNESCO"}, {"slug": "unesco", "display": "UNESCO", "url": "http://localhost/"}]:
            body = {"organisation": organisation, "action_line": {"code": "C2"}, "kind": "partner", "claimant": "wsis"}
            body["made_in"] = read["made_in"]
            response = send("post", "roles/", body)
            assert response.status_code == 201, response.content
            assert response.json()["organisation"]["slug"] == "unesco"
            assert send("delete", f"roles/{response.json()['slug']}/").status_code == 204

    def test_what_is_no_number_names_nothing(self, send, sign_in):
        sign_in("Editor")
        body = {"title": "A portal", "kind": "stocktaking-entry", "organisation": "itu-d", "action_line": {"position": "seventh"}}
        assert set(told(send("post", "activities/", body))) == {"/action_line"}

    def test_a_provision_is_named_by_its_document_and_label(self, send, sign_in):
        sign_in("Editor")
        provision = {"document": "tunis-agenda", "label": "para-109"}
        body = {
            "organisation": "unesco",
            "kind": "partner",
            "claimant": "wsis",
            "made_in": provision,
            "sources": [{"provision": provision}],
        }
        response = send("post", "roles/", body)
        assert response.json()["made_in"]["slug"] == "tunis-agenda-para-109"
        assert response.json()["sources"][0]["document"]["slug"] == "tunis-agenda"

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"kind": "agency"}, "/name"),
            (ORGANISATION | {"name": {"en": "", "fr": " "}}, "/name"),
            (ORGANISATION | {"name": {"en": "A", "xx": ""}}, "/name"),
            (ORGANISATION | {"kind": "club"}, "/kind"),
            (ORGANISATION | {"parent": "nobody"}, "/parent"),
            (ORGANISATION | {"parent": {"kind": "sector"}}, "/parent"),
            (ORGANISATION | {"parent": {"staff_note": "x"}}, "/parent"),
            (ORGANISATION | {"parent": 7}, "/parent"),
            (ORGANISATION | {"parent": "\ud800"}, "/parent"),
            (ORGANISATION | {"parent": {"id": "1"}}, "/parent"),
            (ORGANISATION | {"parent": {"slug": "itu", "acronym": "UNESCO"}}, "/parent"),
            (ORGANISATION | {"sources": [{"provision": "tunis-agenda-para-109", "document": {}}]}, "/sources/0/document"),
            (ORGANISATION | {"acronym": "A\u0007"}, "/acronym"),
            (ORGANISATION | {"name": {"en": "A\uffff"}}, "/name/en"),
            (ORGANISATION | {"acronym": 1.10}, "/acronym"),
            (ORGANISATION | {"slug": 7}, "/slug"),
            (ORGANISATION | {"name": {"en": 5}}, "/name/en"),
            (ORGANISATION | {"valid_from": 2005}, "/valid_from"),
            (ORGANISATION | {"nickname": "x"}, "/nickname"),
            (ORGANISATION | {"a/b~c": "x"}, "/a~1b~0c"),
            (ORGANISATION | {"created_at": "2020-01-01T00:00:00Z"}, "/created_at"),
            (ORGANISATION | {"visibility": "published"}, "/visibility"),
            (ORGANISATION | {"valid_from": "soon"}, "/valid_from"),
            (ORGANISATION | {"valid_from": "2005", "valid_until": "2004"}, "/valid_until"),
            (ORGANISATION | {"name": {"xx": "APT"}}, "/name"),
            (ORGANISATION | {"slug": "itu"}, "/slug"),
            (ORGANISATION | {"open_to": "itu"}, "/open_to"),
            (ORGANISATION | {"open_to": ["itu", "nobody"]}, "/open_to/1"),
            (ORGANISATION | {"sources": [{"provision": "tunis-agenda-para-109", "field": "kind"}]}, "/sources/0"),
            (ORGANISATION | {"sources": [{"provision": "tunis-agenda-para-109", "document": "c06-7"}]}, "/sources/0/document"),
            (ORGANISATION | {"sources": [{}]}, "/sources/0/provision"),
            (ORGANISATION | {"sources": [{"provision": "tunis-agenda-para-109", "wrods": "lost"}]}, "/sources/0/wrods"),
            (ORGANISATION | {"names": [{"name": "A"}, {"name": "B", "valid_from": "x"}]}, "/names/1/valid_from"),
            (ORGANISATION | {"names": [{"name": "A", "colour": "red"}]}, "/names/0/colour"),
            (ORGANISATION | {"names": [{"name": "\ud800"}]}, "/names/0/name"),
            ({"\ud800": 1}, ""),
            ("a text", ""),
        ],
    )
    def test_what_is_wrong_is_told_of_its_member_and_nothing_is_written(self, send, sign_in, body, pointer):
        sign_in("Editor")
        before = Change.objects.count(), Organisation.objects.count()
        response = send("post", "organisations/", body)
        assert response.status_code == 400
        assert pointer in told(response)
        assert (Change.objects.count(), Organisation.objects.count()) == before

    def test_a_patch_changes_what_it_names_and_the_lists_that_it_gives(self, send, sign_in):
        sign_in("Editor")
        slug = send("post", "organisations/", ORGANISATION | {"names": [{"name": "APT"}, {"name": "A.P.T."}], "open_to": ["itu"]}).json()[
            "slug"
        ]
        kept = Organisation.objects.get(slug=slug).names.get(name="A.P.T.").pk
        body = send("patch", f"organisations/{slug}/", {"kind": "union", "names": [{"name": "A.P.T.", "kind": "variant"}]}).json()
        assert (body["kind"], body["acronym"], [link["slug"] for link in body["open_to"]]) == ("union", "APT", ["itu"])
        assert [(name["name"], name["kind"]) for name in body["names"]] == [("A.P.T.", "variant")]
        assert Organisation.objects.get(slug=slug).names.get().pk == kept

    def test_what_its_parts_are_called_is_found_as_soon_as_they_are_changed(self, client, send, sign_in):
        sign_in("Editor")
        slug = send("post", "organisations/", ORGANISATION | {"names": [{"name": "Zebra"}]}).json()["slug"]
        send("patch", f"organisations/{slug}/", {"names": [{"name": "Giraffe"}]})
        for called, found in [("Zebra", []), ("Giraffe", [slug])]:
            assert [row["slug"] for row in client.get("/api/v1/organisations/", {"q": called}, headers=HOST).json()["results"]] == found

    def test_a_put_says_everything_anew(self, send, sign_in):
        sign_in("Editor")
        slug = send("post", "organisations/", ORGANISATION | {"names": [{"name": "APT"}], "staff_note": "Ask them"}).json()["slug"]
        body = send("put", f"organisations/{slug}/", {"name": {"en": "APT"}, "kind": "union"}).json()
        assert (body["acronym"], body["names"], body["staff_note"], body["kind"]) == ("", [], "", "union")

    def test_what_was_read_can_be_sent_back_whole(self, client, send, sign_in, tag):
        sign_in("Reviewer")
        for path in ["roles/itu-c7-council-res-1244-annex/", "documents/c06-7/", "mandates/", "tasks/", "organisations/wg-wsis/"]:
            if path.count("/") == 1:
                path = f"{path}{client.get(f'/api/v1/{path}', headers=HOST).json()['results'][0]['slug']}/"
            read = client.get(f"/api/v1/{path}", headers=HOST).json()
            response = send("put", path, read | {"change_reason": "As it is"}, if_match=tag(path))
            assert response.status_code == 200, (path, response.content)
            assert {k: v for k, v in response.json().items() if k != "updated_at"} == {k: v for k, v in read.items() if k != "updated_at"}

    @pytest.mark.parametrize(
        "body",
        ["{", '{"name": {"en": "A"}, "name": {"en": "B"}}', '{"position": NaN}', "[" * 100_000, '{"a":' * 50_000, b"\xff", b'{"a": "\x00'],
        ids=["cut off", "said twice", "no number", "deep lists", "deep objects", "not UTF-8", "a control"],
    )
    def test_what_is_no_json_is_refused(self, client, sign_in, body):
        sign_in("Editor")
        response = client.generic("POST", "/api/v1/organisations/", body, content_type="application/json", headers=HOST)
        assert response.status_code == 400
        assert told(response)
        assert response.json()["detail"]

    def test_a_part_is_sent_whole(self, send, sign_in):
        sign_in("Reviewer")
        for path in ("organisations/itu/", "meetings/wg-wsis-9/"):
            response = send("patch", path, {"sources": [{"words": "x"}], "change_reason": "A source"}, if_match="*")
            assert response.status_code == 400
            assert told(response) == {"/sources/0/provision": "This field is required."}

    def test_a_slug_is_never_changed(self, send, sign_in):
        sign_in("Editor")
        slug = send("post", "organisations/", ORGANISATION).json()["slug"]
        assert "/slug" in told(send("patch", f"organisations/{slug}/", {"slug": "apt-2"}))

    def test_what_others_name_is_not_deleted(self, send, sign_in, tag):
        sign_in("Reviewer")
        response = send("delete", "organisations/unesco/?change_reason=gone", if_match=tag("organisations/unesco/"))
        assert response.status_code == 409
        assert "the implementation as a whole: leading facilitator" in response.json()["detail"]
        assert Organisation.objects.filter(slug="unesco").exists()

    def test_a_paragraph_is_not_deleted_before_those_within_it(self, send, sign_in):
        sign_in("Editor")
        whole = factories.ProvisionFactory(document=factories.DocumentFactory(visibility="draft"))
        part = factories.ProvisionFactory(document=whole.document, parent=whole)
        response = send("delete", f"provisions/{whole.slug}/")
        assert (response.status_code, response.json()["detail"]) == (409, f"Other records name it: {part}.")


class TestWhatIsPublished:
    path = "roles/itu-c7-council-res-1244-annex/"

    def test_an_editors_change_waits_as_a_proposal(self, client, send, sign_in, tag):
        editor = sign_in("Editor")
        response = send("patch", self.path, {"qualifier": "interim", "sources": [], "change_reason": "As printed"}, if_match=tag(self.path))
        assert response.status_code == 202, response.content
        assert response.json()["changed"] == {"qualifier": "interim"}
        assert response.json()["parts"] == {"sources": []}
        proposal = Proposal.objects.get()
        assert (proposal.slug, proposal.by, proposal.reason, proposal.state) == (
            "itu-c7-council-res-1244-annex",
            editor,
            "As printed",
            "waiting",
        )
        role = Role.objects.get(slug=proposal.slug)
        assert (role.qualifier, proposal.base_version) == ("", role.updated_at)
        assert role.sources.exists()
        assert not Change.objects.filter(reason="As printed").exists()

    def test_what_could_not_be_written_is_no_proposal(self, send, sign_in, tag):
        sign_in("Editor")
        response = send("patch", self.path, {"valid_until": "1999", "change_reason": "?"}, if_match=tag(self.path))
        assert "/valid_until" in told(response)
        assert not Proposal.objects.exists()

    def test_a_reviewers_change_applies(self, send, sign_in, tag):
        sign_in("Reviewer")
        response = send("patch", self.path, {"qualifier": "interim", "change_reason": "As printed"}, if_match=tag(self.path))
        assert (response.status_code, response.json()["qualifier"]) == (200, "interim")

    @pytest.mark.parametrize("role", ["Editor", "Reviewer"])
    def test_it_is_not_changed_without_a_reason(self, send, sign_in, tag, role):
        sign_in(role)
        assert "/change_reason" in told(send("patch", self.path, {"qualifier": "interim"}, if_match=tag(self.path)))

    @pytest.mark.parametrize("role", ["Editor", "Reviewer"])
    def test_it_is_not_changed_by_who_does_not_say_which_version_was_read(self, send, sign_in, role):
        sign_in(role)
        assert send("patch", self.path, {"qualifier": "interim", "change_reason": "x"}).status_code == 428

    @pytest.mark.parametrize("role", ["Editor", "Reviewer"])
    def test_what_was_changed_meanwhile_is_not_overwritten(self, send, sign_in, tag, role):
        sign_in(role)
        read = tag(self.path)
        with act(reason="somebody was faster"):
            record = Role.objects.get(slug="itu-c7-council-res-1244-annex")
            record.qualifier = "temporary"
            record.save()
        response = send("patch", self.path, {"qualifier": "interim", "change_reason": "x"}, if_match=read)
        assert response.status_code == 412
        assert response.json()["current"]["qualifier"] == "temporary"
        assert response["ETag"] == tag(self.path)

    def test_a_change_elsewhere_refuses_nobody(self, send, sign_in, tag):
        sign_in("Reviewer")
        read = tag(self.path)
        factories.OrganisationFactory()
        assert tag(self.path) != read
        assert send("patch", self.path, {"qualifier": "x", "change_reason": "x"}, if_match=read).status_code == 200

    def test_only_a_reviewer_deletes_it(self, send, sign_in, tag):
        activity = factories.ActivityFactory()
        path = f"activities/{activity.slug}/?change_reason=twice"
        sign_in("Editor")
        assert send("delete", path, if_match=tag(f"activities/{activity.slug}/")).status_code == 403
        sign_in("Reviewer")
        assert send("delete", path, if_match=tag(f"activities/{activity.slug}/")).status_code == 204
        assert not Activity.objects.filter(pk=activity.pk).exists()
        assert Activity.history.filter(slug=activity.slug, history_type="-").get().change.reason == "twice"

    @pytest.mark.parametrize("here, there", [("draft", "published"), ("published", "draft"), ("published", "published")])
    def test_a_published_paragraph_stays_in_its_document(self, send, sign_in, here, there):
        """The public would not be told that it went, or would be told of its past."""
        provision = factories.ProvisionFactory(document=factories.DocumentFactory(visibility=here))
        other = factories.DocumentFactory(visibility=there)
        sign_in("Reviewer")
        refused = send("patch", f"provisions/{provision.slug}/", {"document": other.slug, "change_reason": "It stands there"}, if_match="*")
        assert told(refused) == {"/document": "What is published stays where it is: delete it here, and make it there anew."}

    def test_a_paragraph_moves_between_drafts(self, send, sign_in):
        provision = factories.ProvisionFactory(document=factories.DocumentFactory(visibility="draft"))
        other = factories.DocumentFactory(visibility="draft")
        sign_in("Reviewer")
        assert send("patch", f"provisions/{provision.slug}/", {"document": other.slug}, if_match="*").status_code == 200

    def test_a_paragraph_joins_a_published_document_by_a_reviewer_alone(self, send, sign_in):
        body = {"document": "c06-7", "position": 9000, "label": "para-9000", "change_reason": "Forgotten"}
        sign_in("Editor")
        assert send("post", "provisions/", body).status_code == 403
        sign_in("Reviewer")
        assert send("post", "provisions/", body).status_code == 201


class TestPublishing:
    def test_a_draft_is_submitted_published_and_withdrawn_each_by_who_may(self, client, send, sign_in):
        sign_in("Editor")
        slug = send("post", "organisations/", ORGANISATION).json()["slug"]
        assert send("post", f"organisations/{slug}/publish/", {"change_reason": "Ready"}).status_code == 403
        assert send("post", f"organisations/{slug}/submit/", {}).json()["visibility"] == "in-review"
        sign_in("Reviewer")
        assert "/change_reason" in told(send("post", f"organisations/{slug}/publish/", {}))
        response = send("post", f"organisations/{slug}/publish/", {"change_reason": "Ready"})
        assert response.json()["visibility"] == "published"
        response = send("post", f"organisations/{slug}/withdraw/", {"change_reason": "Not yet"}, if_match=response["ETag"])
        assert response.json()["visibility"] == "draft"

    def test_what_is_published_is_not_handed_in_again(self, send, sign_in):
        activity = factories.ActivityFactory()
        sign_in("Reviewer")
        refused = send("post", f"activities/{activity.slug}/submit/", {"change_reason": "x"}, if_match="*")
        assert (refused.status_code, "withdraw it" in refused.json()["detail"]) == (409, True)
        activity.refresh_from_db()
        assert activity.visibility == "published"

    def test_what_points_to_a_draft_is_not_published(self, send, sign_in):
        sign_in("Reviewer")
        send("post", "organisations/", ORGANISATION)
        send("post", "organisations/", {"name": {"en": "Branch"}, "kind": "office", "slug": "branch", "parent": "apt"})
        assert "APT" in told(send("post", "organisations/branch/publish/", {"change_reason": "x"}))[""]
        assert Organisation.objects.get(slug="branch").visibility == "draft"

    def test_a_part_has_no_visibility_of_its_own(self, send, sign_in):
        sign_in("Reviewer")
        assert send("post", "provisions/c06-7-para-1/publish/", {"change_reason": "x"}).status_code == 404


class TestTasks:
    BODY = {"title": "Tell Council", "responsible": ["itu-t"], "supporting": ["itu-d"], "action_lines": ["c7"]}

    def test_a_new_task_is_open_since_today_or_as_its_first_move_says(self, send, sign_in):
        sign_in("Editor")
        body = send("post", "tasks/", self.BODY).json()
        assert (body["state"], [move["to_state"] for move in body["moves"]]) == ("open", ["open"])
        move = {"state": "in-progress", "on": "2006-03-01", "due_on": "2006-09", "reason": "Asked in Geneva"}
        body = send("post", "tasks/", self.BODY | {"slug": "second", "first_move": move}).json()
        assert (body["state"], body["due_on"], body["moves"][0]["on"]) == ("in-progress", "2006-09", "2006-03-01")

    def test_its_organisations_change_their_parts(self, send, sign_in):
        sign_in("Editor")
        slug = send("post", "tasks/", self.BODY).json()["slug"]
        body = send("patch", f"tasks/{slug}/", {"responsible": ["itu-d"], "supporting": ["itu-t"]}).json()
        assert ([o["slug"] for o in body["responsible"]], [o["slug"] for o in body["supporting"]]) == (["itu-d"], ["itu-t"])

    def test_a_task_is_moved_by_its_own_address_alone(self, send, sign_in):
        sign_in("Editor")
        slug = send("post", "tasks/", self.BODY).json()["slug"]
        assert "/state" in told(send("patch", f"tasks/{slug}/", {"state": "done"}))
        assert "/first_move" in told(send("patch", f"tasks/{slug}/", {"first_move": {"state": "done"}}))
        body = send("post", f"tasks/{slug}/move/", {"state": "done", "reason": "Told"}).json()
        assert (body["state"], body["moves"][-1]["reason"]) == ("done", "Told")
        assert Task.objects.get(slug=slug).moves.last().by.username == "editor"

    def test_a_published_task_is_moved_for_a_reason_that_the_move_gives(self, client, send, sign_in, tag):
        task = factories.TaskFactory()
        sign_in("Reviewer")
        path = f"tasks/{task.slug}/"
        assert set(told(send("post", f"{path}move/", {"state": "done"}, if_match=tag(path)))) == {"/reason"}
        assert send("post", f"{path}move/", {"state": "done", "reason": "Told"}, if_match=tag(path)).status_code == 200

    @pytest.mark.parametrize(
        ("move", "pointer"),
        [
            ({"state": "open"}, "/state"),
            ({"state": "lost"}, "/state"),
            ({"state": "done", "on": "2999-01-01"}, "/on"),
            ({"state": "done", "on": "x"}, "/on"),
            ({"state": "done", "why": "x"}, "/why"),
            ({"state": "in-progress", "due_on": None}, "/due_on"),
            ({"state": "in-progress", "due_on": ""}, "/due_on"),
            ({}, "/state"),
        ],
    )
    def test_a_move_that_cannot_be_is_refused_and_says_why(self, send, sign_in, move, pointer):
        sign_in("Editor")
        slug = send("post", "tasks/", self.BODY).json()["slug"]
        assert pointer in told(send("post", f"tasks/{slug}/move/", move))
        assert Task.objects.get(slug=slug).state == "open"


class TestValues:
    """JSON has texts, numbers and truths: what is sent as one of them is not kept as another."""

    @pytest.mark.parametrize(
        "value", ["1_000", "1e5", "\uff15\uff10", "NaN", "Infinity", " ", ".", "-", "5,5", 5, 1.10, True, "0.001", "12345678901234.56"]
    )
    def test_an_amount_is_a_text_of_digits(self, send, sign_in, value):
        sign_in("Editor")
        assert set(told(send("post", "figures/", {"of": "Mentions", "value": value}))) == {"/value"}

    @pytest.mark.parametrize(("sent", "kept"), [("-5", "-5.00"), ("0.1", "0.10"), ("1234567890123.56", "1234567890123.56")])
    def test_no_digit_of_an_amount_is_lost(self, send, sign_in, sent, kept):
        sign_in("Editor")
        response = send("post", "figures/", {"of": "Mentions", "value": sent})
        assert (response.status_code, response.json()["value"]) == (201, kept)

    @pytest.mark.parametrize(
        ("collection", "member", "value"),
        [
            ("figures", "about", "true"),
            ("figures", "about", 1),
            ("meetings", "number", "7"),
            ("meetings", "number", 7.5),
            ("meetings", "number", True),
            ("meetings", "number", 32_768),
            ("provisions", "position", 2_147_483_648),
            ("activities", "sdgs", ["4"]),
            ("activities", "sdgs", [True]),
        ],
    )
    def test_a_number_or_truth_is_no_word_for_it(self, send, sign_in, collection, member, value):
        sign_in("Editor")
        assert any(pointer.startswith(f"/{member}") for pointer in told(send("post", f"{collection}/", {member: value})))


class TestTheReason:
    """An act has one reason, wherever it is given."""

    path = TestWhatIsPublished.path

    def test_the_items_of_a_list_may_give_it(self, send, sign_in):
        sign_in("Reviewer")
        items = [
            {**ORGANISATION, "acronym": name, "change_reason": why} for name, why in [("APT", "They joined"), ("CTU", " They joined ")]
        ]
        assert send("post", "organisations/", items).status_code == 201
        assert Change.objects.order_by("-number").first().reason == "They joined"
        role = Role.objects.get(slug=self.path.split("/")[1])
        change = {"slug": role.slug, "updated_at": read_at(send, role), "qualifier": "interim", "change_reason": "As printed"}
        assert send("patch", "roles/", [change]).status_code == 200
        assert Change.objects.order_by("-number").first().reason == "As printed"

    def test_two_reasons_for_one_act_are_refused(self, send, sign_in):
        sign_in("Reviewer")
        two = [{**ORGANISATION, "change_reason": "One"}, {**ORGANISATION, "acronym": "CTU", "change_reason": "Two"}]
        assert set(told(send("post", "organisations/", two))) == {"/1/change_reason"}
        assert set(told(send("post", "organisations/?change_reason=Two", two))) == {"/0/change_reason"}
        assert set(told(send("patch", f"{self.path}?change_reason=Two", {"change_reason": "One"}, if_match="*"))) == {"/change_reason"}
        twice = send("delete", f"{self.path}?change_reason=One&change_reason=One", if_match="*")
        assert [error["parameter"] for error in twice.json()["errors"]] == ["change_reason"]
        assert not Organisation.objects.filter(acronym="APT").exists()

    @pytest.mark.parametrize("sent", ["a%00b", "a%07b", "%FF", "%EF%BF%BF"])
    def test_it_is_a_text_in_the_address_too(self, send, sign_in, sent):
        sign_in("Reviewer")
        for response in [
            send("post", f"organisations/?change_reason={sent}", ORGANISATION),
            send("delete", f"{self.path}?change_reason={sent}", if_match="*"),
        ]:
            assert response.status_code == 400
            assert [error["parameter"] for error in response.json()["errors"]] == ["change_reason"]

    def test_what_the_public_reads_of_a_move_is_said_in_the_move(self, send, sign_in, tag):
        sign_in("Reviewer")
        task = factories.TaskFactory()
        path, move = f"tasks/{task.slug}/", {"state": "in-progress"}
        assert set(told(send("post", f"{path}move/?change_reason=Begun", move, if_match=tag(path)))) == {"/reason"}
        assert send("post", f"{path}move/?change_reason=Begun", move | {"reason": "Begun"}, if_match=tag(path)).status_code == 200

    @pytest.mark.parametrize("query", ["change_reasen=x", "change_reason=x&change_reason=y", "change_reason=Ended"])
    def test_a_move_takes_no_other_parameter_and_one_reason(self, send, sign_in, query):
        sign_in("Editor")
        task = factories.TaskFactory(visibility="draft")
        assert send("post", f"tasks/{task.slug}/move/?{query}", {"state": "in-progress", "reason": "Begun"}).status_code == 400

    @pytest.mark.parametrize("body", [{"slug": "x"}, [], [{}], "because", {"change_reason": 7}])
    def test_who_deletes_one_says_why_and_nothing_else(self, send, sign_in, body):
        sign_in("Editor")
        document = factories.DocumentFactory(visibility="draft")
        assert send("delete", f"documents/{document.slug}/", body).status_code == 400
        assert send("delete", f"documents/{document.slug}/", {"change_reason": "Entered twice"}).status_code == 204

    def test_who_deletes_many_says_which_and_nothing_else(self, send, sign_in):
        sign_in("Editor")
        document = factories.DocumentFactory(visibility="draft")
        assert set(told(send("delete", "documents/", [{"slug": document.slug, "symbol": "C06/7"}]))) == {"/0/symbol"}
        assert Document.objects.filter(pk=document.pk).exists()
        assert send("delete", "documents/", [{"slug": document.slug, "change_reason": "Entered twice"}]).status_code == 204
        assert Change.objects.order_by("-number").first().reason == "Entered twice"


class TestMany:
    def test_what_was_read_of_one_is_sent_back_among_many(self, client, send, sign_in):
        sign_in("Reviewer")
        for path in ["documents/c06-7/", "organisations/wg-wsis/", "action-lines/c7/"]:
            read = client.get(f"/api/v1/{path}", headers=HOST).json()
            response = send("patch", f"{path.partition('/')[0]}/?change_reason=x", [read])
            assert response.status_code == 200, response.content

    def test_what_is_refused_of_one_is_told_of_its_place(self, send, sign_in):
        sign_in("Reviewer")
        draft, published = factories.OrganisationFactory(visibility="draft"), factories.OrganisationFactory()
        for item, status in [
            ({"slug": "nobody"}, 404),
            ({"slug": published.slug}, 428),
            ({"slug": published.slug, "updated_at": "2001-01-01T00:00:00Z"}, 412),
        ]:
            response = send("patch", "organisations/?change_reason=x", [{"slug": draft.slug}, item])
            assert (response.status_code, set(told(response))) == (status, {"/1"})

    def test_many_are_made_changed_and_deleted_each_time_all_or_none(self, send, sign_in):
        sign_in("Editor")
        items = [{"slug": f"o-{n}", "name": {"en": f"Office {n}"}, "kind": "office"} for n in range(3)]
        response = send("post", "organisations/?change_reason=At%20once", items)
        assert [body["slug"] for body in response.json()] == ["o-0", "o-1", "o-2"]
        assert Change.objects.order_by("-number").first().reason == "At once"
        response = send("patch", "organisations/", [{"slug": f"o-{n}", "kind": "body"} for n in range(3)])
        assert [body["kind"] for body in response.json()] == ["body"] * 3
        assert told(send("patch", "organisations/", [{"slug": "o-0", "kind": "office"}, {"slug": "o-1", "kind": "club"}])).keys() == {
            "/1/kind"
        }
        assert Organisation.objects.get(slug="o-0").kind == "body"
        assert told(send("post", "organisations/", [*items[:1], {"kind": "office"}])).keys() == {"/0/slug", "/1/name"}
        assert send("delete", "organisations/", [{"slug": f"o-{n}"} for n in range(3)]).status_code == 204
        assert not Organisation.objects.filter(slug__startswith="o-").exists()

    @pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
    def test_those_that_name_one_another_are_deleted_together_in_whatever_order(self, send, sign_in, order):
        sign_in("Editor")
        line = [factories.OrganisationFactory(visibility="draft")]
        for _ in range(2):
            line.append(factories.OrganisationFactory(visibility="draft", parent=line[-1]))
        refused = send("delete", "organisations/", [{"slug": record.slug} for record in line[:2]])
        assert (refused.status_code, str(line[2]) in refused.json()["detail"]) == (409, True)
        assert send("delete", "organisations/", [{"slug": line[place].slug} for place in order]).status_code == 204
        assert Organisation.history.filter(slug__in=[record.slug for record in line], history_type="-").count() == 3

    def test_items_may_build_on_those_before_them(self, send, sign_in):
        """A paragraph may go with the one that it is part of to another document, and no two organisations become parts of each other."""
        sign_in("Editor")
        first, other = factories.DocumentFactory(visibility="draft"), factories.DocumentFactory(visibility="draft")
        whole = factories.ProvisionFactory(document=first)
        part = factories.ProvisionFactory(document=first, parent=whole)
        items = [{"slug": whole.slug, "document": other.slug}, {"slug": part.slug, "document": other.slug}]
        assert told(send("patch", "provisions/", items[::-1])) == {"/0/parent": "The provision belongs to another document."}
        assert send("patch", "provisions/", items).status_code == 200
        one, two = factories.OrganisationFactory(visibility="draft"), factories.OrganisationFactory(visibility="draft")
        items = [{"slug": one.slug, "parent": two.slug}, {"slug": two.slug, "parent": one.slug}]
        assert told(send("patch", "organisations/", items)) == {"/1/parent": "This leads back to the record itself."}

    def test_all_that_is_wrong_with_one_is_told(self, send, sign_in):
        sign_in("Editor")
        there = factories.ActivityFactory()
        body = {"slug": there.slug, "title": "", "kind": there.kind, "number": there.number, "started_on": "2006", "ended_on": "2005"}
        assert told(send("post", "activities/", [body])).keys() == {"/0/title"}
        found = send("post", "activities/", [body | {"title": "Again", "sdgs": [1], "dated_on": "2005"}])
        assert {(error["pointer"], error["detail"]) for error in found.json()["errors"]} == {
            ("/0/slug", "Activity with this Slug already exists."),
            ("/0", "Another activity of this kind has this number."),
            ("/0", "It ends before it starts."),
            ("/0", "Say how the date is known; without a date, leave it empty."),
        }

    def test_what_is_wrong_with_several_is_told_of_all(self, send, sign_in):
        sign_in("Editor")
        drafts = [factories.OrganisationFactory(visibility="draft") for _ in range(3)]
        kinds = ["club", "office", "society"]
        response = send("patch", "organisations/", [{"slug": draft.slug, "kind": kind} for draft, kind in zip(drafts, kinds, strict=True)])
        assert told(response).keys() == {"/0/kind", "/2/kind"}
        response = send("post", "organisations/", [{"kind": "office"}, ORGANISATION, {"name": {"en": "A club"}, "kind": "club"}])
        assert told(response).keys() == {"/0/name", "/2/kind"}
        assert not Organisation.objects.filter(slug="apt").exists()

    def test_published_ones_are_changed_in_the_version_that_was_read(self, client, send, sign_in):
        sign_in("Reviewer")
        activity = factories.ActivityFactory()
        item = {"slug": activity.slug, "title": "Another title"}
        address = "activities/?change_reason=x"
        assert send("patch", address, [item]).status_code == 428
        read = client.get(f"/api/v1/activities/{activity.slug}/", headers=HOST).json()["updated_at"]
        assert send("patch", address, [item | {"updated_at": "2020-01-01T00:00:00Z"}]).status_code == 412
        assert send("patch", address, [item | {"updated_at": read}]).json()[0]["title"] == "Another title"

    def test_a_version_is_an_instant_however_it_is_written(self, send, sign_in):
        sign_in("Reviewer")
        activity = factories.ActivityFactory()
        written = activity.updated_at.astimezone(datetime.timezone(datetime.timedelta(hours=2))).isoformat()
        item = {"slug": activity.slug, "title": "Another title", "updated_at": written}
        assert written not in read_at(send, activity)
        assert send("patch", "activities/?change_reason=x", [item]).status_code == 200
        for no_instant in ("yesterday", "", 7, []):
            assert told(send("delete", "activities/?change_reason=x", [{"slug": activity.slug, "updated_at": no_instant}])).keys() == {
                "/0/updated_at"
            }

    @pytest.mark.parametrize("method", ["patch", "delete"])
    def test_a_list_has_no_version_of_its_own(self, send, sign_in, tag, method):
        sign_in("Reviewer")
        draft = factories.OrganisationFactory(visibility="draft")
        response = send(method, "organisations/", [{"slug": draft.slug}], if_match=tag("organisations/"))
        assert (response.status_code, told(response)[""].partition(":")[0]) == (400, "If-Match")

    def test_what_is_there_already_is_told_of_its_place_and_member(self, send, sign_in):
        sign_in("Editor")
        there = factories.ActivityFactory()
        items = [{"title": title, "kind": there.kind, "number": number} for title, number in [("New", "77001"), ("Old", there.number)]]
        assert told(send("post", "activities/", items)) == {"/1": "Another activity of this kind has this number."}
        assert told(send("post", "activities/", items[1])) == {"": "Another activity of this kind has this number."}
        made = send("post", "activities/", items[0]).json()["slug"]
        changes = [{"slug": made, "number": there.number}]
        assert told(send("patch", "activities/", changes)) == {"/0": "Another activity of this kind has this number."}
        states = [{"slug": slug, "name": {"en": slug}, "kind": "member-state", "iso_code": "XX"} for slug in ("one", "two")]
        assert told(send("post", "organisations/", states)) == {"/1/iso_code": "Another Member State has this ISO code."}
        names = [{"name": "The Body", "valid_from": "2002"}] * 2
        body = {"name": {"en": "Body"}, "kind": "body", "names": names}
        assert told(send("post", "organisations/", body)) == {"/names/1": "The organisation has this name from this date already."}

    def test_each_is_named_once(self, send, sign_in):
        sign_in("Editor")
        draft = factories.OrganisationFactory(visibility="draft")
        response = send("patch", "organisations/", [{"slug": draft.slug, "acronym": acronym} for acronym in "AB"])
        assert told(response) == {"/0/slug": "Named more than once.", "/1/slug": "Named more than once."}

    @pytest.mark.parametrize("method", ["patch", "delete"])
    @pytest.mark.parametrize(
        "body", [[], [1], {"slug": "x"}, None, [{"slug": "a\0b"}], [{"slug": "\ud800"}], [{"slug": ["x"]}], [{"slug": {}}]]
    )
    def test_a_list_of_objects_is_expected(self, send, sign_in, method, body):
        sign_in("Administrator")
        assert send(method, "organisations/", body).status_code == 400


class TestSentAgain:
    def test_a_request_that_is_sent_again_is_done_once_and_answered_twice(self, send, sign_in):
        sign_in("Editor")
        first, again = (send("post", "organisations/", {"name": {"en": "Once"}, "kind": "office"}, idempotency_key="k-1") for _ in "12")
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.json(), again["Location"], again["ETag"]) == (first.json(), first["Location"], first["ETag"])
        assert again["Idempotency-Replayed"] == "true"
        assert Organisation.objects.filter(slug__startswith="once").count() == 1

    def test_a_proposal_that_is_sent_again_waits_once(self, send, sign_in, tag):
        task = factories.TaskFactory()
        sign_in("Editor")
        path, body = f"tasks/{task.slug}/", {"title": "Another title", "change_reason": "x"}
        answers = [send("patch", path, body, idempotency_key="k-1", if_match=tag(path)) for _ in "12"]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        assert Proposal.objects.count() == 1

    def test_a_change_of_many_that_is_sent_again_is_done_once(self, send, sign_in):
        sign_in("Editor")
        draft = factories.OrganisationFactory(visibility="draft")
        items = [{"slug": draft.slug, "acronym": "NEW", "updated_at": read_at(send, draft)}]
        answers = [send("patch", "organisations/", items, idempotency_key="k-1") for _ in "12"]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert send("patch", "organisations/", items).status_code == 412

    def test_one_key_is_for_one_request(self, send, sign_in):
        sign_in("Editor")
        send("post", "organisations/", {"name": {"en": "Once"}, "kind": "office"}, idempotency_key="k-1")
        assert send("post", "organisations/", {"name": {"en": "Twice"}, "kind": "office"}, idempotency_key="k-1").status_code == 422

    def test_a_request_that_failed_may_be_mended(self, send, sign_in):
        sign_in("Editor")
        assert send("post", "organisations/", {"kind": "club"}, idempotency_key="k-1").status_code == 400
        assert send("post", "organisations/", {"name": {"en": "Mended"}, "kind": "office"}, idempotency_key="k-1").status_code == 201

    def test_a_key_of_another_person_is_another_key(self, send, sign_in):
        for role in ["Editor", "Reviewer"]:
            sign_in(role)
            assert send("post", "organisations/", {"name": {"en": "Mine"}, "kind": "office"}, idempotency_key="k-1").status_code == 201
        assert Organisation.objects.filter(slug__startswith="mine").count() == 2

    def test_a_key_is_a_short_text(self, send, sign_in):
        sign_in("Editor")
        assert send("post", "organisations/", ORGANISATION, idempotency_key="k 1").status_code == 400


class TestHeldAnswers:
    def test_who_holds_the_answer_gets_none(self, client, tag, django_assert_num_queries):
        for path in ["roles/itu-c7-council-res-1244-annex/", "roles/", "documents/?kind=letter", "discrepancies/", "search/?q=itu"]:
            held = tag(path)
            with django_assert_num_queries(1):
                response = client.get(f"/api/v1/{path}", headers={**HOST, "if-none-match": held})
            assert (response.status_code, response.content, response["ETag"]) == (304, b"", held)

    def test_a_tag_changes_with_the_name_of_another_record(self, client, tag):
        path = "roles/itu-c7-council-res-1244-annex/"
        held = tag(path)
        with act(reason="A new name"):
            document = Document.objects.get(slug="council-res-1244")
            document.title = {"en": "Another title"}
            document.save()
        assert tag(path) != held

    def test_a_tag_is_of_one_question_form_and_person(self, client, tag, sign_in):
        tags = {tag("roles/"), tag("roles/?limit=2"), tag("documents/")}
        sign_in("Reader")
        assert len(tags | {tag("roles/")}) == 4


class TestMembers:
    def test_members_are_chosen_left_out_or_brief(self, client):
        def first(**params):
            return client.get("/api/v1/roles/", {"limit": 1, **params}, headers=HOST).json()["results"][0]

        assert list(first(fields="kind,slug")) == ["slug", "kind"]
        assert list(first(brief="true")) == ["slug", "display", "url"]
        assert "sources" not in first(omit="sources,words")
        assert list(first(fields="slug", omit="slug", brief="true")) == ["slug"]

    def test_what_is_not_shown_is_not_fetched(self, client, django_assert_num_queries):
        for params, queries in [({"fields": "slug"}, 3), ({"brief": "true"}, 3), ({"omit": "sources"}, 4), ({}, 5)]:
            with django_assert_num_queries(queries):
                client.get("/api/v1/roles/", params, headers=HOST)

    @pytest.mark.parametrize(
        "params",
        [{"fields": "id"}, {"omit": "staff"}, {"brief": "yes"}, {"fields": ""}, {"fields": "slug,staff_note"}, {"omit": "visibility"}],
    )
    def test_a_member_that_there_is_not_for_who_asks_is_named(self, client, params):
        response = client.get("/api/v1/roles/", params, headers=HOST)
        assert response.status_code == 400
        assert response.json()["errors"][0]["parameter"] in params

    def test_what_is_the_staffs_is_theirs_to_ask_for(self, client, sign_in):
        sign_in("Editor")
        body = client.get("/api/v1/roles/", {"fields": "slug,staff_note,visibility", "limit": 1}, headers=HOST).json()
        assert list(body["results"][0]) == ["slug", "visibility", "staff_note"]
