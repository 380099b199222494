"""History: nothing is written outside an act, and of every state it is known who made it, when and why."""

import pytest
from django.apps import apps
from django.db import connection, transaction

from mandates.models import Document, DocumentAlias
from tests.factories import DocumentFactory, UserFactory
from wsis_tracker.register.changes import NoAct, act
from wsis_tracker.register.models import Change
from wsis_tracker.register.records import Part, Record

pytestmark = pytest.mark.django_db


def test_a_record_cannot_be_written_outside_an_act():
    with pytest.raises(NoAct):
        Document(symbol="C90/1", title={"en": "Nobody's"}, kind="report").save()


def test_an_act_ties_all_that_it_writes_to_one_change_with_its_author_and_reason():
    user = UserFactory()
    with act(by=user, reason="A correction", request_id="r-1") as change:
        document = Document(symbol="C90/2", title={"en": "Together"}, kind="report")
        document.save()
        alias = DocumentAlias(record=document, text="C90/02")
        alias.save()
    rows = [document.history.get(), alias.history.get()]
    assert {row.change_id for row in rows} == {change.pk}
    assert all(row.history_user == user and row.history_change_reason == "A correction" for row in rows)
    assert Change.objects.get(request_id="r-1").by == user


def test_an_act_that_writes_nothing_leaves_no_change():
    before = Change.objects.count()
    with act(reason="Only looking"):
        Document.objects.first()
    assert Change.objects.count() == before


def test_an_act_that_fails_leaves_nothing_behind():
    def doomed():
        with act(reason="Doomed"):
            Document(symbol="C90/3", title={"en": "Gone"}, kind="report").save()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        doomed()
    assert not Document.objects.filter(symbol="C90/3").exists()
    assert not Change.objects.filter(reason="Doomed").exists()


def test_each_state_of_a_record_is_kept():
    document = DocumentFactory(place="Geneva")
    with act(reason="Moved"):
        document.place = "Tunis"
        document.save()
    with act(reason="Withdrawn by mistake"):
        document.delete()
    history = Document.history.filter(id=document.id or 0) or Document.history.filter(slug=document.slug)
    assert [(row.history_type, row.place) for row in history.order_by("history_id")] == [("+", "Geneva"), ("~", "Tunis"), ("-", "Tunis")]


def test_every_record_and_part_is_tracked_and_its_history_names_the_change():
    tracked = [model for model in apps.get_models() if issubclass(model, Record | Part)]
    assert len(tracked) > 40
    for model in tracked:
        assert not model.history.model._meta.get_field("change").null, model


def test_what_was_rolled_back_within_an_act_does_not_harm_the_rest_of_it():
    with act(reason="A second attempt"):
        with transaction.atomic():
            DocumentFactory(symbol="C90/4")
            transaction.set_rollback(True)
        document = DocumentFactory(symbol="C90/5")
    connection.check_constraints()
    assert document.history.get().change.reason == "A second attempt"


def test_acts_are_numbered_in_the_order_in_which_they_are_committed():
    before = Change.objects.last_number()
    with act(reason="the first"):
        DocumentFactory()
    with act(reason="nothing is written"):
        pass
    with act(reason="the second"):
        DocumentFactory()
    later = Change.objects.filter(number__gt=before).order_by("number")
    assert [change.reason for change in later] == ["the first", "the second"]
    assert [change.number for change in later] == [before + 1, before + 2]
