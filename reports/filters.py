"""What can be asked of discrepancies, monitoring, rulings and reports."""

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from action_lines.models import Role
from mandates.filters import DocumentFilterSet
from meetings.models import Task
from wsis_tracker.rest.filters import (
    LONGEST_VALUE,
    ONE,
    RANGE,
    ChoiceFilter,
    DayFilter,
    DaysFilter,
    RecordFilter,
    RecordFilterSet,
    StrictFilterSet,
)

from .coverage import Covered
from .discrepancies import FIGURE, OPEN, ROLES, RULED, VARIANT, Found, differing
from .models import Report, Ruling
from .monitoring import QUIET_DAYS, SECTIONS, Question, Scope
from .monitoring.indicators import Indicators
from .monitoring.scope import ASKED

KINDS = [(ROLES, _("roles")), (VARIANT, _("variant")), (FIGURE, _("figure"))]
STATES = [(OPEN, _("open")), (RULED, _("ruled"))]


class ComputedFilterSet(StrictFilterSet):
    """What is asked of something computed, of a day and a scope; these are no rows of a table."""

    def asked(self, name):
        """The values asked for, by `name` and by its list; None where neither is given."""
        given = [self.form.cleaned_data[key] for key in (name, f"{name}__in") if self.form.cleaned_data.get(key)]
        return set.intersection(*map(set, given)) if given else None


class DiscrepancyFilterSet(ComputedFilterSet):
    """Discrepancies as of a day, today where none is given."""

    as_of = DayFilter(label=_("As of"))
    key = CharFilter(label=_("Key"), max_length=LONGEST_VALUE)
    organisation = RecordFilter(label=_("Organisation"))
    action_line = RecordFilter(label=_("Action line"))
    kind = ChoiceFilter(KINDS, label=_("Kind"))
    state = ChoiceFilter(STATES, label=_("State"))

    class Meta:
        model = Role
        fields = []

    def found(self):
        """The discrepancies of the day asked for, today where none is, within the scope."""
        scope = {"organisation": self.asked("organisation"), "action_line": self.asked("action_line")}
        found = differing(self.day_or_today, key=self.form.cleaned_data.get("key") or None, kinds=self.asked("kind"), **scope)
        states = self.asked("state")
        return Found([discrepancy for discrepancy in found if states is None or discrepancy.state in states])


class MonitoringFilterSet(ComputedFilterSet):
    """What is narrowed to Sectors, organisations, action lines and mandates, as the list of tasks is."""

    as_of = DayFilter(label=_("As of"))
    sector = RecordFilter(field_name="organisations__organisation", label=_("Sector"))
    organisation = RecordFilter(field_name="organisations__organisation", label=_("Organisation"))
    action_line = RecordFilter(field_name="action_lines__action_line", label=_("Action line"))
    mandate = RecordFilter(field_name="mandate", label=_("Mandate"))
    quiet_days = DaysFilter(label=_("Still after so many days without a move or progress"))
    section = ChoiceFilter(SECTIONS.items(), label=_("Section"))

    class Meta:
        model = Task
        fields = []

    def question(self):
        """What is asked of monitoring."""
        keys = {name: self.asked(name) for name in ASKED}
        asked = [(name, value) for name, values in self.data.lists() for value in values if value and name.partition("__")[0] in ASKED]
        scope = Scope({name: found for name, found in keys.items() if found is not None}, tuple(asked))
        return Question(scope, self.day, self.day_or_today, self.form.cleaned_data.get("quiet_days") or QUIET_DAYS)

    def found(self):
        """The indicators of the sections asked for."""
        return Indicators(tuple(self.question().indicators(self.asked("section"))))


class CoverageFilterSet(DocumentFilterSet):
    """Of the documents of which paragraphs have been read, those that the filters of documents leave."""

    def found(self):
        """How much of each was drawn from."""
        return Covered(self.qs.published().with_paragraphs(), self.day)


class RulingFilterSet(RecordFilterSet):
    class Meta:
        model = Ruling
        fields = {"subject": ONE, "ruled_on": RANGE}


class ReportFilterSet(RecordFilterSet):
    class Meta:
        model = Report
        fields = {"kind": ONE, "reports_to": ONE, "document": ONE, "day": RANGE, "covers_from": RANGE, "covers_to": RANGE}
