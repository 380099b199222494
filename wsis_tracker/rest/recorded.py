"""What was recorded when: `?recorded_at=` shows the register as it stood at the end of a day, or at an instant.

It is another clock than `as_of`, which asks what was true on a day of the world: together they ask what the register said then of
that day. All of an answer is of the moment, also the names of the records that are linked; what depends on a day takes today's
where no `as_of` is given.
"""

import datetime
import re

from django.utils import timezone

from .pagination import query_parameter
from .problems import BadParameter

NAME = "recorded_at"
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
DESCRIBED = query_parameter(
    NAME,
    "The register as it was recorded at the end of this day (UTC), or at this instant: the record, its parts and the names of what "
    "it links to as they were then, deleted records among them for the staff. The public sees nothing through it that is not "
    "published today: a link to such a record is null, or what cannot be without it is left out. With `as_of`, what the register "
    "said then of that day. Takes no `q`.",
) | {"schema": {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}}


def asked_for(params):
    """The moment that the parameters ask for, or None; BadParameter says what is wrong with it."""
    if NAME not in params:
        return None
    if "q" in params:
        raise BadParameter({"q": [f"Words are not kept in history: nothing is found by them with `{NAME}`."]})
    moment = moment_of(params[NAME])
    if moment is None:
        message = "“%s” is no day or instant: write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ (the + of an offset as %%2B)."
        raise BadParameter({NAME: [message % params[NAME][:50]]})
    if moment.date() > timezone.now().date() or (INSTANT.fullmatch(params[NAME]) and moment > timezone.now()):
        raise BadParameter({NAME: [f"“{params[NAME]}” is to come: nothing has been recorded then."]})
    return moment


def moment_of(text):
    """An instant in UTC, of a day its last; None where the text names neither."""
    try:
        if DAY.fullmatch(text):
            return datetime.datetime.combine(datetime.date.fromisoformat(text), datetime.time.max, datetime.UTC)
        if INSTANT.fullmatch(text):
            return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        pass
    return None
