"""Loads the harness's activities into an empty register: `python -m bench.load ACTIVITY.csv`, on the database of DATABASE_URL.

Reads are measured, so the rows are written without history. Each is as a real one: published, found by its words, of an
organisation, on an action line, with a day and a source.
"""

import csv
import datetime
import json
import sys
from itertools import islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - settings come first
from django.db import connection, transaction  # noqa: E402
from django.utils.text import slugify  # noqa: E402

from action_lines.models import ActionLine, Activity, ActivitySource  # noqa: E402
from bench.words import LETTERS, LINES  # noqa: E402
from mandates.models import Organisation, Provision  # noqa: E402

CHUNK = 2000


def organisations(names):
    """`{name: organisation}`, made of the names."""
    made = [Organisation(slug=slugify(name), name={"en": name}, kind="agency", visibility="published") for name in names]
    return dict(zip(names, Organisation.objects.bulk_create(made), strict=True))


def activities(path):
    """The activities of the harness, as the register has them."""
    with open(path, newline="", encoding="utf-8") as file:
        of = organisations(sorted({row["organisation"] for row in csv.DictReader(file)}))
        on = {code: ActionLine.objects.get(slug=slug) for code, slug in LINES.items()}
        file.seek(0)
        for row in csv.DictReader(file):
            yield Activity(
                slug=row["id"],
                number=row["id"],
                kind="stocktaking-entry",
                title=row["title"],
                summary=row["summary"],
                action_line=on[row["action_line"]],
                organisation=of[row["organisation"]],
                country=LETTERS[row["country"]],
                state=row["status"],
                started_on=row["start_date"],
                ended_on=row["end_date"],
                sdgs=json.loads(row["sdgs"]),
                dated_on=row["start_date"],
                date_basis="printed",
                visibility="published",
                updated_at=datetime.datetime.fromisoformat(row["updated_at"]).replace(tzinfo=datetime.UTC),
            )


@transaction.atomic
def fill(path):
    """Load the file once; the first content's own activities are set aside, so that answers are those of the harness."""
    if Activity.objects.filter(kind="stocktaking-entry").exists():
        return
    Activity.objects.update(visibility="draft")
    Activity._meta.get_field("updated_at").auto_now = False  # the rows say when they were changed
    provision = Provision.objects.get(slug="wg-wsis-report-2002-2006-para-10-bullet-1")
    unread = activities(path)
    while rows := Activity.objects.bulk_create(islice(unread, CHUNK)):
        ActivitySource.objects.bulk_create(ActivitySource(record=row, provision=provision, words="stocktaking") for row in rows)


def main(path):
    call_command("migrate", verbosity=0)
    call_command("load_register", if_empty=True, verbosity=0)
    fill(path)
    with connection.cursor() as cursor:  # as the harness leaves the tables of the others
        cursor.execute("VACUUM (FREEZE, ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")


if __name__ == "__main__":
    main(*sys.argv[1:])
