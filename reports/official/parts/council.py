"""What the Group's last meeting put for discussion, and what Council concluded."""

from mandates.models.organisations import Capacity, Office
from meetings.models.discussions import MeetingState, QuestionState
from wsis_tracker.register import dates

from ..composition import Item
from ..layout import paragraph
from ..wording import Phrase, call, listed, lower_first, number, ordinal, phrase, sentence, sentences, the, title_of, upper_first, when
from .actions import APART, resource
from .gatherings import event
from .mentions import held, on_line
from .work import with_country


def named(meeting):
    """A meeting of a series by its number: the 9th meeting."""
    return Phrase(f"the {ordinal(meeting.number)} meeting", (meeting,)) if meeting.number else call(meeting)


def discussed(account, number_of):
    """What the last discussion in the Group concluded, and the questions that it put."""
    meeting = account.discussion
    if meeting is None:
        return paragraph(account, "questions", number_of)
    told = [sentence("From ", named(meeting), f", held {when(meeting.held_from, meeting.held_to)}, this is recorded:", facts=[meeting])]
    for one in account.concluded_at(meeting):
        told += sentences(one.text, facts=[one])
    asked = [one for one in account.questions if one.meeting_id == meeting.pk]
    if asked:
        fora = {row.organisation_id: row.organisation for one in asked for row in one.put_to.all()}
        to = phrase(" to ", listed([the(organisation) for organisation in fora.values()])) if fora else ""
        many = "One question is" if len(asked) == 1 else f"{upper_first(number(len(asked)))} questions are"
        told.append(sentence(f"{many} put", to, ":", facts=asked))
    money = [one for one in account.figures if one.unit and one.value is not None and one.organisation_id == account.union.pk]
    items = [Item(question(account, one), f"{one.number})") for one in asked]
    return paragraph(account, "questions", number_of, told, items, closing=[resource(one) for one in money])


def question(account, record):
    """A question, and what answered it by the day."""
    found = [*sentences(record.text, facts=[record])]
    if record.state_on(account.day) == QuestionState.ANSWERED:
        by = phrase(" by ", call(record.answered_by)) if record.answered_by else ""
        found.append(sentence(f"It was answered {when(record.answered_on)}", by, facts=[record]))
    return tuple(found)


def considered(account, number_of):
    """What the last session of Council had before it, and what it concluded by letters."""
    session = account.session
    if session is None:
        return paragraph(account, "conclusions", number_of)
    told, paragraph_number = [], str(number_of)
    before = account.put_before(session)
    if before:
        papers = [paper(account, one, paragraph_number) for one in before]
        at = phrase(
            "At ", title_of(session), f", held {when(session.held_from, session.held_to)}, ", the(account.council), " had before it "
        )
        told.append(sentence(at, listed(papers), facts=[session, *before]))
    lettered = [one for one in account.concluded_at(session) if is_lettered(one)]
    speakers = sorted({one.spoken_by for one in lettered if one.spoken_by})
    if lettered:
        by = f", as {lower_first(speakers[0])} put it" if len(speakers) == 1 else ""
        told.append(sentence(f"The discussion was concluded as follows{by}:", facts=lettered))
    items = [Item(tuple(concluded(account, one)), f"{one.item})") for one in lettered]
    return paragraph(account, "conclusions", number_of, told, items)


def paper(account, submission, paragraph_number):
    """A document before a meeting, with who put it there."""
    printed = account.printed(submission.document, paragraph_number) if submission.document else Phrase(submission.words)
    return phrase(printed, " of ", the(submission.submitted_by)) if submission.submitted_by else printed


def is_lettered(conclusion):
    return conclusion.item.isalpha()


def concluded(account, conclusion):
    """A conclusion; the roles that its paragraph makes, the resources that it names and the meetings that it looks to."""
    yield from sentences(conclusion.text, facts=[conclusion])
    made = [one for one in account.roles if one.made_in_id == conclusion.provision_id]
    for kind in dict.fromkeys(one.kind for one in made):
        alike = [one for one in made if one.kind == kind]
        yield role_made(account, alike)
    for figure in account.figures:
        if figure.funding and conclusion.provision_id in {row.provision_id for row in figure.sources.all()}:
            yield resource(figure)
    for meeting in account.meetings:
        to_come = meeting.kind not in APART and meeting.state_on(account.day) == MeetingState.PLANNED
        if to_come and conclusion.provision_id in {row.provision_id for row in meeting.sources.all()}:
            yield event(account, meeting)


def role_made(account, claims):
    """The claims of one kind that a paragraph makes: on which lines, with whom, through which Sector."""
    lines = listed([on_line(one) if one.action_line else Phrase("the implementation as a whole") for one in claims])
    others = {row.organisation_id: the(row.organisation) for one in claims for row in one.associates.all()}
    joined = phrase(", together with ", listed(list(others.values()))) if others else ""
    sectors = {one.sector_id: call(one.sector) for one in claims if one.sector}
    through = phrase(", through ", listed(list(sectors.values()))) if sectors else ""
    return sentence("By this paragraph ", the(account.union), f" {held(claims[0])} on ", lines, joined, through, facts=claims)


def continued(account, number_of):
    """What Council asks of the Group by its conclusions, and whether other terms of reference are proposed."""
    told, own = [], {one.pk: one for one in account.asked_of(account.group)}
    for one in account.concluded_at(account.session):
        given = [own[row.mandate_id] for row in one.mandates.all() if row.mandate_id in own]
        if not is_lettered(one) and given:
            told += sentences(one.text, facts=[one])
            told += [given_in_words(account, mandate, str(number_of)) for mandate in given]
    proposed = account.asked_of(account.group, proposed=True)
    if proposed:
        told.append(sentence("Updated terms of reference are proposed, not adopted; they stand at the end of this report", facts=proposed))
    return paragraph(account, "continued", number_of, told)


def given_in_words(account, mandate, paragraph_number):
    """A mandate that a conclusion gives, with the texts by which its paragraph names it."""
    cited = [
        Phrase(f"“{printed.text}”", printed.records)
        for (_document, paragraph), rows in account.citations.items()
        if paragraph == paragraph_number
        for printed in [account.printed(rows[0][0].target, paragraph)]
        if any(printed.text in row.words for row in mandate.sources.all())
    ]
    by = phrase(", printed there as ", listed(cited)) if cited else ""
    return sentence("The Group is thereby to ", lower_first(mandate.action.strip().rstrip(".")), by, facts=[mandate])


def chaired_from_then(account, number_of):
    """What else Council concluded, and the offices that changed hands."""
    told, own = [], {one.pk for one in account.asked_of(account.group)}
    for one in account.concluded_at(account.session):
        if not is_lettered(one) and not any(row.mandate_id in own for row in one.mandates.all()):
            told += sentences(one.text, facts=[one])
    for one in account.offices(Office.CHAIR, Capacity.TITULAR):
        if one.appointed_by:
            begun = dates.in_words(one.valid_from)
            told.append(sentence(with_country(one.person), f" is chair from {begun} on, appointed by ", the(one.appointed_by), facts=[one]))
    for one in account.appointments:
        if one.organisation_id in account.union_keys and one.organisation_id != account.group.pk:
            begun = f" by {dates.in_words(one.valid_from)}"
            if str(one.organisation) in one.words:
                told.append(sentence(call(one.person), " went ", one.words, begun, facts=[one]))
            else:
                office = one.words or one.get_office_display()
                told.append(sentence(call(one.person), f" was {office}, ", call(one.organisation), ",", begun, facts=[one]))
    return paragraph(account, "chair", number_of, told)
