"""Every row of the analysis of the Group's report stands in the register, on the right record, with its values.

`data/facts.tsv` has a row per fact: id, paragraph, kind, statement, key values. In the key column a piece without `=`
continues the value before it, `|` separates values, and words in brackets are comment.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from action_lines.models import Activity, Role
from mandates.models import Appointment, Document, Figure, Mandate, Mention, Organisation, Person, Provision, Relation
from mandates.symbols import normalise
from meetings.models import Conclusion, Meeting, Question, Submission, Task
from reports.discrepancies import source_models
from wsis_tracker.register.words import fold

pytestmark = pytest.mark.django_db

REPORT = "wg-wsis-report-2002-2006"
#: The kinds of record that may carry a row of each kind; a document is carried by the report's relation that cites it.
CARRIERS = {
    "instrument": {Document},
    "outcome-document": {Document},
    "document": {Document},
    "amendment": {Relation},
    "meeting": {Meeting},
    "consultation": {Meeting},
    "planned-event": {Meeting},
    "input": {Submission},
    "person-role": {Appointment, Conclusion},
    "role": {Role, Mandate},
    "itu-mention": {Mention, Figure},
    "tor": {Mandate},
    "question": {Question},
    "conclusion": {Conclusion, Task},
    "action-taken": {Meeting, Document, Activity},
    "resource": {Figure, Document},
    "date": {Document, Mandate, Meeting, Organisation, Task, Activity, Appointment},
    "other": None,
}
SILENT = {"not stated", "implied", "none", "missing", "not named"}  # the source says nothing: the record has nothing to hold


def read_rows():
    with (Path(__file__).parent / "data" / "facts.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def key_values(text):
    """The key column as a list of (key, value)."""
    pairs = []
    for piece in text.split(";"):
        key, equals, value = piece.strip().partition("=")
        if not equals:
            key, value = pairs[-1][0], piece
        for one in value.split("|"):
            pairs.append((key, re.sub(r" \([^)]*\)", "", one).strip()))
    return pairs


def label(paragraph):
    """The label of the report's provision for a paragraph of the table: `16-bullet2` is para-16-bullet-2."""
    text = re.sub(r"bullet(\d)", r"bullet-\1", paragraph).lower()
    text = re.sub(r"^(\d+)([a-i])\b", r"\1-\2", text)
    text = re.sub(r"^tor(\d)", r"tor-\1", text)
    return f"para-{text}" if text[0].isdigit() else text


ROWS = read_rows()


@pytest.fixture(scope="module")
def carried(django_db_setup, django_db_blocker):
    """Per fact id, what carries it: (record, source row or None, label of the provision)."""
    found = defaultdict(list)
    with django_db_blocker.unblock():
        for model in source_models():
            for row in model.objects.exclude(fact_ids=[]).select_related("record", "provision__document"):
                subject = row.record.target if getattr(row.record, "kind", "") == "cites" else row.record
                for fact in row.fact_ids:
                    found[fact].append((subject, row, row.provision))
        for provision in Provision.objects.exclude(fact_ids=[]).select_related("document"):
            for fact in provision.fact_ids:
                found[fact].append((provision, None, provision))
    return found


def test_the_table_has_its_229_rows():
    assert [row["id"] for row in ROWS] == [f"F{n:03}" for n in range(1, 230)]


def test_no_source_row_names_a_fact_that_the_table_lacks(carried):
    assert set(carried) <= {row["id"] for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_row_stands_on_the_right_kind_of_record_at_its_own_paragraph(row, carried):
    carriers = carried[row["id"]]
    assert carriers, "the row is missing"
    for record, _source, provision in carriers:
        assert provision.document.slug == REPORT
        assert record.shown_to_public, f"{record} is no published record"
    assert label(row["paragraph"]) in {provision.label for _r, _s, provision in carriers}
    allowed = CARRIERS[row["kind"]]
    if allowed:
        assert any(type(record) in allowed for record, _s, _p in carriers), [type(r).__name__ for r, _s, _p in carriers]
        assert not any(isinstance(record, Provision) for record, _s, _p in carriers), "a provision carries only rows of kind other"


# -- what the values of a record are -------------------------------------------------------------------------------


def names(organisation):
    """Every name that an organisation goes by."""
    if organisation is None:
        return set()
    return {organisation.acronym, *organisation.name.values(), *(name.name for name in organisation.names.all())}


def organisations(record):
    """The organisations that a record names, itself or through its parts."""
    found = [getattr(record, f.name) for f in record._meta.concrete_fields if f.is_relation and f.related_model is Organisation]
    for holder in record.parts():
        for part in getattr(record, holder).all():
            found += [getattr(part, f.name) for f in part._meta.concrete_fields if f.is_relation and f.related_model is Organisation]
    return [organisation for organisation in found if organisation]


def texts(record, source=None):
    """The texts of a record, in our words and as printed, and those of its source row."""
    found = [str(record)]
    for field in record._meta.concrete_fields:
        value = getattr(record, field.name)
        if isinstance(value, dict):
            found += value.values()
        elif field.name not in ("staff_note", "search") and not field.is_relation:
            found += [str(value or ""), str(getattr(record, f"get_{field.name}_display", str)() or "")]
        elif isinstance(value, Meeting | Document | Mandate):
            found += [value.slug, *texts(value)] if not isinstance(record, type(value)) else [value.slug]
    if source is not None:
        found += [source.words, source.value]
    for person in (getattr(record, "person", None), record if isinstance(record, Person) else None):
        found += [name.name for name in person.names.all()] if person else []
    return [text for text in found if text]


def says(record, source, value):
    """Whether a text of the record has every word of `value`, or an organisation named by it bears that name."""
    if any(value in names(organisation) for organisation in organisations(record)):
        return True
    return set(fold(value)) <= set(fold(" ".join(texts(record, source))))


def documents(record):
    """The documents that a record is, names or is made in."""
    found = [record] if isinstance(record, Document) else []
    for field in record._meta.concrete_fields:
        value = getattr(record, field.name)
        if isinstance(value, Document):
            found.append(value)
        elif isinstance(value, Provision):
            found.append(value.document)
        elif isinstance(value, Meeting | Mandate) and not isinstance(record, Meeting):
            found += documents(value)
    return found


def is_document(document, value):
    """Whether `value` is how the table calls the document: by symbol, or by its title's words."""
    value = re.sub(r" annex$|^annex 2 to ", "", value)
    keys = {document.normalised, *(alias.normalised for alias in document.aliases.all())}
    value_key = normalise(value if not value.startswith(("Decision", "Res.")) else f"PP {value}")
    return value_key in keys or any(set(fold(value)) <= set(fold(title)) for title in document.title.values())


def has_date(record, value):
    """Whether a dated field of the record is exactly `value`, or its range `from..to`."""
    first, _dots, last = value.partition("..")
    dated = {getattr(record, f.name) for f in record._meta.concrete_fields if isinstance(getattr(record, f.name), str)}
    return first in dated and (not last or last in dated)


def attr(*fields):
    """A check that one of the fields is `value`, whatever its letters' case."""
    return lambda record, source, value: value.lower() in {str(getattr(record, f, "")).lower() for f in fields}


def period(record, source, value):
    bounds = ("covers_from", "covers_to", "period_from", "period_to", "valid_from", "valid_until", "held_from", "held_to")
    held = {str(getattr(record, bound, None) or "")[:4] for bound in bounds}
    # a period that is said to last until a year ends where the next begins
    return value in held or (getattr(record, "valid_until", None) == str(int(value) + 1))


def person(record, source, value):
    return value in {record.person.name, *(name.name for name in record.person.names.all())}


def phase(record, source, value):
    printed = any(row.field == "phase" and row.value == value for row in record.sources.all()) if hasattr(record, "sources") else False
    return (
        printed
        or says(record, source, f"{value} phase")
        or value.lower() in {getattr(d, "phase", None) for d in [record, *documents(record)]} | submitted(record, "phase")
    )


def submitted(record, field):
    """The values of a field of the meetings before which a document was."""
    if isinstance(record, Document):
        return {getattr(s.meeting, field) for s in record.submissions.all() if s.meeting} | {
            getattr(s, field, None) for s in record.submissions.all()
        }
    meeting = getattr(record, "meeting", None)
    return {getattr(meeting, field)} if meeting else set()


def office(record, source, value):
    acting = value.startswith("substitute")
    if isinstance(record, Conclusion):
        return value in record.spoken_by
    held = record.office.replace("-", " ") in value or value in record.get_office_display() or value.endswith(record.office)
    return held and (record.capacity == "acting") is acting


def role(record, source, value):
    if isinstance(record, Appointment | Conclusion):
        return office(record, source, value)
    return value in record.kind or set(fold(value)) <= set(fold(f"{record.kind} {record.words} {record.qualifier}"))


def line(record, source, value):
    if isinstance(record, Role):
        return record.action_line is not None and record.action_line.code == value
    return value in {part.action_line.code for part in record.action_lines.all()}


def para(record, source, value):
    return label(value.replace("(r)", "-r")).removeprefix("para-") in {
        record.provision.label.removeprefix("para-"),
        record.provision.number,
    }


def paras(record, source, value):
    first, last = value.split("-")
    return int(first) <= int(record.provision.number.strip(". ") or 0) <= int(last)


def nature(record, source, value):
    return record.get_nature_display() == value


def named(record, source, value):
    """By an organisation's name, or in words."""
    value = {"Director BDT": "Director of BDT", "Director TSB": "Director of TSB"}.get(value, value)
    return says(record, source, value)


def document(record, source, value):
    return any(is_document(d, value) for d in documents(record))


def stated_document(record, source, value):
    return document(record, source, value) or says(record, source, value.replace("Res.", "Resolution"))


def status(record, source, value):
    if isinstance(record, Meeting):
        return record.state_on("2006-04-30") == value
    return says(record, source, value) or attr("state", "stage", "modality", "visibility")(record, source, value)


def amount(record, source, value):
    return record.value == int(value)


def place(record, source, value):
    return (
        attr("place")(record, source, value)
        or (not hasattr(record, "place") and says(record, source, value))
        or value in getattr(record, "place", "")
    )


def symbol(record, source, value):
    if isinstance(record, Document):
        printed = {record.symbol, *(alias.text for alias in record.aliases.all())}
        return value in printed or (normalise(value) == record.normalised and value in source.words)
    return value in " ".join(texts(record, source)) or document(record, source, value)


def item(record, source, value):
    return record.item.strip(").") == value


def aliases(record, source, value):
    return value in {alias.text for alias in record.aliases.all()}


def url(record, source, value):
    return value in {link.url for link in record.links.all()}


def start(record, source, value):
    return attr("held_from", "started_on")(record, source, value)


def end(record, source, value):
    return attr("held_to", "ended_on")(record, source, value) or (not getattr(record, "held_to", "") and start(record, source, value))


def date(record, source, value):
    if value == "just before PP-06":
        return record.held_to < Meeting.objects.get(slug="pp-06").held_from
    return has_date(record, value)


def year(record, source, value):
    return (record.dated_on or "").startswith(value)


VALUES = {
    "symbol": symbol,
    "normalised": attr("normalised"),
    "numbers": aliases,
    "probable": lambda r, s, v: any(v[:-2] in a.text for a in r.aliases.all()),
    "instrument": stated_document,
    "instruments": stated_document,
    "document": document,
    "documents": stated_document,
    "basis": stated_document,
    "source": lambda r, s, v: stated_document(r, s, v) or named(r, s, v),
    "tor-source": lambda r, s, v: any(document(r, s, part) for part in v.split(" + ")),
    "provision": lambda r, s, v: any(p.number == v for p in r.provisions.all()),
    "parent": lambda r, s, v: any(is_document(x.target, v) for x in r.relations.all() if x.target),
    "session": stated_document,
    "predecessor": lambda r, s, v: (
        v in " ".join(texts(r, s)) or Organisation.objects.get(slug="wg-wsis").predecessor.name["en"].startswith(v)
    ),
    "result": named,
    "effect": lambda r, s, v: r.kind in ("amends", "revises"),
    "place": place,
    "year": year,
    "council-year": year,
    "date": date,
    "from": period,
    "to": lambda r, s, v: period(r, s, v) if v.isdigit() else says(r, s, v),
    "until": period,
    "start": start,
    "end": end,
    "period": lambda r, s, v: r.valid_from == v[:4] and r.valid_until >= v[-4:],
    "person": person,
    "title": lambda r, s, v: (
        v in (r.person.title if isinstance(r, Appointment) else " ".join(texts(r))) or v in " ".join(n.name for n in r.person.names.all())
    ),
    "role": role,
    "country": lambda r, s, v: v in names(r.person.country),
    "affiliation": lambda r, s, v: v in " ".join(names(r.organisation)),
    "by": named,
    "body": named,
    "actor": named,
    "with": lambda r, s, v: named(r, s, v),
    "line": line,
    "label": attr("label"),
    "sector": named,
    "object": says,
    "host": says,
    "nature": nature,
    "topic": says,
    "seq": attr("number"),
    "meeting": lambda r, s, v: f"-{v}/" in r.symbol,
    "prepcom": lambda r, s, v: int(v) in submitted(r, "number"),
    "phase": phase,
    "phase-in-report": phase,
    "status": status,
    "event": says,
    "organisers": named,
    "author": named,
    "partner": says,
    "target": says,
    "delivered": lambda r, s, v: str(r.meeting.number) in v,
    "also": lambda r, s, v: "para-9-bullet-8" in {x.provision.label for rel in r.related_from.all() for x in rel.sources.all()},
    "item": lambda r, s, v: item(r, s, v) or r.slug.endswith(v.replace(".", "-")),
    "report-to": lambda r, s, v: named(r, s, v) or says(r, s, "Plenipotentiary Conference"),
    "via": named,
    "route": lambda r, s, v: all(named(r, s, step.strip()) for step in v.split(">")),
    "variant": lambda r, s, v: v in s.words or v in s.value,
    "task": says,
    "para": para,
    "paras": paras,
    "part": lambda r, s, v: getattr(r, "counts", "") == {"main text": "mentions-tunis", "annex": "mentions-tunis-annex"}[v],
    "certainty": lambda r, s, v: v in (getattr(r, "certainty", ""), getattr(r, "modality", "")),
    "type": lambda r, s, v: v == r.get_funding_display(),
    "sources": lambda r, s, v: v == r.get_funding_display(),
    "url": url,
    "amount": amount,
    "currency": attr("unit"),
    "approx": lambda r, s, v: r.about,
    "modality": lambda r, s, v: v in r.modality,
    "thanked": says,
    "decided-at": says,
    "refers": lambda r, s, v: v in " ".join(texts(r, s)) or says(r, s, "questions"),
    "fora": named,
    "q": attr("number"),
    "participants": says,
    "ordinal": attr("number"),
    "publication": says,
    "open-to": says,
    "lead": named,
}


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] != "other"], ids=lambda row: row["id"])
def test_the_key_values_of_a_row_are_values_of_its_records(row, carried):
    carriers = [(record, source) for record, source, _p in carried[row["id"]] if type(record) in CARRIERS[row["kind"]]]
    wrong = []
    for key, value in key_values(row["key values"]):
        if value in SILENT or not value:
            continue
        if key == "bullets":
            held = {provision.children.filter(kind="bullet").count() for _r, _s, provision in carried[row["id"]]}
            wrong += [] if int(value) in held else [f"bullets={value}: {held}"]
            continue
        if key == "count":
            figures = {record.value for record, _s, _p in carried[row["id"]] if isinstance(record, Figure)}
            held = {len({record.pk for record, _s in carriers}), *figures}
            wrong += [] if int(value) in held else [f"count={value}: {held}"]
            continue
        if not any(VALUES[key](record, source, value) for record, source in carriers):
            wrong.append(f"{key}={value}: {[record.slug for record, _s in carriers]}")
    assert not wrong
