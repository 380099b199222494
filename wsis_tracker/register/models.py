"""The register's own tables: acts, proposals, former slugs and files to import. The bases that every room builds on are in `records.py`."""

from .changes import Change
from .merging import FormerSlug
from .proposals import Proposal
from .uploads import Upload

__all__ = ["Change", "FormerSlug", "Proposal", "Upload"]
