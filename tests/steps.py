"""What a person of the staff does to come to the pages that no address alone opens; each step takes the page and a language's prefix.

Each can be taken again on the same register: what it leaves behind is in nobody's way.
"""

import itertools
import re

from playwright.sync_api import expect

TEXT = "considering\n\na) the outcomes of the Summit;\n\nresolves\n\n1 to continue the Group;\n\n2 to ask for a report.\n"
#: Names that nobody has, each for one try: who fails too often waits.
NOBODY = (f"nobody-{number}" for number in itertools.count(1))


def send(page, name="_save"):
    page.locator(f"[name={name}]").first.click()


def upload(page, address, rows, name="rows.csv"):
    """Send a file to the page that previews an import; `rows` are lines of CSV."""
    page.goto(address)
    page.locator("#id_file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": "\n".join(rows).encode()})
    page.locator("#id_change_reason").fill("A sheet of the secretariat")
    page.locator("input[type=submit].default").click()
    expect(page.locator("#preview")).to_be_visible()


# -- lists ------------------------------------------------------------------------------------------------------------


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


def find_nothing(page, language=""):
    page.goto(f"{language}/admin/meetings/task/?overdue=yes&q=nothingofthekind")
    expect(page.locator(".told .reasons")).to_be_visible()


def save_a_filter(page, language=""):
    page.goto(f"{language}/admin/meetings/task/?state__exact=open")
    page.locator(".told summary").click()
    page.locator("#id_filter_name").fill("What is open")
    page.locator("#id_filter_shared").check()
    page.locator(".told details button").click()
    expect(page.locator(".saved-filters form button").first).to_be_visible()


def see_what_was_deleted(page, language=""):
    page.goto("/admin/meetings/progress/deleted/")
    if not page.locator("#content table").count():
        page.goto("/admin/meetings/progress/add/?task=1&text=Said+twice&on=2006")
        page.locator("#id_change_reason").fill("As printed")
        send(page, "_continue")
        page.locator("a.deletelink").click()
        page.locator("#id_change_reason").fill("Said twice")
        page.locator("#content form input[type=submit]").click()
    page.goto(f"{language}/admin/meetings/progress/deleted/")
    expect(page.locator("#content tbody th a").first).to_be_visible()


def look_at_what_was_deleted(page, language=""):
    see_what_was_deleted(page, language)
    page.locator("#content tbody th a").first.click()
    expect(page.locator("#id_change_reason")).to_be_visible()


# -- import and merging -----------------------------------------------------------------------------------------------

ORGANISATIONS = "/admin/mandates/organisation"


def preview_a_file_with_mistakes(page, language=""):
    rows = ["slug,kind,valid_from", "itu,planet,", "nowhere,union,", ",sector,2005-13"]
    upload(page, f"{language}{ORGANISATIONS}/import/", rows)
    expect(page.locator("#wrong")).to_be_visible()


def preview_a_file_that_changes(page, language=""):
    rows = ["slug,acronym,name_en,kind,staff_note", "unctad,UNCTAD,Trade and Development,agency,Seen", ",CSTD-2,A new one,agency,"]
    upload(page, f"{language}{ORGANISATIONS}/import/", rows)
    expect(page.locator("input[name=upload]")).to_have_count(1)


def confirm_a_file_too_late(page, language=""):
    preview_a_file_that_changes(page, language)
    with page.context.expect_page() as opened:
        page.evaluate("window.open('/admin/mandates/organisation/?q=unctad')")
    other = opened.value
    other.locator("#result_list tbody th a").first.click()
    other.locator("#id_staff_note").fill(f"Seen by another {next(NOBODY)}")
    other.locator("#id_change_reason").fill("A note")
    send(other)
    expect(other.locator(".messagelist .success")).to_be_visible()
    other.close()
    page.locator("input[type=submit].default").click()
    expect(page.locator("#wrong")).to_be_visible()


def merge_in_vain(page, language=""):
    """A resolution with what it revises: it would revise itself."""
    page.goto(f"{language}/admin/mandates/document/merge/?keep=16&drop=15")
    page.locator("#id_change_reason").fill("One of them")
    page.locator("input[type=submit].default").click()
    expect(page.locator("[role=alert]")).to_be_visible()


# -- forms ------------------------------------------------------------------------------------------------------------


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


def type_a_symbol_like_others(page, language=""):
    page.goto(f"{language}/admin/mandates/document/add/")
    page.locator("#id_symbol").press_sequentially("Council Resolution 1282 (Mod. 2010)")
    expect(page.locator(".symbol-told a").first).to_be_visible()
    send(page)
    expect(page.locator("#id_is_another")).to_be_visible()


def draw_a_fact(page, language=""):
    page.goto(f"{language}/admin/mandates/provision/1/change/")
    page.locator(".object-tools a[href*='/admin/action_lines/role/add/']").click()
    expect(page.locator("#id_sources-0-words")).to_have_count(1)


def meet_with_what_another_saved(page, language=""):
    """Two windows on one form; what the second saved stands beside what was typed in the first."""
    page.goto(f"{language}/admin/mandates/document/1/change/")
    with page.context.expect_page() as opened:
        page.evaluate("window.open('/admin/mandates/document/1/change/')")
    other = opened.value
    other.locator("#id_place").fill(f"Geneva {next(NOBODY)}")
    other.locator("#id_change_reason").fill("As printed")
    send(other, "_continue")
    expect(other.locator(".messagelist .success")).to_be_visible()
    other.close()
    page.locator("#id_place").fill("Tunis")
    page.locator("#id_change_reason").fill("As I read it")
    send(page)
    expect(page.locator("#conflict table")).to_be_visible()


# -- documents, meetings, tasks ---------------------------------------------------------------------------------------


def split_a_text(page, language=""):
    page.goto(f"{language}/admin/mandates/document/1/text/")
    page.locator("#id_text").fill(TEXT)
    page.locator("input[type=submit].default").click()
    expect(page.locator("input[name=make]")).to_be_visible()


def make_no_provision(page, language=""):
    split_a_text(page, language)
    for box in page.locator("td input[type=checkbox]").all():
        box.uncheck()
    page.locator("input[name$=-label]").first.fill("two words")
    page.locator("td input[type=checkbox]").first.check()
    page.locator("#id_change_reason").fill("As printed")
    page.locator("input[name=make]").click()
    expect(page.locator("#content .errorlist").first).to_be_visible()


def attach_documents_in_vain(page, language=""):
    page.goto(f"{language}/admin/meetings/meeting/9/documents/")
    page.locator("#id_symbols").fill("C06/7\nC06/777")
    page.locator("input[type=submit].default").click()
    expect(page.locator(".errornote")).to_be_visible()


def make_no_task(page, language=""):
    page.goto(f"{language}/admin/meetings/meeting/72/tasks/")
    for box in page.locator("input[name$=-make]").all():
        box.uncheck()
    page.locator("input[name$=-make]").first.check()
    page.locator("input[name$=-title]").first.fill("")
    page.locator("input[type=submit].default").click()
    expect(page.locator(".errornote")).to_be_visible()


def with_tasks_in_vain(action):
    """The step that ticks tasks, takes an action and does not say why."""

    def step(page, language=""):
        page.goto(f"{language}/admin/meetings/task/")
        for box in page.locator(".action-select").all()[:3]:
            box.check()
        page.locator("select[name=action]").select_option(action)
        page.locator(".actions button[type=submit]").click()
        expect(page.locator("input[name=apply]")).to_have_count(1)
        page.locator("input[type=submit].default").click()
        expect(page.locator(".errornote")).to_be_visible()

    step.__name__ = f"{action}_tasks_in_vain"
    return step


# -- official reports -------------------------------------------------------------------------------------------------


def issue_in_vain(page, language=""):
    page.goto(f"{language}/admin/reports/report/1/issue/")
    page.locator("input[type=submit].default").click()
    expect(page.locator(".errornote")).to_be_visible()


def issue_a_report(page, language=""):
    page.goto(f"{language}/admin/reports/report/1/issue/")
    page.locator("#id_symbol").fill(f"C77/{next(NOBODY)}")
    page.locator("#id_issued_on").fill("2006-05-02")
    page.locator("#id_change_reason").fill("Agreed by Council")
    page.locator("input[type=submit].default").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def write_into_a_report(page, language=""):
    page.goto(f"{language}/admin/reports/report/1/paragraph/")
    page.locator("#id_text").fill("The Group thanks its chair.")
    page.locator("#id_change_reason").fill("As Council asked")
    page.locator("input[type=submit].default").click()
    page.goto(f"{language}/admin/reports/report/1/paragraph/")
    expect(page.locator("#content li strong").first).to_be_visible()


def compare_with_a_printed_report(page, language=""):
    page.goto(f"{language}/admin/reports/report/1/compare/")
    page.locator("#id_text").fill("1 By Resolution 1196 of the Council, on 7 June 2004.\n2 By Resolution 9999.")
    page.locator("input[type=submit].default").click()
    expect(page.locator("#matched")).to_be_visible()


# -- one's own account ------------------------------------------------------------------------------------------------


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


def sign_in_in_vain(page, language="", name=None):
    be_asked_to_sign_in(page, language)
    page.locator("#id_username").fill(name or next(NOBODY))
    page.locator("#id_password").fill("nothing")
    page.locator("#login-form input[type=submit]").click()


def be_told_that_it_was_wrong(page, language=""):
    sign_in_in_vain(page, language)
    expect(page.locator(".errornote")).to_be_visible()


def be_told_to_wait(page, language=""):
    """Six times wrong is once too often."""
    for _try in range(6):
        sign_in_in_vain(page, language, "whoever")
    expect(page.locator("h1")).to_be_visible()


def change_the_password_in_vain(page, language=""):
    page.goto(f"{language}/account/password/")
    page.locator(".entry button").click()
    expect(page.locator("[role=alert]")).to_be_focused()


def begin_a_second_factor(page, language=""):
    page.goto(f"{language}/account/security/")
    page.locator("button[name=begin]").click()
    expect(page.locator("img[src*=svg]")).to_be_visible()


def set_up_a_second_factor_in_vain(page, language=""):
    begin_a_second_factor(page, language)
    page.locator("#id_code").fill("x")
    page.locator(".entry button").click()
    expect(page.locator("[role=alert]")).to_be_visible()


def see_how_one_signs_in(page, language=""):
    page.goto(f"{language}/account/security/")
    expect(page.locator("#id_proof")).to_be_visible()


def be_asked_for_the_code(page, language=""):
    page.goto(f"{language}/account/code/")
    expect(page.locator("#id_code")).to_be_visible()


def make_new_recovery_codes(page, language=""):
    page.goto(f"{language}/account/security/")
    page.locator("form[action$='recovery-codes/'] button").click()
    expect(page.locator("section[role=status] li")).to_have_count(10)


#: The pages of the admin, and of one's own account, that an address opens.
STAFF = """
/admin/ /admin/mandates/ /admin/mandates/document/ /admin/mandates/document/add/ /admin/meetings/task/ /admin/action_lines/role/?o=1.-3
/admin/meetings/meeting/?kind__exact=prepcom&_facets=True /admin/meetings/meeting/add/ /admin/meetings/task/1/change/
/admin/meetings/progress/1/delete/ /admin/mandates/document/add/?_popup=1 /admin/mandates/document/1/change/
/admin/mandates/document/1/delete/ /admin/mandates/document/1/history/ /admin/mandates/document/1/history/1/
/admin/mandates/document/1/text/ /admin/mandates/provision/1/change/ /admin/mandates/organisation/import/
/admin/mandates/organisation/deleted/ /admin/mandates/organisation/merge/?keep=1&drop=3
/admin/meetings/meeting/9/change/ /admin/meetings/meeting/9/next/ /admin/meetings/meeting/9/documents/ /admin/meetings/meeting/72/order/
/admin/meetings/meeting/72/questions/ /admin/meetings/meeting/72/tasks/ /admin/meetings/meeting/1/tasks/ /admin/meetings/conclusion/1/tasks/
/admin/reports/report/1/change/ /admin/reports/issuedreport/ /admin/reports/paragraphtext/
/admin/register/change/ /admin/register/change/1/change/ /admin/register/proposal/ /admin/register/proposal/1/change/
/admin/accounts/user/ /admin/accounts/user/add/ /admin/accounts/user/1/change/ /admin/accounts/user/1/password/
/admin/accounts/apitoken/ /admin/accounts/accountevent/ /admin/accounts/accountevent/1/change/ /admin/axes/accessattempt/
/admin/auth/group/1/change/ /admin/password_change/done/ /account/tokens/ /account/security/ /account/password/
/account/language/
""".split()
#: The steps, each with the name of the address at which it ends; what belongs to one kind of record among many goes without its kind.
STEPS = {
    select_records_and_an_action: "changelist",
    ask_to_delete_many: "changelist",
    find_nothing: "changelist",
    save_a_filter: "changelist",
    see_what_was_deleted: "deleted",
    look_at_what_was_deleted: "bring_back",
    preview_a_file_with_mistakes: "import",
    preview_a_file_that_changes: "import",
    confirm_a_file_too_late: "process_import",
    merge_in_vain: "merge",
    save_an_empty_form: "add",
    add_a_line_to_every_table: "add",
    choose_by_typing: "change",
    type_a_symbol_like_others: "add",
    draw_a_fact: "add",
    meet_with_what_another_saved: "change",
    split_a_text: "text",
    make_no_provision: "text",
    attach_documents_in_vain: "documents",
    make_no_task: "tasks",
    with_tasks_in_vain("move"): "move",
    with_tasks_in_vain("extend"): "extend",
    with_tasks_in_vain("assign"): "assign",
    issue_in_vain: "issue",
    issue_a_report: "change",
    write_into_a_report: "paragraph",
    compare_with_a_printed_report: "compare",
    ask_for_a_token_in_vain: "tokens",
    make_a_token: "tokens",
    be_asked_to_sign_in: "login",
    be_told_that_it_was_wrong: "login",
    be_told_to_wait: "login",
    change_the_password_in_vain: "password-change",
    begin_a_second_factor: "second-factor",
    set_up_a_second_factor_in_vain: "second-factor",
    be_asked_for_the_code: "sign-in-code",
    see_how_one_signs_in: "security",
    make_new_recovery_codes: "recovery-codes",
}
#: Who takes a step where it is not the administrator without a second factor: the fixture of the page.
WHOSE = {be_asked_for_the_code: "halfway", issue_a_report: "reviewing", see_how_one_signs_in: "guarded", make_new_recovery_codes: "guarded"}
