"""What makes files of compositions: of each format a function of a composition to bytes."""

from .json import json
from .text import text

RENDERERS = {"text": text, "json": json}
