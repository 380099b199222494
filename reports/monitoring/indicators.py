"""An indicator: one number of the monitoring, with the list of what it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from wsis_tracker.register.addresses import address
from wsis_tracker.register.records import Record

#: The page that lists the records of a collection.
PAGES = {"tasks": "tasks", "mandates": "mandates", "mentions": "mentions"}


@dataclass(frozen=True)
class Indicator:
    """How many records there are of which something is so, or how much money is stated, on a day."""

    section: str
    #: What it tells within its section: `open`, `late-30`.
    word: str
    label: str
    #: The day, ISO.
    on: str
    number: int
    #: What is counted, and what the list of it is asked for to be just that.
    collection: str = ""
    asked: tuple[tuple[str, str], ...] = ()
    #: What it is about, where that is one record.
    record: Record | None = None
    #: The sum of amounts stated, None where none is; whether one of them is only approximate; over which financial period.
    amount: Decimal | None = None
    unit: str = ""
    about: bool = False
    funding: str = ""
    period_from: str = ""
    period_to: str = ""

    @property
    def key(self):
        return f"{self.section}-{self.word}"

    @property
    def query(self):
        return urlencode(self.asked)

    @property
    def page(self):
        """The path of the page that lists what is counted; of one record its own; empty where there is none."""
        if self.record:
            return self.record.get_absolute_url()
        page = PAGES.get(self.collection)
        return f"{address(page)}?{self.query}" if page else ""


@dataclass(frozen=True)
class Indicators:
    """A list of them, as lists are paged and written as tables."""

    rows: tuple[Indicator, ...]

    def count(self):
        return len(self.rows)

    def __getitem__(self, page):
        return self.rows[page]

    def iterator(self, chunk) -> Iterator[Indicator]:
        return iter(self.rows)
