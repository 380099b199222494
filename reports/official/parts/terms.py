"""What closes a report of the Group: the terms of reference that are proposed, the signature, and where claims differ."""

from mandates.models.organisations import Capacity, Office

from ..account import addressed
from ..composition import Item, Paragraph
from ..layout import paragraph
from ..wording import Phrase, bare, call, listed, lower_first, phrase, place_of, sentence, the
from .founding import asked
from .work import with_country


def terms_of_reference(account):
    """The proposed terms; None where none are proposed."""
    proposed = sorted(account.asked_of(account.group, proposed=True), key=lambda one: (one.item, one.slug))
    if not proposed:
        return None
    items = [Item((asked(one, "the Group", " "),), one.item) for one in proposed]
    return Paragraph("terms-of-reference", "", items=tuple(items))


def signature(account):
    """Who chairs the Group on the day."""
    chairs = account.offices(Office.CHAIR, Capacity.TITULAR)
    chairs = [one for one in chairs if one.held_on(account.day)]
    signed = [sentence(with_country(one.person), f", {one.get_office_display()} of ", call(account.group), facts=[one]) for one in chairs]
    return paragraph(account, "signature", told=signed)


def differing(account):
    """Where claims on a line differ in level, and what is to be done by nobody in particular; None where there is neither."""
    told = [claims(account.union, one, voices) for one, voices in account.differing]
    loose = [one for one in account.mandates if not addressed(one) and not one.only_proposed]
    told += [sentence("Open, without anybody who is asked by name: to ", lower_first(bare(one.action)), facts=[one]) for one in loose]
    return Paragraph("footnote", "", tuple(told)) if told else None


def claimed_in(role):
    """The kind of a role, and the paragraph that makes the claim."""
    return Phrase(f"{role.get_kind_display()} [{place_of(role.made_in)}]", (role.made_in, role.made_in.document))


def claims(organisation, discrepancy, voices):
    """One line on which claimants differ, with what each claimed before."""
    line = discrepancy.action_line
    on = Phrase(line.code, (line,)) if line else "the implementation as a whole"
    said = []
    for role, earlier in voices:
        before = phrase(" (after ", listed([claimed_in(one) for one in earlier]), ")") if earlier else ""
        said.append(phrase("for ", the(role.claimant), " it is ", claimed_in(role), before))
    facts = [one for role, earlier in voices for one in [role, *earlier]]
    return sentence("Claims differ on ", on, " about ", the(organisation), ": ", listed(said), facts=facts)
