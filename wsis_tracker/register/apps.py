from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .database import ensure_search


class RegisterConfig(AppConfig):
    name = "wsis_tracker.register"
    label = "register"
    verbose_name = _("Register")

    def ready(self):
        from . import checks  # noqa: F401

        post_migrate.connect(ensure_search, sender=self)
