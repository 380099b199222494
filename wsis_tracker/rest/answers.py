"""Answers to the public, of the API and the pages alike, made once for each state of the register and given again until it changes.

What an answer depends on is its `state` (see `conditional.py`): the latest act on the register, the address, the day, the form.
So an answer that is kept is never an old one, and nothing has to be cleared. Each process keeps its own.
"""

from django.core.cache import caches
from django.http import HttpResponse, HttpResponseNotModified

from .conditional import holds, state_of, tag_of
from .fields import API
from .throttling import AnonymousThrottle

#: No answer longer than this many bytes is kept.
LONGEST = 512 * 1024
#: What others who keep an answer are told, with the answer and where they hold it already: ask anew each time, by its tag.
TO_CACHES = {"Cache-Control": "no-cache", "Vary": "Accept, Cookie"}


def kept_answers(get_response):
    """Answer the public's questions before any view is asked: with what was made before, or that the client holds it already."""

    def middleware(request):
        if not (is_public(request) and is_asked_often(request)):
            return get_response(request)
        if request.path.startswith(API) and not AnonymousThrottle().admits(request):
            return get_response(request)  # refused there, in words
        request.state = state = state_of(request, accepted=request.headers.get("Accept"))  # the view tags its answer with it
        if tag := holds(request, state):
            return HttpResponseNotModified(headers={"ETag": tag, **TO_CACHES})
        if kept := caches["answers"].get(state):
            content, headers = kept
            return HttpResponse(content, headers=headers)
        response = get_response(request)
        if is_for_all(response):
            response.setdefault("ETag", tag_of(state))
            for name, value in TO_CACHES.items():
                response[name] = value
            if not response.streaming and len(response.content) <= LONGEST:
                caches["answers"].set(state, (response.content, dict(response.items())), timeout=None)
        return response

    return middleware


def is_public(request):
    """Whether a request only reads, and comes from nobody in particular."""
    return request.method in ("GET", "HEAD") and not request.COOKIES and "Authorization" not in request.headers


def is_asked_often(request):
    """Whether others may ask the same; a page as of a day is one of as many as there are days."""
    return "as_of" not in request.GET or request.path.startswith(API)


def is_for_all(response):
    """Whether an answer says nothing to its client alone."""
    return response.status_code == 200 and not response.cookies and "no-store" not in response.get("Cache-Control", "")
