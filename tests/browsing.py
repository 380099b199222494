"""A real browser against the real server: what the tests share that see and click what a person does. They run once, on SQLite."""

import os
import re
import secrets
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from .server import environment, manage, served

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
MARKS = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="browser tests run once, on SQLite"),
]
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
# The admin's own stylesheets import others; axe would copy those into the page to read them, which the policy forbids aloud.
AXE_OF_ADMIN = {**AXE, "preload": False}


def set_up(directory):
    """A register set up by the commands that `make run` gives, and one login more: its file, and the passwords by the logins."""
    file = directory / "db.sqlite3"
    ours = environment(f"sqlite:///{file}")
    manage(ours, "migrate", "-v0")
    manage(ours, "load_register", "--if-empty")
    logins = dict(re.findall(r"login (\S+) +password (\S+)", manage(ours, "make_demo_logins"))) | {"keeper": secrets.token_urlsafe(12)}
    keeper = ["--noinput", "--username", "keeper", "--email", "keeper@example.org"]
    manage({**ours, "DJANGO_SUPERUSER_PASSWORD": logins["keeper"]}, "createsuperuser", *keeper)
    return file, logins


@contextmanager
def site_of(register, directory, **more):
    """The production server on a copy of a register that was set up; its address and logins."""
    file, logins = register
    shutil.copy(file, directory)
    with served(environment(f"sqlite:///{directory / file.name}", **more)) as address:
        yield address, logins


@contextmanager
def launched():
    """Chromium while it runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        )
        yield browser
        browser.close()


def is_in_order(message):
    """Whether the browser only says that a page answered with 400, 404 or 429, or advises on Django's page for another's password."""
    if message.type == "verbose":
        return re.search(r"/accounts/user/\d+/password/", message.location["url"])
    return re.search(r"the server responded with a status of 4(0[04]|29)", message.text) and "/static/" not in message.location["url"]


@contextmanager
def quiet_page(chromium, site, **kept):
    """A page of the site; the test fails if its console or another host is ever heard of."""
    context = chromium.new_context(base_url=site[0], viewport={"width": 1280, "height": 900}, **kept)
    page = context.new_page()
    heard = []
    page.on("console", lambda message: None if is_in_order(message) else heard.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.on("request", lambda request: None if request.url.startswith((site[0], "data:")) else heard.append(f"asked {request.url}"))
    yield page
    context.close()
    assert heard == []


def barriers(page, options=AXE):
    """What axe-core finds on a page against WCAG 2.2, levels A and AA: the rule and the first element."""
    return [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page, options=options).response["violations"]]


def fill_in_sign_in(page, site, user):
    """Give one's name and password, once the page has put the cursor where they begin: who is faster makes the browser say so."""
    page.goto("/admin/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(site[1][user])
    page.get_by_role("button", name="Log in").click()


def sign_in(page, site, user):
    """Sign in by the password alone."""
    fill_in_sign_in(page, site, user)
    expect(page.locator("#user-tools")).to_contain_text("Log out")
