"""The form over a list: words, and the filters that matter most."""

from django import forms
from django.db.models import QuerySet
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """`q` where words can be sought, and the selects of the list; other filters of the address go along hidden.

    A select offers choices, or the records that a function gives.

    `counts` gives for a select how many entries each of its values would leave: `{name: {value: number}}`.
    """

    def __init__(self, data, *, selects, words=True, others_than=(), counts=None):
        super().__init__(data, auto_id="filter-%s", label_suffix="")
        if words:
            self.fields["q"] = forms.CharField(label=_("Words"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
        for name, (label, choices) in selects.items():
            offered = choices() if callable(choices) else choices
            if counts and name in counts:
                offered = with_counts(offered, counts[name], data.getlist(name))
            elif isinstance(offered, QuerySet):
                offered = as_choices(offered, data.getlist(name))
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", _("all")), *offered])
        self.kept = asked(data, but={*self.fields, *others_than})
        self.others = [(name, value) for name, value in self.kept if name != "as_of"]


def asked(data, but=()):
    """What an address asks, as `[(parameter, value)]`, those parameters apart that are named."""
    return [(name, value) for name, values in data.lists() for value in values if value and name not in but]


def with_counts(offered, counts, chosen):
    """The choices or records that would leave something, each with how many, and those chosen already."""
    if isinstance(offered, QuerySet):
        offered = as_choices(offered.filter(slug__in=counts), chosen)
    return [(value, f"{label} ({localize(counts.get(value, 0))})") for value, label in offered if counts.get(value) or value in chosen]


def as_choices(records, chosen=()):
    """Records as the choices of a select, with those chosen already."""
    if any(chosen):
        records |= records.model.objects.published().filter(slug__in=chosen)
    return [(record.slug, str(record)) for record in records]
