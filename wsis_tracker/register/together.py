"""Bringing records to review or to the public together with what they name, so that a document, its mandate and its task go as one."""

from collections import defaultdict

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .visibility import Visibility

#: What goes along to each visibility: nobody publishes, unseen, what its author has not handed in.
BEFORE = {Visibility.IN_REVIEW: Visibility.DRAFT, Visibility.PUBLISHED: Visibility.IN_REVIEW}


def with_named(records, visibility):
    """The records, and what they name, and what that names, as far as it is the next to have `visibility`; each once."""
    found, waiting = dict.fromkeys(records), list(records)
    while waiting:
        for named in map(holder, waiting.pop().points_to()):
            if named.visibility == BEFORE[visibility] and named not in found:
                found[named] = None
                waiting.append(named)
    return list(found)


def holder(record):
    """The record whose visibility is that of `record`: itself, or what it belongs to."""
    return holder(getattr(record, record.whole)) if record.whole else record


@transaction.atomic
def show(records, visibility):
    """Bring every record, of whatever kinds, to `visibility`, or none; those that point at each other are moved together.

    Raises ValidationError with what stands in the way, record by record: also what somebody moved after the records were read.
    """
    of_model = defaultdict(dict)
    for record in records:
        of_model[type(record)][record.pk] = record.visibility
    of_model = {model: of_model[model] for model in apps.get_models() if model in of_model}  # as all acts take them
    locked = [record for model, keys in of_model.items() for record in model.objects.filter(pk__in=keys).lock().order_by("pk")]
    moved = [str(record) for record in locked if record.visibility != of_model[type(record)][record.pk]]
    if moved:
        raise ValidationError(_("Changed since: %s.") % "; ".join(moved))
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
    if problems:
        raise ValidationError(problems)
    return len(locked)
