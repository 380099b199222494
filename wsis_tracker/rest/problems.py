"""Errors as RFC 9457 problem details: one shape for every failure under `/api/`."""

from http import HTTPStatus

from django.http import JsonResponse
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.views import exception_handler as rest_exception_handler

CONTENT_TYPE = "application/problem+json"


class BadParameter(exceptions.ValidationError):
    """A query parameter that is unknown or malformed: `{parameter: [what is wrong]}`."""


class NotYet(exceptions.NotFound):
    """The record exists, but was not there on the day asked for."""


class NotFoundWith(exceptions.NotFound):
    """Nothing is found; the members of `more` say what might have been meant."""

    def __init__(self, detail, **more):
        self.more = more
        super().__init__(detail)


def problem(request, status, detail, *, errors=(), **more):
    """The members of a problem: type, title, status, detail, instance, request_id and, where several things are wrong, errors."""
    status = HTTPStatus(status)
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": str(detail)}
    body |= {"instance": request.path, "request_id": request.id}
    if errors:
        body["errors"] = list(errors)
    return body | more


def problem_response(request, status, detail, **more):
    """A problem as Django's own response, where no view of the API answers."""
    return JsonResponse(problem(request, status, detail, **more), status=status, content_type=CONTENT_TYPE)


def exception_handler(exc, context):
    """Give what the framework makes of an exception the shape of a problem; None (a 500) stays None."""
    response = rest_exception_handler(exc, context)
    if response is None:
        return None
    request = context["request"]
    errors, more = [], {}
    if isinstance(exc, exceptions.ValidationError) and isinstance(exc.detail, dict):
        kind = "parameter" if isinstance(exc, BadParameter) else "pointer"
        errors = [
            {kind: name if kind == "parameter" else f"/{name}", "code": message.code, "detail": str(message)}
            for name, messages in exc.detail.items()
            for message in messages
        ]
        detail = " ".join(f"{e.get('parameter', e.get('pointer'))}: {e['detail']}" for e in errors)
    else:
        detail = exc.detail if isinstance(getattr(exc, "detail", None), str) else " ".join(map(str, getattr(exc, "detail", [str(exc)])))
        more = getattr(exc, "more", {})
    response.data = problem(request, response.status_code, detail or HTTPStatus(response.status_code).phrase, errors=errors, **more)
    response.content_type = CONTENT_TYPE
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), CONTENT_TYPE
    return response
