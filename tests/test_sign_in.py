"""Signing in: who fails too often waits, for as long as is said, and tokens do not."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from mandates.models import OrganisationEditor
from tests.factories import OrganisationFactory, UserFactory
from tests.test_admin import check_strict
from wsis_tracker.accounts.models import AccountEvent, ApiToken
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db
KINDS = AccountEvent.Kind
DOOR, PASSWORD = "/admin/login/", "correct horse battery"


@pytest.fixture
def member():
    """A member of the staff with a password."""
    user = UserFactory(username="member")
    user.set_password(PASSWORD)
    user.save()
    return user


def try_to_sign_in(password=PASSWORD, *, name="member", client=None, **connection):
    return (client or Client()).post(DOOR, {"username": name, "password": password}, **connection)


def fail(times=5, **connection):
    return [try_to_sign_in("wrong", **connection).status_code for _time in range(times)]


def test_who_fails_too_often_is_told_when_to_try_again_and_then_may(member):
    assert fail() == [200, 200, 200, 200, 429]
    response = try_to_sign_in()
    assert response.status_code == 429
    assert 890 < int(response["Retry-After"]) <= 900
    assert "Try again in 15 minutes, at" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=15))
    assert try_to_sign_in().status_code == 302


def test_trying_while_one_waits_makes_it_no_longer_and_is_not_noted(member):
    fail()
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=10))
    fail(3)
    assert int(try_to_sign_in()["Retry-After"]) <= 300
    assert [event.kind for event in AccountEvent.objects.order_by("pk")].count(KINDS.SIGN_IN_FAILED) == 5
    assert AccountEvent.objects.filter(kind=KINDS.LOCKED_OUT, account=member).count() == 1


@pytest.mark.parametrize("other", [{"name": "another"}, {"REMOTE_ADDR": "192.0.2.8"}])
def test_another_name_or_address_does_not_wait(member, other):
    UserFactory(username="another")
    fail(REMOTE_ADDR="192.0.2.7")
    assert try_to_sign_in("wrong", **{"REMOTE_ADDR": "192.0.2.7", **other}).status_code == 200


def test_another_program_at_the_same_address_waits(member):
    fail(headers={"user-agent": "one"})
    assert try_to_sign_in(headers={"user-agent": "another"}).status_code == 429


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_writes(member, settings):
    settings.BEHIND_PROXY = True
    fail(headers={"x-forwarded-for": "203.0.113.1, 192.0.2.7"})
    assert try_to_sign_in(headers={"x-forwarded-for": "203.0.113.99, 192.0.2.7"}).status_code == 429
    assert try_to_sign_in(headers={"x-forwarded-for": "203.0.113.1, 192.0.2.8"}).status_code == 302


def test_failures_before_a_success_do_not_count(member):
    assert fail(4) == [200] * 4
    assert try_to_sign_in().status_code == 302
    assert fail(4) == [200] * 4


def test_tokens_and_open_sessions_of_who_waits_go_on(member, client):
    client.force_login(member)
    _token, text = ApiToken.objects.issue(member, "a program")
    fail()
    assert client.get("/admin/").status_code == 200
    assert Client().get("/api/v1/tasks/", headers={"authorization": f"Bearer {text}"}).status_code == 200


def test_the_page_carries_no_styles_and_speaks_the_language_of_its_address(member):
    for _time in range(5):
        response = Client().post("/ar/admin/login/", {"username": "member", "password": "wrong"})
    assert response.status_code == 429
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert " style=" not in response.content.decode()


def test_what_was_tried_is_noted_without_the_password_or_a_name_that_nobody_has(member):
    try_to_sign_in("wrong secret", REMOTE_ADDR="192.0.2.7")
    try_to_sign_in("x", name="my secret typed as a name")
    try_to_sign_in(REMOTE_ADDR="192.0.2.7")
    events = list(AccountEvent.objects.order_by("pk"))
    assert [(event.kind, event.account, event.address) for event in events] == [
        (KINDS.SIGN_IN_FAILED, member, "192.0.2.7"),
        (KINDS.SIGN_IN_FAILED, None, "127.0.0.1"),
        (KINDS.SIGNED_IN, member, "192.0.2.7"),
    ]
    kept = str(list(AccountEvent.objects.values())) + str(list(AccessAttempt.objects.values("get_data", "post_data")))
    assert "secret" not in kept
    assert all(event.request_id for event in events)


@pytest.mark.parametrize("name", ["a\0b", "x" * 151, " "])
def test_a_strange_name_is_no_failure_of_ours(name):
    assert try_to_sign_in(name=name).status_code == 200


def test_where_one_is_led(member, client):
    assert try_to_sign_in(client=client)["Location"] == "/admin/"
    for asked, led in [("/account/tokens/", "/account/tokens/"), ("https://elsewhere.example/", "/admin/")]:
        assert Client().post(f"{DOOR}?next={asked}", {"username": "member", "password": PASSWORD})["Location"] == led


def test_who_works_not_in_the_admin_is_led_to_his_account_and_signs_out_there(member, client):
    member.is_staff = False
    member.save()
    response = try_to_sign_in(client=client)
    assert response["Location"] == reverse("security")
    assert client.get("/account/tokens/").status_code == 200
    assert client.get("/admin/").status_code == 302
    assert client.post(reverse("sign-out")).status_code == 302
    assert client.get("/account/tokens/").status_code == 302
    assert AccountEvent.objects.first().kind == KINDS.SIGNED_OUT


def test_who_edits_for_an_organisation_is_led_to_the_admin(member):
    member.is_staff = False
    member.save()
    with act(reason="rights"):
        OrganisationEditor(record=OrganisationFactory(), user=member).save()
    assert try_to_sign_in()["Location"] == "/admin/"


@pytest.mark.parametrize(
    "page", ["security", "language", "password-change", "admin_password_reset", "password_reset_done", "password_reset_complete"]
)
def test_the_pages_of_an_account_carry_no_styles_or_code(page, client, member):
    client.force_login(member)
    check_strict(client, reverse(page))
