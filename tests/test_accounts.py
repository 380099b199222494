"""Accounts: how somebody is invited, what sets a password, when sessions end, and that whatever changes rights is noted."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import UserFactory
from tests.forms import address, form_of
from wsis_tracker.accounts import letters, roles
from wsis_tracker.accounts.models import AccountEvent, ApiToken, User
from wsis_tracker.accounts.sessions import BEGUN, USED

pytestmark = pytest.mark.django_db
KINDS = AccountEvent.Kind
PASSWORD, OTHER = "correct horse battery", "another staple of horses"
NEW = {"username": "nadia", "first_name": "Nadia", "last_name": "Benali", "email": "nadia@example.org", "language": "fr", "groups": []}


def noted(**named):
    """The kinds of what was noted, the earliest first."""
    return list(AccountEvent.objects.filter(**named).order_by("pk").values_list("kind", flat=True))


def link_in(message):
    """The address in an e-mail, as a path."""
    return re.search(r"^http://testserver(/\S+)$", message.body, re.MULTILINE).group(1)


def follow(client, path):
    """Open a link from an e-mail; the page with its form, and the address to which that is sent."""
    response = client.get(path, follow=True)
    return response, response.request["PATH_INFO"]


def set_password(client, path, password=PASSWORD):
    _page, form = follow(client, path)
    return client.post(form, {"new_password1": password, "new_password2": password}, follow=True)


@pytest.fixture
def invited(client, sign_in):
    """Somebody whom an administrator has just invited."""
    sign_in("Administrator")
    data = form_of(client, address(User, "add")) | NEW | {"groups": [Group.objects.get(name="Editor").pk]}
    assert client.post(address(User, "add"), data).status_code == 302
    return User.objects.get(username="nadia")


class TestInvitation:
    def test_who_is_invited_is_told_in_his_language_and_sets_the_password_once(self, invited):
        [message] = mail.outbox
        assert message.to == ["nadia@example.org"]
        assert "/fr/account/password/" in link_in(message)
        assert (invited.is_staff, invited.awaits_password, [str(role) for role in invited.groups.all()]) == (True, True, ["Editor"])
        visitor = Client()
        assert not visitor.login(username="nadia", password="", request=visitor.get("/about/").wsgi_request)
        assert set_password(visitor, link_in(message)).status_code == 200
        invited.refresh_from_db()
        assert invited.check_password(PASSWORD)
        page, _form = follow(Client(), link_in(message))
        assert page.context["validlink"] is False
        assert noted(account=invited) == [KINDS.RIGHTS_CHANGED, KINDS.INVITED, KINDS.SIGN_IN_FAILED, KINDS.PASSWORD_SET]

    def test_a_weak_password_is_refused_at_its_field(self, invited):
        response = set_password(Client(), link_in(mail.outbox[0]), "nadia")
        assert response.status_code == 200
        assert len(response.context["form"].errors["new_password2"]) >= 2
        invited.refresh_from_db()
        assert invited.awaits_password

    def test_who_did_not_come_is_invited_again_and_who_came_is_not(self, invited, client):
        url = address(User, "changelist")
        client.post(url, {"action": "invite_again", "_selected_action": [invited.pk]})
        assert [message.to for message in mail.outbox] == [["nadia@example.org"]] * 2
        invited.set_password(PASSWORD)
        invited.save()
        client.post(url, {"action": "invite_again", "_selected_action": [invited.pk]})
        assert len(mail.outbox) == 2

    @pytest.mark.parametrize("wrong, field", [({"email": ""}, "email"), ({"email": "nadia"}, "email"), ({"username": "a b"}, "username")])
    def test_what_is_wrong_is_said_at_its_field_and_nobody_is_invited(self, wrong, field, client, sign_in):
        sign_in("Administrator")
        response = client.post(address(User, "add"), form_of(client, address(User, "add")) | NEW | wrong)
        assert list(response.context["adminform"].form.errors) == [field]
        assert (mail.outbox, User.objects.filter(first_name="Nadia").exists()) == ([], False)

    def test_where_the_mail_cannot_be_sent_the_account_is_there_and_it_is_said(self, client, sign_in, settings):
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1
        sign_in("Administrator")
        response = client.post(address(User, "add"), form_of(client, address(User, "add")) | NEW, follow=True)
        assert "could not be sent" in response.content.decode()
        assert User.objects.get(username="nadia").awaits_password

    @pytest.mark.parametrize("role", ["Reader", "Editor", "Reviewer"])
    def test_only_administrators_invite(self, role, client, sign_in):
        sign_in(role)
        assert client.post(address(User, "add"), NEW).status_code == 403
        assert mail.outbox == []


class TestForgottenPassword:
    def ask(self, email):
        return Client().post(reverse("admin_password_reset"), {"email": email}, follow=True)

    def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(self):
        user = UserFactory(email="known@example.org", language="es")
        user.set_password(PASSWORD)
        user.save()
        known, unknown = self.ask("known@example.org"), self.ask("unknown@example.org")
        assert known.content == unknown.content
        [message] = mail.outbox
        assert "/es/account/password/" in link_in(message)
        set_password(Client(), link_in(message), OTHER)
        user.refresh_from_db()
        assert user.check_password(OTHER)

    def test_however_often_one_asks_one_link_is_sent_in_a_while(self, monkeypatch):
        user = UserFactory(email="known@example.org")
        user.set_password(PASSWORD)
        user.save()
        for _time in range(3):
            self.ask("known@example.org")
        assert len(mail.outbox) == 1
        assert AccountEvent.objects.filter(account=user, kind="link-sent").count() == 1
        monkeypatch.setattr(letters, "A_WHILE", timedelta(0))
        self.ask("known@example.org")
        assert len(mail.outbox) == 2

    def test_a_link_that_could_not_be_sent_is_sent_when_it_is_asked_for_again(self, settings):
        user = UserFactory(email="known@example.org")
        user.set_password(PASSWORD)
        user.save()
        sent_by = settings.EMAIL_BACKEND
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1
        self.ask("known@example.org")
        assert not AccountEvent.objects.filter(account=user, kind="link-sent").exists()
        settings.EMAIL_BACKEND = sent_by
        self.ask("known@example.org")
        assert len(mail.outbox) == 1

    def test_once_the_password_is_set_another_link_is_sent_at_once(self):
        user = UserFactory(email="known@example.org")
        user.set_password(PASSWORD)
        user.save()
        self.ask("known@example.org")
        set_password(Client(), link_in(mail.outbox[0]), OTHER)
        self.ask("known@example.org")
        assert len(mail.outbox) == 2
        assert set_password(Client(), link_in(mail.outbox[1]), PASSWORD).status_code == 200

    def test_who_was_invited_and_has_lost_the_letter_asks_for_a_link_like_anybody(self):
        user = UserFactory(email="known@example.org", password="!unusable")
        self.ask("known@example.org")
        set_password(Client(), link_in(mail.outbox[0]))
        user.refresh_from_db()
        assert user.check_password(PASSWORD)

    def test_no_link_is_sent_to_who_has_no_account_any_more(self):
        UserFactory(email="known@example.org", is_active=False)
        assert self.ask("known@example.org").status_code == 200
        assert mail.outbox == []

    def test_the_sign_in_page_leads_there(self, client):
        assert f'href="{reverse("admin_password_reset")}"' in client.get("/admin/login/").content.decode()


def test_everybody_chooses_the_language_of_the_letters(client):
    user = UserFactory(language="en")
    client.force_login(user)
    page = client.post(reverse("language"), {"language": "ar"}, follow=True)
    assert "is changed" in page.text
    user.refresh_from_db()
    assert user.language == "ar"
    assert client.post(reverse("language"), {"language": "tlh"}).context["form"].errors.keys() == {"language"}


class TestSessions:
    def opens(self, client):
        return client.get("/admin/").status_code == 200

    @pytest.mark.parametrize(
        "begun, used, opens", [(0, 0, True), (43_100, 0, True), (43_200, 0, False), (7_200, 7_100, True), (7_200, 7_200, False)]
    )
    def test_a_session_ends_some_time_after_signing_in_and_sooner_where_it_is_not_used(self, begun, used, opens, client, sign_in):
        sign_in("Reader")
        now = int(timezone.now().timestamp())
        session = client.session
        session[BEGUN], session[USED] = now - begun, now - used
        session.save()
        assert self.opens(client) == opens

    def test_its_use_is_written_down_once_a_minute(self, client, sign_in):
        sign_in("Reader")
        client.get("/account/tokens/")
        session = client.session
        session[USED] -= 90
        session.save()
        client.get("/account/tokens/")
        assert client.session[USED] > session[USED]

    def test_another_password_ends_every_other_session(self, client):
        user = UserFactory()
        user.set_password(PASSWORD)
        user.save()
        other = Client()
        for one in (client, other):
            one.force_login(user)
        data = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
        assert client.post(reverse("password-change"), data).status_code == 302
        assert (self.opens(client), self.opens(other)) == (True, False)
        assert KINDS.PASSWORD_SET in noted(account=user)

    def test_an_administrator_ends_the_sessions_of_somebody_or_his_account(self, client, sign_in):
        somebody, other = UserFactory(), Client()
        sign_in("Administrator")
        other.force_login(somebody)
        client.post(address(User, "changelist"), {"action": "end_sessions", "_selected_action": [somebody.pk]})
        assert not self.opens(other)
        other.force_login(User.objects.get(pk=somebody.pk))
        assert self.opens(other)
        url = address(User, "change", somebody.pk)
        client.post(url, {name: value for name, value in form_of(client, url).items() if name != "is_active"})
        assert not self.opens(other)

    def test_no_administrator_ends_the_sessions_of_a_superuser(self, client, sign_in):
        superuser, other = UserFactory(is_superuser=True), Client()
        sign_in("Administrator")
        other.force_login(superuser)
        for action in ("end_sessions", "take_second_factor_away"):
            client.post(address(User, "changelist"), {"action": action, "_selected_action": [superuser.pk]})
        assert self.opens(other)


class TestWhatHappened:
    def test_a_change_of_rights_is_noted_with_who_from_where_and_what(self, client, sign_in):
        administrator = sign_in("Administrator")
        user = UserFactory()
        url = address(User, "change", user.pk)
        data = form_of(client, url) | {"groups": [Group.objects.get(name="Reviewer").pk]}
        client.post(url, data, headers={"x-request-id": "a-request"}, REMOTE_ADDR="192.0.2.7")
        event = AccountEvent.objects.get(account=user)
        assert (event.kind, event.by, event.address, event.request_id) == (KINDS.RIGHTS_CHANGED, administrator, "192.0.2.7", "a-request")
        assert event.detail == "groups:  → Reviewer"
        client.post(url, form_of(client, url) | {"groups": [Group.objects.get(name="Reviewer").pk], "last_name": "New"})
        assert AccountEvent.objects.filter(account=user).count() == 1

    def test_an_administrator_who_sets_a_password_is_noted_and_the_password_is_not(self, client, sign_in):
        administrator = sign_in("Administrator")
        user = UserFactory()
        data = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        client.post(reverse("admin:auth_user_password_change", args=[user.pk]), data)
        event = AccountEvent.objects.get(account=user)
        assert (event.kind, event.by, event.detail) == (KINDS.PASSWORD_SET, administrator, "")

    def test_tokens_made_and_revoked_are_noted_without_their_secret(self, client):
        user = UserFactory()
        token = ApiToken.objects.issue(user, "a program")[0]
        token.revoke(by=user)
        token.revoke(by=user)
        events = AccountEvent.objects.filter(account=user)
        assert noted(account=user) == [KINDS.TOKEN_MADE, KINDS.TOKEN_REVOKED]
        assert {event.detail for event in events} == {f"a program ({token.key})"}

    def test_nothing_of_it_is_changed_or_deleted(self, client, sign_in):
        administrator = sign_in("Administrator")
        event = AccountEvent.objects.get(account=administrator)
        for change in (event.save, event.delete, AccountEvent.objects.all().delete, lambda: AccountEvent.objects.update(detail="x")):
            with pytest.raises(TypeError):
                change()
        assert client.post(address(AccountEvent, "change", event.pk), {"detail": "x"}).status_code == 403
        assert client.post(address(AccountEvent, "delete", event.pk), {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("model", ["accounts/accountevent", "axes/accessattempt", "auth/group"])
    @pytest.mark.parametrize("role, status", [("Reader", 403), ("Reviewer", 403), ("Administrator", 200)])
    def test_administrators_read_it(self, model, role, status, client, sign_in):
        sign_in(role)
        assert client.get(f"/admin/{model}/").status_code == status
        assert client.get(f"/admin/{model}/add/").status_code == 403


class TestRoles:
    def test_a_new_database_has_the_roles_with_their_permissions(self):
        groups = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
        assert set(groups) == {roles.READER, roles.EDITOR, roles.REVIEWER, roles.ADMINISTRATOR}
        assert {"view_document", "view_task"} <= groups[roles.READER]
        assert {"change_user", "view_accountevent", "view_accessattempt"} <= groups[roles.ADMINISTRATOR]
        call_command("make_roles")
        assert groups == {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}

    def test_no_role_touches_what_happened_or_looks_at_devices(self):
        held = set(Group.objects.get(name=roles.ADMINISTRATOR).permissions.values_list("content_type__model", "codename"))
        assert {code for model, code in held if model == "accountevent"} == {"view_accountevent"}
        assert not {code for model, code in held if model in ("totpdevice", "staticdevice", "statictoken")}
