"""Compositions as plain values, the form in which they are kept as JSON, and back."""

from dataclasses import asdict, is_dataclass
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from .composition import Composition


def as_plain(composition: Composition) -> dict:
    return asdict(composition)


def from_plain(said: dict) -> Composition:
    """The composition that was kept; what is said of it today and was not then has its default."""
    return meant(Composition, said)


def meant(kind, value):
    """The value of a type that a plain value stands for."""
    if get_origin(kind) is UnionType:  # a table, or None
        kind = next(one for one in get_args(kind) if one is not type(None))
    if value is None or not (is_dataclass(kind) or get_origin(kind) is tuple):
        return value
    if get_origin(kind) is tuple:
        return tuple(meant(get_args(kind)[0], one) for one in value)
    hints = get_type_hints(kind)
    return kind(**{name: meant(hints[name], one) for name, one in value.items() if name in hints})
