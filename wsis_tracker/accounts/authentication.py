"""How a program says who it is: by a token in the header `Authorization`."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS

from .addresses import address_of
from .models import ApiToken

#: Said of what is malformed, unknown or wrong alike, so that nobody learns which keys there are.
UNKNOWN = "There is no such token. Write “Authorization: Bearer wsis_<key>.<secret>”, as it was shown when the token was made."


class TokenAuthentication(BaseAuthentication):
    """Lets the owner of a token act; it is here that one for reading alone is kept to reading, so no view can forget it."""

    def authenticate(self, request):
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = ApiToken.objects.bearing(text.strip())
        if token is None:
            raise AuthenticationFailed(UNKNOWN)
        now = timezone.now()
        if refusal := token.refusal(now, address_of(request)):
            raise AuthenticationFailed(refusal)
        if request.method not in SAFE_METHODS and not token.may_write:
            raise PermissionDenied("This token is for reading alone.")
        token.note_use(now)
        return token.owner, token

    def authenticate_header(self, request):
        return "Bearer"
