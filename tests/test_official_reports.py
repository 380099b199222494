"""The report of the Group is composed of the records: every value of the analysis of its source stands where the source has it."""

import re

import pytest

from mandates.symbols import normalise
from reports.models import Report
from reports.official.builders import build
from reports.official.wording import number, ordinal
from tests.test_facts import ROWS, key_values
from wsis_tracker.register import dates

pytestmark = pytest.mark.django_db

#: The source says nothing: there is nothing to print.
SILENT = {"not stated", "implied", "none", "missing", "not named"}
#: How the author of the source broke lists is no fact.
LAYOUT = {"bullets"}
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


def forms(key, value):
    """The ways in which a text may print a value."""
    if (key, value) in SAID:
        return [SAID[key, value]]
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value):
        return [dates.in_words(value)]
    if key in ("seq", "ordinal"):
        return [ordinal(int(value))]
    if value.isdigit():
        return [value, number(int(value))]
    of = re.sub(r"(?i) annex$|/nn$", "", value)
    printed = [of, re.sub(r"\bRes\.", "Resolution", of)]
    return [f"annex {of} {one}" for of in ("of", "of the", "to") for one in printed] if value.lower().endswith(" annex") else printed


def stands(key, value, text):
    """Whether a text prints a value; a range or a way from one to another, by each of its steps."""
    if key == "normalised":
        return value in {normalise(word) for word in re.findall(r"[\w-]+(?:/[\w-]+)+", text)}
    steps = [step for step in re.split(r" > | \+ |\.\.| and (?=PrepCom)", value) if step]
    words = words_of(text)
    return all(any(contains(words, words_of(form)) for form in forms(key, step)) for step in steps)


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
