"""Sessions end: some time after signing in, and sooner where nobody uses them."""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

#: Where a session keeps when it began and when it was last used, in seconds.
BEGUN, USED = "signed_in_at", "used_at"
#: How exactly the last use is known: a session is written once in so many seconds, and not at every request.
A_MINUTE = 60


def begin(session):
    """Note that somebody has just signed in."""
    session[BEGUN] = session[USED] = int(timezone.now().timestamp())


def has_ended(session, now):
    """Whether a session is too old, or was left alone for too long; one that does not know when it began is over."""
    return now - session.get(BEGUN, 0) >= settings.SESSION_COOKIE_AGE or now - session.get(USED, 0) >= settings.SESSION_IDLE_AGE


def ending_sessions(get_response):
    """End the session of a request where its time is over, before anybody asks who it is."""

    def middleware(request):
        # Without the cookie the session is not touched: the public's answers are kept, and must not vary by it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            now = int(timezone.now().timestamp())
            if has_ended(request.session, now):
                request.session.flush()
            elif now - request.session[USED] >= A_MINUTE:
                request.session[USED] = now
        return get_response(request)

    return middleware
