"""What every endpoint has: it answers 405 and 304 rightly, and says in which forms there is an answer."""

from django.http import HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.views import APIView

from .conditional import NotModified, holds, state_of, tag_of
from .formats import Negotiation, listed


class StrictView(APIView):
    """A view that answers 405 to a method that it does not know, whoever asks, and 304 to who holds the answer already."""

    #: What the answer to a request that only reads depends on; None of one that writes.
    state = None
    content_negotiation_class = Negotiation
    #: The forms beside JSON in which a list is read.
    formats = ()

    def get_renderers(self):
        reads = self.request.method in ("GET", "HEAD") and not getattr(self, "detail", False)
        return [*super().get_renderers(), *(form() for form in self.formats if reads)]

    def initial(self, request, *args, **kwargs):
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            self.state = self.state_now()
            if tag := holds(request, self.state):
                raise NotModified(tag)

    def state_now(self):
        """The state that the answer to the person depends on; one that the public gets has been told already."""
        if hasattr(self.request, "state"):
            return self.request.state
        person = self.request.user.pk if self.request.user.is_authenticated else None
        return state_of(self.request, person, getattr(self.request, "accepted_media_type", ""))

    def perform_authentication(self, request):
        """Tell who asks; who is refused, as one who tries tokens is, is counted by his address all the same."""
        try:
            super().perform_authentication(request)
        except APIException:
            self.check_throttles(request)
            raise

    def handle_exception(self, exc):
        if isinstance(exc, NotModified):
            return HttpResponseNotModified(headers={"ETag": exc.tag})
        return super().handle_exception(exc)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.state and response.status_code == status.HTTP_200_OK and "ETag" not in response:
            response["ETag"] = tag_of(self.state)
        if request.method in SAFE_METHODS:
            response.setdefault("Cache-Control", "no-cache")  # kept, and asked for anew by its tag
            if self.formats:
                patch_vary_headers(response, ["Accept"])
        return response


class Computed(StrictView, GenericAPIView):
    """An answer that is computed from the register, open to all as the published register is."""

    permission_classes = ()
    #: The day asked for, or None.
    day = None

    def asked(self):
        """The FilterSet of the request, with every parameter that nothing knows refused."""
        filterset = self.filterset_class(self.request.query_params, request=self.request)
        filterset.refuse_unknown(allowed=self.paginator.parameters if self.paginator else ())
        self.day = filterset.day
        return filterset

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "day": self.day and self.day.isoformat()}

    def page_of(self, found):
        return listed(self, found)
