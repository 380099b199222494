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


KEPT = ["/api/v1/roles/?kind=partner", "/api/v1/organisations/itu/", "/api/v1/discrepancies/", "/api/v1/search/?q=itu"]
KEPT += ["/api/v1/roles/?as_of=2005-12-01", "/", "/action-lines/c7/", "/ar/tasks/?overdue=true", "/search/?q=resolution", "/fr/matrix/"]
TABLES = ["/organisations.csv?kind=union", "/organisations.xlsx?kind=union", "/fr/roles.csv", "/api/v1/roles.csv?organisation=itu"]
OTHERS = ["/robots.txt", "/sitemap.xml", "/api/v1/", "/api/v1/docs/", "/api/v1/schema/", "/api/v1/changes.atom", "/api/v1/meetings.ics"]
#: What RFC 9110 (15.4.5) has a 304 say as the answer itself says it.
TO_CACHES = ["ETag", "Cache-Control", "Vary", "Expires", "Content-Location"]
SAID = "ETag Content-Type Cache-Control Vary Allow Undated Content-Language Content-Security-Policy".split()


@pytest.mark.parametrize("address", KEPT)
def test_the_same_question_is_answered_by_asking_only_whether_anything_has_changed(client, address, django_assert_num_queries):
    first = client.get(address, headers=HOST)
    with django_assert_num_queries(1):
        again = client.get(address, headers=HOST)
    assert (again.status_code, again.content) == (200, first.content)
    assert {name: again.get(name) for name in SAID} == {name: first.get(name) for name in SAID}
    assert again["X-Request-ID"] != first["X-Request-ID"]


@pytest.mark.parametrize("address", [*KEPT, *TABLES, *OTHERS])
def test_who_holds_the_answer_is_told_so(client, address, django_assert_num_queries):
    first = client.get(address, headers=HOST)
    with django_assert_num_queries(1):
        again = client.get(address, headers=HOST | {"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert {name: again.get(name) for name in TO_CACHES} == {name: first.get(name) for name in TO_CACHES}


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/roles/", "/api/v1/roles.csv", "/api/v1/organisations/itu/", "/api/v1/docs/"])
def test_who_has_signed_in_and_holds_the_answer_is_told_the_same_of_it(client, address, sign_in):
    sign_in("Reader")
    first = client.get(address, headers=HOST)
    again = client.get(address, headers=HOST | {"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert {name: again.get(name) for name in TO_CACHES} == {name: first.get(name) for name in TO_CACHES}


@pytest.mark.parametrize("address", TABLES)
def test_a_table_that_is_held_is_an_old_one_after_any_act(client, address):
    held = client.get(address, headers=HOST)
    rows = b"".join(held)
    with act(reason="Another name"):
        itu = Organisation.objects.get(slug="itu")
        itu.acronym = "UIT"
        itu.save()
    again = client.get(address, headers=HOST | {"if-none-match": held["ETag"]})
    assert again.status_code == 200
    assert b"".join(again) != rows


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


@pytest.mark.parametrize(
    "one, other",
    [
        # The same letters as bytes of UTF-8 that were not encoded, and what one would read in them who took them for Latin-1.
        (("/api/v1/organisations/", "q=м"), ("/api/v1/organisations/", "q=%C3%90%C2%BC")),
        (("/api/v1/organisations/", "limit=2"), ("/api/v1/organisations/", "limit=02")),
        (("/api/v1/people/", ""), ("/api/v1/./people/", "")),
    ],
)
def test_each_question_has_an_answer_of_its_own(client, one, other):
    def get(path, query):
        raw = query.encode().decode("latin-1")
        response = client.get(path, QUERY_STRING=raw, headers=HOST)
        return response.status_code, response.get("ETag"), response.content

    alone = get(*other)
    first = get(*one)
    assert get(*other)[0] == alone[0]
    assert first[1] != alone[1]
    assert get(*one) == first


def test_a_client_that_takes_nothing_is_not_given_what_another_takes(client):
    assert client.get("/api/v1/people/", headers=HOST).status_code == 200
    assert client.get("/api/v1/people/", headers=HOST | {"accept": ""}).status_code == 406


class TestPages:
    @pytest.fixture
    def look(self, client):
        return lambda address, **headers: client.get(address, headers=HOST | headers)

    def test_no_language_or_filter_is_answered_by_another(self, look):
        pages = [look(address).content for address in ["/tasks/", "/fr/tasks/", "/tasks/?overdue=true", "/tasks/?q=none"]]
        assert len(set(pages)) == len(pages)

    def test_what_is_published_or_withdrawn_is_there_or_gone_at_once(self, look):
        draft = OrganisationFactory(acronym="HIDDEN-X", visibility="draft")
        for visibility, there in [("draft", False), ("published", True), ("draft", False)]:
            with act(reason=f"{visibility} now"):
                Organisation.objects.filter(pk=draft.pk).show_as(visibility)
            assert (f"/organisations/{draft.slug}/" in look("/organisations/").content.decode()) is there
            assert look(f"/organisations/{draft.slug}/").status_code == (200 if there else 404)

    def test_who_has_signed_in_sees_the_public_page(self, look, sign_in):
        draft = OrganisationFactory(acronym="HIDDEN-X", visibility="draft")
        before = look("/organisations/")
        sign_in("Reviewer")
        for after in [look("/organisations/"), look("/organisations/", if_none_match=before["ETag"])]:
            assert after.status_code == 200
            assert draft.slug not in after.content.decode()

    def test_what_is_said_to_one_alone_is_kept_for_nobody(self, look):
        """The form by which one signs in bears a token of its own."""
        first, again = look("/admin/login/"), look("/admin/login/")
        assert first.content != again.content
        assert "no-store" in first["Cache-Control"]
        assert "ETag" not in first

    def test_a_page_as_of_a_day_is_made_for_each(self, look):
        assert "ETag" not in look("/tasks/?as_of=2006-01-01")
