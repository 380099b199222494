"""Every test begins with the register as it is shipped: its first content loaded, by the loader itself."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from tests.factories import UserFactory
from wsis_tracker.register.changes import act
from wsis_tracker.register.loading import load


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        load(settings.BASE_DIR / "fixtures", reason="First content of the register")


@pytest.fixture(scope="module")
def register_apart(django_db_setup, django_db_blocker, tmp_path_factory):
    """The settings of a copy of the register, where what is committed stays and no other test looks."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            name = tmp_path_factory.mktemp("apart") / "register.sqlite3"
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(name)])
            yield {**connection.settings_dict, "NAME": name}
        else:
            connection.creation.clone_test_db("apart", verbosity=0, autoclobber=True)
            yield connection.creation.get_test_db_clone_settings("apart")
            connection.creation.destroy_test_db(suffix="apart", verbosity=0)


@pytest.fixture(autouse=True)
def _in_english():
    """No test speaks the language of the page that the one before it asked for."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_answer_is_kept(settings):
    """Tests write rows past every act, and count queries; those about kept answers keep some."""
    settings.CACHES = {**settings.CACHES, "answers": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture(autouse=True)
def _at_any_rate(settings):
    """No test is asked to wait."""
    settings.API_ANONYMOUS_RATE = settings.API_TOKEN_RATE = ""


@pytest.fixture
def acting():
    """An act of the test, for tests that write records themselves."""
    with act(reason="a test") as change:
        yield change


@pytest.fixture
def sign_in(client):
    """Sign in a member of the staff who has a role; the member."""

    def sign_in(role):
        call_command("make_roles")
        user = UserFactory(username=role.lower())
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return sign_in
