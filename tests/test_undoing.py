"""An act is undone as one: all that it made, changed and deleted goes back to what it was before, or nothing does."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from action_lines.models import Role, RoleSource
from mandates.models import Document, DocumentAlias, Organisation, OrganisationEditor, Provision
from meetings.models import Task, TaskMove
from reports.official.issuing import issue
from tests.factories import (
    AppointmentFactory,
    DocumentFactory,
    FigureFactory,
    OrganisationFactory,
    ProvisionFactory,
    ReportFactory,
    RoleFactory,
    TaskFactory,
    UserFactory,
)
from tests.forms import address
from wsis_tracker.changes import with_records
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change
from wsis_tracker.register.undoing import undo

pytestmark = pytest.mark.django_db


def undone(change, **given):
    undo(change, **{"by": None, "reason": "It was a mistake"} | given)
    connection.check_constraints()


def said(record):
    """What a record says, and its parts."""
    return {
        f.name: f.value_from_object(record) for f in record._meta.concrete_fields if f.name not in ("updated_at", "created_at", "search")
    }


def test_an_act_and_what_undoes_it_lead_to_each_other(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    with act(reason="An import") as change:
        DocumentFactory()
    undone(change)
    later = Change.objects.get(undoes=change)
    assert f'href="{address(Change, "change", later.pk)}"' in client.get(address(Change, "change", change.pk)).text
    assert f'href="{address(Change, "change", change.pk)}"' in client.get(address(Change, "change", later.pk)).text


def test_only_an_act_that_can_be_undone_offers_it(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    with act(reason="An import") as change:
        DocumentFactory()
    issued = issue(ReportFactory(), symbol="C79/8", issued_on="1979-02-03", by=UserFactory(), reason="As agreed by Council").change
    assert "Undo it" in client.get(address(Change, "change", change.pk)).text
    assert "Undo it" not in client.get(address(Change, "change", issued.pk)).text
    undone(change)
    assert "Undo it" not in client.get(address(Change, "change", change.pk)).text


def test_what_an_act_made_changed_and_deleted_goes_back_with_all_parts_as_one_new_act():
    changed, gone = DocumentFactory(place="Geneva"), DocumentFactory(symbol="C66/1")
    with act(reason="parts"):
        kept = DocumentAlias.objects.create(record=changed, text="C55/01")
        lost = DocumentAlias.objects.create(record=gone, text="C66/01")
        paragraph = ProvisionFactory(document=gone)
    before = [said(Document.objects.get(pk=d.pk)) for d in (changed, gone)] + [said(kept), said(lost), said(paragraph)]
    with act(reason="An import") as change:
        changed.place = "Tunis"
        changed.save()
        kept.text = "C55/001"
        kept.save()
        gone.delete()
        made = DocumentFactory(symbol="C66/1")
        DocumentAlias.objects.create(record=made, text="C66/01")
    undone(change)
    now = [Document.objects.get(symbol=d.symbol) for d in (changed, gone)]
    now += [DocumentAlias.objects.get(record__symbol="C66/1"), Provision.objects.get(slug=paragraph.slug)]
    now.insert(2, DocumentAlias.objects.get(pk=kept.pk))
    assert [said(row) for row in now] == before
    assert not Document.objects.filter(slug=made.slug).exists()
    new = Change.objects.get(reason="It was a mistake")
    assert {record.type for record in with_records([new], staff=True)[0].records} == {"created", "changed", "deleted"}
    assert Document.objects.search("C66/01").get().slug == gone.slug


def test_undoing_is_undone_itself():
    document = DocumentFactory(place="Geneva")
    with act(reason="moved") as change:
        document.delete()
    undone(change)
    assert Document.objects.filter(slug=document.slug).exists()
    undone(Change.objects.get(reason="It was a mistake"), reason="It was none")
    assert not Document.objects.filter(slug=document.slug).exists()


def test_places_that_were_changed_about_come_back():
    document = DocumentFactory()
    first, second = ProvisionFactory(document=document, position=1), ProvisionFactory(document=document, position=2)
    with act(reason="the other order") as change:
        for provision, position in [(first, 99), (second, 1), (first, 2)]:
            provision.position = position
            provision.save()
    undone(change)
    assert [p.pk for p in document.provisions.order_by("position")] == [first.pk, second.pk]


def test_what_was_led_to_a_record_made_in_the_act_leads_back():
    appointment = AppointmentFactory()
    before = said(appointment)
    with act(reason="Another body") as change:
        appointment.organisation = OrganisationFactory()
        appointment.save()
    undone(change)
    appointment.refresh_from_db()
    assert said(appointment) == before


def test_a_merge_of_two_records_is_taken_apart_again():
    kept, twin = OrganisationFactory(acronym="ONE"), OrganisationFactory(acronym="TWO")
    role = RoleFactory(organisation=twin)
    with act(reason="names"):
        name = twin.names.create(name="The Two", kind="official")
    with act(reason="one and the same") as change:
        role.organisation = kept
        role.save()
        name.record = kept
        name.save()
        twin.delete()
        kept.acronym = "TWO"
        kept.save()
    undone(change)
    again = Organisation.objects.get(slug=twin.slug)
    assert (Role.objects.get(pk=role.pk).organisation, again.acronym, again.names.get().name) == (again, "TWO", "The Two")
    assert Organisation.objects.search("the two").filter(pk__in=[kept.pk, again.pk]).get() == again


def test_a_task_is_where_it_was_before_its_move():
    task = TaskFactory()
    with act(reason="moved") as change:
        task.move_to("done", on="2006-01", due_on="2006-02")
    undone(change)
    task = Task.objects.get(pk=task.pk)
    assert (task.state, task.due_on, task.moves.count()) == ("open", None, 1)
    with act(reason="deleted") as change:
        task.delete()
    undone(change)
    assert TaskMove.objects.get(record__slug=task.slug).on == "2005-06-01"


class TestRefused:
    """…and nothing is changed."""

    def refused(self, change, words, **given):
        acts = Change.objects.count()
        with pytest.raises(ValidationError) as error:
            undone(change, **given)
        assert words in " ".join(error.value.messages)
        assert Change.objects.count() == acts

    def test_what_was_undone_already(self):
        with act(reason="An import") as change:
            DocumentFactory()
        undone(change)
        self.refused(change, "undone already")

    def test_what_is_kept_for_good(self):
        issued = issue(ReportFactory(), symbol="C79/8", issued_on="1979-02-03", by=UserFactory(), reason="As agreed by Council")
        self.refused(issued.change, "issued report")

    def test_what_was_changed_since(self):
        one, other = DocumentFactory(place="Geneva"), DocumentFactory(symbol="C66/2", place="Geneva")
        with act(reason="places") as change:
            for document in (one, other):
                document.place = "Tunis"
                document.save()
        with act(reason="a colleague"):
            other.place = "Paris"
            other.save()
        self.refused(change, "Changed since: C66/2")
        assert Document.objects.get(pk=one.pk).place == "Tunis"

    def test_a_record_of_which_a_part_was_changed_since(self):
        document = DocumentFactory(symbol="C66/2")
        with act(reason="aliases") as change:
            alias = DocumentAlias.objects.create(record=document, text="C66/02")
        with act(reason="a colleague"):
            alias.delete()
        self.refused(change, "Changed since: C66/2")

    def test_what_others_have_named_since(self):
        with act(reason="made") as change:
            organisation = OrganisationFactory()
        RoleFactory(organisation=organisation)
        self.refused(change, "It is named since by: ")

    def test_what_others_have_added_parts_to_since(self):
        with act(reason="made") as change:
            document = DocumentFactory(symbol="C66/3")
        with act(reason="a colleague"):
            DocumentAlias.objects.create(record=document, text="C66/03")
        self.refused(change, "It is named since by: C66/3 (alias: C66/03)")

    def test_what_names_a_record_that_is_gone(self):
        body, document = OrganisationFactory(), DocumentFactory()
        document.body = body
        with act(reason="a body"):
            document.save()
        with act(reason="none") as change:
            document.body = None
            document.save()
        with act(reason="gone"):
            body.delete()
        self.refused(change, f"What these name is gone: document {document.slug} (body)")

    def test_what_would_take_a_paragraph_out_of_a_published_document(self):
        draft, document = DocumentFactory(visibility="draft"), DocumentFactory(visibility="draft")
        provision = ProvisionFactory(document=draft)
        with act(reason="It stands there") as change:
            provision.document = document
            provision.save()
        with act(reason="Adopted"):
            document.visibility = "published"
            document.save()
        with pytest.raises(ValidationError, match="What is published stays where it is"):
            undone(change)
        assert document.provisions.get() == provision

    def test_what_the_rules_refuse_today(self):
        body, document = OrganisationFactory(acronym="HIDDEN"), DocumentFactory()
        document.body = body
        with act(reason="a body"):
            document.save()
        with act(reason="none") as change:
            document.body = None
            document.save()
        with act(reason="withdrawn"):
            body.visibility = "draft"
            body.save()
        self.refused(change, "Publish first what this record points to: HIDDEN")

    def test_a_symbol_that_another_document_has_now(self):
        document = DocumentFactory(symbol="C66/4")
        with act(reason="gone") as change:
            document.delete()
        DocumentFactory(symbol="C66/4")
        self.refused(change, "is the symbol of a document in the register: C66/4")

    def test_who_edits_for_an_organisation_without_the_right_to_say_so(self):
        organisation = OrganisationFactory()
        with act(reason="rights") as change:
            OrganisationEditor(record=organisation, user=UserFactory()).save()
        self.refused(change, "Only administrators write these: editors", by=UserFactory())

    def test_without_a_reason(self):
        FigureFactory()
        self.refused(Change.objects.first(), "Say why", reason=" ")


def test_undoing_takes_the_same_queries_for_each_record(django_assert_max_num_queries):
    role = RoleFactory()
    with act(reason="sources") as change:
        for _n in range(40):
            RoleSource.objects.create(record=role, provision=ProvisionFactory())
    with django_assert_max_num_queries(200):
        undone(change)
