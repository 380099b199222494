"""Records of several kinds in one order of dates: what happened when, and what was changed last; and the years drawn."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Value
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from action_lines.models import Role
from mandates.models import Document, Mandate, Organisation
from meetings.models import Meeting, Task
from meetings.models.discussions import MeetingKind
from wsis_tracker.pages.templatetags.register_pages import say_date

from .naming import shown

#: Of each kind, the records with what their names take, and the column of the date that places them.
HAPPENED = {
    "summit": (Meeting.objects.filter(kind=MeetingKind.SUMMIT), "held_from"),
    "meeting": (Meeting.objects.exclude(kind=MeetingKind.SUMMIT), "held_from"),
    "document": (Document.objects.all(), "dated_on"),
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


def shown_of(kinds, rows):
    """The entries `(on, kind, key)` with their records as lists show them, in their order; one query."""
    models = {kind: records.model for kind, (records, _column) in kinds.items()}
    keys = {}
    for _on, kind, key in rows:
        keys.setdefault(models[kind], []).append(key)
    records = shown(keys)
    keys_of_rows = [(on, (models[kind].collection, key)) for on, kind, key in rows]
    return [(on, records[key]) for on, key in keys_of_rows if key in records]


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


#: The lanes in which a timeline is drawn, in order.
LANES = {"summit": _("Summits"), "meeting": _("Meetings"), "document": _("Documents"), "role": _("Beginnings of roles")}
#: How high a lane is, in pixels.
HEIGHT = 44
#: How wide and high a mark is, in pixels.
MARK = 10


@dataclass(frozen=True)
class Bar:
    """What happened in a year, or one thing that happened on a day, drawn as a bar that leads to it."""

    title: str
    x: str
    width: str
    height: int
    year: int | None = None
    record: object = None

    @property
    def y(self):
        return HEIGHT - self.height


def years_drawn(counts, axis):
    """A bar for each year and kind on an axis; in each lane the highest is as high as the lane."""
    for kind, name in LANES.items():
        of_kind = {year: number for year, number in sorted(counts.get(kind, {}).items()) if axis.first <= year <= axis.last}
        most = max(of_kind.values(), default=1)
        spans = ((year, number, axis.span(str(year), str(year + 1))) for year, number in of_kind.items())
        yield name, kind, [Bar(f"{year}: {n}", at.x, at.width, max(round(HEIGHT * n / most), 4), year=year) for year, n, at in spans]


def days_drawn(happened, axis):
    """A mark for each thing that happened, on its first day, in the lane of its kind."""
    for kind, name in LANES.items():
        of_kind = [entry for entry in happened if entry["kind"] == kind]
        marks = [
            Bar(f"{say_date(entry['on'])}: {entry['record']}", axis.at(entry["on"]), str(MARK), HEIGHT // 2, record=entry["record"])
            for entry in of_kind
        ]
        yield name, kind, marks
