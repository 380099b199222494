"""Every sentence of a report knows the records behind it: to change one changes these sentences and no others."""

import pytest

from action_lines.models import ActionLine, Activity, Role
from mandates.models import Appointment, Document, Figure, Mandate, Mention, Organisation, Person, Provision, Relation
from meetings.models import Conclusion, Meeting, Question, Submission
from reports.models import Report
from reports.official.builders import build
from wsis_tracker.register.fields import Translation

pytestmark = pytest.mark.django_db

#: Of each kind a record, and what to change of it: a value that is printed.
CHANGES = [
    (Meeting, "wg-wsis-4", {"place": "Ulan Bator, Mongolia"}, {"meetings"}),
    (Meeting, "multilingual-internet-2006-05-09", {"held_to": "2006-05-12"}, {"planned"}),
    (Appointment, "russian-ministry-it-director-general-yuri-grin", {"words": "Head of a department"}, {"officers"}),
    (Person, "yuri-grin", {"name": "Anna Petrovna"}, {"officers", "chair"}),
    (Organisation, "canada", {"name": Translation(en="Atlantis")}, {"mentions-tunis"}),
    (Organisation, "undp", {"acronym": "XYZDP"}, {"mentions-tunis", "conclusions"}),
    (Document, "c06-37", {"symbol": "C06/99", "normalised": "C06/99"}, {"conclusions"}),
    (Document, "wg-wsis-9-13", {"symbol": "WG-WSIS-9/77", "normalised": "WG-WSIS-9/77"}, {"other-inputs"}),
    (Provision, "tunis-agenda-para-78", {"number": "79"}, {"mentions-tunis"}),
    (Relation, "council-res-1244-taken-up-in-tunis-agenda", {"target_provision": (Provision, "tunis-agenda-para-109")}, {"taken-up"}),
    (Mandate, "wg-wsis-analyse-outcomes", {"action": "Sleep over it."}, {"programme"}),
    (Mandate, "itu-study-iic", {"action": "Weigh the cables."}, {"mentions-tunis", "natures"}),
    (Mandate, "wg-wsis-tor-2006-2", {"action": "Watch everything."}, {"terms-of-reference"}),
    (Figure, "wsis-in-financial-plan-2004-2007", {"value": 2_500_000}, {"questions"}),
    (Role, "itu-c8-wg-wsis-report-2002-2006-para-22-b", {"label": "Songs and dances"}, {"conclusions"}),
    (ActionLine, "c8", {"code": "C88"}, {"conclusions"}),
    (Activity, "golden-book-published", {"title": "Burning of the book", "summary": "It burnt well."}, {"actions-taken"}),
    (Submission, "wsis-pc-3-c-141-to-prepcom-geneva-3", {"words": "A song"}, {"inputs"}),
    (Conclusion, "council-2006-04-d", {"text": "Money will be needed."}, {"conclusions"}),
    (Question, "wg-wsis-9-question-4", {"text": "What next?"}, {"questions"}),
]
#: Of each kind a record that is withdrawn: what counts it changes too.
WITHDRAWN = [
    (Meeting, "wg-wsis-2"),
    (Appointment, "wg-wsis-vice-chair-frederic-riehl"),
    (Relation, "council-res-1222-amends-council-res-1214"),
    (Mandate, "wg-wsis-monitor-2006"),
    (Mention, "itu-tunis-agenda-para-78"),
    (Mention, "itu-tunis-agenda-annex-c11"),
    (Figure, "mentions-of-itu-geneva"),
    (Activity, "wg-wsis-framework-of-contribution"),
    (Submission, "wsis-ii-pc-3-contri-53-to-prepcom-tunis-3"),
    (Question, "wg-wsis-9-question-7"),
]


def sentences():
    """The paragraph, text and records behind every sentence of the Group's report."""
    composition = build(Report.objects.select_related("document", "reports_to").get(slug="wg-wsis-2002-2006"))
    return {(paragraph.key, sentence.text): sentence for paragraph in composition.paragraphs() for sentence in paragraph.every_sentence()}


def built_from(found, record):
    key = (record.collection, record.slug)
    return {place for place, sentence in found.items() if key in {(one.collection, one.slug) for one in sentence.behind}}


def ids(case):
    return case if isinstance(case, str) else getattr(case, "__name__", "")


@pytest.mark.parametrize(("model", "slug", "change", "paragraphs"), CHANGES, ids=ids)
def test_a_change_of_a_record_changes_exactly_the_sentences_that_print_it(model, slug, change, paragraphs):
    record, before = model.objects.get(slug=slug), sentences()
    model.objects.filter(slug=slug).update(**{name: found(value) for name, value in change.items()})
    after = sentences()
    gone, come = set(before) - set(after), set(after) - set(before)
    assert gone
    assert {key for key, _text in gone} == paragraphs
    assert gone <= built_from(before, record)
    assert come <= built_from(after, record)
    unchanged = built_from(before, record) - gone
    assert unchanged == {place for place in unchanged if counts(place)}, "it is behind a sentence that says nothing of it"


def found(value):
    """A value, or the record that it names."""
    return value[0].objects.get(slug=value[1]) if isinstance(value, tuple) else value


def counts(place):
    """Whether a sentence says how many there are: it has behind it all that it counts, and changes with their number alone."""
    _key, text = place
    return any(words in text for words in COUNTING)


COUNTING = [
    " times ", "are on record up to", "reported to Council in", "can be named", "outcome documents:", "are stated to be",
    "questions are put", "had before it", "concluded as follows", "are proposed, not adopted", "Of these there were", "differ on",
]  # fmt: skip


@pytest.mark.parametrize(("model", "slug"), WITHDRAWN, ids=ids)
def test_to_withdraw_a_record_changes_exactly_the_sentences_that_tell_or_count_it(model, slug):
    record, before = model.objects.get(slug=slug), sentences()
    model.objects.filter(slug=slug).update(visibility="draft")
    after = sentences()
    assert set(before) - set(after) == built_from(before, record)
    assert not built_from(after, record)


def test_every_sentence_about_a_record_says_where_it_is_read():
    found = sentences()
    told = {place: sentence for place, sentence in found.items() if sentence.behind}
    assert len(told) > 100
    assert {key for (key, _text), sentence in found.items() if not sentence.behind} <= {"actions-taken", "planned", "taken-up"}
    read = [sentence for sentence in told.values() if sentence.sources]
    assert len(read) > 0.9 * len(told)
    assert all(", " in source for sentence in read for source in sentence.sources)
    assert {one.url[:1] for sentence in told.values() for one in sentence.behind} == {"/"}
