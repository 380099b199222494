"""Signing in: the password, the code where there is a second factor, and how a password is set, changed and had anew."""

import logging

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, PasswordResetConfirmView, PasswordResetView
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from wsis_tracker.accounts import letters, lockout, second_factor
from wsis_tracker.accounts.models import AccountEvent, User

KINDS = AccountEvent.Kind
FORM = "wsis_tracker/account_form.html"
#: Where a session keeps whose password was right, and for how many seconds a code is then awaited.
AWAITED, PATIENCE = "awaited", 600
#: Who is signed in by the code was let through by this backend, which looked at the password.
BACKEND = "django.contrib.auth.backends.ModelBackend"

logger = logging.getLogger(__name__)


class SignIn(LoginView):
    """The door of the admin and of one's own account. Until the code is right nobody is signed in, not even half."""

    template_name = "admin/login.html"
    authentication_form = AuthenticationForm

    def get_context_data(self, **kwargs):
        site = admin.site.each_context(self.request)
        said = {
            "title": _("Log in"),
            "subtitle": None,
            "app_path": self.request.get_full_path(),
            "username": self.request.user.get_username(),
        }
        return super().get_context_data(**{**site, **said, **kwargs})

    def form_valid(self, form):
        user = form.get_user()
        leads_to = self.get_redirect_url() or str(reverse_lazy("admin:index" if user.works_in_admin else "security"))
        if second_factor.device_of(user) is None:
            login(self.request, user)
            return redirect(leads_to)
        self.request.session[AWAITED] = {
            "user": user.pk, "hash": user.get_session_auth_hash(), "at": timezone.now().timestamp(), "leads_to": leads_to,
        }  # fmt: skip
        return redirect("sign-in-code")


def awaited(request):
    """The person whose code is awaited, or None; not for long, and not where the password was changed or the account ended since."""
    kept = request.session.get(AWAITED)
    if kept is None or timezone.now().timestamp() - kept["at"] > PATIENCE:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    return user if user and constant_time_compare(kept["hash"], user.get_session_auth_hash()) else None


class CodeForm(forms.Form):
    """A code of the app, or one on paper."""

    code = forms.CharField(
        label=_("Code"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "dir": "ltr", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)


@method_decorator(never_cache, name="dispatch")
class CodePage(FormView):
    """Where the code is asked for after the password."""

    template_name = FORM
    form_class = CodeForm
    extra_context = {
        "heading": _("Your code"),
        "introduction": _("Type the six digits that your app shows now, or one of your recovery codes."),
        "button": _("Sign in"),
    }

    def dispatch(self, request, *args, **kwargs):
        self.user = awaited(request)
        if self.user is None:
            return redirect("admin:login")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        name = self.user.get_username()
        if lockout.is_locked(self.request, name):
            return locked_out(self.request, None, {"username": name})
        device = second_factor.verify(self.user, form.cleaned_data["code"], request=self.request)
        if device is None:
            AccountEvent.objects.note(KINDS.SIGN_IN_FAILED, self.user, request=self.request, detail="code")
            lockout.count_failure(self.request, name)  # one too many is answered by django-axes' middleware
            form.add_error("code", _("This is not your code now. Wait for the next one; after several wrong codes wait a minute."))
            return self.form_invalid(form)
        leads_to = self.request.session.pop(AWAITED)["leads_to"]
        self.user.otp_device = device  # django-otp keeps it in the session
        login(self.request, self.user, backend=BACKEND)
        return redirect(leads_to)


def locked_out(request, response, credentials, *args):
    """The page for who has failed too often: it says when to try again."""
    seconds = lockout.seconds_left(request, (credentials or {}).get("username"))
    context = {"heading": _("Try again later"), "minutes": -(-seconds // 60), "at": timezone.now() + timezone.timedelta(seconds=seconds)}
    answer = render(request, "wsis_tracker/locked_out.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    add_never_cache_headers(answer)
    return answer


class SignOut(LogoutView):
    next_page = reverse_lazy("home")


class ResetForm(PasswordResetForm):
    """Who asks for a new password, by the address of the account, to which alone the link is sent."""

    def get_users(self, email):
        """The accounts with this address, also those whose owner was invited and has set no password yet."""
        return User.objects.filter(email__iexact=email, is_active=True)

    def save(self, *, request, **kwargs):
        for user in self.get_users(self.cleaned_data["email"]):
            try:
                letters.send_link_again(user, request=request)
            except OSError:  # the answer is the same: it does not tell whether there is such an account
                logger.exception("The mail to the account %s could not be sent.", user.pk)


class AskForPassword(PasswordResetView):
    """Sends a link to the address of an account; the answer is the same where there is none."""

    template_name = FORM
    form_class = ResetForm
    success_url = reverse_lazy("password_reset_done")
    extra_context = {
        "heading": _("A new password"),
        "introduction": _("Give the e-mail address of your account. A link by which you set a new password will be sent to it."),
        "button": _("Send the link"),
    }


class LinkSent(TemplateView):
    template_name = FORM
    extra_context = {
        "heading": _("Look at your mail"),
        "introduction": _("If there is an account with this address, a link by which you set a new password is on its way to it."),
    }


class SetPassword(PasswordResetConfirmView):
    """Where the link of an invitation, or for a new password, leads; it is good once."""

    template_name = FORM
    success_url = reverse_lazy("password_reset_complete")
    extra_context = {"heading": _("Choose your password"), "button": _("Set the password")}

    def form_valid(self, form):
        answer = super().form_valid(form)
        AccountEvent.objects.note(KINDS.PASSWORD_SET, self.user, by=self.user, request=self.request)
        lockout.lift(self.user.get_username())
        return answer


class PasswordIsSet(TemplateView):
    template_name = FORM
    extra_context = {"heading": _("Your password is set"), "leads_to": reverse_lazy("admin:login"), "leads_to_text": _("Sign in")}


class ChangePassword(PasswordChangeView):
    """One's own password; every other session ends."""

    template_name = FORM
    success_url = reverse_lazy("security")
    extra_context = {"heading": _("Change your password"), "button": _("Change the password")}

    def form_valid(self, form):
        answer = super().form_valid(form)
        AccountEvent.objects.note(KINDS.PASSWORD_SET, self.request.user, by=self.request.user, request=self.request)
        messages.success(self.request, _("Your password is changed, and every other session of your account has ended."))
        return answer
