"""What the Group and the Union gave to the preparatory process and to the Summit, and what came of it."""

import re
from itertools import groupby

from mandates.models.documents import Certainty, DocumentKind
from mandates.models.relations import RelationKind
from meetings.models import Submission
from meetings.models.discussions import MeetingKind
from wsis_tracker.register import dates
from wsis_tracker.register.records import DateBasis

from ..account import together_with
from ..layout import bullets, paragraph
from ..wording import Phrase, bare, in_one, is_plural, listed, lower_first, noun, number, phrase, sentence, sentences, the, title_of
from .founding import asked


def to_prepcom(account):
    """What the Group put before the preparatory committee; first what is known by its meeting, or by no other submission."""
    own = [one for one in account.submissions if one.submitted_by_id == account.group.pk and one.direction == Submission.Direction.INPUT]
    delivered = [one for one in own if one.meeting and one.meeting.kind == MeetingKind.PREPCOM]
    known = {one.document_id for one in delivered if one.document_id}
    loose = [one for one in own if not one.meeting]
    return [*(one for one in loose if one.document_id not in known), *delivered], [one for one in loose if one.document_id in known]


def inputs(account, number_of):
    """The inputs to the preparatory process, those described alike together."""
    entries = {}
    for one in to_prepcom(account)[0]:
        entries.setdefault(without_number(described(one)), []).append(one)
    if not entries:
        return paragraph(account, "inputs", number_of)
    of_all = [one for alike in entries.values() for one in alike]
    many = "One input" if len(entries) == 1 else f"{number(len(entries))} inputs"
    told = [sentence(f"{many[:1].upper()}{many[1:]} of the Group to the preparatory process can be named", facts=of_all)]
    items = [delivery(account, str(number_of), words, alike) for words, alike in entries.items()]
    return paragraph(account, "inputs", number_of, told, bullets(items))


def described(submission):
    return bare(submission.words) or str(submission.document.title)


def without_number(words):
    """A description without the number that tells one of a row from the next."""
    return re.sub(r",? \(?(contribution|part|number) \d+\)?$", "", words)


def delivery(account, paragraph_number, words, submissions):
    """Where an input went, what the register says of it, and where sources differ on it."""
    ways = []
    for _place, alike in groupby(submissions, key=lambda one: (one.meeting_id, one.handed_to)):
        alike = list(alike)
        place = title_of(alike[0].meeting) if alike[0].meeting else Phrase(f"the {alike[0].handed_to}")
        papers = [one.document for one in alike if one.document and one.meeting]
        symbols = [account.printed(one, paragraph_number) for one in papers]
        if len(papers) > 1 and not any(one.symbol for one in papers) and symbols[0].text == str(papers[0].title):
            symbols = [Phrase(f"{number(len(papers))} documents")]
        numbers = " as numbers " if len(symbols) > 1 else " as number "
        known = numbers if all(one.text.isdigit() for one in symbols) else " as "
        ways.append(phrase("to ", place, *([known, listed(symbols)] if symbols else [])))
    yield sentence(words, " went ", listed(ways), facts=submissions)
    yield from guesses(submissions)
    presented = {one.document_id for one in to_prepcom(account)[1]}
    for one in submissions:
        if one.document and one.meeting and one.document_id not in presented:
            yield from summarised(account.printed(one.document, paragraph_number), one.document)
        if one.document:
            yield from drawn_on(account, paragraph_number, one.document)
        yield from variants(one)


def summarised(called, document):
    """What the register says of a document, as one sentence or none."""
    if document.gist:
        yield sentence("Of ", called, " the register says: ", in_one(document.gist), facts=[document])


def variants(submission):
    """Where a source gives another value than the record."""
    for row in submission.sources.all():
        if row.field:
            yield sentence(f"One source gives another {row.field.replace('_', ' ')}: {row.value}", facts=[submission])


def guesses(submissions):
    """The symbols that documents without one probably bear."""
    likely = {
        alias.text: one
        for one in submissions
        if one.document and not one.document.symbol
        for alias in one.document.aliases.all()
        if alias.certainty == Certainty.PROBABLE and "/" in alias.text
    }
    if likely:
        lead = "Printed without a symbol, this is probably " if len(likely) == 1 else "Printed without symbols, these are probably "
        yield sentence(lead, listed([Phrase(text, (one.document,)) for text, one in likely.items()]), facts=list(likely.values()))


def drawn_on(account, paragraph_number, document):
    """The texts that a document cites or reproduces."""
    for one in account.relations_of(RelationKind.CITES, RelationKind.REPRODUCES):
        if one.document_id == document.pk:
            verb = " reproduces " if one.kind == RelationKind.REPRODUCES else " refers to "
            words = f", for {lower_first(bare(one.words))}" if one.words else ""
            named = [account.printed(document, paragraph_number), verb, account.printed(one.target, paragraph_number)]
            yield sentence(*named, words, facts=[one])


def taken_up(account, number_of):
    """What of the inputs and initiatives the Summit took up."""
    described_apart = {one.document_id for one in to_prepcom(account)[1]}
    relations = [one for one in account.relations_of(RelationKind.TAKEN_UP_IN) if one.document_id not in described_apart]
    entries = [*initiatives(account), *([one] for one in uptakes(account, str(number_of), relations))]
    if not entries:
        return paragraph(account, "taken-up", number_of)
    many = "this" if len(entries) == 1 else f"these {number(len(entries))}"
    lead = sentence("Of what ", the(account.union), f" proposed or began, the Summit took up {many}:")
    return paragraph(account, "taken-up", number_of, [lead], bullets(entries))


def initiatives(account):
    """What the Summit's own organs run, with what is asked of the Union to do with them."""
    of_summit = account.summit_keys
    entries = {}
    for activity in account.activities:
        if activity.organisation_id in of_summit:
            entries.setdefault(activity.organisation_id, []).extend(told(activity))
    for mandate in account.asked_of(account.union):
        organs = [organisation.pk for organisation in together_with(mandate) if organisation.pk in of_summit]
        if organs:
            entries.setdefault(organs[0], []).append(asked(mandate, the(account.union)))
    return list(entries.values())


def told(activity):
    """An activity with who did it and when, and what is said of it."""
    by = phrase(", by ", the(activity.organisation), ",") if activity.organisation else ""
    day = activity.started_on or activity.dated_on
    several = is_plural(activity.title)
    known = day and activity.date_basis != DateBasis.ATTESTED
    dated = (
        f" {'date' if several else 'dates'} from {dates.in_words(day)}"
        if known
        else f" {'are' if several else 'is'} on record without a day"
    )
    return [sentence(noun(activity, bare(activity.title)), by, dated, facts=[activity]), *sentences(activity.summary, facts=[activity])]


def uptakes(account, paragraph_number, relations):
    """Which documents were taken up in which, those of the same fate together."""
    fates = {}
    for one in relations:
        fates.setdefault((one.document_id, one.provision_id), []).append(one)
    alike = {}
    for rows in fates.values():
        alike.setdefault(tuple((one.target_id, one.target_provision_id) for one in rows), []).append(rows)
    for group in alike.values():
        texts = [part_of(account, paragraph_number, rows[0].document, rows[0].provision) for rows in group]
        targets = [part_of(account, paragraph_number, one.target, one.target_provision) for one in group[0]]
        verb = " was taken up in " if len(texts) == 1 else " were taken up in "
        yield sentence(listed(texts), verb, listed(targets), facts=[one for rows in group for one in rows])


def part_of(account, paragraph_number, document, provision):
    """A document, or the part of it that is meant; outcome documents are known by their titles."""
    outcome = document.kind == DocumentKind.OUTCOME
    whole = title_of(document) if outcome else account.printed(document, paragraph_number)
    if not provision:
        return phrase("the ", whole) if whole.text == str(document.title) else whole
    of = " of the " if whole.text == str(document.title) else " of "
    return phrase("the ", Phrase(lower_first(provision.number or provision.place), (provision,)), of, whole)


def presentation(account, number_of, inputs_number):
    """What the Group's chairman put before the preparatory process, and what came of it."""
    found, paragraph_number = [], str(number_of)
    for one in to_prepcom(account)[1]:
        symbol = account.printed(one.document, paragraph_number)
        found.append(sentence(described(one), ", went to ", one.handed_to, " as ", symbol, facts=[one]))
        found.append(sentence(symbol, f" stands in paragraph {inputs_number} too, with the meeting before which it was"))
        found += summarised(symbol, one.document)
        relations = [row for row in account.relations_of(RelationKind.TAKEN_UP_IN) if row.document_id == one.document_id]
        found += uptakes(account, paragraph_number, relations)
        found += reproduced(account, paragraph_number, one.document)
        found += variants(one)
    return paragraph(account, "presentation", number_of, found)


def reproduced(account, paragraph_number, document):
    """What a document reproduces of another that was taken up, as far as the register has it in words."""
    originals = {one.target_id for one in account.relations_of(RelationKind.REPRODUCES) if one.document_id == document.pk}
    for one in account.relations_of(RelationKind.TAKEN_UP_IN):
        if one.document_id in originals and one.provision and one.provision.gist:
            part = part_of(account, paragraph_number, one.document, one.provision)
            yield sentence("It reproduces ", part, ": ", in_one(one.provision.gist))


def other_inputs(account, number_of):
    """What the Union gave elsewhere."""
    given = [one for one in account.submissions if one.submitted_by_id == account.union.pk and not one.meeting]
    found = []
    for one in given:
        verb = " are on record" if is_plural(described(one)) else " is on record"
        to = f", given to the {one.handed_to}" if one.handed_to and one.handed_to not in described(one) else ""
        phase = f", in the {one.get_phase_display()}" if one.phase else ""
        found.append(sentence(described(one), verb, to, phase, facts=[one]))
    return paragraph(account, "other-inputs", number_of, found, closing=further_reading(account, number_of))


def further_reading(account, number_of):
    """The documents before the Group that this paragraph of the report points to."""
    for one in account.cited_before_the_group(str(number_of)):
        by = phrase(", by ", the(one.submitted_by)) if one.submitted_by else ""
        gist = f": {in_one(one.document.gist)}" if one.document.gist else ""
        yield sentence("More can be read in ", account.printed(one.document, str(number_of)), by, gist, facts=[one])
