"""Refusals that name what stands in the way: of many things as many as a person reads."""

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

#: How many things a refusal names.
NAMED = 10


def refuse(message, names):
    """Raise ValidationError with the message about these, if there are any."""
    names = list(dict.fromkeys(names))
    if names:
        raise ValidationError(message % several(names))


def several(names):
    """These names as a person reads them."""
    shown, more = names[:NAMED], len(names) - NAMED
    return "; ".join([*shown, ngettext("and %d more", "and %d more", more) % more] if more > 0 else shown)
