"""The register's own tables: acts and proposals. The bases that every room builds on are in `records.py`."""

from .changes import Change
from .proposals import Proposal

__all__ = ["Change", "Proposal"]
