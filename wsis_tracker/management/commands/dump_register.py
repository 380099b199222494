"""`manage.py dump_register`: write the published register into files that `load_register` reads back."""

from pathlib import Path

from django.core.management.base import BaseCommand

from wsis_tracker.register.dumping import dump


class Command(BaseCommand):
    help = "Writes the published register into a directory, one file for each collection, as load_register reads them."

    def add_arguments(self, parser):
        parser.add_argument("directory", type=Path, help="where the files go; those of an earlier dump are replaced")

    def handle(self, *, directory, **options):
        counts = dump(directory)
        self.stdout.write(f"dumped: {sum(counts.values())} ({', '.join(f'{name} {count}' for name, count in counts.items())})")
