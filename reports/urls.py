"""Addresses of discrepancies and reports."""

from django.urls import path, re_path

from . import views
from .official.files import SUFFIXES

urlpatterns = [
    path("discrepancies/", views.DiscrepancyList.as_view(), name="discrepancies"),
    path("reports/", views.ReportList.as_view(), name="reports"),
    path("reports/<slug:slug>/", views.ReportPage.as_view(), name="report"),
    re_path(rf"^reports/(?P<slug>[-\w]+)\.(?P<suffix>{SUFFIXES})$", views.ReportFile.as_view(), name="report-file"),
]
