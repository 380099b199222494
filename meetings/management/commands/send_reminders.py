"""`manage.py send_reminders`: remind by mail those who see to tasks of what is due soon and what is overdue."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings.reminders import send_reminders
from wsis_tracker.register import dates


class Command(BaseCommand):
    help = "Writes to everybody with a task that is due soon or overdue; once a day and person, however often it runs. Run it daily."

    def add_arguments(self, parser):
        parser.add_argument("--on", metavar="DAY", help="the day for which to remind, as 2026-11-24; today where none is given")
        parser.add_argument("--dry-run", action="store_true", help="say who would be written to, and write to nobody")

    def handle(self, *, on, dry_run, **options):
        done = send_reminders(self.day(on), dry_run=dry_run)
        for word, of in (("would be sent" if dry_run else "sent", done.sent), ("not sent, to be tried again", done.failed)):
            for person, tasks in of:
                self.stdout.write(f"{word}: {person.get_username()} ({', '.join(task.slug for task in tasks)})")
        for person, _tasks in done.unknown:
            self.stdout.write(f"begun before and perhaps sent, so not sent today: {person.get_username()}")
        if not (done.sent or done.failed or done.unknown):
            self.stdout.write("Nobody is to be reminded.")
        if done.failed:
            raise CommandError(f"{len(done.failed)} could not be sent; the next run tries again.")

    def day(self, text):
        if not text:
            return timezone.localdate()
        try:
            parts = dates.parse(text)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if None in parts:
            raise CommandError(f"“{text}” is no day: write it as 2026-11-24.")
        return dates.earliest(text)
