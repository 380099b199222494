"""A relation to a document that was not in the register leads to it from the day it arrives."""

import pytest

from mandates.models import Document, DocumentAlias, Relation
from tests.factories import DocumentFactory, RelationFactory
from tests.forms import address, form_of
from wsis_tracker.register.changes import act
from wsis_tracker.register.models import Change
from wsis_tracker.register.restoring import State, restore

pytestmark = pytest.mark.django_db


def waiting(symbol="Council Resolution 9001", **values):
    return RelationFactory(target=None, target_symbol=symbol, **values)


def now(relation):
    relation.refresh_from_db()
    return relation.target, relation.target_symbol


@pytest.mark.parametrize("typed", ["Council Resolution 9001", "Council Res. 9001", "Resolution 9001 of the Council"])
def test_a_relation_is_joined_to_the_document_in_any_spelling_and_in_the_same_act(typed):
    relation = waiting(typed)
    document = DocumentFactory(symbol="Council Resolution 9001")
    assert now(relation) == (document, "")
    assert relation.history.first().change == document.history.first().change


def test_an_alias_that_is_printed_joins_and_a_guess_does_not():
    relation = waiting("PLEN/9001")
    document = DocumentFactory()
    for certainty, target in [("probable", None), ("printed", document)]:
        with act(reason="an alias"):
            DocumentAlias(record=document, text=f"PLEN/9001{'' if certainty == 'printed' else ' '}", certainty=certainty).save()
        assert now(relation)[0] == target


def test_a_published_relation_leads_to_no_draft_and_is_joined_when_that_is_published():
    published, draft = waiting(), waiting(visibility="draft")
    document = DocumentFactory(symbol="Council Resolution 9001", visibility="draft")
    assert now(published) == (None, "Council Resolution 9001")
    assert now(draft) == (document, "")
    with act(reason="checked"):
        Document.objects.filter(pk=document.pk).show_as("published")
    assert now(published) == (document, "")


def test_a_relation_that_would_break_a_rule_stays_as_it_was():
    document = DocumentFactory()
    itself = waiting(document=document)
    with act(reason="its symbol is found"):
        document.symbol = "Council Resolution 9001"
        document.save()
    assert now(itself) == (None, "Council Resolution 9001")
    twice = RelationFactory(document=DocumentFactory(), target=document)
    waiting_twice = waiting("C88/9001", document=twice.document)
    with act(reason="an alias"):
        DocumentAlias(record=document, text="C88/9001").save()
    assert now(waiting_twice) == (None, "C88/9001")


def test_a_new_relation_to_a_symbol_that_the_register_has_leads_to_its_document(client, sign_in):
    sign_in("Editor")
    document, held = DocumentFactory(visibility="draft"), DocumentFactory(symbol="Council Resolution 9001")
    url = address(Relation, "add")
    data = form_of(client, url) | {"document": document.pk, "kind": "cites", "target_symbol": "Council Res. 9001"}
    assert client.post(url, data).status_code == 302
    relation = Relation.objects.get(document=document)
    assert (relation.target, relation.target_symbol) == (held, "")


def test_a_joined_relation_that_is_brought_back_to_its_symbol_is_not_joined_by_that():
    relation = waiting()
    DocumentFactory(symbol="Council Resolution 9001")
    relation.refresh_from_db()
    with act(reason="another was meant"):
        restore(relation, State(relation.history.earliest(), {}))
    assert now(relation) == (None, "Council Resolution 9001")


def test_who_enters_or_publishes_the_document_is_told_what_was_joined(client, sign_in):
    sign_in("Editor")
    drafted, published = waiting(visibility="draft"), waiting()
    url = address(Document, "add")
    data = form_of(client, url) | {"symbol": "Council Resolution 9001", "title_en": "It arrives"}
    page = client.post(url, data, follow=True).content.decode()
    assert f"1 relation now leads here: {drafted.document} amends Council Resolution 9001" in page
    document = Document.objects.get(symbol="Council Resolution 9001")
    sign_in("Reviewer")
    action = {"action": "publish", "_selected_action": [document.pk], "change_reason": "Checked"}
    page = client.post(address(Document, "changelist"), action, follow=True).content.decode()
    assert f"1 relation now leads here: {published.document} amends" in page
    assert published.history.first().change == Change.objects.get(reason="Checked")


def test_saving_a_document_asks_once_for_the_relations_that_wait(django_assert_num_queries):
    document = DocumentFactory()
    with act(reason="a note"):
        document.staff_note = "Read"
        with django_assert_num_queries(5):  # its texts for the search, the document, its history, and the relations
            document.save()
