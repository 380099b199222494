"""A list of the admin says how many there are and why; what is asked again and again is saved under a name."""

import pytest

from meetings.models import Task
from tests.factories import DocumentFactory, TaskFactory, UserFactory
from tests.forms import address
from wsis_tracker.accounts.models import SavedFilter

pytestmark = pytest.mark.django_db
OPEN = "state__exact=open&overdue=yes"


@pytest.fixture
def save(client):
    """Save a filter of the list of tasks; the page after it."""

    def save(name="What is late", query=OPEN, listed="meetings.task", **more):
        return client.post("/admin/filters/save/", {"name": name, "query": query, "listed": listed, **more}, follow=True)

    return save


def said(client, **params):
    """The list of tasks, in words."""
    return " ".join(client.get(address(Task, "changelist"), params).content.decode().split())


class TestSaving:
    def test_a_filter_is_saved_from_its_list_and_leads_back_to_it(self, client, sign_in, save):
        user = sign_in("Editor")
        assert "Save this filter as" in said(client, overdue="yes")
        response = save()
        assert response.redirect_chain[-1][0] == f"/admin/meetings/task/?{OPEN}"
        assert (SavedFilter.objects.get().owner, SavedFilter.objects.get().query) == (user, OPEN)
        for page in ("/admin/", "/admin/meetings/task/"):
            assert f'/admin/meetings/task/?{OPEN.replace("&", "&amp;")}">What is late</a>' in client.get(page).content.decode()
        assert "What is late" not in client.get("/admin/mandates/document/").content.decode()

    def test_under_the_same_name_it_is_another_filter(self, sign_in, save):
        sign_in("Editor")
        save()
        save(query="state__exact=done")
        assert SavedFilter.objects.get().query == "state__exact=done"

    def test_what_is_no_filter_is_left_out(self, sign_in, save):
        sign_in("Editor")
        save(query=f"?{OPEN}&p=3&_popup=1&e=1&q=council")
        assert SavedFilter.objects.get().query == f"{OPEN}&q=council"

    @pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 101}, {"query": ""}, {"query": "q=" + "x" * 2000}, {"name": "\0"}])
    def test_what_cannot_be_saved_is_refused_in_words(self, wrong, sign_in, save):
        sign_in("Editor")
        response = save(**wrong)
        assert "The filter was not saved" in response.content.decode()
        assert not SavedFilter.objects.exists()

    @pytest.mark.parametrize("listed", ["", "meetings", "meetings.zebra", "sessions.session", "accounts.savedfilter"])
    def test_a_list_that_is_not_there_has_no_filters(self, listed, sign_in, save):
        sign_in("Administrator")
        assert save(listed=listed).status_code == 404

    def test_nor_has_one_that_the_person_may_not_see(self, sign_in, save):
        sign_in("Editor")
        assert save(listed="accounts.user").status_code == 403

    def test_a_filter_that_no_longer_fits_shows_the_whole_list_and_says_so(self, client, sign_in, save):
        sign_in("Editor")
        response = save(query="phase_of_the_moon__exact=full")
        assert response.redirect_chain[-1][0] == "/admin/meetings/task/?e=1"
        assert "does not fit this list: all is shown" in response.content.decode()

    def test_nobody_saves_by_an_address_alone_or_without_signing_in(self, client, sign_in, save):
        assert save().redirect_chain[-1][0].startswith("/admin/login/")
        sign_in("Editor")
        assert client.get("/admin/filters/save/").status_code == 405


class TestSharing:
    @pytest.mark.parametrize("role, may", [("Reader", False), ("Editor", False), ("Reviewer", True), ("Administrator", True)])
    def test_reviewers_and_administrators_share(self, role, may, client, sign_in, save):
        sign_in(role)
        assert ('name="shared"' in said(client, overdue="yes")) == may
        assert (save(shared="on").status_code == 200) == may
        assert SavedFilter.objects.filter(shared=True).exists() == may

    def test_what_is_shared_is_seen_by_all_who_may_see_the_list_and_what_is_not_by_its_owner(self, client, sign_in):
        for listed, shared in [("meetings.task", True), ("mandates.document", False), ("accounts.user", True)]:
            SavedFilter.objects.create(owner=UserFactory(), name=f"of {listed}", listed=listed, query="q=x", shared=shared)
        sign_in("Editor")
        page = client.get("/admin/").content.decode()
        assert [name for name in ("of meetings.task", "of mandates.document", "of accounts.user") if name in page] == ["of meetings.task"]

    def test_a_person_deletes_his_own_alone(self, client, sign_in, save):
        sign_in("Reviewer")
        save()
        own = SavedFilter.objects.get()
        theirs = SavedFilter.objects.create(owner=UserFactory(), name="theirs", listed="meetings.task", query="q=x", shared=True)
        assert client.get(f"/admin/filters/{own.pk}/delete/").status_code == 405
        assert client.post(f"/admin/filters/{theirs.pk}/delete/").status_code == 404
        assert client.post(f"/admin/filters/{own.pk}/delete/").status_code == 302
        assert SavedFilter.objects.get() == theirs


class TestTold:
    def test_a_list_says_how_many_and_why_and_each_filter_can_be_taken_away(self, client, sign_in):
        sign_in("Editor")
        for _n in range(2):
            TaskFactory(title="Tell zebras")
        page = said(client, q="zebras", state__in="open,done", source="none", assigned="none")
        assert "Found: 2 · only those with" in page
        for words, without in [
            ("Words: <strong><bdi>zebras</bdi></strong>", "?assigned=none&amp;source=none&amp;state__in=open%2Cdone"),
            ("State: <strong><bdi>Open, done</bdi></strong>", "?assigned=none&amp;q=zebras&amp;source=none"),
            ("Sources: <strong><bdi>no source</bdi></strong>", "?assigned=none&amp;q=zebras&amp;state__in=open%2Cdone"),
            ("Assigned to: <strong><bdi>nobody</bdi></strong>", "?q=zebras&amp;source=none&amp;state__in=open%2Cdone"),
        ]:
            assert f'{words} <a href="{without}"' in page

    def test_where_nothing_is_found_it_says_what_helps(self, client, sign_in):
        sign_in("Editor")
        page = said(client, q="zebras")
        assert "Nothing has all this. Take a filter away" in page
        assert '<a href="?">look at everything</a>' in page

    @pytest.mark.parametrize("role, may", [("Reader", False), ("Reviewer", True)])
    def test_where_there_is_nothing_yet_whoever_may_adds_the_first(self, role, may, client, sign_in):
        sign_in(role)
        page = client.get("/admin/reports/ruling/").content.decode()
        assert "There is nothing here yet." in page
        assert ("Add the first: ruling" in page) == may

    def test_without_a_filter_there_is_nothing_to_save_or_take_away(self, client, sign_in):
        sign_in("Editor")
        DocumentFactory()
        page = client.get("/admin/mandates/document/").content.decode()
        assert "only those with" not in page
        assert "Save this filter as" not in page
