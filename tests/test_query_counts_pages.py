"""No page asks more of the database for a thousand rows than for ten."""

import datetime
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from action_lines.models import ActionLine, ActivityLine, Role
from mandates.models import Document, Provision
from meetings.models import Conclusion, Meeting
from reports.discrepancies import differing
from reports.models import Report
from reports.official.issuing import issue
from wsis_tracker.register.changes import act

from . import bulk
from .factories import (
    ActionLineFactory,
    ActivityFactory,
    AppointmentFactory,
    ConclusionFactory,
    DocumentFactory,
    MandateFactory,
    MeetingFactory,
    OrganisationFactory,
    ProvisionFactory,
    QuestionFactory,
    RelationFactory,
    RoleFactory,
    RulingFactory,
    SubmissionFactory,
    TaskFactory,
    UserFactory,
)
from .test_pages import ADDRESSES

pytestmark = pytest.mark.django_db

#: How many queries each list page takes, the choices of its form, their counts and the latest act among them.
PINNED = {
    "action-lines": 3,
    "activities": 7,
    "documents": 7,
    "mandates": 8,
    "meetings": 8,
    "organisations": 4,
    "people": 6,
    "reports": 5,
    "tasks": 9,
}


def queries(client, address, **params):
    page, _mark, asked = address.partition("?")
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page, dict(parse_qsl(asked)) | params, headers={"host": "localhost"})
    assert response.status_code == 200
    return len(captured), response.content.decode()


@pytest.mark.parametrize("name", PINNED)
def test_a_list_takes_the_same_queries_for_ten_rows_and_a_thousand(client, name):
    bulk.MAKERS[name](10)
    few, _html = queries(client, f"/{name}/", limit=1000)
    bulk.MAKERS[name](1000)
    many, html = queries(client, f"/{name}/", limit=1000)
    assert html.count("copy-") >= 900
    assert many == few == PINNED[name]
    assert len(client.get(f"/{name}/", headers={"host": "localhost"}).content) < 100_000


@pytest.mark.parametrize("name", ["documents", "meetings", "tasks"])
def test_a_day_adds_a_fixed_number_of_queries(client, name):
    bulk.MAKERS[name](10)
    few, _html = queries(client, f"/{name}/", limit=1000, as_of="2026-06-01")
    bulk.MAKERS[name](500)
    assert queries(client, f"/{name}/", limit=1000, as_of="2026-06-01")[0] == few


def on_line(n):
    """`n` roles on C7, and as many activities, tasks and provisions they lead to."""
    line = ActionLine.objects.get(slug="c7")
    at = iter(bulk.provisions(n))
    template = Role.objects.get(slug="itu-c7-council-res-1244-annex")
    bulk.copies(template, n, lambda row, i: setattr(row, "made_in", next(at)))
    activities = bulk.activities(n)
    also = [ActivityLine(record=activity, action_line=line) for activity in activities]
    ActivityLine.objects.bulk_create(also, ignore_conflicts=True)
    bulk.tasks(n)


def on_document(n):
    """`n` paragraphs of the report, each with a mandate and a mention, and `n` relations of it."""
    report = Document.objects.get(slug="wg-wsis-report-2002-2006")
    provisions = bulk.copies(Provision.objects.get(slug=f"{report.slug}-para-16"), n, in_place)
    at = iter(provisions)
    bulk.copies(bulk.richest(bulk.Mandate), n, lambda row, i: setattr(row, "made_in", next(at)))
    at = iter(provisions)
    bulk.copies(bulk.richest(bulk.Mention), n, lambda row, i: setattr(row, "provision", next(at)))
    others = iter(bulk.copies(bulk.richest(Document), n, bulk.symbol))
    template = report.relations.filter(target__isnull=False).first()
    bulk.copies(template, n, lambda row, i: setattr(row, "target", next(others)))


def in_place(row, i):
    row.position, row.label = 10_000 + i, f"copy-{i}"


def at_meeting(n):
    """`n` conclusions and submissions of the Council of 2006."""
    meeting = Conclusion.objects.first().meeting
    bulk.copies(Conclusion.objects.first(), n, lambda row, i: (setattr(row, "item", f"copy {i}"), setattr(row, "meeting", meeting)))
    bulk.submissions(n)


def of_organisation(n):
    """`n` roles, appointments and mandates of the Group and of ITU."""
    bulk.roles(n)
    bulk.appointments(n)
    bulk.mandates(n)
    bulk.documents(n)


DETAILS = {
    "/action-lines/c7/": on_line,
    "/documents/wg-wsis-report-2002-2006/": on_document,
    "/organisations/itu/": of_organisation,
    "/organisations/wg-wsis/": of_organisation,
    "/reports/wg-wsis-2002-2006/": on_document,
    "/reports/wg-wsis-2002-2006/text/": on_document,
    "/matrix/": bulk.roles,
    "/timeline/?limit=1000": bulk.roles,
    "/": of_organisation,
    "/discrepancies/": bulk.disagreeing,
    "/monitoring/coverage/": on_document,
    "/monitoring/mentions/?limit=1000": on_document,
    "/search/?q=copy&limit=1000": of_organisation,
}


@pytest.mark.parametrize("day", [{}, {"as_of": "2026-06-01"}])
def test_discrepancies_of_every_kind_take_few_queries(client, day):
    bulk.disagreeing(3)
    number, html = queries(client, "/discrepancies/", limit=1000, **day)
    assert all(f'id="{kind}-' in html for kind in ["role", "variant-mandates", "variant-submissions", "variant-meetings", "figure"])
    assert number <= 12


def test_which_discrepancies_there_are_and_which_are_open_takes_four_queries():
    bulk.disagreeing(3)
    with CaptureQueriesContext(connection) as captured:
        found = differing(datetime.date(2026, 6, 1))
        assert {discrepancy.kind for discrepancy in found if discrepancy.is_open} == {"roles", "variant", "figure"}
    assert len(captured) == 4


@pytest.mark.parametrize("address", DETAILS)
def test_a_page_takes_the_same_queries_however_much_it_gathers(client, address):
    DETAILS[address](10)
    few, _html = queries(client, address)
    DETAILS[address](300)
    many, _html = queries(client, address)
    assert many <= few


def test_a_meeting_takes_the_same_queries_however_much_was_before_it(client):
    at_meeting(10)
    busiest = max(Meeting.objects.all(), key=lambda meeting: meeting.conclusions.count())
    few, _html = queries(client, busiest.get_absolute_url())
    at_meeting(300)
    assert queries(client, busiest.get_absolute_url())[0] == few


def test_a_search_takes_few_queries_whatever_it_finds_and_on_any_day(client):
    RulingFactory()
    for make in bulk.MAKERS.values():
        make(10)
    for asked in ({"q": "copy"}, {"q": "copy", "as_of": "2026-06-01"}, {"q": "Resolution 113 of the Council", "as_of": "2026-06-01"}):
        taken, _html = queries(client, "/search/", limit=1000, **asked)
        assert taken <= 10
    taken, html = queries(client, "/search/", q="copy", limit=1000)
    assert html.count("&amp;collection=") >= len(bulk.MAKERS)
    assert taken == 5
    assert queries(client, "/search/", q="copy", limit=1000, as_of="2026-06-01")[0] == 5


def whole_organisation():
    """A body of which a page has all to say that a page can say: the words that show it."""
    sector, above, old = (OrganisationFactory(acronym=acronym) for acronym in ["SECTOR-X", "ABOVE-X", "OLD-X"])
    body = OrganisationFactory(slug="whole", kind="body", parent=above, sector=sector, predecessor=old)
    OrganisationFactory(parent=body, acronym="PART-X")
    OrganisationFactory(predecessor=body, acronym="NEW-X")
    body.open_to.create(organisation=OrganisationFactory(acronym="OPEN-X"))
    body.names.create(name="Name X", valid_from="2002")
    body.sources.create(provision=ProvisionFactory(document__symbol="READ-X"))
    for valid_until, modality, action in [(None, "instructs", "Held X"), ("2006", "instructs", "Ended X"), (None, "proposed", "Meant X")]:
        mandate = MandateFactory(valid_until=valid_until, modality=modality, action=action)
        mandate.addressees.create(organisation=body)
        mandate.sources.create(provision=ProvisionFactory(document__symbol=f"READ-{action}"))
    AppointmentFactory(organisation=body, person__name="Chair X").sources.create(provision=ProvisionFactory())
    RoleFactory(organisation=body, words="Role X").sources.create(provision=ProvisionFactory())
    MeetingFactory(body=body, title={"en": "Meeting X"})
    DocumentFactory(body=body, symbol="ISSUED-X")
    DocumentFactory(symbol="WRITTEN-X").authors.create(organisation=body)
    words = ["SECTOR-X", "OLD-X", "ABOVE-X", "PART-X", "NEW-X", "OPEN-X", "Name X", "Held X", "Meant X", "Chair X", "Role X", "Meeting X"]
    return body, [*words, "READ-X", "READ-Held X", "ISSUED-X", "WRITTEN-X"], ["Ended X"]


def whole_meeting():
    meeting = MeetingFactory(slug="whole", body=OrganisationFactory(acronym="BODY-X"))
    meeting.conveners.create(organisation=OrganisationFactory(acronym="CALLED-X"))
    meeting.action_lines.create(action_line=ActionLineFactory(title={"en": "Line X"}))
    meeting.sources.create(provision=ProvisionFactory(document__symbol="READ-X"))
    for direction in ("input", "output"):
        submission = SubmissionFactory(meeting=meeting, direction=direction, document__symbol=f"{direction}-X")
        submission.sources.create(provision=ProvisionFactory(document__symbol=f"READ-{direction}"))
    conclusion = ConclusionFactory(meeting=meeting, text="Conclusion X")
    conclusion.sources.create(provision=ProvisionFactory(document__symbol="READ-CONCLUSION"))
    conclusion.mandates.create(mandate=MandateFactory(action="Given X"))
    TaskFactory(conclusion=conclusion, title="Task X")
    question = QuestionFactory(meeting=meeting, text="Question X", answered_on="2005-06-02", answered_by=conclusion)
    question.put_to.create(organisation=OrganisationFactory(acronym="ASKED-X"))
    question.sources.create(provision=ProvisionFactory(document__symbol="READ-QUESTION"))
    words = ["BODY-X", "CALLED-X", "Line X", "READ-X", "input-X", "READ-input", "output-X", "READ-output", "Conclusion X", "Given X"]
    return meeting, [*words, "READ-CONCLUSION", "Task X", "Question X", "ASKED-X", "READ-QUESTION"], []


def whole_line():
    """An action line on which sources differ, ruled upon, with sub-lines and all that a page can say."""
    line = ActionLineFactory(title={"en": "Line X"})
    ActionLineFactory(parent=line, code="SUB-X")
    line.sources.create(provision=ProvisionFactory(document__symbol="READ-X"))
    body = OrganisationFactory(acronym="BODY-X")
    claims = [RoleFactory(action_line=line, organisation=body, kind=kind) for kind in ("partner", "stakeholder")]
    claims[0].associates.create(organisation=OrganisationFactory(acronym="WITH-X"))
    for claim in claims:
        claim.sources.create(provision=ProvisionFactory(document__symbol=f"READ-{claim.kind}"))
    keys = [claim.slug for claim in claims]
    RulingFactory(subject=f"role-{body.slug}-{line.slug}", weighed=keys, stands=keys[:1], reason="Ruled X")
    mandate = MandateFactory(action="Asked X")
    line.mandates.create(mandate=mandate)
    mandate.sources.create(provision=ProvisionFactory(document__symbol="READ-MANDATE"))
    task = TaskFactory(title="Task X", opened_on="2005-06-01")
    task.action_lines.create(action_line=line)
    task.organisations.create(organisation=OrganisationFactory(acronym="DOES-X"))
    task.sources.create(provision=ProvisionFactory(document__symbol="READ-TASK"))
    MeetingFactory(title={"en": "Meeting X"}).action_lines.create(action_line=line)
    ActivityFactory(title="Activity X", action_line=line)
    words = ["BODY-X", "WITH-X", "SUB-X", "READ-X", "READ-partner", "READ-stakeholder", "Ruled X", "Asked X", "READ-MANDATE", "Task X"]
    return line, [*words, "DOES-X", "READ-TASK", "Meeting X", "Activity X"], []


def whole_document():
    document = DocumentFactory(symbol="X66/1", body=OrganisationFactory(acronym="BODY-X"))
    document.aliases.create(text="X66/01")
    document.authors.create(organisation=OrganisationFactory(acronym="AUTHOR-X"))
    document.links.create(url="https://example.org/x", language="fr")
    provision = ProvisionFactory(document=document, gist="Says X")
    MandateFactory(made_in=provision, action="Asked X")
    earlier, later = DocumentFactory(symbol="X66/0"), DocumentFactory(symbol="X66/2")
    RelationFactory(document=document, target=earlier, kind="amends").sources.create(provision=ProvisionFactory(document__symbol="READ-X"))
    RelationFactory(document=later, target=document, kind="revises")
    SubmissionFactory(document=document, meeting=MeetingFactory(title={"en": "Meeting X"}))
    return document, ["BODY-X", "AUTHOR-X", "example.org/x", "Says X", "Asked X", "X66/0", "X66/2", "READ-X", "Meeting X", "<circle"], []


def whole_mandate():
    mandate = MandateFactory(slug="whole", parent=MandateFactory(action="Above X"), reports_to=OrganisationFactory(acronym="TO-X"))
    mandate.addressees.create(organisation=OrganisationFactory(acronym="ASKED-X"))
    mandate.sources.create(provision=ProvisionFactory(document__symbol="READ-X"))
    MandateFactory(parent=mandate, action="Item X").sources.create(provision=ProvisionFactory(document__symbol="READ-ITEM"))
    ActionLineFactory(title={"en": "Line X"}).mandates.create(mandate=mandate)
    ConclusionFactory(text="Conclusion X").mandates.create(mandate=mandate)
    TaskFactory(mandate=mandate, title="Task X")
    return mandate, ["Above X", "TO-X", "ASKED-X", "READ-X", "Item X", "READ-ITEM", "Line X", "Conclusion X", "Task X"], []


WHOLE = {whole_organisation: 11, whole_meeting: 11, whole_mandate: 8, whole_line: 12, whole_document: 12}


@pytest.mark.parametrize("day", [{}, {"as_of": "2006-06-01"}])
@pytest.mark.parametrize("whole", WHOLE)
def test_a_page_that_says_all_it_can_takes_few_queries(client, acting, whole, day):
    record, words, today = whole()
    number, html = queries(client, record.get_absolute_url(), **day)
    assert [word for word in [*words, *([] if day else today)] if word not in html] == []
    assert number <= WHOLE[whole]


#: A report is composed of every collection, each read once.
COMPOSED = {"/reports/wg-wsis-2002-2006/text/": 64}


@pytest.mark.parametrize("day", [{}, {"as_of": "2006-06-01"}])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_takes_a_dozen_queries_at_most_unless_it_is_composed_of_all(client, address, day):
    assert queries(client, address, **day)[0] <= COMPOSED.get(address, 12)


def test_a_report_beside_what_it_says_today_takes_as_many_queries_whatever_was_changed(client):
    report = Report.objects.get(slug="wg-wsis-2002-2006")
    issue(report, symbol="C79/8", issued_on="1979-02-03", by=UserFactory(), reason="As agreed by Council")
    address = "/reports/wg-wsis-2002-2006/issued/1/comparison/"
    few = queries(client, address)[0]
    with act(reason="Read anew"):
        for meeting in Meeting.objects.filter(series="wg-wsis"):
            meeting.place = "Ulan Bator"
            meeting.save()
    assert queries(client, address)[0] <= few + 4 <= 90
