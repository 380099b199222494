"""What ITU does about the outcomes of the Summit, Sector by Sector and overall."""

from itertools import count

from django.utils.translation import gettext_lazy as _

from ..layout import composition, section
from ..parts import actions, follow_up, mentions, sectors


def by_sectors(account):
    """A section for each Sector, and one for the Union as a whole."""
    numbers = count(1)
    found = [
        section(
            account, sector.slug, "%(sector)s",
            [
                sectors.bodies(account, next(numbers), sector),
                sectors.roles(account, next(numbers), sector),
                sectors.papers(account, next(numbers), sector),
                sectors.activities(account, next(numbers), sector),
                follow_up.tasks(account, next(numbers), account.tasks_of_sector(sector), key=f"tasks-{sector.slug}"),
            ],
            sector=sector.name,
        )
        for sector in account.sectors
    ]  # fmt: skip
    overall = [
        mentions.claims(account, next(numbers)),
        mentions.mandates(account, next(numbers)),
        mentions.natures(account, next(numbers)),
        actions.taken(account, next(numbers)),
        actions.planned(account, next(numbers)),
        sectors.resources(account, next(numbers)),
        follow_up.tasks(account, next(numbers), account.tasks_of(account.union)),
    ]
    return composition(account, [*found, section(account, "overall", _("Overall"), overall)])
