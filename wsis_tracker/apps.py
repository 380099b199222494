from django.apps import AppConfig
from django.contrib.admin import apps
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "wsis_tracker"
    verbose_name = _("WSIS tracker")
    default = True


class TrackerAdminConfig(apps.AdminConfig):
    default = False
    default_site = "wsis_tracker.admin.TrackerAdminSite"
