"""`manage.py compare_report`: which facts of a printed report a composed one states, paragraph by paragraph."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from reports.models import Report
from reports.official.drafting import draft
from reports.official.matching import match
from reports.official.reading import paragraphs_of_file
from wsis_tracker.register import dates


class Command(BaseCommand):
    help = "Compares a printed report with the one composed from the register: of each paragraph the facts that one of the two lacks."

    def add_arguments(self, parser):
        parser.add_argument("report", help="the slug of the report")
        parser.add_argument("file", type=Path, help="the printed one: a Word file (.docx), else plain text in UTF-8")
        parser.add_argument("--as-of", help="the day of the register, else the one that the report reports")

    def handle(self, *, report, file, as_of, **options):
        record = Report.objects.published().filter(slug=report).first()
        if record is None:
            raise CommandError(f"There is no published report “{report}”.")
        try:
            day = dates.latest(as_of).isoformat() if as_of else None
            matches = match(draft(record, day).composition, paragraphs_of_file(file.name, file.read_bytes()))
        except (OSError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        for matched in matches:
            self.stdout.write(f"{matched.printed or '–'} ~ {matched.composed or '–'}: {len(matched.same)} the same")
            for words, lacking in (("missing here", matched.missing_here), ("missing there", matched.missing_there)):
                for one in lacking:
                    elsewhere = f" (in {', '.join(one.elsewhere)})" if one.elsewhere else ""
                    self.stdout.write(f"    {words}: {one.fact.kind.value} {one.fact.key}{elsewhere}")
