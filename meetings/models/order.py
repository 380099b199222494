"""The order of what belongs to a meeting: rows move to the places that they are given, and others make room."""


def in_places(rows, places):
    """The rows in a new order: those that `places`, `{key: place}`, gives another place are moved there, and the others make room."""

    def place(numbered):
        number, row = numbered
        wanted = places[row.pk]
        return wanted, (wanted > number) - (wanted < number)  # upwards it comes before the one that is there, downwards after it

    return [row for _number, row in sorted(enumerate(rows, 1), key=place)]


def renumber(rows, field, numbers):
    """Give the rows these numbers one by one; returns those whose number is another.

    No two may ever have the same, neither now nor when this is undone step by step: so all step aside before they take their places.
    """
    moved = [(row, number) for row, number in zip(rows, numbers, strict=True) if getattr(row, field) != number]
    beyond = 1 + max((getattr(row, field) for row in rows), default=0)
    for row, _number in moved:
        setattr(row, field, getattr(row, field) + beyond)
        row.save()
    for row, number in moved:
        setattr(row, field, number)
        row.save()
    return [row for row, _number in moved]
