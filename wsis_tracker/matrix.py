"""Organisations against action lines: who is said to have which role on which line, and by whom."""

from dataclasses import dataclass, field


@dataclass
class Cell:
    """The claims on one organisation and line: of each claimant the latest that restates no other, and the rest."""

    voices: dict = field(default_factory=dict)
    others: list = field(default_factory=list)
    discrepancy: str = ""

    def add(self, role):
        """Take in a role; roles come in the order of their beginnings."""
        if role.restates_id:
            self.others.append(role)
            return
        if role.claimant_id in self.voices:
            self.others.append(self.voices[role.claimant_id])
        self.voices[role.claimant_id] = role


def matrix(roles, lines, discrepancies):
    """The rows of the matrix: each organisation with a cell for each of `lines`; a cell without claims is empty."""
    differing = {(d.organisation.pk, d.action_line.pk): d.key for d in discrepancies if d.action_line}
    cells, organisations = {}, {}
    roles = roles.filter(action_line__isnull=False).select_related("organisation", "claimant")
    for role in roles.order_by("organisation__slug", "valid_from", "pk"):
        organisations[role.organisation_id] = role.organisation
        key = role.organisation_id, role.action_line_id
        cells.setdefault(key, Cell(discrepancy=differing.get(key, ""))).add(role)
    return [(organisation, [cells.get((pk, line.pk)) for line in lines]) for pk, organisation in organisations.items()]
