"""Every collection is a table to take along and to bring back: what was exported changes nothing, what is wrong is named."""

import csv
import datetime
import io

import openpyxl
import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from action_lines.models import Activity, ActivityLine, Role
from mandates.models import Document, DocumentAlias, Mandate, Organisation, OrganisationName, Person, Provision
from meetings.models import Meeting, Task
from reports.models import Ruling
from tests import factories
from tests.factories import ActivityFactory, DocumentFactory, OrganisationFactory, ProvisionFactory, TaskFactory, UserFactory
from tests.forms import address
from wsis_tracker.register import cells, tables
from wsis_tracker.register.admin import RecordAdmin
from wsis_tracker.register.changes import act
from wsis_tracker.register.exchange import SHOWN
from wsis_tracker.register.models import Change, Upload
from wsis_tracker.register.records import Part, Record

pytestmark = pytest.mark.django_db
ADMINS = [one for one in admin.site._registry.values() if isinstance(one, RecordAdmin)]
MODELS = [one.model for one in ADMINS]
#: What no file sets: a task is moved, and rights are a matter of accounts.
NOT_EXCHANGED = {"moves", "editors"}


def named(model):
    return model._meta.label


def exported(client, model, form="csv", **filters):
    """The bytes of an export."""
    response = client.get(address(model, "export"), {"format": form, **filters})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows_in(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def table(rows, delimiter=","):
    """A hand-made file: the rows have the columns of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def sheet(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def previewed(client, model, content, reason="A sheet of the secretariat", name="rows.csv"):
    """The page that shows what a file would do."""
    file = SimpleUploadedFile(name, content)
    response = client.post(address(model, "import"), {"file": file, "change_reason": reason})
    assert response.status_code == 200
    return response


def counts(response):
    preview = response.context["preview"]
    assert preview is not None, response.context["form"].errors
    return {"new": preview.new, "changed": preview.changed, "unchanged": preview.unchanged, "wrong": preview.wrong}


def only(**kinds):
    return {"new": 0, "changed": 0, "unchanged": 0, "wrong": 0} | kinds


def errors(response):
    return list(response.context["preview"].errors)


def refusal(response):
    """Why the file as a whole was refused."""
    assert response.context["preview"] is None
    return " ".join(response.context["form"].errors["file"])


def confirmed(client, model, page):
    return client.post(address(model, "process_import"), {"upload": page.context["upload"].pk}, follow=True)


def brought(client, model, rows, **kwargs):
    """Preview and confirm a hand-made file."""
    page = previewed(client, model, table(rows), **kwargs)
    assert page.context["upload"], errors(page)
    return confirmed(client, model, page)


def history():
    """How many rows the history of the whole register has."""
    return sum(model.history.count() for model in apps.get_models() if issubclass(model, Record | Part))


def draft(**values):
    return ActivityFactory(visibility="draft", **values)


class TestRoundTrip:
    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    @pytest.mark.parametrize("model", MODELS, ids=named)
    def test_what_was_exported_changes_nothing(self, model, form, client, sign_in):
        sign_in("Reviewer")
        if model is Ruling:
            factories.RulingFactory()
        assert model.objects.exists()
        before, acts = history(), Change.objects.count()
        page = previewed(client, model, exported(client, model, form))
        assert counts(page) == only(unchanged=model.objects.count()), errors(page)[:5]
        assert page.context["upload"] is None
        assert (history(), Change.objects.count()) == (before, acts)

    @pytest.mark.parametrize("model", MODELS, ids=named)
    def test_every_field_and_part_that_can_be_typed_is_a_column(self, model, client, sign_in):
        sign_in("Reader")
        columns = exported(client, model).decode("utf-8-sig").partition("\r\n")[0].split(",")
        fields = {field.name for field in model.stating_fields()} | {"slug", model.whole} - {None}
        fields |= set(model.parts()) - NOT_EXCHANGED
        assert {name.rpartition("_")[0] if name not in fields else name for name in columns} == fields - {"by"}

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_texts_that_the_notation_could_mistake_are_kept(self, form, client, sign_in):
        sign_in("Reviewer")
        texts = [
            "=1+1",
            "'=1+1",
            "a | b",
            "a\\| b\\n",
            " edges ",
            "one\r\ntwo\n",
            '“ا ب ج”, «d»; "e"\tf',
            "+1",
            "\u200b=1",
            "\\",
            "|",
            "x_x000D_",
        ]
        organisation = OrganisationFactory(name={"en": "=Sum", "ar": "اسم", "fr": ""})
        with act(reason="names"):
            for place, text in enumerate(texts):
                OrganisationName(record=organisation, name=text, valid_from=str(2000 + place)).save()
        activities = [ActivityFactory(title=text, summary=f"{text}\n{text}") for text in texts]
        for model, slugs in ((Organisation, [organisation.slug]), (Activity, [a.slug for a in activities])):
            page = previewed(client, model, exported(client, model, form))
            assert counts(page) == only(unchanged=model.objects.count()), slugs

    def test_a_line_changed_leaves_the_others_of_its_cell_as_they_are(self, client, sign_in):
        sign_in("Reviewer")
        odd = " a | b\\\r\nc, d "
        organisation = OrganisationFactory()
        with act(reason="names"):
            OrganisationName(record=organisation, name=odd, kind="variant").save()
            OrganisationName(record=organisation, name="Plain", kind="variant", valid_from="2003").save()
        [row] = rows_in(exported(client, Organisation, slug=organisation.slug))
        assert "Plain | variant | 2003" in row["names"].splitlines()
        brought(client, Organisation, [row | {"names": row["names"].replace("2003", "2004-05")}])
        assert {(name.name, name.valid_from) for name in organisation.names.all()} == {(odd, None), ("Plain", "2004-05")}
        assert organisation.names.get(name=odd).history.count() == 1

    def test_lines_in_another_order_and_other_ends_of_lines_say_the_same(self, client, sign_in):
        sign_in("Reviewer")
        mandate = next(mandate for mandate in Mandate.objects.all() if mandate.sources.count() > 1)
        [row] = rows_in(exported(client, Mandate, slug=mandate.slug))
        row["sources"] = "\r\n".join(reversed(row["sources"].split("\n")))
        assert counts(previewed(client, Mandate, table([row]))) == only(unchanged=1)

    def test_a_spreadsheet_has_numbers_as_numbers_and_dates_as_text(self, client, sign_in):
        sign_in("Reader")
        meeting = factories.MeetingFactory(number=7, series="x-series", held_from="2006-04", held_to=None)
        book = openpyxl.load_workbook(io.BytesIO(exported(client, Meeting, "xlsx", slug=meeting.slug)))
        columns, row = book.active.rows
        found = {column.value: cell for column, cell in zip(columns, row, strict=True)}
        assert (found["number"].value, found["held_from"].value, found["held_from"].number_format) == (7, "2006-04", "@")

    def test_an_export_has_what_the_filters_leave(self, client, sign_in):
        sign_in("Reader")
        rows = rows_in(exported(client, Document, kind__exact="resolution", p="0"))
        assert {row["slug"] for row in rows} == set(Document.objects.filter(kind="resolution").values_list("slug", flat=True))
        found = rows_in(exported(client, Person, q="Minkin"))
        assert [row["name"] for row in found] == [Person.objects.search("Minkin").get().name]

    def test_an_export_is_streamed_and_takes_no_query_per_row(self, client, sign_in):
        sign_in("Reader")

        def queries():
            with CaptureQueriesContext(connection) as captured:
                exported(client, Activity)
            return len(captured)

        few = queries()
        line = ActivityFactory().action_line
        Activity.objects.bulk_create(
            Activity(slug=f"many-{n}", title=f"Many {n}", kind="action-taken", action_line=line) for n in range(300)
        )
        assert queries() <= few + 1

    def test_a_text_longer_than_a_cell_is_not_cut_off(self, client, sign_in):
        sign_in("Reviewer")
        activity = ActivityFactory(summary="x" * 40_000)
        said = client.get(address(Activity, "export"), {"format": "xlsx", "slug": activity.slug}, follow=True).content.decode()
        assert f"A text of “{activity.slug}” is longer than a cell of a spreadsheet" in said
        assert counts(previewed(client, Activity, exported(client, Activity, slug=activity.slug))) == only(unchanged=1)

    @pytest.mark.parametrize("asked", [{"format": "pdf"}, {"kind__exact": "resolution", "nonsense": "1"}])
    def test_an_export_of_nonsense_is_refused(self, asked, client, sign_in):
        sign_in("Reader")
        assert client.get(address(Document, "export"), asked).status_code == 400


class TestNotation:
    @given(st.lists(st.text(), min_size=1), st.sampled_from("|,"))
    def test_texts_joined_are_split_again(self, texts, mark):
        joined = cells.join(texts, mark, f" {mark} ")
        assert "\n" not in joined
        assert cells.split(joined, mark) == texts

    @given(st.text())
    def test_what_is_made_safe_is_read_as_it_was(self, text):
        assert tables.unsafe(tables.safe(text)) == text
        assert not tables.FORMULA.match(tables.safe(text))

    def test_what_is_left_out_at_the_end_of_a_line_is_as_by_default(self, client, sign_in):
        sign_in("Editor")
        row = {"slug": "", "symbol": "C88/1", "title_en": "A paper", "kind": "report", "aliases": "C88 / One\nC88-1bis | probable"}
        brought(client, Document, [row])
        document = Document.objects.get(symbol="C88/1")
        assert document.slug
        assert {(alias.text, alias.certainty) for alias in document.aliases.all()} == {("C88 / One", "printed"), ("C88-1bis", "probable")}


class TestFiles:
    """What spreadsheets and people make of a file."""

    ROW = {"slug": "", "title": "نشاط في القاهرة", "kind": "action-taken", "summary": 'One\nTwo; three, "four"', "country": "EG"}

    @pytest.mark.parametrize(
        "content",
        [
            table([ROW]),
            table([ROW], ";"),
            table([ROW], "\t"),
            b"\xef\xbb\xbf" + table([ROW], ";"),
            table([ROW], "\t").decode().encode("utf-16"),
            b"sep=;\r\n" + table([ROW], ";"),
            sheet([list(ROW), list(ROW.values()), [None] * 5]),
        ],
        ids=["commas", "semicolons", "tabs", "BOM", "UTF-16", "sep=", "XLSX"],
    )
    def test_a_file_of_any_such_kind_is_read(self, content, client, sign_in):
        sign_in("Editor")
        page = previewed(client, Activity, content)
        assert counts(page) == only(new=1), errors(page)
        confirmed(client, Activity, page)
        made = Activity.objects.get(title=self.ROW["title"])
        assert (made.summary.replace("\r\n", "\n"), made.country, made.visibility) == (self.ROW["summary"], "EG", "draft")

    @pytest.mark.parametrize(
        "content, said",
        [
            (b"", "empty"),
            ("slug,title\n,é\n".encode("latin-1"), "Line 2 is not in UTF-8"),
            (b'slug,title\n,"x\n', "Row 2 cannot be read"),
            (b"\0\1\2", "neither a CSV file nor an XLSX file"),
            (b"PK\3\4 and nonsense", "The spreadsheet is broken"),
            (b"\xd0\xcf\x11\xe0 and more", "of an old kind"),
            (b"title\nx\n", "The column “slug” is missing"),
            (b"slug,title,colour\n,x,red\n", "Unknown columns: “colour”"),
            (b"slug,title,visibility\n,x,published\n", "These columns are not set by a file: visibility"),
            (b"slug,title,title\n,x,y\n", "stand in the file twice: title"),
            (b"slug,title\n", "The file has no rows"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_with_the_reason(self, content, said, client, sign_in):
        sign_in("Editor")
        assert said in refusal(previewed(client, Activity, content))

    @pytest.mark.parametrize(
        "limit, said", [("MOST_ROWS", "more than 2 rows"), ("LARGEST", "larger than"), ("LARGEST_UNPACKED", "unpacked")]
    )
    def test_a_file_that_is_too_large_is_refused(self, limit, said, client, sign_in, monkeypatch):
        sign_in("Editor")
        monkeypatch.setattr(tables, limit, 2)
        assert said in refusal(previewed(client, Activity, sheet([["slug", "title"]] + [["", "x"]] * 5)))

    def test_state_and_moves_of_a_task_are_not_set_by_a_file(self, client, sign_in):
        sign_in("Reviewer")
        task = TaskFactory()
        said = refusal(previewed(client, Task, table([{"slug": task.slug, "state": "done", "due_on": "2006", "moves": "x"}])))
        assert "not set by a file: state, due_on, moves" in said

    def test_a_date_of_a_spreadsheet_is_as_precise_as_it_is_shown(self, client, sign_in):
        sign_in("Editor")
        book = openpyxl.Workbook()
        book.active.append(["slug", "title", "kind", "started_on", "ended_on", "sdgs", "number"])
        book.active.append(["", "Dated", "action-taken", datetime.date(2005, 11, 18), datetime.datetime(2006, 4, 1), 4, 17.0])
        book.active["D2"].number_format, book.active["E2"].number_format = "dd/mm/yyyy", "mmm-yy"
        out = io.BytesIO()
        book.save(out)
        page = previewed(client, Activity, out.getvalue())
        assert counts(page) == only(new=1), errors(page)
        confirmed(client, Activity, page)
        made = Activity.objects.get(title="Dated")
        assert (made.started_on, made.ended_on, made.sdgs, made.number) == ("2005-11-18", "2006-04", [4], "17")

    def test_a_formula_of_a_spreadsheet_is_no_value_and_a_text_like_one_is_a_text(self, client, sign_in):
        sign_in("Editor")
        page = previewed(client, Activity, sheet([["slug", "title", "kind"], ["", "=A1&B1", "action-taken"]]))
        assert errors(page) == [(2, "title", "The cell holds a formula or an error, not a value.")]
        brought(client, Activity, [{"slug": "sum", "title": "=1+1", "kind": "action-taken"}])
        assert Activity.objects.get(slug="sum").title == "=1+1"
        assert rows_in(exported(client, Activity, slug="sum"))[0]["title"] == "'=1+1"


class TestRows:
    @pytest.mark.parametrize(
        "values, column, said",
        [
            ({"started_on": "12/2005"}, "started_on", "“12/2005” is no date"),
            ({"organisation": "nobody"}, "organisation", "There is no “nobody” among the organisations."),
            ({"slug": "twice"}, "slug", "“twice” stands in row 2 too."),
            ({"kind": "nonsense"}, "kind", "not a valid choice"),
            ({"title": ""}, "title", "cannot be blank"),
            ({"sdgs": "4, 18"}, "sdgs", "from 1 to 17"),
            ({"sdgs": "four"}, "sdgs", "Write numbers with commas"),
            ({"also_on": "c1\nc99"}, "also_on", "Line 2: There is no “c99” among the action lines."),
            ({"also_on": "c1 | c2"}, "also_on", "Line 1: there are more than 1 fields."),
            ({"also_on": "c1\nc1"}, "also_on", "Line 2: "),
            ({"started_on": "2006", "ended_on": "2005"}, "", "It ends before it starts."),
            ({"slug": "No Slug"}, "slug", "valid “slug”"),
            ({"country": "Egypt"}, "country", "at most 2 characters"),
        ],
    )
    def test_a_bad_row_is_named_with_column_and_reason_and_nothing_is_written(self, values, column, said, client, sign_in):
        sign_in("Editor")
        row = dict.fromkeys(["slug", "title", "kind", "started_on", "ended_on", "organisation", "country", "sdgs", "also_on"], "")
        rows = [row | {"slug": "twice", "title": "Good", "kind": "action-taken"}]
        rows.append(row | {"title": "Bad", "kind": "action-taken"} | values)
        before = Activity.objects.count()
        page = previewed(client, Activity, table(rows))
        assert counts(page) == only(new=1, wrong=1)
        [(number, where, reason)] = errors(page)
        assert (number, where) == (3, column)
        assert said in reason
        assert page.context["upload"] is None
        assert Activity.objects.count() == before

    def test_200_activities_with_3_bad_rows_name_the_three_and_change_nothing_then_succeed(self, client, sign_in):
        user = sign_in("Editor")
        rows = [
            {
                "slug": "",
                "number": f"N{n}",
                "title": f"Imported {n}",
                "kind": "stocktaking-entry",
                "action_line": "c7",
                "started_on": "2005",
            }
            for n in range(200)
        ]
        bad = {7: {"started_on": "2005-13"}, 50: {"action_line": "c77"}, 199: {"number": "N3"}}
        broken = [row | bad.get(n, {}) for n, row in enumerate(rows)]
        before, acts = history(), Change.objects.count()
        page = previewed(client, Activity, table(broken))
        assert counts(page) == only(new=197, wrong=3)
        assert [(number, column) for number, column, _reason in errors(page)] == [(9, "started_on"), (52, "action_line"), (201, "")]
        assert (history(), Change.objects.count()) == (before, acts)
        page = previewed(client, Activity, table(rows), reason="The list of spring")
        assert counts(page) == only(new=200)
        assert len(page.context["preview"].first_new) == SHOWN
        assert history() == before
        confirmed(client, Activity, page)
        made = Activity.objects.filter(title__startswith="Imported")
        assert {activity.visibility for activity in made} == {"draft"}
        [change] = {row.change for activity in made for row in activity.history.select_related("change")}
        assert (made.count(), change.reason, change.by, Change.objects.count()) == (200, "The list of spring", user, acts + 1)
        assert not Upload.objects.exists()

    def test_the_preview_shows_each_change_from_old_to_new(self, client, sign_in):
        sign_in("Editor")
        changed, same = draft(title="Old", state="draft", summary="kept"), draft(title="Same", state="planned")
        rows = [{"slug": one.slug, "title": title, "state": one.state} for one, title in ((changed, "New"), (same, "Same"))]
        page = previewed(client, Activity, table(rows))
        assert counts(page) == only(changed=1, unchanged=1)
        [row] = page.context["preview"].first_changed
        assert (row.number, row.object_repr, row.diff) == (2, changed.slug, [("title", "Old", "New")])
        assert '<del>Old</del> <span class="becomes" aria-hidden="true"></span> <ins>New</ins>' in page.content.decode()
        confirmed(client, Activity, page)
        changed.refresh_from_db()
        assert (changed.title, changed.summary, changed.history.count(), same.history.count()) == ("New", "kept", 2, 1)

    def test_an_empty_cell_empties_and_a_language_is_changed_alone(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft", title={"en": "One", "fr": "Un"}, gist="Something")
        brought(client, Document, [{"slug": document.slug, "title_fr": "", "title_ar": "واحد", "gist": ""}])
        document.refresh_from_db()
        assert (document.title, document.gist) == ({"en": "One", "ar": "واحد"}, "")

    def test_the_page_tells_the_columns_their_languages_and_the_words_that_they_take(self, client, sign_in):
        sign_in("Editor")
        page = client.get(address(Organisation, "import"))
        columns = {column.column_name: column for column in page.context["columns"]}
        assert (columns["name_ar"].label, columns["acronym"].choices) == ("name (Arabic)", [])
        assert {"union", "sector", "member-state"} <= set(columns["kind"].choices)
        assert "<code>member-state</code>" in page.content.decode()

    @pytest.mark.parametrize("code", ["en", "ru"])
    def test_what_is_wrong_with_a_text_is_told_of_a_language_that_is_in_the_file(self, code, client, sign_in):
        sign_in("Editor")
        page = previewed(client, Organisation, table([{"slug": "", "acronym": "NEW", "kind": "agency", f"name_{code}": ""}]))
        assert {column for _row, column, _reason in errors(page)} == {f"name_{code}"}

    def test_a_row_may_name_a_record_that_a_row_above_it_makes(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft")
        row = {"slug": f"{document.slug}-para-1", "document": document.slug, "label": "para-1", "position": 1, "parent": ""}
        brought(client, Provision, [row, row | {"slug": "", "label": "para-1-a", "position": 2, "parent": row["slug"]}])
        assert document.provisions.get(label="para-1-a").parent == document.provisions.get(label="para-1")

    def test_no_circle_is_made_by_two_rows_of_one_file(self, client, sign_in):
        sign_in("Editor")
        one, two = (OrganisationFactory(visibility="draft") for _n in range(2))
        page = previewed(client, Organisation, table([{"slug": a.slug, "parent": b.slug} for a, b in ((one, two), (two, one))]))
        assert errors(page) == [(3, "parent", "This leads back to the record itself.")]

    def test_a_new_task_is_open_since_today_and_has_its_assignees(self, client, sign_in):
        user = sign_in("Editor")
        brought(client, Task, [{"slug": "", "title": "Ask them", "assignees": user.username, "organisations": "itu | supporting"}])
        task = Task.objects.get(title="Ask them")
        assert (task.state, task.moves.get().by, task.assignees.get().user) == ("open", user, user)

    def test_a_ruling_is_by_who_imports_it_and_about_a_discrepancy_that_there_is(self, client, sign_in):
        user = sign_in("Reviewer")
        row = {
            "slug": "",
            "subject": "role-itu-c99",
            "weighed": "itu-c7",
            "stands": "itu-c7",
            "reason": "So be it",
            "ruled_on": "2006-05-01",
        }
        assert errors(previewed(client, Ruling, table([row]))) == [(2, "subject", "There was no such discrepancy on that day.")]
        from reports.discrepancies import discrepancies

        voices = [voice.key for d in discrepancies("2006-05-01") if d.key == "role-itu-c7" for voice in d.voices]
        brought(client, Ruling, [row | {"subject": "role-itu-c7", "weighed": ", ".join(voices), "stands": voices[0]}])
        assert (Ruling.objects.get().by, Ruling.objects.get().weighed) == (user, voices)

    def test_an_unchanged_row_takes_no_query(self, client, sign_in):
        sign_in("Reviewer")

        def queries(number):
            content = table(rows_in(exported(client, Role))[:number])
            with CaptureQueriesContext(connection) as captured:
                assert counts(previewed(client, Role, content)) == only(unchanged=number)
            return len(captured)

        assert queries(40) <= queries(5)


class TestConfirming:
    def test_what_somebody_changed_after_the_preview_is_not_overwritten_but_named(self, client, sign_in):
        sign_in("Editor")
        one, two = draft(title="One"), draft(title="Two")
        page = previewed(client, Activity, table([{"slug": a.slug, "title": title} for a, title in ((one, "Uno"), (two, "Two"))]))
        with act(reason="faster"):
            two.summary = "More"
            two.save()
        page = confirmed(client, Activity, page)
        assert errors(page) == [(3, "", f"“{two.slug}” was changed by somebody else after the preview.")]
        assert "Nothing was imported" in page.content.decode()
        assert Activity.objects.get(pk=one.pk).title == "One"

    @pytest.mark.parametrize("made", [True, False])
    def test_what_was_made_or_deleted_after_the_preview_is_named(self, made, client, sign_in):
        sign_in("Editor")
        if not made:
            draft(slug="late")
        page = previewed(client, Activity, table([{"slug": "late", "title": "Late", "kind": "action-taken"}]))
        with act(reason="faster"):
            if made:
                Activity(slug="late", title="Late", kind="action-taken").save()
            else:
                Activity.objects.get(slug="late").delete()
        assert errors(confirmed(client, Activity, page)) == [(2, "", "“late” was changed by somebody else after the preview.")]

    def test_a_file_is_imported_once_and_by_who_sent_it(self, client, sign_in):
        sign_in("Editor")
        page = previewed(client, Activity, table([{"slug": "", "title": "Once", "kind": "action-taken"}]))
        other = UserFactory(is_superuser=True)
        client.force_login(other)
        assert "waits no longer" in confirmed(client, Activity, page).content.decode()
        client.force_login(page.context["upload"].by)
        assert "waits no longer" in confirmed(client, Document, page).content.decode()
        assert "1 new record." in confirmed(client, Activity, page).content.decode()
        assert "waits no longer" in confirmed(client, Activity, page).content.decode()
        assert Activity.objects.filter(title="Once").count() == 1

    @pytest.mark.parametrize("key", ["", "x", "9" * 40])
    def test_a_strange_confirmation_imports_nothing(self, key, client, sign_in):
        sign_in("Editor")
        assert client.post(address(Activity, "process_import"), {"upload": key}).status_code == 302

    def test_a_reason_is_asked(self, client, sign_in):
        sign_in("Reviewer")
        page = previewed(client, Activity, table([{"slug": "", "title": "x", "kind": "action-taken"}]), reason=" ")
        assert page.context["form"].errors["change_reason"]


class TestRights:
    #: For each role what it may do of export and import; a ruling is made by reviewers.
    MAY = {"Reader": (200, 403), "Editor": (200, 200), "Reviewer": (200, 200), "Administrator": (200, 200)}

    @pytest.mark.parametrize("role", MAY)
    def test_who_may_see_exports_and_who_may_add_and_change_imports(self, role, client, sign_in):
        sign_in(role)
        export, bring = self.MAY[role]
        for model in MODELS:
            expected = 403 if model is Ruling and role == "Editor" else bring
            assert client.get(address(model, "export")).status_code == export, model
            assert client.get(address(model, "import")).status_code == expected, model
            assert client.post(address(model, "import")).status_code == expected, model
            assert client.post(address(model, "process_import")).status_code == (302 if expected == 200 else 403), model

    def test_who_has_no_role_does_neither(self, client):
        client.force_login(UserFactory())
        for model in MODELS:
            for page in ("export", "import", "process_import"):
                assert client.get(address(model, page)).status_code == 403
        client.logout()
        assert client.get(address(Activity, "export")).status_code == 302

    @pytest.mark.parametrize("role", ["Editor", "Reviewer", "Administrator"])
    def test_who_imports_is_led_to_what_was_written(self, role, client, sign_in):
        sign_in(role)
        page = brought(client, Person, [{"slug": "", "name": "Ada Brown"}])
        written = address(Change, "change", Change.objects.latest("pk").pk)
        assert f'href="{written}"' in page.text
        assert "Ada Brown" in client.get(written).text

    def test_the_list_offers_what_one_may_do(self, client, sign_in):
        sign_in("Reader")
        page = client.get(address(Document, "changelist"), {"kind__exact": "resolution", "p": "1"}).content.decode()
        assert "export/?kind__exact=resolution&amp;format=csv" in page
        assert address(Document, "import") not in page
        client.force_login(UserFactory(is_superuser=True))
        assert address(Document, "import") in client.get(address(Document, "changelist")).content.decode()

    def test_an_editor_changes_nothing_that_is_published(self, client, sign_in):
        sign_in("Editor")
        published, whole = ActivityFactory(title="Public"), DocumentFactory(symbol="C66/6")
        page = previewed(client, Activity, table([{"slug": published.slug, "title": "Mine"}]))
        assert errors(page) == [(2, "", "“Public” is published: a reviewer can change it.")]
        paragraph = {"slug": "", "document": whole.slug, "label": "para-1", "position": 1}
        page = previewed(client, Provision, table([paragraph]))
        assert errors(page) == [(2, "", "“C66/6” is published: a reviewer can change it.")]
        provision = ProvisionFactory(document=DocumentFactory(visibility="draft"))
        page = previewed(client, Provision, table([{"slug": provision.slug, "document": whole.slug}]))
        assert errors(page) == [(2, "", "“C66/6” is published: a reviewer can change it.")]

    def test_nobody_changes_or_sees_a_record_that_is_another_s_or_gives_one_away(self, client, sign_in, monkeypatch):
        sign_in("Editor")
        mine, other = OrganisationFactory(), OrganisationFactory()
        one, hidden = draft(organisation=mine), draft(organisation=other)
        activities = admin.site.get_model_admin(Activity)
        monkeypatch.setattr(activities, "get_queryset", lambda request: Activity.objects.filter(organisation=mine))
        monkeypatch.setattr(activities, "has_change_permission", lambda request, obj=None: obj is None or obj.organisation == mine)
        rows = [{"slug": hidden.slug, "organisation": mine.slug}, {"slug": one.slug, "organisation": other.slug}]
        page = previewed(client, Activity, table(rows))
        said = "“%s” is not yours to change."
        assert errors(page) == [(2, "", said % hidden.slug), (3, "", said % one.title)]
        assert hidden.title not in page.content.decode()
        assert [row["slug"] for row in rows_in(exported(client, Activity))] == [one.slug]

    def test_a_reviewer_does_and_publishing_rules_hold(self, client, sign_in):
        sign_in("Reviewer")
        published, hidden = ActivityFactory(title="Public"), OrganisationFactory(visibility="draft", acronym="HID")
        brought(client, Activity, [{"slug": published.slug, "title": "Ours"}])
        assert Activity.objects.get(pk=published.pk).title == "Ours"
        page = previewed(client, Activity, table([{"slug": published.slug, "organisation": hidden.slug}]))
        assert errors(page) == [(2, "", "Publish first what this record points to: HID.")]


def test_names_of_parts_lead_to_words_of_search(client, sign_in):
    """A part that a file brings is found as one typed in the form is."""
    sign_in("Reviewer")
    document = DocumentFactory()
    brought(client, Document, [{"slug": document.slug, "aliases": "ZETA/99"}])
    assert DocumentAlias.objects.get(record=document).normalised
    assert list(Document.objects.search("zeta")) == [document]


def test_what_an_activity_serves_is_brought_with_it(client, sign_in):
    sign_in("Editor")
    brought(client, Activity, [{"slug": "", "title": "Serving", "kind": "action-taken", "also_on": "c1\nc2"}])
    assert {line.action_line.slug for line in ActivityLine.objects.filter(record__title="Serving")} == {"c1", "c2"}
