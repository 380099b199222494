"""Resources and other numbers as sources state them: by financial period, and by regular budget or voluntary contributions."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from mandates.models import Figure
from mandates.sources import fetch_sources
from wsis_tracker.register.records import unknown_last

from .indicators import Indicator

#: How many statements are named; there is a list of all.
NAMED = 50
COLUMNS = ("period_from", "period_to", "funding", "unit")


@dataclass(frozen=True)
class Group:
    """What is stated of resources over one financial period and from one kind of funds."""

    period_from: str
    period_to: str
    funding: str
    unit: str
    #: How many statements, the sum of their amounts (None where none has one), and whether one of these is only approximate.
    number: int
    amount: Decimal | None
    about: bool
    #: The statements themselves, as far as they are named.
    named: tuple[Figure, ...] = ()

    @property
    def funds(self):
        return Figure.Funding(self.funding).label if self.funding else _("from which funds is not stated")


def resources(scope, shown_day):
    """The groups of resources stated by a day, and other numbers stated: three queries.

    What counts records of the register is no matter of these. The same money stated twice is in a sum twice: which
    statements are of the same is for a person to say.
    """
    figures = scope.within(Figure).as_of(shown_day)
    named = list(figures.filter(counts="").resources_first()[:NAMED])
    fetch_sources(named)
    by_group = defaultdict(list)
    for figure in named:
        if figure.is_resource:
            by_group[tuple(getattr(figure, column) or "" for column in COLUMNS)].append(figure)
    return groups(figures, by_group), [figure for figure in named if not figure.is_resource]


def groups(figures, named=None):
    """The resources among `figures` in groups, with the statements `named` in each; one query."""
    approximate = Count("pk", filter=Q(about=True, value__isnull=False))
    counted = figures.resources().order_by().values_list(*COLUMNS).annotate(number=Count("pk"), sum=Sum("value"), approximate=approximate)
    found = []
    for *columns, number, amount, approximate in counted.order_by(*map(unknown_last, COLUMNS)):
        key = tuple(column or "" for column in columns)
        found.append(Group(*key, number, amount, bool(approximate), tuple((named or {}).get(key, ()))))
    return found


def stated(scope, shown_day):
    """An indicator for each group of resources."""
    for group in groups(scope.within(Figure).as_of(shown_day)):
        columns = {column: getattr(group, column) for column in COLUMNS}
        whole = all(columns.values())  # a list cannot be asked for what is not stated
        asked = (*columns.items(), ("as_of", str(shown_day)), *scope.parameters(Figure)) if whole else ()
        yield Indicator(
            "resources",
            "-".join(value.lower() or "unstated" for value in columns.values()),
            str(group.funds),
            str(shown_day),
            group.number,
            "figures" if whole else "",
            asked,
            amount=group.amount,
            about=group.about,
            **columns,
        )
