"""Every test begins with the register as it is shipped: its first content loaded, by the loader itself."""

import pytest
from django.conf import settings

from wsis_tracker.register.changes import act
from wsis_tracker.register.loading import load


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        load(settings.BASE_DIR / "fixtures", reason="First content of the register")


@pytest.fixture
def acting():
    """An act of the test, for tests that write records themselves."""
    with act(reason="a test") as change:
        yield change
