"""What the Group is, what made it, and what it is asked to do."""

from itertools import groupby

from mandates.models.documents import DocumentKind
from mandates.models.relations import RelationKind
from meetings.models import Submission
from wsis_tracker.register import dates

from ..account import together_with
from ..composition import Item
from ..layout import bullets, paragraph
from ..wording import Phrase, bare, call, listed, lower_first, name_of, phrase, sentence, the

#: How the force of a mandate's verb is said of those whom it asks.
ASKED = {
    "resolves": "is to",
    "instructs": "is instructed to",
    "requests": "is requested to",
    "invites": "is invited to",
    "should": "should",
    "will": "will",
    "recognises": "is recognised as the one to",
    "proposed": "would",
}


def period(account):
    """The period of the account: from 2002 to 2006."""
    first, last = dates.in_words(account.covers_from), dates.in_words(account.covers_to)
    return f"in {first}" if first == last else f"from {first} to {last}"


def asked(mandate, of, before=""):
    """What is asked of somebody, as a sentence; `before` says by what."""
    partners = [one for one in together_with(mandate) if str(one) not in mandate.action and str(one.name) not in mandate.action]
    others = [the(organisation) for organisation in partners] if not before else []
    joined = phrase(", together with ", listed(others), ",") if others else ""
    action = lower_first(bare(mandate.action))
    return sentence(before, of, joined, f" {ASKED[mandate.modality]} ", action, reporting(mandate), facts=[mandate])


def reporting(mandate):
    """To whom it is reported, and by way of whom; its parts report with the whole."""
    if mandate.parent_id or not mandate.reports_to:
        return ""
    via = phrase(", by way of ", the(mandate.reports_via)) if mandate.reports_via else ""
    return phrase("; it reports on this to ", the(mandate.reports_to), via)


def subject(account, number):
    """What the report is about."""
    group = account.group
    named = Phrase(f"{group.name} ({name_of(group)})", (group,))
    facts = [account.report] if account.report else []
    told = ["What the ", named, ", a body of ", the(account.council), f", was asked to do and did {period(account)} is told here"]
    return paragraph(account, "subject", number, [sentence(*told, f", as of {dates.in_words(account.day)}", facts=facts)])


def origin(account, number):
    """What made the Group, to whom it is open, and what changed its mandate."""
    told = []
    group, paragraph_number = account.group, str(number)
    councils = [document for document in account.chain if document.body_id == account.council.pk]
    if councils and group.predecessor:
        outputs = [one for one in account.submissions if one.direction == Submission.Direction.OUTPUT and one.meeting]
        given_out = [one for one in outputs if one.document_id == councils[0].pk]
        of = phrase(", which came out of ", call(given_out[0].meeting), ",") if given_out else ""
        made = [account.printed(councils[0], paragraph_number), of, " turned ", the(group.predecessor), " into ", call(group)]
        told.append(sentence(*made, facts=given_out))
    admitted = [Phrase(f"all {row.organisation}", (row.organisation,)) for row in group.open_to.all()]
    if admitted:
        told.append(sentence(call(group), " is open to ", listed(admitted)))
    amending = [one for one in account.chain_relations if one.kind in (RelationKind.AMENDS, RelationKind.REVISES)]
    place = {document.pk: position for position, document in enumerate(account.chain)}
    amending.sort(key=lambda one: (one.words, place[one.document_id]))
    for words, relations in groupby(amending, key=lambda one: one.words):
        relations = list(relations)
        changed = words or listed([account.printed(one.target, paragraph_number) for one in relations])
        by = listed([account.printed(one.document, paragraph_number) for one in relations])
        told.append(sentence("Later on ", by, " revised ", changed, facts=relations))
    return paragraph(account, "origin", number, told)


def continuation(account, number):
    """What other bodies than Council provide for the Group."""
    told, paragraph_number = [], str(number)
    others = {document.pk: document for document in account.chain if document.body_id != account.council.pk and document.body}
    going_on = [one for one in account.chain_relations if one.kind == RelationKind.CONTINUES and one.document_id in others]
    going_on.sort(key=lambda one: (others[one.document_id].body.slug, one.document.symbol))
    for _body, relations in groupby(going_on, key=lambda one: others[one.document_id].body_id):
        relations = list(relations)
        body = others[relations[0].document_id].body
        texts = listed([account.printed(one.document, paragraph_number) for one in relations])
        told.append(sentence(f"The {body.name}", Phrase("", (body,)), " continued the Group by ", texts, facts=relations))
    for mandate in account.asked_of(account.group):
        if is_instrument(mandate.made_in.document) and mandate.made_in.document.body_id != account.council.pk:
            by = phrase("By ", account.printed(mandate.made_in.document, paragraph_number), " ")
            told.append(asked(mandate, "the Group", by))
    return paragraph(account, "continuation", number, told)


def is_instrument(document):
    """Whether it is a text by which a body decides."""
    return document.kind in (DocumentKind.RESOLUTION, DocumentKind.DECISION)


def programme(account, number):
    """What Council asks of the Group by its resolutions and decisions."""
    texts = [one for one in account.asked_of(account.group) if is_instrument(one.made_in.document)]
    mandates = [one for one in texts if one.made_in.document.body_id == account.council.pk]
    whole = [one for one in mandates if not one.parent_id]
    told = [asked(one, "the Group", phrase("By ", account.printed(one.made_in.document, str(number)), " ")) for one in whole]
    parts = sorted((one for one in mandates if one.parent_id), key=lambda one: (one.item, one.slug))
    return paragraph(account, "programme", number, told, [Item((asked(one, "it", " "),), f"{one.item})") for one in parts])


def in_force(account, number):
    """Everything that is asked of the Group on the day, text by text."""
    mandates = account.asked_of(account.group)
    by = {one.pk: phrase("By ", account.printed(one.made_in.document, str(number)), " ") for one in mandates}
    return paragraph(account, "in-force", number, items=bullets(asked(one, "the Group", by[one.pk]) for one in mandates))
