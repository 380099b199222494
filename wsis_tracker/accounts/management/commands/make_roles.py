"""`manage.py make_roles`: the groups Reader, Editor, Reviewer and Administrator with their permissions."""

from django.core.management.base import BaseCommand

from wsis_tracker.accounts.roles import make_roles


class Command(BaseCommand):
    help = "Makes the groups Reader, Editor, Reviewer and Administrator and gives them exactly their permissions."

    def handle(self, **options):
        make_roles()
