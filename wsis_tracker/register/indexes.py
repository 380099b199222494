"""Indexes in the order of our lists, where unknown values come last on every database; and an order that is to use another index."""

from django.db import models

#: Rows of history, the latest first, where the latest of one thing is asked for beside many: by the key itself PostgreSQL, which
#: does not know yet how little history the things of a large act have, would walk back through all there is.
LATEST_FIRST = (models.F("history_id") + 0).desc()


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
