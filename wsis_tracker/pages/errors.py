"""Failures outside every view: problem details under `/api/`, plain pages elsewhere."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from wsis_tracker.rest.problems import problem_response

SAID = {
    HTTPStatus.BAD_REQUEST: (_("The request cannot be read"), _("Something in the address or in what was sent is malformed.")),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (_("Too much at once"), _("More was sent than is taken in one request.")),
    HTTPStatus.FORBIDDEN: (_("Not allowed"), _("You may not see or do this.")),
    HTTPStatus.NOT_FOUND: (_("There is no such page"), _("The register has nothing at this address.")),
    HTTPStatus.GONE: (_("No longer here"), _("What was here is not given out any more.")),
    HTTPStatus.NOT_IMPLEMENTED: (_("Not on this machine"), _("What is asked for cannot be made here.")),
    HTTPStatus.INTERNAL_SERVER_ERROR: (_("Something failed"), _("The failure is ours. Please try again later.")),
}


def failure(request, status, template_name="pages/error.html", *, problems=None, status_detail=""):
    """The page, or under `/api/` the problem, that says what failed."""
    heading, explanation = SAID[status]
    if request.path.startswith("/api/"):
        return problem_response(request, status, status_detail or status.description or status.phrase)
    context = {"heading": heading, "explanation": status_detail or explanation, "problems": problems or {}}
    return render(request, template_name, context, status=status)


def bad_request(request, exception):
    if isinstance(exception, RequestDataTooBig):
        return failure(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return failure(request, HTTPStatus.BAD_REQUEST, "pages/failed.html")  # even the request's host may be wrong


def permission_denied(request, exception):
    return failure(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request, reason=""):
    return failure(request, HTTPStatus.FORBIDDEN)


def page_not_found(request, exception):
    return failure(request, HTTPStatus.NOT_FOUND)


def server_error(request):
    return failure(request, HTTPStatus.INTERNAL_SERVER_ERROR, "pages/failed.html")
