"""`manage.py check`, which reads the database where the register's own checks are asked for."""

from django.core.management.commands import check
from django.db import DEFAULT_DB_ALIAS


class Command(check.Command):
    def handle(self, *app_labels, **options):
        if "register" in (options["tags"] or []) and not options["databases"]:
            options["databases"] = [DEFAULT_DB_ALIAS]
        super().handle(*app_labels, **options)
