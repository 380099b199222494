"""A day at the secretariat, in a real browser: what its people do to the register from the morning's mail to the evening.

The wording of the resolution in `TEXT` is ours: what the day needs of it is that it has three paragraphs.
"""

import csv
import io
import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from .browsing import AXE_OF_ADMIN, MARKS, barriers, quiet_page, sign_in, site_of

pytestmark = MARKS

SYMBOL, PUBLIC_PAGE = "Council Resolution 1282", "/documents/council-res-1282-2007/"
TEXT = """\
considering Resolution 140 (Antalya, 2006) of the Plenipotentiary Conference,

resolves that WG-WSIS shall go on with its work on the implementation of the outcomes of the Summit,

instructs the Secretary-General to report on the activities of the Union to each session of the Council.
"""
GISTS = ["Recalls PP Resolution 140.", "WG-WSIS goes on.", "The Secretary-General reports to each session of Council."]
ACTION = "Report on the activities of ITU to each session of Council"
TASK = "Write the report to Council 2008"
DOCUMENT_GIST = "WG-WSIS goes on; the Secretary-General reports."
TITLE = "ITU role in implementing the outcomes of WSIS"
MOVED = "The secretariat has begun to write"
GIST_OF_THE_COLLEAGUE = "The Group goes on, and is reported on."
PASSWORD = "a long walk by the lake"
#: How many activities the register begins with.
SHIPPED = 11


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """Where the mails of the day are put."""
    return tmp_path_factory.mktemp("letters")


@pytest.fixture(scope="module")
def site(register_set_up, letters, tmp_path_factory):
    """A register of the day's own, for much is changed in it."""
    with site_of(register_set_up, tmp_path_factory.mktemp("day"), EMAIL_URL=f"filemail:///{letters}") as site:
        yield site


@pytest.fixture
def somebody(chromium, site):
    """Opens the page of one more person, who has not signed in yet."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(quiet_page(chromium, site))


@pytest.fixture
def staff(site, somebody):
    """Opens the page of a member of the staff who has signed in."""

    def staff(name):
        page = somebody()
        sign_in(page, site, name)
        return page

    return staff


def test_a_day_at_the_secretariat(staff, somebody, letters, page):
    administrator, editor, reviewer, colleague = staff("administrator"), staff("editor"), staff("reviewer"), somebody()
    invite_a_colleague(administrator)
    come_by_the_link(colleague, link_in(letters))
    find_the_resolution(colleague)  # and leave its form open

    enter_the_text_of_the_resolution(editor)
    draw_a_mandate_and_a_task(editor)
    meet_with_what_the_editor_saved(colleague)
    send_it_all_to_review(editor)
    assert page.goto(PUBLIC_PAGE).status == 404

    read_what_is_submitted(reviewer)
    assert page.goto(PUBLIC_PAGE).status == 404
    publish_what_was_read(reviewer)
    assert page.goto(PUBLIC_PAGE).status == 200
    for said in (*GISTS, ACTION, TASK, "2007", "Geneva"):
        expect(page.get_by_role("main")).to_contain_text(said)

    propose_another_title(editor)
    page.goto(PUBLIC_PAGE)
    expect(page.get_by_role("main")).not_to_contain_text(TITLE)
    accept_the_proposal(reviewer)
    page.goto(PUBLIC_PAGE)
    expect(page.get_by_role("main")).to_contain_text(TITLE)

    move_the_task(reviewer)
    page.get_by_role("link", name=TASK).first.click()
    expect(page.get_by_role("main")).to_contain_text(MOVED)

    try_a_file_with_three_bad_rows(editor)
    import_the_mended_file(editor)
    undo_the_import(reviewer)


def field(page, label):
    """The field of a form that has a label."""
    return page.get_by_label(f"{label}:", exact=True)


# -- the morning's mail -----------------------------------------------------------------------------------------------


def invite_a_colleague(page):
    page.goto("/admin/")
    page.locator("#content").get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Add user").click()
    field(page, "Username").fill("colleague")
    field(page, "Email address").fill("colleague@example.org")
    page.get_by_role("checkbox", name="Editor").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("An invitation was sent to colleague@example.org.")


def link_in(letters):
    """The link of the one letter that was sent."""
    [letter] = letters.iterdir()
    return re.search(r"https?://\S+/account/password/\S+", letter.read_text())[0]


def come_by_the_link(page, link):
    page.goto(link)
    assert barriers(page) == []
    field(page, "New password").fill(PASSWORD)
    field(page, "New password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("link", name="Sign in", exact=True).click()
    field(page, "Username").fill("colleague")
    field(page, "Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")


# -- a resolution is entered ------------------------------------------------------------------------------------------


def go_to(page, collection):
    """The list of a collection, from the first page of the staff."""
    page.goto("/admin/")
    page.locator("#content").get_by_role("link", name=collection, exact=True).click()


def search(page, words):
    """Search a list."""
    page.locator("#searchbar").fill(words)
    page.locator("#searchbar").press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q="))


def find_the_resolution(page):
    """Its symbol is typed as for a new document, and the form says that the register has it already, and where."""
    go_to(page, "Documents")
    page.get_by_role("link", name="Add document").click()
    field(page, "Symbol").press_sequentially(SYMBOL)
    told = page.get_by_role("status").filter(has_text="The register has this document already:")
    told.get_by_role("link", name=SYMBOL, exact=True).click()
    expect(field(page, "Symbol")).to_have_value(SYMBOL)


def enter_the_text_of_the_resolution(page):
    find_the_resolution(page)
    field(page, "Date").fill("2007")
    field(page, "Date known").select_option(label="printed")
    field(page, "Gist").fill(DOCUMENT_GIST)
    field(page, "Reason for the change").fill("The printed text has come")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="Paste its text").click()
    field(page, "Text of the document").fill(TEXT)
    page.get_by_role("button", name="Split into provisions").click()
    expect(page.get_by_role("status")).to_contain_text("3 paragraphs were found. 3 are not in the register yet.")
    assert barriers(page, AXE_OF_ADMIN) == []
    for label, gist in zip(["considering", "resolves", "instructs"], GISTS, strict=True):
        page.get_by_label(f"Gist in our own words: {label}").fill(gist)
    field(page, "Reason for the change").fill("Read from the printed text")
    page.get_by_role("button", name="Make these provisions").click()
    expect(page.locator(".messagelist")).to_contain_text("3 provisions were made.")


def choose(page, name, words):
    """Choose a record in a field of a form by typing."""
    page.get_by_role("combobox", name=name, exact=True).last.press("Enter")
    page.get_by_role("searchbox", name=name, exact=True).fill(words)
    page.get_by_role("option", name=words, exact=True).click()


def draw_a_mandate_and_a_task(page):
    page.locator("#provisions-group tr", has_text=GISTS[2]).get_by_role("link", name="View", exact=True).click()
    page.get_by_role("link", name="Draw a fact from it: Mandate").click()
    field(page, "Action").fill(ACTION)
    field(page, "Nature").select_option(label="new task")
    field(page, "Modality as printed").select_option(label="instructs")
    page.get_by_role("button", name="Add another Addressee").click()
    choose(page, "Organisation", "ITU Secretary-General")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    page.get_by_role("link", name="Draw a fact from it: Task").click()
    field(page, "Title").fill(TASK)
    expect(page.get_by_role("combobox", name="Mandate")).to_contain_text(ACTION)
    field(page, "New due date").fill("2008-10")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    expect(page.get_by_role("heading", name=f"{SYMBOL}, instructs")).to_be_visible()


def meet_with_what_the_editor_saved(page):
    """The form was opened in the morning: both versions are shown, nothing is lost, and what was typed is saved on top, in the know."""
    field(page, "Gist").fill(GIST_OF_THE_COLLEAGUE)
    field(page, "Place of adoption").fill("Geneva")
    field(page, "Reason for the change").fill("Read once more")
    page.get_by_role("button", name="Save", exact=True).click()
    conflict = page.get_by_role("region", name="Both versions")
    cells = conflict.get_by_role("row", name="Gist (both changed it)").get_by_role("cell")
    expect(cells).to_have_text(["First version of the resolution.", DOCUMENT_GIST, GIST_OF_THE_COLLEAGUE])
    expect(conflict.get_by_role("row", name="Date (taken over in the form below)").get_by_role("cell")).to_have_text(["–", "2007", "–"])
    expect(page.locator("#conflict")).to_contain_text("The printed text has come")
    expect(field(page, "Gist")).to_have_value(GIST_OF_THE_COLLEAGUE)
    expect(field(page, "Place of adoption")).to_have_value("Geneva")
    expect(field(page, "Date")).to_have_value("2007")
    assert barriers(page, AXE_OF_ADMIN) == []
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator(".messagelist")).to_contain_text("changed successfully")


# -- review -----------------------------------------------------------------------------------------------------------


def tick(page, words):
    """Tick the one record of a list whose row says something."""
    page.locator("#result_list tbody tr", has=page.get_by_text(words, exact=True)).get_by_role("checkbox").check()


def actions(page):
    return page.locator("select[name=action]")


def act(page, action, reason):
    """Do something with the records ticked."""
    actions(page).select_option(label=action)
    page.locator(".actions").get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Go").click()


def send_it_all_to_review(page):
    """Publishing it is no choice that an editor has, in the form or in the list."""
    for collection, words in [("Documents", SYMBOL), ("Mandates", ACTION), ("Tasks", TASK)]:
        go_to(page, collection)
        search(page, words)
        assert "Publish the selected records" not in actions(page).get_by_role("option").all_text_contents()
        tick(page, words)
        act(page, "Send the selected records to review", "Read and ready")
        expect(page.locator(".messagelist")).to_have_text("1 record: in review.")
        page.get_by_role("link", name=words, exact=True).click()
        expect(field(page, "Visibility").get_by_role("option")).to_have_text(["draft", "in review"])


def waiting(page):
    """What waits for one's review, by the names of the collections."""
    page.goto("/admin/")
    return page.get_by_role("region", name="Waiting for my review")


def read_what_is_submitted(page):
    expect(waiting(page).get_by_role("link")).to_have_text(["Documents", "Mandates", "Tasks"])
    assert barriers(page, AXE_OF_ADMIN) == []
    page.get_by_role("region", name="Waiting for my review").get_by_role("link", name="Documents").click()
    page.get_by_role("link", name=SYMBOL, exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("sent this record to review")
    page.get_by_role("link", name="History", exact=True).click()
    for said in (*GISTS, "The printed text has come", "Read from the printed text", "Read and ready"):
        expect(page.locator("#change-history")).to_contain_text(said)
    assert barriers(page, AXE_OF_ADMIN) == []


def publish_what_was_read(page):
    for collection, words in [("Documents", SYMBOL), ("Mandates", ACTION), ("Tasks", TASK)]:
        waiting(page).get_by_role("link", name=collection).click()
        tick(page, words)
        act(page, "Publish the selected records", "Compared with the printed text")
        expect(page.locator(".messagelist")).to_have_text("1 record: published.")
    expect(waiting(page)).to_contain_text("Nothing waits for your review.")


def propose_another_title(page):
    find_the_resolution(page)
    expect(page.locator(".messagelist")).to_contain_text("This record is published: what you change waits for a reviewer")
    page.get_by_role("group", name="Title").get_by_label("English").fill(TITLE)
    field(page, "Reason for the change").fill("The title as printed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Your change waits for a reviewer")
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)


def accept_the_proposal(page):
    waiting(page).get_by_role("link", name="Proposals to change what is published").click()
    page.locator("#result_list tbody th a").click()
    cells = page.get_by_role("row", name="Title").get_by_role("cell")
    expect(cells).to_have_text(["en: Resolution 1282 of the ITU Council", f"en: {TITLE}", "en: Resolution 1282 of the ITU Council"])
    assert barriers(page, AXE_OF_ADMIN) == []
    field(page, "Reason of the decision").fill("So it is printed")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".messagelist")).to_contain_text("The proposal is accepted")


# -- follow-up --------------------------------------------------------------------------------------------------------


def move_the_task(page):
    go_to(page, "Tasks")
    search(page, TASK)
    tick(page, TASK)
    act(page, "Move the selected tasks …", MOVED)
    field(page, "Move to").select_option(label="in progress")
    expect(field(page, "Reason for the change")).to_have_value(MOVED)
    assert barriers(page, AXE_OF_ADMIN) == []
    page.get_by_role("button", name="Move").click()
    expect(page.locator(".messagelist")).to_have_text("1 task was moved.")
    expect(page).to_have_url(re.compile(r"[?&]q="))  # the list as it was filtered
    page.get_by_role("link", name=TASK, exact=True).click()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("#change-history tbody tr").first).to_contain_text("in progress")
    expect(page.locator("#change-history tbody tr").first).to_contain_text(MOVED)


# -- a file of the stocktaking ----------------------------------------------------------------------------------------


def activities():
    """The rows of 200 activities."""
    lines, same = ["c1", "c2", "c5", "c7-e-health"], {"kind": "stocktaking-entry", "organisation": "itu", "dated_on": "2007-04"}
    return [
        {"slug": "", "number": f"2007-{n}", "title": f"Activity {n}", "action_line": lines[n % 4], **same, "date_basis": "printed"}
        for n in range(1, 201)
    ]


def preview(page, rows):
    """Send a file of rows to be previewed."""
    go_to(page, "Activities")
    page.get_by_role("link", name="Import", exact=True).click()
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    field(page, "File").set_input_files({"name": "stocktaking.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()})
    field(page, "Reason for the change").fill("The stocktaking of April 2007")
    page.get_by_role("button", name="Preview").click()


def try_a_file_with_three_bad_rows(page):
    rows = activities()
    rows[16]["dated_on"], rows[99]["organisation"], rows[180]["action_line"] = "30.04.2007", "nobody", "c12"
    preview(page, rows)
    expect(page.get_by_role("status")).to_contain_text("wrong: 3")
    wrong = page.get_by_role("region", name="What is wrong").locator("tbody tr")
    expect(wrong).to_have_count(3)
    for row, said in zip(wrong.all(), ["18 dated_on", "101 organisation", "182 action_line"], strict=True):
        expect(row).to_contain_text(re.compile(said.replace(" ", r"\s+")))
    assert barriers(page, AXE_OF_ADMIN) == []
    expect(page.get_by_role("button", name="Import these rows")).to_have_count(0)
    go_to(page, "Activities")
    expect(page.get_by_role("status")).to_contain_text(f"Found: {SHIPPED}")


def import_the_mended_file(page):
    preview(page, activities())
    expect(page.get_by_role("status")).to_contain_text("new: 200 · changed: 0 · unchanged: 0 · wrong: 0")
    assert barriers(page, AXE_OF_ADMIN) == []
    page.get_by_role("button", name="Import these rows").click()
    expect(page.locator(".messagelist")).to_contain_text("The file was imported. 200 new records. 0 records changed.")
    expect(page.get_by_role("status")).to_contain_text(f"Found: {SHIPPED + 200}")


def undo_the_import(page):
    go_to(page, "Changes")
    search(page, "stocktaking of April")
    page.locator("#result_list tbody th a").click()
    field(page, "Reason for the change").fill("It was the file of the year before")
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator(".messagelist")).to_contain_text("The act is undone")
    go_to(page, "Activities")
    expect(page.get_by_role("status")).to_contain_text(f"Found: {SHIPPED}")
