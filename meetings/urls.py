"""Addresses of meetings and tasks."""

from django.urls import path

from . import views

urlpatterns = [
    path("meetings/", views.MeetingList.as_view(), name="meetings"),
    path("meetings/calendar/", views.MeetingYear.as_view(), name="meeting-year"),
    path("meetings/<slug:slug>/", views.MeetingPage.as_view(), name="meeting"),
    path("tasks/", views.TaskList.as_view(), name="tasks"),
    path("tasks/<slug:slug>/", views.TaskPage.as_view(), name="task"),
]
