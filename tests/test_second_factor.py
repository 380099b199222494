"""The second factor: it counts once it is confirmed, nobody is half signed in, and codes on paper help once."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import UserFactory
from tests.forms import address
from tests.test_admin import check_strict
from wsis_tracker.accounts import second_factor
from wsis_tracker.accounts.models import AccountEvent, ApiToken, User

pytestmark = pytest.mark.django_db
KINDS = AccountEvent.Kind
PASSWORD = "correct horse battery"
SECURITY, SET_UP, CODE = "/account/security/", "/account/security/second-factor/", "/account/code/"


@pytest.fixture
def member():
    user = UserFactory(username="member")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def codes(member, client):
    """The recovery codes of the member, who has set up a second factor in a session that goes on."""
    client.force_login(member)
    client.post(SET_UP, {"begin": "1"})
    return client.post(SET_UP, {"code": code_of(member)}).context["codes"]


def code_of(user, ahead=0):
    """The code that the app of a person shows, or will show a few steps later."""
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key, step=device.step, drift=ahead):06}"


def as_if_long_ago(user):
    """Let the code that was taken last be one of the past, as it is when somebody comes again, and no failure count."""
    TOTPDevice.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0, throttling_failure_timestamp=None)


def give_password(client=None, path="/admin/login/"):
    client = client or Client()
    return client, client.post(path, {"username": "member", "password": PASSWORD})


def every_address_of_the_admin():
    """An address for each pattern of the admin site."""
    for name in {key for key in get_resolver("wsis_tracker.urls").namespace_dict["admin"][1].reverse_dict if isinstance(key, str)}:
        for args in ([], ["1"], ["1", "1"], ["mandates"]):
            try:
                yield name, reverse(f"admin:{name}", args=args)
            except NoReverseMatch:
                continue


class TestSettingUp:
    def test_it_counts_from_the_first_right_code(self, member, client):
        client.force_login(member)
        assert client.post(SET_UP, {"begin": "1"})["Location"] == SET_UP
        page = client.get(SET_UP)
        key = TOTPDevice.objects.get().config_url
        assert parse_qs(urlsplit(key).query)["secret"][0] == page.context["key"].replace(" ", "")
        wrong = client.post(SET_UP, {"code": "abcdef"})
        assert "not the code" in str(wrong.context["form"].errors)
        assert give_password()[1]["Location"] == "/admin/"
        as_if_long_ago(member)
        response = client.post(SET_UP, {"code": code_of(member)})
        assert len(response.context["codes"]) == 10
        assert "no-store" in response["Cache-Control"]
        assert give_password()[1]["Location"] == CODE
        assert AccountEvent.objects.filter(account=member, kind=KINDS.SECOND_FACTOR_ON).count() == 1

    def test_the_picture_is_drawn_by_ourselves_without_styles_and_only_while_it_is_set_up(self, member, client):
        client.force_login(member)
        picture = reverse("second-factor-qr")
        assert client.get(picture).status_code == 404
        client.post(SET_UP, {"begin": "1"})
        response = client.get(picture)
        assert (response["Content-Type"], response["Cache-Control"]) == ("image/svg+xml", "no-store")
        assert not re.search(r"style|class=|<script", response.content.decode())
        check_strict(client, SET_UP)
        client.post(SET_UP, {"code": code_of(member)})
        assert client.get(picture).status_code == 404
        check_strict(client, SECURITY)

    def test_every_other_session_ends_for_none_has_shown_a_code(self, member, client):
        other = Client()
        other.force_login(member)
        client.force_login(member)
        client.post(SET_UP, {"begin": "1"})
        client.post(SET_UP, {"code": code_of(member)})
        assert [one.get("/admin/").status_code for one in (client, other)] == [200, 302]

    def test_what_is_kept_of_a_recovery_code_is_not_the_code(self, codes):
        assert not set(codes) & set(StaticToken.objects.values_list("token", flat=True))

    @pytest.mark.parametrize("page", [SECURITY, SET_UP, "/account/security/second-factor.svg", "/account/security/recovery-codes/"])
    def test_one_sets_up_what_is_ones_own(self, page):
        for method in ("get", "post"):
            assert getattr(Client(), method)(page)["Location"].startswith("/admin/login/")


class TestSigningIn:
    def test_the_password_alone_opens_nothing_of_the_admin(self, member, codes):
        client, response = give_password()
        assert response["Location"] == CODE
        addresses = dict(every_address_of_the_admin())
        assert len(addresses) > 100
        for name, url in addresses.items():
            for method in ("get", "post"):
                answer = getattr(client, method)(url)
                if name == "login":
                    assert (answer.status_code, answer.wsgi_request.user.is_authenticated) == (200, False)
                else:
                    leads_to = answer["Location"]
                    assert leads_to.startswith("/admin/login/") or (name == "logout" and leads_to == "/admin/"), url
        for page in (SECURITY, "/account/tokens/", "/account/password/"):
            assert client.get(page).status_code == 302
        assert client.post("/api/v1/tasks/", {}, content_type="application/json").status_code == 401

    def test_the_code_signs_in_and_leads_where_one_wanted_to_go(self, member, codes):
        as_if_long_ago(member)
        client, _response = give_password(path="/admin/login/?next=/account/tokens/")
        assert client.post(CODE, {"code": f" {code_of(member)[:3]} {code_of(member)[3:]}"})["Location"] == "/account/tokens/"
        assert client.get("/admin/").status_code == 200
        assert client.get(CODE)["Location"] == "/admin/login/"

    def test_a_code_is_taken_once(self, member, codes):
        as_if_long_ago(member)
        code = code_of(member)
        answers = [give_password()[0].post(CODE, {"code": code}).status_code for _time in range(2)]
        assert answers == [302, 200]

    def test_a_recovery_code_signs_in_once_and_is_noted(self, member, codes):
        answers = [give_password()[0].post(CODE, {"code": codes[0].upper()}).status_code for _time in range(2)]
        assert answers == [302, 200]
        assert second_factor.codes_left(member) == 9
        assert AccountEvent.objects.filter(account=member, kind=KINDS.RECOVERY_CODE_USED).count() == 1

    def test_who_guesses_codes_waits_as_who_guesses_passwords(self, member, codes):
        client, _response = give_password()
        answers = []
        for _time in range(6):
            as_if_long_ago(member)
            answers.append(client.post(CODE, {"code": "000000"}))
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429]
        assert answers[-1]["Retry-After"]
        as_if_long_ago(member)
        assert client.post(CODE, {"code": code_of(member)}).status_code == 429
        assert AccountEvent.objects.filter(account=member, kind=KINDS.SIGN_IN_FAILED, detail="code").count() == 5

    @pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}, {"sessions_ended": 99}])
    def test_no_code_is_taken_where_the_account_is_another_than_when_the_password_was_given(self, change, member, codes):
        client, _response = give_password()
        User.objects.filter(pk=member.pk).update(**change)
        as_if_long_ago(member)
        assert client.post(CODE, {"code": code_of(member)})["Location"] == "/admin/login/"

    @pytest.mark.parametrize("code", ["", "1", "½½½½½½", "a\0b", "x" * 99, "١٢٣٤٥٦"])
    def test_a_strange_code_is_no_failure_of_ours(self, code, member, codes):
        assert give_password()[0].post(CODE, {"code": code}).status_code == 200


class TestAfterwards:
    def test_new_recovery_codes_end_those_before(self, member, codes, client):
        response = client.post("/account/security/recovery-codes/")
        assert not set(codes) & set(response.context["codes"])
        assert "10 recovery codes left" in client.get(SECURITY).content.decode()
        assert give_password()[0].post(CODE, {"code": codes[0]}).status_code == 200

    @pytest.mark.parametrize("proof", ["password", "code", "recovery code"])
    def test_it_is_taken_away_with_the_password_or_a_code(self, proof, member, codes, client):
        as_if_long_ago(member)
        given = {"password": PASSWORD, "code": code_of(member), "recovery code": codes[0]}[proof]
        assert client.post(SECURITY, {"proof": "wrong"}).status_code == 200
        assert client.post(SECURITY, {"proof": given}).status_code == 302
        assert give_password()[1]["Location"] == "/admin/"
        assert (client.get("/admin/").status_code, StaticToken.objects.count()) == (200, 0)
        assert AccountEvent.objects.filter(account=member, kind=KINDS.SECOND_FACTOR_OFF, by=member).count() == 1

    def test_an_administrator_takes_it_away_from_who_has_lost_everything(self, member, codes):
        administrator, keeper = UserFactory(), Client()
        administrator.groups.add(Group.objects.get(name="Administrator"))
        keeper.force_login(administrator)
        keeper.post(address(User, "changelist"), {"action": "take_second_factor_away", "_selected_action": [member.pk]})
        assert give_password()[1]["Location"] == "/admin/"
        assert AccountEvent.objects.get(account=member, kind=KINDS.SECOND_FACTOR_OFF).by == administrator


class TestRequiredOfAdministrators:
    @pytest.fixture(autouse=True)
    def _required(self, settings):
        settings.SECOND_FACTOR_FOR_ADMINISTRATORS = True

    @pytest.mark.parametrize("who", ["Administrator", "superuser"])
    def test_an_administrator_is_led_to_set_it_up_before_anything_else_opens(self, who, member, client):
        member.is_superuser = who == "superuser"
        member.save()
        member.groups.set(Group.objects.filter(name=who))
        client.force_login(member)
        for name, url in every_address_of_the_admin():
            if name not in ("login", "logout", "jsi18n"):
                for method in ("get", "post"):
                    assert getattr(client, method)(url)["Location"] == SECURITY, url
        assert client.get("/account/tokens/")["Location"] == SECURITY
        assert client.get("/api/v1/tasks/").status_code == 403
        assert client.get("/about/").status_code == 200
        assert "Administrators need a second factor" in client.get(SECURITY).content.decode()
        client.post(SET_UP, {"begin": "1"})
        client.post(SET_UP, {"code": code_of(member)})
        assert [client.get(page).status_code for page in ("/admin/", "/account/tokens/", "/api/v1/tasks/")] == [200, 200, 200]

    def test_others_are_not_asked_nor_are_tokens(self, member, client, sign_in):
        _token, text = ApiToken.objects.issue(member, "a program")
        member.groups.add(Group.objects.get(name="Administrator"))
        assert Client().get("/api/v1/tasks/", headers={"authorization": f"Bearer {text}"}).status_code == 200
        sign_in("Reviewer")
        assert client.get("/admin/").status_code == 200


def test_no_form_of_the_admin_shows_a_device(client, sign_in):
    assert not {TOTPDevice, StaticToken} & set(admin.site._registry)
