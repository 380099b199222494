"""`make bench-pages`: how long each list page takes beside the same list of the API, turn by turn, over a thousand rows more; and
monitoring beside its bare SQL, over as many tasks as TASKS says.
"""

import os
import statistics
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402 - settings come first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from tests import bulk  # noqa: E402
from wsis_tracker.register.loading import load  # noqa: E402

LISTS = "action-lines documents mandates organisations people meetings tasks activities discrepancies reports".split()
MONITORED = "/monitoring/ /monitoring/?action_line=c7 /monitoring/?sector=itu-t /monitoring/?as_of=2008-01-01 /api/v1/monitoring/".split()
ROWS, TURNS = 1000, 25
TASKS = int(os.environ.get("TASKS", ROWS))


def seconds(client, address):
    begin = time.perf_counter()
    response = client.get(address)
    response.getvalue()
    assert response.status_code == 200, address
    return time.perf_counter() - begin


def ratios(client, out):
    out.write(f"{connection.vendor}: medians of {TURNS} turns, 50 rows a page\n{'list':15}{'page ms':>9}{'API ms':>9}{'page/API':>10}\n")
    for name in LISTS:
        turns = [(seconds(client, f"/{name}/"), seconds(client, f"/api/v1/{name}/")) for _turn in range(TURNS + 1)][1:]
        page, api = (statistics.median(times) * 1000 for times in zip(*turns, strict=True))
        out.write(f"{name:15}{page:9.1f}{api:9.1f}{statistics.median(p / a for p, a in turns):10.2f}\n")


def beside_its_sql(client, out):
    """How long each page of monitoring takes beside the same queries asked by themselves, to their last row."""
    out.write(f"\n{'over the tasks':32}{'queries':>9}{'page ms':>9}{'SQL ms':>9}{'page/SQL':>10}\n")
    for address in MONITORED:
        turns = []
        for _turn in range(6):
            asked = []
            with connection.execute_wrapper(lambda execute, *query, asked=asked: asked.append(query[:2]) or execute(*query)):
                page = seconds(client, address)
            turns.append((page, seconds_of(asked)))
        page, sql = (statistics.median(times) * 1000 for times in zip(*turns[1:], strict=True))
        ratio = f"{page / sql:10.2f}" if sql else f"{'–':>10}"
        out.write(f"{address:32}{len(asked):9}{page:9.1f}{sql:9.1f}{ratio}\n")


def seconds_of(queries):
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        for sql, params in queries:
            cursor.execute(sql, params)
            cursor.fetchall()
    return time.perf_counter() - begin


def main(out=sys.stdout):
    before = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        load(settings.BASE_DIR / "fixtures", reason="First content of the register")
        for name in LISTS:
            if name in bulk.MAKERS:
                bulk.MAKERS[name](TASKS if name == "tasks" else ROWS)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as every database does by itself, some time after so many rows
        client = Client(headers={"host": "localhost"})
        ratios(client, out)
        beside_its_sql(client, out)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
