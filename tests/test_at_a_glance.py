"""Where things stand: the numbers of the home page and of an action line with its sub-lines, on any day."""

import re

import pytest

from action_lines.models import Activity
from meetings.models import TaskOrganisation
from wsis_tracker.glance import on_lines, standing
from wsis_tracker.register.changes import act

from . import factories

pytestmark = pytest.mark.django_db
DAY = "2005-12-31"


def task(*, responsible=(), supporting=(), lines=(), **fields):
    made = factories.TaskFactory(opened_on="2005-06-01", **fields)
    with act(reason="a test"):
        for part, bodies in {"responsible": responsible, "supporting": supporting}.items():
            for body in bodies:
                TaskOrganisation.objects.create(record=made, organisation=body, part=part)
        for line in lines:
            made.action_lines.create(action_line=line)
    return made


class TestTasksByStateAndSector:
    def test_a_task_counts_for_the_sector_to_which_the_body_responsible_belongs(self):
        sector = factories.OrganisationFactory(kind="sector")
        bureau = factories.OrganisationFactory(kind="bureau", sector=sector)
        task(responsible=[bureau])
        task(responsible=[sector])
        assert standing(None, DAY)["body"][sector.pk] == {"open": 2}

    def test_who_only_supports_a_task_does_not_count(self):
        helper = factories.OrganisationFactory()
        task(responsible=[factories.OrganisationFactory()], supporting=[helper])
        assert helper.pk not in standing(None, DAY)["body"]

    def test_a_task_of_two_bodies_counts_once_over_all(self):
        before = standing(None, DAY)["tasks"][0]["open"]
        task(responsible=[factories.OrganisationFactory(), factories.OrganisationFactory()])
        assert standing(None, DAY)["tasks"][0]["open"] == before + 1

    def test_the_numbers_are_those_of_the_day_asked_for(self):
        body = factories.OrganisationFactory()
        moved = task(responsible=[body])
        with act(reason="a test"):
            moved.move_to("done", on="2006-02-01")
        assert standing("2006-01-01", "2006-01-01")["body"][body.pk] == {"open": 1}
        assert standing("2006-03-01", "2006-03-01")["body"][body.pk] == {"done": 1}

    def test_what_is_late_is_counted_beside_its_state(self):
        body = factories.OrganisationFactory()
        with act(reason="a test"):
            task(responsible=[body]).move_to("in-progress", on="2005-07-01", due_on="2005-12-30")
        assert standing(None, DAY)["body"][body.pk] == {"in-progress": 1, "late": 1}

    def test_a_draft_is_in_no_number(self):
        body = factories.OrganisationFactory()
        task(responsible=[body], visibility="draft")
        assert body.pk not in standing(None, DAY)["body"]

    def test_each_number_of_the_home_page_is_that_of_the_list_to_which_it_leads(self, client):
        sector = factories.OrganisationFactory(kind="sector")
        late = task(responsible=[factories.OrganisationFactory(sector=sector)])
        with act(reason="a test"):
            late.move_to("in-progress", on="2005-07-01", due_on="2005-12-30")
        task(responsible=[sector], supporting=[factories.OrganisationFactory(sector=sector)])
        html = client.get("/").content.decode()
        numbers = re.findall(r'<a href="(/tasks/\?[^"]+)">(\d+)</a>', html)
        assert len(numbers) > 8
        for address, number in numbers:
            page = client.get(address.replace("&amp;", "&")).content.decode()
            assert re.search(r"(\d+) entr(?:y|ies)", page)[1] == number, address

    def test_the_list_of_tasks_can_be_asked_for_a_sector(self, client):
        sector = factories.OrganisationFactory(kind="sector", acronym="ITU-Z")
        theirs = task(title="Theirs", responsible=[factories.OrganisationFactory(sector=sector)])
        task(title="Of others", responsible=[factories.OrganisationFactory()])
        task(title="Only helped", supporting=[sector])
        html = client.get("/tasks/", {"sector": sector.slug}, headers={"host": "localhost"}).content.decode()
        assert theirs.get_absolute_url() in html
        assert "Of others" not in html
        assert "Only helped" not in html
        assert "ITU-Z (1)" in html


class TestActionLines:
    @pytest.fixture
    def family(self):
        line = factories.ActionLineFactory()
        return line, factories.ActionLineFactory(parent=line), factories.ActionLineFactory(parent=line)

    def test_a_line_is_counted_alone_and_together_with_its_sublines(self, family):
        line, first, second = family
        organisation = factories.OrganisationFactory()
        for each in family:
            factories.RoleFactory(action_line=each, organisation=organisation)
        task(lines=[first, second])
        found = on_lines(None, "2030-01-01", family, Activity.objects.none())
        assert found["line"][line.pk] == {"organisations": 1}
        assert found["line"][first.pk] == {"organisations": 1, "tasks": 1}
        assert found["family"][line.pk] == {"organisations": 1, "tasks": 1}

    def test_the_page_of_c7_sums_its_sublines(self, client):
        html = client.get("/action-lines/c7/", {"as_of": "2006-05-01"}, headers={"host": "localhost"}).content.decode()
        table = html[html.index('id="sums"') : html.index("</tfoot>")]
        assert table.count('<th scope="row">') == 9
        assert "C7 with its sub-lines" in table

    def test_the_page_of_a_line_counts_its_activities_by_kind_and_state(self, client):
        line = factories.ActionLineFactory()
        factories.ActivityFactory(action_line=line, kind="stocktaking-entry", state="ongoing")
        other = factories.ActivityFactory(kind="stocktaking-entry", state="ongoing")
        with act(reason="a test"):
            other.also_on.create(action_line=line)
        html = client.get(line.get_absolute_url(), headers={"host": "localhost"}).content.decode()
        assert f'href="/activities/?action_line={line.slug}&amp;state=ongoing">ongoing (1)' in html
