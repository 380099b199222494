"""Four eyes: what is shown to the public has been seen by somebody else than whoever wrote it.

The rule is asked at the end of each act, of all that the act brought to the public, whichever way it did so: nobody publishes what he
sent to review, nor that of which the last words are his own: written in the draft, while it was in review, or in the act itself. A
reviewer who corrects a record in review is therefore its author, and another publishes it. The words of its parts, and of the records
that belong to it, count as its own; the staff's note and the mere change of visibility are no words. What says the same as when it was
last published may be shown again by one person alone. Nobody stands behind what a command does, and what is loaded was reviewed before.
"""

from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from .indexes import LATEST_FIRST
from .visibility import Visibility


class OwnWork(ValidationError):
    """Whoever acts would publish his own work; the act is undone."""


class Behind(NamedTuple):
    """The accounts that stand behind a record as it is, by their keys: who sent it to review, and whose its last words are."""

    sender: int | None
    writer: int | None


def check(change):
    """Raise OwnWork with all that the act would publish and that is the work of whoever acts."""
    if change.by_id is None or change.reviewed or not settings.FOUR_EYES:
        return
    refused = []
    for model in sorted({model for model, _key in change.written if getattr(model, "visibility", None)}, key=lambda m: m._meta.label):
        for record in brought_to_the_public(model, change):
            behind = behind_it(record, change)
            if behind.sender == change.by_id:
                refused.append(_("“%s”: you sent it to review, so somebody else publishes it.") % record)
            elif behind.writer == change.by_id:
                refused.append(_("“%s”: its last words are yours. Send it to review, and let somebody else publish it.") % record)
    if refused:
        raise OwnWork(refused)


def brought_to_the_public(model, change):
    """The records of a model that are published and were not before the act."""
    history = model.history.model.objects.order_by()
    before = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).exclude(change=change).order_by(LATEST_FIRST)
    rows = history.filter(change=change, visibility=Visibility.PUBLISHED).annotate(before=Subquery(before.values("visibility")[:1]))
    keys = rows.filter(Q(before=None) | ~Q(before=Visibility.PUBLISHED)).values("id")
    return model.objects.published().filter(pk__in=keys).order_by("pk")


def behind_it(record, change):
    """Who stands behind what an act publishes, by its history since it was published last; two queries."""
    sender = writer = before = None
    published_in = written_in = 0
    for row in record.history.order_by("history_id"):
        if row.visibility == Visibility.PUBLISHED and row.change_id != change.pk:
            sender = writer = None
            published_in = written_in = row.change_id
        else:
            if before is None or words(before) != words(row):
                writer, written_in = row.history_user_id, row.change_id
            if row.visibility == Visibility.IN_REVIEW and (before is None or before.visibility != Visibility.IN_REVIEW):
                sender = row.history_user_id
        before = row
    part_written_in, part_writer = last_part(record, published_in)
    return Behind(sender, part_writer if part_written_in >= written_in else writer)


def last_part(record, since):
    """The last act after another, both by their keys, in which a part of the record was written, and by whom; one UNION."""
    rows = [
        model.history.model.objects.order_by()
        .filter(**{lookup: record.pk}, change_id__gt=since)
        .values_list("change_id", "history_user_id")
        for model, lookup in held_by(type(record))
    ]
    latest = rows[0].union(*rows[1:], all=True).order_by("-change_id").first() if rows else None
    return latest or (-1, None)


def words(row):
    """What a record, or a row of its history, says to its readers."""
    fields = getattr(row, "instance_type", type(row)).stating_fields()
    return [getattr(row, field.attname) for field in fields if field.name != "staff_note"]


def held_by(model, path=""):
    """The models of the parts of a record and of all that belongs to it, each with the lookup that leads to the record."""
    for relation in model._meta.related_objects:
        part, name = relation.related_model, relation.field.name
        if name == (getattr(part, "whole", "record") or "") and hasattr(part, "history"):
            lookup = f"{name}__{path}" if path else name
            yield part, lookup
            if getattr(part, "whole", None):
                yield from held_by(part, lookup)
