"""Every request has a name, by which its traces are found: in the answer, in an error, in the change that it made."""

import re
import uuid

HEADER = "X-Request-ID"
#: A name that a client may give its request.
SHAPE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def named_requests(get_response):
    """Give each request an `id`, its client's own where that is one, and say it in the answer."""

    def middleware(request):
        given = request.headers.get(HEADER, "")
        request.id = given if SHAPE.fullmatch(given) else uuid.uuid4().hex
        response = get_response(request)
        response[HEADER] = request.id
        return response

    return middleware
