"""How many requests one client may make; the rates are settings, and none where a setting is empty."""

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle

from wsis_tracker.accounts.addresses import address_of


class Throttle(SimpleRateThrottle):
    """Counts in the cache, which all processes share where it is Redis; without a rate it never asks the cache."""

    def wait(self):
        """The seconds until one more request is taken, one at least: until so few of those counted remain that there is room."""
        return max(1, self.history[self.num_requests - 1] + self.duration - self.now)


class AnonymousThrottle(Throttle):
    """Counts those who do not say who they are, by their address."""

    scope = "anonymous"

    def get_rate(self):
        return settings.API_ANONYMOUS_RATE or None

    def admits(self, request):
        """Whether a request of the public may be made; it is counted here, and by its view not again."""
        request.is_counted = self.allow_request(request, view=None)
        return request.is_counted

    def allow_request(self, request, view):
        return getattr(request, "is_counted", False) or super().allow_request(request, view)

    def get_cache_key(self, request, view):
        if view and request.user.is_authenticated:
            return None
        return self.cache_format % {"scope": self.scope, "ident": address_of(request)}


class SignedInThrottle(Throttle):
    """Counts each token by itself, and those who sign in by a session by their account."""

    scope = "signed-in"

    def get_rate(self):
        return settings.API_TOKEN_RATE or None

    def get_cache_key(self, request, view):
        if not request.user.is_authenticated:
            return None
        return self.cache_format % {"scope": self.scope, "ident": request.auth.key if request.auth else request.user.pk}
