"""Endpoints of records: a viewset is a queryset, a serializer and a filterset, declared.

A record is written by those whose role allows it. What is published is changed by reviewers, with a reason and by naming the
version that was read; an editor's change of it becomes a proposal.
"""

from collections import Counter
from contextlib import contextmanager

from django.core.exceptions import ValidationError as Invalid
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.functional import cached_property
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.response import Response

from wsis_tracker.register.changes import Overtaken, act
from wsis_tracker.register.four_eyes import OwnWork
from wsis_tracker.register.proposals import PUBLISH, Proposal
from wsis_tracker.register.records import Visibility
from wsis_tracker.register.texts import is_text

from .conditional import Stale, VersionRequired, names_version, tag_of
from .fields import api_url
from .filters import is_value
from .idempotency import once
from .pagination import LargePages
from .permissions import RegisterPermission, may_write
from .problems import BadHeader, BadParameter, Conflict
from .reading import ReadingViewSet
from .schema import MOST_AT_ONCE, VERSION
from .serializers import ProposalSerializer, ReasonSerializer, pointed, told

#: What PostgreSQL says where two wait for each other, and where a link leads to nothing.
DEADLOCK, LINK_BROKEN = "40P01", "23503"
#: What reads an `updated_at`, however it is written.
INSTANT = serializers.DateTimeField(allow_null=True)


class NamedByOthers(Conflict):
    """What other records name is not deleted."""

    def __init__(self, naming):
        super().__init__(f"Other records name it: {'; '.join(sorted(map(str, naming))[:5])}.")


def naming_records(error):
    """The records because of which the database deletes nothing: those that name it, or whose parts do."""
    rows = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    return {getattr(row, "record", row) for row in rows}


class RecordViewSet(ReadingViewSet):
    """A collection of the register: read by everybody as far as it is published, written by the staff."""

    permission_classes = [RegisterPermission]
    #: The permission that an action needs, where it is not that of the method.
    needs = None
    #: The member of a body that says why.
    why = "change_reason"
    #: The records of the list that was sent, by their slugs.
    read = {}

    @cached_property
    def shape(self):
        """The serializer of all that was sent: to make one takes longer than to write a record. What several items name is read once."""
        kind = self.detail_serializer_class or self.serializer_class  # what was read of one is sent back among many, too
        return kind(context={**self.get_serializer_context(), "named": {}})

    # -- one ---------------------------------------------------------------------------------------------------------

    def create(self, request, *args, **kwargs):
        return once(request, self.create_many if isinstance(request.data, list) else self.create_one)

    def create_one(self):
        with self.acting() as reason:
            record = self.written(self.request.data, reason)
        return self.answer(record, status.HTTP_201_CREATED)

    def update(self, request, *args, partial=False, **kwargs):
        return once(request, lambda: self.update_one(partial))

    def update_one(self, partial):
        if not self.request.user.has_perm(PUBLISH) and self.locked(self.kwargs["slug"], lock=False).shown_to_public:
            return self.propose(partial)
        with self.acting() as reason:
            record = self.locked(self.kwargs["slug"])
            self.check_version(record)
            self.written(self.request.data, reason, record, partial=partial)
        return self.answer(record)

    def partial_update(self, request, *args, **kwargs):
        return self.update(request, *args, partial=True, **kwargs)

    def destroy(self, request, *args, **kwargs):
        ReasonSerializer(data=request.data).is_valid(raise_exception=True)
        with self.acting() as reason:
            record = self.locked(kwargs["slug"])
            self.check_version(record)
            self.check_may_touch(record, reason)
            record.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def propose(self, partial):
        """Keep an editor's change of a published record for a reviewer; the record stays as it is."""
        with self.telling_conflicts(), transaction.atomic():
            record, reason = self.locked(self.kwargs["slug"]), self.reason()
            self.check_own(record)
            self.check_version(record)
            self.check_reason(reason)
            serializer = self.get_serializer(record, data=self.request.data, partial=partial)
            serializer.is_valid(raise_exception=True)
            proposal = Proposal.objects.propose(record, lambda: self.check_own(serializer.save()), by=self.request.user, reason=reason)
        context = {**self.get_serializer_context(), "record": record}
        return Response(ProposalSerializer(proposal, context=context).data, status.HTTP_202_ACCEPTED)

    # -- many at once: all or none, what is wrong with one is told of its place ---------------------------------------

    def create_many(self):
        with self.acting() as reason:
            records = self.each(self.written, reason)
        return self.answer_many(records, status.HTTP_201_CREATED)

    def bulk_update(self, request, *args, **kwargs):
        return once(request, self.update_many)

    def update_many(self):
        with self.acting() as reason:
            self.lock_all()
            records = self.each(self.change_item, reason)
        return self.answer_many(records, status.HTTP_200_OK)

    def bulk_destroy(self, request, *args, **kwargs):
        with self.acting() as reason:
            self.lock_all()
            self.delete_all(self.each(self.item_to_delete, reason))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def each(self, do, reason):
        """What doing something with each item gives; what is wrong with several is told of all of them."""
        done, wrong = [], {}
        for place, item in self.items():
            try:
                done.append(self.at(place, do, item, reason))
            except serializers.ValidationError as error:
                wrong |= error.detail
        if wrong:
            raise serializers.ValidationError(wrong)
        return done

    def items(self):
        """The items of the list that was sent, each with its place."""
        items = self.request.data
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise serializers.ValidationError({"": ["A list of objects is expected."]})
        if not 0 < len(items) <= MOST_AT_ONCE:
            raise serializers.ValidationError({"": [f"One to {MOST_AT_ONCE} items are taken at once."]})
        slugs = {place: item["slug"] for place, item in enumerate(items) if is_text(item.get("slug"))}
        named = Counter(slugs.values())
        twice = {str(place): {"slug": ["Named more than once."]} for place, slug in slugs.items() if named[slug] > 1}
        if twice:
            raise serializers.ValidationError(twice)
        return list(enumerate(items))

    def lock_all(self):
        """Lock the records of the list that was sent in the order of their keys: two such lists wait one for the other, and not both."""
        if "If-Match" in self.request.headers:
            raise BadHeader("If-Match", "A list has no version: give each record's `updated_at`.")
        slugs = [item["slug"] for _place, item in self.items() if is_text(item.get("slug"))]
        self.read = {record.slug: record for record in self.to_write().lock().filter(slug__in=slugs).order_by("pk")}

    def at(self, place, do, *args):
        """Do something with an item; what is wrong with it is told of its place in the list."""
        try:
            return do(*args)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({str(place): error.detail}) from error
        except APIException as error:
            error.pointer = f"/{place}"
            raise
        except Invalid as error:
            raise serializers.ValidationError({str(place): told(error)}) from error

    def change_item(self, item, reason):
        record = self.locked_item(item)
        if record.shown_to_public and not self.request.user.has_perm(PUBLISH):
            raise PermissionDenied(f"“{record.slug}” is published: propose its change alone, or let a reviewer make it.")
        said = {name: value for name, value in item.items() if name != "updated_at" or value is None}  # the version is asked for already
        return self.written(said, reason, record, partial=True)

    def item_to_delete(self, item, reason):
        others = item.keys() - VERSION.keys() - {self.why}
        if others:
            raise serializers.ValidationError({pointed(name): ["There is no such member here."] for name in sorted(others)})
        record = self.locked_item(item)
        self.check_may_touch(record, reason)
        return record

    def delete_all(self, records):
        """Delete records at once; where one names another one by one, what is named after what names it."""
        try:
            with transaction.atomic():
                self.queryset.model.objects.filter(pk__in=[record.pk for record in records]).delete()
        except (ProtectedError, RestrictedError):
            while records:
                records = self.delete_unnamed(records[::-1])

    def delete_unnamed(self, records):
        """Delete those of the records that no other names, and return the others. Raises NamedByOthers where each is named."""
        named, naming = [], set()
        for record in records:
            try:
                with transaction.atomic():
                    record.delete()
            except (ProtectedError, RestrictedError) as error:
                named.append(record)
                naming |= naming_records(error)
        if len(named) == len(records):
            raise NamedByOthers(naming.difference(records) or naming)
        return named

    def locked_item(self, item):
        """The record that an item is about: by its slug, and in the version that its `updated_at` names."""
        if not is_text(item.get("slug")):
            raise serializers.ValidationError({"slug": ["Say which record it is."]})
        record = self.read.get(item["slug"]) or self.not_there(item["slug"])
        try:
            read = INSTANT.run_validation(item.get("updated_at"))
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"updated_at": error.detail}) from error
        if read is None and record.shown_to_public:
            raise VersionRequired(f"“{record.slug}” is published: give its `updated_at` as you read it.")
        if read not in (None, record.updated_at):
            self.refuse_stale(record)
        return record

    # -- showing to the public, and withdrawing ----------------------------------------------------------------------

    @action(detail=True, methods=["post"], needs=PUBLISH)
    def publish(self, request, slug):
        """Show the record to the public; not by whoever sent it to review or wrote its last words."""
        return once(request, lambda: self.show_as(Visibility.PUBLISHED))

    @action(detail=True, methods=["post"], needs=PUBLISH)
    def withdraw(self, request, slug):
        """Make the record a draft again, which the public does not see, or send it back from review."""
        return once(request, lambda: self.show_as(Visibility.DRAFT))

    @action(detail=True, methods=["post"], needs="change")
    def submit(self, request, slug):
        """Hand a draft to the reviewers."""
        return once(request, lambda: self.show_as(Visibility.IN_REVIEW))

    @classmethod
    def get_extra_actions(cls):
        """A part of another record is shown with its whole, and not by itself."""
        part = cls.queryset is not None and cls.queryset.model.whole is not None
        return [extra for extra in super().get_extra_actions() if not (part and extra.url_path in ("publish", "withdraw", "submit"))]

    def show_as(self, visibility):
        ReasonSerializer(data=self.request.data).is_valid(raise_exception=True)
        with self.acting() as reason:
            record = self.locked(self.kwargs["slug"])
            self.check_version(record)
            self.check_may_touch(record, reason)
            if visibility != Visibility.IN_REVIEW:
                self.check_reason(reason)
            elif record.shown_to_public:
                raise Conflict("It is published, and was reviewed before: withdraw it to make it a draft.")
            self.queryset.model.objects.filter(pk=record.pk).show_as(visibility)
        return self.answer(record)

    # -- what every write has ----------------------------------------------------------------------------------------

    @contextmanager
    def acting(self):
        """The act of the request, all or nothing, with the reason that it gives."""
        reason = self.reason()
        with self.telling_conflicts(), act(by=self.request.user, reason=reason, request_id=self.request.id):
            yield reason

    @contextmanager
    def telling_conflicts(self):
        """What the database refuses, or others have overtaken, is a conflict; what a record's own rules refuse is told of its member."""
        try:
            yield
        except (ProtectedError, RestrictedError) as error:
            raise NamedByOthers(naming_records(error)) from error
        except IntegrityError as error:
            if getattr(error.__cause__, "pgcode", None) == LINK_BROKEN:
                raise Conflict("Somebody else has just deleted what this names. Nothing was written.") from error
            raise Conflict("Somebody else has just recorded the same. Nothing was written.") from error
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != DEADLOCK:
                raise
            raise Conflict("Somebody else was just writing what this has to do with. Nothing was written: send it again.") from error
        except OwnWork as error:
            raise PermissionDenied(" ".join(error.messages)) from error
        except Overtaken as error:
            raise Conflict(f"Somebody else was faster. Nothing was written. {' '.join(error.messages)}") from error
        except Invalid as error:
            raise serializers.ValidationError(told(error)) from error

    def reason(self):
        """Why, as the address or the body says, or the items of a list: an act has one reason, and who gives two is asked which."""
        unknown = set(self.request.query_params) - {"change_reason"}
        if unknown:
            raise BadParameter({name: ["There is no such parameter here."] for name in sorted(unknown)})
        given = self.request.query_params.getlist("change_reason")
        if len(given) > 1:
            raise BadParameter({"change_reason": ["Given more than once."]})
        if not all(map(is_value, given)):
            raise BadParameter({"change_reason": ["A character stands here that no text has."]})
        reason, data = "".join(given).strip(), self.request.data
        if not isinstance(data, list):
            return self.one_reason(data, reason)
        for place, item in enumerate(data):
            reason = self.at(place, self.one_reason, item, reason)
        return reason

    def one_reason(self, item, reason):
        """The reason that was given before, or else the one that an item gives."""
        said = item.get(self.why, "") if isinstance(item, dict) else ""
        if not is_text(said):
            raise serializers.ValidationError({self.why: ["A text is expected."]})
        if reason and said.strip() not in ("", reason):
            raise serializers.ValidationError({self.why: ["Another reason is given for the same act."]})
        return reason or said.strip()

    def locked(self, slug, *, lock=True):
        """The record to be written, which until the end of the act nobody else can write."""
        records = self.to_write().filter(slug=slug)
        return (records.lock() if lock else records).first() or self.not_there(slug)

    def to_write(self):
        """The records that the person may see, without what only readers are shown; with what their words of search are made of."""
        records = self.queryset.model.objects.seen_by(self.request.user)
        return records.prefetch_related(*self.queryset.model.searched_parts())

    def not_there(self, slug):
        raise NotFound(f"There is no “{slug}” in this collection.")

    def now(self, **named):
        """A record as it is now, with all that readers are shown."""
        return self.filterset_class({}, self.get_queryset()).qs.get(**named)

    def check_version(self, record):
        """Refuse to change what was changed since it was read, and what is published by whom does not say what was read."""
        named = names_version(self.request, record)
        if named is False:
            self.refuse_stale(record)
        if named is None and record.shown_to_public:
            raise VersionRequired

    def refuse_stale(self, record):
        raise Stale(self.get_serializer(self.now(pk=record.pk)).data, tag_of(self.state_now(), record))

    def written(self, said, reason, record=None, *, partial=False):
        """Write what was sent of a record; what is published is touched where it was so before, and where it is so after."""
        if record is not None:
            self.check_may_touch(record, reason)
        shape = self.shape
        shape.instance, shape.partial = record, partial
        validated = shape.run_validation(said)
        record = shape.create(validated) if record is None else shape.update(record, validated)
        self.check_may_touch(record, reason)
        return record

    def check_may_touch(self, record, reason):
        """Refuse to touch what is published to those who may not publish, and to all without a reason."""
        self.check_own(record)
        if record.shown_to_public and not self.request.user.has_perm(PUBLISH):
            raise PermissionDenied("It belongs to what is published: a reviewer can do this.")
        if record.shown_to_public:
            self.check_reason(reason)

    def check_own(self, record):
        """Refuse what is not of an organisation for which the person edits, where it is that by which he is here."""
        if not may_write(self.request, self, record):
            raise PermissionDenied(f"“{record.slug}” is not of an organisation for which you edit.")

    def check_reason(self, reason):
        if not reason:
            raise serializers.ValidationError({self.why: ["Say why: the record is published."]})

    def answer(self, record, code=status.HTTP_200_OK):
        """A record as it is now, with its tag."""
        self.detail = True
        state, record = self.state_now(), self.now(pk=record.pk)
        headers = {"ETag": tag_of(state, record)}
        if code == status.HTTP_201_CREATED:
            headers["Location"] = api_url(record, {"request": self.request})
        return Response(self.get_serializer(record).data, code, headers=headers)

    def answer_many(self, records, code):
        """The records as they are now, in the order in which they were sent."""
        found = self.filterset_class({}, self.get_queryset()).qs.filter(pk__in=[record.pk for record in records])
        found = {record.pk: record for record in found}
        return Response(self.get_serializer([found[record.pk] for record in records], many=True).data, code)


class LargeRecordViewSet(RecordViewSet):
    """A collection that may reach a million records: they are not counted unless asked, only those without a date."""

    pagination_class = LargePages
