"""Long runs, in `make soak`: 100,000 rows, many examples."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from action_lines.models import ActionLine, Activity
from mandates.models import Organisation
from mandates.symbols import normalise
from tests import bulk
from tests.factories import UserFactory

pytestmark = pytest.mark.soak
ROWS = 100_000


@pytest.fixture
def many_activities(db):
    lines, organisations = list(ActionLine.objects.all()), list(Organisation.objects.all())
    Activity.objects.bulk_create(
        (
            Activity(
                slug=f"soak-{n}", number=f"soak-{n}", kind="stocktaking-entry", title=f"Activity {n} of the soak", visibility="published",
                action_line=lines[n % len(lines)], organisation=organisations[n % len(organisations)],
                dated_on=f"{1998 + n % 20}-{1 + n % 12:02}", date_basis="printed",
            )
            for n in range(ROWS)
        ),
        batch_size=2000,
    )  # fmt: skip


PATHS = """
/api/v1/activities/ /api/v1/activities/?cursor= /api/v1/activities/?action_line=c7&ordering=-dated_on /api/v1/activities/?q=soak+4711
/activities/ /activities/?q=soak /action-lines/c7/ /search/?q=4711 /admin/action_lines/activity/ /admin/action_lines/activity/?q=4711
""".split()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_over_100_000_activities_takes_few_queries_and_counts_nothing_large(path, many_activities, client):
    client.force_login(UserFactory(is_superuser=True))
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200
    assert len(captured) <= 40
    whole = 'SELECT COUNT(*) AS "__count" FROM "action_lines_activity"'
    assert [q["sql"] for q in captured if q["sql"].startswith(whole) and "WHERE" not in q["sql"]] == []
    assert len(response.content) < 500_000


@pytest.mark.django_db
def test_monitoring_over_100_000_tasks_asks_few_questions(client):
    bulk.tasks(ROWS)
    for (
        path
    ) in "/monitoring/ /monitoring/?action_line=c7 /monitoring/?sector=itu-t /monitoring/?as_of=2008-01-01 /api/v1/monitoring/".split():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        assert len(captured) < 15, path


@given(st.text(max_size=60))
@settings(max_examples=20_000, deadline=None)
def test_any_text_normalises_and_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
