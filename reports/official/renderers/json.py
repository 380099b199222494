"""A report as JSON: the composition itself, field by field."""

import json as standard
from dataclasses import asdict


def json(composition):
    """UTF-8."""
    return standard.dumps(asdict(composition), ensure_ascii=False, indent=2).encode() + b"\n"
