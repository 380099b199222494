"""Who opens which page of the admin: every address that it has, for every role, of drafts and of what is published."""

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from mandates.models import OrganisationEditor
from meetings.models import Meeting
from reports.models import IssuedReport, ParagraphText
from reports.official.builders import build
from reports.official.issuing import issue
from reports.official.writing import write
from tests import factories
from tests.forms import address
from wsis_tracker.accounts.models import AccountEvent, ApiToken, User
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change, Proposal
from wsis_tracker.register.records import Record

pytestmark = pytest.mark.django_db
NOBODY, OURS = "nobody", "who edits for an organisation"
PASSWORD = "auth_user_password_change"
NONE = frozenset()
ADMINISTER = frozenset({"Administrator"})
REVIEW = ADMINISTER | {"Reviewer"}
WRITE = REVIEW | {"Editor"}
LOOK = WRITE | {"Reader"}
ROLES = [NOBODY, OURS, *sorted(LOOK)]

#: Who opens the pages of a collection of records.
OF_A_LIST = {
    "changelist": LOOK, "add": WRITE, "export": LOOK, "import": WRITE, "process_import": WRITE, "deleted": LOOK, "bring_back": LOOK,
    "merge": REVIEW, "symbol": LOOK, "move": WRITE, "extend": WRITE, "assign": WRITE,
}  # fmt: skip
#: Who opens the pages of a record: of a draft, and of a published one.
OF_A_RECORD = {
    "change": (LOOK, LOOK), "history": (LOOK, LOOK), "simple_history": (LOOK, LOOK), "delete": (WRITE, REVIEW), "text": (WRITE, REVIEW),
    "next": (WRITE, WRITE), "documents": (WRITE, WRITE), "order": (WRITE, WRITE), "questions": (WRITE, WRITE), "tasks": (WRITE, WRITE),
    "issue": (REVIEW, REVIEW), "paragraph": (WRITE, REVIEW), "compare": (LOOK, LOOK),
}  # fmt: skip
#: Who opens the pages of what is no record: its list, one and its history; the page that adds; that which deletes.
OTHERS = {
    User: (ADMINISTER, ADMINISTER, ADMINISTER), Group: (ADMINISTER, NONE, NONE), ApiToken: (ADMINISTER, NONE, NONE),
    AccountEvent: (ADMINISTER, NONE, NONE), AccessAttempt: (ADMINISTER, NONE, NONE),
    Change: (LOOK, NONE, NONE), Proposal: (LOOK, NONE, NONE), IssuedReport: (LOOK, NONE, NONE), ParagraphText: (LOOK, NONE, NONE),
}  # fmt: skip
#: The collections in which organisations write of themselves, and the pages that they open; their own records are for other tests.
OWN, OWN_PAGES = {"action_lines.Activity", "meetings.Progress"}, {"changelist", "add", "export"}
#: Rulings are made by those who publish.
RULED = "reports.Ruling"


RECORDS = sorted((model for model in admin.site._registry if issubclass(model, Record)), key=lambda model: model._meta.label)


def pages(model):
    """The names of the pages that the admin has of a model; the address of a record alone, which has none, leads to its form."""
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
    return {pattern.name.removeprefix(prefix) for pattern in admin.site.get_model_admin(model).urls if pattern.name}


def having(page):
    """The collections of records that have such a page."""
    return [model for model in RECORDS if page in pages(model)]


@pytest.fixture
def browsers():
    """A browser of somebody in each role."""
    call_command("make_roles")
    found = {role: Client() for role in ROLES}
    for role in ROLES[1:]:
        user = factories.UserFactory(is_staff=role != OURS)
        if role == OURS:
            with act(reason="rights"):
                OrganisationEditor(record=factories.OrganisationFactory(), user=user).save()
        else:
            user.groups.add(Group.objects.get(name=role))
        found[role].force_login(user)
    return found


def opened(response):
    """Whether a page is given, or a way on from it; a refusal is a 403, a 404, or the way to the door or back to the start."""
    assert response.status_code in (200, 302, 400, 403, 404), response
    onward = response.get("Location", "")
    return response.status_code not in (403, 404) and onward != "/admin/" and not onward.startswith("/admin/login/")


def differing(browsers, url, may):
    """Who opens a page and should not, or the other way round; and who is let in with a form though the page is closed to him."""
    get = {role for role, browser in browsers.items() if opened(browser.get(url))}
    sent = {
        role for role, browser in browsers.items() if role not in may and opened(browser.post(url, {"post": "yes", "change_reason": "x"}))
    }
    return (get ^ may) | sent


def make(model, visibility):
    """A record; one that has no visibility of its own lies in a record that has."""
    factory = getattr(factories, f"{model.__name__}Factory")
    if model.whole is None:
        series = {"series": "a-series"} if model is Meeting else {}
        return factory(visibility=visibility, **series)
    return factory(**{model.whole: make(model._meta.get_field(model.whole).related_model, visibility)})


def deleted(model):
    """The key of a record that was deleted."""
    record = make(model, "draft")
    key = record.pk
    with act(reason="Entered twice"):
        record.delete()
    return key


def address_of_list(model, page):
    """The address of a page of a collection, with what it needs to have something to show."""
    if page == "bring_back":
        return address(model, page, deleted(model))
    if page == "merge":
        return f"{address(model, page)}?keep={make(model, 'draft').pk}&drop={make(model, 'draft').pk}"
    return address(model, page)


def address_of_record(record, page):
    version = [record.history.first().pk] if page == "simple_history" else []
    return address(type(record), page, record.pk, *version)


def rename(person):
    person.name = "Somebody else"
    person.save()


def another(model):
    """One of what is no record."""
    user, person = factories.UserFactory(), factories.PersonFactory()
    made = {
        User: lambda: user,
        Group: Group.objects.first,
        ApiToken: lambda: ApiToken.objects.issue(user, "a token", may_write=False)[0],
        AccountEvent: lambda: AccountEvent.objects.note(AccountEvent.Kind.SIGNED_IN, user),
        AccessAttempt: lambda: AccessAttempt.objects.create(username="somebody", failures_since_start=1),
        Change: Change.objects.first,
        IssuedReport: lambda: issue(factories.ReportFactory(), symbol="C77/9", issued_on="1977-05-06", by=user, reason="Agreed"),
        ParagraphText: lambda: written(factories.ReportFactory(), user),
        Proposal: lambda: Proposal.objects.propose(person, lambda: rename(person), by=user, reason="Spelt otherwise"),
    }
    return made[model]()


def written(report, user):
    """A text in the first paragraph of a report."""
    return write(report, next(build(report).paragraphs()).key, "added", "More.", by=user, reason="As Council asked")


def may_open(model, page, roles):
    if model._meta.label == RULED and roles == WRITE:
        return REVIEW
    return roles | ({OURS} if model._meta.label in OWN and page in OWN_PAGES else set())


def test_every_page_of_the_admin_has_its_row_in_this_table():
    assert {page for model in RECORDS for page in pages(model)} == {*OF_A_LIST, *OF_A_RECORD}
    assert set(admin.site._registry) == {*RECORDS, *OTHERS}
    assert {page for model in OTHERS for page in pages(model)} == {"changelist", "add", "change", "history", "delete", PASSWORD}


@pytest.mark.parametrize("page", OF_A_LIST)
def test_who_opens_a_page_of_a_collection_of_records(page, browsers):
    found = {
        model.__name__: differing(browsers, address_of_list(model, page), may_open(model, page, OF_A_LIST[page])) for model in having(page)
    }
    assert {name: roles for name, roles in found.items() if roles} == {}


@pytest.mark.parametrize("page", OF_A_RECORD)
@pytest.mark.parametrize("visibility", ["draft", "in-review", "published"])
def test_who_opens_a_page_of_a_record(page, visibility, browsers):
    may = OF_A_RECORD[page][visibility == "published"]
    found = {
        model.__name__: differing(browsers, address_of_record(make(model, visibility), page), may_open(model, page, may))
        for model in having(page)
    }
    assert {name: roles for name, roles in found.items() if roles} == {}


@pytest.mark.parametrize("model", OTHERS, ids=lambda model: model.__name__)
def test_who_opens_a_page_of_what_is_no_record(model, browsers):
    look, add, delete = OTHERS[model]
    key = another(model).pk
    lists = {"changelist": look, "add": add}
    of_one = {"change": look, "history": look, "delete": delete}
    addresses = {page: address(model, page) for page in lists} | {page: address(model, page, key) for page in of_one}
    if model is User:
        of_one[PASSWORD], addresses[PASSWORD] = look, reverse(f"admin:{PASSWORD}", args=[key])
    found = {page: differing(browsers, url, (lists | of_one)[page]) for page, url in addresses.items()}
    assert {name: roles for name, roles in found.items() if roles} == {}
