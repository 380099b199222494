"""An editor's change of a published record waits in the admin, until another sees the difference and decides."""

import pytest
from django.contrib.contenttypes.models import ContentType

from action_lines.models import Role
from mandates.models import Document, DocumentAlias, Organisation, Provision
from tests.factories import DocumentFactory, OrganisationFactory, ProvisionFactory, RoleFactory, TaskFactory, UserFactory
from tests.forms import address, errors_of, form_of
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change, Proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    return DocumentFactory(title={"en": "As it was"}, place="Geneva")


@pytest.fixture
def propose(client):
    """Send the form of a record as an editor changed it; the response after all redirects."""

    def propose(record, **changed):
        url = address(type(record), "change", record.pk)
        return client.post(url, form_of(client, url) | {"change_reason": "As printed"} | changed, follow=True)

    return propose


@pytest.fixture
def proposal(sign_in, propose, document):
    """A proposal of an editor to change the place of a document."""
    sign_in("Editor")
    propose(document, place="Tunis")
    return Proposal.objects.get()


@pytest.fixture
def decide(client):
    """Send a decision about a proposal; the page after it."""

    def decide(proposal, decision, reason=""):
        response = client.post(address(Proposal, "change", proposal.pk), {"decision": decision, "reason": reason}, follow=True)
        proposal.refresh_from_db()
        return response

    return decide


def now(record):
    return type(record).objects.get(pk=record.pk)


class TestProposing:
    def test_what_an_editor_saves_waits_and_the_public_sees_the_published_state(self, client, sign_in, propose, document):
        editor = sign_in("Editor")
        assert "waits for a reviewer" in client.get(address(Document, "change", document.pk)).content.decode()
        response = propose(document, title_en="Put right", place="Tunis")
        proposal = Proposal.objects.get()
        assert response.redirect_chain[-1][0] == address(Proposal, "change", proposal.pk)
        assert "the public sees the published state all the while" in response.content.decode()
        assert (proposal.slug, proposal.by, proposal.reason, proposal.state) == (document.slug, editor, "As printed", "waiting")
        assert proposal.fields == {"title": {"en": "Put right"}, "place": "Tunis"}
        assert (now(document).title, now(document).updated_at) == ({"en": "As it was"}, document.updated_at)
        assert not Change.objects.filter(reason="As printed").exists()

    def test_the_parts_of_its_form_are_proposed_too(self, sign_in, propose, document):
        sign_in("Editor")
        line = {"aliases-TOTAL_FORMS": "1", "aliases-0-record": document.pk, "aliases-0-text": "Doc 7", "aliases-0-certainty": "printed"}
        propose(document, **line)
        [alias] = Proposal.objects.get().parts["aliases"]
        assert alias["text"] == "Doc 7"
        assert not document.aliases.exists()

    def test_a_paragraph_of_a_published_document_is_proposed_like_any_record(self, sign_in, propose, document):
        sign_in("Editor")
        provision = ProvisionFactory(document=document)
        propose(provision, gist="It says so.")
        assert (Proposal.objects.get().model, now(provision).gist) == (Provision, "A paragraph says something.")

    @pytest.mark.parametrize(
        "typed, words",
        [
            ({"change_reason": ""}, "Say why"),
            ({"kind": "hearsay"}, "not one of the available choices"),
            ({"symbol": "C06/7"}, "is the symbol of a document in the register"),
        ],
    )
    def test_what_could_not_be_saved_is_not_proposed_and_nothing_typed_is_lost(self, typed, words, sign_in, propose, document):
        sign_in("Editor")
        response = propose(document, **{"place": "Tunis"} | typed)
        assert words in errors_of(response)
        assert "Tunis" in response.content.decode()
        assert not Proposal.objects.exists()

    def test_nor_is_nothing(self, sign_in, propose, document):
        sign_in("Editor")
        assert "you changed nothing" in propose(document).content.decode()
        assert not Proposal.objects.exists()

    def test_nor_what_somebody_else_has_changed_since_the_form_was_opened(self, client, sign_in, document):
        sign_in("Editor")
        url = address(Document, "change", document.pk)
        opened = form_of(client, url)
        with act(reason="a colleague"):
            document.save()
        assert errors_of(client.post(url, opened | {"place": "Tunis", "change_reason": "x"}))
        assert not Proposal.objects.exists()

    def test_visibility_moves_and_records_that_belong_to_it_are_not_proposed(self, client, sign_in, propose, document):
        sign_in("Editor")
        task = TaskFactory()
        propose(task, title="Put right", visibility="draft", move_to="done", move_on="2006-01-01")
        proposal = Proposal.objects.get()
        assert (proposal.fields, proposal.parts) == ({"title": "Put right"}, {})
        assert (now(task).state, now(task).visibility) == ("open", "published")
        formsets = client.get(address(Document, "change", document.pk)).context["inline_admin_formsets"]
        assert {f.formset.model: f.has_add_permission for f in formsets}[Provision] is False
        assert {f.formset.model: f.has_add_permission for f in formsets}[DocumentAlias] is True

    def test_a_reader_proposes_nothing(self, client, sign_in, document):
        sign_in("Reader")
        url = address(Document, "change", document.pk)
        assert client.post(url, {"place": "Tunis", "change_reason": "x"}).status_code == 403

    def test_who_opens_the_record_reads_that_a_change_waits(self, client, sign_in, proposal, document):
        sign_in("Reviewer")
        assert "1 proposal to change this record waits" in client.get(address(Document, "change", document.pk)).content.decode()
        listed = client.get(address(Proposal, "changelist"), {"state__exact": "waiting", "slug": document.slug, "whose": "others"})
        assert list(listed.context["cl"].queryset) == [proposal]


class TestDeciding:
    def test_a_reviewer_sees_the_difference_in_words_and_accepts_it(self, client, sign_in, propose, decide):
        editor = sign_in("Editor")
        role = RoleFactory(kind="partner")
        body = OrganisationFactory(acronym="UNESCO-2")
        propose(role, kind="stakeholder", claimant=body.pk)
        proposal = Proposal.objects.get()
        reviewer = sign_in("Reviewer")
        page = client.get(address(Proposal, "change", proposal.pk))
        kind, claimant = Role._meta.get_field("kind"), str(role.claimant)
        labels = [str(dict(kind.flatchoices)[word]) for word in ("partner", "stakeholder", "partner")]
        assert {name: row for name, *row in page.context["fields"]} == {
            "Kind": [*labels, False],
            "Claimant": [claimant, "UNESCO-2", claimant, False],
        }
        assert "is accepted" in decide(proposal, "accept", "Seen in print").content.decode()
        assert (now(role).kind, now(role).claimant) == ("stakeholder", body)
        assert (proposal.state, proposal.decided_by, proposal.decision_reason) == ("accepted", reviewer, "Seen in print")
        row = role.history.first()
        assert (row.history_user, row.history_change_reason) == (reviewer, f"As printed (proposed by {editor}) Seen in print")

    def test_parts_are_shown_line_by_line_and_accepted_with_the_rest(self, client, sign_in, propose, decide, document):
        with act(reason="aliases"):
            for text in ("Doc 5", "Doc 6"):
                DocumentAlias(record=document, text=text, certainty="printed").save()
        sign_in("Editor")
        gone = document.aliases.get(text="Doc 5").pk
        place = [f"aliases-{n}-DELETE" for n, alias in enumerate(document.aliases.all()) if alias.pk == gone]
        line = {"aliases-TOTAL_FORMS": "3", "aliases-2-record": document.pk, "aliases-2-text": "Doc 7", "aliases-2-certainty": "printed"}
        propose(document, **line | {place[0]: "on"})
        sign_in("Reviewer")
        proposal = Proposal.objects.get()
        html = client.get(address(Proposal, "change", proposal.pk)).content.decode()
        assert [what for what in ("stays", "taken away", "added") if f">{what}</th>" in html] == ["stays", "taken away", "added"]
        decide(proposal, "accept")
        assert set(document.aliases.values_list("text", flat=True)) == {"Doc 6", "Doc 7"}

    def test_it_is_refused_with_a_reason_that_the_proposer_reads(self, client, sign_in, proposal, decide, document):
        sign_in("Reviewer")
        assert "Say why you refuse it" in decide(proposal, "refuse").content.decode()
        assert proposal.state == "waiting"
        decide(proposal, "refuse", "It was Geneva")
        assert (proposal.state, now(document).place) == ("refused", "Geneva")
        client.force_login(proposal.by)
        assert "It was Geneva" in client.get(address(Proposal, "change", proposal.pk)).content.decode()

    def test_nobody_decides_his_own(self, client, proposal, decide, document):
        proposal.by.is_superuser = True
        proposal.by.save()
        client.force_login(proposal.by)
        assert 'value="accept"' not in client.get(address(Proposal, "change", proposal.pk)).content.decode()
        for decision in ("accept", "refuse", "", "publish"):
            assert decide(proposal, decision, "x").status_code == 403
        assert (proposal.state, now(document).place) == ("waiting", "Geneva")

    @pytest.mark.parametrize("role", ["Reader", "Editor"])
    def test_nor_does_who_may_not_publish(self, role, client, sign_in, proposal, decide):
        other = UserFactory()
        other.groups.set(sign_in(role).groups.all() if role == "Reader" else proposal.by.groups.all())
        client.force_login(other)
        for decision in ("accept", "refuse", "withdraw"):
            assert decide(proposal, decision, "x").status_code == 403
        assert proposal.state == "waiting"

    def test_who_made_it_takes_it_back(self, client, proposal, decide):
        decide(proposal, "withdraw")
        assert proposal.state == "withdrawn"

    def test_it_is_decided_once(self, sign_in, proposal, decide, document):
        reviewer = sign_in("Reviewer")
        again = Proposal.objects.get(pk=proposal.pk)
        again.refuse(by=reviewer, reason="No")
        assert "has decided about this proposal already" in decide(proposal, "accept").content.decode()
        assert now(document).place == "Geneva"

    def test_what_others_changed_elsewhere_meanwhile_stays(self, client, sign_in, proposal, decide, document):
        with act(reason="a colleague"):
            document.gist = "What it says"
            document.save()
        sign_in("Reviewer")
        assert "was changed since this was proposed" in client.get(address(Proposal, "change", proposal.pk)).content.decode()
        decide(proposal, "accept")
        assert (now(document).place, now(document).gist) == ("Tunis", "What it says")

    def test_what_others_changed_in_the_same_place_is_not_overwritten(self, client, sign_in, proposal, decide, document):
        with act(reason="a colleague"):
            document.place = "Hammamet"
            document.save()
        sign_in("Reviewer")
        page = client.get(address(Proposal, "change", proposal.pk))
        assert [row for _name, *row in page.context["fields"]] == [["Geneva", "Tunis", "Hammamet", True]]
        assert "Somebody has changed the same since: place" in decide(proposal, "accept").content.decode()
        assert (proposal.state, now(document).place) == ("waiting", "Hammamet")

    @pytest.mark.parametrize("fate", ["withdrawn", "deleted"])
    def test_of_a_record_that_is_withdrawn_or_gone_it_can_only_be_refused(self, fate, client, sign_in, proposal, decide, document):
        with act(reason="a colleague"):
            Document.objects.filter(pk=document.pk).show_as("draft")
            if fate == "deleted":
                document.delete()
        sign_in("Reviewer")
        assert client.get(address(Proposal, "change", proposal.pk)).status_code == 200
        assert "gone, or no longer published" in decide(proposal, "accept").content.decode()
        decide(proposal, "refuse", "It is gone")
        assert proposal.state == "refused"

    def test_what_the_records_own_rules_refuse_now_is_not_accepted(self, sign_in, propose, decide):
        body = OrganisationFactory(acronym="HIDDEN")
        record = OrganisationFactory()
        sign_in("Editor")
        propose(record, parent=body.pk)
        with act(reason="a colleague"):
            Organisation.objects.filter(pk=body.pk).show_as("draft")
        proposal = Proposal.objects.get()
        sign_in("Reviewer")
        assert "Publish first what this record points to: HIDDEN" in decide(proposal, "accept").content.decode()
        assert (proposal.state, now(record).parent) == ("waiting", None)


def test_who_may_not_see_a_kind_of_record_sees_no_proposal_about_it(client, sign_in, proposal):
    reader = sign_in("Reader")
    url = address(Proposal, "change", proposal.pk)
    assert client.get(url).status_code == 200
    group = reader.groups.get()
    group.permissions.remove(*group.permissions.filter(content_type=ContentType.objects.get_for_model(Document)))
    assert client.get(url).status_code == 302  # as one that never was
    assert not client.get(address(Proposal, "changelist")).context["cl"].queryset
