"""How often the API may be asked: by address, by token, and not at all limited where no rate is set."""

import itertools

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import UserFactory
from tests.test_api_problems import problem
from tests.test_settings import SECRET, manage
from wsis_tracker.accounts.models import ApiToken
from wsis_tracker.rest.throttling import AnonymousThrottle

pytestmark = pytest.mark.django_db
ENDPOINT = "/api/v1/"


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def rates(settings):
    """Set the rates: anonymous and signed in."""

    def rates(anonymous="", token=""):
        settings.API_ANONYMOUS_RATE, settings.API_TOKEN_RATE = anonymous, token

    return rates


@pytest.fixture
def clock(monkeypatch):
    """The time of the throttles, which goes on only where it is told to."""
    now = [1_000_000.0]
    monkeypatch.setattr(AnonymousThrottle, "timer", staticmethod(lambda: now[0]))
    return now


def ask(client=None, path=ENDPOINT, **extra):
    return (client or Client()).get(path, headers={"host": "localhost", **extra.pop("headers", {})}, **extra)


def statuses(number, *args, **kwargs):
    return [ask(*args, **kwargs).status_code for _request in range(number)]


def bearing(text):
    return Client(headers={"authorization": f"Bearer {text}"})


def test_who_asks_too_often_is_told_in_a_problem_when_to_ask_again(rates, clock):
    rates(anonymous="2/m")
    assert statuses(2) == [200, 200]
    clock[0] += 18.5
    response = ask()
    assert "Expected available in 42 seconds" in problem(response, 429)["detail"]
    assert response["Retry-After"] == "42"


def test_it_is_true_when_it_says_to_ask_again(rates, clock):
    rates(anonymous="2/s")
    begin = clock[0]
    for second, status in [(0, 200), (0.5, 200), (0.9, 429), (1, 200), (1.4, 429), (1.5, 200)]:
        clock[0] = begin + second
        response = ask()
        assert (second, response.status_code) == (second, status)
        if status == 429:
            assert response["Retry-After"] == "1"


def test_after_the_rate_is_lowered_it_still_says_when(rates, clock):
    rates(anonymous="4/m")
    for _request in range(4):
        assert ask().status_code == 200
        clock[0] += 10
    rates(anonymous="1/m")
    assert ask()["Retry-After"] == "50"  # the last of the four was 10 seconds ago


def test_each_address_is_counted_by_itself(rates):
    rates(anonymous="1/h")
    addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    assert [statuses(2, REMOTE_ADDR=address) for address in addresses] == [[200, 429]] * 3


def test_behind_a_proxy_it_is_the_clients_address_that_counts_and_not_what_the_client_says(rates, settings):
    rates(anonymous="1/h")
    settings.BEHIND_PROXY = True
    forwarded = ["203.0.113.1", "203.0.113.2", "1.1.1.1, 203.0.113.1", "9.9.9.9, 203.0.113.2", "203.0.113.3"]
    assert [ask(headers={"x-forwarded-for": text}).status_code for text in forwarded] == [200, 200, 429, 429, 200]


def test_each_token_is_counted_by_itself_wherever_it_asks_from(rates):
    rates(anonymous="1/h", token="2/h")
    owner = UserFactory()
    texts = [ApiToken.objects.issue(owner, name)[1] for name in ("one", "two")]
    addresses = itertools.count(1)
    for text in texts:
        answers = [ask(bearing(text), REMOTE_ADDR=f"192.0.2.{next(addresses)}") for _request in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[-1]["Retry-After"]) <= 3600
    assert ask().status_code == 200  # the tokens have used nothing of what the address may


def test_who_signs_in_by_a_session_is_counted_by_his_account(rates, client):
    rates(anonymous="1/h", token="2/h")
    client.force_login(UserFactory())
    assert statuses(3, client) == [200, 200, 429]


def test_who_guesses_tokens_is_counted_by_his_address(rates):
    rates(anonymous="2/h", token="1000/h")
    guess = bearing(f"wsis_{'0' * 16}.{'0' * 64}")
    assert statuses(3, guess) == [401, 401, 429]
    assert statuses(1, guess, REMOTE_ADDR="192.0.2.9") == [401]


@pytest.mark.parametrize(
    "path", ["roles/?limit=1", "documents/tunis-agenda/", "discrepancies/?limit=1", "search/?q=itu", "changes/", "schema/", "docs/"]
)
def test_every_address_of_the_api_is_counted(rates, path):
    rates(anonymous="1/h")
    assert statuses(2, path=f"/api/v1/{path}") == [200, 429]


def test_pages_are_not_counted(rates):
    rates(anonymous="1/h")
    assert statuses(3, path="/about/") == [200] * 3


def test_without_a_rate_the_cache_is_not_asked(rates, settings):
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": "tests.test_throttling.no_such_cache"}}
    assert statuses(3) == [200] * 3
    assert ask(bearing(ApiToken.objects.issue(UserFactory(), "loader")[1])).status_code == 200


def test_the_schema_says_it_of_every_operation():
    schema = ask(path="/api/v1/schema/", headers={"accept": "application/json"}).json()
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert operation["responses"]["429"] == {"$ref": "#/components/responses/429"}
    header = schema["components"]["responses"]["429"]["headers"]["Retry-After"]
    assert header["schema"] == {"type": "integer", "minimum": 1}
    assert "Rate without a token: " in schema["info"]["description"]


SAID = "from django.conf import settings as s; print(s.API_ANONYMOUS_RATE, s.API_TOKEN_RATE, sep='|')"


@pytest.mark.parametrize(
    "environment, said",
    [({}, "50/s|50/s"), ({"API_ANONYMOUS_RATE": "", "API_TOKEN_RATE": "1000/h"}, "|1000/h")],
)
def test_the_rates_come_from_the_environment(environment, said):
    assert said in manage("shell", "-c", SAID, SECRET_KEY=SECRET, **environment).stdout


@pytest.mark.parametrize("nonsense", ["50", "0/s", "fast", "50/week", "-1/s", "5.5/s"])
def test_a_rate_that_is_none_fails_aloud(nonsense):
    done = manage("check", SECRET_KEY=SECRET, API_ANONYMOUS_RATE=nonsense)
    assert done.returncode != 0
    assert "API_ANONYMOUS_RATE" in done.stderr


def test_an_answer_given_again_or_held_already_counts_as_any_other(rates, clock, settings):
    kept = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "a test of rates"}
    settings.CACHES = {**settings.CACHES, "answers": kept}
    rates(anonymous="4/m")
    first = ask(path=f"{ENDPOINT}roles/")
    held = {"if-none-match": first["ETag"]}
    assert [ask(path=f"{ENDPOINT}roles/", headers=held).status_code for _ in range(2)] == [304, 304]
    assert statuses(2, path=f"{ENDPOINT}roles/") == [200, 429]
    assert ask(path="/action-lines/").status_code == 200
