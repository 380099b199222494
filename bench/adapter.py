"""This project as a server of the harness, on both engines; the harness reads this file, see its README."""

import json
import os
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from base import HERE, Peer  # the harness's own module

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from bench.words import LETTERS, LINES  # noqa: E402 - the harness does not know our folder

LIST, EXPORT, PAGE = "/api/v1/activities/", "/activities.csv", "/activities/"
NEWEST = {"ordering": "-started_on", "limit": 50}
LARGEST_PAGE = 1000


def same(record):
    """A record of the API in the harness's words."""
    codes, countries = ({ours: theirs for theirs, ours in words.items()} for words in (LINES, LETTERS))
    return {
        "id": int(record["slug"]),
        "title": record["title"],
        "summary": record["summary"],
        "action_line": codes[record["action_line"]["slug"]],
        "organisation": record["organisation"]["display"],
        "country": countries[record["country"]],
        "status": record["state"],
        "start_date": record["started_on"],
        "end_date": record["ended_on"],
        "year": int(record["started_on"][:4]),
        "sdgs": record["sdgs"],
        "updated_at": record["updated_at"],
    }


class Ours(Peer):
    ready = "/api/v1/"
    note = "this project as `make run` serves it, every feature on"

    def env(self):
        address = self.store if self.engine == "pg" else f"sqlite:///{self.store}"
        paths = f"{ROOT}{os.pathsep}{Path(HERE).parent}"
        settings = {"DJANGO_SETTINGS_MODULE": "wsis_tracker.settings", "SECURE": "0", "DEBUG": "0", "DEMO": "0"}
        settings |= {"API_ANONYMOUS_RATE": "", "API_TOKEN_RATE": ""}
        return settings | {"DATABASE_URL": address, "PYTHONPATH": paths}

    def prepare(self):
        load = [ROOT / ".venv/bin/python", "-m", "bench.load", f"{self.workdir}/activity_{self.n}.csv"]
        subprocess.run(load, env={**os.environ, **self.env()}, check=True)

    def command(self):
        return [*os.environ["SERVER"].split(), "--host", "127.0.0.1", "--port", str(self.port), "bench.served:application"]

    def asked(self, p):
        """The filters of the list and of the export."""
        asked = {"action_line": LINES.get(p.get("action_line")), "state": p.get("status")}
        return {name: value for name, value in asked.items() if value}

    def url(self, op, p):
        match op:
            case "list":
                return f"{LIST}?{urlencode(self.asked(p) | NEWEST)}"
            case "deep":
                return f"{LIST}?{urlencode(NEWEST | self.place(p['offset']))}"
            case "deep_jump":
                return f"{LIST}?{urlencode(NEWEST | {'offset': p['offset']})}"
            case "detail" | "etag304":
                return f"{LIST}{p['id']}/"
            case "search":
                return f"{LIST}?{urlencode({'q': ' '.join(p['words'])} | NEWEST | {'limit': 20})}"
            case "html":
                return f"{PAGE}?{urlencode(self.asked(p) | {'ordering': '-started_on'})}"
            case "export":
                return f"{EXPORT}?{urlencode(self.asked(p))}"

    def place(self, offset):
        """The parameters of the page after `offset` rows: a cursor that pages from the beginning lead to, else the offset."""
        cursor, left = "", offset
        while left:
            limit = min(left, LARGEST_PAGE)
            page = self.read(f"{LIST}?{urlencode(NEWEST | {'limit': limit, 'cursor': cursor})}")
            if "next" not in page:
                return {"offset": offset}
            cursor, left = parse_qs(urlsplit(page["next"]).query)["cursor"][0], left - limit
        return {"cursor": cursor}

    def read(self, path):
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", path)
        return json.load(connection.getresponse())

    def answer(self, op, body):
        if op == "html":
            return list(dict.fromkeys(int(slug) for slug in re.findall(rb"\?slug=(\d+)", body)))
        if op == "detail":
            return same(json.loads(body))
        return [int(record["slug"]) for record in json.loads(body)["results"]]


class OursOnPostgreSQL(Ours):
    name, engine, schema = "ours-pg", "pg", "ours"


class OursOnSQLite(Ours):
    name, engine, schema = "ours-sqlite", "sqlite", "ours"
