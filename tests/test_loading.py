"""Loading: natural keys, one transaction, twice equals once, staff's changes untouched, a bad record named."""

from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

from mandates.models import Document, Organisation
from meetings.models import Task
from tests.factories import DocumentFactory, OrganisationFactory, ProvisionFactory
from wsis_tracker.register.changes import act
from wsis_tracker.register.loading import BadRecord, load, record_models
from wsis_tracker.register.models import Change
from wsis_tracker.register.records import Part, Record

pytestmark = pytest.mark.django_db
FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.fixture
def directory(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


GOOD = """
- slug: new-body
  acronym: NB
  name: {en: New body, fr: Nouvel organe}
  kind: body
  parent: itu
  names:
    - name: The New Body
      kind: variant
  sources:
    - provision: wg-wsis-report-2002-2006-para-1
      words: of the new body
      fact_ids: [F999]
"""


def test_what_is_loaded_passes_every_rule_of_its_model():
    for model in apps.get_models():
        if issubclass(model, Record | Part):
            for instance in model.objects.all():
                instance.full_clean()


def test_loading_twice_equals_loading_once():
    changes = Change.objects.count()
    done = load(FIXTURES, reason="again")
    assert (done.added.total(), done.overwritten.total(), done.differing) == (0, 0, [])
    assert done.equal.total() == sum(model.objects.count() for model in record_models())
    assert Change.objects.count() == changes


def test_the_content_passes_the_registers_own_checks():
    call_command("check", tags=["register"], fail_level="WARNING", stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda: Document.objects.filter(pk=ProvisionFactory().document_id).update(body=OrganisationFactory(visibility="draft")), "W001"),
        (lambda: OrganisationFactory(), "W002"),
        (lambda: Document.history.filter(id=DocumentFactory().pk).delete(), "W003"),
    ],
)
def test_the_registers_own_checks_see_what_is_wrong(spoil, words):
    spoil()
    with pytest.raises(CommandError, match=words):
        call_command("check", tags=["register"], fail_level="WARNING", stdout=StringIO(), stderr=StringIO())


def test_a_record_is_added_with_its_parts_and_its_history_says_why(directory):
    done = load(directory(organisations=GOOD), reason="A new body")
    body = Organisation.objects.get(slug="new-body")
    assert done.added == {"organisations": 1}
    assert (body.parent.slug, body.name["fr"], body.names.get().name) == ("itu", "Nouvel organe", "The New Body")
    assert body.sources.get().fact_ids == ["F999"]
    assert body.history.get().history_change_reason == "A new body"
    assert body.visibility == "published"


def test_what_staff_changed_is_named_and_not_touched(directory):
    load(directory(organisations=GOOD), reason="first")
    with act(reason="staff"):
        body = Organisation.objects.get(slug="new-body")
        body.acronym = "NBX"
        body.save()
    done = load(directory(), reason="again")
    assert done.differing == ["organisations/new-body: acronym"]
    assert Organisation.objects.get(slug="new-body").acronym == "NBX"


def test_overwriting_takes_a_reason_and_keeps_what_staff_wrote_in_the_history(directory):
    path = directory(organisations=GOOD)
    load(path, reason="first")
    with act(reason="staff"):
        Organisation.objects.get(slug="new-body").names.all().delete()
        body = Organisation.objects.get(slug="new-body")
        body.acronym = "NBX"
        body.save()
    with pytest.raises(CommandError, match="needs --reason"):
        call_command("load_register", str(path), "--overwrite")
    call_command("load_register", str(path), "--overwrite", "--reason", "the file is right", stdout=StringIO())
    body = Organisation.objects.get(slug="new-body")
    assert (body.acronym, body.names.count()) == ("NB", 1)
    assert [row.acronym for row in body.history.all()] == ["NB", "NBX", "NB"]


def test_overwriting_brings_back_the_words_of_a_source_that_staff_edited(directory):
    path = directory(organisations=GOOD)
    load(path, reason="first")
    source = Organisation.objects.get(slug="new-body").sources.get()
    with act(reason="staff"):
        source.words = "edited"
        source.save()
    assert load(path, reason="again").differing == ["organisations/new-body: sources"]
    done = load(path, reason="the file is right", overwrite=True)
    assert (done.overwritten, done.equal) == ({"organisations": 1}, {})
    assert Organisation.objects.get(slug="new-body").sources.get().words == "of the new body"


def test_a_task_is_in_the_state_of_its_last_move_and_of_no_other(directory):
    moves = "  moves: [{to_state: open, on: 2005-01}, {from_state: open, to_state: done, on: 2006, due_to: 2006-02}]\n"
    load(directory(tasks="- slug: x\n  title: X\n" + moves), reason="first")
    task = Task.objects.get(slug="x")
    assert (task.state, task.due_on) == ("done", "2006-02")
    with act(reason="staff"):
        task.move_to("in-progress", on="2007")
    load(directory(), reason="again", overwrite=True)
    assert Task.objects.get(slug="x").state == "in-progress"
    with pytest.raises(BadRecord, match="“state” follows from the rest"):
        load(directory(tasks="- slug: y\n  title: Y\n  state: done\n"), reason="by hand")


def test_a_part_that_staff_removed_is_named_and_not_brought_back(directory):
    path = directory(organisations=GOOD)
    load(path, reason="first")
    with act(reason="staff"):
        Organisation.objects.get(slug="new-body").names.all().delete()
    assert load(path, reason="again").differing == ["organisations/new-body: names"]
    assert not Organisation.objects.get(slug="new-body").names.exists()


@pytest.mark.parametrize(
    "text, words",
    [
        ("- slug: x\n  name: {en: X}\n  kind: nonsense", "organisations.yaml: x: kind"),
        ("- slug: x\n  name: {en: X}\n  kind: body\n  parent: nobody", "organisations.yaml: x: parent: there is no “nobody”"),
        ("- slug: x\n  name: {en: X}\n  kind: body\n  colour: red", "organisations.yaml: x: there is no field “colour”"),
        ("- slug: x\n  name: {en: X}\n  kind: body\n  valid_from: soon", "organisations.yaml: x: valid_from: “soon” is no date"),
        ("- slug: x\n  name: {xx: X}\n  kind: body", "organisations.yaml: x: name: Unknown language"),
        ("- slug: x\n  name: {en: X}\n  kind: body\n  names: [just a text]", "organisations.yaml: x: names: just a text"),
        (
            "- slug: x\n  name: {en: X}\n  kind: body\n  valid_from: 2006\n  valid_until: 2005",
            "organisations.yaml: x: valid_until: The period ends",
        ),
        ("- slug: x\n  name: {en: X}\n  kind: body\n- slug: x\n  name: {en: Y}\n  kind: body", "organisations.yaml: given twice: x"),
        ("- name: {en: X}", "organisations.yaml: a list of records is expected"),
        ("slug: [unclosed", "organisations.yaml: "),
        ("- slug: x\n  name: [a, list]\n  kind: body", "organisations.yaml: x: name"),
        ("- slug: x\n  name: {en: X}\n  kind: [body]", "organisations.yaml: x: kind: a text is expected"),
        ("- slug: x\n  name: {en: X}\n  kind: member-state", "organisations.yaml: x: A Member State, and nothing else, has an ISO code."),
        (
            "".join(f"- slug: {slug}\n  name: {{en: X}}\n  kind: member-state\n  iso_code: XX\n" for slug in "xy"),
            "organisations.yaml: y: iso_code: Another Member State has this ISO code.",
        ),
    ],
)
def test_a_bad_record_is_named_by_file_and_key_and_nothing_is_loaded(directory, text, words):
    good = "- slug: fine\n  name: {en: Fine}\n  kind: body\n"
    with pytest.raises(BadRecord) as refusal:
        load(directory(organisations=good + text if text.startswith("- slug") else text), reason="bad")
    assert words in str(refusal.value)
    assert not Organisation.objects.filter(slug="fine").exists()


def test_a_bad_part_undoes_the_whole_load(directory):
    bad = GOOD.replace("wg-wsis-report-2002-2006-para-1", "no-such-paragraph")
    with pytest.raises(CommandError, match=r"Nothing was loaded.*new-body: sources.*no-such-paragraph"):
        call_command("load_register", str(directory(organisations=bad)))
    assert not Organisation.objects.filter(slug="new-body").exists()


def test_a_dry_run_says_what_it_would_do_and_does_nothing(directory):
    out = StringIO()
    call_command("load_register", str(directory(organisations=GOOD)), "--dry-run", stdout=out)
    assert "added: 1" in out.getvalue()
    assert not Organisation.objects.filter(slug="new-body").exists()


def test_a_register_that_holds_records_is_left_alone_where_only_an_empty_one_is_to_be_loaded(directory):
    OrganisationFactory()
    out = StringIO()
    call_command("load_register", str(directory(organisations=GOOD)), "--if-empty", stdout=out)
    assert "nothing loaded" in out.getvalue()


def test_every_paragraph_of_the_report_is_summarised():
    report = Document.objects.get(slug="wg-wsis-report-2002-2006")
    assert report.provisions.count() > 100
    assert all(provision.gist for provision in report.provisions.exclude(kind="heading"))
