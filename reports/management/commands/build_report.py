"""`manage.py build_report`: compose an official report of the register and write it to a file."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from action_lines.models import ActionLine
from reports.models import Report, ReportKind
from reports.official.account import NothingToReport
from reports.official.builders import build_kind
from reports.official.drafting import draft
from reports.official.heads import as_draft
from reports.official.renderers import RENDERERS
from reports.official.renderers.pdf import CannotPrint
from wsis_tracker.register import dates


class Command(BaseCommand):
    help = "Composes a report of the register, by its slug or by its kind, as of a day."

    def add_arguments(self, parser):
        parser.add_argument("report", help=f"the slug of a report, or a kind: {', '.join(ReportKind.values)}")
        parser.add_argument("--as-of", type=day, help="the day; without it that of the report, or the last of the year")
        parser.add_argument("--year", type=int, help="of a report by its kind: the year; without it all years of the Group up to the day")
        parser.add_argument("--action-line", help="of a brief: the code of the line, as c7")
        parser.add_argument("--format", choices=sorted(RENDERERS), default="text")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="en", help="of the headings")
        parser.add_argument("--output", type=Path, help="the file; without it the standard output")

    def handle(self, *, report, output, language, **options):
        try:
            composition = as_draft(compose(report, language, **options), timezone.localdate())
            content = RENDERERS[options["format"]](composition)
        except (NothingToReport, ValidationError, CannotPrint) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        if output:
            try:
                output.write_bytes(content)
            except OSError as error:
                raise CommandError(f"The file cannot be written: {error}") from error
            self.stderr.write(f"{composition.title}, as of {composition.day}: {len(content):,} bytes in {output}")
        else:
            sys.stdout.buffer.write(content)


def day(text):
    """A partial date, as argparse reads it."""
    try:
        dates.parse(text)
    except ValidationError as error:
        raise ValueError(text) from error
    return text


def compose(name, language, *, as_of, year, action_line, **_others):
    """The report of that slug, or one of that kind with the parameters given."""
    found = Report.objects.published().select_related("document", "reports_to").filter(slug=name).first()
    if found:
        if year or action_line:
            raise NothingToReport(f"“{name}” has a period and a subject of its own: --year and --action-line are for kinds.")
        return draft(found, as_of, language).composition
    if name not in ReportKind.values:
        raise NothingToReport(f"The register has no report “{name}”, and there is no such kind: {', '.join(ReportKind.values)}.")
    line = None
    if action_line:
        if name != ReportKind.BRIEF:
            raise NothingToReport(f"--action-line is for briefs, not for a report of the kind “{name}”.")
        line = ActionLine.objects.published().filter(slug=action_line.lower()).first()
        if line is None:
            raise NothingToReport(f"The register has no action line “{action_line}”.")
    until = as_of or (f"{year}-12-31" if year else timezone.localdate().isoformat())
    first, last = (f"{year:04}", f"{year:04}") if year else (None, until[:4])
    return build_kind(name, covers_from=first, covers_to=last, day=until, line=line, language=language)
