"""The admin: every page opens, each role does what it may, and what is refused is refused in words."""

from html.parser import HTMLParser
from itertools import cycle

import pytest
from django.contrib import admin
from django.forms.models import ModelChoiceField
from django.urls import reverse

from action_lines.models import Activity, Role
from mandates.models import Appointment, Document, Organisation, Provision
from meetings.models import Task
from tests.factories import (
    ActivityFactory,
    DocumentFactory,
    OrganisationFactory,
    PersonFactory,
    ProvisionFactory,
    RoleFactory,
    RulingFactory,
    TaskFactory,
)
from tests.forms import address, errors_of, form_of
from wsis_tracker.register.models import Change
from wsis_tracker.register.records import Record

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
RECORDS = [model for model in MODELS if issubclass(model, Record)]
ROLES = ["Reader", "Editor", "Reviewer", "Administrator"]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_page_of_every_collection_opens_for_an_administrator(model, client, sign_in):
    sign_in("Administrator")
    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "changelist"), {"q": "itu information"}).status_code == 200
    may_add = admin.site.get_model_admin(model).has_add_permission(type("Request", (), {"user": client.get("/admin/").wsgi_request.user})())
    assert client.get(address(model, "add")).status_code == (200 if may_add else 403)
    record = model.objects.first()
    if record:
        assert client.get(address(model, "change", record.pk)).status_code == 200
        assert client.get(address(model, "history", record.pk)).status_code == 200


class Inline(HTMLParser):
    """What a page carries in itself of styles and code."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        code = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if code or tag == "style" or any(name == "style" or name.startswith("on") for name in given):
            self.found.append(self.get_starttag_text())


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_no_page_of_the_admin_carries_styles_or_code_in_itself_and_its_policy_allows_none(model, client, sign_in):
    sign_in("Administrator")
    record = model.objects.first()
    pages = [address(model, "changelist"), address(model, "add")]
    if record:
        pages += [address(model, page, record.pk) for page in ("change", "delete", "history")]
    if issubclass(model, Record) and record:
        pages.append(address(model, "simple_history", record.pk, record.history.first().pk))
        pages.append(address(model, "deleted"))
    for page in pages:
        check_strict(client, page)


def check_strict(client, page):
    response = client.get(page)
    assert response.status_code in (200, 403)  # nobody adds a change or a proposal by hand
    assert (page, Inline(response.content.decode()).found) == (page, [])
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe-" not in policy


def test_nor_do_the_first_page_of_the_admin_and_that_of_its_door(client, sign_in):
    check_strict(client, "/admin/login/")
    sign_in("Administrator")
    check_strict(client, "/admin/")


@pytest.mark.parametrize("model", RECORDS, ids=lambda m: m._meta.label)
def test_a_record_saved_as_it_was_found_is_valid(model, client, sign_in):
    sign_in("Reviewer")
    record = model.objects.first() or RulingFactory()
    url = address(model, "change", record.pk)
    response = client.post(url, form_of(client, url) | {"change_reason": "Looked through"})
    assert response.status_code == 302, errors_of(response)
    assert record.history.first().history_change_reason == "Looked through"


def test_a_title_is_read_in_the_list_and_in_a_form_that_may_not_be_changed_as_it_is_on_the_page(client, sign_in):
    document = DocumentFactory(title={"en": "Report of the Group", "fr": "Rapport du Groupe"})
    sign_in("Editor")
    for language, title in [("", "Report of the Group"), ("/fr", "Rapport du Groupe")]:
        for page in (address(Document, "changelist"), address(Document, "change", document.pk)):
            html = client.get(language + page, {"q": document.slug} if page.endswith("document/") else {}).content.decode()
            assert title in html
            assert "{&quot;en&quot;" not in html


def test_every_field_of_a_line_is_named(client, sign_in):
    sign_in("Reviewer")
    lines = client.get(address(Task, "change", Task.objects.first().pk)).context["inline_admin_formsets"]
    for formset in lines:
        for bound in formset.formset.empty_form.visible_fields():
            assert f'aria-label="{bound.label}"' in str(bound)


def test_the_index_groups_the_collections_as_staff_think(client, sign_in):
    sign_in("Administrator")
    groups = client.get("/admin/").context["app_list"]
    assert [str(group["name"]) for group in groups] == [
        "What was asked",
        "Who does what",
        "Where it was discussed",
        "Follow-up",
        "Reports",
        "The register",
    ]
    assert {model["object_name"] for group in groups for model in group["models"]} == {model._meta.object_name for model in MODELS}


def test_a_new_record_is_a_draft_with_a_slug_of_its_own_and_its_history_says_who(client, sign_in):
    user = sign_in("Editor")
    data = form_of(client, address(Document, "add")) | {"symbol": "C07/15", "title_en": "A report", "kind": "report"}
    assert client.post(address(Document, "add"), data).status_code == 302
    document = Document.objects.get(symbol="C07/15")
    assert (document.slug, document.visibility, document.history.get().history_user) == ("c07-15", "draft", user)


def test_an_editor_cannot_publish(client, sign_in):
    sign_in("Editor")
    data = form_of(client, address(Document, "add")) | {
        "symbol": "C07/15",
        "title_en": "x",
        "kind": "report",
        "visibility": "published",
        "change_reason": "x",
    }
    response = client.post(address(Document, "add"), data)
    assert "not one of the available choices" in errors_of(response)


@pytest.mark.parametrize("action", ["publish", "withdraw", "delete_selected"])
def test_an_editor_has_no_action_that_touches_what_is_published(action, client, sign_in):
    sign_in("Editor")
    document = DocumentFactory()
    client.post(address(Document, "changelist"), {"action": action, "_selected_action": [document.pk], "post": "yes", "change_reason": "x"})
    assert Document.objects.get(pk=document.pk).visibility == "published"


def test_an_editor_cannot_bring_a_published_record_back_into_review(client, sign_in):
    sign_in("Editor")
    document = DocumentFactory()
    client.post(address(Document, "changelist"), {"action": "send_to_review", "_selected_action": [document.pk], "change_reason": "x"})
    assert Document.objects.get(pk=document.pk).visibility == "published"


def test_a_change_of_a_published_record_takes_a_reason(client, sign_in):
    sign_in("Reviewer")
    url = address(Document, "change", DocumentFactory().pk)
    response = client.post(url, form_of(client, url))
    assert "Say why" in errors_of(response)


def test_records_are_published_all_or_none(client, sign_in):
    sign_in("Reviewer")
    fine, hidden = (
        RoleFactory(visibility="draft"),
        RoleFactory(visibility="draft", organisation=OrganisationFactory(visibility="draft", acronym="HIDDEN")),
    )
    url = reverse("admin:action_lines_role_changelist")
    both = {"action": "publish", "_selected_action": [fine.pk, hidden.pk], "change_reason": "Checked"}
    assert "Publish first what this record points to: HIDDEN" in client.post(url, both, follow=True).content.decode()
    fine.refresh_from_db()
    assert fine.visibility == "draft"
    client.post(url, both | {"_selected_action": [fine.pk]})
    fine.refresh_from_db()
    assert fine.visibility == "published"
    assert fine.history.first().change == Change.objects.get(reason="Checked")


def test_a_part_of_a_published_record_leads_to_nothing_unpublished(client, sign_in):
    sign_in("Reviewer")
    role = RoleFactory()
    hidden = ProvisionFactory(document=DocumentFactory(visibility="draft"))
    url = address(type(role), "change", role.pk)
    data = form_of(client, url) | {
        "sources-TOTAL_FORMS": "1",
        "sources-0-record": role.pk,
        "sources-0-provision": hidden.pk,
        "change_reason": "x",
    }
    response = client.post(url, data)
    assert response.status_code == 200
    assert "leads to an unpublished one" in errors_of(response)
    assert not role.sources.exists()


def test_a_cited_provision_is_not_deleted_and_the_page_names_what_cites_it(client, sign_in):
    sign_in("Administrator")
    provision = Provision.objects.get(slug="wg-wsis-report-2002-2006-footnote")
    cited = Role.objects.filter(sources__provision=provision).first()
    for url, data in [
        (address(Provision, "delete", provision.pk), {"post": "yes"}),
        (address(Provision, "changelist"), {"action": "delete_selected", "_selected_action": [provision.pk], "post": "yes"}),
        (address(Document, "delete", provision.document_id), {"post": "yes"}),
    ]:
        response = client.post(url, data | {"change_reason": "Entered twice"})
        assert "Change or delete them first:" in response.content.decode()
        assert f'Role: <a href="{address(Role, "change", cited.pk)}">' in response.content.decode()
        assert Provision.objects.filter(pk=provision.pk).exists()


def test_a_deletion_is_in_the_history(client, sign_in):
    user = sign_in("Reviewer")
    organisation = OrganisationFactory()
    client.post(address(Organisation, "delete", organisation.pk), {"post": "yes", "change_reason": "Entered twice"})
    row = Organisation.history.filter(slug=organisation.slug).first()
    assert (row.history_type, row.history_user) == ("-", user)
    assert row.history_change_reason == "Entered twice"


def test_a_published_record_is_not_deleted_without_a_reason(client, sign_in):
    sign_in("Reviewer")
    organisation = OrganisationFactory()
    for url, data in [
        (address(Organisation, "delete", organisation.pk), {}),
        (address(Organisation, "changelist"), {"action": "delete_selected", "_selected_action": [organisation.pk]}),
    ]:
        assert "say why" in client.post(url, data | {"post": "yes"}, follow=True).content.decode()
        assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_overlapping_titular_chairs_are_refused_in_words(client, sign_in):
    sign_in("Reviewer")
    data = form_of(client, address(Appointment, "add")) | {
        "person": PersonFactory().pk, "organisation": Organisation.objects.get(slug="wg-wsis").pk, "office": "chair", "capacity": "titular",
        "valid_from": "2005", "date_basis": "printed",
    }  # fmt: skip
    response = client.post(address(Appointment, "add"), data)
    assert response.status_code == 200
    assert "The body has a titular chair in that time already" in errors_of(response)


@pytest.mark.parametrize(
    "values, words",
    [
        ({"symbol": "C06/07", "title_en": "Twice", "kind": "report"}, "is the symbol of a document in the register: C06/7"),
        ({"symbol": "", "kind": "report"}, "This field is required"),
        ({"symbol": "C07/1", "title_en": "x", "kind": "report", "dated_on": "soon"}, "is no date"),
        ({"symbol": "C07/1", "title_en": "x", "kind": "report", "dated_on": "2007"}, "Say how the date is known"),
        ({"symbol": "C07/1", "title_en": "x", "kind": "report", "covers_from": "2006", "covers_to": "2002"}, "ends before it begins"),
        ({"symbol": "C07/1", "title_en": "x", "kind": "report", "body": "999999"}, "not one of the available choices"),
        ({"symbol": "x" * 101, "title_en": "x", "kind": "report"}, "at most 100 characters"),
        ({"symbol": "C07/\x00", "title_en": "x", "kind": "report"}, "Null characters are not allowed"),
    ],
)
def test_wrong_input_is_refused_in_words_at_its_field(values, words, client, sign_in):
    sign_in("Editor")
    response = client.post(address(Document, "add"), form_of(client, address(Document, "add")) | values)
    assert response.status_code == 200
    assert words in errors_of(response)


def test_what_is_there_already_is_told_in_words(client, sign_in):
    sign_in("Editor")
    there = ActivityFactory()
    state = {"name_en": "x", "kind": "member-state", "iso_code": OrganisationFactory(kind="member-state", iso_code="XX").iso_code}
    for model, values, field, words in [
        (Activity, {"title": "x", "kind": there.kind, "number": there.number}, "__all__", "Another activity of this kind has this number."),
        (Organisation, state, "iso_code", "Another Member State has this ISO code."),
    ]:
        response = client.post(address(model, "add"), form_of(client, address(model, "add")) | values)
        assert response.context["adminform"].form.errors == {field: [words]}
        assert words in response.content.decode()


@pytest.mark.parametrize("model", RECORDS, ids=lambda m: m._meta.label)
def test_what_is_no_key_of_a_record_is_refused_at_its_field_wherever_one_is_chosen(model, client, sign_in):
    sign_in("Administrator")
    page = client.get(address(model, "add"))
    data, asked, keys = form_of(client, address(model, "add")), 0, cycle(["abc", "9" * 30, "1.0", "-1"])
    forms = [("", page.context["adminform"].form)]
    for inline in page.context["inline_admin_formsets"]:
        data[f"{inline.formset.prefix}-TOTAL_FORMS"] = "1"
        forms.append((f"{inline.formset.prefix}-0-", inline.formset.empty_form))
    for prefix, form in forms:
        links = [name for name, field in form.fields.items() if isinstance(field, ModelChoiceField) and name != "id"]
        data |= {f"{prefix}{name}": next(keys) for name in links}
        asked += len(links)
    response = client.post(address(model, "add"), data)
    assert response.status_code == 200
    assert errors_of(response).count("not one of the available choices") == asked


class TestTask:
    def test_a_task_is_moved_in_its_form_with_who_and_why(self, client, sign_in):
        user = sign_in("Reviewer")
        task = TaskFactory(opened_on="2005-06-01")
        url = address(Task, "change", task.pk)
        data = form_of(client, url) | {
            "move_to": "in-progress",
            "move_on": "2005-07",
            "move_due_on": "2005-12",
            "move_reason": "Work began",
            "change_reason": "Told by telephone",
        }
        assert client.post(url, data).status_code == 302
        task.refresh_from_db()
        move = task.moves.last()
        assert (task.state, task.due_on, move.by, move.reason, move.on) == ("in-progress", "2005-12", user, "Work began", "2005-07")

    @pytest.mark.parametrize(
        "move, words",
        [
            ({"move_to": "open", "move_on": "2005-07"}, "cannot become"),
            ({"move_to": "done", "move_on": "2004"}, "a new one is no earlier"),
            ({"move_to": "done", "move_on": "soon"}, "is no date"),
        ],
    )
    def test_a_move_that_is_not_allowed_is_refused_in_words(self, move, words, client, sign_in):
        sign_in("Reviewer")
        task = TaskFactory(opened_on="2005-06-01")
        url = address(Task, "change", task.pk)
        response = client.post(url, form_of(client, url) | move | {"change_reason": "x"})
        assert words in errors_of(response)
        assert task.moves.count() == 1

    def test_a_new_task_is_opened_today(self, client, sign_in):
        sign_in("Editor")
        assert client.post(address(Task, "add"), form_of(client, address(Task, "add")) | {"title": "Write the plan"}).status_code == 302
        task = Task.objects.get(title="Write the plan")
        assert (task.state, task.moves.count()) == ("open", 1)


@pytest.mark.parametrize("term, slug", [("unes", "unesco"), ("UNESCO", "unesco"), ("télécommunications internationale", "itu")])
def test_a_record_is_found_by_a_part_of_its_acronym_or_by_its_words(term, slug, client, sign_in):
    sign_in("Editor")
    found = client.get(
        reverse("admin:autocomplete"), {"app_label": "mandates", "model_name": "appointment", "field_name": "organisation", "term": term}
    ).json()
    assert str(Organisation.objects.get(slug=slug).pk) in {result["id"] for result in found["results"]}
