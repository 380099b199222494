"""Tokens: what a program shows the API to act for its owner, who makes them, how they end, and that no secret is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import ProtectedError
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from rest_framework.response import Response

from mandates.models import Organisation
from tests.factories import UserFactory
from tests.forms import address, form_of
from tests.test_api_problems import problem
from wsis_tracker.accounts.addresses import address_of
from wsis_tracker.accounts.models import A_YEAR, ApiToken
from wsis_tracker.rest.views import StrictView
from wsis_tracker.urls import handler400, handler403, handler404, handler500  # noqa: F401 - the failures of `urlpatterns` too
from wsis_tracker.urls import urlpatterns as addresses_of_the_register

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PAGE = "/account/tokens/"


class Writable(StrictView):
    """An endpoint on which one can write, with the rights of the register."""

    queryset = Organisation.objects.none()

    def get(self, request):
        return Response({"user": request.user.get_username(), "token": request.auth and request.auth.name})

    def post(self, request):
        return Response(status=201)


urlpatterns = [path("api/v1/writable/", Writable.as_view()), *addresses_of_the_register]


@pytest.fixture
def owner():
    user = UserFactory(username="owner")
    user.user_permissions.add(Permission.objects.get(codename="add_organisation"))
    return user


def ask(text, method="get", scheme="Bearer", **connection):
    """Ask the endpoint with a token."""
    return getattr(Client(headers={"host": "localhost"}), method)(
        "/api/v1/writable/", headers={"authorization": f"{scheme} {text}"}, **connection
    )


def told(response, status):
    return problem(response, status)["detail"]


class TestSigningIn:
    def test_a_token_acts_for_its_owner(self, owner):
        _token, text = ApiToken.objects.issue(owner, "loader")
        assert ask(text).json() == {"user": "owner", "token": "loader"}
        assert ask(text, scheme="bearer").json()["user"] == "owner"

    def test_without_one_what_is_published_is_read(self):
        assert Client(headers={"host": "localhost"}).get("/api/v1/writable/").json() == {"user": "", "token": None}
        assert ask("dXNlcjpwYXNz", scheme="Basic").status_code == 200

    def test_who_writes_without_one_is_asked_for_it(self):
        response = Client(headers={"host": "localhost"}).post("/api/v1/writable/")
        problem(response, 401)
        assert response["WWW-Authenticate"] == "Bearer"

    def test_what_is_unknown_wrong_or_malformed_is_refused_in_the_same_words(self, owner):
        token, text = ApiToken.objects.issue(owner, "loader")
        _other, other = ApiToken.objects.issue(owner, "other")
        unknown = f"wsis_{'0' * 16}.{text.partition('.')[2]}"
        wrong = f"wsis_{token.key}.{other.partition('.')[2]}"
        malformed = ["", "wsis_", text[5:], text[:-1], text + "0", text.upper(), f"{text} {text}", "١" * 16, "\0", "x" * 5000]
        answers = {(ask(bad).status_code, told(ask(bad), 401), ask(bad)["WWW-Authenticate"]) for bad in [unknown, wrong, *malformed]}
        assert len(answers) == 1

    def test_a_bad_token_is_refused_also_where_everybody_may_read(self, owner):
        assert Client(headers={"host": "localhost", "authorization": "Bearer wsis_x.y"}).get("/api/v1/roles/").status_code == 401

    def test_the_owner_must_be_active(self, owner):
        _token, text = ApiToken.objects.issue(owner, "loader")
        owner.is_active = False
        owner.save()
        assert "not active" in told(ask(text), 401)

    def test_it_costs_one_query(self, owner, django_assert_num_queries):
        _token, text = ApiToken.objects.issue(owner, "loader")
        ask(text)  # its use is noted once
        with django_assert_num_queries(2):  # and one for the tag of the answer
            assert ask(text).status_code == 200
        with django_assert_num_queries(0):
            assert ask("malformed").status_code == 401

    def test_a_session_still_serves(self, client, owner):
        client.force_login(owner)
        assert client.get("/api/v1/writable/", headers={"host": "localhost"}).json() == {"user": "owner", "token": None}


class TestWriting:
    def test_a_token_for_reading_does_not_write(self, owner):
        _token, text = ApiToken.objects.issue(owner, "reader")
        assert ask(text).status_code == 200
        assert "reading alone" in told(ask(text, "post"), 403)

    def test_a_token_for_writing_writes_what_its_owner_may(self, owner):
        _token, text = ApiToken.objects.issue(owner, "writer", may_write=True)
        assert ask(text, "post").status_code == 201
        owner.user_permissions.clear()
        problem(ask(text, "post"), 403)


class TestTime:
    def test_it_ends_to_the_second(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader", at=NOON, expires_at=NOON + timedelta(seconds=2))
        for seconds, usable in [(0, True), (1, True), (2, False), (3, False)]:
            at = NOON + timedelta(seconds=seconds)
            assert (token.refusal(at, "192.0.2.7") == "") == usable
            assert ApiToken.objects.usable(at).filter(pk=token.pk).exists() == usable
            assert token.state(at) == ("usable" if usable else "expired")

    def test_an_expired_one_is_told_so(self, owner):
        _token, text = ApiToken.objects.issue(owner, "loader", at=NOON - A_YEAR, expires_at=NOON - A_YEAR / 2)
        assert "expired at 2025-" in told(ask(text), 401)

    def test_it_lives_a_year_where_nothing_is_said(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader", at=NOON)
        assert token.expires_at == NOON + timedelta(days=365)

    @pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=-1)])
    def test_none_expires_before_it_is_made(self, owner, late):
        with pytest.raises(ValidationError, match="before it is made"):
            ApiToken.objects.issue(owner, "loader", at=NOON, expires_at=NOON + late)
        with pytest.raises(IntegrityError):
            ApiToken.objects.create(owner=owner, name="loader", key="k", created_at=NOON, expires_at=NOON + late)

    def test_its_last_use_is_noted_once_a_minute(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader", at=NOON)
        noted = []
        for seconds in (0, 59, 60, 61, 119.9, 120):
            token.refresh_from_db()
            token.note_use(NOON + timedelta(seconds=seconds))
            token.refresh_from_db()
            noted.append((token.last_used_at - NOON).total_seconds())
        assert noted == [0, 0, 60, 60, 60, 120]

    def test_of_two_uses_at_once_one_is_noted(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader", at=NOON)
        twin = ApiToken.objects.get(pk=token.pk)
        token.note_use(NOON)
        twin.note_use(NOON + timedelta(seconds=1))
        token.refresh_from_db()
        assert token.last_used_at == NOON

    def test_a_refused_one_is_not_noted_as_used(self, owner):
        token, text = ApiToken.objects.issue(owner, "reader", addresses=["192.0.2.7"])
        ask(text)
        ask(text, "post", REMOTE_ADDR="192.0.2.7")
        token.refresh_from_db()
        assert token.last_used_at is None


class TestAddresses:
    @pytest.mark.parametrize(
        "listed, inside, outside",
        [
            ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.6", "192.0.2.8", "2001:db8::7"]),
            ("192.0.2.64/26", ["192.0.2.64", "192.0.2.127"], ["192.0.2.63", "192.0.2.128"]),
            ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"], ["2001:db7:ffff::", "2001:db9::", "192.0.2.7"]),
            ("2001:db8::7", ["2001:db8::7", "2001:DB8:0::0007"], ["2001:db8::8"]),
            ("0.0.0.0/0", ["255.255.255.255"], ["::1"]),
        ],
    )
    def test_it_is_taken_from_its_networks_alone(self, owner, listed, inside, outside):
        _token, text = ApiToken.objects.issue(owner, "loader", addresses=[listed, "198.51.100.0/24"])
        assert {ask(text, REMOTE_ADDR=near).status_code for near in [*inside, "198.51.100.200"]} == {200}
        for far in outside:
            assert f"not taken from the address {far}" in told(ask(text, REMOTE_ADDR=far), 401)

    def test_where_no_address_is_known_a_list_refuses(self, owner):
        _token, text = ApiToken.objects.issue(owner, "loader", addresses=["0.0.0.0/0", "::/0"])
        assert ask(text, REMOTE_ADDR="").status_code == 401

    @pytest.mark.parametrize("bad", ["here", "192.0.2.7/24", "192.0.2.256", "192.0.2.0/33", "2001:db8::/129", "", "192.0.2.7:80"])
    def test_what_is_no_network_is_named(self, owner, bad):
        with pytest.raises(ValidationError, match=f"“{bad}” is no address"):
            ApiToken.objects.issue(owner, "loader", addresses=["192.0.2.7", bad])

    def test_networks_are_kept_once_and_as_they_are_written_by_rule(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader", addresses=["192.0.2.7", "2001:DB8:0::/32", "192.0.2.7/32"])
        assert token.addresses == ["192.0.2.7/32", "2001:db8::/32"]

    @pytest.mark.parametrize(
        "behind, forwarded, seen",
        [
            (False, "203.0.113.9", "192.0.2.1"),
            (True, "203.0.113.9", "203.0.113.9"),
            (True, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            (True, "198.51.100.1,2001:DB8::9", "2001:db8::9"),
            (True, "198.51.100.1, unknown", "192.0.2.1"),
            (True, "", "192.0.2.1"),
        ],
    )
    def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(self, settings, behind, forwarded, seen):
        settings.BEHIND_PROXY = behind
        request = RequestFactory(headers={"x-forwarded-for": forwarded}).get("/", REMOTE_ADDR="192.0.2.1")
        assert address_of(request) == seen


class TestSecrets:
    def test_no_secret_is_in_the_database(self, owner):
        _token, text = ApiToken.objects.issue(owner, "loader")
        secret = text.partition(".")[2]
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM accounts_apitoken")
            kept = str(cursor.fetchall())
        assert "loader" in kept
        assert secret not in kept

    def test_another_servers_key_makes_another_digest(self, owner, settings):
        _token, text = ApiToken.objects.issue(owner, "loader")
        settings.SECRET_KEY = "another"
        assert ask(text).status_code == 401

    def test_an_owner_of_tokens_is_not_deleted(self, owner):
        ApiToken.objects.issue(owner, "loader")
        with pytest.raises(ProtectedError):
            owner.delete()


class TestRevoking:
    def test_a_revoked_one_is_told_so(self, owner):
        token, text = ApiToken.objects.issue(owner, "loader")
        token.revoke(by=owner)
        assert "revoked" in told(ask(text), 401)
        assert not ApiToken.objects.usable(token.created_at).filter(pk=token.pk).exists()

    def test_the_first_to_revoke_it_is_remembered(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader", at=NOON)
        token.revoke(by=owner, at=NOON)
        token.revoke(by=UserFactory(), at=NOON + A_YEAR)
        assert (token.revoked_by, token.revoked_at) == (owner, NOON)

    def test_who_revoked_it_is_not_said_of_one_that_is_not_revoked(self, owner):
        token, _text = ApiToken.objects.issue(owner, "loader")
        with pytest.raises(IntegrityError):
            ApiToken.objects.filter(pk=token.pk).update(revoked_by=owner)


@pytest.fixture
def desk(client, owner):
    """The browser of the owner."""
    client.force_login(owner)
    client.defaults["HTTP_HOST"] = "localhost"
    return client


class TestPage:
    ASKED = {"name": "Loader of the annex", "may_write": "write", "expires_on": "2999-01-01", "addresses": "192.0.2.7, 2001:db8::/32"}

    @pytest.mark.parametrize("language", ["", "/ar", "/zh-hans"])
    def test_who_has_not_signed_in_is_asked_to(self, client, language):
        response = client.get(f"{language}{PAGE}", headers={"host": "localhost"})
        assert (response.status_code, response["Location"]) == (302, f"{language}/admin/login/?next={language}{PAGE}")

    @pytest.mark.parametrize("staff", [True, False])
    def test_its_owner_makes_one_and_sees_its_text_once(self, client, staff):
        user = UserFactory(is_staff=staff)
        client.force_login(user)
        response = client.post(PAGE, self.ASKED, headers={"host": "localhost"})
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        text = response.context["text"]
        assert response.content.decode().count(text) == 1
        token = user.tokens.get()
        assert (token.name, token.may_write, token.addresses) == ("Loader of the annex", True, ["192.0.2.7/32", "2001:db8::/32"])
        assert token.expires_at == datetime(2999, 1, 1, tzinfo=UTC)
        assert ask(text, REMOTE_ADDR="192.0.2.7").status_code == 200
        for path_after in (PAGE, PAGE, "/about/"):
            assert text.partition(".")[2] not in client.get(path_after, headers={"host": "localhost"}).content.decode()
        assert text.partition(".")[2] not in str(dict(client.session))

    @pytest.mark.parametrize(
        "field, value, words",
        [
            ("name", " ", "required"),
            ("name", "x" * 101, "at most 100"),
            ("expires_on", "", "required"),
            ("expires_on", "2020-01-01", "still to come"),
            ("expires_on", "soon", "valid date"),
            ("addresses", "192.0.2.7/24", "“192.0.2.7/24” is no address"),
            ("may_write", "all", "valid choice"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field_and_makes_none(self, desk, owner, field, value, words):
        response = desk.post(PAGE, self.ASKED | {field: value})
        page = response.content.decode()
        assert words in response.context["form"].errors[field][0]
        assert f'href="#id_{field}"' in page
        assert f'aria-describedby="id_{field}' in page
        assert not owner.tokens.exists()

    def test_today_is_no_day_to_expire_on_but_tomorrow_is(self, desk, owner):
        today = datetime.now(UTC).date()
        for days, made in [(0, 0), (1, 1)]:
            desk.post(PAGE, self.ASKED | {"expires_on": str(today + timedelta(days=days))})
            assert owner.tokens.count() == made

    def test_a_year_is_proposed(self, desk):
        assert str(datetime.now(UTC).date() + A_YEAR) in desk.get(PAGE).content.decode()

    def test_one_sees_ones_own_alone(self, desk, owner):
        ApiToken.objects.issue(owner, "mine <b>")
        ApiToken.objects.issue(UserFactory(), "theirs")
        page = desk.get(PAGE).content.decode()
        assert "mine &lt;b&gt;" in page
        assert "theirs" not in page

    def test_its_owner_revokes_it(self, desk, owner):
        token, text = ApiToken.objects.issue(owner, "loader")
        response = desk.post(reverse("revoke-token", args=[token.key]), follow=True)
        assert response.redirect_chain == [(PAGE, 302)]
        assert "is revoked" in response.content.decode()
        assert ask(text).status_code == 401
        assert 'action="/account/tokens/' + token.key not in response.content.decode()

    def test_nobody_revokes_anothers(self, desk):
        token, text = ApiToken.objects.issue(UserFactory(), "theirs")
        for key in (token.key, "0" * 16):
            assert desk.post(reverse("revoke-token", args=[key])).status_code == 404
        assert ask(text).status_code == 200

    def test_to_look_at_the_address_of_revoking_revokes_nothing(self, desk, owner):
        token, text = ApiToken.objects.issue(owner, "loader")
        assert desk.get(reverse("revoke-token", args=[token.key])).status_code == 302
        assert ask(text).status_code == 200

    def test_a_forged_request_makes_and_revokes_nothing(self, owner):
        token, text = ApiToken.objects.issue(owner, "loader")
        forger = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
        forger.force_login(owner)
        assert forger.post(PAGE, self.ASKED).status_code == 403
        assert forger.post(reverse("revoke-token", args=[token.key])).status_code == 403
        assert ask(text).status_code == 200

    def test_a_token_opens_no_page(self, owner):
        _token, text = ApiToken.objects.issue(owner, "loader")
        assert Client(headers={"host": "localhost", "authorization": f"Bearer {text}"}).get(PAGE).status_code == 302

    def test_many_tokens_take_no_more_queries_than_one(self, desk, owner):
        counts = set()
        for n in range(2):
            for _token in range(1 + 20 * n):
                ApiToken.objects.issue(owner, "loader")[0].revoke(by=owner)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                desk.get(PAGE)
            counts.add(len(queries))
        assert counts == {3}


class TestAdministrators:
    @pytest.mark.parametrize("role, status", [("Reader", 403), ("Editor", 403), ("Reviewer", 403), ("Administrator", 200)])
    def test_administrators_alone_see_the_tokens_of_others(self, role, status, client, sign_in, owner):
        token, _text = ApiToken.objects.issue(owner, "loader")
        sign_in(role)
        assert client.get(address(ApiToken, "changelist")).status_code == status
        assert client.get(address(ApiToken, "change", token.pk)).status_code == status

    def test_they_see_no_secret_and_not_what_is_kept_of_it(self, client, sign_in, owner):
        token, text = ApiToken.objects.issue(owner, "loader")
        sign_in("Administrator")
        for page in ("changelist", "change", "history"):
            seen = client.get(address(ApiToken, page, *([] if page == "changelist" else [token.pk]))).content.decode()
            assert token.digest not in seen
            assert text.partition(".")[2] not in seen

    def test_they_revoke_one_on_its_form_and_change_nothing_else(self, client, sign_in, owner):
        token, _text = ApiToken.objects.issue(owner, "loader")
        administrator = sign_in("Administrator")
        url = address(ApiToken, "change", token.pk)
        typed = form_of(client, url) | {"name": "mine", "owner": administrator.pk, "may_write": "on", "expires_at_0": "2999-01-01"}
        client.post(url, typed)
        assert ApiToken.objects.filter(pk=token.pk).values().get() == ApiToken.objects.filter(name="loader", owner=owner).values().get()
        assert client.post(url, {"revoke": "on"}).status_code == 302
        token.refresh_from_db()
        assert (token.revoked_by, token.name, token.owner, token.may_write) == (administrator, "loader", owner, False)
        assert 'name="revoke"' not in client.get(url).content.decode()

    def test_they_revoke_many_at_once(self, client, sign_in, owner):
        tokens = [ApiToken.objects.issue(owner, name)[0] for name in ("one", "two")]
        sign_in("Administrator")
        data = {"action": "revoke", "_selected_action": [token.pk for token in tokens]}
        assert "2 tokens are revoked" in client.post(address(ApiToken, "changelist"), data, follow=True).content.decode()
        assert not ApiToken.objects.usable(tokens[0].created_at).exists()

    def test_they_make_none_and_delete_none(self, client, sign_in, owner):
        token, _text = ApiToken.objects.issue(owner, "loader")
        user = sign_in("Administrator")
        assert client.get(address(ApiToken, "add")).status_code == 403
        assert client.post(address(ApiToken, "delete", token.pk), {"post": "yes"}).status_code == 403
        held = {name for name in user.get_all_permissions() if name.endswith("_apitoken")}
        assert held == {"accounts.view_apitoken", "accounts.change_apitoken"}

    def test_they_find_those_with_which_somebody_can_act(self, client, sign_in, owner):
        ApiToken.objects.issue(owner, "alive")
        ApiToken.objects.issue(owner, "over", at=NOON - A_YEAR, expires_at=NOON - A_YEAR / 2)
        ApiToken.objects.issue(UserFactory(is_active=False), "orphan")
        sign_in("Administrator")
        for state, names in [("usable", {"alive"}), ("ended", {"over", "orphan"})]:
            shown = client.get(address(ApiToken, "changelist"), {"state": state}).context["cl"].result_list
            assert {token.name for token in shown} == names


class TestSchema:
    def test_it_says_how_a_token_is_borne(self, client):
        schema = client.get("/api/v1/schema/", headers={"host": "localhost", "accept": "application/json"}).json()
        assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
        assert "/account/tokens/" in schema["info"]["description"]
        assert all("401" in operation["responses"] for operations in schema["paths"].values() for operation in operations.values())
        assert schema["components"]["securitySchemes"].keys() == {"token"}
        assert schema["paths"]["/api/v1/roles/"]["get"]["security"] == [{"token": []}, {}]
        assert schema["paths"]["/api/v1/changes/"]["get"]["security"] == [{"token": []}, {}]
        assert schema["paths"]["/api/v1/roles/"]["post"]["security"] == [{"token": []}]
