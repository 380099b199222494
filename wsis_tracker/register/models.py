"""The register's own tables: acts, proposals and former slugs. The bases that every room builds on are in `records.py`."""

from .changes import Change
from .merging import FormerSlug
from .proposals import Proposal

__all__ = ["Change", "FormerSlug", "Proposal"]
