"""Many programs write through the API at once: nothing is lost, nothing is done twice, and nobody is answered by an error of ours."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import httpx
import pytest
from django.db import IntegrityError, connection

from mandates.models import Organisation
from wsis_tracker.register.changes import Change, Overtaken, act

from . import factories

pytestmark = pytest.mark.django_db

#: How many write at the same time, on how many records, and how often each.
MANY = (8, 50, 12) if connection.vendor == "sqlite" else (32, 50, 12)
FEW = (4, 5, 4) if connection.vendor == "sqlite" else (8, 5, 4)


class Program:
    """A program that bears a token; every answer that it is given is counted by its status."""

    def __init__(self, address, token, answers):
        self.http = httpx.Client(base_url=f"{address}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self.answers = answers

    def send(self, method, path, **kwargs):
        response = self.http.request(method, path, **kwargs)
        self.answers.append(response.status_code)
        assert response.status_code < 500, response.text
        return response

    def count_up(self, path, reason):
        """Add one to the number that the record of `path` says, as one who reads before he writes, until it is taken."""
        refused = 0
        while True:
            read = self.send("GET", path)
            said = {"summary": str(int(read.json()["summary"]) + 1), "change_reason": reason}
            response = self.send("PATCH", path, json=said, headers={"If-Match": read.headers["ETag"]})
            if response.status_code == 200:
                assert response.json()["summary"] == said["summary"]
                return refused
            assert response.status_code == 412, response.text
            refused += 1

    def follow(self, after, done):
        """The acts after a number, asked for until all is done and once more; and the addresses that they were read at."""
        acts, address, last_time = [], f"changes/?ordering=number&after={after}&limit=7", False
        while True:
            page = self.send("GET", address).json()
            acts += page["results"]
            if page["next"]:
                address = page["next"]
            elif last_time:
                return acts
            else:
                last_time = done.is_set()
                address = f"changes/?ordering=number&after={max([after, *(act['number'] for act in acts)])}&limit=7"


@pytest.fixture
def programs(served_apart, token_of):
    """Make some programs of reviewers, and the answers that they are given."""
    answers, made = [], []

    def make(number):
        made.extend(Program(served_apart, token_of("Reviewer"), answers) for _ in range(number))
        return made[-number:], answers

    yield make
    for program in made:
        program.http.close()


@pytest.mark.parametrize("writers, records, times", [FEW, pytest.param(*MANY, marks=pytest.mark.soak)])
def test_no_update_is_lost_and_a_follower_is_told_of_each_once(in_threads, programs, writers, records, times):
    def make():
        return [factories.ActivityFactory(summary="0").slug for _ in range(records)], Change.objects.last_number()

    def write(number):
        begin.wait(60)
        return sum(writing[number].count_up(f"activities/{slug}/", f"{number}-{n}") for n, slug in enumerate(plan[number]))

    slugs, after = in_threads.submit(make).result()
    (follower, *writing), answers = programs(writers + 1)
    # Each begins at another record, and two after each other at the same.
    plan = [[slugs[(number // 2 + n) % len(slugs)] for n in range(times)] for number in range(writers)]
    begin, done = Barrier(writers), Event()
    with ThreadPoolExecutor(writers + 1) as threads:
        following = threads.submit(follower.follow, after, done)
        refused = sum(threads.map(write, range(writers)))
        done.set()
        told = following.result()
    accepted = Counter(slug for of_one in plan for slug in of_one)
    said = {slug: int(follower.send("GET", f"activities/{slug}/").json()["summary"]) for slug in accepted}
    assert said == accepted
    assert [act["number"] for act in told] == list(range(after + 1, after + writers * times + 1))
    assert Counter(act["staff"]["reason"] for act in told) == Counter(f"{number}-{n}" for number in range(writers) for n in range(times))
    steps = [(act["records"][0]["slug"], act["records"][0]["fields"]["summary"]) for act in told]
    for slug in accepted:
        of_one = [(step["before"], step["after"]) for touched, step in steps if touched == slug]
        assert of_one == [(str(n), str(n + 1)) for n in range(accepted[slug])]
    assert answers.count(412) == refused
    assert set(answers) <= {200, 412}


def at_once(writing, send):
    """What each program is answered when all send in the same moment."""
    begin = Barrier(len(writing))

    def one(program):
        begin.wait(60)
        return send(program)

    with ThreadPoolExecutor(len(writing)) as threads:
        return list(threads.map(one, writing))


def test_one_key_sent_many_times_at_once_makes_one_record(programs):
    (first, *_others), _answers = programs(1)
    for turn in range(3):
        body = {"name": {"en": f"Sent at once {turn}"}, "kind": "office"}
        key = {"Idempotency-Key": f"at-once-{turn}"}
        responses = at_once([first] * 6, lambda program, body=body, key=key: program.send("POST", "organisations/", json=body, headers=key))
        assert {response.status_code for response in responses} == {201}
        assert len({response.text for response in responses}) == 1
        assert [response.headers.get("Idempotency-Replayed") for response in responses].count(None) == 1
        assert len(first.send("GET", f"organisations/?q=Sent%20at%20once%20{turn}").json()["results"]) == 1


@pytest.mark.parametrize(
    "path, body",
    [
        ("organisations/", {"slug": "taken-{}", "name": {"en": "Taken"}, "kind": "office"}),
        ("organisations/", {"name": {"en": "The same name {}"}, "kind": "office"}),
        ("documents/", {"symbol": "C88/{}", "title": {"en": "Twice"}, "kind": "report"}),
        ("provisions/", {"document": "c06-7", "position": 7000, "label": "para-7000-{}", "change_reason": "Forgotten"}),
    ],
    ids=["slug", "no slug", "symbol", "label"],
)
def test_of_those_who_record_the_same_at_once_one_does(programs, path, body):
    writing, _answers = programs(4)
    for turn in range(3):
        named = {name: value.format(turn) if isinstance(value, str) else value for name, value in body.items()}
        named |= {"name": {"en": body["name"]["en"].format(turn)}} if "name" in body else {}
        named |= {"position": 7000 + turn} if "position" in body else {}
        statuses = sorted(program.status_code for program in at_once(writing, lambda one, named=named: one.send("POST", path, json=named)))
        assert statuses[0] == 201
        # One slug is made of the same name for each: who comes later is given another, or told to come again.
        assert set(statuses[1:]) <= ({400, 409} | ({201} if "slug" not in body and "name" in body else set()))


def test_many_at_once_in_any_order_wait_for_each_other(in_threads, programs):
    """Two who change the same records, one from the first and one from the last, do not hold each other up for good."""
    slugs = in_threads.submit(lambda: [factories.ActivityFactory(visibility="draft").slug for _ in range(12)]).result()
    writing, _answers = programs(4)
    orders = dict(zip(writing, [slugs, slugs[::-1]] * 2, strict=True))
    for turn in range(3):

        def change(program, turn=turn):
            return program.send("PATCH", "activities/", json=[{"slug": slug, "summary": str(turn)} for slug in orders[program]])

        assert {response.status_code for response in at_once(writing, change)} == {200}
    responses = at_once(writing, lambda program: program.send("DELETE", "activities/", json=[{"slug": slug} for slug in orders[program]]))
    assert sorted(response.status_code for response in responses) == [204, 404, 404, 404]


def test_two_records_may_come_to_name_each_other_at_once(in_threads, programs):
    """Each is written by one who names the other; whoever sees that it would run in a circle is told so."""
    writing, _answers = programs(2)
    for _turn in range(5):
        pair = in_threads.submit(lambda: [factories.OrganisationFactory(visibility="draft").slug for _ in range(2)]).result()
        names = dict(zip(writing, [pair, pair[::-1]], strict=True))

        def name(program, names=names):
            own, other = names[program]
            return program.send("PATCH", f"organisations/{own}/", json={"open_to": [other]})

        assert [response.status_code for response in at_once(writing, name)] == [200, 200]


def publish(record):
    Organisation.objects.filter(pk=record.pk).show_as("published")


def withdraw(record):
    Organisation.objects.filter(pk=record.pk).show_as("draft")


def put_under(other):
    def put(record):
        above = Organisation.objects.get(pk=other(record).pk)
        record = Organisation.objects.get(pk=record.pk)
        record.parent = above
        record.full_clean()
        record.save()

    return put


#: What one does to a body and another meanwhile to the body above it, whose `below` it is, and how the later is refused.
AT_ONCE = {
    "published, while what it names is withdrawn": (publish, withdraw, Overtaken),
    "put under a body that is put under it": (put_under(lambda body: body.above), put_under(lambda above: above.below), Overtaken),
    "put under a body that is deleted": (put_under(lambda body: body.above), lambda above: above.delete(), IntegrityError),
}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time, whose checks see what the one before did")
@pytest.mark.parametrize("case", AT_ONCE)
def test_no_rule_is_broken_by_two_who_do_not_see_each_other(in_threads, case):
    """Each sees the register as it was before the other's act; whoever ends last is told, and his act undone."""
    late, early, refusal = AT_ONCE[case]

    def make():
        above = factories.OrganisationFactory(visibility="published" if early is withdraw else "draft")
        body = factories.OrganisationFactory(visibility="draft", parent=above if early is withdraw else None)
        body.above, above.below = above, body
        return body, above

    def do(what, record, begun=None, others_done=None):
        with act(reason="a test"):
            what(record)
            if begun:
                begun.set()
                others_done.wait(60)

    body, above = in_threads.submit(make).result()
    before = (body.visibility, body.parent)
    begun, others_done = Event(), Event()
    last = in_threads.submit(do, late, body, begun, others_done)
    begun.wait(60)
    in_threads.submit(do, early, above).result()
    others_done.set()
    with pytest.raises(refusal):
        last.result()
    now = in_threads.submit(lambda: Organisation.objects.select_related("parent").get(pk=body.pk)).result()
    assert (now.visibility, now.parent) == before


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time, whose checks see what the one before did")
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "many-under-one"}])
def test_who_names_what_is_deleted_meanwhile_is_told_so(in_threads, programs, key):
    above = in_threads.submit(lambda: factories.OrganisationFactory(visibility="draft").slug).result()
    (one, other), _answers = programs(2)
    items = [{"name": {"en": f"Below {n} {len(key)}"}, "kind": "office", "parent": above} for n in range(60)]
    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(one.send, "POST", "organisations/", json=items, headers=key)
        other.send("DELETE", f"organisations/{above}/")
        response = written.result()
    assert response.status_code in (201, 400, 409)  # as it came before the deletion, after it, or in between
