"""Who fails to sign in too often waits: the counting is django-axes', what it counts and when it ends is said here."""

from datetime import timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.utils import timezone

from .addresses import address_of


def address(request):
    """The address by which failures are counted."""
    return address_of(request) or None


def is_locked(request, username):
    """Whether nobody may try this name from where the request comes."""
    return not AxesProxyHandler.is_allowed(request, {"username": username})


def count_failure(request, username):
    """Count a failure after the password, as one of the code."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"username": username}, request=request)


def lift(username):
    """Forget the failures of a name, whose owner has shown by other means who he is."""
    AxesProxyHandler.reset_attempts(username=username)


def seconds_left(request, username):
    """After how many seconds one may try this name again from where the request comes; one at least."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=address(request))
    latest = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or timezone.now()
    left = latest + get_cool_off(request) - timezone.now()
    return max(1, -(-left // timedelta(seconds=1)))
