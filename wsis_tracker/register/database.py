"""What the database keeps for search beside Django's tables, made after each `migrate` wherever it is missing.

SQLite drops the triggers of a table that a migration rebuilds, so they belong to no single migration.
"""

from django.apps import apps
from django.db import connections

from .fields import SearchField

POSTGRESQL = ["CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING gin (search)"]
SQLITE = [
    "CREATE VIRTUAL TABLE IF NOT EXISTS {table}_words USING fts5(search, content='{table}', content_rowid='id')",
    "CREATE TRIGGER IF NOT EXISTS {table}_words_insert AFTER INSERT ON {table} BEGIN "
    "INSERT INTO {table}_words(rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER IF NOT EXISTS {table}_words_delete AFTER DELETE ON {table} BEGIN "
    "INSERT INTO {table}_words({table}_words, rowid, search) VALUES ('delete', old.id, old.search); END",
    "CREATE TRIGGER IF NOT EXISTS {table}_words_update AFTER UPDATE OF search ON {table} BEGIN "
    "INSERT INTO {table}_words({table}_words, rowid, search) VALUES ('delete', old.id, old.search); "
    "INSERT INTO {table}_words(rowid, search) VALUES (new.id, new.search); END",
]


def searched_models():
    """Every model whose records are found by words."""
    return [m for m in apps.get_models() if any(isinstance(f, SearchField) for f in m._meta.local_fields)]


def ensure_search(using, **_signal):
    """Make the missing indexes, tables and triggers of search; where any trigger was missing, read the words anew."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor, include_views=True))
        tables = [m._meta.db_table for m in searched_models() if m._meta.db_table in present]
        if connection.vendor == "postgresql":
            for table in tables:
                for statement in POSTGRESQL:
                    cursor.execute(statement.format(table=table))
            return
        cursor.execute("SELECT count(*), tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_words_%' GROUP BY tbl_name")
        complete = {table for count, table in cursor.fetchall() if count == len(SQLITE) - 1}
        for table in tables:
            if table not in complete:
                for statement in SQLITE:
                    cursor.execute(statement.format(table=table))
                cursor.execute(f"INSERT INTO {table}_words({table}_words) VALUES ('rebuild')")  # noqa: S608 - our own table's name
