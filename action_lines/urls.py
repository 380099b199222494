"""Addresses of action lines and activities."""

from django.urls import path

from . import views

urlpatterns = [
    path("action-lines/", views.ActionLineList.as_view(), name="action-lines"),
    path("activities/", views.ActivityList.as_view(), name="activities"),
]
