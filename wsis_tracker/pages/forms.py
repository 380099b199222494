"""The form over a list: words, a day, and the filters that matter most."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """`q` where words can be sought, the selects of the list, and `as_of`; other filters of the address go along hidden."""

    def __init__(self, data, *, selects, words=True, others_than=()):
        super().__init__(data, auto_id="filter-%s", label_suffix="")
        if words:
            self.fields["q"] = forms.CharField(label=_("Words"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
        for name, (label, choices) in selects.items():
            offered = choices() if callable(choices) else choices
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", _("all")), *offered])
        self.fields["as_of"] = forms.CharField(label=_("As of"), required=False, widget=forms.TextInput(attrs={"type": "date"}))
        self.others = [
            (name, value) for name, values in data.lists() for value in values if value and name not in {*self.fields, *others_than}
        ]


def as_choices(records):
    """Records as the choices of a select."""
    return [(record.slug, str(record)) for record in records]
