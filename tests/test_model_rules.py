"""What a reviewer would have to remember about the models."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError

from mandates.models import Document, OrganisationSource, Provision
from mandates.sources import Source
from tests.factories import (
    ActivityFactory,
    AppointmentFactory,
    ConclusionFactory,
    DocumentFactory,
    MandateFactory,
    MeetingFactory,
    OrganisationFactory,
    ProvisionFactory,
    QuestionFactory,
    RelationFactory,
    RoleFactory,
    SubmissionFactory,
)
from wsis_tracker.register.changes import act
from wsis_tracker.register.records import DatedRecord, Part, PeriodRecord, Record

RECORDS = [model for model in apps.get_models() if issubclass(model, Record)]
PARTS = [model for model in apps.get_models() if issubclass(model, Part)]


@pytest.mark.parametrize("model", [m for m in RECORDS if issubclass(m, PeriodRecord)], ids=lambda m: m.__name__)
def test_every_period_model_keeps_its_constraint(model):
    assert f"{model._meta.model_name}_ends_after_it_begins" in {c.name for c in model._meta.constraints}


@pytest.mark.parametrize("model", [m for m in RECORDS if issubclass(m, DatedRecord)], ids=lambda m: m.__name__)
def test_every_dated_model_says_how_its_date_is_known(model):
    assert f"{model._meta.model_name}_date_has_basis" in {c.name for c in model._meta.constraints}


@pytest.mark.parametrize("model", [m for m in PARTS if issubclass(m, Source)], ids=lambda m: m.__name__)
def test_every_source_row_is_given_once_and_protects_its_provision(model):
    assert {f"{model._meta.model_name}_once", f"{model._meta.model_name}_variant_is_whole"} <= {c.name for c in model._meta.constraints}
    assert model._meta.get_field("provision").remote_field.on_delete is models.PROTECT


@pytest.mark.parametrize("model", RECORDS, ids=lambda m: m.__name__)
def test_every_record_has_a_collection_and_an_ordering_that_ends_in_a_unique_field(model):
    assert model.collection
    last = model._meta.ordering[-1]
    last = (last if isinstance(last, str) else last.expression.name).lstrip("-")
    one_of_a_kind = {("document", "position"), ("meeting", "number")}
    unique = last == "pk" or model._meta.get_field(last).unique
    assert unique or (model.whole or "meeting", last) in one_of_a_kind


@pytest.mark.parametrize("model", RECORDS + PARTS, ids=lambda m: m.__name__)
def test_facts_protect_each_other_and_only_a_whole_takes_its_parts_with_it(model):
    for field in model._meta.concrete_fields:
        if field.is_relation and field.remote_field.on_delete is models.CASCADE:
            parts_whole = field.name in ("record", getattr(model, "whole", None))
            assert parts_whole, f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("model", RECORDS + PARTS, ids=lambda m: m.__name__)
def test_constraints_have_names_of_their_model(model):
    for constraint in model._meta.constraints:
        assert constraint.name.startswith(model._meta.model_name), constraint.name


@pytest.mark.parametrize("model", RECORDS + PARTS, ids=lambda m: m.__name__)
def test_constraints_have_words_of_their_own_where_django_has_none(model):
    for constraint in model._meta.constraints:
        plain = isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition
        nobodys = constraint.name == "document_symbol_is_normalised"  # the model itself sees to it
        assert plain or nobodys or constraint.violation_error_message != constraint.default_violation_error_message, constraint.name


@pytest.mark.django_db
def test_a_cited_provision_cannot_be_deleted(acting):
    provision = ProvisionFactory()
    RoleFactory(made_in=provision)
    with pytest.raises(ProtectedError):
        provision.delete()
    with pytest.raises(ProtectedError):
        provision.document.delete()
    assert Provision.objects.filter(pk=provision.pk).exists()


@pytest.mark.django_db
def test_a_record_makes_its_slug_once():
    with act(reason="slugs"):
        first = Document(symbol="WSIS/PC-9/C/1", title={"en": "x"}, kind="report")
        first.save()
        second = Document(title={"en": "WSIS/PC-9/C/1"}, kind="report")
        second.save()
    assert (first.slug, second.slug) == ("wsis-pc-9-c-1", "wsis-pc-9-c-1-2")
    first.slug = "other"
    with pytest.raises(ValidationError, match="made once"):
        first.full_clean()


@pytest.mark.django_db
class TestVisibility:
    def test_publishing_is_refused_while_anything_pointed_to_is_unpublished(self):
        role = RoleFactory(visibility="draft", organisation=OrganisationFactory(visibility="draft", acronym="HIDDEN"))
        role.visibility = "published"
        with pytest.raises(ValidationError, match="Publish first what this record points to: HIDDEN"):
            role.full_clean()

    def test_publishing_is_refused_while_a_source_is_unpublished(self, acting):
        role = RoleFactory(visibility="draft")
        role.sources.create(provision=ProvisionFactory(document=DocumentFactory(visibility="draft", symbol="DRAFT/1")))
        role.visibility = "published"
        with pytest.raises(ValidationError, match="DRAFT/1"):
            role.full_clean()

    def test_what_published_records_point_to_cannot_be_withdrawn(self):
        role = RoleFactory()
        organisation = role.organisation
        organisation.visibility = "draft"
        with pytest.raises(ValidationError, match="Published records point to this one"):
            organisation.full_clean()

    def test_a_document_cited_through_a_source_cannot_be_withdrawn(self, acting):
        document = DocumentFactory()
        RoleFactory().sources.create(provision=ProvisionFactory(document=document))
        document.visibility = "draft"
        with pytest.raises(ValidationError, match="Published records point to this one"):
            document.full_clean()

    def test_a_part_is_seen_with_its_whole(self):
        hidden = ProvisionFactory(document=DocumentFactory(visibility="draft"))
        assert not Provision.objects.published().filter(pk=hidden.pk).exists()
        assert not hidden.shown_to_public


@pytest.mark.django_db
@pytest.mark.parametrize(
    "record, change, words",
    [
        (lambda: MeetingFactory(), {"held_to": "2005-05-31"}, "ends before it begins"),
        (lambda: DocumentFactory(), {"covers_from": "2006", "covers_to": "2002"}, "ends before it begins"),
        (lambda: DocumentFactory(), {"dated_on": None}, "Say how the date is known"),
        (lambda: RelationFactory(), {"target_symbol": "C06/99"}, "not both"),
        (lambda: OrganisationFactory(), {"kind": "member-state"}, "ISO code"),
        (lambda: ConclusionFactory(), {"date_basis": ""}, "Say how the date is known"),
        (lambda: QuestionFactory(), {"answered_on": "2006-01-01"}, "An answer has a day"),
        (lambda: MandateFactory(), {"valid_until": "2001"}, "ends before it begins"),
    ],
)
def test_a_rule_of_the_database_is_told_in_words(record, change, words):
    record = record()
    for name, value in change.items():
        setattr(record, name, value)
    with pytest.raises(ValidationError) as refusal:
        record.full_clean()
    assert words in " ".join(refusal.value.messages)


def twin_of(record):
    """Another record that says the same."""
    twin = type(record).objects.get(pk=record.pk)
    twin.pk, twin.slug, twin.search, twin._state.adding = None, f"{record.slug}-again", "", True
    return twin


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make, field, words",
    [
        (lambda: OrganisationFactory(kind="member-state", iso_code="XX"), "iso_code", "Another Member State has this ISO code."),
        (ActivityFactory, "__all__", "Another activity of this kind has this number."),
        (ConclusionFactory, "__all__", "The meeting has another conclusion of this item."),
        (RoleFactory, "__all__", "This claim is in the register already."),
        (SubmissionFactory, "__all__", "This document is recorded for this meeting in this direction already."),
    ],
)
def test_what_is_there_already_is_told_in_words(make, field, words):
    with pytest.raises(ValidationError) as refusal:
        twin_of(make()).full_clean()
    assert refusal.value.message_dict == {field: [words]}


@pytest.mark.django_db
class TestLinks:
    def test_a_part_of_a_published_record_leads_to_nothing_unpublished_whoever_writes_it(self):
        source = OrganisationSource(
            record=OrganisationFactory(), provision=ProvisionFactory(document=DocumentFactory(visibility="draft", symbol="DRAFT/2"))
        )
        with pytest.raises(ValidationError, match="leads to an unpublished one: DRAFT/2"):
            source.full_clean()

    def test_a_provision_is_part_of_one_of_its_own_document(self):
        provision = ProvisionFactory(parent=ProvisionFactory())
        with pytest.raises(ValidationError, match="belongs to another document"):
            provision.full_clean()

    def test_a_document_is_deleted_with_its_provisions_and_theirs(self, acting):
        parent = ProvisionFactory(document=DocumentFactory())
        ProvisionFactory(document=parent.document, parent=parent)
        with pytest.raises(RestrictedError):
            parent.delete()
        parent.document.delete()
        assert not Provision.objects.filter(document=parent.document_id).exists()

    def test_no_chain_of_links_leads_back(self):
        whole = OrganisationFactory()
        part = OrganisationFactory(parent=whole)
        whole.parent = part
        with pytest.raises(ValidationError, match="leads back to the record itself"):
            whole.full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make, values",
    [
        (MeetingFactory, {"held_from": "2005-06-01", "held_to": "2005-06"}),
        (MeetingFactory, {"held_from": "2005-06-01", "held_to": "2005"}),
        (DocumentFactory, {"covers_from": "2002-09", "covers_to": "2002"}),
    ],
)
def test_an_end_known_less_exactly_than_its_beginning_is_no_end_before_it(make, values):
    make(**values).full_clean()


@pytest.mark.django_db
def test_a_chair_until_the_first_of_january_is_followed_by_one_from_that_year():
    body = OrganisationFactory()
    AppointmentFactory(organisation=body, valid_from="2002", valid_until="2006-01-01")
    AppointmentFactory(organisation=body, valid_from="2006").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentFactory(organisation=body, valid_from="2005-12-31", valid_until="2006")
