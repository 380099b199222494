"""Endpoints: a viewset is a queryset, a serializer and a filterset, declared."""

from django.http import Http404
from rest_framework import viewsets
from rest_framework.exceptions import NotFound

from .pagination import LargePages
from .problems import NotYet


class RecordViewSet(viewsets.ReadOnlyModelViewSet):
    """A collection of the register, as the public may see it, and as of any day."""

    lookup_field = "slug"
    lookup_value_regex = r"[^/]+"

    def get_queryset(self):
        return super().get_queryset().published()

    def list(self, request, *args, **kwargs):
        response = super().list(request, *args, **kwargs)
        undated = self.filterset.undated()
        if undated:
            response["Undated"] = str(undated)  # what `as_of` had to leave out, said aloud
        return response

    def get_object(self):
        try:
            return super().get_object()
        except Http404:
            day = self.request.query_params.get("as_of")
            slug = self.kwargs["slug"]
            if day and self.get_queryset().filter(slug=slug).exists():
                raise NotYet(f"“{slug}” is in the register, but does not hold or was not there on {day}.") from None
            raise NotFound(f"There is no “{slug}” in this collection.") from None


class LargeRecordViewSet(RecordViewSet):
    """A collection that may reach a million records: nothing counts them unless asked."""

    pagination_class = LargePages
