"""`manage.py make_demo_logins`: three logins for trying the admin, only where DEMO=1 asks for them."""

import secrets

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wsis_tracker.accounts import roles
from wsis_tracker.accounts.models import User

LOGINS = {"editor": roles.EDITOR, "reviewer": roles.REVIEWER, "administrator": roles.ADMINISTRATOR}


class Command(BaseCommand):
    help = "Makes the logins editor, reviewer and administrator with new passwords, which it prints; refused without DEMO=1."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="give logins that exist new passwords")

    @transaction.atomic
    def handle(self, *, reset, **options):
        if not settings.DEMO:
            raise CommandError("Demonstration logins have printed passwords: they are made only where DEMO=1.")
        missing = [name for name in LOGINS if reset or not User.objects.filter(username=name).exists()]
        if not missing:
            self.stdout.write(
                "The demonstration logins exist; `.venv/bin/python manage.py make_demo_logins --reset` with DEMO=1 gives new passwords."
            )
            return
        roles.make_roles()
        for name in missing:
            user, _new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
            password = secrets.token_urlsafe(12)
            user.set_password(password)
            user.save()
            user.groups.set([Group.objects.get(name=LOGINS[name])])
            self.stdout.write(f"login {name:14} password {password}")
