"""The secretariat's application: the admin site with its records in the order in which staff think."""

from django.contrib import admin


class TrackerAdminSite(admin.AdminSite):
    pass
