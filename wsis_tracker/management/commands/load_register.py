"""`manage.py load_register`: bring the register's first content, or files of the same shape, into the database."""

import zipfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from mandates.models import Document
from wsis_tracker.register.loading import BadRecord, load


class Command(BaseCommand):
    help = "Adds the records of fixtures/ that the register lacks; names, without touching, those that staff changed."

    def add_arguments(self, parser):
        parser.add_argument(
            "directory", nargs="?", type=Path, default=settings.BASE_DIR / "fixtures", help="where the files are, or an archive of them"
        )
        parser.add_argument("--overwrite", action="store_true", help="bring differing records to the state of the files (needs --reason)")
        parser.add_argument("--reason", default="", help="why; kept in the history")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where the register holds documents already")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *, directory, overwrite, reason, if_empty, dry_run, **options):
        if overwrite and not reason:
            raise CommandError("--overwrite needs --reason.")
        if directory.is_file() and zipfile.is_zipfile(directory):
            directory = zipfile.Path(directory)
        if not directory.is_dir():
            raise CommandError(f"There is no directory {directory}.")
        if if_empty and Document.objects.exists():
            self.stdout.write("The register holds records already; nothing loaded.")
            return
        try:
            with transaction.atomic():
                done = load(directory, reason=reason or "First content of the register", overwrite=overwrite)
                transaction.set_rollback(dry_run)
        except BadRecord as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        for word, counts in (("added", done.added), ("overwritten", done.overwritten), ("equal", done.equal)):
            if counts:
                self.stdout.write(f"{word}: {counts.total()} ({', '.join(f'{name} {count}' for name, count in counts.items())})")
        for name in done.differing:
            self.stdout.write(f"differs, not touched: {name}")
