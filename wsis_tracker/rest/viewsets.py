"""Endpoints: a viewset is a queryset, a serializer and a filterset, declared."""

from django.http import Http404
from rest_framework import viewsets
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.views import APIView

from .pagination import LargePages
from .problems import NotYet

SOURCES = "sources__provision__document"


class StrictView(APIView):
    """A view that answers 405 to a method that it does not know, whoever asks."""

    def initial(self, request, *args, **kwargs):
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)


class Computed(StrictView, GenericAPIView):
    """An answer that is computed from the register, open to all as the published register is."""

    permission_classes = ()
    #: The day asked for, or None.
    day = None

    def asked(self):
        """The FilterSet of the request, with every parameter that nothing knows refused."""
        filterset = self.filterset_class(self.request.query_params)
        filterset.refuse_unknown(allowed=self.paginator.parameters if self.paginator else ())
        self.day = filterset.day
        return filterset

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "day": self.day and self.day.isoformat()}

    def page_of(self, found):
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(found), many=True).data)


class RecordViewSet(StrictView, viewsets.ReadOnlyModelViewSet):
    """A collection of the register, as the public may see it, and as of any day."""

    lookup_field = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]+"
    #: What one record alone shows, where it is more than it shows in a list.
    detail_serializer_class = None

    def get_queryset(self):
        return super().get_queryset().published()

    def get_serializer_class(self):
        return (self.detail and self.detail_serializer_class) or super().get_serializer_class()

    def get_serializer_context(self):
        day = self.filterset.day if hasattr(self, "filterset") else None
        return {**super().get_serializer_context(), "day": day and day.isoformat()}

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
            slug, day = self.kwargs["slug"], self.filterset.day
            if day and self.get_queryset().filter(slug=slug).exists():
                raise NotYet(f"“{slug}” is in the register, but does not hold or was not there on {day}.") from None
            raise NotFound(f"There is no “{slug}” in this collection.") from None


class LargeRecordViewSet(RecordViewSet):
    """A collection that may reach a million records: they are not counted unless asked, only those without a date."""

    pagination_class = LargePages
