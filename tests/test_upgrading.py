"""A register that an earlier release kept is brought up to date by `migrate`, and nothing of it is lost."""

import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from django.db import connection

from .server import environment, manage

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="the commands are run once, on a file of SQLite")


def asked(file, sql, *params):
    with closing(sqlite3.connect(file)) as database, database:
        return database.execute(sql, params).fetchall()


def test_what_an_earlier_release_kept_is_kept_and_what_cannot_be_is_named_before_anything_is_changed(register_set_up, tmp_path):
    file = tmp_path / "earlier.sqlite3"
    shutil.copy(register_set_up[0], file)
    settings = environment(f"sqlite:///{file}")
    manage(settings, "migrate", "-v0", "mandates", "0002")
    told = "SELECT COUNT(*), SUM(value) FROM mandates_figure"
    before = asked(file, told)

    [(slug, value)] = asked(file, "SELECT slug, value FROM mandates_figure WHERE value IS NOT NULL ORDER BY slug LIMIT 1")
    amount = "UPDATE mandates_figure SET value = ? WHERE slug = ?"
    asked(file, amount, 99999999999999.99, slug)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        manage(settings, "migrate", "-v0")
    assert f"the amounts of {slug} (Figure): mend them first" in failed.value.stderr

    asked(file, amount, value, slug)
    manage(settings, "migrate", "-v0")
    assert asked(file, told) == before
    manage(settings, "check", "--tag", "register", "--database", "default", "--fail-level", "WARNING")
