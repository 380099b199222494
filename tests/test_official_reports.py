"""The report of the Group is composed of the records: every value of the analysis of its source stands where the source has it."""

import hashlib
import re
from pathlib import Path

import pytest

from mandates.symbols import normalise
from reports.models import Report
from reports.official.builders import build
from reports.official.wording import number, ordinal
from tests.other_words import in_other_words, tell_in_other_words
from tests.test_facts import ROWS, key_values
from wsis_tracker.register import dates

pytestmark = pytest.mark.django_db

#: The source says nothing: there is nothing to print.
SILENT = {"not stated", "implied", "none", "missing", "not named"}
#: How the author of the source broke lists is no fact.
LAYOUT = {"bullets"}
#: How many there are of something.
COUNTS = {"count", "goals", "examples", "listed", "q", "Geneva", "Marrakesh", "Lisbon", "Madeira"}
#: Words of the analysis, not of the source, and how the report says the same.
SAID = {
    ("effect", "revises WG-WSIS mandate"): "revised the mandate and work of WG-WSIS",
    ("activity", "coordinated drafting"): "coordination of the drafting",
    ("mode", "electronic"): "electronic means",
    ("relation", "before"): "held before the Plenipotentiary Conference",
    ("frequency", "annual"): "annual report",
    ("exhaustive", "no"): "non-exhaustive",
    ("nature", "new task"): "new tasks",
    ("nature", "existing mandate"): "existing mandate",
    ("format", "booklet"): "booklet",
    ("format", "website"): "website",
    ("modality", "were invited"): "the membership is to reflect",
    ("modality", "should"): "should be developed",
    ("modality", "will be required"): "will be required",
    ("certainty", "can be considered"): "are very significant",
    ("certainty", "possible"): "possible reference",
    ("clarity", "clear"): "clear in some areas",
    ("clarity", "less clear"): "less clear",
    ("status", "taken"): "have taken or announced",
    ("status", "announced"): "have taken or announced",
    ("status", "planned"): "is planned",
    ("status", "draft"): "draft",
    ("status", "proposed"): "proposed",
    ("status", "open"): "open",
    ("role", "substitute chair"): "took the chair of WG-WSIS in the absence of the chairman",
    ("role", "ITU secretariat"): "secretariat of ITU",
    ("approx", "yes"): "about CHF",
    ("also", "9-bullet8"): "paragraph 9",
}


def paragraph_of(row):
    """The number of the row's paragraph, or the key of the paragraph without one."""
    label = row["paragraph"].lower()
    numbered = re.match(r"\d+", label)
    return numbered[0] if numbered else {"tor": "terms-of-reference"}.get(label[:3], label.split("-")[0])


def texts_of(composition):
    """What stands under each number and key, the heading above it included."""
    found = {"document": [composition.title]}
    for section in composition.sections:
        for paragraph in section.paragraphs:
            text = " ".join([section.heading, *(item.label for item in paragraph.items), *(s.text for s in paragraph.every_sentence())])
            for name in {paragraph.number, paragraph.key} - {""}:
                found[name] = text
            found["document"].append(text)
    return {name: spelled_out(text if isinstance(text, str) else " ".join(text)) for name, text in found.items()}


def spelled_out(text):
    """A text with the first day of every span said in full too, and with thousands not set apart."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    within = re.findall(r"from (\d+) to \d+ (\w+ \d{4})", text)
    across = re.findall(r"from (\d+ \w+) to \d+ \w+ (\d{4})", text)
    return " ".join([text, *(f"{first} {rest}" for first, rest in within + across)])


def traps_aside():
    return [row for row in ROWS if not row["statement"].startswith("Trap")]


def forms(key, value, told):
    """The ways in which a text may print a value, told in the words of the register that is reported."""
    if (key, value) in SAID:
        return [SAID[key, value]]
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value):
        return [dates.in_words(told(value))]
    if key in ("seq", "ordinal"):
        return [told(ordinal(int(value)))]
    if value.isdigit():
        return [told(value), number(int(value))] if key in COUNTS else [told(value)]
    whole = re.sub(r"(?i) annex$|/nn$", "", value)
    printed = [whole, re.sub(r"\bRes\.", "Resolution", whole)]
    if not value.lower().endswith(" annex"):
        return [told(one) for one in printed]
    joined = [(of, one) for of in ("of", "of the", "to") for one in printed]
    return [form for of, one in joined for form in (f"{told('annex')} {of} {told(one)}", told(f"annex {of} {one}"))]


def stands(key, value, text, told=str):
    """Whether a text prints a value; a range or a way from one to another, by each of its steps."""
    if key == "normalised":
        return normalise(told(value)) in {normalise(word) for word in re.findall(r"[\w-]+(?:/[\w-]+)+", text)}
    steps = [step for step in re.split(r" > | \+ |\.\.| and (?=PrepCom)", value) if step]
    words = words_of(text)
    return all(any(contains(words, words_of(form)) for form in forms(key, step, told)) for step in steps)


def words_of(text):
    """Its words in their order; everything but letters and digits is a gap."""
    return re.findall(r"[^\W_]+", text.casefold())


def contains(words, sought):
    return any(words[start : start + len(sought)] == sought for start in range(len(words) - len(sought) + 1))


def report(slug="wg-wsis-2002-2006"):
    return Report.objects.select_related("document", "reports_to").get(slug=slug)


def test_every_value_of_the_analysis_stands_in_the_paragraph_of_its_number():
    texts = texts_of(build(report(), "2006-04-30"))
    missing = []
    for row in traps_aside():
        for key, value in key_values(row["key values"]):
            if value and value not in SILENT and key not in LAYOUT and not stands(key, value, texts[paragraph_of(row)]):
                missing.append(f"{row['id']} ({row['paragraph']}): {key}={value}")
    assert not missing, f"{len(missing)}: " + "; ".join(missing)


#: Words of the vocabularies, in which the program itself speaks; and another spelling of a symbol, which only its grammar knows.
VOCABULARY = {"role", "type", "sources", "variant"}
PHASES = {"Geneva", "Tunis"}
#: Words of any report, which happen to be values too.
COMMON = {"mandate", "Council"}


def test_a_register_in_other_words_and_years_gives_its_own_values_and_none_of_these():
    tell_in_other_words()
    texts = texts_of(build(report(), "2036-04-30"))
    whole = re.sub(r"\[[^\]]*\]", "", texts["document"])  # places of paragraphs are told by their labels, which are keys
    whole = re.sub(r"(Geneva|Tunis) phase \(\d{4}\)", "", whole)  # and phases by the labels of the two
    missing, left = [], []
    for row in traps_aside():
        for key, value in key_values(row["key values"]):
            if not value or value in SILENT or key in LAYOUT or (key, value) in SAID or key in VOCABULARY or value in PHASES:
                continue
            if not stands(key, value, texts[paragraph_of(row)], in_other_words):
                missing.append(f"{row['id']} ({row['paragraph']}): {key}={in_other_words(value)}")
            if key not in COUNTS and value not in COMMON and re.search(r"[^\W\d_]\w|\d{3}", value) and stands(key, value, whole):
                left.append(f"{row['id']}: {key}={value}")
    assert not missing, f"{len(missing)}: " + "; ".join(missing)
    assert not left, "; ".join(left)
    assert not re.findall(r"\b200[2-6]\b", whole)


def test_it_reads_in_full_sentences_under_the_numbers_of_the_source():
    composition = build(report())
    numbers = [paragraph.number for paragraph in composition.paragraphs() if paragraph.number]
    assert numbers == [str(number) for number in range(1, 25)]
    keys = [paragraph.key for paragraph in composition.paragraphs()]
    assert keys[-3:] == ["terms-of-reference", "signature", "footnote"]
    sentences = [sentence.text for paragraph in composition.paragraphs() for sentence in paragraph.every_sentence()]
    assert all(re.match(r"[A-Z0-9“]", text) and text[-1] in ".?:" and "  " not in text for text in sentences)
    assert not [text for text in sentences if re.search(r" [,.;:]|\.\.|,,|\bNone\b|<", text)]


def pieces_of(text):
    """The sentences and clauses of a text of more than five words, each by the hash of its words, as the source's are kept."""
    for piece in re.split(r"(?<!\bNo)[.;:?!]\s", text):
        words = words_of(piece)
        if len(words) > 5:
            yield hashlib.sha256(" ".join(words).encode()).hexdigest()[:20]


def test_no_sentence_of_the_source_is_copied():
    printed = set((Path(__file__).parent / "data" / "sentences.sha256").read_text().split())
    ours = [sentence.text for paragraph in build(report()).paragraphs() for sentence in paragraph.every_sentence()]
    assert len(printed) > 100
    assert [text for text in ours if printed & set(pieces_of(text))] == []
