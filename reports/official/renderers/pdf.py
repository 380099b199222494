"""A report as a tagged PDF (PDF/UA-1), of its HTML; it needs Pango, a library of the system."""

from functools import cache

from django.utils.translation import gettext_lazy as _

from reports.official.composition import Composition

from .html import STYLE, document

LACKING = _("No PDF can be made here: Pango is missing (on Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0).")


class CannotPrint(RuntimeError):
    """This machine cannot make PDF; the error says what it lacks."""


@cache
def printer():
    """The library that makes PDF; CannotPrint where what it builds on is not on this machine."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # it loads the libraries of the system as it is imported
        raise CannotPrint(LACKING) from error
    return weasyprint


def lacking():
    """What this machine lacks to make PDF, in words; empty where nothing."""
    try:
        printer()
    except CannotPrint as error:
        return str(error)
    return ""


def pdf(composition: Composition) -> bytes:
    """The pages, with structure, language and title for readers that cannot see; CannotPrint without Pango."""
    weasyprint = printer()
    of_nowhere = weasyprint.urls.URLFetcher(allowed_protocols=())  # a document of ours names nothing that lies elsewhere
    page = weasyprint.HTML(string=document(composition), url_fetcher=of_nowhere)
    style = weasyprint.CSS(string=STYLE.read_text(), url_fetcher=of_nowhere)
    return page.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
