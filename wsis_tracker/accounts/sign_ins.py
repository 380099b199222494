"""What Django and django-axes say of signing in, noted as what happened to accounts. Their signals are the only ones that we hear."""

from axes.signals import user_locked_out
from django.contrib.auth import signals

from . import sessions
from .models import AccountEvent, User

KINDS = AccountEvent.Kind


def listen():
    """Hear when somebody signs in, fails to, is locked out, or signs out."""
    signals.user_logged_in.connect(signed_in)
    signals.user_logged_out.connect(signed_out)
    signals.user_login_failed.connect(failed)
    user_locked_out.connect(locked_out)


def signed_in(sender, request, user, **kwargs):
    sessions.begin(request.session)
    AccountEvent.objects.note(KINDS.SIGNED_IN, user, by=user, request=request)


def signed_out(sender, request, user, **kwargs):
    if user:
        AccountEvent.objects.note(KINDS.SIGNED_OUT, user, by=user, request=request)


def failed(sender, credentials, request=None, **kwargs):
    """A password was refused; what is tried while one has to wait is not even looked at, and so not noted."""
    if not was_turned_away(request):
        AccountEvent.objects.note(KINDS.SIGN_IN_FAILED, account_called(credentials.get("username")), request=request)


def locked_out(sender, request, username, ip_address, **kwargs):
    if not was_turned_away(request):
        AccountEvent.objects.note(KINDS.LOCKED_OUT, account_called(username), request=request)


def was_turned_away(request):
    """Whether the request came while one had to wait: it was locked out, and no failure was counted for it."""
    return getattr(request, "axes_locked_out", False) and request.axes_failures_since_start is None


def account_called(username):
    return User.objects.filter(username=username or "").first()
