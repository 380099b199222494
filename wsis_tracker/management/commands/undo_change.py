"""`manage.py undo_change`: take an act back as its page in the admin does."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from wsis_tracker.register.kept import may_undo
from wsis_tracker.register.models import Change
from wsis_tracker.register.traces import written
from wsis_tracker.register.undoing import undo

from .import_table import in_the_name_of


class Command(BaseCommand):
    help = "Brings all that an act wrote back to what it was before, in a new act, or nothing."

    def add_arguments(self, parser):
        parser.add_argument("key", type=int, help="that of the act, as in the address of its page in the admin")
        parser.add_argument("--by", required=True, help="the name of the account that acts, and whose rights are asked")
        parser.add_argument("--reason", required=True, help="why; kept in the history")

    def handle(self, *, key, by, reason, **options):
        user, change = in_the_name_of(by).user, Change.objects.filter(pk=key).first()
        if change is None:
            raise CommandError(f"There was no act {key}.")
        if not may_undo(user, written(change)):
            raise CommandError(f"{by} may not undo it.")
        try:
            count = undo(change, by=user, reason=reason)
        except ValidationError as error:
            raise CommandError(f"Nothing was undone. {' · '.join(error.messages)}") from error
        self.stdout.write(f"undone: {count} records and parts are as they were before “{change}”")
