"""What a text of the register may hold: nothing that nobody sees and no XML takes, so that every form of it can be given out."""

import re

#: Control characters, halves of characters (surrogates), and what Unicode says is none.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_text(value):
    """Whether a value is a text that can be."""
    return isinstance(value, str) and not UNSEEN.search(value)


def holds_unseen(value):
    """Whether a text, or one in a list or an object, holds what is unseen."""
    if isinstance(value, dict | list):
        return any(map(holds_unseen, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and bool(UNSEEN.search(value))


def without_unseen(text):
    return UNSEEN.sub("", text)
