"""A document, the mandate drawn from it and the task that follows go to review, and to the public, as one."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandates.models import Document, Mandate
from meetings.models import Task
from tests.factories import DocumentFactory, MandateFactory, OrganisationFactory, ProvisionFactory, TaskFactory
from tests.forms import address
from wsis_tracker.register.changes import act
from wsis_tracker.register.four_eyes import OwnWork
from wsis_tracker.register.models import Change
from wsis_tracker.register.together import show, with_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    """A task of a mandate that a paragraph of a document gives, all of them drafts."""
    document = DocumentFactory(visibility="draft", symbol="C66/1")
    mandate = MandateFactory(visibility="draft", made_in=ProvisionFactory(document=document))
    return document, mandate, TaskFactory(visibility="draft", mandate=mandate)


def visibilities(chain):
    return [type(record).objects.get(pk=record.pk).visibility for record in chain]


def ask(client, task, action):
    data = {"action": action, "_selected_action": [task.pk], "change_reason": "As adopted"}
    return client.post(address(Task, "changelist"), data, follow=True).text


def test_an_editor_sends_all_to_review_in_one_act_and_a_reviewer_publishes_it_in_one(chain, client, sign_in):
    task = chain[-1]
    sign_in("Editor")
    before = Change.objects.count()
    assert "3 records" in ask(client, task, "send_to_review_with_named")
    assert visibilities(chain) == ["in-review"] * 3
    sign_in("Reviewer")
    assert "3 records" in ask(client, task, "publish_with_named")
    assert visibilities(chain) == ["published"] * 3
    assert Change.objects.count() == before + 2


def test_what_is_named_stays_behind_where_it_is_not_asked_for(chain, client, sign_in):
    sign_in("Reviewer")
    assert "Publish first what this record points to" in ask(client, chain[-1], "publish")
    assert visibilities(chain) == ["draft"] * 3


def test_what_is_as_far_already_stays_as_it_is(chain):
    document, mandate, task = chain
    with act(reason="Seen"):
        Document.objects.filter(pk=document.pk).show_as("published")
        Mandate.objects.filter(pk=mandate.pk).show_as("in-review")
    assert with_named(Task.objects.filter(pk=task.pk), "in-review") == [task]
    assert with_named(Task.objects.filter(pk=task.pk), "published") == [task, mandate]


def test_all_goes_or_nothing(chain, client, sign_in):
    with act(reason="hidden"):
        hidden = OrganisationFactory(visibility="draft", parent=OrganisationFactory(visibility="draft"))
    with act(reason="Not all of it"), pytest.raises(ValidationError, match="Publish first"):
        show([*chain, hidden], "published")
    assert visibilities([*chain, hidden]) == ["draft"] * 4


def test_nobody_publishes_his_own_mandate_by_publishing_anothers_task(chain, client, sign_in):
    reviewer = sign_in("Reviewer")
    with act(reason="Sent"):
        Document.objects.filter(pk=chain[0].pk).show_as("in-review")
    with act(by=reviewer, reason="Sent"):
        Mandate.objects.filter(pk=chain[1].pk).show_as("in-review")
    said = ask(client, chain[-1], "publish_with_named")
    assert "you sent it to review" in said
    assert "records: published" not in said
    assert "published" not in visibilities(chain)
    with pytest.raises(OwnWork), act(by=reviewer, reason="x"):
        show(with_named(Task.objects.filter(pk=chain[-1].pk), "published"), "published")


def test_nobody_publishes_unseen_what_its_author_has_not_handed_in(chain, client, sign_in):
    sign_in("Reviewer")
    assert "Publish first what this record points to" in ask(client, chain[-1], "publish_with_named")
    assert visibilities(chain) == ["draft"] * 3


def test_what_somebody_moved_after_it_was_read_is_not_moved_back(chain):
    read = with_named(Task.objects.filter(pk=chain[-1].pk), "in-review")
    with act(reason="Published meanwhile"):
        Document.objects.filter(pk=chain[0].pk).show_as("published")
    with act(reason="Sent"), pytest.raises(ValidationError, match="Changed since: C66/1"):
        show(read, "in-review")
    assert visibilities(chain) == ["published", "draft", "draft"]


def test_an_editor_publishes_nothing(chain, client, sign_in):
    sign_in("Editor")
    ask(client, chain[-1], "publish_with_named")
    assert visibilities(chain) == ["draft"] * 3


def test_sending_to_review_takes_nothing_off_the_public(client, sign_in):
    sign_in("Reviewer")
    public, draft = TaskFactory(), TaskFactory(visibility="draft")
    data = {"action": "send_to_review", "_selected_action": [public.pk, draft.pk], "change_reason": "Ready"}
    assert "1 record: in review" in client.post(address(Task, "changelist"), data, follow=True).text
    assert visibilities([public, draft]) == ["published", "in-review"]


def test_publishing_what_is_published_writes_nothing_and_says_so(client, sign_in):
    sign_in("Reviewer")
    task, before = TaskFactory(), Change.objects.count()
    assert "there is nothing to move there" in ask(client, task, "publish")
    assert Change.objects.count() == before


def test_more_than_an_act_should_hold_are_not_moved(client, sign_in, monkeypatch):
    monkeypatch.setattr("wsis_tracker.register.together.MOST", 2)
    sign_in("Editor")
    tasks = [TaskFactory(visibility="draft") for _ in range(3)]
    data = {"action": "send_to_review", "_selected_action": [task.pk for task in tasks], "change_reason": "Ready"}
    assert "At most 2 records are moved at once" in client.post(address(Task, "changelist"), data, follow=True).text
    assert visibilities(tasks) == ["draft"] * 3


def test_of_many_that_are_refused_as_many_are_named_as_a_person_reads(client, sign_in):
    sign_in("Reviewer")
    tasks = [TaskFactory(visibility="draft", mandate=MandateFactory(visibility="draft")) for _ in range(12)]
    with act(reason="At once"), pytest.raises(ValidationError, match="and 2 more"):
        show(tasks, "published")


def test_what_one_in_review_names_goes_to_review_after_it(chain, client, sign_in):
    Task.objects.filter(pk=chain[-1].pk).update(visibility="in-review")
    sign_in("Editor")
    assert "2 records" in ask(client, chain[-1], "send_to_review_with_named")
    assert visibilities(chain) == ["in-review"] * 3


def test_finding_what_goes_along_takes_no_query_per_record():
    def asked(many):
        keys = [TaskFactory(visibility="draft", mandate=MandateFactory(visibility="draft")).pk for _ in range(many)]
        with CaptureQueriesContext(connection) as captured:
            assert len(with_named(Task.objects.filter(pk__in=keys), "in-review")) == 2 * many
        return len(captured)

    assert asked(1) == asked(12)


def test_a_reason_that_no_database_can_keep_is_refused_in_words(chain, client, sign_in):
    sign_in("Reviewer")
    data = {"action": "publish", "_selected_action": [chain[-1].pk], "change_reason": "a\0b"}
    assert "Null characters are not allowed" in client.post(address(Task, "changelist"), data, follow=True).text
