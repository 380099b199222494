"""The register as it was recorded at a moment: what queries read are the rows of history that were current then.

Inside `as_recorded` every table of records and parts is, for a query, what its history says of the moment: a common table
expression under the table's own name hides the table. So each question that a QuerySet knows (`as_of`, a filter over parts, a
prefetch, a chain of documents) is asked of that state as it is of today's, and no rule is written twice.

An act is recorded as a whole, at its `at`: no moment shows a record without the parts that were written with it.
"""

from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

from .changes import Change
from .records import Part, Record, Visibility

#: A table as it was: of each row the latest of its states whose act was recorded by then, unless that took it away. The conditions
#: stand in one expression, so that each is asked of what those before it leave, and no database takes it that they leave one row.
STATE = """"{table}" AS {lazily} (SELECT {columns} FROM "{history}" AS kept WHERE kept.history_type <> '-' AND CASE WHEN
    (SELECT TRUE FROM "{history}" AS state JOIN "{changes}" AS act ON act.id = state.change_id
    WHERE state.id = kept.id AND state.history_id > kept.history_id AND act.at <= %s LIMIT 1) THEN FALSE
    ELSE (SELECT act.at <= %s FROM "{changes}" AS act WHERE act.id = kept.change_id){shown} END)"""
#: The keys of what the public may see now; a part of another record is seen with its whole.
PUBLIC = """"public_{table}" AS {lazily} (SELECT id FROM {schema}"{table}" AS today WHERE {shown})"""
#: A value and no EXISTS, which PostgreSQL would make a join and so read the whole table for one record.
IS_PUBLIC = """(SELECT TRUE FROM "public_{table}" AS seen WHERE seen.id = {key})"""


@contextmanager
def as_recorded(moment, *, to_public, using=DEFAULT_DB_ALIAS):
    """Let the queries inside read the register as it was recorded at `moment`; it can only be read.

    With `to_public`, history shows nothing that is not published today: neither a record that was withdrawn or deleted since, nor
    one, or a part of one, that cannot be without naming such a record; where it can be, that link is empty. What was published
    at the moment is another question, which `published()` answers as ever. Words are not kept in history: nothing is found by them.
    """
    with connections[using].execute_wrapper(Reader(moment, to_public=to_public)):
        yield


class Reader:
    """Puts before each query what the tables that it names were at the moment."""

    def __init__(self, moment, *, to_public):
        self.moment, self.to_public = moment, to_public

    def __call__(self, execute, sql, params, many, context):
        models = [model for table, model in tracked().items() if f'"{table}"' in sql]
        if not models:
            return execute(sql, params, many, context)
        sql = sql.lstrip()
        if sql.startswith("WITH"):
            sql = f"SELECT * FROM ({sql}) AS found"  # noqa: S608 - a query of ours, whole
        if not sql.startswith(("SELECT", "(")):
            raise RuntimeError("The register as it was recorded can only be read.")
        connection = context["connection"]
        moment = connection.ops.adapt_datetimefield_value(self.moment)
        public = [public_keys(model, connection) for model in shown_by(models)] if self.to_public else []
        states = [state(model, connection, self.to_public) for model in models]
        return execute(f"WITH {', '.join([*public, *states])} {sql}", [moment, moment] * len(states) + list(params or ()), many, context)


@cache
def tracked():
    """The models whose history is kept, by their tables."""
    return {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Record | Part)}


def lazily(connection):
    """The words that keep a database from reading a whole table of states where a few rows are asked for; SQLite has them since 3.35."""
    known = connection.vendor == "postgresql" or connection.Database.sqlite_version_info >= (3, 35)
    return "NOT MATERIALIZED" if known else ""


def links(model):
    """The fields of a model that lead to records."""
    return [field for field in model._meta.concrete_fields if field.is_relation and issubclass(field.related_model, Record)]


def state(model, connection, to_public):
    """The table of a model as it was recorded at a moment, which is both parameters."""
    history, leads_to = model.history.model._meta, links(model) if to_public else []
    told = {field.name for field in history.concrete_fields}
    columns = []
    for field in model._meta.concrete_fields:
        column = f'kept."{field.column}"'
        if field.name not in told:
            column = f"CAST(NULL AS {field.db_type(connection)})"
        elif field.null and field in leads_to:
            column = f"CASE WHEN {is_public(field.related_model, column)} THEN {column} END"
        columns.append(f'{column} AS "{field.column}"')
    shown = [is_public(model, "kept.id")] if to_public and issubclass(model, Record) else []
    shown += [is_public(field.related_model, f'kept."{field.column}"') for field in leads_to if not field.null]
    return STATE.format(
        table=model._meta.db_table,
        history=history.db_table,
        changes=Change._meta.db_table,
        columns=", ".join(columns),
        lazily=lazily(connection),
        shown="".join(f" AND {condition}" for condition in shown),
    )


def shown_by(models):
    """The records whose being public decides on what is shown of `models`, each after its whole.

    They stand before all states: on PostgreSQL an expression sees those before it, and so the true table, not its state.
    """
    found = {}
    for model in models:
        for record in [*([model] if issubclass(model, Record) else []), *(field.related_model for field in links(model))]:
            found |= dict.fromkeys(reversed([record, *wholes(record)]))
    return list(found)


def wholes(model):
    """The model of the whole that a record is a part of, and that of its whole in turn."""
    while model.whole is not None:
        model = model._meta.get_field(model.whole).related_model
        yield model


def is_public(model, key):
    return IS_PUBLIC.format(table=model._meta.db_table, key=key)


def public_keys(model, connection):
    """The keys of the records that are published today, of the true table: SQLite takes its name for the state's where it stands alone."""
    if model.whole is None:
        shown = f"today.visibility = '{Visibility.PUBLISHED}'"
    else:
        whole = model._meta.get_field(model.whole)
        shown = is_public(whole.related_model, f'today."{whole.column}"')
    schema = "main." if connection.vendor == "sqlite" else ""
    return PUBLIC.format(table=model._meta.db_table, lazily=lazily(connection), schema=schema, shown=shown)
