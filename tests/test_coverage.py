"""Coverage: from which paragraphs facts were drawn, and what followed of each mention of an organisation."""

import datetime
import re

import pytest

from mandates.models import Mention, Organisation, Provision
from mandates.sources import Source
from reports.coverage import SILENT, coverages
from reports.discrepancies import differing, discrepancies, source_models
from reports.mentions import texts, with_what_followed
from wsis_tracker.register.changes import act
from wsis_tracker.register.records import Record

from . import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2006, 5, 1)


@pytest.fixture
def get(client):
    def get(address, **params):
        return client.get(address, params or None, headers={"host": "localhost"})

    return get


def drawn_by_hand():
    """The paragraphs that a published record names, found row by row over every table."""
    drawn = set()
    for model in source_models():
        drawn |= {row.provision_id for row in model.objects.select_related("record") if row.record.shown_to_public}
    for relation in Provision._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if issubclass(model, Record) and not issubclass(model, Source) and name in ("made_in", "provision", "answered_in"):
            drawn |= {getattr(record, f"{name}_id") for record in model.objects.all() if record.shown_to_public}
    return drawn


class TestParagraphs:
    def test_each_document_is_covered_as_one_counts_by_hand(self, get):
        drawn, found = drawn_by_hand(), get("/api/v1/coverage/", limit=1000).json()["results"]
        saying = {}
        for provision in Provision.objects.select_related("document"):
            if provision.kind not in SILENT and provision.document.visibility == "published":
                saying.setdefault(provision.document.slug, []).append(provision)
        assert {row["document"]["slug"] for row in found} == set(saying)
        for row in found:
            paragraphs = sorted(saying[row["document"]["slug"]], key=lambda provision: provision.position)
            assert row["paragraphs"] == len(paragraphs)
            assert row["drawn_from"] == sum(provision.pk in drawn for provision in paragraphs)
            assert [one["slug"] for one in row["undrawn"]] == [p.slug for p in paragraphs if p.pk not in drawn]

    def test_a_draft_that_names_a_paragraph_draws_nothing_from_it(self):
        provision = factories.ProvisionFactory()
        factories.MandateFactory(made_in=provision, visibility="draft")
        (found,) = coverages([provision.document])
        assert (found.paragraphs, found.drawn_from, found.silent) == (1, 0, (provision,))

    def test_a_fact_covers_from_its_day_on(self):
        provision = factories.ProvisionFactory()
        factories.MandateFactory(made_in=provision, valid_from="2005-09")
        assert [coverages([provision.document], day)[0].percent for day in ("2005-08-31", "2005-09-01", None)] == [0, 100, 100]

    def test_the_page_leads_to_the_paragraphs_nothing_was_drawn_from(self, get):
        provision = factories.ProvisionFactory(document__symbol="C77/99")
        assert provision.get_absolute_url() in get("/monitoring/coverage/", q="C77/99").content.decode()
        table = b"".join(get("/coverage.csv", q="C77/99").streaming_content).decode().splitlines()
        assert table[1:] == [f"{provision.document.slug},http://localhost{provision.document.get_absolute_url()},1,0,0,{provision.slug}"]


class TestMentions:
    def test_the_texts_of_the_summit_name_itu_as_often_as_the_register_holds(self):
        geneva, tunis, annex = texts(DAY)
        assert (geneva.mentions, annex.mentions) == (4, 15)
        itu = Mention.objects.published().filter(organisation__slug="itu", certainty="specific", provision__document__slug="tunis-agenda")
        assert tunis.mentions == itu.exclude(provision__label__startswith="annex").count()
        assert (annex.roles, annex.mandates, annex.nothing) == (15, 0, 0)
        assert (tunis.mandates, tunis.tasks) == (6, 5)
        assert all(text.nothing <= text.mentions for text in (geneva, tunis, annex))

    def test_what_follows_of_a_mention_is_what_has_its_origin_in_the_paragraph(self):
        mention = factories.MentionFactory()
        assert [(row.mandates, row.tasks, row.roles) for row in with_what_followed([mention], DAY)] == [([], [], [])]
        mandate = factories.MandateFactory(made_in=mention.provision)
        read = factories.MandateFactory()
        role = factories.RoleFactory(made_in=mention.provision, organisation=mention.organisation)
        factories.RoleFactory(made_in=mention.provision)
        factories.MandateFactory(made_in=mention.provision, modality="proposed")
        factories.MandateFactory(made_in=mention.provision, visibility="draft")
        factories.MandateFactory(made_in=mention.provision, valid_from="2006-05-02")
        task = factories.TaskFactory(mandate=mandate)
        with act(reason="a test"):
            read.sources.create(provision=mention.provision)
        (row,) = with_what_followed([mention], DAY)
        assert (row.mandates, row.tasks, row.roles) == ([mandate, read], [task], [role])

    def test_a_mandate_that_has_ended_was_given_all_the_same(self):
        mention = factories.MentionFactory()
        assert mention in Mention.objects.without("mandates", DAY)
        mandate = factories.MandateFactory(made_in=mention.provision, valid_until="2006-01")
        assert mention not in Mention.objects.without("mandates", DAY)
        assert [row.mandates for row in with_what_followed([mention], DAY)] == [[mandate]]

    @pytest.mark.parametrize("kind", ["mandate", "task", "role"])
    def test_the_mentions_can_be_asked_for_those_without_a_kind_of_follow_up(self, get, kind):
        shown = with_what_followed(Mention.objects.published().select_related("organisation"), datetime.date.today())
        without = {row.mention.slug for row in shown if not getattr(row, f"{kind}s")}
        assert 0 < len(without) < len(shown)
        for wanted, slugs in [("true", without), ("false", {row.mention.slug for row in shown} - without)]:
            found = get("/api/v1/mentions/", limit=1000, **{f"without_{kind}": wanted}).json()["results"]
            assert {mention["slug"] for mention in found} == slugs

    def test_the_page_shows_what_followed_in_each_row(self, get):
        html = get("/monitoring/mentions/", as_of="2006-05-01").content.decode()
        row = re.search(r'<tr id="itu-tunis-agenda-para-120">.*?</tr>', html, re.DOTALL)[0]
        assert "Maintain the WSIS stocktaking database" in row
        assert "/tasks/maintain-stocktaking-database/?as_of=2006-05-01" in row
        nothing = get("/monitoring/mentions/", as_of="2006-05-01", without_follow_up="true").content.decode()
        assert 'id="itu-geneva-declaration-para-64"' in nothing
        assert 'id="itu-tunis-agenda-para-120"' not in nothing


class TestWhatSourcesGiveDifferently:
    def test_a_phase_that_contradicts_the_symbol_is_a_discrepancy(self):
        (found,) = [d for d in discrepancies(DAY) if "wg-wsis-report-2002-2006-para-9-bullet-6" in [voice.key for voice in d.voices]]
        assert found.field_name == "phase"
        assert [voice.value for voice in found.voices] == ["Tunis phase (2005)", "Geneva"]

    def test_a_date_given_differently_is_a_discrepancy(self, acting):
        meeting = factories.MeetingFactory(held_from="2003-04-14")
        meeting.sources.create(provision=factories.ProvisionFactory(), field="held_from", value="13 April 2003")
        (found,) = [d for d in discrepancies(DAY) if d.subject == meeting]
        assert [voice.value for voice in found.voices] == ["2003-04-14", "13 April 2003"]

    def test_a_count_of_mentions_that_the_register_does_not_hold_is_one(self):
        itu = Organisation.objects.get(slug="itu")
        before = {d.key for d in differing(DAY, kinds=["figure"])}
        factories.MentionFactory(organisation=itu, provision__document__phase="geneva", provision__document__dated_on="2003-12-12")
        assert {d.key for d in differing(DAY, kinds=["figure"])} - before == {"figure-mentions-of-itu-geneva"}
