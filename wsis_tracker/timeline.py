"""Records of several kinds in one order of dates: what happened when, and what was changed last; and the years drawn."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Value
from django.db.models.functions import Substr

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


def on_line(line):
    """What there is on an action line, in the shape of `CHANGED`."""
    leads_there = {
        "mandate": {"action_lines__record": line},
        "meeting": {"action_lines__action_line": line},
        "role": {"action_line": line},
        "task": {"action_lines__action_line": line},
    }
    return {kind: (CHANGED[kind][0].filter(**lookup), "updated_at") for kind, lookup in leads_there.items()}


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


def per_year(kinds, kept):
    """How many dated records of each kind each year has, as `{kind: {year: number}}`; one UNION."""
    first, *others = [
        kept(records.all())
        .filter(**{f"{column}__isnull": False})
        .order_by()
        .annotate(on_year=Substr(column, 1, 4))
        .values_list("on_year")
        .annotate(number=Count("pk", distinct=True), kind_name=Value(kind, output_field=CharField()))
        .values_list("on_year", "number", "kind_name")
        for kind, (records, column) in kinds.items()
    ]
    counts = defaultdict(dict)
    for year, number, kind in first.union(*others, all=True):
        counts[kind][int(year)] = number
    return counts


#: How high the drawing of a kind is, in pixels.
HEIGHT = 48


@dataclass(frozen=True)
class YearBar:
    """The records of a kind in a year, drawn as a bar of a height."""

    year: int
    number: int
    x: str
    width: str
    height: int

    @property
    def y(self):
        return HEIGHT - self.height


def drawn(counts, axis):
    """The bars of each kind on an axis, the highest as high as the drawing."""
    most = max((number for of_kind in counts.values() for number in of_kind.values()), default=1)
    for kind in HAPPENED:
        bars = []
        for year, number in sorted(counts.get(kind, {}).items()):
            if axis.first <= year <= axis.last:
                span = axis.span(str(year), str(year + 1))
                bars.append(YearBar(year, number, span.x, span.width, max(round(HEIGHT * number / most), 3)))
        yield kind, bars
