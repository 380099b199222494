"""Two records that are one: everything that pointed to either points to the one kept, in one act, or nothing is changed."""

import pytest
from django.core.exceptions import ValidationError

from mandates.models import (
    Document,
    DocumentAlias,
    MandateAddressee,
    Mention,
    Organisation,
    OrganisationName,
    OrganisationSource,
    Person,
    Provision,
    Relation,
    RelationSource,
)
from tests.factories import (
    AppointmentFactory,
    DocumentFactory,
    MandateFactory,
    MeetingFactory,
    MentionFactory,
    OrganisationFactory,
    PersonFactory,
    ProvisionFactory,
    RelationFactory,
    RoleFactory,
    SubmissionFactory,
    UserFactory,
)
from tests.forms import address
from wsis_tracker.register.changes import act
from wsis_tracker.register.merging import merge, pointing
from wsis_tracker.register.models import Change, FormerSlug, Proposal
from wsis_tracker.register.undoing import bring_back, undo

pytestmark = pytest.mark.django_db


def merged(kept, gone, taken=()):
    with act(reason="They are one"):
        done = merge(kept, gone, taken)
    kept.refresh_from_db()
    return done


def part(model, **values):
    with act(reason="a part"):
        row = model(**values)
        row.save()
    return row


class TestOrganisations:
    def test_all_that_points_to_the_one_that_goes_points_to_the_one_kept_in_one_act(self):
        kept, gone = OrganisationFactory(), OrganisationFactory()
        rows = [
            (RoleFactory(organisation=gone), "organisation"),
            (RoleFactory(claimant=gone), "claimant"),
            (OrganisationFactory(parent=gone), "parent"),
            (DocumentFactory(body=gone), "body"),
            (MeetingFactory(body=gone), "body"),
            (part(MandateAddressee, record=MandateFactory(), organisation=gone), "organisation"),
        ]
        source = part(OrganisationSource, record=gone, provision=ProvisionFactory())
        done = merged(kept, gone)
        assert (done.count, done.dropped) == (len(rows) + 1, 0)
        assert kept.sources.get().provision == source.provision
        for row, name in rows:
            row.refresh_from_db()
            assert getattr(row, name) == kept
        assert not Organisation.objects.filter(pk=gone.pk).exists()
        change = Change.objects.get(reason="They are one")
        assert {row.history.first().change for row, _name in rows} == {change}
        assert Organisation.history.filter(id=gone.pk).first().change == change
        assert not list(pointing(gone))

    def test_its_names_are_names_of_the_one_kept_which_is_found_by_them(self):
        kept = OrganisationFactory(acronym="ABC", name={"en": "A body"})
        gone = OrganisationFactory(acronym="XYZQ", name={"en": "A body", "fr": "Un corps"})
        merged(kept, gone, ["acronym"])
        assert kept.acronym == "XYZQ"
        assert sorted(kept.names.values_list("name", "kind")) == [("ABC", "variant"), ("Un corps", "variant")]
        assert kept in Organisation.objects.search("ABC")

    def test_a_part_that_says_the_same_is_dropped(self):
        kept, gone, mandate = OrganisationFactory(), OrganisationFactory(), MandateFactory()
        for organisation in (kept, gone):
            part(MandateAddressee, record=mandate, organisation=organisation)
        done = merged(kept, gone)
        assert (done.count, done.dropped) == (0, 1)
        assert mandate.addressees.get().organisation == kept

    def test_the_one_that_went_can_be_brought_back_with_its_parts(self):
        kept, gone = OrganisationFactory(), OrganisationFactory()
        for organisation in (kept, gone):
            part(OrganisationName, record=organisation, name="Of both")
        part(OrganisationName, record=gone, name="Its own")
        merged(kept, gone)
        back = bring_back(Organisation, gone.pk, by=None, reason="They are two")
        assert {"Of both", "Its own"} <= {name.name for name in back.names.all()}

    def test_a_link_between_the_two_goes(self):
        gone = OrganisationFactory()
        kept = OrganisationFactory(predecessor=gone)
        merged(kept, gone)
        assert kept.predecessor is None
        gone = OrganisationFactory(parent=kept)
        merged(kept, gone, ["parent"])
        assert kept.parent is None

    @pytest.mark.parametrize(
        "facts, words",
        [
            (lambda kept, gone: twice(MentionFactory, kept, gone, provision=ProvisionFactory()), "Mention with this"),
            (lambda kept, gone: twice(AppointmentFactory, kept, gone), "has a titular chair in that time already"),
            (lambda kept, gone: Proposal.objects.propose(gone, lambda: None, by=UserFactory(), reason="x"), "waits for a reviewer"),
            (lambda kept, gone: [withdrawn(kept), RoleFactory(organisation=gone)], "Published records point to this one"),
        ],
        ids=["a fact twice", "two chairs", "a proposal", "a draft kept"],
    )
    def test_what_stands_in_the_way_is_named_and_nothing_is_changed(self, facts, words):
        kept, gone = OrganisationFactory(), OrganisationFactory()
        facts(kept, gone)
        other = OrganisationFactory(parent=gone)
        with pytest.raises(ValidationError, match=words):
            merged(kept, gone)
        other.refresh_from_db()
        assert other.parent == gone
        assert Organisation.objects.filter(pk=gone.pk).exists()
        assert not Change.objects.filter(reason="They are one").exists()

    def test_a_record_is_not_merged_with_itself_or_with_another_kind(self):
        kept = OrganisationFactory()
        for other in (kept, PersonFactory()):
            with pytest.raises(ValidationError, match="Two different records of one kind"):
                merged(kept, other)


def twice(factory, kept, gone, **values):
    return [factory(organisation=organisation, **values) for organisation in (kept, gone)]


def without_times(row):
    return {name: value for name, value in row.items() if name not in ("created_at", "updated_at", "search")}


def withdrawn(record):
    with act(reason="withdrawn"):
        record.visibility = "draft"
        record.save()


def test_people_are_merged_with_their_offices_and_names():
    kept, gone = PersonFactory(name="Yuri G. Grin"), PersonFactory(name="Yury Grin")
    appointment = AppointmentFactory(person=gone)
    merged(kept, gone)
    appointment.refresh_from_db()
    assert appointment.person == kept
    assert [name.name for name in kept.names.all()] == ["Yury Grin"]


class TestDocuments:
    def test_its_symbol_is_an_alias_of_the_one_kept_and_joins_what_waited_for_it(self):
        kept, gone = DocumentFactory(symbol="C88/1"), DocumentFactory(symbol="C88/01 (Rev. 1)")
        submission, relation = SubmissionFactory(document=gone), RelationFactory(target=gone)
        part(DocumentAlias, record=gone, text="PLEN/9001")
        merged(kept, gone)
        submission.refresh_from_db()
        relation.refresh_from_db()
        assert (submission.document, relation.target) == (kept, kept)
        assert sorted(alias.text for alias in kept.aliases.all()) == ["C88/01 (Rev. 1)", "PLEN/9001"]
        assert Document.objects.known_as("C88/1(Rev.1)").get() == kept

    def test_the_symbol_of_the_one_that_goes_may_be_taken(self):
        kept, gone = DocumentFactory(symbol="C88/1"), DocumentFactory(symbol="C88/2")
        merged(kept, gone, ["symbol", "title"])
        assert (kept.symbol, kept.normalised, kept.title, kept.aliases.get().text) == ("C88/2", "C88/2", gone.title, "C88/1")

    def test_paragraphs_of_one_label_are_one_and_the_others_stand_at_the_end(self):
        kept, gone = DocumentFactory(), DocumentFactory()
        here = ProvisionFactory(document=kept, label="para-1", position=10, gist="")
        there = ProvisionFactory(document=gone, label="para-1", position=10, gist="What it says")
        letter = ProvisionFactory(document=gone, label="para-1-a", position=20, parent=there)
        same_letter = ProvisionFactory(document=gone, label="para-1-b", position=30, parent=there)
        held_letter = ProvisionFactory(document=kept, label="para-1-b", position=20, parent=here)
        relation = RelationFactory(document=gone, provision=there)
        part(RelationSource, record=relation, provision=same_letter)
        mandate = MandateFactory(made_in=letter)
        merged(kept, gone)
        found = [(p.label, p.position, p.parent, p.gist) for p in kept.provisions.all()]
        assert [entry[:3] for entry in found] == [("para-1", 10, None), ("para-1-b", 20, here), ("para-1-a", 30, here)]
        assert found[0][3] == "What it says"
        for row in (relation, mandate):
            row.refresh_from_db()
        assert (relation.document, relation.provision, relation.sources.get().provision) == (kept, here, held_letter)
        assert mandate.made_in.document == kept
        assert not Provision.objects.filter(document__slug=gone.slug).exists()

    @pytest.mark.parametrize("there", ["draft", "published"])
    def test_paragraphs_are_made_anew_within_one_another_and_are_again_as_they_were_when_it_is_undone(self, there):
        kept, gone = DocumentFactory(slug="kept"), DocumentFactory(slug="gone", visibility=there)
        here = ProvisionFactory(document=kept, label="para-1", position=10)
        first = ProvisionFactory(document=gone, label="para-1", position=30)
        said = {"number": "a)", "gist": "Its gist", "staff_note": "Sure?", "fact_ids": ["f-1"]}
        letter = ProvisionFactory(document=gone, label="para-1-a", position=20, parent=first, **said)
        ProvisionFactory(document=gone, label="para-1-a-i", position=10, parent=letter)
        mandate = MandateFactory(made_in=letter, visibility="draft")
        before = list(gone.provisions.values())
        with act(reason="They are one") as merging:
            merge(kept, gone)
        assert {p.label: (p.slug, p.position, p.parent and p.parent.label) for p in kept.provisions.all()} == {
            "para-1": (here.slug, 10, None),
            "para-1-a-i": ("kept-para-1-a-i", 20, "para-1-a"),
            "para-1-a": ("kept-para-1-a", 30, "para-1"),
        }
        anew = kept.provisions.get(label="para-1-a")
        assert {name: getattr(anew, name) for name in said} == said
        mandate.refresh_from_db()
        assert mandate.made_in == anew
        assert FormerSlug.objects.leads_to(Provision, letter.slug) == anew.slug
        undo(merging, by=None, reason="They are two")
        mandate.refresh_from_db()
        assert mandate.made_in == letter
        again = list(Document.objects.get(slug="gone").provisions.values())
        assert [without_times(row) for row in again] == [without_times(row) for row in before]
        assert kept.provisions.get() == here

    def test_documents_that_bear_on_one_another_are_not_one(self):
        relation = RelationFactory()
        with pytest.raises(ValidationError, match="cannot bear on itself"):
            merged(relation.target, relation.document)
        assert Relation.objects.filter(pk=relation.pk, document=relation.document).exists()


class TestFormerSlugs:
    def test_the_old_address_leads_to_the_record_kept_on_the_pages_and_in_the_api(self, client):
        kept, gone, first = OrganisationFactory(slug="kept"), OrganisationFactory(slug="gone"), OrganisationFactory(slug="first")
        merged(gone, first)
        merged(kept, gone)
        for slug in ("gone", "first"):
            for at, to in [
                ("/organisations/{}/?as_of=2006-01-01", "/organisations/kept/?as_of=2006-01-01"),
                ("/fr/organisations/{}/", "/fr/organisations/kept/"),
            ]:
                response = client.get(at.format(slug))
                assert (response.status_code, response.url) == (301, to)
            response = client.get(f"/api/v1/organisations/{slug}/?fields=slug")
            assert (response.status_code, response.headers["Location"]) == (301, "http://testserver/api/v1/organisations/kept/?fields=slug")

    def test_it_leads_to_no_draft_and_a_record_that_bears_the_slug_again_is_shown_itself(self, client):
        kept, gone = OrganisationFactory(slug="kept"), OrganisationFactory(slug="gone")
        merged(kept, gone)
        OrganisationFactory(slug="gone")
        assert client.get("/organisations/gone/").status_code == 200
        with act(reason="Entered in error"):
            Organisation.objects.get(slug="gone").delete()
        withdrawn(kept)
        assert client.get("/organisations/gone/").status_code == 404
        assert client.get("/api/v1/organisations/gone/").status_code == 404

    def test_two_that_lead_to_each_other_lead_nowhere(self):
        kept, gone = OrganisationFactory(slug="kept"), OrganisationFactory(slug="gone")
        FormerSlug.objects.keep(gone, kept)
        FormerSlug.objects.keep(kept, gone)
        assert FormerSlug.objects.leads_to(Organisation, "kept") is None


class TestPage:
    def begin(self, client, *records):
        action = {"action": "merge_selected", "_selected_action": [record.pk for record in records]}
        return client.post(address(type(records[0]), "changelist"), action, follow=True)

    def test_a_reviewer_ticks_two_sees_where_they_differ_and_merges_them(self, client, sign_in):
        user = sign_in("Reviewer")
        kept, gone = OrganisationFactory(acronym="KEPT"), OrganisationFactory(acronym="GONE")
        role = RoleFactory(organisation=gone)
        page = self.begin(client, kept, gone)
        text = page.content.decode()
        assert "Roles (organisation): 1" in text
        assert [row.name for row in page.context["rows"]] == ["acronym", "name"]
        data = {row.name: row.value() for row in page.context["rows"]} | {"acronym": "gone"}
        url = page.redirect_chain[-1][0]
        assert "This field is required" in client.post(url, data).content.decode()
        assert (
            "“GONE” is now “GONE”: 1 row was moved"
            in client.post(url, data | {"change_reason": "Entered twice"}, follow=True).content.decode()
        )
        role.refresh_from_db()
        kept.refresh_from_db()
        assert (role.organisation, kept.acronym) == (kept, "GONE")
        row = kept.history.first()
        assert (row.history_user, row.change.reason) == (user, "Entered twice")

    def test_what_stands_in_the_way_is_said_on_the_page(self, client, sign_in):
        sign_in("Reviewer")
        kept, gone = OrganisationFactory(), OrganisationFactory()
        twice(MentionFactory, kept, gone, provision=ProvisionFactory())
        page = self.begin(client, kept, gone)
        data = {row.name: row.value() for row in page.context["rows"]} | {"change_reason": "x"}
        text = client.post(page.redirect_chain[-1][0], data).content.decode()
        assert "This stands in the way" in text
        assert Mention.objects.filter(organisation=gone).exists()

    @pytest.mark.parametrize("model, factory", [(Organisation, OrganisationFactory), (Person, PersonFactory), (Document, DocumentFactory)])
    def test_organisations_people_and_documents_have_the_action_for_reviewers_alone(self, model, factory, client, sign_in):
        one, other = factory(), factory()
        at = f"{address(model, 'merge')}?keep={one.pk}&drop={other.pk}"
        for role, status in [("Reader", 403), ("Editor", 403), ("Reviewer", 200)]:
            sign_in(role)
            assert client.get(at).status_code == status
        assert self.begin(client, one, other).status_code == 200

    @pytest.mark.parametrize("count", [1, 3])
    def test_two_are_ticked(self, count, client, sign_in):
        sign_in("Reviewer")
        page = self.begin(client, *(OrganisationFactory() for _n in range(count)))
        assert "tick the two records that are one" in page.content.decode()

    @pytest.mark.parametrize("asked", ["", "keep=1", "keep=x&drop=y", f"keep={'9' * 18}&drop=1", "keep=%00"])
    def test_an_address_that_names_no_two_is_not_found(self, asked, client, sign_in):
        sign_in("Reviewer")
        assert client.get(f"{address(Organisation, 'merge')}?{asked}").status_code in (400, 404)
