"""Addresses of discrepancies and reports."""

from django.urls import path

from . import views

urlpatterns = [
    path("discrepancies/", views.DiscrepancyList.as_view(), name="discrepancies"),
    path("reports/", views.ReportList.as_view(), name="reports"),
    path("reports/<slug:slug>/", views.ReportPage.as_view(), name="report"),
]
