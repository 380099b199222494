"""A report as plain text."""

from itertools import count

from django.utils.translation import override

from reports.official.printing import BY_STAFF

WIDTH = 76


def text(composition):
    """UTF-8; sources stand below as numbered notes."""
    with override(composition.labels):
        return "\n".join(lines_of(composition)).strip().encode() + b"\n"


def lines_of(composition):
    notes, lines = {}, []
    head = composition.head
    said = head.draft, head.body, head.symbol, head.date, head.original_language, head.agenda_item, head.presented_by
    lines += [line for line in said if line]
    lines += ["", composition.title, "=" * min(len(composition.title), WIDTH)]
    for section in composition.sections:
        lines += ["", section.heading, "-" * min(len(section.heading), WIDTH)]
        for paragraph in section.paragraphs:
            lines += ["", *paragraph_lines(paragraph, notes)]
    lines += ["", *(f"[{number}] {source}" for source, number in notes.items())]
    return lines


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
    return " ".join(f"{sentence.text}{''.join(f'[{noted(said, notes)}]' for said in notes_of(sentence))}" for sentence in sentences)


def notes_of(sentence):
    """That the staff wrote it, where they did, and where its facts are read."""
    return [str(BY_STAFF), *sentence.sources] if sentence.by_staff else sentence.sources


def noted(source, notes):
    return notes.setdefault(source, next(count(len(notes) + 1)))
