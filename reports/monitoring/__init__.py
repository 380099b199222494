"""Monitoring: where follow-up stands on a day and how it came there, counted over the whole register or a part of it.

Everything is counted by the database, in a fixed number of queries at any number of rows; each number leads to the list of what
it counts, which by its own filters leaves just that.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from .indicators import Indicator
from .lines import lines_at_rest
from .mandates import asked_and_done
from .over_time import states_over_time
from .resources import stated
from .scope import Scope
from .tasks import follow_up

#: The days without a move or progress after which a task, or an action line, counts as still.
QUIET_DAYS = 90

#: Which indicators there are, and what computes those of each; a computation gives those of one or several sections.
SECTIONS = {
    "states": _("tasks by state"),
    "late": _("how late"),
    "attention": _("what waits for attention"),
    "over-time": _("tasks by state over time"),
    "mandates": _("mandates"),
    "mentions": _("mentions"),
    "action-lines": _("action lines on which nothing moves"),
    "resources": _("resources"),
}


@dataclass(frozen=True)
class Question:
    """What monitoring is asked: of which scope, on which day (None for now, shown as of `shown_day`), and after how many days still."""

    scope: Scope
    day: date | None
    shown_day: date
    quiet_days: int = QUIET_DAYS

    def indicators(self, sections=None) -> list[Indicator]:
        """The indicators of the sections asked for, of all where none is; what none of these needs is not computed."""
        wanted = set(sections or SECTIONS)
        computations = [
            ({"states", "late", "attention", "mandates"}, lambda: follow_up(self.scope, self.day, self.shown_day, self.quiet_days)),
            ({"over-time"}, lambda: states_over_time(self.scope, self.shown_day)),
            ({"mandates", "mentions"}, lambda: asked_and_done(self.scope, self.shown_day)),
            ({"action-lines"}, lambda: lines_at_rest(self.scope, self.shown_day, self.quiet_days)),
            ({"resources"}, lambda: stated(self.scope, self.shown_day)),
        ]
        found = [indicator for gives, compute in computations if gives & wanted for indicator in compute()]
        order = list(SECTIONS)
        return sorted((one for one in found if one.section in wanted), key=lambda one: order.index(one.section))

    def by_section(self, sections) -> dict[str, list[Indicator]]:
        """The indicators of some sections, section by section."""
        found = self.indicators(sections)
        return {section: [one for one in found if one.section == section] for section in sections}
