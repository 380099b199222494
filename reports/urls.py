"""Addresses of discrepancies, monitoring and reports."""

from django.urls import path

from . import views

urlpatterns = [
    path("discrepancies/", views.DiscrepancyList.as_view(), name="discrepancies"),
    path("monitoring/", views.MonitoringPage.as_view(), name="monitoring"),
    path("monitoring/coverage/", views.CoverageList.as_view(), name="coverage"),
    path("monitoring/mentions/", views.MentionList.as_view(), name="mentions"),
    path("reports/", views.ReportList.as_view(), name="reports"),
    path("reports/<slug:slug>/", views.ReportPage.as_view(), name="report"),
]
