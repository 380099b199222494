"""Indexes in the order of our lists, where unknown values come last on every database."""

from django.db import models


class ListIndex(models.Index):
    """An index that says where unknown values stand.

    SQLite takes no such word in an index and keeps unknown values before all others, so after them where the order descends: an
    index serves `F(…).desc(nulls_last=True)` on both databases.
    """

    def create_sql(self, model, schema_editor, using="", **kwargs):
        if schema_editor.connection.vendor == "sqlite":
            return models.Index(*map(without_place, self.expressions), name=self.name).create_sql(model, schema_editor, using, **kwargs)
        return super().create_sql(model, schema_editor, using, **kwargs)


def without_place(expression):
    """The expression of an index, without a word on unknown values."""
    return models.OrderBy(expression.expression, expression.descending) if isinstance(expression, models.OrderBy) else expression
