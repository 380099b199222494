"""Organisations against action lines: who is said to have which role on which line."""

from dataclasses import dataclass, field


@dataclass
class Cell:
    """The claims on one organisation and line, and the key of the discrepancy between them if there is one."""

    roles: list = field(default_factory=list)
    discrepancy: str = ""

    @property
    def kinds(self):
        """The kinds claimed, each once."""
        return list(dict.fromkeys(role.get_kind_display() for role in self.roles))


def matrix(roles, lines, discrepancies):
    """The rows of the matrix: each organisation with a cell for each of `lines`; a cell without claims is empty."""
    differing = {(d.organisation.pk, d.action_line.pk): d.key for d in discrepancies if d.action_line}
    cells, organisations = {}, {}
    for role in roles.filter(action_line__isnull=False).select_related("organisation").order_by("organisation__slug", "valid_from", "pk"):
        organisations[role.organisation_id] = role.organisation
        key = role.organisation_id, role.action_line_id
        cells.setdefault(key, Cell(discrepancy=differing.get(key, ""))).roles.append(role)
    return [(organisation, [cells.get((pk, line.pk)) for line in lines]) for pk, organisation in organisations.items()]
