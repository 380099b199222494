"""Entity tags (RFC 9110): what a client holds is still so, or is stale.

A tag has two parts: the version of the record, which changes when the record or a part of it is written, and the state of the
register (the number of its latest act) with what else the answer depends on. A reader's tag has to match whole, so that it
changes with anything shown, also the name of another record; for a write the version alone counts, so that nobody is refused
because of what changed elsewhere.
"""

import re
from functools import cache
from hashlib import blake2s

from django.conf import settings
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import APIException

from wsis_tracker.register.changes import Change

TAG = re.compile(r'(?:W/)?"([^"]*)"')
ANY = "*"


class NotModified(Exception):
    """The client holds what it would get."""

    def __init__(self, tag):
        self.tag = tag
        super().__init__(tag)


class Stale(APIException):
    """The record was changed since the client read it; `current` is what it is now."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "The record was changed since you read it. Nothing was written; `current` is what it says now."

    def __init__(self, current, tag):
        self.more, self.headers = {"current": current}, {"ETag": tag}
        super().__init__()


class VersionRequired(APIException):
    """A published record is only changed by who says which version of it was read."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "The record is published: send the ETag that you read as If-Match, so that nobody's change is lost."


def digest(*parts):
    return blake2s(repr(parts).encode(), digest_size=10).hexdigest()


@cache
def program():
    """What tells one state of the program from another: its code, its templates, its catalogues and the settings that pages show."""
    rooms = [settings.BASE_DIR / name for name in ("wsis_tracker", "mandates", "action_lines", "meetings", "reports", "locale")]
    files = sorted(path for room in rooms for path in room.rglob("*") if path.suffix in {".py", ".html", ".css", ".js", ".mo"})
    said = settings.CONTACT, settings.API_ANONYMOUS_RATE, settings.API_TOKEN_RATE
    return digest(said, (settings.BASE_DIR / "requirements.lock").read_bytes(), *(path.read_bytes() for path in files))


def version_of(record):
    """What changes when the record, or a part of it, is written."""
    return digest(record.collection, record.slug, record.updated_at.isoformat())


def state_of(request, person=None, accepted=""):
    """What an answer depends on besides its record: the register, the question, the day, the person and the form asked for.

    `person` is None where the answer is the public's. The state is taken before the database is read: what is committed in
    between then only makes the tag old, never the answer.
    """
    address = request.scheme, request.get_host(), request.path, request.META.get("QUERY_STRING")  # as they came, not as they are written
    return digest(program(), Change.latest_act(), address, timezone.localdate(), person, accepted)


def tag_of(state, record=None):
    """The tag of an answer about one record, or of another answer, whose version is its state."""
    return f'"{version_of(record)}.{state}"' if record else f'W/"{state}"'


def tags_in(header):
    """The opaque parts of the tags in a header, weak or not."""
    return TAG.findall(header or "")


def holds(request, state):
    """The tag of the answer that the client holds already: one that was given in this very state; None where it holds none."""
    for tag in tags_in(request.headers.get("If-None-Match")):
        if tag.rpartition(".")[2] == state:
            return f'"{tag}"' if "." in tag else f'W/"{tag}"'
    return None


def names_version(request, record):
    """Whether If-Match names the version of the record that there is; None without If-Match."""
    header = request.headers.get("If-Match")
    if header is None:
        return None
    return header.strip() == ANY or any(tag.partition(".")[0] == version_of(record) for tag in tags_in(header))
