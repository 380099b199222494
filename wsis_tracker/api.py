"""The router of the REST API: every collection of the register under `/api/v1/`."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from mandates.api import DocumentViewSet

router = DefaultRouter()
for viewset in [DocumentViewSet]:
    router.register(viewset.queryset.model.collection, viewset)

urlpatterns = [path("v1/", include(router.urls))]
