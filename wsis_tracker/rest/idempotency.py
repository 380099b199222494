"""A write that may be sent again: its effect happens once, and every time it is answered as the first time."""

import json
import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from .conditional import digest
from .models import KEPT_FOR, KeptAnswer
from .problems import BadHeader

KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
HEADERS = ("Location", "ETag")


class AnotherRequest(APIException):
    """The key was used for another request."""

    status_code = 422
    default_detail = "This Idempotency-Key was sent with another request before; a new request needs a new key."


def once(request, answer):
    """What `answer()` gives, or where the request's Idempotency-Key was answered before, that answer again.

    The answer is kept in the transaction of its effect: of two requests at once the later waits for the earlier. One that fails
    leaves nothing and may be sent again.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return answer()
    if not KEY.fullmatch(key):
        raise BadHeader("Idempotency-Key", "1 to 255 visible ASCII characters are expected.")
    asked = digest(request.method, request.get_full_path(), json.dumps(request.data, sort_keys=True))
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()  # by itself: nobody waits for the effect of another
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(user=request.user, key=key, asked=asked)
            response = answer()
            kept.status, kept.body = response.status_code, JSONRenderer().render(response.data).decode()
            kept.headers = {name: response[name] for name in HEADERS if name in response}
            kept.save()
            return response
    except IntegrityError:
        kept = KeptAnswer.objects.filter(user=request.user, key=key).first()
        if kept is None:
            raise
    if kept.asked != asked:
        raise AnotherRequest
    return Response(json.loads(kept.body), kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})
