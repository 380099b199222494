"""Every test begins with the register as it is shipped: its first content loaded, by the loader itself."""

import gc
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, connections
from django.utils import translation

from tests.browsing import launched, quiet_page, set_up
from tests.factories import UserFactory
from tests.server import environment, served, url_of
from wsis_tracker.accounts.models import ApiToken
from wsis_tracker.register.changes import act
from wsis_tracker.register.loading import load


def pytest_collection_finish():
    """As the server does: to look through the program for garbage takes a quarter of the suite's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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


@pytest.fixture(autouse=True)
def _static_files_are_not_counted(settings):
    """Every client makes the middleware anew; one that first listed all static files would take most of a test's time."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _passwords_take_no_time(settings):
    """No test guards a password against those who have years to guess it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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


@pytest.fixture
def in_threads(register_apart):
    """An executor whose threads work on the copy, each by a connection of its own."""
    opened = []

    def connect():
        connections["default"] = type(connections["default"])(register_apart, "default")
        connections["default"].inc_thread_sharing()  # so that it can be closed from here
        opened.append(connections["default"])

    with ThreadPoolExecutor(40, initializer=connect) as threads:
        yield threads
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def served_apart(register_apart, tmp_path_factory):
    """The address of the production server in two processes on the copy, which meets with no error of its own."""
    log = tmp_path_factory.mktemp("served") / "log"
    at_any_rate = {"API_ANONYMOUS_RATE": "", "API_TOKEN_RATE": ""}
    with served(environment(url_of(register_apart), **at_any_rate), "--workers", "2", "--blocking-threads", "4", log=log) as address:
        yield address
    assert "Traceback" not in log.read_text()


@pytest.fixture
def token_of(in_threads):
    """Make a token to write with for a new member of the staff who has a role; its text."""

    def issue(role):
        user = UserFactory(username=f"{role}-{UserFactory._meta.next_sequence()}")
        call_command("make_roles")
        user.groups.add(Group.objects.get(name=role))
        return ApiToken.objects.issue(user, "a test", may_write=True)[1]

    return lambda role: in_threads.submit(issue, role).result()


@pytest.fixture(scope="session")
def register_set_up(tmp_path_factory):
    """A register for the browser, of which each `site` is a copy."""
    return set_up(tmp_path_factory.mktemp("set_up"))


@pytest.fixture(scope="session")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def page(chromium, site):
    """A page of whoever has not signed in, on the `site` of the module."""
    with quiet_page(chromium, site) as page:
        yield page
