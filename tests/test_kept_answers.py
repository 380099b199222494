"""An answer to the public is made once, and given again as long as nothing in the register has changed."""

import pytest

from mandates.models import Organisation
from wsis_tracker.register.changes import act

from .factories import OrganisationFactory

pytestmark = pytest.mark.django_db
HOST = {"host": "localhost"}


@pytest.fixture(autouse=True)
def _answers_are_kept(settings):
    kept = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "a test of kept answers"}
    settings.CACHES = {**settings.CACHES, "answers": kept}


@pytest.fixture
def ask(client):
    return lambda path: client.get(f"/api/v1/{path}", headers=HOST)


def test_the_same_question_is_answered_by_asking_only_whether_anything_has_changed(ask, django_assert_num_queries):
    for path in ["roles/?kind=partner", "organisations/itu/", "discrepancies/", "search/?q=itu", "roles/?as_of=2005-12-01"]:
        first = ask(path)
        with django_assert_num_queries(1):
            again = ask(path)
        assert (again.status_code, again.content) == (200, first.content)
        for header in ["ETag", "Content-Type", "Cache-Control", "Vary", "Allow", "Undated"]:
            assert again.get(header) == first.get(header), header
        assert again["X-Request-ID"] != first["X-Request-ID"]


def test_after_any_act_it_is_made_anew(ask):
    before = ask("organisations/itu/")
    with act(reason="Another name"):
        itu = Organisation.objects.get(slug="itu")
        itu.acronym = "UIT"
        itu.save()
    assert ask("organisations/itu/").json()["acronym"] == "UIT"
    assert ask("roles/?organisation=itu").json()["results"][0]["organisation"]["display"] == "UIT"
    assert before.json()["acronym"] == "ITU"


def test_what_the_staff_sees_is_kept_for_nobody(client, ask, sign_in):
    draft = OrganisationFactory(visibility="draft")
    sign_in("Reader")
    assert draft.slug in {row["slug"] for row in ask("organisations/?limit=1000").json()["results"]}
    client.logout()
    assert draft.slug not in {row["slug"] for row in ask("organisations/?limit=1000").json()["results"]}
    sign_in("Reviewer")
    assert draft.slug in {row["slug"] for row in ask("organisations/?limit=1000").json()["results"]}


def test_a_failure_is_not_kept(ask):
    OrganisationFactory(slug="not-there-yet", visibility="draft")
    assert ask("organisations/not-there-yet/").status_code == 404
    with act(reason="Now"):
        Organisation.objects.filter(slug="not-there-yet").show_as("published")
    assert ask("organisations/not-there-yet/").status_code == 200
