"""The acts on the register in the REST API: a list to look through from its latest, or to follow from any number on."""

from django_filters import CharFilter
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from wsis_tracker.register.changes import Change
from wsis_tracker.rest.fields import api_url
from wsis_tracker.rest.filters import LONGEST_VALUE, ChoiceFilter, InstantFilter, KnownFilter, Ordering, StrictFilterSet, WholeNumberFilter
from wsis_tracker.rest.pagination import NumberedPages
from wsis_tracker.rest.problems import BadParameter
from wsis_tracker.rest.views import Computed

from .changes import CHANGED, CREATED, DELETED, changes_told
from .differences import with_differences
from .feeds import ChangesAtom
from .search import searched

#: The permission to see who made an act and why, and all that it touched.
SEE_ALL = "register.view_change"


def sees_all(request):
    """Whether who asks may see who acted, and drafts."""
    return bool(request) and request.user.has_perm(SEE_ALL)


class AccountFilter(KnownFilter):
    """Keep the acts of the accounts named."""

    def known(self, values):
        accounts = Change.by.field.related_model.objects
        return {account.get_username(): account for account in accounts.filter(**{f"{accounts.model.USERNAME_FIELD}__in": values})}


class ChangeFilterSet(StrictFilterSet):
    """Which acts: on what, whose, of which request, since when. Who made an act and in which request only the staff can ask."""

    collection = ChoiceFilter([(name, name) for name in searched()], method="keep_all", label="Acts on records of this collection")
    slug = CharFilter(method="keep_all", max_length=LONGEST_VALUE, label="Acts on the record of this slug, in the collection given")
    by = AccountFilter(label="Acts of this account; for the staff alone")
    request_id = CharFilter(max_length=64, label="Acts of this request; for the staff alone")
    since = InstantFilter(field_name="at", lookup_expr="gte", label="Acts from this instant on, or from midnight of this day")
    after = WholeNumberFilter(field_name="number", lookup_expr="gt", label="Acts with a higher number")
    ordering = Ordering(fields=["number"], label="By number, oldest first; with a minus, as without it, latest first")

    class Meta:
        model = Change
        fields = []

    #: The filters that the staff alone have.
    STAFFS = {"by", "by__in", "request_id"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = sees_all(self.request)
        self.filters = {name: known for name, known in self.filters.items() if name in self.known_filters}

    @property
    def known_filters(self):
        return {name: known for name, known in super().known_filters.items() if self.staff or name not in self.STAFFS}

    def keep_all(self, queryset, name, value):
        """Applied by `found`."""
        return queryset

    def refuse_unknown(self, *args, **kwargs):
        super().refuse_unknown(*args, **kwargs)
        if self.form.cleaned_data["slug"] and not self.collections:
            raise BadParameter({"slug": ["Say in which collection."]})

    @property
    def collections(self):
        asked = self.form.cleaned_data
        return [collection for name in ("collection", "collection__in") for collection in asked[name] or []]

    def found(self):
        """The acts asked for that who asks may know of."""
        asked = self.form.cleaned_data
        changes = changes_told(staff=self.staff, collections=self.collections, slug=asked["slug"] or None)
        return self.filter_queryset(changes).select_related("by")


class DifferenceSerializer(serializers.Serializer):
    """A value before the act and after it: a link as the slug of its record, null where there was none to be seen."""

    before = serializers.JSONField()
    after = serializers.JSONField()


class PartDifferenceSerializer(serializers.Serializer):
    """What a part of the record said before the act and after it, by field; null where it was not there."""

    type = serializers.ChoiceField([CREATED, CHANGED, DELETED])
    before = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    after = serializers.DictField(child=serializers.JSONField(), allow_null=True)


class TouchedSerializer(serializers.Serializer):
    """A record that an act touched, with the fields and the parts that differ; `display` and `url` are null where it is not to be seen."""

    collection = serializers.CharField()
    slug = serializers.SlugField()
    type = serializers.ChoiceField([CREATED, CHANGED, DELETED])
    display = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    fields = serializers.DictField(child=DifferenceSerializer())
    parts = serializers.DictField(child=PartDifferenceSerializer(many=True))

    def get_display(self, touched) -> str | None:
        return str(touched.record) if touched.record else None

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, touched):
        return api_url(touched.record, self.context) if touched.record else None


class StaffSerializer(serializers.Serializer):
    """Who acted (empty where a command did), why, and in which request."""

    by = serializers.SerializerMethodField()
    reason = serializers.CharField()
    request_id = serializers.CharField()

    def get_by(self, change) -> str:
        return change.by.get_username() if change.by else ""


class ChangeSerializer(serializers.Serializer):
    """An act on the register: to the public when and what, to the staff also who and why."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    records = TouchedSerializer(many=True)
    staff = StaffSerializer(source="change", required=False, help_text="For the staff alone.")

    def to_representation(self, told):
        shape = super().to_representation(told)
        if not sees_all(self.context["request"]):
            del shape["staff"]
        return shape


class Changes(Computed):
    """The acts on the register, the latest first or oldest first."""

    serializer_class = ChangeSerializer
    filterset_class = ChangeFilterSet
    pagination_class = NumberedPages
    formats = (ChangesAtom,)

    @extend_schema(operation_id="changes_list", responses=ChangeSerializer(many=True))
    def get(self, request, **kwargs):
        """The acts on the register, each with the records that it touched.

        Acts are numbered in the order in which they came to be seen, so nobody who has read up to a number has missed one below it.
        To follow them, ask `?ordering=number` and go on by `next` until it is null; later ask `?ordering=number&after=` the last
        number, or the last address again. Each act comes once; acts in which only the staff sees a difference are left out, so a page
        may have fewer than `limit`.
        `since` is an instant with its offset (`2006-04-01T12:00:00Z`) or a day (`2006-04-01`), which begins at midnight UTC.

        The public is told what happened to published records and when. A record is *created* by the act that publishes it, with all
        that it then says, and *deleted* by the one that withdraws or deletes it, of which only its slug is told; records within it
        (provisions) come and go with it. The staff who may see changes are told of every record all that was written.
        """
        filterset = self.asked()
        page = self.paginate_queryset(filterset.found())
        if isinstance(request.accepted_renderer, ChangesAtom):
            return request.accepted_renderer.answer(self, with_differences(page))
        return self.get_paginated_response(self.get_serializer(with_differences(page, staff=filterset.staff), many=True).data)
