"""The forms of a report: each a function of its composition that gives the bytes of a file."""

from .docx import docx
from .html import html
from .json import json
from .pdf import pdf
from .text import text

RENDERERS = {"docx": docx, "pdf": pdf, "html": html, "text": text, "json": json}
