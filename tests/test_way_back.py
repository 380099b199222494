"""Who leaves a filtered list for a page beside it comes back to the list as it was filtered."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from action_lines.models import Activity
from mandates.models import Organisation
from meetings.models import Meeting, Task
from tests.factories import MeetingFactory, OrganisationFactory, TaskFactory
from tests.forms import address

pytestmark = pytest.mark.django_db
FILTERED = "q=bridge&state__exact=open&p=2"


def addresses(page, beside):
    """The addresses in a page that begin with one."""
    found = re.findall(r'(?:href|action)="([^"]*)"', page.content.decode())
    return [unescape(url) for url in found if unescape(url).partition("?")[0] == beside]


def is_filtered_list(url, model):
    path, _mark, query = url.partition("?")
    return path == address(model, "changelist") and QueryDict(query) == QueryDict(FILTERED)


@pytest.mark.parametrize(
    "action, typed",
    [
        ("move", {"state": "done", "on": "2006-05"}),
        ("extend", {"due_on": "2030"}),
        ("assign", {"organisations": "", "part": "responsible"}),
    ],
)
def test_from_what_is_done_with_many_tasks(action, typed, client, sign_in):
    sign_in("Reviewer")
    tasks = [TaskFactory(title="A bridge").pk for _n in range(2)]
    if "organisations" in typed:
        typed["organisations"] = OrganisationFactory().pk
    page = client.post(f"{address(Task, 'changelist')}?{FILTERED}", {"action": action, "_selected_action": tasks})
    (sent_to,) = addresses(page, address(Task, action))
    assert is_filtered_list(page.context["success_url"], Task)
    refused = client.post(sent_to, {"_selected_action": tasks, "apply": "yes"})
    assert addresses(refused, address(Task, action)) == [sent_to]
    done = client.post(sent_to, {"_selected_action": tasks, "apply": "yes", "change_reason": "x", **typed})
    assert is_filtered_list(done.url, Task)


def test_from_an_import(client, sign_in):
    sign_in("Reviewer")
    (form,) = addresses(client.get(f"{address(Activity, 'changelist')}?q=bridge"), address(Activity, "import"))
    page = client.get(form)
    assert addresses(page, address(Activity, "import")) == [form]
    assert f"{address(Activity, 'changelist')}?q=bridge" in addresses(page, address(Activity, "changelist"))
    file = SimpleUploadedFile("rows.csv", b"slug,kind,title\n,action-taken,A bridge\n")
    preview = client.post(form, {"file": file, "change_reason": "x"})
    (confirm,) = addresses(preview, address(Activity, "process_import"))
    assert client.post(confirm, {"upload": preview.context["upload"].pk}).url == f"{address(Activity, 'changelist')}?q=bridge"
    assert Activity.objects.filter(title="A bridge").exists()
    assert client.post(confirm, {"upload": "0"}).url == form


def test_from_merging_by_way_of_the_record_that_is_kept(client, sign_in):
    sign_in("Administrator")
    kept, gone = OrganisationFactory(name={"en": "Bridges"}), OrganisationFactory(name={"en": "Bridge"})
    tick = {"action": "merge_selected", "_selected_action": [kept.pk, gone.pk]}
    page = client.post(f"{address(Organisation, 'changelist')}?q=bridge", tick)
    typed = {"acronym": "kept", "name": "kept", "change_reason": "They are one"}
    form = client.post(page.url, typed).url
    assert Organisation.objects.filter(pk=gone.pk).count() == 0
    assert form == f"{address(Organisation, 'change', kept.pk)}?_changelist_filters=q%3Dbridge"


def test_from_the_next_meeting_of_a_series_by_way_of_its_form(client, sign_in):
    sign_in("Reviewer")
    last = MeetingFactory(title={"en": "On a bridge"}, series="bridges", number=1)
    tick = {"action": "prepare_next", "_selected_action": [last.pk]}
    page = client.post(f"{address(Meeting, 'changelist')}?q=bridge", tick)
    assert page.url == f"{address(Meeting, 'next', last.pk)}?_changelist_filters=q%3Dbridge"
    assert client.get(page.url).context["success_url"].endswith("?_changelist_filters=q%3Dbridge")


def test_from_an_export_that_cannot_be_made(client, sign_in):
    sign_in("Reviewer")
    TaskFactory(title="A bridge", description="x" * 40_000)
    refused = client.get(f"{address(Task, 'export')}?format=xlsx&q=bridge")
    assert refused.url == f"{address(Task, 'changelist')}?q=bridge"
