"""Collections to read: everybody sees what is published, as of any day; the staff sees the rest too."""

from django.http import Http404
from django.utils.functional import cached_property
from rest_framework import viewsets
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from . import members
from .conditional import tag_of
from .permissions import permission
from .problems import NotYet
from .views import StrictView


class ReadingViewSet(StrictView, viewsets.ReadOnlyModelViewSet):
    """A collection of the register."""

    lookup_field = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]+"
    #: What one record alone shows, where it is more than it shows in a list.
    detail_serializer_class = None

    @cached_property
    def staff(self):
        """Whether the person may see what is not published."""
        return self.request.user.is_authenticated and self.request.user.has_perm(permission("view", self.queryset.model))

    @property
    def parameters(self):
        """The query parameters that are not filters."""
        return members.PARAMETERS | (set() if self.detail else self.paginator.parameters)

    def get_queryset(self):
        records = super().get_queryset()
        return self.get_serializer().prepared(records if self.staff else records.published())

    def get_serializer_class(self):
        return (self.detail and self.detail_serializer_class) or super().get_serializer_class()

    @cached_property
    def members(self):
        """The members asked for, or None for all."""
        return members.asked_for(self.request.query_params, self.get_serializer_class())

    def get_serializer_context(self):
        day = self.filterset.day if hasattr(self, "filterset") else None
        asked = self.members if self.request and self.request.method in SAFE_METHODS else None
        return {**super().get_serializer_context(), "day": day and day.isoformat(), "members": asked, "staff": self.staff}

    def list(self, request, *args, **kwargs):
        response = super().list(request, *args, **kwargs)
        undated = self.filterset.undated()
        if undated:
            response["Undated"] = str(undated)  # what `as_of` had to leave out, said aloud
        return response

    def retrieve(self, request, *args, **kwargs):
        record = self.get_object()
        return Response(self.get_serializer(record).data, headers={"ETag": tag_of(self.state, record)})

    def get_object(self):
        try:
            return super().get_object()
        except Http404:
            slug, day = self.kwargs["slug"], self.filterset.day
            if day and self.get_queryset().filter(slug=slug).exists():
                raise NotYet(f"“{slug}” is in the register, but does not hold or was not there on {day}.") from None
            raise NotFound(f"There is no “{slug}” in this collection.") from None
