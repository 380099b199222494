"""Many rows at once, for tests that count queries: copies of a record with its parts, written without history."""

import copy

from django.db.models.base import ModelState

from action_lines.models import ActionLine, Activity, Role
from mandates.models import Appointment, Document, Figure, Mandate, Mention, Organisation, Person, Provision, Relation
from meetings.models import Conclusion, Meeting, Progress, Question, Submission, Task, TaskLine, TaskMove
from reports.models import Report, Ruling

#: By which all that is copied was there.
DAY = "2026-01-01"


def copies(record, n, change=lambda row, i: None):
    """`n` published copies of `record` with its parts; `change(row, i)` makes each differ where it must."""
    model, start = type(record), type(record).objects.count()
    rows = []
    for i in range(start, start + n):
        row = copy.copy(record)
        row.pk, row._state, row.slug = None, ModelState(), f"copy-{model.collection}-{i}"
        if model.whole is None:
            row.visibility = "published"
        change(row, i)
        rows.append(row)
    rows = model.objects.bulk_create(rows)
    for accessor in model.parts():
        parts = [part for part in getattr(record, accessor).all() if part.pk]
        copied = []
        for row in rows:
            for part in parts:
                twin = copy.copy(part)
                twin.pk, twin._state, twin.record = None, ModelState(), row
                copied.append(twin)
        if copied:
            type(copied[0])._base_manager.bulk_create(copied)
    return rows


def richest(model):
    """The published record of the loaded register that has the most kinds of parts."""
    records = model.objects.published().as_of(DAY)
    return max(records, key=lambda record: [getattr(record, name).exists() for name in model.parts()].count(True))


def organisations(n):
    return copies(Organisation.objects.get(slug="wg-wsis"), n)


def people(n):
    return copies(richest(Person), n)


def appointments(n):
    return copies(richest(Appointment), n, lambda row, i: setattr(row, "capacity", "acting"))


def symbol(row, i):
    row.symbol = row.normalised = f"X77/{i}"


def documents(n):
    made = copies(richest(Document), n, symbol)
    relations(n, made)
    return made


def provisions(n):
    def place(row, i):
        row.position, row.label = 10_000 + i, f"copy-{i}"

    return copies(Provision.objects.filter(parent__isnull=False).first(), n, place)


def relations(n, of=None):
    """One relation from each of `n` new documents, and one to it."""
    of = of or copies(richest(Document), n, symbol)
    template = Relation.objects.published().as_of(DAY).filter(target__isnull=False, provision__isnull=True).first()
    to = iter(of)
    made = copies(template, n, lambda row, i: setattr(row, "document", next(to)))
    back = iter(of)
    return made + copies(template, n, lambda row, i: setattr(row, "target", next(back)))


def mandates(n):
    return copies(richest(Mandate), n)


def mentions(n):
    at = iter(provisions(n))
    return copies(richest(Mention), n, lambda row, i: setattr(row, "provision", next(at)))


def figures(n):
    return copies(richest(Figure), n)


def lines(n):
    def place(row, i):
        row.code, row.position = f"X{i}", 200 + i

    return copies(ActionLine.objects.get(slug="c7-e-health"), n, place)


def roles(n):
    at = iter(provisions(n))
    template = max(Role.objects.published().as_of(DAY).filter(restates__isnull=False), key=lambda role: role.associates.count())
    return copies(template, n, lambda row, i: setattr(row, "made_in", next(at)))


def activities(n):
    return copies(richest(Activity), n, lambda row, i: setattr(row, "number", f"copy-{i}"))


def meetings(n):
    def place(row, i):
        row.series, row.number = "", None

    return copies(richest(Meeting), n, place)


def submissions(n):
    template = Submission.objects.published().as_of(DAY).filter(document__isnull=False, meeting__isnull=False).first()
    of = iter(copies(richest(Document), n, symbol))
    return copies(template, n, lambda row, i: setattr(row, "document", next(of)))


def conclusions(n):
    return copies(richest(Conclusion), n, lambda row, i: setattr(row, "item", f"copy {i}"))


def questions(n):
    template = Question.objects.published().filter(answered_by__isnull=False).first() or richest(Question)
    return copies(template, n, lambda row, i: setattr(row, "number", 1000 + i))


def tasks(n):
    """Tasks, each on an action line, opened in one of fifteen years, and with a report of progress."""
    made = copies(richest(Task), n)
    TaskLine.objects.filter(record__in=made)._raw_delete("default")  # past history, like the rest
    line = ActionLine.objects.get(slug="c7")
    TaskLine.objects.bulk_create(TaskLine(record=task, action_line=line) for task in made)
    opened = (
        TaskMove(record=task, on=f"{2003 + i % 15}-{1 + i % 12:02}-11", to_state=task.state, reason="Made") for i, task in enumerate(made)
    )
    TaskMove.objects.filter(record__in=made)._raw_delete("default")
    TaskMove.objects.bulk_create(opened, batch_size=2000)
    of = iter(made)
    copies(Progress.objects.first(), n, lambda row, i: setattr(row, "task", next(of)))
    return made


def progress(n):
    return copies(Progress.objects.first(), n)


def rulings(n):
    return copies(Ruling.objects.first(), n)


def reports(n):
    return copies(Report.objects.first(), n)


def disagreeing(n):
    """`n` lines on which two claimants differ about ITU, `n` variants in each of three kinds of record, `n` figures that miscount."""
    made = iter(lines(n))
    template = Role.objects.get(slug="itu-c7-council-res-1244-annex")
    claims = copies(template, n, lambda row, i: setattr(row, "action_line", next(made)))
    others, claimant = iter(claims), Organisation.objects.get(slug="unesco")

    def other(row, i):
        row.action_line, row.claimant, row.kind = next(others).action_line, claimant, "partner"

    copies(template, n, other)
    provision = template.made_in
    for make, field in ((mandates, "item"), (submissions, "phase"), (meetings, "topic")):
        records = make(n)
        rows = records[0].sources.model
        rows.objects.filter(record__in=records)._raw_delete("default")  # past history, like the rest
        rows.objects.bulk_create(rows(record=record, provision=provision, field=field, value="z") for record in records)
    copies(Figure.objects.exclude(counts="").first(), n, lambda row, i: setattr(row, "value", 10_000 + i))


#: Who makes the rows of each collection.
MAKERS = {
    "organisations": organisations,
    "people": people,
    "appointments": appointments,
    "documents": documents,
    "provisions": provisions,
    "relations": relations,
    "mandates": mandates,
    "mentions": mentions,
    "figures": figures,
    "action-lines": lines,
    "roles": roles,
    "activities": activities,
    "meetings": meetings,
    "submissions": submissions,
    "conclusions": conclusions,
    "questions": questions,
    "tasks": tasks,
    "progress": progress,
    "rulings": rulings,
    "reports": reports,
}
