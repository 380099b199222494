"""From a paragraph a fact is drawn: its form begins with the source, and leads back to the paragraph."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin

from action_lines.models import Role
from mandates.models import Document, Mandate, Mention, Provision
from meetings.models import Conclusion, Task
from tests.factories import DocumentFactory, MandateFactory, OrganisationFactory, ProvisionFactory
from tests.forms import address, errors_of, form_of
from wsis_tracker.admin import DRAWN

pytestmark = pytest.mark.django_db


def paragraph(**values):
    return ProvisionFactory(document=DocumentFactory(visibility="draft", body=OrganisationFactory(), dated_on="2005-06"), **values)


def links(client, record):
    page = client.get(address(type(record), "change", record.pk))
    return {urlsplit(url).path: url for _name, url in page.context["facts_to_draw"]}


def test_every_kind_of_fact_opens_with_the_paragraph_as_its_source(client, sign_in):
    sign_in("Editor")
    provision = paragraph()
    found = links(client, provision)
    assert len(found) == len(DRAWN)
    for url in found.values():
        page = client.get(url)
        assert page.status_code == 200
        sources = next(formset for formset in page.context["inline_admin_formsets"] if formset.formset.prefix == "sources")
        assert [form["provision"].value() for form in sources.formset] == [str(provision.pk)]
        assert not sources.is_collapsible, "what is filled in is seen"
        names = {*page.context["adminform"].form.fields, "drawn_from"}
        assert set(parse_qs(urlsplit(url).query)) <= names, "what the address gives is a field of the form"


@pytest.mark.parametrize(
    "model, given",
    [
        (Mandate, {"valid_from": "2005-06", "date_basis": "printed"}),
        (Role, {"valid_from": "2005-06", "date_basis": "printed"}),
        (Conclusion, {"dated_on": "2005-06", "date_basis": "printed"}),
    ],
)
def test_the_form_begins_with_what_the_document_makes_clear(model, given, client, sign_in):
    sign_in("Editor")
    provision = paragraph()
    initial = client.get(links(client, provision)[address(model, "add")]).context["adminform"].form.initial
    body = {Role: {"claimant"}, Conclusion: {"concluded_by"}}.get(model, set())
    given |= dict.fromkeys(body, str(provision.document.body.pk))
    given |= {"provision" if model is Conclusion else "made_in": str(provision.pk)}
    assert given.items() <= initial.items()


def test_a_fact_that_is_saved_has_its_source_and_leads_back_to_the_paragraph(client, sign_in):
    sign_in("Editor")
    provision = paragraph()
    url = links(client, provision)[address(Mandate, "add")]
    data = form_of(client, url) | {"action": "Keep the database", "nature": "new-task", "modality": "instructs"}
    response = client.post(url, data)
    assert response.url == address(Provision, "change", provision.pk)
    mandate = Mandate.objects.get(action="Keep the database")
    assert (mandate.made_in, mandate.sources.get().provision, mandate.valid_from) == (provision, provision, "2005-06")
    url = links(client, provision)[address(Task, "add")]
    assert client.post(url, form_of(client, url) | {"title": "Keep it"}).url == address(Provision, "change", provision.pk)
    task = Task.objects.get(title="Keep it")
    assert (task.mandate, task.sources.get().provision) == (mandate, provision)


def test_what_is_refused_keeps_the_source_and_who_goes_on_with_the_fact_stays(client, sign_in):
    sign_in("Editor")
    provision = paragraph()
    url = links(client, provision)[address(Mention, "add")]
    response = client.post(url, form_of(client, url))
    assert "This field is required" in errors_of(response)
    sources = next(formset.formset for formset in response.context["inline_admin_formsets"] if formset.formset.prefix == "sources")
    assert [form["provision"].value() for form in sources] == [str(provision.pk)]
    response = client.post(url, form_of(client, url) | {"organisation": OrganisationFactory().pk, "_continue": "yes"})
    assert urlsplit(response.url).path == address(Mention, "change", Mention.objects.get(provision=provision).pk)


def test_a_task_names_a_mandate_only_where_the_paragraph_gives_one_alone(client, sign_in):
    sign_in("Editor")
    provision = paragraph()
    for _times in range(2):
        MandateFactory(made_in=provision, visibility="draft")
    assert "mandate=" not in links(client, provision)[address(Task, "add")]


def test_of_a_document_facts_are_drawn_from_it_as_a_whole(client, sign_in):
    sign_in("Editor")
    provision = paragraph(label="whole", kind="whole")
    assert f"drawn_from={provision.pk}" in links(client, provision.document)[address(Mandate, "add")]
    assert links(client, DocumentFactory()) == {}


def test_the_paragraphs_of_a_draft_lead_to_no_page_of_the_public(client, sign_in):
    sign_in("Editor")
    draft, published = paragraph(), ProvisionFactory()
    of_draft, of_published = (client.get(address(Document, "change", of.document.pk)).content.decode() for of in (draft, published))
    assert published.get_absolute_url() in of_published
    assert "View on site" in of_published
    assert "View on site" not in of_draft


def test_who_may_only_read_draws_nothing(client, sign_in):
    sign_in("Reader")
    assert links(client, paragraph()) == {}


@pytest.mark.parametrize("given", ["x", "9" * 30, "0"])
def test_a_strange_paragraph_is_no_failure_of_ours(given, client, sign_in):
    sign_in("Editor")
    for model in admin.site._registry:
        if model in (Mandate, Document):
            assert client.get(f"{address(model, 'add')}?drawn_from={given}").status_code == 200
