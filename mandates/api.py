"""The endpoints of organisations, documents, mandates and the facts around them."""

from wsis_tracker.rest.viewsets import RecordViewSet

from .filters import DocumentFilterSet
from .models import Document
from .serializers import DocumentSerializer


class DocumentViewSet(RecordViewSet):
    queryset = Document.objects.select_related("body").prefetch_related("authors__organisation")
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilterSet
