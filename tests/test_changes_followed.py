"""Whoever follows the feed of changes misses nothing that is committed, however many write at the same time."""

import threading

import pytest
from django.db import connection
from django.test import Client

from mandates.models import Document
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change

from . import factories

pytestmark = pytest.mark.django_db

#: How many write at the same time, and how many acts each.
WRITERS, ACTS = (4, 5) if connection.vendor == "sqlite" else (16, 10)


def follow(client, after, limit):
    """The acts after a number, as one reads them who follows the feed, and the last number."""
    acts, address = [], f"/api/v1/changes/?ordering=number&after={after}&limit={limit}"
    while address:
        response = client.get(address, headers={"host": "localhost"})
        assert response.status_code == 200, response.content
        acts += response.json()["results"]
        address = response.json()["next"]
    return acts, max([after, *(done["number"] for done in acts)])


def test_a_follower_meanwhile_is_told_of_every_act_of_many_writers_once(in_threads):
    def make():
        return [factories.DocumentFactory().pk for _ in range(10)]

    def write(writer):
        for n in range(ACTS):
            with act(reason=f"{writer}-{n}"):
                document = Document.objects.select_for_update().get(pk=records[(writer + n) % len(records)])
                document.place = f"{writer}-{n}"
                document.save()

    def follow_until_all_is_written():
        told, last, done = [], after, False
        while not done:
            done = all(writer.done() for writer in writing)
            acts, last = follow(Client(), last, limit=7)
            told += acts
        return told

    records = in_threads.submit(make).result()
    after = in_threads.submit(Change.objects.last_number).result()
    writing = [in_threads.submit(write, writer) for writer in range(WRITERS)]
    following = in_threads.submit(follow_until_all_is_written)
    told = following.result()
    assert [writer.result() for writer in writing] == [None] * WRITERS
    numbers = [done["number"] for done in told]
    assert numbers == list(range(after + 1, after + WRITERS * ACTS + 1))
    places = [touched["fields"]["place"] for done in told for touched in done["records"]]
    assert {place["after"] for place in places} == {f"{writer}-{n}" for writer in range(WRITERS) for n in range(ACTS)}
    assert {place["before"] for place in places} - {""} < {place["after"] for place in places}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite one writes at a time")
def test_an_act_begun_first_and_committed_last_is_not_missed(in_threads):
    written, may_end = threading.Event(), threading.Event()

    def slow():
        with act(reason="begun first"):
            slug = factories.DocumentFactory().slug
            written.set()
            assert may_end.wait(20)
        return slug

    def quick():
        assert written.wait(20)
        after = Change.objects.last_number()
        return factories.DocumentFactory().slug, *follow(Client(), after, limit=50)

    ending = in_threads.submit(slow)
    quick_slug, told, last = in_threads.submit(quick).result()
    may_end.set()
    slow_slug = ending.result()
    then, _last = in_threads.submit(follow, Client(), last, 50).result()
    assert [[touched["slug"] for done in acts for touched in done["records"]] for acts in (told, then)] == [[quick_slug], [slow_slug]]
