"""The addresses of public pages in the reader's language; a page names some of them a hundred times."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language


def address(page, *args):
    """The address of a public page, by its name and what its path names."""
    return address_under(get_script_prefix(), get_language(), page, args)


@lru_cache(maxsize=10_000)
def address_under(prefix, language, page, args):
    """The address under a prefix of the server in a language, both of which the thread holds while it is made."""
    return reverse(page, args=args)
