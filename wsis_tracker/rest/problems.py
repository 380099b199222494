"""Errors as RFC 9457 problem details: one shape for every failure under `/api/`."""

from http import HTTPStatus

from django.http import JsonResponse
from django.utils.encoding import escape_uri_path
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.views import exception_handler as rest_exception_handler

CONTENT_TYPE = "application/problem+json"


class BadParameter(exceptions.ValidationError):
    """A query parameter that is unknown or malformed: `{parameter: [what is wrong]}`."""


class BadHeader(exceptions.ValidationError):
    """A header of the request that is malformed."""

    def __init__(self, name, detail):
        super().__init__({"": [f"{name}: {detail}"]})


class Conflict(exceptions.APIException):
    """What is asked does not go with what there is."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


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
    body |= {"instance": escape_uri_path(request.path), "request_id": request.id}
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
    errors = list(told(exc, exc.detail)) if isinstance(exc, exceptions.ValidationError) and isinstance(exc.detail, dict | list) else []
    if errors:
        detail = " ".join(f"{error.get('parameter', error.get('pointer'))}: {error['detail']}".removeprefix(": ") for error in errors)
    else:
        detail = str(getattr(exc, "detail", "") or exc)
        pointer = "" if isinstance(exc, exceptions.ParseError) else getattr(exc, "pointer", None)  # the item at which it came to this
        if pointer is not None:
            errors = [{"pointer": pointer, "code": exc.default_code, "detail": detail}]
    detail = detail or HTTPStatus(response.status_code).phrase
    response.data = problem(request, response.status_code, detail, errors=errors, **getattr(exc, "more", {}))
    for name, value in getattr(exc, "headers", {}).items():
        response[name] = value
    response.content_type = CONTENT_TYPE
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), CONTENT_TYPE
    return response


def told(exc, detail, pointer=""):
    """Each thing that is wrong, by the parameter or by the place in the body (RFC 6901) where it is."""
    if isinstance(detail, dict):
        for name, value in detail.items():
            yield from told(exc, value, f"{pointer}/{name}" if name not in ("", "non_field_errors") else pointer)
    elif isinstance(detail, list):
        for place, value in enumerate(detail):
            yield from told(exc, value, f"{pointer}/{place}" if isinstance(value, dict | list) else pointer)
    else:
        where = {"parameter": pointer.removeprefix("/")} if isinstance(exc, BadParameter) else {"pointer": pointer}
        yield {**where, "code": detail.code, "detail": str(detail)}
