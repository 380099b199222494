"""The chain of a document: what it amends, revises or continues, and what does so to it, in two queries at any length."""

import datetime
from itertools import pairwise

import pytest

from mandates.models.relations import LONGEST_CHAIN, chain_of
from tests.factories import DocumentFactory, RelationFactory
from wsis_tracker.chain import drawing

pytestmark = pytest.mark.django_db


def amending(number):
    """Documents of which each amends the one before."""
    documents = [DocumentFactory(dated_on=str(1900 + year)) for year in range(number)]
    for earlier, later in pairwise(documents):
        RelationFactory(document=later, target=earlier, valid_from=later.dated_on)
    return documents


@pytest.mark.parametrize("number", [2, 12])
def test_a_chain_and_its_drawing_take_two_queries_at_any_length(number, django_assert_num_queries):
    documents = amending(number)
    for document in (documents[0], documents[number // 2], documents[-1]):
        with django_assert_num_queries(2):
            chain = chain_of(document)
            drawn = drawing(chain)
        assert chain.documents == documents
        assert set(chain.links) == set(zip(documents[1:], documents, strict=False))
        assert len(drawn.lines) == number - 1


def test_a_document_that_bears_on_none_is_in_no_chain(django_assert_num_queries):
    document = DocumentFactory()
    RelationFactory(document=document, kind="cites")
    with django_assert_num_queries(1):
        assert chain_of(document).documents == []


def test_a_chain_is_walked_over_branches_and_circles_and_a_link_of_two_kinds_is_drawn_once():
    first, second, third, branch = (DocumentFactory(dated_on=day) for day in ["2001", "2002", "2003", "2004"])
    for later, earlier in [(second, first), (third, second), (third, first), (branch, first), (first, branch)]:
        RelationFactory(document=later, target=earlier)
    RelationFactory(document=second, target=first, kind="continues")
    for document in (first, second, third, branch):
        assert set(chain_of(document).documents) == {first, second, third, branch}
    assert len(drawing(chain_of(third)).lines) == 5


def test_a_chain_of_a_day_has_the_links_and_the_documents_of_that_day():
    first, second, _third = amending(3)
    assert chain_of(first, datetime.date(1901, 6, 1)).documents == [first, second]
    assert chain_of(first, datetime.date(1900, 6, 1)).documents == []


def test_a_link_that_is_a_draft_leads_nowhere():
    first, second = amending(2)
    third = DocumentFactory(dated_on="1950")
    RelationFactory(document=third, target=second, visibility="draft")
    assert chain_of(first).documents == [first, second]


def test_a_chain_is_followed_as_far_as_the_longest():
    documents = amending(LONGEST_CHAIN + 5)
    assert chain_of(documents[0]).documents == documents[: LONGEST_CHAIN + 1]
