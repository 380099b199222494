"""What took place around the last Summit, and the texts that came out of the Summit."""

from mandates.models import Document
from mandates.models.documents import DocumentKind
from mandates.models.relations import RelationKind
from meetings.models.discussions import MeetingKind, MeetingState

from ..layout import bullets, paragraph
from ..wording import Phrase, in_one, listed, noun, number, on, phrase, sentence, the, title_of, when
from .gatherings import event
from .inputs import further_reading, summarised, told


def side_events(account, number_of):
    """The events around the last Summit, and what the Union did before and at it."""
    summit = account.summit
    if summit is None:
        return paragraph(account, "side-events", number_of)
    place = f" in {summit.place}" if summit.place else ""
    before = account.summits[-2].held_from if len(account.summits) > 1 else account.covers_from
    held = when(summit.held_from, summit.held_to)
    named = noun(summit, str(summit.title))
    lead = sentence(the(account.union), " had part in preparing and holding ", named, f", which took place{place} {held}", facts=[summit])
    own = [one for one in account.activities if one.organisation_id in account.union_keys and one.organisation_id != account.group.pk]
    prepared = [one for one in own if before < one.dated_on < summit.held_from]
    at_it = [one for one in own if summit.held_from <= one.dated_on <= (summit.held_to or summit.held_from)]
    events = [one for one in account.meetings if one.kind == MeetingKind.SIDE_EVENT and one.phase == summit.phase and account.in_scope(one)]
    events = [one for one in events if one.state_on(account.day) in (MeetingState.HELD, MeetingState.UNDATED)]
    items = [[event(account, one)] for one in events] + [told(one) for one in at_it]
    sentences = [lead, *(one for activity in prepared for one in told(activity))]
    return paragraph(account, "side-events", number_of, sentences, bullets(items), closing=further_reading(account, number_of))


def outcome_documents(account, number_of):
    """The texts that the Summit adopted, and where they can be read."""
    texts = account.outcome_documents
    if not texts:
        return paragraph(account, "outcome-documents", number_of)
    many = "one outcome document" if len(texts) == 1 else f"{number(len(texts))} outcome documents"
    lead = sentence(f"The Summit has {many}:", facts=texts)
    items = [adopted(one) for one in texts]
    return paragraph(account, "outcome-documents", number_of, [lead], bullets(items), closing=reproductions(account, texts))


def adopted(document):
    symbol = f" ({document.symbol})" if document.symbol else ""
    place = f" in {document.place}" if document.place else ""
    day = f" {on(document.dated_on)}" if document.dated_on else ""
    was = ", adopted" if document.stage == Document.Stage.ADOPTED else ","
    return sentence("The ", title_of(document), symbol, f"{was}{place}{day}" if place or day else "")


def reproductions(account, texts):
    """Which documents reproduce which of the texts."""
    rows, keys = {}, {one.pk for one in texts}
    for one in account.relations_of(RelationKind.REPRODUCES):
        if one.target_id in keys:
            rows.setdefault(one.document_id, []).append(one)
    for relations in rows.values():
        document = relations[0].document
        all_of_them = len(relations) == len(texts) > 1
        which = "all of them" if all_of_them else listed([phrase("the ", title_of(one.target)) for one in relations])
        gist = f": {in_one(document.gist)}" if document.gist else ""
        where = Phrase(document.symbol, (document,)) if document.symbol else phrase("the ", title_of(document))
        yield sentence(where, " reproduces ", which, gist, facts=relations)
    for site in websites_of_others(account):
        yield from summarised(phrase("the ", title_of(site)), site)


def websites_of_others(account):
    """The websites that are not the Union's own."""
    sites = [one for one in account.documents if one.kind == DocumentKind.WEBSITE]
    return [one for one in sites if not {row.organisation_id for row in one.authors.all()} & account.union_keys]
