"""Which members of a record are shown: `?fields=` names them, `?omit=` leaves some out, `?brief=true` shows a link."""

from .pagination import query_parameter
from .problems import BadParameter

PARAMETERS = {"fields", "omit", "brief"}


def described(serializer):
    """The parameters as OpenAPI describes them."""
    names = {"type": "array", "items": {"type": "string", "enum": list(serializer.readers())}, "minItems": 1}
    commas = {"style": "form", "explode": False}
    return [
        query_parameter("fields", "The members to show and no others; it wins over `omit` and `brief`.", **names) | commas,
        query_parameter("omit", "Members to leave out.", **names) | commas,
        query_parameter("brief", "Whether to show each record as a link alone.", type="boolean", default=False),
    ]


def asked_for(params, serializer, hidden=()):
    """The names of the members asked for, in their own order, or None for all; BadParameter names what there is not for who asks."""
    known = [name for name in serializer.readers() if name not in hidden]
    if params.get("brief", "false") not in ("true", "false"):
        raise BadParameter({"brief": [f"“{params['brief'][:50]}” is neither true nor false."]})
    named = {name: names_in(params, name, known) for name in ("fields", "omit") if name in params}
    if "fields" in named:
        return [name for name in known if name in named["fields"]]
    shown = serializer.BRIEF if params.get("brief") == "true" else known
    if "omit" in named:
        return [name for name in shown if name not in named["omit"]]
    return shown if params.get("brief") == "true" else None


def names_in(params, name, known):
    """The members that a parameter names."""
    names = params[name].split(",")
    unknown = [text for text in names if text not in known]
    if unknown:
        raise BadParameter({name: [f"There is no member “{text[:50]}”." for text in unknown]})
    return set(names)
