"""How a composition is laid out: sections with headings in the reader's language, paragraphs that are never empty."""

from django.utils.translation import get_language_info, override

from wsis_tracker.register import dates

from .composition import Composition, Head, Item, Paragraph, Section, Sentence
from .wording import sentence


def paragraph(account, key, number="", told=(), items=(), table=None, closing=()):
    """A paragraph; one that has nothing to tell says so, for its number is not skipped."""
    told, items, closing = tuple(told), tuple(items), tuple(closing)
    if not (told or items or table or closing):
        told = (sentence(f"The register holds nothing on this as of {dates.in_words(account.day)}"),)
    return Paragraph(key, str(number), told, items, table, closing)


def section(account, key, heading, paragraphs, **words):
    """Paragraphs under a heading in the language of the account; those that are None are left out."""
    return Section(key, label(account, heading, **words), tuple(one for one in paragraphs if one))


def label(account, words, **values):
    """What is said about what is told, as headings, captions and heads of columns: in the language of the account."""
    with override(account.language):
        return str(words) % values if values else str(words)


def heads(account, columns):
    """The heads of a table's columns, in the same language."""
    return tuple(label(account, column) for column in columns)


def bullets(entries):
    """Each entry, one sentence or several, as an item with a bullet."""
    return tuple(Item((entry,) if isinstance(entry, Sentence) else tuple(entry)) for entry in entries if entry)


def composition(account, sections):
    """The whole report, with the block at its head as far as it is known; no heading stands over nothing."""
    return Composition(
        account.slug,
        account.kind,
        account.title,
        "en",
        account.day,
        account.covers_from,
        account.covers_to,
        head(account),
        tuple(one for one in sections if one.paragraphs),
        account.language,
    )


def head(account):
    """The block as far as the register knows it; symbol and date are those of the document, as of whose day it was issued."""
    report = account.report
    document = account.document if report and account.day == dates.latest(report.day).isoformat() else None
    with override(account.language):
        body = report.reports_to if report and report.reports_to else account.council
        return Head(
            body=str(body.name),
            symbol=document.symbol if document else "",
            date=dates.in_words(document.dated_on) if document and document.dated_on else "",
            original_language=str(get_language_info("en")["name_translated"]),
            presented_by=str(account.group.name),
        )
