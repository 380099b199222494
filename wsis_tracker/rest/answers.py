"""Answers to the public, of the API and the pages alike, made once for each state of the register and given again until something changes.

What an answer depends on is its `state` (see `conditional.py`): the latest act on the register, the address, the day, the form.
So an answer that is kept is never an old one, and nothing has to be cleared. Each process keeps its own.
"""

from django.core.cache import caches
from django.http import HttpResponse

#: No answer longer than this many bytes is kept.
LONGEST = 256 * 1024
#: What an answer says in its headers that only its making tells.
HEADERS = ("Content-Type", "ETag", "Cache-Control", "Link", "Undated")


class Given(Exception):
    """The answer has been made before."""

    def __init__(self, response):
        self.response = response
        super().__init__()


def give_again(state):
    """Raise Given where the answer is kept."""
    if kept := caches["answers"].get(state):
        content, headers = kept
        raise Given(HttpResponse(content, headers=headers))


def keep(state, response):
    """Keep an answer, once it is rendered."""
    if response.status_code == 200 and hasattr(response, "add_post_render_callback"):
        response.add_post_render_callback(lambda rendered: _keep(state, rendered))


def _keep(state, rendered):
    if len(rendered.content) <= LONGEST:
        headers = {name: rendered[name] for name in HEADERS if name in rendered}
        caches["answers"].set(state, (rendered.content, headers), timeout=None)
