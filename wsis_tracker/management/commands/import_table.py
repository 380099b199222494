"""`manage.py import_table`: import a table as the admin does, for a file whose import takes longer than one waits for a page."""

from pathlib import Path

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.http import HttpRequest

from wsis_tracker.accounts.models import User
from wsis_tracker.register.exchanging import Preview, Undone, told
from wsis_tracker.register.loading import record_models
from wsis_tracker.register.tables import Unreadable


class Command(BaseCommand):
    help = "Shows what the rows of a CSV or XLSX file would do, asks, and writes all of them in one act, or nothing."

    def add_arguments(self, parser):
        parser.add_argument("collection", choices=sorted(model.collection for model in record_models()))
        parser.add_argument("file", type=Path, help="the table, as the admin exports it")
        parser.add_argument("--by", required=True, help="the name of the account that acts, and whose rights are asked")
        parser.add_argument("--reason", required=True, help="why; kept in the history")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--no-input", action="store_true", help="do it at once, without showing it first")

    def handle(self, *, collection, file, by, reason, dry_run, no_input, **options):
        model = next(model for model in record_models() if model.collection == collection)
        model_admin, request = admin.site.get_model_admin(model), in_the_name_of(by)
        if not model_admin.has_import_permission(request):
            raise CommandError(f"{by} may not import {collection}.")
        try:
            content, versions = file.read_bytes(), None
            if dry_run or not no_input:
                preview = self.shown(Preview(*model_admin.tried(request, content, reason)))
                versions = preview.compared_with
                if dry_run or not preview.may_be_confirmed:
                    return
                if not self.agreed():
                    self.stdout.write("Nothing was imported.")
                    return
            result, change = model_admin.written(request, content, reason, versions)
        except Undone as undone:
            self.shown(Preview(undone.args[0]))
        except (OSError, Unreadable) as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        except ValidationError as error:
            raise CommandError(f"Nothing was imported. {' · '.join(error.messages)}") from error
        except IntegrityError as error:
            raise CommandError("Nothing was imported: somebody else is writing the same records.") from error
        else:
            self.stdout.write(told(result))
            if change:
                self.stdout.write(f"To take it back: manage.py undo_change {change.pk}")

    def shown(self, preview):
        """Say what the rows would do, and fail where one is wrong."""
        kinds = {name: getattr(preview, name) for name in ("new", "changed", "unchanged", "wrong")}
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in kinds.items()))
        for number, column, reason in preview.errors:
            self.stderr.write(f"row {number}{f', {column}' if column else ''}: {reason}")
        if preview.wrong:
            raise CommandError("Nothing was imported: mend the rows that are wrong.")
        return preview

    def agreed(self):
        """What the person says; CommandError where nobody is there to say it."""
        try:
            return input("Import these rows? [y/N] ").strip().lower() in ("y", "yes")
        except EOFError:
            raise CommandError("Nothing was imported: nobody is there to agree; --no-input does it without being asked.") from None


def in_the_name_of(name):
    """A request of an account."""
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no account {name} that can act.")
    request = HttpRequest()
    request.user, request.id = user, ""
    return request
