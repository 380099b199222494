"""A report as one HTML document that needs nothing beside it; the PDF is made of the same."""

from functools import cache
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, override

from reports.official.composition import Composition
from reports.official.heads import head_lines, made_at
from reports.official.printing import printed

STYLE = Path(__file__).with_name("document.css")


def html(composition: Composition) -> bytes:
    """The document with its style, in UTF-8."""
    return document(composition, style()).encode()


def document(composition, style=""):
    """The document as text; in its own languages, whoever asks."""
    with override(composition.labels):
        context = {
            "composition": composition,
            "printed": printed(composition),
            "head": head_lines(composition),
            "created": made_at(composition).date().isoformat(),
            "language": get_language_info(composition.language),
            "labels": get_language_info(composition.labels),
            "style": style,
        }
        return render_to_string("reports/official/document.html", context)


@cache
def style():
    """The style sheet of documents; it is ours, and has no sign that HTML would read."""
    return SafeString(STYLE.read_text())
