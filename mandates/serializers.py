"""Organisations, documents, mandates and the facts around them as JSON."""

from wsis_tracker.rest.serializers import PartLink, RecordSerializer

from .models import Document


class DocumentSerializer(RecordSerializer):
    authors = PartLink(many=True)

    class Meta:
        model = Document
        fields = [*RecordSerializer.FIRST, "symbol", "normalised", "title", "kind", "body", "authors", "dated_on", "date_basis", *RecordSerializer.LAST]
