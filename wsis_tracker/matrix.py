"""Organisations against action lines: who is said to have which role on which line, and by whom."""

from dataclasses import dataclass, field

from reports.discrepancies import contradictions


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


def matrices(roles, lines):
    """One matrix of the lines, and one of the sub-lines, each where there are claims: its lines, and its rows; one query.

    A row is an organisation with a cell for each line, None where it has no claim there; one without any claim has no row.
    """
    roles = roles.filter(action_line__isnull=False).select_related("organisation", "action_line", "claimant")
    roles = list(roles.order_by("organisation__slug", "valid_from", "pk"))
    differing = {(first.organisation_id, first.action_line_id): key for key, ((first, *_), *_) in contradictions(roles)}
    cells, organisations = {}, {}
    for role in roles:
        organisations[role.organisation_id] = role.organisation
        key = role.organisation_id, role.action_line_id
        cells.setdefault(key, Cell(discrepancy=differing.get(key, ""))).add(role)
    for of_kind in ([line for line in lines if line.parent_id is None], [line for line in lines if line.parent_id]):
        rows = [(organisation, [cells.get((pk, line.pk)) for line in of_kind]) for pk, organisation in organisations.items()]
        rows = [(organisation, row) for organisation, row in rows if any(row)]
        if rows:
            yield of_kind, rows
