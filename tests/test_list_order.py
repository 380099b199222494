"""A large list is read in its order from an index; nothing sorts it."""

import pytest
from django.db import connection
from django.db.models import F

from action_lines.models import Activity

pytestmark = pytest.mark.django_db

NEWEST = (F("started_on").desc(nulls_last=True), "pk")


@pytest.mark.parametrize(
    "rows",
    [
        Activity.objects.published(),
        Activity.objects.published().order_by(*NEWEST),
        Activity.objects.published().filter(action_line__in=[1], state__in=["approved"]).order_by(*NEWEST),
    ],
    ids=["in its own order", "the latest first", "the latest first on a line in a state"],
)
def test_activities_are_not_sorted(rows):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")  # few rows it would rather sort
    plan = rows.explain()
    assert "activity_public_" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
