"""The forms of a report: each a function of its composition that gives the bytes of a file."""

from .docx import docx
from .html import html
from .pdf import pdf

RENDERERS = {"docx": docx, "pdf": pdf, "html": html}
