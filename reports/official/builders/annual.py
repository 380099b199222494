"""The annual report of the Group to Council: the same paragraphs as its report over years, for one year."""

from itertools import count

from django.utils.translation import gettext_lazy as _

from ..layout import composition, section
from ..parts import actions, council, follow_up, founding, gatherings, inputs, mentions, papers, terms, work


def annual(account):
    """Mandate; officers and meetings; papers and inputs; actions; conclusions and questions; follow-up; where claims differ."""
    numbers = count(1)
    paragraphs = {
        ("mandate", _("Mandate")): [founding.subject(account, next(numbers)), founding.in_force(account, next(numbers))],
        ("work", _("Work of the Group")): [
            work.officers(account, next(numbers)),
            gatherings.meetings(account, next(numbers)),
            papers.before_the_group(account, next(numbers)),
            gatherings.reports_to_council(account, next(numbers)),
        ],
        ("inputs", _("Inputs to the Summit")): [inputs.inputs(account, next(numbers)), inputs.other_inputs(account, next(numbers))],
        ("actions", _("Actions taken or announced")): [actions.taken(account, next(numbers)), actions.planned(account, next(numbers))],
        ("discussion", _("Questions and conclusions")): [
            council.discussed(account, next(numbers)),
            council.considered(account, next(numbers)),
            council.continued(account, next(numbers)),
        ],
        ("roles", _("Roles")): [mentions.claims(account, next(numbers))],
        ("follow-up", _("Follow-up")): [follow_up.tasks(account, next(numbers), account.tasks_of(account.group))],
        ("terms", _("Updated terms of reference")): [terms.terms_of_reference(account)],
        ("signature", _("Signature")): [terms.signature(account)],
        ("notes", _("Notes")): [terms.differing(account)],
    }
    return composition(account, [section(account, key, heading, held) for (key, heading), held in paragraphs.items()])
