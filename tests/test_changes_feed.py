"""The feed of changes: each act with what it touched, before and after; the public is told of what was and is published alone."""

import json

import pytest
from django.contrib.auth.models import Permission

from mandates.models import Document, DocumentAlias
from meetings.models import Task
from wsis_tracker.differences import with_differences
from wsis_tracker.register.changes import act
from wsis_tracker.register.merging import merge
from wsis_tracker.register.models import Change
from wsis_tracker.register.undoing import undo

from . import factories
from .test_changes_followed import follow

pytestmark = pytest.mark.django_db
HOST = {"host": "localhost"}


@pytest.fixture
def ask(client):
    def ask(status=200, **params):
        response = client.get("/api/v1/changes/", params, headers=HOST)
        assert response.status_code == status, response.content
        return response.json()

    return ask


@pytest.fixture
def get_feed(client):
    return lambda: client.get("/api/v1/changes.atom", headers=HOST).content.decode()


@pytest.fixture
def as_staff(client):
    """Sign in somebody who may see changes."""

    def as_staff():
        user = factories.UserFactory(username="archivist")
        user.user_permissions.add(Permission.objects.get(codename="view_change"))
        client.force_login(user)
        return user

    return as_staff


def change(record, *, reason="a test", **values):
    """An act that gives a record other values."""
    with act(reason=reason):
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def told(body, record):
    """What the acts of a page say of a record, the first of the page first."""
    return [
        touched
        for done in body["results"]
        for touched in done["records"]
        if (touched["collection"], touched["slug"]) == (record.collection, record.slug)
    ]


class TestBeforeAndAfter:
    def test_a_corrected_role_is_told_with_what_it_said_before_and_after(self, ask):
        role = factories.RoleFactory(kind="partner", words="as printed")
        change(role, kind="stakeholder")
        [touched] = told(ask(limit=1), role)
        assert touched["type"] == "changed"
        assert touched["fields"] == {"kind": {"before": "partner", "after": "stakeholder"}}
        assert touched["parts"] == {}
        assert touched["display"] == str(role)
        assert touched["url"] == f"http://localhost/api/v1/roles/{role.slug}/"

    def test_links_are_told_by_slug(self, ask):
        role, other = factories.RoleFactory(), factories.OrganisationFactory()
        first = role.organisation
        change(role, organisation=other)
        [touched] = told(ask(limit=1), role)
        assert touched["fields"]["organisation"] == {"before": first.slug, "after": other.slug}

    def test_a_new_record_had_nothing_before(self, ask):
        role = factories.RoleFactory(kind="partner")
        [touched] = told(ask(limit=1), role)
        assert touched["type"] == "created"
        assert touched["fields"]["kind"] == {"before": None, "after": "partner"}
        assert {difference["before"] for difference in touched["fields"].values()} == {None}

    def test_several_saves_in_one_act_are_one_change(self, ask):
        role = factories.RoleFactory(kind="partner", words="one")
        with act(reason="a test"):
            for words in ("two", "three"):
                role.words = words
                role.save()
        [touched] = told(ask(limit=1), role)
        assert touched["fields"] == {"words": {"before": "one", "after": "three"}}

    def test_a_source_added_changed_and_taken_away_appears_under_the_parts(self, ask):
        role, provision = factories.RoleFactory(), factories.ProvisionFactory()
        with act(reason="a test"):
            source = role.sources.create(provision=provision, words="first")
        change(source, words="second")
        with act(reason="a test"):
            source.delete()
        added, changed, gone = (touched["parts"]["sources"] for touched in reversed(told(ask(limit=3), role)))
        assert [(part["type"], part["before"]) for part in added] == [("created", None)]
        assert added[0]["after"]["provision"] == provision.slug
        assert [(part["type"], part["before"]["words"], part["after"]["words"]) for part in changed] == [("changed", "first", "second")]
        assert [(part["type"], part["before"]["words"], part["after"]) for part in gone] == [("deleted", "second", None)]

    def test_an_act_is_one_row_with_all_the_records_that_it_touched(self, ask):
        with act(reason="a test"):
            document = factories.DocumentFactory()
            provision = factories.ProvisionFactory(document=document)
        [done] = ask(limit=1)["results"]
        assert [(touched["collection"], touched["slug"]) for touched in done["records"]] == [
            ("documents", document.slug),
            ("provisions", provision.slug),
        ]
        assert done["records"][1]["fields"]["document"]["after"] == document.slug

    def test_what_was_made_and_deleted_in_one_act_is_not_told(self, ask, as_staff):
        with act(reason="a test"):
            factories.DocumentFactory()
            fleeting = factories.DocumentFactory()
            fleeting.delete()
        assert fleeting.slug not in json.dumps(ask(limit=1))
        as_staff()
        assert fleeting.slug not in json.dumps(ask(limit=1))


class TestWhatThePublicIsTold:
    def test_a_record_is_created_by_the_act_that_publishes_it_and_its_past_stays_hidden(self, ask):
        document = factories.DocumentFactory(visibility="draft", place="Not yet decided", gist="A rumour")
        with act(reason="a test"):
            wrong = document.aliases.create(text="A wrong guess")
            document.aliases.create(text="C77/900")
        with act(reason="a test"):
            wrong.delete()
        change(document, place="Geneva", gist="")
        change(document, visibility="published")
        assert [touched["type"] for touched in told(ask(), document)] == ["created"]
        [touched] = told(ask(), document)
        assert touched["fields"]["place"] == {"before": None, "after": "Geneva"}
        assert [part["after"]["text"] for part in touched["parts"]["aliases"]] == ["C77/900"]
        assert [part["before"] for part in touched["parts"]["aliases"]] == [None]
        for hidden in ("Not yet decided", "A rumour", "A wrong guess"):
            assert hidden not in json.dumps(ask())

    def test_what_was_written_in_a_draft_document_is_not_told_when_it_is_published(self, ask):
        document = factories.DocumentFactory(visibility="draft")
        provision = factories.ProvisionFactory(document=document, gist="A hush-hush wording")
        change(provision, gist="The final wording")
        change(document, visibility="published")
        assert told(ask(), provision) == []
        change(provision, gist="A correction")
        [touched] = told(ask(), provision)
        assert touched["fields"] == {"gist": {"before": "The final wording", "after": "A correction"}}
        assert "hush-hush" not in json.dumps(ask())

    def test_a_paragraph_changed_in_the_act_that_publishes_its_document_is_created_by_it(self, ask):
        document = factories.DocumentFactory(visibility="draft")
        provision, dropped = (factories.ProvisionFactory(document=document, gist="A hush-hush wording") for _ in range(2))
        with act(reason="a test"):
            document.visibility = "published"
            document.save()
            provision.gist = "The final wording"
            provision.save()
            dropped.delete()
        [touched] = told(ask(), provision)
        assert touched["type"] == "created"
        assert touched["fields"]["gist"] == {"before": None, "after": "The final wording"}
        assert told(ask(), dropped) == []
        assert "hush-hush" not in json.dumps(ask())

    def test_a_withdrawn_record_is_told_as_deleted_by_its_slug_alone_and_all_else_of_it_no_more(self, ask):
        document = factories.DocumentFactory(place="Geneva", symbol="C77/901")
        change(document, place="Tunis")
        assert len(told(ask(), document)) == 2
        change(document, visibility="draft", place="Nowhere")
        change(document, place="Anywhere")
        [touched] = told(ask(), document)
        assert touched == {
            "collection": "documents",
            "slug": document.slug,
            "type": "deleted",
            "display": None,
            "url": None,
            "fields": {},
            "parts": {},
        }

    def test_a_deleted_record_is_told_by_its_slug_alone(self, ask):
        person = factories.PersonFactory(name="Ann Onymous")
        with act(reason="a test"):
            person.delete()
        [touched] = told(ask(), person)
        assert (touched["type"], touched["display"], touched["fields"]) == ("deleted", None, {})
        assert "Onymous" not in json.dumps(ask())

    def test_a_draft_that_is_deleted_was_never_there(self, ask):
        draft = factories.DocumentFactory(visibility="draft")
        with act(reason="a test"):
            draft.delete()
        assert draft.slug not in json.dumps(ask())

    def test_a_part_is_created_in_the_record_into_which_that_which_held_it_is_merged(self, ask):
        kept, gone = factories.OrganisationFactory(acronym="KEPT"), factories.OrganisationFactory(acronym="GONE")
        with act(reason="found in the archive"):
            gone.names.create(name="An earlier name")
        with act(reason="they are one"):
            merge(kept, gone)
        [touched] = told(ask(limit=1), kept)
        assert {(name["type"], name["after"]["name"]) for name in touched["parts"]["names"]} >= {
            ("created", "An earlier name"),
            ("created", "GONE"),
        }

    def test_a_part_goes_again_when_the_merge_is_undone(self, ask):
        kept, gone = factories.OrganisationFactory(acronym="KEPT"), factories.OrganisationFactory(acronym="GONE")
        with act(reason="found in the archive"):
            gone.names.create(name="An earlier name")
        with act(reason="they are one") as merging:
            merge(kept, gone)
        undo(merging, by=None, reason="they are two")
        body = ask(limit=1)
        [[mended], [again]] = told(body, kept), told(body, gone)
        assert {name["type"] for name in mended["parts"]["names"]} == {"deleted"}
        assert (again["type"], [name["after"]["name"] for name in again["parts"]["names"]]) == ("created", ["An earlier name"])

    def test_a_link_to_the_record_that_is_merged_into_its_own_is_told_to_be_gone(self, ask):
        gone = factories.OrganisationFactory()
        kept = factories.OrganisationFactory(parent=gone)
        with act(reason="they are one"):
            merge(kept, gone)
        assert told(ask(limit=1), kept)[0]["fields"] == {"parent": {"before": None, "after": None}}

    @pytest.mark.parametrize("there", ["draft", "published"])
    def test_the_paragraph_of_a_document_is_created_in_the_published_one_into_which_that_is_merged(self, ask, there):
        """Also of a published one: what had been said within it is not told to who reads after it has gone."""
        kept, gone = factories.DocumentFactory(slug="kept"), factories.DocumentFactory(visibility=there)
        factories.ProvisionFactory(document=gone, label="para-1", gist="What it says")
        with act(reason="they are one"):
            merge(kept, gone)
        [touched, *_gone] = [record for record in ask(limit=1)["results"][0]["records"] if record["collection"] == "provisions"]
        assert (touched["slug"], touched["type"]) == ("kept-para-1", "created")
        assert touched["fields"]["gist"] == {"before": None, "after": "What it says"}

    def test_the_paragraph_of_a_published_document_goes_with_it_where_that_is_merged_into_a_draft(self, ask):
        kept, gone = factories.DocumentFactory(visibility="draft"), factories.DocumentFactory(slug="gone")
        factories.ProvisionFactory(document=gone, label="para-1", gist="A hush-hush wording")
        with act(reason="they are one"):
            merge(kept, gone)
        body = ask()
        assert [(record["slug"], record["type"]) for record in body["results"][0]["records"]] == [("gone", "deleted")]

    def test_a_paragraph_deleted_from_a_published_document_is_told_by_its_slug(self, ask):
        provision = factories.ProvisionFactory(gist="A wording")
        with act(reason="a test"):
            provision.delete()
        [touched, made] = [*told(ask(), provision)]
        assert (touched["type"], touched["fields"]) == ("deleted", {})
        assert made["type"] == "created"

    def test_the_note_of_the_staff_is_never_told(self, ask):
        document = factories.DocumentFactory(staff_note="Ask the archive")
        change(document, staff_note="Asked in vain", place="Geneva")
        assert [list(touched["fields"]) for touched in told(ask(limit=1), document)] == [["place"]]
        assert not {"staff_note", "visibility"} & {name for touched in told(ask(), document) for name in touched["fields"]}
        assert "archive" not in json.dumps(ask())

    def test_an_act_in_which_the_public_sees_no_difference_is_not_told(self, ask, get_feed):
        document = factories.DocumentFactory(symbol="C77/902")
        with act(reason="a test"):
            other = factories.DocumentFactory(symbol="C77/903")
            document.staff_note = "Ask the archive"
            document.save()
        change(document, staff_note="Asked in vain")
        [last, *_] = ask()["results"]
        assert [touched["slug"] for touched in last["records"]] == [other.slug]
        assert "documents/c77-902" not in get_feed().partition("</entry>")[0]

    def test_the_names_of_accounts_are_never_told(self, ask):
        clerk = factories.UserFactory(username="hidden-clerk")
        task = factories.TaskFactory()
        ruling = factories.RulingFactory(by=clerk)
        with act(by=clerk, reason="a hush-hush reason", request_id="hush-hush-request"):
            task = Task.objects.get(pk=task.pk)
            task.move_to("in-progress", on="2005-06-02", by=clerk, reason="Work began")
            task.assignees.create(user=clerk)
        body = ask()
        [touched] = told({"results": body["results"][:1]}, task)
        [move] = touched["parts"]["moves"]
        assert (move["after"]["to_state"], move["after"]["reason"]) == ("in-progress", "Work began")
        assert "by" not in move["after"]
        assert "assignees" not in touched["parts"]
        assert told(body, ruling)
        assert not [word for word in ("hidden-clerk", "hush-hush") if word in json.dumps(body)]

    def test_an_act_that_only_says_whose_task_it_is_is_not_told_at_all(self, ask):
        task, body = factories.TaskFactory(), factories.OrganisationFactory()
        last = ask(limit=1)["results"][0]["number"]
        with act(reason="a test"):
            task.assignees.create(user=factories.UserFactory())
            body.editors.create(user=factories.UserFactory())
        assert ask(limit=1)["results"][0]["number"] == last

    def test_a_link_to_what_is_not_published_is_not_told(self, ask):
        hidden, shown = factories.OrganisationFactory(), factories.OrganisationFactory()
        role = factories.RoleFactory(organisation=hidden)
        change(role, organisation=shown)
        change(hidden, visibility="draft")
        [later, earlier] = told(ask(), role)
        assert later["fields"]["organisation"] == {"before": None, "after": shown.slug}
        assert "organisation" not in earlier["fields"]
        assert [touched["type"] for touched in told(ask(), hidden)] == ["deleted"]


class TestWhatTheStaffIsTold:
    def test_who_why_and_by_which_request(self, ask, as_staff):
        user = as_staff()
        with act(by=user, reason="A misprint", request_id="r-77"):
            document = factories.DocumentFactory(visibility="draft")
        [done] = ask(limit=1)["results"]
        assert done["staff"] == {"by": "archivist", "reason": "A misprint", "request_id": "r-77"}
        assert told({"results": [done]}, document)

    def test_drafts_notes_visibility_and_accounts(self, ask, as_staff):
        draft = factories.DocumentFactory(visibility="draft", staff_note="Ask the archive", place="Geneva")
        as_staff()
        [touched] = told(ask(limit=1), draft)
        assert touched["fields"]["staff_note"]["after"] == "Ask the archive"
        assert touched["fields"]["visibility"]["after"] == "draft"
        assert touched["display"] == str(draft)
        change(draft, visibility="published")
        [touched] = told(ask(limit=1), draft)
        assert touched["type"] == "changed"
        assert touched["fields"] == {"visibility": {"before": "draft", "after": "published"}}
        task = factories.TaskFactory()
        with act(reason="a test"):
            task.assignees.create(user=factories.UserFactory(username="a-clerk"))
        [touched] = told(ask(limit=1), task)
        assert touched["parts"]["assignees"] == [{"type": "created", "before": None, "after": {"user": "a-clerk"}}]

    def test_all_that_a_deleted_record_said_also_where_only_a_part_of_it_was_touched(self, ask, as_staff):
        document = factories.DocumentFactory(place="Geneva")
        with act(reason="a test"):
            DocumentAlias(record=document, text="C77/902").save()
        with act(reason="a test"):
            Document.objects.get(pk=document.pk).delete()
        as_staff()
        [gone, aliased] = told(ask(limit=2), document)
        assert gone["type"] == "deleted"
        assert gone["fields"]["place"] == {"before": "Geneva", "after": None}
        assert gone["parts"]["aliases"][0]["before"]["text"] == "C77/902"
        assert (aliased["type"], aliased["display"], aliased["url"]) == ("changed", None, None)

    def test_staff_without_the_permission_are_told_what_the_public_is(self, ask, client):
        factories.DocumentFactory(visibility="draft", slug="a-hidden-draft")
        client.force_login(factories.UserFactory())
        body = ask()
        assert "a-hidden-draft" not in json.dumps(body)
        assert not [done for done in body["results"] if "staff" in done]


class TestFilters:
    def test_by_collection_and_by_record(self, ask):
        one, other = factories.DocumentFactory(), factories.DocumentFactory()
        factories.PersonFactory()
        with act(reason="a test"):
            one.aliases.create(text="C77/903")
        assert len(ask(collection="documents", slug=one.slug)["results"]) == 2
        assert len(ask(collection="documents", slug=other.slug)["results"]) == 1
        assert all(any(touched["collection"] == "people" for touched in done["records"]) for done in ask(collection="people")["results"])

    def test_the_slug_of_a_deleted_record_still_works(self, ask, as_staff):
        person = factories.PersonFactory()
        with act(reason="a test"):
            person.delete()
        assert [touched["type"] for touched in told(ask(collection="people", slug=person.slug), person)] == ["deleted"]
        as_staff()
        assert len(ask(collection="people", slug=person.slug)["results"]) == 2

    def test_a_hidden_slug_is_as_one_that_never_was(self, ask, as_staff):
        draft = factories.DocumentFactory(visibility="draft")
        hidden = ask(collection="documents", slug=draft.slug, count="true")
        never = ask(collection="documents", slug="never-was", count="true")
        assert hidden == never == {"count": 0, "next": None, "previous": None, "results": []}
        as_staff()
        assert len(ask(collection="documents", slug=draft.slug)["results"]) == 1

    def test_by_account_and_request_for_the_staff(self, ask, as_staff):
        user = as_staff()
        with act(by=user, request_id="r-78"):
            factories.DocumentFactory(visibility="draft")
        factories.DocumentFactory()
        assert len(ask(by="archivist")["results"]) == len(ask(request_id="r-78")["results"]) == 1
        assert ask(request_id="r-0")["results"] == []
        assert ask(by="nobody", status=400)["errors"][0]["parameter"] == "by"

    @pytest.mark.parametrize("name", ["by", "by__in", "request_id"])
    def test_to_the_public_there_is_no_parameter_for_who_and_which_request(self, ask, name):
        factories.UserFactory(username="a-clerk")
        assert {ask(status=400, **{name: value})["detail"] for value in ("a-clerk", "nobody")} == {
            f"{name}: There is no such parameter here."
        }

    def test_since_an_instant_or_a_day(self, ask):
        first, second = factories.DocumentFactory(), factories.DocumentFactory()
        for document, at in [(first, "2031-05-01T10:00:00Z"), (second, "2031-05-01T12:00:00Z")]:
            Change.objects.filter(pk=document.history.get().change_id).update(at=at)
        for since, number in [
            ("2031-05-01", 2),
            ("2031-05-01T10:00:00Z", 2),
            ("2031-05-01T10:00:00.000001Z", 1),
            ("2031-05-01T14:00:00+02:00", 1),
            ("2031-05-02", 0),
        ]:
            assert len(ask(since=since)["results"]) == number, since

    @pytest.mark.parametrize(
        ("params", "name"),
        [
            ({"since": "2031-05-01T10:00:00"}, "since"),
            ({"since": "yesterday"}, "since"),
            ({"since": "2031-02-30"}, "since"),
            ({"since": "0001-01-01T00:00:00+02:00"}, "since"),
            ({"after": "-1"}, "after"),
            ({"after": "last"}, "after"),
            ({"slug": "itu"}, "slug"),
            ({"collection": "secrets"}, "collection"),
            ({"ordering": "at"}, "ordering"),
            ({"cursor": "nonsense"}, "cursor"),
            ({"cursor": "", "offset": "1"}, "offset"),
            ({"reason": "a test"}, "reason"),
        ],
    )
    def test_a_bad_parameter_is_named(self, ask, params, name):
        assert {error["parameter"] for error in ask(status=400, **params)["errors"]} == {name}


class TestFollowing:
    def test_the_latest_come_first_and_each_once_while_others_are_added(self, ask, client):
        made = [factories.DocumentFactory().slug for _ in range(5)]
        body, seen = ask(limit=2), []
        for _ in range(2):
            seen += [touched["slug"] for done in body["results"] for touched in done["records"]]
            factories.DocumentFactory()
            body = client.get(body["next"], headers=HOST).json()
        assert seen == made[:0:-1]

    def test_whoever_follows_by_number_gets_the_oldest_first_and_goes_on_where_they_were(self, client):
        after = Change.objects.last_number()
        made = [factories.DocumentFactory().slug for _ in range(5)]
        acts, last = follow(client, after, limit=2)
        assert [touched["slug"] for done in acts for touched in done["records"]] == made
        assert follow(client, last, limit=2) == ([], last)
        later = factories.DocumentFactory()
        acts, last = follow(client, last, limit=2)
        assert [touched["slug"] for done in acts for touched in done["records"]] == [later.slug]

    def test_the_last_address_asked_again_has_what_came_since(self, client, ask):
        after = Change.objects.last_number()
        made = [factories.DocumentFactory().slug for _ in range(3)]
        address = ask(ordering="number", after=after, limit=2)["next"]
        assert client.get(address, headers=HOST).json()["next"] is None
        made.append(factories.DocumentFactory().slug)
        again = client.get(address, headers=HOST).json()["results"]
        assert [touched["slug"] for done in again for touched in done["records"]] == made[2:]

    def test_previous_leads_back(self, client, ask):
        for _ in range(4):
            factories.DocumentFactory()
        first = ask(limit=2)
        second = client.get(first["next"], headers=HOST).json()
        assert client.get(second["previous"], headers=HOST).json()["results"] == first["results"]


def test_a_record_that_comes_again_is_created_again():
    document = factories.DocumentFactory()
    with act(reason="gone") as gone:
        document.delete()
    undo(gone, by=None, reason="It was there")
    latest = Change.objects.order_by("-number").first()
    for staff in (True, False):
        told = with_differences([latest], staff=staff)[0].records
        assert [(record.slug, record.type, record.fields["kind"]) for record in told] == [(document.slug, "created", (None, "report"))]
