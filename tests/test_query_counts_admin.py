"""The admin's lists and forms take the same few queries at ten rows and at a thousand."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandates.sources import Source
from reports.models import Ruling
from tests import factories
from tests.bulk import MAKERS
from tests.factories import DocumentFactory, MeetingFactory, ProvisionFactory, SubmissionFactory, TaskFactory, UserFactory
from tests.forms import address
from wsis_tracker.register.admin import BoundedPaginator
from wsis_tracker.register.changes import act
from wsis_tracker.register.records import Record

pytestmark = pytest.mark.django_db
MODELS = sorted((model for model in admin.site._registry if issubclass(model, Record)), key=lambda model: model._meta.label)
#: Queries of a list: session and user, permissions, the page, its count, and the values of its filters.
AT_MOST = 12
#: With facets, each filter counts what its values would leave.
WITH_FACETS = 25


@pytest.fixture
def queries(client):
    client.force_login(UserFactory(is_superuser=True))

    def queries(url, send="get", **params):
        getattr(client, send)(url, params)  # what is asked once in a process is asked now
        with CaptureQueriesContext(connection) as captured:
            assert getattr(client, send)(url, params).status_code == 200
        return len(captured)

    return queries


def maker(model):
    """What makes many records of a model; rulings are copies of one."""
    if model is Ruling:
        factories.RulingFactory()
    return MAKERS[model.collection]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_a_list_takes_as_many_queries_at_a_thousand_rows_as_at_ten(model, queries):
    make = maker(model)
    make(10)
    few = queries(address(model, "changelist"), q=" ", o="1")
    make(1000)
    many = queries(address(model, "changelist"), q=" ", o="1")
    assert many <= few <= AT_MOST


@pytest.mark.parametrize("asked, at_most", [({"q": "report"}, AT_MOST), ({"_facets": "True"}, WITH_FACETS)], ids=["found", "facets"])
@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_what_is_found_and_how_many_of_each_kind_takes_no_query_per_row(model, asked, at_most, queries):
    make = maker(model)
    make(10)
    few = queries(address(model, "changelist"), **asked)
    make(200)
    assert queries(address(model, "changelist"), **asked) <= few <= at_most


@pytest.mark.parametrize("model", [m for m in MODELS if m.parts()], ids=lambda m: m._meta.label)
def test_a_form_takes_no_query_per_part(model, queries):
    record = getattr(factories, f"{model.__name__}Factory")()
    sources = [part for part in (model._meta.get_field(name).related_model for name in model.parts()) if issubclass(part, Source)]
    for part in sources:
        part.objects.bulk_create([part(record=record, provision=ProvisionFactory())])
    few = queries(address(model, "change", record.pk))
    for part in sources:
        part.objects.bulk_create(part(record=record, provision=ProvisionFactory()) for _n in range(20))
    assert queries(address(model, "change", record.pk)) <= few


@pytest.mark.parametrize(
    "whole, part, link",
    [(DocumentFactory, ProvisionFactory, "document"), (MeetingFactory, SubmissionFactory, "meeting"), (TaskFactory, None, "record")],
)
def test_a_form_takes_no_query_per_record_that_belongs_to_it(whole, part, link, queries):
    record = whole()
    model = type(record)
    few = queries(address(model, "change", record.pk))
    if part is None:
        with act(reason="moves"):
            for n in range(20):
                record.move_to(["in-progress", "open"][n % 2], on="2005-07-01", by=UserFactory())
    else:
        for _n in range(20):
            part(**{link: record})
    assert queries(address(model, "change", record.pk)) <= few


def test_asking_to_delete_takes_no_query_per_record_that_would_go(queries):
    document = DocumentFactory()
    ProvisionFactory.create_batch(3, document=document)
    few = queries(address(type(document), "delete", document.pk))
    ProvisionFactory.create_batch(30, document=document)
    assert queries(address(type(document), "delete", document.pk)) <= few


@pytest.mark.parametrize("page", ["move", "extend", "assign"])
def test_what_is_done_with_many_tasks_takes_no_query_per_task(page, queries):
    tasks = TaskFactory.create_batch(33)

    def asked(some):
        chosen = {"_selected_action": [task.pk for task in some]}
        return queries(f"/admin/meetings/task/{page}/", send="post", **chosen)

    few = asked(tasks[:3])
    assert asked(tasks) <= few


def test_a_history_takes_no_query_per_version(queries):
    document = DocumentFactory()
    bodies = [factories.OrganisationFactory() for _n in range(12)]

    def edit(times):
        for n in range(times):
            with act(reason="edited"):
                document.body = bodies[n]
                document.save()

    edit(2)
    few = queries(address(type(document), "history", document.pk))
    edit(12)
    assert queries(address(type(document), "history", document.pk)) <= few


def test_no_list_counts_further_than_a_person_pages(client, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "bound", 20)
    client.force_login(UserFactory(is_superuser=True))
    MAKERS["activities"](60)
    page = client.get("/admin/action_lines/activity/?all=")
    assert page.context["cl"].result_count == 21
    assert "more than 20 records" in page.content.decode()
