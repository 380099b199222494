"""What a list of the admin says above itself: how many there are and why, what helps where there are none, and the filters saved."""

from django import template
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, SEARCH_VAR
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wsis_tracker.register.proposals import PUBLISH
from wsis_tracker.saved_filters import NO_FILTER, seen

register = template.Library()
#: Lookups that go without saying beside a value.
SILENT = {"", "exact", "in", "year", "month", "day"}


@register.inclusion_tag("admin/_list_told.html", takes_context=True)
def list_told(context, cl):
    request, user = context["request"], context["request"].user
    told = list(reasons(cl))
    return {
        "cl": cl,
        "opts": cl.opts,
        "reasons": told,
        "misfit": ERROR_FLAG in request.GET,
        "all_url": cl.get_query_string(remove=[name for name in cl.params if name != ORDER_VAR]),
        "counted_to_its_end": cl.result_count <= getattr(cl.paginator, "bound", cl.result_count),
        "may_add": context.get("has_add_permission"),
        "saved": [] if cl.is_popup else seen(user, cl.model),
        "may_save": bool(told) and not cl.is_popup,
        "may_share": user.has_perm(PUBLISH),
        "query": cl.get_query_string(remove=list(NO_FILTER)).removeprefix("?"),
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }


def reasons(cl):
    """Why a list shows what it shows: what is asked, the answer asked for, and the address without it."""
    left = {name: values for name, values in cl.filter_params.items() if any(values) and name not in {*NO_FILTER, ORDER_VAR, SEARCH_VAR}}
    if cl.query:
        yield _("words"), cl.query, cl.get_query_string(remove=[SEARCH_VAR])
    for spec in cl.filter_specs:
        names = [name for name in spec.expected_parameters() if name and name in left]
        if names:
            given = ", ".join(str(value) for name in names for value in left.pop(name))
            chosen = next((choice["display"] for choice in spec.choices(cl) if choice.get("selected")), given)
            yield spec.title, chosen, cl.get_query_string(remove=names)
    for name, values in left.items():
        yield *lookup(cl.opts, name, values), cl.get_query_string(remove=[name])


def lookup(opts, name, values):
    """A filter that the address alone gives, in words: `state__in=open,done` is of the state, open or done."""
    path, _separator, kind = name.partition("__")
    try:
        field = opts.get_field(path)
    except FieldDoesNotExist:
        return name, ", ".join(values)
    words = {str(value): str(label) for value, label in getattr(field, "flatchoices", None) or []}
    said = ", ".join(words.get(word, word) for value in values for word in (value.split(",") if kind == "in" else [value]))
    title = getattr(field, "verbose_name", path)
    return (title if kind in SILENT else f"{title} ({kind})"), capfirst(said)
