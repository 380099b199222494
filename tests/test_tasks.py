"""Tasks: moved only by one method, each move dated in the world, and their state known as of any day."""

import pytest
from django.core.exceptions import ValidationError

from meetings.models import Task
from tests.factories import TaskFactory, UserFactory
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db


def test_a_move_says_who_when_and_why(acting):
    task, user = TaskFactory(), UserFactory()
    task.move_to("in-progress", on="2005-07-01", by=user, reason="Work began")
    move = task.moves.last()
    assert (move.from_state, move.to_state, move.on, move.by, move.reason) == ("open", "in-progress", "2005-07-01", user, "Work began")
    assert Task.objects.get(pk=task.pk).state == "in-progress"


@pytest.mark.parametrize("before, after", [("done", "open"), ("dropped", "done"), ("open", "open")])
def test_a_move_that_is_not_allowed_changes_nothing(before, after, acting):
    task = TaskFactory(opened_on="2005-06-01")
    if before != "open":
        task.move_to(before, on="2005-06-02")
    with pytest.raises(ValidationError, match="cannot become"):
        task.move_to(after, on="2005-07-01")
    assert Task.objects.get(pk=task.pk).state == before


def test_a_move_is_dated_no_earlier_than_the_last(acting):
    task = TaskFactory(opened_on="2005-06-01")
    with pytest.raises(ValidationError, match="a new one is no earlier"):
        task.move_to("done", on="2005-05-31")


def test_a_move_is_recorded_when_it_has_been_made(acting):
    task = TaskFactory(opened_on="2005-06-01")
    with pytest.raises(ValidationError, match="is to come"):
        task.move_to("done", on="2999-01-01")
    assert task.moves.count() == 1


def test_of_two_first_moves_one_wins(acting):
    task = TaskFactory(opened_on=None)
    mine, yours = Task.objects.get(pk=task.pk), Task.objects.get(pk=task.pk)
    mine.move_to("open", on="2005-07-01")
    with pytest.raises(ValidationError, match="cannot become"):
        yours.move_to("open", on="2005-07-01")


def test_of_two_moves_at_once_one_wins(acting):
    task = TaskFactory()
    mine, yours = Task.objects.get(pk=task.pk), Task.objects.get(pk=task.pk)
    mine.move_to("in-progress", on="2005-07-01")
    with pytest.raises(ValidationError, match="just moved"):
        yours.move_to("dropped", on="2005-07-01")
    assert Task.objects.get(pk=task.pk).state == "in-progress"
    assert task.moves.count() == 2


def test_the_state_of_a_day_is_that_of_the_last_move_by_then():
    with act(reason="story"):
        task = TaskFactory(opened_on="2005-06-01")
        task.move_to("in-progress", on="2005-09", due_on="2005-12-31")
        task.move_to("done", on="2006-02-24")
    states = {day: Task.objects.filter(pk=task.pk).as_of(day).values_list("state_then", flat=True).first() for day in
              ["2005-05-31", "2005-06-01", "2005-09-01", "2006-02-23", "2006-02-24"]}  # fmt: skip
    assert list(states.values()) == [None, "open", "in-progress", "in-progress", "done"]
    assert Task.objects.filter(pk=task.pk).overdue_on("2006-01-15").exists()
    assert not Task.objects.filter(pk=task.pk).overdue_on("2006-03-01").exists()


def test_a_due_date_is_moved_like_a_state(acting):
    task = TaskFactory(opened_on="2005-06-01")
    task.move_to("open", on="2005-07-01", due_on="2005-12")
    move = task.moves.last()
    assert (move.due_from, move.due_to, task.due_on) == (None, "2005-12", "2005-12")
