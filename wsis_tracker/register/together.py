"""Bringing records to review or to the public together with what they name, so that a document, its mandate and its task go as one."""

from collections import defaultdict

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .refusing import refuse
from .visibility import Visibility

#: What goes along to each visibility: nobody publishes, unseen, what its author has not handed in.
BEFORE = {Visibility.IN_REVIEW: Visibility.DRAFT, Visibility.PUBLISHED: Visibility.IN_REVIEW}
#: From where a record is brought to each visibility, by itself.
FROM = {
    Visibility.DRAFT: {Visibility.IN_REVIEW, Visibility.PUBLISHED},
    Visibility.IN_REVIEW: {Visibility.DRAFT},
    Visibility.PUBLISHED: {Visibility.DRAFT, Visibility.IN_REVIEW},
}
#: How many records are brought along at once: an act is read by a person, and holds back the others while it runs.
MOST = 500


def movable(records, visibility):
    """Those of the records that can be brought to `visibility`; ValidationError where they are too many for one act."""
    return [record for record in not_too_many(records) if record.visibility in FROM[visibility]]


def not_too_many(records):
    """The records, read; ValidationError where they are too many for one act."""
    records = list(records[: MOST + 1])
    if len(records) > MOST:
        raise ValidationError(_("At most %d records are moved at once.") % MOST)
    return records


def with_named(records, visibility):
    """The records, and what they name, and what that names, as far as it is the next to have `visibility`; each once.

    What of the records is there already stays, and what it names goes along.

    Some queries for each step away from the records and each kind of thing; ValidationError where they are too many for one act.
    """
    waiting = not_too_many(records)
    found = dict.fromkeys(movable(waiting, visibility))
    while waiting:
        keys = defaultdict(set)
        for model, of_model in by_model(waiting).items():
            for named, key in named_by_all(model, of_model):
                keys[named].add(key)
        waiting = []
        for model, of_model in keys.items():
            holder, of_holder = holders(model, of_model)
            next_ones = holder.objects.filter(pk__in=of_holder, visibility=BEFORE[visibility])
            waiting += [record for record in next_ones if record not in found]
            found |= dict.fromkeys(waiting)
        not_too_many(list(found))
    return list(found)


def by_model(records):
    """The visibilities of records by their keys, by their models."""
    of_model = defaultdict(dict)
    for record in records:
        of_model[type(record)][record.pk] = record.visibility
    return of_model


def named_by_all(model, keys):
    """What the records of these keys name, themselves, through their parts and through the records within them, as models and keys."""
    rows = model.objects.filter(pk__in=keys).order_by()
    for lookup, named in model.named_links():
        yield from ((named, key) for key in rows.values_list(lookup, flat=True).distinct() if key)
    for relation in model._meta.related_objects:
        inner = relation.related_model
        if getattr(inner, "whole", None) == relation.field.name:
            within = list(inner.objects.filter(**{f"{inner.whole}__in": keys}).order_by().values_list("pk", flat=True))
            yield from named_by_all(inner, within) if within else ()


def holders(model, keys):
    """The model and the keys of the records whose visibility is that of these: themselves, or what they belong to."""
    while model.whole:
        keys = set(model.objects.filter(pk__in=keys).order_by().values_list(model.whole, flat=True))
        model = model._meta.get_field(model.whole).related_model
    return model, keys


@transaction.atomic
def show(records, visibility):
    """Bring every record, of whatever kinds, to `visibility`, or none; those that point at each other are moved together.

    Raises ValidationError with what stands in the way, record by record: also what somebody moved after the records were read.
    """
    found = by_model(records)
    of_model = {model: found[model] for model in apps.get_models() if model in found}  # as all acts take them
    locked = [record for model, keys in of_model.items() for record in model.objects.filter(pk__in=keys).lock().order_by("pk")]
    refuse(_("Changed since: %s."), [str(record) for record in locked if record.visibility != of_model[type(record)][record.pk]])
    for record in locked:
        record.visibility = visibility
        record.save()
    problems = []
    for model, keys in of_model.items():
        for record in model.objects.filter(pk__in=keys):
            try:
                record.full_clean()
            except ValidationError as error:
                problems.append(f"{record}: {' '.join(error.messages)}")
    refuse("%s", problems)
    return len(locked)
