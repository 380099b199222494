"""Addresses of discrepancies, monitoring and reports."""

from django.urls import path, re_path

from . import issued, views
from .official.files import SUFFIXES

urlpatterns = [
    path("discrepancies/", views.DiscrepancyList.as_view(), name="discrepancies"),
    path("monitoring/", views.MonitoringPage.as_view(), name="monitoring"),
    path("monitoring/coverage/", views.CoverageList.as_view(), name="coverage"),
    path("monitoring/mentions/", views.MentionList.as_view(), name="mentions"),
    path("reports/", views.ReportList.as_view(), name="reports"),
    path("reports/<slug:slug>/", views.ReportPage.as_view(), name="report"),
    path("reports/<slug:slug>/text/", views.ReportText.as_view(), name="report-text"),
    re_path(rf"^reports/(?P<slug>[-\w]+)\.(?P<suffix>{SUFFIXES})$", views.ReportFile.as_view(), name="report-file"),
    path("reports/<slug:slug>/issued/<int:number>/", issued.IssuedReportPage.as_view(), name="issued-report"),
    re_path(
        rf"^reports/(?P<slug>[-\w]+)/issued/(?P<number>\d{{1,4}})/(?P<file>report|final)\.(?P<suffix>{SUFFIXES})$",
        issued.IssuedReportFile.as_view(),
        name="issued-file",
    ),
    path("reports/<slug:slug>/issued/<int:number>/comparison/", issued.ComparisonPage.as_view(), name="issued-comparison"),
    path("reports/<slug:slug>/issued/<int:number>/comparison.json", issued.ComparisonData.as_view(), name="issued-comparison-data"),
]
