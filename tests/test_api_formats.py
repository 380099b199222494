"""Lists in other forms than JSON, by Accept and by the end of the address."""

import csv
import gc
import io
import tracemalloc
import xml.etree.ElementTree as ET

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from icalendar import Calendar

from action_lines.models import Role
from action_lines.serializers import RoleSerializer
from wsis_tracker.api import router
from wsis_tracker.register import tables
from wsis_tracker.register.changes import act
from wsis_tracker.rest import formats

from . import bulk, factories

pytestmark = pytest.mark.django_db
XLSX = formats.XLSX.media_type
KINDS = {"csv": "text/csv", "xlsx": XLSX, "ics": "text/calendar", "atom": "application/atom+xml", "json": "application/json"}


@pytest.fixture
def get(client):
    def get(address, accept="*/*", **params):
        return client.get(f"/api/v1/{address}", params, headers={"host": "localhost", "accept": accept})

    return get


def rows(response):
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "address, ending",
    [
        *(("roles", ending) for ending in ("json", "csv", "xlsx")),
        *(("meetings", ending) for ending in ("csv", "ics")),
        *(("documents/wg-wsis-report-2002-2006/provisions", "csv"), ("discrepancies", "csv"), ("discrepancies", "xlsx")),
        *(("monitoring", "csv"), ("monitoring", "xlsx"), ("coverage", "csv")),
        *(("tasks", "ics"), ("changes", "atom"), ("changes", "json")),
    ],
)
def test_a_form_is_asked_for_by_the_end_of_the_address_or_by_accept(get, address, ending):
    named, accepted = get(f"{address}.{ending}"), get(f"{address}/", accept=KINDS[ending])
    for response in (named, accepted):
        assert response.status_code == 200
        assert response["Content-Type"].startswith(KINDS[ending])
        assert "Accept" in response["Vary"]
        assert response["ETag"]
    assert named["ETag"] != accepted["ETag"]


def test_the_end_of_the_address_goes_before_accept(get):
    assert get("roles.csv", accept="text/html")["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("text/csv;q=0.3, application/json;q=0.9", "application/json"),
        ("text/csv;q=0.9, application/json;q=0.3", "text/csv"),
        ("application/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/html, */*;q=0.1", "application/json"),
    ],
)
def test_the_form_is_the_one_that_the_client_likes_best(get, accept, kind):
    assert get("roles/", accept=accept)["Content-Type"].startswith(kind)


@pytest.mark.parametrize("address", ["roles/", "roles/itu-c7-council-res-1244-annex/", "resolve/?symbol=C06/7", "changes/"])
def test_what_there_is_not_is_not_acceptable(get, address):
    response = get(address, accept="text/html")
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert get("roles/itu-c7-council-res-1244-annex/", accept="text/csv").status_code == 406


@pytest.mark.parametrize("address", ["roles.pdf", "roles.ics", "changes.csv", "nothing.csv", "roles/itu-c7-council-res-1244-annex.csv"])
def test_an_unknown_ending_is_not_found(get, address):
    response = get(address)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "address",
    [
        "roles.csv?colour=red",
        "roles.xlsx?limit=0",
        "meetings.ics?kind=party",
        "meetings.ics?limit=0",
        "tasks.ics?offset=-1",
        "search.csv",
        "roles.csv?fields=x",
        "activities.csv?count=true",
    ],
)
def test_a_bad_parameter_is_refused_as_a_problem(get, address):
    response = get(address)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_another_form_is_only_read(client, sign_in):
    sign_in("Administrator")
    for method in (client.post, client.patch, client.delete):
        assert method("/api/v1/roles.csv", {}, content_type="application/json").status_code == 405
    assert client.post("/api/v1/roles/", {}, content_type="application/json", headers={"accept": "text/csv"}).status_code == 406


def test_a_table_has_every_row_that_the_filters_leave_and_the_members_of_the_api(get):
    found = get("roles/", limit=1000).json()
    table = rows(get("roles.csv"))
    assert len(table) == found["count"] > 50
    assert list(table[0]) == list(found["results"][0])
    assert [row["slug"] for row in table] == [row["slug"] for row in found["results"]]
    assert {row["organisation"] for row in rows(get("roles.csv", organisation="itu"))} == {"itu"}


def test_a_table_is_a_page_where_one_is_asked_for(get):
    response = get("roles.csv", limit=3, offset=3, ordering="slug")
    assert [row["slug"] for row in rows(response)] == sorted(Role.objects.published().values_list("slug", flat=True))[3:6]
    before, after = response["Link"].split(", ")
    assert before == '<http://localhost/api/v1/roles.csv?limit=3&ordering=slug>; rel="prev"'
    assert after == '<http://localhost/api/v1/roles.csv?limit=3&offset=6&ordering=slug>; rel="next"'
    assert len(rows(get("activities.csv", limit=2, cursor=""))) == 2


@pytest.mark.parametrize(
    "params, columns",
    [
        ({"fields": "kind,slug"}, ["slug", "kind"]),
        ({"brief": "true"}, ["slug", "display", "url"]),
        ({"omit": ",".join(RoleSerializer.Meta.fields[1:])}, ["slug"]),
    ],
)
def test_the_columns_are_the_members_asked_for(get, params, columns):
    assert list(rows(get("roles.csv", **params))[0]) == columns


def test_a_spreadsheet_has_the_same_cells(get):
    sheet = openpyxl.load_workbook(io.BytesIO(get("organisations.xlsx").getvalue())).active
    text = get("organisations.csv").getvalue().decode("utf-8-sig")
    assert [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)] == list(
        csv.reader(io.StringIO(text))
    )


def test_a_spreadsheet_goes_on_on_another_sheet_where_one_is_full(get, monkeypatch):
    monkeypatch.setattr(tables, "SHEET", 10)
    book = openpyxl.load_workbook(io.BytesIO(get("roles.xlsx", limit=20).getvalue()))
    assert [sheet.max_row for sheet in book.worksheets] == [10, 10, 3]
    assert len({tuple(cell.value for cell in sheet[1]) for sheet in book.worksheets}) == 1


def test_a_number_below_zero_is_no_formula():
    for number in ["-5.00", "-1"]:
        assert (tables.safe(number), tables.unsafe(number)) == (number, number)
        assert tables.unsafe(tables.safe(f"'{number}")) == f"'{number}"


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1+1", "-1 000", "@sum", "\t=1", "\r=1", "\n=1", "\ufeff=1", "\u200b=1", "＝1+1"])
def test_no_cell_is_a_formula(get, title):
    factories.TaskFactory(slug="formula", title=title)
    [row] = rows(get("tasks.csv", slug="formula"))
    assert row["title"] == f"'{title}"
    sheet = openpyxl.load_workbook(io.BytesIO(get("tasks.xlsx", slug="formula", fields="title").getvalue())).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("'")


def test_signs_that_no_spreadsheet_holds_are_left_out(get):
    factories.TaskFactory(slug="signs", title="a\x01b")
    assert openpyxl.load_workbook(io.BytesIO(get("tasks.xlsx", slug="signs", fields="title").getvalue())).active["A2"].value == "ab"


@pytest.mark.parametrize("letters", ["x" * 32_768, "\U0001f4c4" * 16_384], ids=["letters", "signs-of-two"])
def test_a_text_longer_than_a_cell_is_refused_and_never_cut(get, letters):
    factories.TaskFactory(slug="long", description=letters)
    refused = get("tasks.xlsx", slug="long")
    assert (refused.status_code, refused["Content-Type"]) == (406, "application/problem+json")
    assert "“long” is longer than a cell of a spreadsheet. Export CSV." in refused.json()["detail"]
    assert rows(get("tasks.csv", slug="long"))[0]["description"] == letters


def test_drafts_are_in_the_tables_of_the_staff_alone(get, sign_in):
    factories.DocumentFactory(symbol="X98/1", visibility="draft", staff_note="a secret")
    assert "X98/1" not in get("documents.csv").getvalue().decode()
    assert "visibility" not in rows(get("documents.csv"))[0]
    sign_in("Editor")
    table = rows(get("documents.csv"))
    assert [row["staff_note"] for row in table if row["symbol"] == "X98/1"] == ["a secret"]


@pytest.mark.parametrize("address", ["tasks.csv", "tasks.xlsx", "changes.atom"])
def test_a_text_that_no_xml_takes_stands_in_the_way_of_nothing(get, address):
    factories.TaskFactory(title="A bell \x07 and no character \uffff")
    assert b"".join(get(address))


@pytest.mark.parametrize("address", ["roles.csv", "roles.xlsx", "meetings.ics", "changes.atom", "search.csv?q=itu", "discrepancies.csv"])
def test_a_form_is_asked_for_anew_by_its_tag(client, address):
    address = f"/api/v1/{address}"
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with act(reason="a test"):
        factories.OrganisationFactory()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_table_speaks_the_language_of_its_address_to_its_last_row(client):
    response = client.get("/fr/organisations.csv", headers={"host": "localhost"})
    client.get("/ar/", headers={"host": "localhost"})
    assert "Union internationale des télécommunications" in {row["name"] for row in rows(response)}


def test_what_a_day_leaves_out_is_said_with_a_table_too(get):
    assert get("documents.csv", as_of="2005-01-01")["Undated"] == get("documents/", as_of="2005-01-01")["Undated"]


@pytest.mark.parametrize("day", ["", "2005-12-01"])
@pytest.mark.parametrize("collection", bulk.MAKERS)
def test_a_table_says_of_every_record_what_its_members_say(collection, day):
    if collection == "rulings":
        factories.RulingFactory()
    bulk.MAKERS[collection](2)
    viewset = next(viewset for prefix, viewset, _name in router.registry if prefix == collection)
    filterset = viewset.filterset_class({"as_of": day} if day else {}, viewset.queryset.all())
    shape = viewset.serializer_class(context={"day": day or None, "hidden": ()})
    records = shape.prepared(filterset.qs)
    for language in ("en", "fr"):
        with override(language):
            columns, *cells = formats.rows_of(formats.tabled(records, shape).iterator(formats.CHUNK), shape)
            members = [shape.to_representation(record) for record in records]
            assert cells == [[tables.safe(formats.text_of(shown[name])) for name in columns] for shown in members]
        assert cells or day


@pytest.mark.parametrize("collection", bulk.MAKERS)
def test_a_table_asks_no_more_of_the_database_for_more_rows(get, collection):
    if collection == "rulings":
        factories.RulingFactory()
    counts = []
    for number in (3, 30):
        bulk.MAKERS[collection](number)
        with CaptureQueriesContext(connection) as captured:
            assert get(f"{collection}.csv").getvalue()
        counts.append(len(captured))
    assert counts[0] == counts[1]


class TestThousandsOfRows:
    @pytest.fixture(autouse=True)
    def _many(self):
        bulk.roles(3000)

    def test_a_table_is_streamed_in_chunks_of_five_hundred(self, get):
        with CaptureQueriesContext(connection) as captured:
            response = get("roles.csv")
            before = len(captured)
            blocks = iter(response.streaming_content)
            next(blocks)
            assert len(captured) == before  # the first line needs no row
            first = next(blocks)
            of_a_chunk = len(captured) - before
            assert sum(block.count(b"\r\n") for block in [first, *blocks]) == Role.objects.published().count() > 3000
        chunks = -(-Role.objects.published().count() // formats.CHUNK)
        assert len(captured) - before <= 1 + chunks * (of_a_chunk - 1) + 1

    @pytest.mark.soak
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_its_memory_does_not_grow_with_its_rows(self, get, ending):
        def peak():
            tracemalloc.start()
            response = get(f"roles.{ending}", omit="sources")
            for _block in response.streaming_content:
                gc.collect()  # rows and what was fetched with them name each other
            _now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return peak

        few = peak()
        bulk.roles(3000)
        assert peak() < 1.2 * few

    def test_one_that_breaks_off_does_not_look_complete(self, get, monkeypatch):
        response = get("roles.csv")
        sent, blocks = [], iter(response.streaming_content)
        sent += [next(blocks) for _ in range(2)]
        monkeypatch.setattr(RoleSerializer, "as_known", lambda self, row, values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sent.extend(blocks)
        assert sent[-1].decode() == f"{tables.INCOMPLETE}\r\n"


def test_the_calendar_of_meetings_takes_the_filters_of_their_list(get):
    calendar = Calendar.from_ical(get("meetings.ics", series="wg-wsis").content)
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert str(events["WG-WSIS, 3rd meeting"]["DTEND"].dt) == "2003-04-16"
    assert events["WG-WSIS, 3rd meeting"]["UID"] == "meetings-wg-wsis-3@wsis-tracker"
    assert str(calendar["X-WR-CALNAME"]) == "WSIS tracker: meetings (wg-wsis)"
    page = get("meetings.ics", series="wg-wsis", limit=2, ordering="held_from")
    assert len(Calendar.from_ical(page.content).walk("VEVENT")) == 2
    assert page["Link"].endswith('; rel="next"')
    under = Calendar.from_ical(get("action-lines/c7/meetings.ics").content)
    assert {str(event["UID"]) for event in under.walk("VEVENT")} <= {
        str(event["UID"]) for event in Calendar.from_ical(get("meetings.ics").content).walk("VEVENT")
    }


def test_the_calendar_of_tasks_has_the_days_on_which_they_are_due(get):
    factories.TaskFactory(title="Write it", opened_on="2005-07-01", due_on="2005-12-31")
    events = Calendar.from_ical(get("tasks.ics").content).walk("VEVENT")
    assert "Due: Write it" in {str(event["SUMMARY"]) for event in events}


def test_the_feed_of_changes_has_the_page_of_the_list(get):
    factories.DocumentFactory(symbol="C55/1")
    feed = ET.fromstring(get("changes.atom", limit=1).content)  # noqa: S314 - our own
    [entry] = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert entry.find("{http://www.w3.org/2005/Atom}title").text == "C55/1"
    assert feed.find("{http://www.w3.org/2005/Atom}id").text == "http://localhost/api/v1/changes.atom?limit=1"


def test_the_schema_knows_the_forms_of_a_list(client):
    schema = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    content = schema["paths"]["/api/v1/roles/"]["get"]["responses"]["200"]["content"]
    assert content["text/csv"]["schema"] == {"type": "string"}
    assert content[XLSX]["schema"] == {"type": "string", "format": "binary"}
    assert content["application/json"]["schema"]["$ref"]
    assert "text/calendar" in schema["paths"]["/api/v1/meetings/"]["get"]["responses"]["200"]["content"]
    assert list(schema["paths"]["/api/v1/roles/{slug}/"]["get"]["responses"]["200"]["content"]) == ["application/json"]
    assert list(schema["paths"]["/api/v1/roles/"]["post"]["responses"]["201"]["content"]) == ["application/json"]


@pytest.mark.parametrize(
    "accept, given",
    [
        ("application/json; charset=utf-8", "application/json"),
        ("application/json; indent=4", "application/json"),
        ("text/csv; charset=utf-8, application/json; charset=utf-8; q=0.5", "text/csv"),
    ],
)
def test_a_form_is_known_whatever_else_is_said_of_it(client, accept, given):
    response = client.get("/api/v1/people/", headers={"host": "localhost", "accept": accept})
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, given)
