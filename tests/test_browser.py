"""A real browser against the real server: what a person sees and clicks. Once, on SQLite."""

import os
import re
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from .server import environment, manage, served

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="browser tests run once, on SQLite"),
]
PUBLIC = """
/ /action-lines/ /action-lines/c7/ /matrix/ /timeline/ /documents/ /documents/wg-wsis-report-2002-2006/ /mandates/ /organisations/
/organisations/wg-wsis/ /meetings/ /meetings/wg-wsis-9/ /tasks/ /activities/ /discrepancies/ /reports/ /reports/wg-wsis-2002-2006/
/search/?q=stocktaking /about/ /accessibility/ /using-the-api/ /people/ /documents/council-res-1222/ /tasks/final-report-to-pp-06/
/mandates/wg-wsis-continue-pp-dec-8/ /timeline/?from=2003&to=2003 /meetings/calendar/?year=2003 /action-lines/c7-e-health/ /search/
/documents/wg-wsis-report-2002-2006/?as_of=2004-01-01 /tasks/?overdue=true&as_of=2007-01-01
/ar/action-lines/c7/ /fr/?as_of=2005-12-01 /api/v1/docs/
""".split()
REFUSED = {"/nowhere/": 404, "/documents/?colour=red": 400, "/doc/Resolution%20113": 404}
STAFF = """
/admin/ /admin/mandates/ /admin/mandates/document/ /admin/mandates/document/add/ /admin/meetings/task/ /admin/action_lines/role/?o=1.-3
/admin/meetings/meeting/?kind__exact=prepcom&_facets=True /admin/meetings/meeting/add/ /admin/meetings/task/1/change/
/admin/meetings/progress/1/delete/ /admin/mandates/document/add/?_popup=1 /admin/mandates/document/1/change/
/admin/mandates/document/1/delete/ /admin/mandates/document/1/history/
/admin/mandates/document/1/history/1/ /admin/accounts/user/1/change/ /admin/register/change/ /admin/accounts/apitoken/ /account/tokens/
""".split()
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
# The admin's own stylesheets import others; axe would copy those into the page to read them, which the policy forbids aloud.
AXE_OF_ADMIN = {**AXE, "preload": False}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The production server on a register of its own, set up by the commands that `make run` gives; its address and logins."""
    ours = environment(f"sqlite:///{tmp_path_factory.mktemp('site') / 'db.sqlite3'}")
    manage(ours, "migrate", "-v0")
    manage(ours, "load_register", "--if-empty")
    logins = dict(re.findall(r"login (\S+) +password (\S+)", manage(ours, "make_demo_logins")))
    with served(ours) as address:
        yield address, logins


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        )
        yield browser
        browser.close()


def tells_of_status(message):
    """Whether the browser only says that a page answered with 400 or 404, as it does of every one that does."""
    return re.search(r"the server responded with a status of 40[04]", message.text) and "/static/" not in message.location["url"]


@contextmanager
def quiet_page(chromium, site, **kept):
    """A page of the site; the test fails if its console or another host is ever heard of."""
    context = chromium.new_context(base_url=site[0], viewport={"width": 1280, "height": 900}, **kept)
    page = context.new_page()
    heard = []
    page.on("console", lambda message: None if tells_of_status(message) else heard.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.on("request", lambda request: None if request.url.startswith((site[0], "data:")) else heard.append(f"asked {request.url}"))
    yield page
    context.close()
    assert heard == []


@pytest.fixture
def page(chromium, site):
    with quiet_page(chromium, site) as page:
        yield page


@pytest.fixture(scope="module")
def signed_in(chromium, site):
    """What the browser of an administrator keeps once he has signed in."""
    with quiet_page(chromium, site) as page:
        sign_in(page, site, "administrator")
        return page.context.storage_state()


@pytest.fixture
def desk(chromium, site, signed_in):
    """A page of an administrator."""
    with quiet_page(chromium, site, storage_state=signed_in) as page:
        yield page


def barriers(page, options=AXE):
    """What axe-core finds on a page against WCAG 2.2, levels A and AA: the rule and the first element."""
    return [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page, options=options).response["violations"]]


def sign_in(page, site, user):
    page.goto("/admin/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(site[1][user])
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#user-tools")).to_contain_text("Log out")


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


def select_records_and_an_action(page, language=""):
    page.goto(f"{language}/admin/mandates/document/")
    for box in page.locator(".action-select").all()[:3]:
        box.check()
    page.locator("select[name=action]").select_option("publish")
    page.locator(".actions input[name=change_reason]").fill("Checked")


def ask_to_delete_many(page, language=""):
    page.goto(f"{language}/admin/meetings/progress/")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("delete_selected")
    page.locator(".actions button[type=submit]").click()
    expect(page.locator("#id_change_reason")).to_be_visible()


def save_an_empty_form(page, language=""):
    page.goto(f"{language}/admin/meetings/task/add/")
    page.locator("input[name=_save]").click()
    expect(page.locator(".errornote")).to_be_visible()


def add_a_line_to_every_table(page, language=""):
    page.goto(f"{language}/admin/mandates/document/add/")
    for add in page.locator("tr.add-row a").all():
        add.click()
    expect(page.locator("#id_aliases-0-text")).to_be_visible()


def choose_by_typing(page, language=""):
    page.goto(f"{language}/admin/meetings/task/1/change/")
    page.locator(".field-mandate .select2-selection").press("Enter")
    expect(page.locator(".select2-results__option[role=option]").first).to_be_visible()


def ask_for_a_token_in_vain(page, language=""):
    page.goto(f"{language}/account/tokens/")
    page.locator(".entry button").click()
    expect(page.locator("[role=alert]")).to_be_focused()


def make_a_token(page, language=""):
    page.goto(f"{language}/account/tokens/")
    page.locator("#id_name").fill("Loader of the annex")
    page.locator(".entry button").click()
    expect(page.locator("section[role=status]")).to_be_focused()
    expect(page.locator("#text")).to_have_value(re.compile("^wsis_"))


def be_asked_to_sign_in(page, language=""):
    page.context.clear_cookies()
    page.goto(f"{language}/admin/login/")
    expect(page.locator("#id_password")).to_be_visible()


def sign_in_in_vain(page, language=""):
    be_asked_to_sign_in(page, language)
    page.locator("#id_username").fill("nobody")
    page.locator("#id_password").fill("nothing")
    page.locator("#login-form input[type=submit]").click()
    expect(page.locator(".errornote")).to_be_visible()


STEPS = [
    select_records_and_an_action, ask_to_delete_many, save_an_empty_form, add_a_line_to_every_table, choose_by_typing,
    ask_for_a_token_in_vain, make_a_token, be_asked_to_sign_in, sign_in_in_vain,
]  # fmt: skip


def opens(path):
    """The step that opens a page."""

    def step(page, language=""):
        assert page.goto(f"{language}{path}").status == 200

    return pytest.param(step, id=path)


@pytest.mark.parametrize("step", [*map(opens, [*STAFF, "/ar/admin/meetings/task/1/change/"]), *STEPS])
def test_a_page_of_the_admin_opens_quietly_and_without_barriers(desk, step):
    step(desk)
    assert barriers(desk, AXE_OF_ADMIN) == []


@pytest.mark.soak
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("step", [*map(opens, STAFF), *STEPS])
def test_a_page_of_the_admin_has_no_barriers_in_any_dress(desk, step, language, scheme, width):
    desk.emulate_media(color_scheme=scheme)
    desk.set_viewport_size({"width": width, "height": 900})
    step(desk, language)
    assert barriers(desk, AXE_OF_ADMIN) == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= width


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
