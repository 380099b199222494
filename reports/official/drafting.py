"""A report as it would be issued now: composed anew whenever it is looked at, with what the staff wrote into it."""

from dataclasses import dataclass, replace
from hashlib import sha256

from django.core.exceptions import ValidationError

from reports.models import ParagraphText, Written

from .builders import NothingToReport, build
from .comparing import printed
from .composition import Composition, Paragraph, Sentence


@dataclass(frozen=True)
class Outdated:
    """A text of the staff under which something else is composed now than when it was written."""

    text: ParagraphText
    #: The fingerprint of what is composed there now, empty where nothing is.
    now: str

    @property
    def sign(self):
        """By which somebody says that he has seen the one beside the other."""
        return f"{self.text.pk}-{self.now}"


@dataclass(frozen=True)
class Draft:
    """The composition of a report, and the texts of the staff that are outdated."""

    composition: Composition
    outdated: tuple[Outdated, ...] = ()


def draft(report, day=None, language="en", *, public=False):
    """A report as of `day`, else of the day that it reports, with the texts of the staff that stand; its headings in `language`.

    The public is shown those texts alone that somebody has issued.

    Raises ValidationError, as `composed` does.
    """
    composition = composed(report, day, language)
    texts = ParagraphText.objects.filter(report=report)
    standing = (texts.issued() if public else texts).standing()
    return Draft(with_texts(composition, standing), () if public else outdated(standing, composition.paragraphs()))


def outdated(texts, paragraphs):
    """Those of the texts of the staff, by the keys of their paragraphs, that are outdated."""
    prints = {paragraph.key: fingerprint(paragraph) for paragraph in paragraphs if paragraph.key in texts}
    return tuple(Outdated(text, prints.get(key, "")) for key, text in texts.items() if prints.get(key) != text.fingerprint)


def composed(report, day=None, language="en"):
    """A report without the texts of the staff; ValidationError, with what is missing, where the register lacks what it is about."""
    try:
        return build(report, str(day) if day else None, language)
    except NothingToReport as error:
        raise ValidationError(str(error)) from error


def fingerprint(paragraph: Paragraph) -> str:
    """What tells one state of a composed paragraph from another: its sentences and their sources.

    Not its number, nor the caption and heads of its table, which are in the language of the reader.
    """
    table = paragraph.table and replace(paragraph.table, caption="", columns=())
    return sha256("\n".join(printed(replace(paragraph, table=table))).encode()).hexdigest()


def with_texts(composition, texts):
    """A composition with the texts of the staff in their paragraphs; a paragraph that is composed no longer takes its text along."""
    sections = (
        replace(section, paragraphs=tuple(with_text(paragraph, texts.get(paragraph.key)) for paragraph in section.paragraphs))
        for section in composition.sections
    )
    return replace(composition, sections=tuple(sections)) if texts else composition


def with_text(paragraph, text):
    """A paragraph with a text of the staff, each line of which is a sentence, or as it was composed."""
    if text is None:
        return paragraph
    written = tuple(Sentence(line.strip(), by_staff=True) for line in text.text.splitlines() if line.strip())
    if text.how == Written.REPLACED:
        return Paragraph(paragraph.key, paragraph.number, written)
    return replace(paragraph, closing=paragraph.closing + written)
