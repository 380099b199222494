"""What the database keeps for search beside Django's tables, made after each `migrate` wherever it is missing or of an older shape.

SQLite drops the triggers of a table that a migration rebuilds, so they belong to no single migration. And a copy to try things on.
"""

import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

from .fields import SearchField

POSTGRESQL = "CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING gin (search)"
#: The words of a row's name, and its others: they stand on the line below, or alone.
SPLIT = "substr({row}.search, 1, instr({row}.search, char(10))), substr({row}.search, instr({row}.search, char(10)) + 1)"
ADD = "INSERT INTO {table}_words(rowid, name, others) VALUES (new.id, {new}); "
REMOVE = "INSERT INTO {table}_words({table}_words, rowid, name, others) VALUES ('delete', old.id, {old}); "
FILL = "INSERT INTO {table}_words(rowid, name, others) SELECT id, {own} FROM {table}"
#: The table of words, which keeps no text of its own, and the triggers that fill it.
SQLITE = {
    "{table}_words": "CREATE VIRTUAL TABLE {table}_words USING fts5(name, others, content='')",
    "{table}_words_insert": "CREATE TRIGGER {table}_words_insert AFTER INSERT ON {table} BEGIN " + ADD + "END",
    "{table}_words_delete": "CREATE TRIGGER {table}_words_delete AFTER DELETE ON {table} BEGIN " + REMOVE + "END",
    "{table}_words_update": "CREATE TRIGGER {table}_words_update AFTER UPDATE OF search ON {table} BEGIN " + REMOVE + ADD + "END",
}


def searched_models():
    """Every model whose records are found by words."""
    return [m for m in apps.get_models() if any(isinstance(f, SearchField) for f in m._meta.local_fields)]


def ensure_search(using, **_signal):
    """Make the missing indexes of search; on SQLite, where a table of words or a trigger is another than it should be, all anew."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        tables = [m._meta.db_table for m in searched_models() if m._meta.db_table in present]
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(POSTGRESQL.format(table=table))
            return
        cursor.execute("SELECT name, sql FROM sqlite_master")
        kept = dict(cursor.fetchall())
        for table in tables:
            wanted = {written(name, table): written(statement, table) for name, statement in SQLITE.items()}
            if any(kept.get(name) != statement for name, statement in wanted.items()):
                make_words(cursor, table, wanted)


def written(statement, table):
    """A statement about the words of a table."""
    return statement.format(table=table, own=SPLIT.format(row=table), new=SPLIT.format(row="new"), old=SPLIT.format(row="old"))


def make_words(cursor, table, wanted):
    """Make the table of words and its triggers, and read the words of all records into it."""
    for name in wanted:
        cursor.execute(f"DROP {'TABLE' if name.endswith('_words') else 'TRIGGER'} IF EXISTS {name}")
    for statement in wanted.values():
        cursor.execute(statement)
    cursor.execute(written(FILL, table))


@contextmanager
def on_a_copy(using=DEFAULT_DB_ALIAS):
    """What is done inside is done to a copy of SQLite's file, and lost with it: who only tries something lets nobody wait to write.

    Other databases let many write at a time; there, and where no copy can be made, it is done in place.
    """
    own = connections[using]
    if own.vendor != "sqlite" or own.in_atomic_block:
        yield
        return
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "copy.sqlite3"
        copy = own.copy(using)
        copy.settings_dict["NAME"] = file
        copy.settings_dict["OPTIONS"] = {**own.settings_dict["OPTIONS"], "init_command": "PRAGMA synchronous=OFF"}
        connections[using] = copy if copied(own.settings_dict["NAME"], file) else own
        try:
            yield
        finally:
            copy.close()
            connections[using] = own


def copied(database, file):
    """Copy a file of SQLite as it is, in one go; others may write meanwhile. False where it cannot be.

    It is read by a connection that maps no file into memory, as ours does.
    """
    try:
        with (
            closing(sqlite3.connect(f"{Path(database).absolute().as_uri()}?mode=ro", uri=True)) as of,
            closing(sqlite3.connect(file)) as to,
        ):
            of.backup(to)
    except (sqlite3.Error, OSError):  # it is in memory, or there is no room
        return False
    return True
