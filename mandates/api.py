"""The endpoints of organisations, documents, mandates and the facts around them."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from wsis_tracker.rest.fields import Link
from wsis_tracker.rest.problems import NotFoundWith
from wsis_tracker.rest.views import Computed
from wsis_tracker.rest.viewsets import RecordViewSet

from . import filters
from . import serializers as shapes
from .models import Appointment, Document, Figure, Mandate, Mention, Organisation, Person, Provision, Relation
from .resolver import resolve


class OrganisationViewSet(RecordViewSet):
    queryset = Organisation.objects.all()
    serializer_class = shapes.OrganisationSerializer
    detail_serializer_class = shapes.OrganisationDetailSerializer
    filterset_class = filters.OrganisationFilterSet


class PersonViewSet(RecordViewSet):
    queryset = Person.objects.all()
    serializer_class = shapes.PersonSerializer
    filterset_class = filters.PersonFilterSet


class AppointmentViewSet(RecordViewSet):
    queryset = Appointment.objects.all()
    serializer_class = shapes.AppointmentSerializer
    filterset_class = filters.AppointmentFilterSet
    lists_recorded = True


class DocumentViewSet(RecordViewSet):
    queryset = Document.objects.all()
    serializer_class = shapes.DocumentSerializer
    detail_serializer_class = shapes.DocumentDetailSerializer
    filterset_class = filters.DocumentFilterSet


class ProvisionViewSet(RecordViewSet):
    queryset = Provision.objects.all()
    serializer_class = shapes.ProvisionSerializer
    filterset_class = filters.ProvisionFilterSet


class RelationViewSet(RecordViewSet):
    queryset = Relation.objects.all()
    serializer_class = shapes.RelationSerializer
    filterset_class = filters.RelationFilterSet


class MandateViewSet(RecordViewSet):
    queryset = Mandate.objects.all()
    serializer_class = shapes.MandateSerializer
    filterset_class = filters.MandateFilterSet
    lists_recorded = True


class MentionViewSet(RecordViewSet):
    queryset = Mention.objects.all()
    serializer_class = shapes.MentionSerializer
    filterset_class = filters.MentionFilterSet


class FigureViewSet(RecordViewSet):
    queryset = Figure.objects.all()
    serializer_class = shapes.FigureSerializer
    filterset_class = filters.FigureFilterSet


class Resolve(Computed):
    """The document that bears a symbol, in any spelling."""

    serializer_class = shapes.ResolvedSerializer
    filterset_class = filters.SymbolFilterSet
    pagination_class = None

    @extend_schema(operation_id="resolve", responses={200: shapes.ResolvedSerializer, **shapes.UNRESOLVED})
    def get(self, request):
        asked = self.asked().form.cleaned_data
        found = resolve(asked["symbol"], asked["as_of"])
        link = Link(context=self.get_serializer_context())
        candidates = [link.to_representation(document) for document in found.candidates]
        if found.document is None and candidates:
            raise NotFoundWith(f"“{asked['symbol']}” does not say which document it is; see the candidates.", candidates=candidates)
        if found.document is None:
            raise NotFoundWith(f"No document of the register bears the symbol “{asked['symbol']}”.")
        return Response(self.get_serializer(found).data)


VIEWSETS = [
    OrganisationViewSet,
    PersonViewSet,
    AppointmentViewSet,
    DocumentViewSet,
    ProvisionViewSet,
    RelationViewSet,
    MandateViewSet,
    MentionViewSet,
    FigureViewSet,
]
