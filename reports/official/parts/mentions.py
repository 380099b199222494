"""Where the outcome documents name the Union, what they ask of it and make of it."""

from itertools import groupby

from action_lines.models import RoleKind
from mandates.models import Document, Figure, Mention, Phase
from mandates.models.documents import DocumentKind, ProvisionKind
from mandates.models.mandates import Nature

from ..account import together_with
from ..layout import bullets, paragraph
from ..wording import Phrase, bare, call, in_one, listed, lower_first, noun, number, phrase, sentence, the, title_of
from .founding import ASKED, asked
from .inputs import further_reading, summarised

#: What the figures that count mentions are about: the phase, and whether the annex is meant.
COUNTED = {
    Figure.Counts.MENTIONS_GENEVA: (Phase.GENEVA, None),
    Figure.Counts.MENTIONS_TUNIS: (Phase.TUNIS, False),
    Figure.Counts.MENTIONS_ANNEX: (Phase.TUNIS, True),
}


def in_annex(mention):
    return mention.provision.label.startswith("annex")


def mentions_of(account, phase, annex=None):
    """The specific mentions in the texts of a phase; those in annexes, or those elsewhere, where it is said which."""
    found = [one for one in account.mentions if one.provision.document.phase == phase and one.certainty == Mention.Certainty.SPECIFIC]
    return [one for one in found if annex is None or in_annex(one) is annex]


def stated_counts(account, phase):
    """What sources count, beside what the register holds."""
    for figure in account.figures:
        counted, annex = COUNTED.get(figure.counts, (None, None))
        if counted == phase and figure.organisation_id == account.union.pk:
            held = mentions_of(account, phase, annex)
            same = "as many" if len(held) == figure.value else number(len(held))
            stated = f"{bare(figure.of)} are stated to be {number(int(figure.value))}; the register holds {same}"
            yield sentence(stated, facts=[figure, *held])


def place_in(provision):
    """A paragraph of an outcome document: para 64 of the Geneva Declaration of Principles."""
    named = f"para {provision.number.strip('. ')}" if provision.number and provision.kind != ProvisionKind.ANNEX else provision.place
    return phrase(Phrase(named, (provision,)), " of the ", title_of(provision.document))


def says(mention):
    """What a paragraph says of the Union."""
    verb = " is a possible reference to " if mention.certainty == Mention.Certainty.POSSIBLE else " speaks of "
    words = f": {in_one(mention.words)}" if mention.words else ""
    return sentence(place_in(mention.provision), verb, the(mention.organisation), words, facts=[mention])


def first_phase(account, number_of):
    """The mentions in the texts of the first phase."""
    found = [one for one in account.mentions if one.provision.document.phase == Phase.GENEVA]
    return paragraph(account, "mentions-geneva", number_of, stated_counts(account, Phase.GENEVA), bullets(says(one) for one in found))


def second_phase(account, number_of):
    """The mentions in the texts of the second phase, and the roles and tasks that they give."""
    mandates = [one for one in account.asked_of(account.union) if one.made_in.document_id in outcome_keys(account)]
    told_by_mandates = {key for one in mandates for key in places_of(account, one)}
    rest = [one for one in account.mentions if one.provision.document.phase == Phase.TUNIS and not in_annex(one)]
    rest = [one for one in rest if one.provision_id not in told_by_mandates or one.provision_id in places_of_roles(account)]
    items = [*roles(account), *(assigned(account, one) for one in mandates), *(says(one) for one in rest)]
    claiming = {one.made_in.document_id for one in account.roles}
    texts = [one for one in account.outcome_documents if one.phase == Phase.TUNIS and one.pk in claiming]
    closing = [one for text in texts for one in summarised(phrase("the ", title_of(text)), text)]
    counts = stated_counts(account, Phase.TUNIS)
    return paragraph(account, "mentions-tunis", number_of, counts, bullets(items), closing=[*closing, *further_reading(account, number_of)])


def outcome_keys(account):
    return {one.pk for one in account.outcome_documents}


def places_of(account, mandate):
    """The paragraphs of outcome documents that make a mandate or in which it is read, by their keys."""
    read = [row.provision for row in mandate.sources.all() if row.provision.document_id in outcome_keys(account)]
    return {provision.pk: provision for provision in [mandate.made_in, *read]}


def places_of_roles(account):
    return {one.made_in_id for one in account.roles if not one.action_line_id}


def assigned(account, mandate):
    """What an outcome document asks of the Union, with whom, and where."""
    others = together_with(mandate)
    joined = phrase(", together with ", listed([the(one) for one in others]), ",") if others else ""
    places = listed([place_in(one) for one in places_of(account, mandate).values()])
    action = lower_first(bare(mandate.action))
    return sentence(the(account.union), joined, f" {ASKED[mandate.modality]} ", action, " (", places, ")", facts=[mandate])


def roles(account):
    """The claims on roles, those of one claimant and kind in one sentence: the Summit's, and how the Group restates them."""
    body = account.summit.body_id if account.summit else None
    voices = [one for one in account.roles if one.claimant_id in (body, account.group.pk)]
    voices = sorted(
        voices, key=lambda one: (one.claimant_id != body, bool(one.action_line_id), bool(is_subline(one)), one.kind, line_place(one))
    )
    alike = groupby(voices, key=lambda one: (one.claimant_id, one.kind, bool(one.action_line_id), is_subline(one)))
    return [claimed(account, list(group)) for _key, group in alike]


def claims(account, number_of):
    """Every claim in force on the Union that restates no other, by claimant and kind."""
    voices = [one for one in account.roles if not one.restates_id]
    voices.sort(
        key=lambda one: (str(one.claimant), one.claimant_id, bool(one.action_line_id), bool(is_subline(one)), one.kind, line_place(one))
    )
    alike = groupby(voices, key=lambda one: (one.claimant_id, one.kind, bool(one.action_line_id), is_subline(one)))
    return paragraph(account, "claims", number_of, items=bullets(claimed(account, list(group)) for _key, group in alike))


def is_subline(role):
    return role.action_line.parent_id if role.action_line else None


def line_place(role):
    return role.action_line.position if role.action_line else 0


def on_line(role):
    """An action line by its code, and its label as the claim prints it or else its title; a sub-line has its title in its code."""
    if role.action_line.parent_id:
        return call(role.action_line)
    label = role.label or lower_first(str(role.action_line.title))
    return Phrase(f"{role.action_line.code} ({label})", (role.action_line,))


#: How the kinds of role are said that are no noun for the one who has it.
HELD = {RoleKind.SHARED: "has a shared role", RoleKind.PARTICIPATION: "has its participation highlighted"}


def held(role):
    """A kind of role as it is said of somebody: is partner, has a shared role."""
    return HELD.get(role.kind) or f"is {role.get_kind_display()}"


def claimed(account, claims):
    """Claims of one claimant, kind and level, as one sentence."""
    first = claims[0]
    says = phrase("In the word of ", the(first.claimant), ", ", the(account.union), f" {held(first)} ")
    if first.action_line is None:
        others = [the(row.organisation) for one in claims for row in one.associates.all()]
        joined = phrase(", together with ", listed(others)) if others else ""
        return sentence(says, "of the implementation as a whole", joined, facts=claims)
    # one line may be claimed by several paragraphs; the sentence names it once
    lines = {one.action_line_id: on_line(one) for one in claims}
    return sentence(says, "on ", listed(list(lines.values())), facts=claims)


def mandates(account, number_of):
    """What the outcome documents ask of the Union."""
    asked_there = [one for one in account.asked_of(account.union) if one.made_in.document_id in outcome_keys(account)]
    return paragraph(account, "mandates", number_of, items=bullets(assigned(account, one) for one in asked_there))


def natures(account, number_of):
    """What of it is new and what recognises an existing mandate; under what conditions; and the plans that take it up."""
    mandates = [one for one in account.asked_of(account.union) if one.made_in.document_id in outcome_keys(account)]
    found = []
    for nature, lead in ((Nature.NEW_TASK, "New tasks among these are to "), (Nature.EXISTING, "An existing mandate is recognised to ")):
        alike = [one for one in mandates if one.nature == nature]
        if alike:
            actions = [Phrase(lower_first(bare(one.action))) for one in alike]
            found.append(sentence(lead, listed(actions), facts=alike))
    found += [asked(one, the(account.union)) for one in apart(account)]
    return paragraph(account, "natures", number_of, [*found, *plans(account)])


def apart(account):
    """What is asked of the Union neither by an outcome document, nor by Council's conclusions, nor with the Summit's organs."""
    concluded = {row.mandate_id for one in account.conclusions for row in one.mandates.all()}
    return [
        one
        for one in account.asked_of(account.union)
        if one.made_in.document_id not in outcome_keys(account)
        and one.pk not in concluded
        and not any(organisation.pk in account.summit_keys for organisation in together_with(one))
    ]


def plans(account):
    """The plans for years to come, and what figures say of them."""
    for document in account.documents:
        if document.kind == DocumentKind.PLAN and document.covers_from and document.covers_from > account.day:
            symbol = f" ({document.symbol})" if document.symbol else ""
            draft = ", which is a draft" if document.stage == Document.Stage.DRAFT else ""
            gist = f", the register says: {in_one(document.gist)}" if document.gist else " no more is known"
            yield sentence("Of ", noun(document, str(document.title)), symbol, draft, gist)
    for figure in account.figures:
        if figure.period_from and figure.period_from > account.day and figure.value is not None and not figure.unit:
            yield sentence(bare(figure.of), f" number {number(int(figure.value))}", facts=[figure])
