"""Addresses of organisations, people, documents and mandates; a document's own page belongs to the roof."""

from django.urls import path

from . import views

urlpatterns = [
    path("organisations/", views.OrganisationList.as_view(), name="organisations"),
    path("organisations/<slug:slug>/", views.OrganisationPage.as_view(), name="organisation"),
    path("people/", views.PersonList.as_view(), name="people"),
    path("documents/", views.DocumentList.as_view(), name="documents"),
    path("mandates/", views.MandateList.as_view(), name="mandates"),
    path("mandates/<slug:slug>/", views.MandatePage.as_view(), name="mandate"),
]
