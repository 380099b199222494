"""A rule that both databases keep although Django has no constraint for it on both; and what a unique constraint compares."""

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, F


def first_day(column):
    """SQL for the first day that a partial date may mean."""
    return f"substr({column} || '-01-01', 1, 10)"


class NoOverlap(BaseConstraint):
    """Of the records that have `where`'s values and lead to the same record by `group`, no two hold at one time.

    PostgreSQL keeps it by an exclusion over the range type `partial_period` (text, collation C), SQLite by two triggers.
    """

    def __init__(self, *, group, where, name, violation_error_message=None):
        self.group, self.where = group, where
        super().__init__(name=name, violation_error_code="overlap", violation_error_message=violation_error_message)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_code", None)
        return path, args, {**kwargs, "group": self.group, "where": self.where}

    def __eq__(self, other):
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    def _chosen(self, schema_editor, row=""):
        """SQL for "the row is one of those that the rule is about"."""
        quote = schema_editor.quote_name
        values = [f"{row}{quote(name)} = {schema_editor.quote_value(value)}" for name, value in self.where.items()]
        return " AND ".join([*values, f"{row}{quote('valid_from')} IS NOT NULL"])

    def constraint_sql(self, model, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            group = schema_editor.quote_name(model._meta.get_field(self.group).column)
            return (
                f"CONSTRAINT {schema_editor.quote_name(self.name)} EXCLUDE USING gist ("
                f"int8range({group}, {group}, '[]') WITH &&, "
                f"partial_period({first_day('valid_from')}, {first_day('valid_until')}) WITH &&) "
                f"WHERE ({self._chosen(schema_editor)})"
            )
        schema_editor.deferred_sql += self._triggers(model, schema_editor)
        return None

    def create_sql(self, model, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self.constraint_sql(model, schema_editor)}"
        return self.constraint_sql(model, schema_editor)

    def remove_sql(self, model, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"
        return f"DROP TRIGGER {self.name}_insert; DROP TRIGGER {self.name}_update"

    def _triggers(self, model, schema_editor):
        """A trigger for each way a row comes to be; as statements, so that they follow their table when it is remade."""
        group = schema_editor.quote_name(model._meta.get_field(self.group).column)
        for event in ("insert", "update"):
            yield Statement(
                f"CREATE TRIGGER {self.name}_{event} BEFORE {event} ON %(table)s "  # noqa: S608 - names of our own
                f"WHEN {self._chosen(schema_editor, 'NEW.')} AND EXISTS (SELECT 1 FROM %(table)s AS other "
                f"WHERE other.id IS NOT NEW.id AND other.{group} = NEW.{group} AND {self._chosen(schema_editor, 'other.')} "
                f"AND (other.valid_until IS NULL OR {first_day('other.valid_until')} > {first_day('NEW.valid_from')}) "
                f"AND (NEW.valid_until IS NULL OR {first_day('other.valid_from')} < {first_day('NEW.valid_until')})) "
                f"BEGIN SELECT RAISE(ABORT, '{self.name}'); END",
                table=Table(model._meta.db_table, schema_editor.quote_name),
            )

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        """Refuse `instance` where another record of its group holds in its time."""
        group = getattr(instance, model._meta.get_field(self.group).attname)
        if group is None or not instance.valid_from or any(getattr(instance, k) != v for k, v in self.where.items()):
            return
        others = model.objects.using(using).filter(**{self.group: group}, **self.where).exclude(pk=instance.pk)
        if others.overlapping(instance.valid_from, instance.valid_until).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)


def names_in(constraint):
    """The fields that a unique constraint compares."""
    nodes = [node for e in constraint.expressions for node in ([e] if isinstance(e, F) else e.flatten())]
    return constraint.fields or [node.name for node in nodes if isinstance(node, F)]
