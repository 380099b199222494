"""The files in which a report is taken along."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register.addresses import address

from .renderers import RENDERERS
from .renderers.pdf import lacking, pdf


@dataclass(frozen=True)
class Form:
    """A form of a report: the name of its renderer, the end of its files' names, their type, and what it is called."""

    name: str
    suffix: str
    media_type: str
    label: Promise


KNOWN = [
    Form("docx", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _("Word (DOCX)")),
    Form("pdf", "pdf", "application/pdf", _("PDF, tagged")),
    Form("html", "html", "text/html; charset=utf-8", _("one HTML file")),
    Form("text", "txt", "text/plain; charset=utf-8", _("plain text (TXT)")),
    Form("json", "json", "application/json", _("data (JSON)")),
]
FORMS = {form.name: form for form in KNOWN}
BY_SUFFIX = {form.suffix: form for form in FORMS.values()}
#: Those in which an issued report is kept: the same, and the Word file that the secretariat finished.
FINAL = Form("final", "docx", KNOWN[0].media_type, _("final file of the secretariat, Word (DOCX)"))
KEPT = {form.name: form for form in [*KNOWN, FINAL]}
SUFFIXES = "|".join(form.suffix for form in KNOWN)


def can_make(form):
    """Whether this machine can make files of a form."""
    return RENDERERS[form.name] is not pdf or not lacking()


def file_response(content, form, name):
    """Bytes as a file called `name` with the end of its form."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form.suffix}"'}
    return HttpResponse(content, content_type=form.media_type, headers=headers)


def kept_address(issued, form):
    """Where the file of an issued report is: `report` with the end of its form, or `final.docx`."""
    return address("issued-file", issued.report.slug, issued.number, FINAL.name if form is FINAL else "report", form.suffix)
