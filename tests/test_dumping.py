"""A dump of the published register: read back into an empty one and dumped again it is the same, byte for byte."""

import io
import zipfile
from io import StringIO

import pytest
import yaml
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from action_lines.models import Activity
from mandates.models import Document, Organisation, OrganisationEditor
from meetings.models import Task, TaskAssignee
from reports.models import Ruling
from wsis_tracker.accounts.models import User
from wsis_tracker.register.changes import act
from wsis_tracker.register.dumping import Texts, dump, dump_archive, named_first
from wsis_tracker.register.loading import BadRecord, load, record_models
from wsis_tracker.register.records import Part, Record

from . import bulk, factories

pytestmark = pytest.mark.django_db


def texts_in(directory):
    return {path.name: path.read_text(encoding="utf-8") for path in directory.iterdir()}


def empty_the_register():
    for model in apps.get_models():
        if issubclass(model, Part):
            model._base_manager.all()._raw_delete("default")
    for model in record_models():
        model._base_manager.all()._raw_delete("default")


@pytest.fixture
def rich():
    """What the loaded register does not have: every kind of value and part, links from earlier records to later ones."""
    user = factories.UserFactory(username="alice-of-the-secretariat")
    factories.RulingFactory(by=user, reason="=1+1\r\n  two lines: “так”, #3 ")
    factories.RulingFactory(by=user, visibility="draft", reason="an unfinished thought")
    hidden = factories.DocumentFactory(symbol="X98/1", visibility="draft")
    factories.ProvisionFactory(document=hidden, gist="a hidden paragraph")
    factories.ActivityFactory(sdgs=[9, 1], summary="null", staff_note="a note of the staff")
    factories.FigureFactory(value="-3.5")
    early = factories.OrganisationFactory(slug="z-early")
    late = factories.OrganisationFactory(slug="a-late", name={"ru": "Поздняя", "en": "Late", "ar": "متأخر"})
    task = factories.TaskFactory(title="2006-04")
    with act(reason="a test"):
        early.parent = late
        early.save()
        for n in (2, 1):
            early.names.create(name=f"Name {n}")
        OrganisationEditor.objects.create(record=early, user=user)
        TaskAssignee.objects.create(record=task, user=user)
        task.move_to("in-progress", on="2005-07", by=user, reason="Begun", due_on="2006")
        task.move_to("open", on="2005-07", by=user)
        task.organisations.create(organisation=late, part="supporting")
        task.organisations.create(organisation=early)
    return user


def test_a_dump_read_back_into_an_empty_register_and_dumped_again_is_the_same(tmp_path, rich):
    counts = dump(tmp_path / "first")
    assert counts == {model.collection: model.objects.published().count() for model in record_models()}
    kept = {model: list(model.objects.published().order_by("slug").values_list("slug", flat=True)) for model in record_models()}
    empty_the_register()
    done = load(tmp_path / "first", reason="from a dump")
    assert done.added == {name: count for name, count in counts.items() if count}
    dump(tmp_path / "second")
    assert texts_in(tmp_path / "first") == texts_in(tmp_path / "second")
    assert kept == {model: list(model.objects.order_by("slug").values_list("slug", flat=True)) for model in kept}
    assert Activity.objects.filter(sdgs=[9, 1]).exists()
    assert Task.objects.get(title="2006-04").state == "open"
    assert [name.name for name in Organisation.objects.get(slug="z-early").names.order_by("pk")] == ["Name 2", "Name 1"]
    for model in apps.get_models():
        if issubclass(model, Record | Part):
            for instance in model.objects.all():
                instance.full_clean()


def test_a_dump_read_into_the_register_that_it_is_of_changes_nothing(tmp_path, rich):
    dump(tmp_path)
    done = load(tmp_path, reason="again")
    assert (done.added.total(), done.overwritten.total(), done.differing) == (0, 0, [])


def test_nothing_that_the_public_does_not_see_is_in_it(tmp_path, rich):
    dump(tmp_path)
    text = "\n".join(texts_in(tmp_path).values())
    for hidden in ("alice", "X98/1", "a hidden paragraph", "an unfinished thought", "a note of the staff", "staff_note", "visibility"):
        assert hidden not in text, hidden
    assert "assignees" not in text
    assert "editors" not in text
    for note in Document.objects.exclude(staff_note="").values_list("staff_note", flat=True):
        assert note not in text


def test_what_a_person_ruled_elsewhere_is_by_an_account_with_which_nobody_signs_in(tmp_path, rich):
    dump(tmp_path)
    Ruling.objects.all()._raw_delete("default")
    load(tmp_path, reason="from a dump")
    account = Ruling.objects.get().by
    assert (account.username, account.is_active, account.has_usable_password()) == ("register", False, False)
    Ruling.objects.all()._raw_delete("default")
    load(tmp_path, reason="from a dump", by=rich)
    assert Ruling.objects.get().by == rich


def test_no_file_names_an_account(tmp_path, rich):
    (tmp_path / "rulings.yaml").write_text(
        "- {slug: x, subject: y, weighed: [a], stands: [a], reason: z, ruled_on: 2006, by: alice-of-the-secretariat}"
    )
    with pytest.raises(BadRecord, match="accounts stand in no file"):
        load(tmp_path, reason="by hand")
    assert not User.objects.filter(username="register").exists()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_every_text_comes_back_as_it_was(text):
    written = yaml.dump([{"slug": text}], Dumper=Texts, allow_unicode=True, width=10**9)
    assert yaml.load(written, Loader=yaml.CBaseLoader) == [{"slug": text}]  # noqa: S506 - as the loader does


@pytest.mark.parametrize(
    "names, ordered",
    [
        ({1: [None], 2: [1]}, [1, 2]),
        ({1: [3], 2: [], 3: [2]}, [2, 3, 1]),
        ({1: [2, 4], 2: [3], 3: [], 4: [3], 5: [9]}, [3, 2, 4, 1, 5]),
        ({n: [n + 1] for n in range(5000)}, list(range(4999, -1, -1))),
    ],
)
def test_what_is_named_comes_first_and_else_the_order_stays(names, ordered):
    assert named_first(names) == ordered
    assert named_first({key: names[key] for key in ordered}) == ordered


def test_a_collection_takes_as_many_queries_for_each_chunk(tmp_path):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            dump(tmp_path)
        return len(captured)

    few = queries()
    bulk.activities(1000)
    assert queries() - few <= 2 * len(Activity.parts()) * 2


class TestTheArchive:
    @pytest.fixture
    def get(self, client):
        return lambda **headers: client.get("/api/v1/dump/", headers={"host": "localhost", **headers})

    def test_it_holds_the_files_of_the_command(self, get, tmp_path, rich):
        response = get()
        assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
        dump(tmp_path)
        assert {name: archive.read(name).decode() for name in archive.namelist()} == texts_in(tmp_path)

    def test_the_same_register_gives_the_same_bytes_and_is_asked_for_anew_by_its_tag(self, get):
        first = get()
        assert first.getvalue() == get().getvalue()
        assert get(**{"if-none-match": first["ETag"]}).status_code == 304
        factories.OrganisationFactory()
        assert get(**{"if-none-match": first["ETag"]}).status_code == 200

    def test_the_staff_gets_what_the_public_gets(self, get, sign_in, rich):
        public = get().getvalue()
        sign_in("Administrator")
        assert get().getvalue() == public

    def test_it_is_loaded_as_it_is(self, tmp_path, rich):
        with (tmp_path / "register.zip").open("wb") as file:
            dump_archive(file)
        out = StringIO()
        call_command("load_register", str(tmp_path / "register.zip"), stdout=out)
        assert "equal: " in out.getvalue()
        assert "added" not in out.getvalue()

    def test_what_is_no_archive_is_refused(self, tmp_path):
        (tmp_path / "register.zip").write_text("no archive")
        with pytest.raises(CommandError, match="no directory"):
            call_command("load_register", str(tmp_path / "register.zip"))

    def test_it_takes_no_parameter_and_has_one_form(self, get, client):
        assert get(accept="application/json").status_code == 406
        assert client.get("/api/v1/dump/?as_of=2005-01-01").status_code == 400
        assert client.post("/api/v1/dump/").status_code == 405
