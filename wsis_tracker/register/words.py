"""Words as search compares them: the same on every database, because they are folded here and not there."""

import unicodedata

#: How many letters of a word count; PostgreSQL keeps none longer than 2,046 bytes.
COUNTED = 200


def fold(text):
    """The distinct words of `text`: case and accents folded, everything but letters and digits a gap, no stemming."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(ch if ch.isalnum() else " " for ch in decomposed if not unicodedata.category(ch).startswith("M"))
    return sorted({word[:COUNTED] for word in plain.split()})
