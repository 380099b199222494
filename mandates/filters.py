"""What can be asked of organisations, documents, mandates and the facts around them."""

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from wsis_tracker.rest.filters import (
    LONGEST_VALUE,
    ONE,
    RANGE,
    DayFilter,
    KnownFilter,
    RecordFilter,
    RecordFilterSet,
    StrictFilterSet,
    TrueFalseFilter,
)

from .models import (
    Appointment,
    Document,
    Figure,
    Mandate,
    Mention,
    Organisation,
    Person,
    Provision,
    Relation,
)
from .models.mandates import MandateAddressee
from .models.organisations import Capacity


class SectorFilter(RecordFilter):
    """Keep what the link to an organisation leads from to one of the Sectors or other organisations, or to an organ of a Sector."""

    @property
    def column(self):
        return Coalesce(f"{self.field_name}__sector__slug", f"{self.field_name}__slug")

    def filter(self, qs, value):
        if value is None:
            return qs
        theirs = Q(**{f"{self.field_name}__in": value}) | Q(**{f"{self.field_name}__sector__in": value})
        return qs.filter(pk__in=qs.model._base_manager.filter(theirs, **self.where).order_by().values("pk"))


class OrganisationFilterSet(RecordFilterSet):
    open_to = RecordFilter(field_name="open_to__organisation", label=_("Open to"))

    class Meta:
        model = Organisation
        fields = {
            "kind": ONE,
            "acronym": ONE,
            "iso_code": ONE,
            "parent": ONE,
            "sector": ONE,
            "predecessor": ONE,
            "valid_from": RANGE,
            "valid_until": RANGE,
        }


class PersonFilterSet(RecordFilterSet):
    class Meta:
        model = Person
        fields = {"country": ONE}


class AppointmentFilterSet(RecordFilterSet):
    body = RecordFilter(field_name="organisation", label=_("Body"))
    titular = TrueFalseFilter(method="keep_titular", label=_("Titular"))

    class Meta:
        model = Appointment
        fields = {
            "person": ONE,
            "organisation": ONE,
            "office": ONE,
            "capacity": ONE,
            "appointed_by": ONE,
            "valid_from": RANGE,
            "valid_until": RANGE,
        }

    def keep_titular(self, queryset, name, wanted):
        return queryset.filter(capacity=Capacity.TITULAR) if wanted else queryset.exclude(capacity=Capacity.TITULAR)


class SymbolFilter(KnownFilter):
    """Keep the documents that bear one of the symbols, in any spelling."""

    def known(self, values):
        return {value: value for value in values}

    def filter(self, qs, value):
        return qs if value is None else qs.filter(pk__in=qs.model.objects.known_as(*value).order_by().values("pk"))


class DocumentFilterSet(RecordFilterSet):
    symbol = SymbolFilter(field_name="symbol", label=_("Symbol"))
    author = RecordFilter(field_name="authors__organisation", label=_("Author"))

    class Meta:
        model = Document
        fields = {
            "kind": ONE,
            "stage": ONE,
            "body": ONE,
            "phase": ONE,
            "symbol": ["exact"],
            "dated_on": RANGE,
            "covers_from": RANGE,
            "covers_to": RANGE,
        }


class SymbolFilterSet(StrictFilterSet):
    """A symbol as somebody writes it, on a day."""

    symbol = CharFilter(required=True, max_length=LONGEST_VALUE, label=_("Symbol"))
    as_of = DayFilter(label=_("As of"))

    class Meta:
        model = Document
        fields = []


class ProvisionFilterSet(RecordFilterSet):
    class Meta:
        model = Provision
        fields = {"document": ONE, "parent": ONE, "kind": ONE, "label": ONE, "number": ONE}


class RelationFilterSet(RecordFilterSet):
    class Meta:
        model = Relation
        fields = {
            "document": ONE,
            "provision": ONE,
            "kind": ONE,
            "target": ONE,
            "target_symbol": ONE,
            "target_provision": ONE,
            "valid_from": RANGE,
            "valid_until": RANGE,
        }


class MandateFilterSet(RecordFilterSet):
    addressee = RecordFilter(
        field_name="addressees__organisation",
        where={"addressees__part": MandateAddressee.PartTaken.ADDRESSEE},
        label=_("Addressee"),
    )
    sector = SectorFilter(
        field_name="addressees__organisation",
        where={"addressees__part": MandateAddressee.PartTaken.ADDRESSEE},
        label=_("Sector"),
    )
    document = RecordFilter(field_name="made_in__document", label=_("Made in document"))
    action_line = RecordFilter(field_name="action_lines__record", label=_("Action line"))
    without_task = TrueFalseFilter(method="keep_without_task", label=_("Without a task"))

    class Meta:
        model = Mandate
        fields = {
            "made_in": ONE,
            "parent": ONE,
            "nature": ONE,
            "modality": ONE,
            "reports_to": ONE,
            "reports_via": ONE,
            "valid_from": RANGE,
            "valid_until": RANGE,
        }

    def keep_without_task(self, queryset, name, wanted):
        without = queryset.without_task(self.day_or_today)
        return without if wanted else queryset.exclude(pk__in=without.order_by().values("pk"))

    @classmethod
    def get_filters(cls):
        cls.declared_filters["with"] = RecordFilter(  # a word of the language, so no attribute can bear it
            field_name="addressees__organisation",
            where={"addressees__part": MandateAddressee.PartTaken.WITH},
            label=_("With"),
        )
        return super().get_filters()


class MentionFilterSet(RecordFilterSet):
    document = RecordFilter(field_name="provision__document", label=_("Document"))
    sector = SectorFilter(field_name="organisation", label=_("Sector"))
    without_mandate = TrueFalseFilter(method="keep_without", label=_("Without a mandate"))
    without_task = TrueFalseFilter(method="keep_without", label=_("Without a task"))
    without_role = TrueFalseFilter(method="keep_without", label=_("Without a role"))
    without_follow_up = TrueFalseFilter(method="keep_without_follow_up", label=_("Without a mandate, a task or a role"))

    class Meta:
        model = Mention
        fields = {"provision": ONE, "organisation": ONE, "certainty": ONE}

    def keep_without(self, queryset, name, wanted):
        return self.kept(queryset, queryset.without(f"{name.removeprefix('without_')}s", self.day_or_today), wanted)

    def keep_without_follow_up(self, queryset, name, wanted):
        return self.kept(queryset, queryset.without_follow_up(self.day_or_today), wanted)

    def kept(self, queryset, without, wanted):
        return without if wanted else queryset.exclude(pk__in=without.order_by().values("pk"))


class FigureFilterSet(RecordFilterSet):
    sector = SectorFilter(field_name="organisation", label=_("Sector"))

    class Meta:
        model = Figure
        fields = {
            "organisation": ONE,
            "counts": ONE,
            "funding": ONE,
            "unit": ONE,
            "about": ["exact"],
            "value": RANGE,
            "period_from": RANGE,
            "period_to": RANGE,
            "dated_on": RANGE,
        }
