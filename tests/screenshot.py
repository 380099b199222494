"""`make screenshot`: the picture in the README, of the register that `make run` serves, seen in real Chromium."""

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

if __name__ == "__main__":
    address, picture = sys.argv[1:]
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.screenshot(path=picture)
        browser.close()
