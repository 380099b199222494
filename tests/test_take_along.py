"""What leaves the pages: feeds, calendars, lists as CSV and spreadsheets, addresses for search engines."""

import csv
import io
import re
import xml.etree.ElementTree as ET

import openpyxl
import pytest
from icalendar import Calendar

from wsis_tracker.rest import formats

from . import bulk, factories
from .test_pages import main

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def get(client):
    def get(address, **params):
        return client.get(address, params or None, headers={"host": "localhost"})

    return get


@pytest.fixture
def entries(get):
    """The titles of a feed's entries, the feed being what RFC 4287 asks for."""

    def entries(address, **params):
        response = get(address, **params)
        assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
        feed = ET.fromstring(response.content)  # noqa: S314 - our own
        for part in ("id", "title", "updated", "author"):
            assert feed.find(ATOM + part) is not None, part
        found = feed.findall(f"{ATOM}entry")
        ids = [entry.find(f"{ATOM}id").text for entry in found]
        assert len(set(ids)) == len(ids)
        assert all(entry.find(f"{ATOM}updated") is not None for entry in found)
        return [entry.find(f"{ATOM}title").text for entry in found]

    return entries


@pytest.fixture
def events(get):
    """The events of a calendar by their summaries."""

    def events(address, **params):
        response = get(address, **params)
        assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        calendar = Calendar.from_ical(response.content)
        assert calendar["X-WR-CALNAME"]
        assert calendar["NAME"]
        assert calendar["REFRESH-INTERVAL"]
        return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}

    return events


class TestFeeds:
    def test_the_feed_of_a_line_tells_what_changed_on_it_last(self, entries):
        factories.RoleFactory(
            action_line=(line := factories.ActionLineFactory()), organisation=factories.OrganisationFactory(acronym="NEWEST")
        )
        factories.RoleFactory(action_line=line, organisation=factories.OrganisationFactory(acronym="HIDDEN"), visibility="draft")
        titles = entries(f"/action-lines/{line.slug}/feed.atom")
        assert len(titles) == 1
        assert "NEWEST" in titles[0]

    def test_the_feed_of_tasks_takes_the_filters_of_their_list(self, entries):
        factories.TaskFactory(title="Only just begun")
        assert "Only just begun" in entries("/tasks/feed.atom", state="open")
        assert "Only just begun" not in entries("/tasks/feed.atom", state="done")

    def test_the_feed_of_a_search_has_what_it_finds(self, entries):
        factories.DocumentFactory(symbol="", title={"en": "An unheardof title"})
        assert entries("/search/feed.atom", q="unheardof") == ["An unheardof title"]

    def test_the_feed_of_all_changes_names_the_records_of_each_act(self, entries):
        factories.DocumentFactory(symbol="C55/1")
        factories.DocumentFactory(symbol="C55/2", visibility="draft")
        titles = entries("/changes/feed.atom")
        assert titles[0] == "C55/1"

    def test_a_feed_speaks_the_language_of_its_address(self, get):
        assert "Suivi du SMSI" in get("/fr/tasks/feed.atom").content.decode()

    @pytest.mark.parametrize(
        "address",
        [
            *("/tasks/feed.atom?colour=red", "/search/feed.atom", "/meetings/calendar.ics?kind=party", "/search/feed.atom?q=%01x"),
            *("/action-lines/c7/feed.atom?as_of=2005-01-01", "/changes/feed.atom?x=1"),
        ],
    )
    def test_a_bad_parameter_is_refused(self, get, address):
        assert get(address).status_code == 400

    def test_a_feed_names_itself_and_its_page_with_all_that_it_is_asked(self, get):
        feed = ET.fromstring(get("/tasks/feed.atom", overdue="true").content)  # noqa: S314 - our own
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert links == {"self": "http://localhost/tasks/feed.atom?overdue=true", "alternate": "http://localhost/tasks/?overdue=true"}

    def test_what_is_followed_goes_on_after_the_day_that_the_page_shows(self, get):
        assert 'href="/tasks/feed.atom?state=open"' in get("/tasks/", state="open", as_of="2006-12-01").content.decode()

    def test_the_feed_of_a_search_begins_with_what_was_changed_last(self, entries, acting):
        older, newer = (factories.DocumentFactory(symbol="", title={"en": f"An unheardof {word}"}) for word in ("paper", "book"))
        older.gist = "Touched"
        older.save()
        assert entries("/search/feed.atom", q="unheardof") == [str(older), str(newer)]

    def test_pages_name_their_feeds(self, get):
        assert 'type="application/atom+xml"' in get("/action-lines/c7/").content.decode()
        assert 'href="http://localhost/tasks/feed.atom?state=open"' in get("/tasks/?state=open").content.decode()


class TestCalendars:
    def test_a_meeting_of_several_days_ends_on_the_day_after_its_last(self, events):
        event = events("/meetings/calendar.ics", series="wg-wsis")["WG-WSIS, 3rd meeting"]
        assert (str(event["DTSTART"].dt), str(event["DTEND"].dt)) == ("2003-04-14", "2003-04-16")
        assert event["UID"] == "meetings-wg-wsis-3@wsis-tracker"
        assert event["URL"] == "http://localhost/meetings/wg-wsis-3/"

    def test_a_meeting_known_only_to_its_month_is_no_guess_of_a_day(self, events):
        factories.MeetingFactory(slug="some-time", title={"en": "Some time"}, held_from="2005-06", held_to="2005-06")
        assert "Some time" not in events("/meetings/calendar.ics")

    def test_a_cancelled_meeting_stays_and_says_so(self, events):
        factories.MeetingFactory(title={"en": "Called off"}, held_from="2005-06-01", held_to="2005-06-01", cancelled_on="2005-05-01")
        assert events("/meetings/calendar.ics")["Called off"]["STATUS"] == "CANCELLED"

    def test_a_line_has_a_calendar_of_its_meetings(self, events, acting):
        meeting, line = factories.MeetingFactory(title={"en": "On the line"}, held_from="2005-06-01"), factories.ActionLineFactory()
        meeting.action_lines.create(action_line=line)
        assert set(events(f"/action-lines/{line.slug}/calendar.ics")) == {"On the line"}

    def test_a_calendar_without_events_has_a_component_all_the_same(self, get):
        line = factories.ActionLineFactory()
        assert b"BEGIN:VTIMEZONE" in get(f"/action-lines/{line.slug}/calendar.ics").content

    def test_the_days_on_which_tasks_are_due(self, events, acting):
        task = factories.TaskFactory(title="Write it")
        task.move_to("in-progress", on="2005-07-01", due_on="2005-12-31")
        event = events("/tasks/due.ics")["Due: Write it"]
        assert (str(event["DTSTART"].dt), str(event["DTEND"].dt)) == ("2005-12-31", "2006-01-01")


class TestDownloads:
    def test_a_list_as_csv_has_the_rows_that_its_filters_leave(self, get):
        text = get("/roles.csv", organisation="itu", action_line="c7", as_of="2005-12-01").getvalue().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["kind"] for row in rows} == {"stakeholder", "co-moderator/facilitator"}
        assert {row["claimant"] for row in rows} == {"itu-council", "wsis"}

    def test_a_list_as_a_spreadsheet_has_the_same_cells(self, get):
        sheet = openpyxl.load_workbook(io.BytesIO(get("/meetings.xlsx", series="wg-wsis").getvalue())).active
        text = get("/meetings.csv", series="wg-wsis").getvalue().decode("utf-8-sig")
        cells = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        assert cells == list(csv.reader(io.StringIO(text)))
        assert len(cells) >= 10

    def test_what_no_spreadsheet_holds_is_said_and_not_cut(self, get):
        factories.TaskFactory(slug="long", description="x" * 32_768)
        refused = get("/tasks.xlsx")
        assert refused.status_code == 400
        assert "A text of “long” is longer than a cell of a spreadsheet. Export CSV." in refused.content.decode()
        assert b"x" * 32_768 in get("/tasks.csv").getvalue()

    @pytest.mark.parametrize("asked", [{}, {"collection": "roles"}, {"as_of": "2004-03-01"}])
    def test_what_a_search_finds_is_a_list_too(self, get, asked):
        rows = list(csv.DictReader(io.StringIO(get("/search.csv", q="itu", **asked).getvalue().decode("utf-8-sig"))))
        found = get("/api/v1/search/", q="itu", limit=1000, **asked).json()
        assert len(rows) == found["count"] > 0
        columns = ["collection", "slug", "display", "display_url"]
        assert [[row[name] for name in columns] for row in rows] == [[str(row[name]) for name in columns] for row in found["results"]]
        sheet = openpyxl.load_workbook(io.BytesIO(get("/search.xlsx", q="itu", **asked).getvalue())).active
        assert sheet.max_row == len(rows) + 1

    def test_a_search_is_taken_along_a_chunk_at_a_time(self, get):
        bulk.documents(formats.CHUNK + 10)
        rows = list(csv.DictReader(io.StringIO(get("/search.csv", q="copy", collection="documents").getvalue().decode("utf-8-sig"))))
        slugs = [row["slug"] for row in rows]
        assert len(slugs) > formats.CHUNK
        assert slugs == sorted(set(slugs))

    @pytest.mark.parametrize("title", ["=1+1", "+1", "-1+1", "@sum", "\t=1"])
    def test_no_cell_is_a_formula(self, get, title):
        factories.TaskFactory(slug="formula", title=title)
        assert f"'{title}" in get("/tasks.csv", slug="formula").getvalue().decode()

    def test_a_page_gives_what_it_shows_along_on_its_day(self, get):
        html = get("/action-lines/c7/", as_of="2005-12-01").content.decode()
        assert 'href="/roles.csv?action_line=c7&amp;as_of=2005-12-01" aria-label="Roles, CSV"' in html
        assert 'href="/api/v1/tasks/?action_line=c7&amp;as_of=2005-12-01"' in html

    def test_a_period_of_the_timeline_is_taken_along_as_it_is_shown(self, get):
        html = get("/timeline/", **{"from": "2003", "to": "2003"}).content.decode()
        address = "/meetings.csv?held_from__gte=2003&amp;held_from__lte=2003-12-31"
        assert f'href="{address}"' in html
        rows = list(csv.DictReader(io.StringIO(get(address.replace("&amp;", "&")).getvalue().decode("utf-8-sig"))))
        assert "wg-wsis-3" in {row["slug"] for row in rows}
        assert {row["held_from"][:4] for row in rows} == {"2003"}

    @pytest.mark.parametrize("address", ["/search/?q=summit&collection=", "/documents/?q=&kind=letter&body=&phase="])
    def test_what_a_form_leaves_empty_stands_in_no_link(self, get, address):
        links = re.findall(r'href="([^"]+)" ?(?:type|>This list|aria)', main(get(address)))
        links += re.findall(r'href="(/[^"]+\.(?:csv|xlsx)[^"]*)"', main(get(address)))
        assert len(links) > 2
        for link in links:
            assert get(link.replace("&amp;", "&")).status_code == 200, link

    def test_a_draft_is_in_no_download(self, get):
        factories.DocumentFactory(symbol="X98/1", visibility="draft")
        assert "X98/1" not in get("/documents.csv").getvalue().decode()

    @pytest.mark.parametrize(
        "address, status",
        [
            ("/documents.csv?colour=red", 400),
            ("/search.csv", 400),
            ("/search.csv?q=a&limit=5", 400),
            ("/secrets.csv", 404),
            ("/users.xlsx", 404),
        ],
    )
    def test_what_is_no_list_is_refused(self, get, address, status):
        assert get(address).status_code == status


def test_search_engines_find_every_published_page_and_no_draft(get):
    factories.DocumentFactory(slug="unseen", visibility="draft")
    assert "Sitemap: http://localhost/sitemap.xml" in get("/robots.txt").content.decode()
    assert "http://localhost/sitemap-documents.xml" in get("/sitemap.xml").content.decode()
    documents = get("/sitemap-documents.xml").content.decode()
    assert "http://localhost/fr/documents/c06-7/" in documents
    assert "unseen" not in documents


def test_each_page_names_itself_in_every_language_and_one_for_all_others(get):
    html = get("/fr/documents/c06-7/").content.decode()
    assert 'rel="alternate" hreflang="ar" href="http://localhost/ar/documents/c06-7/"' in html
    assert 'rel="alternate" hreflang="x-default" href="http://localhost/documents/c06-7/"' in html
    assert 'rel="canonical" href="http://localhost/fr/documents/c06-7/"' in html


@pytest.mark.parametrize(
    "contact, address", [("", "/about/#errors"), ("wsis@example.org", "mailto:wsis@example.org?subject=http%3A%2F%2Flocalhost")]
)
def test_every_record_says_whom_to_tell_of_an_error(get, settings, contact, address):
    settings.CONTACT = contact
    assert f'href="{address}' in get("/documents/c06-7/").content.decode()
