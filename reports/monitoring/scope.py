"""To what monitoring is narrowed, and how each kind of record is narrowed to it: by the filters of its own list."""

from dataclasses import dataclass, field

from action_lines.filters import ActivityFilterSet
from action_lines.models import ActionLine, Activity
from mandates.filters import FigureFilterSet, MandateFilterSet, MentionFilterSet
from mandates.models import Figure, Mandate, Mention
from meetings.filters import TaskFilterSet
from meetings.models import Task

#: By what monitoring is narrowed.
ASKED = ("sector", "organisation", "action_line", "mandate")
#: The filters of each kind of record, and which of them does what is asked; what has none is not narrowed so.
FILTERS = {
    Task: (TaskFilterSet, {name: name for name in ASKED}),
    Mandate: (MandateFilterSet, {"sector": "sector", "organisation": "addressee", "action_line": "action_line", "mandate": "slug"}),
    Mention: (MentionFilterSet, {"sector": "sector", "organisation": "organisation"}),
    Activity: (ActivityFilterSet, {"sector": "sector", "organisation": "organisation", "action_line": "action_line"}),
    Figure: (FigureFilterSet, {"sector": "sector", "organisation": "organisation"}),
}


@dataclass(frozen=True)
class Scope:
    """The records to which it is narrowed, by their keys: `{"sector": {7}}`; nothing asked is the whole register."""

    keys: dict[str, set[int]] = field(default_factory=dict)
    #: The same as it was asked: `[("sector", "itu-t")]`.
    asked: tuple[tuple[str, str], ...] = ()

    def narrows(self, model):
        """Whether records of a kind can be narrowed to all that is asked."""
        return set(self.keys) <= set(FILTERS[model][1])

    def within(self, model):
        """The published records of a kind within the scope; none where it cannot be told of them."""
        records = model.objects.published()
        if not self.narrows(model):
            return records.none()
        filterset, names = FILTERS[model]
        for name, keys in self.keys.items():
            if names[name] == "slug":
                records = records.filter(pk__in=keys)
            else:
                records = filterset.base_filters[names[name]].filter(records, keys)
        return records

    def regardless_of(self, name):
        """The same, but for what was asked by one name."""
        return Scope({other: keys for other, keys in self.keys.items() if other != name})

    def lines(self):
        """The published action lines within the scope: those asked for, else all."""
        lines = ActionLine.objects.published()
        return lines.filter(pk__in=self.keys["action_line"]) if "action_line" in self.keys else lines

    def parameters(self, model):
        """By what the list of a kind of record is narrowed to the scope: `[(parameter, value)]`."""
        names = FILTERS[model][1]
        asked = ((name.partition("__"), value) for name, value in self.asked)
        return [(names[name] + gap + listed, value) for (name, gap, listed), value in asked]
