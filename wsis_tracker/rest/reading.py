"""Collections to read: everybody sees what is published, as of any day; the staff sees the rest too."""

from contextlib import nullcontext

from django.http import Http404
from django.utils.functional import cached_property
from rest_framework import status, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from wsis_tracker.register.models import FormerSlug
from wsis_tracker.register.recorded import as_recorded
from wsis_tracker.register.rights import edits_for_organisation, sees_all

from . import members, recorded
from .conditional import tag_of
from .fields import api_url
from .formats import TABLES, Format, listed
from .problems import BadParameter, NotYet
from .serializers import OF_STAFF
from .views import StrictView


class ReadingViewSet(StrictView, viewsets.ReadOnlyModelViewSet):
    """A collection of the register."""

    lookup_field = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]+"
    #: What one record alone shows, where it is more than it shows in a list.
    detail_serializer_class = None
    #: Whether the list, too, can be asked as it was recorded, and not one record alone.
    lists_recorded = False
    #: Where the collection is listed as what belongs to a record of another: to which, and by which filter.
    within = None
    formats = TABLES

    @cached_property
    def staff(self):
        """Whether the person may see what is not published."""
        return sees_all(self.request.user, self.queryset.model)

    @property
    def hidden(self):
        """The members of the staff that are not for the person."""
        if self.staff:
            return ()
        return ("staff_note",) if edits_for_organisation(self.request.user, self.queryset.model) else OF_STAFF

    @property
    def parameters(self):
        """The query parameters that are not filters."""
        return members.PARAMETERS | {recorded.NAME} | (set() if self.detail else self.paginator.parameters)

    @cached_property
    def moment(self):
        """The moment at which what is shown was recorded, or None for now."""
        params = self.request.query_params
        if recorded.NAME in params and not (self.detail or self.lists_recorded):
            message = "It is asked of one record alone, and of the lists of appointments, mandates, roles and tasks."
            raise BadParameter({recorded.NAME: [message]})
        return recorded.asked_for(params)

    def as_recorded(self):
        """Inside, the register is read as it was recorded at the moment asked for."""
        if self.moment is None:
            return nullcontext()
        return as_recorded(self.moment, to_public=not self.staff, using=self.queryset.db)

    def get_queryset(self):
        records = super().get_queryset()
        return self.get_serializer().prepared(records.seen_by(self.request.user))

    def get_serializer_class(self):
        return (self.detail and self.detail_serializer_class) or super().get_serializer_class()

    @cached_property
    def members(self):
        """The members asked for, or None for all."""
        return members.asked_for(self.request.query_params, self.get_serializer_class(), self.hidden)

    def get_serializer_context(self):
        day = self.filterset.day if hasattr(self, "filterset") else None
        asked = self.members if self.request and self.request.method in SAFE_METHODS else None
        return {**super().get_serializer_context(), "day": day and day.isoformat(), "members": asked, "hidden": self.hidden}

    def list(self, request, *args, **kwargs):
        if self.moment and isinstance(request.accepted_renderer, Format):
            raise BadParameter({recorded.NAME: ["Of what was recorded there is JSON alone: a table is read while it is sent."]})
        with self.as_recorded():
            response = listed(self, self.filter_queryset(self.get_queryset()))
            undated = self.filterset.undated()
        if undated:
            response["Undated"] = str(undated)  # what `as_of` had to leave out, said aloud
        return response

    def retrieve(self, request, *args, **kwargs):
        try:
            with self.as_recorded():
                record = self.get_object()
                return Response(self.get_serializer(record).data, headers={"ETag": tag_of(self.state, record)})
        except NotFound as error:
            slug = kwargs["slug"]
            if not isinstance(error, NotYet) and (moved := self.moved(slug)):
                return moved
            if self.moment is None or isinstance(error, NotYet) or not self.get_queryset().filter(slug=slug).exists():
                raise
            raise NotYet(f"“{slug}” is in the register, but was not there yet at {request.query_params[recorded.NAME]}.") from None

    def moved(self, slug):
        """Where what was called `slug` and merged is found now, as a permanent redirect; None where it was not."""
        now = FormerSlug.objects.leads_to(self.queryset.model, slug)
        record = self.get_queryset().filter(slug=now).first() if now else None
        if record is None:
            return None
        asked = self.request.GET.urlencode()
        to = api_url(record, self.get_serializer_context()) + (f"?{asked}" if asked else "")
        return Response(status=status.HTTP_301_MOVED_PERMANENTLY, headers={"Location": to})

    def get_object(self):
        try:
            return super().get_object()
        except Http404:
            slug, day = self.kwargs["slug"], self.filterset.day
            if day and self.get_queryset().filter(slug=slug).exists():
                raise NotYet(f"“{slug}” is in the register, but does not hold or was not there on {day}.") from None
            raise NotFound(f"There is no “{slug}” in this collection.") from None
