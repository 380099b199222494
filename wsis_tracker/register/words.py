"""Words as search compares them: the same on every database, because they are folded here and not there."""

import unicodedata


def fold(text):
    """The distinct words of `text`: case and accents folded, everything but letters and digits a gap, no stemming."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(ch if ch.isalnum() else " " for ch in decomposed if not unicodedata.category(ch).startswith("M"))
    return sorted(set(plain.split()))
