"""Reminders by mail: who gets which, on which day, once; and nobody what they may not see."""

import datetime
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Reminder, TaskAssignee
from meetings.reminders import language_of, reminded_on, send_reminders
from tests.factories import TaskFactory, UserFactory
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db
DUE = datetime.date(2026, 12, 15)


def person(name="amina", role=None, **values):
    user = UserFactory(username=name, email=f"{name}@example.org", **({"is_staff": role is not None} | values))
    if role:
        call_command("make_roles")
        user.groups.add(Group.objects.get(name=role))
    return user


def task_of(*people, due="2026-12-15", state="open", **values):
    task = TaskFactory(**values)
    with act(reason="assigned"):
        task.move_to(state, on="2006-01-01", due_on=due)
        TaskAssignee.objects.bulk_create(TaskAssignee(record=task, user=user) for user in people)
    return task


def days_of_mails(first, last):
    """The days on which the command, run each day, sends a mail, as days after the due date."""
    found = []
    for offset in range(first, last + 1):
        mail.outbox.clear()
        send_reminders(DUE + datetime.timedelta(offset))
        found += [offset] * len(mail.outbox)
    return found


def test_a_task_is_named_fourteen_and_three_days_before_it_is_due_and_weekly_once_it_is_overdue():
    task_of(person())
    assert days_of_mails(-20, 20) == [-14, -3, 1, 8, 15]


def test_a_day_on_which_nothing_ran_is_made_up_for():
    task_of(person())
    assert days_of_mails(-12, -4) == [-12]
    assert days_of_mails(-1, 3) == [-1, 1]


def test_a_date_known_in_part_counts_from_its_first_day():
    task_of(person(), due="2026-12")
    assert days_of_mails(-30, 0) == [-28, -17, -14, -7, 0]  # the first of December is fourteen days before


def test_a_person_gets_one_mail_with_all_their_tasks():
    amina, boris = person(), person("boris")
    late, soon = task_of(amina, due="2026-11-01", title="Write the plan"), task_of(amina, boris, title="Call the Group")
    task_of(amina, due="2027-06-01", title="Not yet")
    send_reminders(DUE - datetime.timedelta(3))
    assert [message.to for message in mail.outbox] == [["amina@example.org"], ["boris@example.org"]]
    body = mail.outbox[0].body
    assert body.index("Overdue:") < body.index("Write the plan") < body.index("Due soon:") < body.index("Call the Group")
    assert "due 15 December 2026, open" in body
    assert "Not yet" not in body
    assert f"http://127.0.0.1:8000{soon.get_absolute_url()}" in body
    assert mail.outbox[0].subject == "WSIS tracker: 2 tasks are due"
    assert set(Reminder.objects.get(person=amina).tasks) == {late.slug, soon.slug}


def test_links_lead_staff_to_where_they_work(settings):
    settings.SITE_URL = "https://register.example.org"
    task = task_of(person(role="Editor"))
    send_reminders(DUE)
    assert f"https://register.example.org/admin/meetings/task/{task.pk}/change/" in mail.outbox[0].body


def test_twice_on_one_day_sends_once():
    task_of(person())
    assert len(send_reminders(DUE).sent) == 1
    again = send_reminders(DUE)
    assert (again.sent, again.failed, len(mail.outbox)) == ([], [], 1)


def test_what_could_not_be_sent_is_tried_again(monkeypatch):
    def refuse(message, **kwargs):
        if message.to == ["amina@example.org"]:
            raise OSError("The mail server does not answer.")

    task_of(person(), person("boris"))
    monkeypatch.setattr(EmailMessage, "send", refuse)
    done = send_reminders(DUE)
    assert ([p.username for p, _tasks in done.sent], [p.username for p, _tasks in done.failed]) == (["boris"], ["amina"])
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_reminders", "--on", DUE.isoformat(), stdout=StringIO())
    monkeypatch.undo()
    assert [p.username for p, _tasks in send_reminders(DUE).sent] == ["amina"]
    assert [message.to for message in mail.outbox] == [["amina@example.org"]]


def test_a_crash_while_sending_sends_no_second_mail_that_day_but_one_the_next(monkeypatch):
    def crash(message, **kwargs):
        raise KeyboardInterrupt

    task_of(person())
    monkeypatch.setattr(EmailMessage, "send", crash)
    with pytest.raises(KeyboardInterrupt):
        send_reminders(DUE)
    monkeypatch.undo()
    done = send_reminders(DUE)
    assert (done.sent, len(done.unknown), mail.outbox) == ([], 1, [])
    assert len(send_reminders(DUE + datetime.timedelta(1)).sent) == 1


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_nobody_is_reminded_of_what_is_finished(state):
    task_of(person(), state=state)
    assert reminded_on(DUE) == {}


@pytest.mark.parametrize(
    "values, told",
    [
        ({}, False),
        ({"role": "Reader"}, True),
        ({"role": "Editor"}, True),
        ({"role": "Editor", "is_active": False}, False),
        ({"is_superuser": True, "is_active": False}, False),
        ({"role": "Reader", "email": ""}, False),
    ],
)
def test_of_a_draft_only_those_hear_who_may_see_it(values, told):
    user = person(**{name: value for name, value in values.items() if name != "email"})
    if "email" in values:
        user.email = ""
        user.save()
    task_of(user, visibility="draft", title="Not for the public")
    send_reminders(DUE)
    assert [("Not for the public" in message.body) for message in mail.outbox] == ([True] if told else [])


def test_a_draft_is_left_out_of_the_mail_about_what_is_published():
    amina = person()
    task_of(amina, visibility="in-review", due="2026-11-01", title="Hidden")
    task_of(amina, title="Shown")
    send_reminders(DUE)
    assert "Shown" in mail.outbox[0].body
    assert "Hidden" not in mail.outbox[0].body


@pytest.mark.parametrize("language, spoken", [("fr", "fr"), ("", "en"), ("tlh", "en")])
def test_a_mail_speaks_the_language_of_the_person(language, spoken):
    user = person()
    user.language = language
    assert language_of(user) == spoken


def test_the_command_says_what_it_would_do_and_does_it():
    task = task_of(person())
    out = StringIO()
    call_command("send_reminders", "--on", "2026-12-12", "--dry-run", stdout=out)
    assert (out.getvalue(), mail.outbox, Reminder.objects.count()) == (f"would be sent: amina ({task.slug})\n", [], 0)
    for said in (f"sent: amina ({task.slug})\n", "Nobody is to be reminded.\n"):
        out = StringIO()
        call_command("send_reminders", "--on", "2026-12-12", stdout=out)
        assert out.getvalue() == said
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("day", ["soon", "2026-12", "2026-02-30"])
def test_the_command_takes_a_day_alone(day):
    with pytest.raises(CommandError, match="is no da"):
        call_command("send_reminders", "--on", day)


def test_who_is_to_be_reminded_takes_no_query_per_person_or_task():
    def queries():
        with CaptureQueriesContext(connection) as captured:
            reminded_on(DUE)
        return len(captured)

    task_of(person())
    few = queries()
    for n in range(5):
        task_of(person(f"user{n}"), person(f"other{n}"))
    assert queries() <= few <= 2
