"""The report of the Group to the Plenipotentiary Conference, in the order of that of 2002–2006 and by its numbers."""

from django.utils.translation import gettext_lazy as _

from ..layout import composition, section
from ..parts import actions, around_the_summit, council, founding, gatherings, inputs, mentions, terms, work


def group(account):
    """Background; work; meetings; inputs; the Summit; its outcomes; actions; questions; Council; terms of reference."""
    last, summit, session = account.discussion, account.summit, account.session
    discussed = _("Issues discussed at meeting %(number)s of the Group") if last and last.number else _("Issues discussed")
    since = _("%(summit)s: actions taken or announced since") if summit else _("Actions taken or announced")
    concluded = _("Outcomes of the discussion at %(session)s") if session else _("Outcomes of the discussion in Council")
    return composition(
        account,
        [
            section(
                account, "background", _("Background"),
                [founding.subject(account, 1), founding.origin(account, 2), founding.continuation(account, 3)],
            ),
            section(
                account, "work", _("Work of the Group"),
                [work.officers(account, 4), work.own_work(account, 5), founding.programme(account, 6)],
            ),
            section(account, "meetings", _("Meetings"), [gatherings.meetings(account, 7), gatherings.reports_to_council(account, 8)]),
            section(account, "inputs", _("Inputs to the preparatory process"), [inputs.inputs(account, 9), inputs.taken_up(account, 10)]),
            section(
                account, "summit", _("Inputs to the Summit"),
                [inputs.presentation(account, 11, 9), inputs.other_inputs(account, 12), around_the_summit.side_events(account, 13)],
            ),
            section(
                account, "outcomes", _("The outcomes of the Summit and what they imply"),
                [
                    around_the_summit.outcome_documents(account, 14),
                    mentions.first_phase(account, 15),
                    mentions.second_phase(account, 16),
                    mentions.natures(account, 17),
                ],
            ),
            section(
                account, "actions", since,
                [actions.taken(account, 18), actions.planned(account, 19), actions.websites(account, 20)],
                summit=summit.title if summit else "",
            ),
            section(account, "questions", discussed, [council.discussed(account, 21)], number=(last and last.number) or ""),
            section(
                account, "council", concluded,
                [council.considered(account, 22), council.continued(account, 23), council.chaired_from_then(account, 24)],
                session=session.title if session else "",
            ),
            section(account, "terms", _("Updated terms of reference"), [terms.terms_of_reference(account)]),
            section(account, "signature", _("Signature"), [terms.signature(account)]),
            section(account, "notes", _("Notes"), [terms.differing(account)]),
        ],
    )  # fmt: skip
