"""`manage.py fill_search`: make anew the words by which records are found."""

from django.core.management.base import BaseCommand
from django.db import transaction

from wsis_tracker.register.records import fill_search
from wsis_tracker.search import searched


class Command(BaseCommand):
    help = "Makes anew the words by which every record is found, for instance after an update that changed how they are made."

    def handle(self, **options):
        for collection, model in searched().items():
            with transaction.atomic():
                fill_search(model.objects.iterator())
            self.stdout.write(f"{collection}: done")
