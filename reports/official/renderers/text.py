"""A report as plain text."""

from itertools import count

WIDTH = 76


def text(composition):
    """UTF-8; sources stand below as numbered notes."""
    notes, lines = {}, []
    head = composition.head
    lines += [line for line in (head.body, head.symbol, head.date, head.original_language, head.agenda_item, head.presented_by) if line]
    lines += ["", composition.title, "=" * min(len(composition.title), WIDTH)]
    for section in composition.sections:
        lines += ["", section.heading, "-" * min(len(section.heading), WIDTH)]
        for paragraph in section.paragraphs:
            lines += ["", *paragraph_lines(paragraph, notes)]
    lines += ["", *(f"[{number}] {source}" for source, number in notes.items())]
    return ("\n".join(lines).strip() + "\n").encode()


def paragraph_lines(paragraph, notes):
    told = joined(paragraph.sentences, notes)
    number = f"{paragraph.number}. " if paragraph.number else ""
    if told or number:
        yield f"{number}{told}".rstrip()
    for item in paragraph.items:
        yield f"  {item.label or '·'} {joined(item.sentences, notes)}"
    if paragraph.table:
        yield from table_lines(paragraph.table, notes)
    if paragraph.closing:
        yield joined(paragraph.closing, notes)


def table_lines(table, notes):
    rows = [list(table.columns), *([joined([cell], notes) for cell in row] for row in table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    if table.caption:
        yield f"  {table.caption}"
    for row in rows:
        yield "  " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def joined(sentences, notes):
    """Sentences one after the other, each with the numbers of its notes."""
    return " ".join(f"{sentence.text}{''.join(f'[{noted(source, notes)}]' for source in sentence.sources)}" for sentence in sentences)


def noted(source, notes):
    return notes.setdefault(source, next(count(len(notes) + 1)))
