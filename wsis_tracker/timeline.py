"""Records of several kinds in one order of dates: what happened when, and what was changed last."""

from django.db.models import CharField, F, Value

from action_lines.models import Role
from mandates.models import Document, Mandate, Organisation
from meetings.models import Meeting, Task

#: Of each kind, the records with what their names take, and the column of the date that places them.
HAPPENED = {
    "document": (Document.objects.all(), "dated_on"),
    "meeting": (Meeting.objects.all(), "held_from"),
    "role": (Role.objects.select_related("organisation", "action_line", "claimant", "made_in__document"), "valid_from"),
}
CHANGED = {
    "document": (Document.objects.all(), "updated_at"),
    "mandate": (Mandate.objects.all(), "updated_at"),
    "meeting": (Meeting.objects.all(), "updated_at"),
    "organisation": (Organisation.objects.all(), "updated_at"),
    "role": (HAPPENED["role"][0], "updated_at"),
    "task": (Task.objects.all(), "updated_at"),
}


def entries(kinds, kept):
    """The dated records of each kind in one UNION, earliest first; `kept` says of a queryset which of its records are shown."""
    first, *others = [
        kept(records.all())
        .filter(**{f"{column}__isnull": False})
        .order_by()
        .annotate(on=F(column), kind_name=Value(kind, output_field=CharField()))
        .values_list("on", "kind_name", "pk")
        for kind, (records, column) in kinds.items()
    ]
    return first.union(*others, all=True).order_by("on", "kind_name", "pk")


def records_of(kinds, rows):
    """The entries `(on, kind, key)` with their records, in their order; one query for each kind among them."""
    found = {}
    for kind, (records, _column) in kinds.items():
        keys = [key for _on, of_kind, key in rows if of_kind == kind]
        found[kind] = records.in_bulk(keys) if keys else {}
    return [{"on": on, "year": str(on)[:4], "kind": kind, "record": found[kind][key]} for on, kind, key in rows]
