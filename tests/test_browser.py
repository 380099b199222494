"""A real browser against the real server: what a person sees and clicks. Once, on SQLite."""

import re
from base64 import b32decode
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.urls import URLResolver, get_resolver, resolve
from django_otp.oath import totp
from playwright.sync_api import expect

from .browsing import AXE_OF_ADMIN, MARKS, barriers, fill_in_sign_in, quiet_page, sign_in, site_of
from .steps import STAFF, STEPS, WHOSE, begin_a_second_factor, issue_a_report, make_a_token

pytestmark = MARKS
PUBLIC = """
/ /action-lines/ /action-lines/c7/ /matrix/ /timeline/ /documents/ /documents/wg-wsis-report-2002-2006/ /mandates/ /organisations/
/organisations/wg-wsis/ /meetings/ /meetings/wg-wsis-9/ /tasks/ /activities/ /discrepancies/ /reports/ /reports/wg-wsis-2002-2006/
/reports/wg-wsis-2002-2006/text/
/search/?q=stocktaking /about/ /accessibility/ /using-the-api/ /people/ /documents/council-res-1222/ /tasks/final-report-to-pp-06/
/mandates/wg-wsis-continue-pp-dec-8/ /timeline/?from=2003&to=2003 /meetings/calendar/?year=2003 /action-lines/c7-e-health/ /search/
/documents/wg-wsis-report-2002-2006/?as_of=2004-01-01 /tasks/?overdue=true&as_of=2007-01-01
/account/password/forgotten/ /account/password/forgotten/sent/ /account/password/set/ /account/password/MQ/not-a-key/
/monitoring/ /monitoring/?sector=itu&as_of=2006-06-01 /monitoring/coverage/ /monitoring/mentions/
/ar/action-lines/c7/ /fr/?as_of=2005-12-01 /api/v1/docs/
""".split()
REFUSED = {"/nowhere/": 404, "/documents/?colour=red": 400, "/doc/Resolution%20113": 404}
#: The addresses of the staff that are no pages: they do something and lead on, or give a file, a picture, data.
NO_PAGES = """
logout password_change save_filter delete_filter autocomplete jsi18n view_on_site export symbol sign-out revoke-token second-factor-qr
""".split()


@pytest.fixture(scope="session")
def site(register_set_up, tmp_path_factory):
    """The register that these tests look at; what they change stays."""
    with site_of(register_set_up, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def signed_in(chromium, site):
    """What the browser of an administrator keeps once he has signed in."""
    with quiet_page(chromium, site) as page:
        sign_in(page, site, "administrator")
        return page.context.storage_state()


@pytest.fixture(scope="module")
def proposal(chromium, site):
    """An editor's change of a published document and its aliases, which waits for a reviewer."""
    with quiet_page(chromium, site) as page:
        sign_in(page, site, "editor")
        page.goto("/admin/mandates/document/2/change/")
        page.locator("#id_place").fill("Geneva")
        page.locator("#aliases-group .add-row a").click()
        page.locator("#id_aliases-0-text").fill("The letter")
        page.locator("#id_change_reason").fill("As printed")
        page.locator("[name=_save]").click()
        expect(page).to_have_url(re.compile("/proposal/1/change/$"))


@pytest.fixture(scope="module")
def second_factor(chromium, site):
    """What the browser of somebody keeps who has set up a second factor."""
    with quiet_page(chromium, site) as page:
        sign_in(page, site, "keeper")
        begin_a_second_factor(page)
        key = b32decode(page.locator("main code").inner_text().replace(" ", ""))
        page.locator("#id_code").fill(f"{totp(key):06}")
        page.locator(".entry button").click()
        expect(page.locator("section[role=status] li")).to_have_count(10)
        return page.context.storage_state()


@pytest.fixture
def desk(chromium, site, signed_in, proposal):
    """A page of an administrator."""
    with quiet_page(chromium, site, storage_state=signed_in) as page:
        yield page


@pytest.fixture
def reviewing(chromium, site):
    """A page of a reviewer, who has written into no report."""
    with quiet_page(chromium, site) as page:
        sign_in(page, site, "reviewer")
        yield page


@pytest.fixture
def guarded(chromium, site, second_factor):
    """A page of somebody who signed in with a second factor."""
    with quiet_page(chromium, site, storage_state=second_factor) as page:
        yield page


@pytest.fixture
def halfway(chromium, site, second_factor):
    """A page of somebody whose password was right, and whose code is awaited."""
    with quiet_page(chromium, site) as page:
        fill_in_sign_in(page, site, "keeper")
        yield page


@pytest.mark.parametrize("path", REFUSED)
def test_a_page_that_refuses_has_no_barriers(page, path):
    assert page.goto(path).status == REFUSED[path]
    assert page.locator("h1").count() == 1
    assert barriers(page) == []


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_opens_quietly_and_without_barriers(page, path):
    assert page.goto(path).status == 200
    if not path.startswith("/api/"):
        assert page.locator("h1").count() == 1
        assert barriers(page) == []


@pytest.mark.soak
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "/fr", "/ar"])
@pytest.mark.parametrize("path", [path for path in [*PUBLIC, *REFUSED] if not path.startswith(("/ar/", "/fr/", "/api/"))])
def test_a_page_has_no_barriers_in_any_dress(page, path, language, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.goto(f"{language}{path}").status == REFUSED.get(path, 200)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PUBLIC[:-1])
def test_nothing_overflows_a_phone(page, path):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def opens(path):
    """The step that opens a page."""

    def step(page, language=""):
        assert page.goto(f"{language}{path}").status == 200

    return pytest.param(step, id=path)


def kind(name):
    """The name of an address of the staff without the kind of record, which many have."""
    of = next(
        (
            f"{m._meta.app_label}_{m._meta.model_name}_"
            for m in admin.site._registry
            if name.startswith(m._meta.label_lower.replace(".", "_"))
        ),
        "",
    )
    return name.removeprefix(of)


def kinds(patterns, under=""):
    """The kinds of addresses there are for the staff."""
    for pattern in patterns:
        path = f"{under}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from kinds(pattern.url_patterns, path)
        elif pattern.name and path.startswith(("admin/", "account/")):
            yield kind(pattern.name)


def kind_at(address, language=""):
    return kind(resolve(urlsplit(address).path.removeprefix(language)).url_name)


def test_every_kind_of_page_of_the_staff_is_looked_at():
    looked_at = {*map(kind_at, [*STAFF, *(path for path in PUBLIC if path.startswith("/account/"))]), *STEPS.values()}
    assert set(kinds(get_resolver().url_patterns)) - set(NO_PAGES) == looked_at


@pytest.fixture
def theirs(request, step):
    """The page of whoever takes the step."""
    return request.getfixturevalue(WHOSE.get(step, "desk"))


def take(step, page, language=""):
    """Take a step; it ends where it is said to end."""
    step(page, language)
    if step in STEPS:
        assert kind_at(page.url, language) == STEPS[step]


@pytest.mark.parametrize("step", [*map(opens, [*STAFF, "/ar/admin/meetings/task/1/change/"]), *STEPS])
def test_a_page_of_the_admin_opens_quietly_and_without_barriers(theirs, step):
    take(step, theirs)
    assert barriers(theirs, AXE_OF_ADMIN) == []


def test_what_was_issued_and_what_differs_since_are_shown_without_barriers(reviewing):
    issue_a_report(reviewing)
    reviewing.goto("/reports/wg-wsis-2002-2006/")
    first = reviewing.locator("#issued + ul a").first
    for path in [first.get_attribute("href"), f"{first.get_attribute('href')}comparison/"]:
        assert reviewing.goto(path).status == 200
        assert reviewing.locator("h1").count() == 1
        assert barriers(reviewing) == []


@pytest.mark.soak
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("step", [*map(opens, STAFF), *STEPS])
def test_a_page_of_the_admin_has_no_barriers_in_any_dress(theirs, step, language, scheme, width):
    theirs.emulate_media(color_scheme=scheme)
    theirs.set_viewport_size({"width": width, "height": 900})
    take(step, theirs, language)
    assert barriers(theirs, AXE_OF_ADMIN) == []
    assert theirs.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_of_the_admin_overflows_a_phone(desk):
    desk.set_viewport_size({"width": 320, "height": 700})
    for path in STAFF:
        desk.goto(path)
        assert (path, desk.evaluate("document.documentElement.scrollWidth")) == (path, 320)


def test_from_the_home_page_to_the_paragraph_in_which_itus_role_on_c7_is_read(page):
    page.goto("/")
    page.get_by_role("link", name=re.compile("^C7")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C7")
    page.locator("a[href*='/documents/wg-wsis-report-2002-2006/#footnote']").first.click()
    expect(page).to_have_url(re.compile("#footnote$"))
    expect(page.locator("#footnote")).to_be_visible()


def tab_to(page, matches):
    """Walk on by the Tab key to the element whose address or name matches; the focus is seen at every step and never lost."""
    for _step in range(400):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return {tag: e.tagName, says: (e.getAttribute('href') || e.textContent || e.name || ''), outline: s.outlineStyle} }"
        )
        assert focused["tag"] != "BODY"
        assert focused["outline"] != "none", focused
        if re.search(matches, focused["says"]):
            return
    raise AssertionError(f"nothing like {matches} was reached")


def test_by_the_keyboard_alone_to_the_paragraph_in_which_itus_role_is_read(page):
    page.goto("/")
    tab_to(page, "^#main$")
    page.keyboard.press("Enter")
    tab_to(page, "^/action-lines/c7/$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/action-lines/c7/")
    tab_to(page, "/documents/wg-wsis-report-2002-2006/#footnote$")
    page.keyboard.press("Enter")
    page.wait_for_url("**#footnote")
    expect(page.locator("#footnote")).to_be_in_viewport()


def test_by_the_keyboard_alone_to_the_tasks_that_are_overdue(page):
    page.goto("/")
    tab_to(page, "overdue=true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/?overdue=true")
    expect(page.get_by_role("main")).to_contain_text("overdue")


def test_the_api_is_tried_with_a_token_on_its_own_page(desk):
    make_a_token(desk)
    token = desk.locator("#text").input_value()
    desk.goto("/api/v1/docs/")
    desk.get_by_role("button", name="Authorize").click()
    desk.locator(".auth-container input").fill(token)
    desk.get_by_role("button", name="Apply credentials").click()
    desk.locator(".auth-container").get_by_role("button", name="Close").click()
    operation = desk.locator("#operations-action-lines-action_lines_list")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    with desk.expect_request("**/api/v1/action-lines/?*") as asked:
        operation.get_by_role("button", name="Execute").click()
    assert asked.value.headers["authorization"] == f"Bearer {token}"
    expect(operation.locator(".live-responses-table")).to_contain_text('"c7"')


def test_a_page_of_another_day_says_so_and_leads_back(page):
    page.goto("/action-lines/c7/?as_of=2005-10-15")
    expect(page.get_by_role("main")).to_contain_text("stakeholder")
    expect(page.get_by_role("main")).not_to_contain_text("co-moderator/facilitator")
    page.get_by_role("link", name=re.compile("today", re.IGNORECASE)).first.click()
    expect(page).not_to_have_url(re.compile("as_of"))


def test_a_reviewer_corrects_a_record_and_its_history_says_who_and_why(page, site):
    sign_in(page, site, "reviewer")
    page.goto("/admin/mandates/organisation/")
    page.locator("#searchbar").fill("unctad")
    page.locator("#searchbar").press("Enter")
    page.locator("#result_list th.field-__str__ a").first.click()
    page.locator("#id_staff_note").fill("Checked against the annex.")
    page.locator("#id_change_reason").fill("A note for colleagues")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    page.locator("#searchbar").fill("unctad")
    page.locator("#searchbar").press("Enter")
    page.locator("#result_list th.field-__str__ a").first.click()
    page.get_by_role("link", name="History").click()
    expect(page.locator("#content")).to_contain_text("A note for colleagues")
    expect(page.locator("#content")).to_contain_text("reviewer")
    page.locator("#change-history tbody tr").last.locator("a").first.click()
    page.get_by_label("Reason for the change").fill("The note was wrong")
    page.get_by_role("button", name="Bring this state back").click()
    expect(page.locator(".messagelist")).to_contain_text("says again what it said then")
    expect(page.locator("#id_staff_note")).to_have_value("")
