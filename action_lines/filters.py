"""What can be asked of action lines, roles and activities."""

from django.utils.translation import gettext_lazy as _

from mandates.filters import SectorFilter
from wsis_tracker.rest.filters import ONE, RANGE, ChoiceFilter, RecordFilter, RecordFilterSet, TrueFalseFilter

from .models import ActionLine, Activity, Level, Role


class ActionLineFilterSet(RecordFilterSet):
    subline = TrueFalseFilter(field_name="parent", lookup_expr="isnull", exclude=True, label=_("Sub-line"))

    class Meta:
        model = ActionLine
        fields = {"code": ONE, "parent": ONE, "position": RANGE, "dated_on": RANGE}


class RoleFilterSet(RecordFilterSet):
    action_line = RecordFilter(field_name="action_line", method="keep_on_lines", label=_("Action line"))
    with_sublines = TrueFalseFilter(method="keep_as_it_is", label=_("With the sub-lines"))
    level = ChoiceFilter(Level.choices, method="keep_at_level", label=_("Level"))
    document = RecordFilter(field_name="made_in__document", label=_("Made in document"))
    associate = RecordFilter(field_name="associates__organisation", label=_("Shared with"))
    restating = TrueFalseFilter(field_name="restates", lookup_expr="isnull", exclude=True, label=_("Restates another claim"))

    class Meta:
        model = Role
        fields = {
            "organisation": ONE,
            "action_line": ["exact"],
            "kind": ONE,
            "sector": ONE,
            "claimant": ONE,
            "made_in": ONE,
            "restates": ONE,
            "valid_from": RANGE,
            "valid_until": RANGE,
        }

    def keep_on_lines(self, queryset, name, lines):
        return queryset.on_lines(lines, with_sublines=self.form.cleaned_data.get("with_sublines", False))

    def keep_as_it_is(self, queryset, name, wanted):
        """Read by `keep_on_lines`; alone it asks nothing."""
        return queryset

    def keep_at_level(self, queryset, name, levels):
        return queryset.at_level(levels)


class ActivityFilterSet(RecordFilterSet):
    sector = SectorFilter(field_name="organisation", label=_("Sector"))
    also_on = RecordFilter(field_name="also_on__action_line", label=_("Also on"))

    class Meta:
        model = Activity
        fields = {
            "number": ONE,
            "kind": ONE,
            "action_line": ONE,
            "organisation": ONE,
            "country": ONE,
            "state": ONE,
            "started_on": RANGE,
            "ended_on": RANGE,
            "dated_on": RANGE,
        }
