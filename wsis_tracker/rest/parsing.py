"""Bodies as JSON, of which nothing is guessed: a name stands once, a text is one that can be written, and nothing lies too deep."""

import json

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from wsis_tracker.register.texts import UNSEEN


class StrictJSONParser(JSONParser):
    """JSON in UTF-8, without NaN, characters that no text has, or one name given twice in an object."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = json.loads(stream.read().decode("utf-8"), object_pairs_hook=unique, parse_constant=no_number)
            unwritable = unseen_characters(data)
        except RecursionError:
            raise ParseError("This lies too deep.") from None
        except ValueError as error:
            raise ParseError(f"This is no JSON: {error}") from error
        if unwritable:
            raise ValidationError(unwritable)
        return data


def unique(pairs):
    """An object of JSON; ValueError names what it says twice."""
    said = dict(pairs)
    if len(said) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(f"“{next(name for name in names if names.count(name) > 1)[:50]}” is said twice")
    return said


def unseen_characters(data):
    """What is wrong with the texts that have a character that no text has, by their place; empty where none has."""
    if isinstance(data, str):
        return ["A character stands here that no text has: a control sign, or half of another."] if UNSEEN.search(data) else {}
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = {str(name): wrong for name, value in items if (wrong := unseen_characters(value))}
    if isinstance(data, dict) and (wrong := [error for name in data for error in unseen_characters(name)]):
        found[""] = wrong[:1]
    return found


def no_number(text):
    raise ValueError(f"{text} is no number")
