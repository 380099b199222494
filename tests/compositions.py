"""A report composed by hand, with all that a composition can say."""

from reports.official.composition import Composition, Head, Item, Paragraph, Reference, Section, Sentence, Table

COUNCIL = Reference("organisations", "itu-council", "ITU Council", "/organisations/itu-council/")
GROUP = Reference("organisations", "wg-wsis", "WG-WSIS", "/organisations/wg-wsis/")
MEETING = Reference("meetings", "wg-wsis-1", "First meeting", "/meetings/wg-wsis-1/")

OPENING = Paragraph(
    key="opening",
    number="1",
    sentences=(
        Sentence("The Group was set up by the Council.", (COUNCIL, GROUP), ("C77/1, para 2",)),
        Sentence("It is open to all Member States.", (GROUP,), ("C77/1, para 2",)),
    ),
)
CHAIR = Paragraph(
    key="chair",
    number="2",
    sentences=(Sentence("Its chair is Dr ليلى حداد (Lebanon).", (GROUP,), ("C77/1, para 3", "C77/2, annex")),),
)
MEETINGS = Paragraph(
    key="meetings",
    number="3",
    sentences=(Sentence("It met twice:", (GROUP,)),),
    items=(
        Item((Sentence("the first meeting, in Geneva;", (MEETING,), ("C77/4, para 1",)),), "a)"),
        Item((Sentence("the second meeting, by correspondence.", (), ("C77/4, para 2",)),), "b)"),
    ),
    closing=(Sentence("Both were open to observers.", (MEETING,)),),
)
ROLES = Paragraph(
    key="roles",
    number="4",
    sentences=(
        Sentence(
            "The roles that it noted are these.",
        ),
    ),
    table=Table(
        "Roles by organisation & line",
        ("Organisation", "Role"),
        (
            (Sentence("ITU", (COUNCIL,), ("C77/5, annex",)), Sentence("partner")),
            (Sentence("UNESCO"), Sentence("moderator/facilitator <leading>")),
        ),
    ),
)
TERMS = Paragraph(
    key="terms",
    number="",
    sentences=(Sentence("The terms of reference are:"),),
    items=(Item((Sentence("to coordinate;"),)), Item((Sentence("to report."),))),
)
SAMPLE = Composition(
    slug="a-report",
    kind="annual",
    title="Report of the Group, 1977–1978",
    language="en",
    day="1978-12-31",
    covers_from="1977",
    covers_to="1978",
    head=Head("ITU Council", "C79/8", "3 February 1979", "English", "PL 1.2", "Note by the Secretary-General"),
    sections=(Section("work", "Work of the Group", (OPENING, CHAIR, MEETINGS)), Section("roles", "Roles", (ROLES, TERMS))),
)
