"""A table of thousands of rows is one act: its new records are written together and are as if each had been typed, or none is written."""

import io
import threading

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from action_lines.models import Activity, ActivityLine
from mandates.models import Document, Mandate, Organisation, Provision
from meetings.models import Task
from tests.factories import ActionLineFactory, ActivityFactory, DocumentFactory, OrganisationFactory, ProvisionFactory, UserFactory
from tests.forms import address
from tests.test_exchange import confirmed, counts, errors, only, previewed, table
from wsis_tracker.register.changes import act
from wsis_tracker.register.database import on_a_copy
from wsis_tracker.register.exchanging import SMALL
from wsis_tracker.register.models import Change

pytestmark = pytest.mark.django_db


def activities(n, **more):
    return [{"slug": "", "number": f"B-{i}", "kind": "action-taken", "title": f"A bridge of number {i}", **more} for i in range(n)]


def brought(client, model, rows):
    page = previewed(client, model, table(rows))
    assert counts(page) == only(new=len(rows)), errors(page)[:3]
    return confirmed(client, model, page)


class TestTogether:
    def test_each_new_record_is_as_if_it_had_been_typed(self, client, sign_in):
        user = sign_in("Editor")
        line, other, provision = ActionLineFactory(), ActionLineFactory(), ProvisionFactory()
        parts = {"also_on": f"{line.slug}\n{other.slug}", "sources": f"{provision.slug} | as printed"}
        brought(client, Activity, activities(12, **parts, sdgs="4, 9"))
        change = Change.objects.get(reason="A sheet of the secretariat")
        made = Activity.objects.filter(number__startswith="B-")
        assert [a.slug for a in made.order_by("pk")] == [f"b-{i}" for i in range(12)]
        for activity in made:
            version = activity.history.get()
            assert (version.change, version.history_user, version.history_type) == (change, user, "+")
            assert (version.title, version.sdgs, version.history_change_reason) == (activity.title, [4, 9], change.reason)
            assert [row.action_line for row in activity.also_on.all()] == [line, other]
            for part in [*activity.also_on.all(), *activity.sources.all()]:
                assert (part.history.get().change, part.history.get().record_id) == (change, activity.pk)
            activity.full_clean()
            assert activity in Activity.objects.search(f"bridge {activity.title.split()[-1]}")
        assert change.by == user

    def test_names_in_parts_lead_to_a_record_too(self, client, sign_in):
        sign_in("Editor")
        rows = [{"slug": "", "acronym": f"BR{i}", "name_en": "Bridges", "kind": "agency", "names": f"Pontifex {i}"} for i in range(3)]
        brought(client, Organisation, rows)
        assert [o.acronym for o in Organisation.objects.search("pontifex").order_by("pk")] == ["BR0", "BR1", "BR2"]

    def test_it_is_undone_as_one(self, client, sign_in):
        sign_in("Administrator")
        line = ActionLineFactory()
        brought(client, Activity, activities(12, also_on=line.slug))
        change = Change.objects.get(reason="A sheet of the secretariat")
        response = client.post(address(Change, "change", change.pk), {"change_reason": "The wrong sheet"})
        assert response.status_code == 302
        assert not Activity.objects.filter(number__startswith="B-").exists()
        assert not ActivityLine.objects.filter(action_line=line).exists()
        assert Activity.history.filter(number="B-3").latest().history_change_reason == "The wrong sheet"

    def test_records_that_are_called_alike_are_numbered(self, client, sign_in):
        sign_in("Editor")
        ActivityFactory(slug="a-bridge-3")
        rows = [{"slug": "", "kind": "action-taken", "title": "A bridge"} for _n in range(40)]
        brought(client, Activity, rows)
        slugs = set(Activity.objects.filter(title="A bridge").values_list("slug", flat=True))
        assert len(slugs) == 40
        assert {"a-bridge", "a-bridge-2"} <= slugs

    @pytest.mark.parametrize(
        "model, row",
        [
            (Activity, {"kind": "action-taken", "title": "A bridge"}),
            (Mandate, {"action": "Build bridges", "nature": "new-task", "modality": "instructs", "made_in": None}),
            (Organisation, {"acronym": "", "name_en": "Bridges", "kind": "agency"}),
        ],
        ids=lambda value: getattr(value, "__name__", None),
    )
    def test_it_takes_a_question_for_each_row_and_some_for_all(self, model, row, client, sign_in):
        sign_in("Editor")
        provision = ProvisionFactory(document=DocumentFactory(visibility="draft"))

        def queries(n, name):
            unlike = {"made_in": provision.slug} if "made_in" in row else {"acronym": name} if "acronym" in row else {}
            rows = [{"slug": f"{name.lower()}-{i}", **row, **unlike} for i in range(n)]
            page = previewed(client, model, table(rows))
            assert counts(page) == only(new=n), errors(page)
            with CaptureQueriesContext(connection) as captured:
                confirmed(client, model, page)
            assert model.objects.filter(slug__startswith=name.lower()).count() == n
            return len(captured)

        queries(2, "FIRST")
        few, many = queries(10, "FEW"), queries(200, "MANY")
        assert many - few <= 40

    def test_a_row_that_the_database_refuses_is_told_from_the_others(self, client, sign_in):
        sign_in("Editor")
        ActivityFactory(number="B-2", kind="action-taken")
        rows = activities(8)
        rows[5]["number"] = "B-4"
        page = previewed(client, Activity, table(rows))
        assert counts(page) == only(new=6, wrong=2)
        assert [(number, column) for number, column, _reason in errors(page)] == [(4, ""), (7, "")]
        assert Activity.objects.filter(number__startswith="B-").count() == 1

    def test_rows_that_are_wrong_by_themselves_and_in_the_database_are_told_in_their_order(self, client, sign_in):
        sign_in("Editor")
        rows = activities(6, country="")
        rows[4]["number"], rows[1]["country"], rows[5]["kind"] = "B-0", "CHE", "nonsense"
        page = previewed(client, Activity, table(rows))
        assert [(number, column) for number, column, _reason in errors(page)] == [(3, "country"), (6, ""), (7, "kind")]

    def test_two_parts_that_say_the_same_are_refused(self, client, sign_in):
        sign_in("Editor")
        line = ActionLineFactory()
        rows = activities(3)
        for row in rows:
            row["also_on"] = ""
        rows[1]["also_on"] = f"{line.slug}\n{line.slug}"
        page = previewed(client, Activity, table(rows))
        assert [(number, column) for number, column, _reason in errors(page)] == [(3, "also_on")]

    def test_a_row_may_name_one_that_waits_with_it(self, client, sign_in):
        sign_in("Editor")
        row = {"kind": "agency", "parent": ""}
        rows = [{"slug": f"bridges-{i}", "acronym": f"BR{i}", "name_en": f"Bridges {i}", **row} for i in range(4)]
        rows[2]["parent"], rows[3]["parent"] = "bridges-0", "bridges-2"
        brought(client, Organisation, rows)
        assert Organisation.objects.get(slug="bridges-3").parent.parent.slug == "bridges-0"

    @pytest.mark.parametrize(
        "model, row",
        [
            (Document, {"symbol": "X99/{}", "title_en": "On bridges", "kind": "report"}),
            (Task, {"title": "Build bridge {}"}),
            (Provision, {"document": None, "label": "bridge-{}", "position": "{}"}),
        ],
        ids=lambda value: getattr(value, "__name__", None),
    )
    def test_records_that_do_more_when_they_are_saved_do_so(self, model, row, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft").slug
        rows = [{"slug": ""} | {name: document if value is None else value.format(i + 7) for name, value in row.items()} for i in range(5)]
        brought(client, model, rows)
        change = Change.objects.get(reason="A sheet of the secretariat")
        made = model.objects.filter(pk__in=model.history.filter(change=change).values("id"))
        assert made.count() == 5
        for record in made:
            record.full_clean()
        if model is Document:
            assert set(made.values_list("normalised", flat=True)) == {f"X99/{i + 7}" for i in range(5)}
        if model is Task:
            assert all(task.moves.count() == 1 for task in made)

    def test_a_record_that_is_changed_is_asked_for_all_its_rules(self, client, sign_in):
        sign_in("Editor")
        activity = ActivityFactory(visibility="draft", number="7", kind="action-taken", ended_on="2005")
        ActivityFactory(visibility="draft", number="8", kind="action-taken")
        row = {"slug": activity.slug, "number": "8", "started_on": "2006", "country": "CHE"}
        page = previewed(client, Activity, table([row]))
        told = {column: reason for _number, column, reason in errors(page)}
        assert "at most 2 characters" in told["country"]
        assert "ends before it starts" in " ".join(told.values())


class TestOnACopy:
    def large(self):
        rows = activities(120, summary="Of what was done. " * 40)
        assert len(table(rows)) > SMALL
        return rows

    def test_a_large_file_is_tried_and_written_as_a_small_one_is(self, in_threads):
        def bring():
            call_command("make_roles")
            user = UserFactory(username="brings much")
            user.groups.add(Group.objects.get(name="Editor"))
            client = Client()
            client.force_login(user)
            before = Activity.objects.count()
            page = previewed(client, Activity, table(self.large()))
            assert Activity.objects.count() == before
            shown = page.content.decode()
            assert "new: 120" in shown
            upload = shown.split('name="upload" value="')[1].split('"')[0]
            client.post(address(Activity, "process_import"), {"upload": upload})
            return Activity.objects.count() - before

        assert in_threads.submit(bring).result(120) == 120

    def test_others_write_while_something_is_tried(self, in_threads):
        tried, done = threading.Event(), threading.Event()

        def write(slug):
            with act(reason="written meanwhile"):
                Document.objects.create(slug=slug, title={"en": "x"}, kind="report")

        def attempt():
            own = connections["default"]
            with on_a_copy():
                with act(reason="tried"):
                    write("tried-on-a-copy")
                    tried.set()
                    assert done.wait(60)
                copied = connections["default"] is not own
            assert connections["default"] is own
            return copied, Document.objects.filter(slug="tried-on-a-copy").exists()

        attempted = in_threads.submit(attempt)
        assert tried.wait(60)
        try:
            in_threads.submit(write, "written-meanwhile").result(15)
        finally:
            done.set()
        on_copy, there = attempted.result(60)
        assert (on_copy, there) == ((True, False) if connection.vendor == "sqlite" else (False, True))

    def test_inside_an_act_it_is_done_in_place(self, acting):
        with on_a_copy():
            OrganisationFactory(acronym="STAYS")
        assert Organisation.objects.filter(acronym="STAYS").exists()


class TestCommands:
    @pytest.fixture
    def file(self, tmp_path):
        def file(rows):
            path = tmp_path / "rows.csv"
            path.write_bytes(table(rows))
            return path

        return file

    @pytest.fixture
    def run(self, sign_in):
        def run(*args, role="Administrator", **options):
            name = sign_in(role).username if not UserFactory._meta.model.objects.filter(username=role.lower()).exists() else role.lower()
            out, err = io.StringIO(), io.StringIO()
            try:
                call_command(*args, by=name, stdout=out, stderr=err, **options)
            except CommandError as error:
                return out.getvalue(), f"{err.getvalue()}{error}"
            return out.getvalue(), err.getvalue()

        return run

    def test_a_table_is_imported_and_the_import_is_undone(self, file, run):
        out, err = run("import_table", "activities", str(file(activities(3))), reason="From the old list", no_input=True)
        assert "3 new records" in out
        assert not err
        change = Change.objects.get(reason="From the old list")
        assert change.by.username == "administrator"
        assert f"undo_change {change.pk}" in out
        out, err = run("undo_change", str(change.pk), reason="The wrong list")
        assert "undone: 3" in out
        assert not Activity.objects.filter(number__startswith="B-").exists()
        assert "Nothing was undone" in run("undo_change", str(change.pk), reason="Again")[1]

    def test_an_import_that_changes_nothing_names_nothing_to_take_back(self, file, run):
        run("import_table", "activities", str(file(activities(1))), reason="Again", no_input=True)
        slug = Activity.objects.get(number="B-0").slug
        out, err = run("import_table", "activities", str(file([{**activities(1)[0], "slug": slug}])), reason="Again", no_input=True)
        assert "0 new records. 0 records changed." in out
        assert "undo_change" not in out + err

    @pytest.mark.parametrize("answer, count", [("y", 3), ("yes", 3), ("n", 0), ("", 0)])
    def test_it_is_shown_first_and_asked_for(self, answer, count, file, run, monkeypatch):
        monkeypatch.setattr("builtins.input", lambda _asked: answer)
        out, _err = run("import_table", "activities", str(file(activities(3))), reason="x")
        assert "new: 3, changed: 0, unchanged: 0, wrong: 0" in out
        assert Activity.objects.filter(number__startswith="B-").count() == count
        assert ("Nothing was imported." in out) == (count == 0)

    def test_where_nobody_is_there_to_agree_it_says_how_it_is_done_unasked(self, file, run, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO())
        _out, err = run("import_table", "activities", str(file(activities(3))), reason="x")
        assert "--no-input" in err
        assert not Activity.objects.filter(number__startswith="B-").exists()

    def test_nothing_is_imported_without_a_reason(self, file, run):
        assert "Say why" in run("import_table", "activities", str(file(activities(1))), reason=" ", no_input=True)[1]
        assert not Activity.objects.filter(number="B-0").exists()

    def test_nothing_is_done_where_it_is_only_to_be_said(self, file, run):
        out, _err = run("import_table", "activities", str(file(activities(3))), reason="x", dry_run=True)
        assert "new: 3" in out
        assert not Activity.objects.filter(number__startswith="B-").exists()

    @pytest.mark.parametrize("at_once", [True, False])
    def test_rows_that_are_wrong_are_named_and_nothing_is_imported(self, at_once, file, run):
        rows = activities(3)
        rows[1]["kind"], rows[2]["number"] = "nonsense", "B-0"
        out, err = run("import_table", "activities", str(file(rows)), reason="x", no_input=at_once)
        assert "wrong: 2" in out
        for said in ("row 3, kind: ", "row 4: ", "Nothing was imported"):
            assert said in err
        assert not Activity.objects.filter(number__startswith="B-").exists()

    @pytest.mark.parametrize(
        "content, said",
        [(b"slug,phase_of_the_moon\n,full\n", "Unknown columns"), (b"title\nx\n", "slug"), (b"PK\x03\x04", "broken")],
    )
    def test_a_file_that_cannot_be_read_is_refused(self, content, said, tmp_path, run):
        path = tmp_path / "rows"
        path.write_bytes(content)
        assert said in run("import_table", "activities", str(path), reason="x")[1]

    def test_rights_are_those_of_the_account(self, file, run):
        rows = file(activities(1))
        assert "may not import" in run("import_table", "activities", str(rows), reason="x", role="Reader")[1]
        assert not Activity.objects.filter(number="B-0").exists()
        run("import_table", "activities", str(rows), reason="By an editor", role="Editor", no_input=True)
        change = Change.objects.get(reason="By an editor")
        assert "may not undo" in run("undo_change", str(change.pk), reason="x", role="Editor")[1]

    @pytest.mark.parametrize("command", [["import_table", "activities", "none.csv"], ["undo_change", "1"]])
    def test_who_cannot_act_does_not(self, command):
        UserFactory(username="gone", is_active=False)
        for name in ("gone", "nobody"):
            with pytest.raises(CommandError, match="no account"):
                call_command(*command, by=name, reason="x")

    def test_what_is_not_there_is_said(self, run, tmp_path):
        assert "No such file" in run("import_table", "activities", str(tmp_path / "none.csv"), reason="x")[1]
        assert "There was no act" in run("undo_change", "999999", reason="x")[1]
