"""What can be asked of discrepancies, rulings and reports."""

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from action_lines.models import Role
from wsis_tracker.rest.filters import LONGEST_VALUE, ONE, RANGE, ChoiceFilter, DayFilter, RecordFilter, RecordFilterSet, StrictFilterSet

from .discrepancies import FIGURE, OPEN, ROLES, RULED, VARIANT, Found, differing
from .models import Report, Ruling

KINDS = [(ROLES, _("roles")), (VARIANT, _("variant")), (FIGURE, _("figure"))]
STATES = [(OPEN, _("open")), (RULED, _("ruled"))]


class DiscrepancyFilterSet(StrictFilterSet):
    """Discrepancies are computed, of a day and a scope; these are no rows of a table."""

    as_of = DayFilter(label=_("As of"))
    key = CharFilter(label=_("Key"), max_length=LONGEST_VALUE)
    organisation = RecordFilter(label=_("Organisation"))
    action_line = RecordFilter(label=_("Action line"))
    kind = ChoiceFilter(KINDS, label=_("Kind"))
    state = ChoiceFilter(STATES, label=_("State"))

    class Meta:
        model = Role
        fields = []

    def asked(self, name):
        """The values asked for, by `name` and by its list; None where neither is given."""
        given = [self.form.cleaned_data[key] for key in (name, f"{name}__in") if self.form.cleaned_data.get(key)]
        return set.intersection(*map(set, given)) if given else None

    def found(self):
        """The discrepancies of the day asked for, today where none is, within the scope."""
        scope = {"organisation": self.asked("organisation"), "action_line": self.asked("action_line")}
        found = differing(self.day_or_today, key=self.form.cleaned_data.get("key") or None, kinds=self.asked("kind"), **scope)
        states = self.asked("state")
        return Found([discrepancy for discrepancy in found if states is None or discrepancy.state in states])


class RulingFilterSet(RecordFilterSet):
    class Meta:
        model = Ruling
        fields = {"subject": ONE, "ruled_on": RANGE}


class ReportFilterSet(RecordFilterSet):
    class Meta:
        model = Report
        fields = {"kind": ONE, "reports_to": ONE, "document": ONE, "day": RANGE, "covers_from": RANGE, "covers_to": RANGE}
