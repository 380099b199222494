"""Monitoring: each number is what one counts by hand over all rows, on any day, of the whole register and of any part of it."""

import datetime
import re
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from action_lines.models import ActionLine, Activity, ActivityLine, Role
from mandates.models import Figure, Mandate, Mention, Organisation, Provision
from meetings.models import Progress, Task, TaskLine, TaskMove, TaskOrganisation
from reports.monitoring import Question, Scope
from reports.monitoring.lines import still_lines
from reports.monitoring.over_time import period_ends, standings
from reports.monitoring.resources import resources
from reports.monitoring.tasks import most_overdue
from wsis_tracker.register.changes import act
from wsis_tracker.register.dates import earliest

from . import bulk, factories

pytestmark = pytest.mark.django_db

#: A few dates, so that many are alike or a month apart: years and months count from their first day.
DATES = "2005 2005-01-01 2005-01-31 2005-02 2005-03-01 2005-03-02 2006"
DATE = st.sampled_from(DATES.split())
MAYBE_DATE = st.one_of(st.none(), DATE)
SEEN = st.sampled_from(["published", "published", "draft"])
STATES = ["open", "in-progress", "done", "dropped"]
BODY = st.integers(0, 2)
TASK = st.fixed_dictionaries(
    {
        "visibility": SEEN,
        "mandate": st.one_of(st.none(), st.integers(0, 1)),
        "parts": st.dictionaries(BODY, st.sampled_from(["responsible", "supporting"]), max_size=3),
        "lines": st.sets(st.integers(0, 1)),
        "moves": st.lists(st.tuples(DATE, st.sampled_from(STATES), MAYBE_DATE), min_size=1, max_size=5),
        "progress": st.lists(st.tuples(DATE, SEEN), max_size=2),
    }
)
MANDATE = st.fixed_dictionaries(
    {
        "visibility": SEEN,
        "nature": st.sampled_from(["new-task", "existing-mandate"]),
        "modality": st.sampled_from(["instructs", "instructs", "proposed"]),
        "valid_from": st.sampled_from([None, "2005", "2005-01", "2005-02"]),
        "valid_until": st.sampled_from([None, "2005-03", "2006"]),
        "addressees": st.dictionaries(BODY, st.sampled_from(["addressee", "with"]), max_size=2),
        "lines": st.sets(st.integers(0, 1)),
    }
)
MENTION = st.fixed_dictionaries(
    {"visibility": SEEN, "body": st.integers(0, 3), "mandate": st.one_of(st.none(), st.integers(0, 1)), "role": st.one_of(st.none(), BODY)}
)
ACTIVITY = st.fixed_dictionaries(
    {
        "visibility": SEEN,
        "body": st.one_of(st.none(), BODY),
        "line": st.one_of(st.none(), st.integers(0, 1)),
        "also": st.sets(st.integers(0, 1)),
        "dated_on": MAYBE_DATE,
    }
)
FIGURE = st.fixed_dictionaries(
    {
        "visibility": SEEN,
        "organisation": st.one_of(st.none(), BODY),
        "value": st.one_of(st.none(), st.integers(1, 9)),
        "unit": st.sampled_from(["CHF", "", "EUR"]),
        "about": st.booleans(),
        "funding": st.sampled_from(["", "regular-budget", "voluntary"]),
        "period_from": st.sampled_from([None, "2004"]),
        "period_to": st.sampled_from([None, "2007"]),
        "dated_on": MAYBE_DATE,
    }
)
REGISTER = st.fixed_dictionaries(
    {
        "tasks": st.lists(TASK, min_size=2, max_size=6),
        "mandates": st.lists(MANDATE, min_size=2, max_size=2),
        "mentions": st.lists(MENTION, max_size=3),
        "activities": st.lists(ACTIVITY, max_size=3),
        "figures": st.lists(FIGURE, max_size=4),
    }
)
#: The bounds of all that is counted lie some days after a date.
AFTER = st.sampled_from([0, 1, 29, 30, 31, 89, 90, 91])
DAY = st.one_of(st.none(), st.builds(lambda text, days: earliest(text) + datetime.timedelta(days), DATE, AFTER))
ASKED = st.one_of(st.just(set()), st.sets(st.sampled_from(["sector", "organisation", "action_line", "mandate"]), max_size=2))

#: What the keys of the indicators that count records begin with.
COUNTED = ["states-", "late-", "attention-", "mandates-", "over-time-", "mentions-"]


class Made:
    """A small register beside the one that is shipped: a Sector, a bureau of it and another body, two lines, two mandates, and the rest."""

    def __init__(self, drawn):
        made = Organisation.objects.bulk_create(
            [Organisation(slug=f"made-{n}", name={"en": f"Body {n}"}, kind="agency", visibility="published") for n in range(3)]
        )
        Organisation.objects.filter(pk=made[1].pk).update(sector=made[0])
        self.bodies = [*made, Organisation.objects.get(slug="itu")]
        self.lines = ActionLine.objects.bulk_create(
            ActionLine(slug=f"made-{n}", code=f"Made {n}", position=900 + n, dated_on="2003", date_basis="printed", visibility="published")
            for n in range(2)
        )
        self.text = factories.DocumentFactory(dated_on="2005-01-31")
        self.mandates = [self.mandate(n, drawn["mandates"][n]) for n in range(2)]
        for n, task in enumerate(drawn["tasks"]):
            self.task(n, task)
        for n, mention in enumerate(drawn["mentions"]):
            self.mention(n, mention)
        for n, activity in enumerate(drawn["activities"]):
            self.activity(n, activity)
        for n, drawn_figure in enumerate(drawn["figures"]):
            body = drawn_figure["organisation"]
            basis = "printed" if drawn_figure["dated_on"] else ""
            organisation = None if body is None else self.bodies[body]
            self.write(Figure, n, **drawn_figure | {"organisation": organisation, "of": "Something", "date_basis": basis})

    def write(self, model, n, **fields):
        return model.objects.bulk_create([model(slug=f"made-{model.collection}-{n}", **fields)])[0]

    def paragraph(self, n):
        return self.write(Provision, n, document=self.text, position=n + 1, label=f"para-{n}")

    def mandate(self, n, drawn):
        fields = {name: drawn[name] for name in ("visibility", "nature", "modality", "valid_from", "valid_until")}
        if fields["valid_from"] and fields["valid_until"] and fields["valid_until"] <= fields["valid_from"]:
            fields["valid_until"] = None
        made = self.write(Mandate, n, action="Do it", made_in=self.paragraph(100 + n), date_basis="", **fields)
        for body, part in drawn["addressees"].items():
            made.addressees.bulk_create([made.addressees.model(record=made, organisation=self.bodies[body], part=part)])
        for line in drawn["lines"]:
            self.lines[line].mandates.bulk_create([self.lines[line].mandates.model(record=self.lines[line], mandate=made)])
        return made

    def task(self, n, drawn):
        mandate = None if drawn["mandate"] is None else self.mandates[drawn["mandate"]]
        last = sorted(enumerate(drawn["moves"]), key=lambda move: (move[1][0], move[0]))[-1:]
        state, due_on = (last[0][1][1], last[0][1][2]) if last else ("open", None)
        made = self.write(Task, n, title="A task", visibility=drawn["visibility"], mandate=mandate, state=state, due_on=due_on)
        for on, to_state, due_to in drawn["moves"]:  # what a move says of the state before it is not asked
            TaskMove.objects.bulk_create([TaskMove(record=made, from_state="", to_state=to_state, on=on, due_to=due_to)])
        TaskOrganisation.objects.bulk_create(
            TaskOrganisation(record=made, organisation=self.bodies[body], part=part) for body, part in drawn["parts"].items()
        )
        TaskLine.objects.bulk_create(TaskLine(record=made, action_line=self.lines[line]) for line in drawn["lines"])
        for i, (on, visibility) in enumerate(drawn["progress"]):
            self.write(Progress, 100 * n + i, task=made, on=on, text="Done", visibility=visibility)

    def mention(self, n, drawn):
        paragraph = self.paragraph(n)
        self.write(Mention, n, provision=paragraph, organisation=self.bodies[drawn["body"]], visibility=drawn["visibility"])
        if drawn["mandate"] is not None:
            rows = self.mandates[drawn["mandate"]].sources
            rows.bulk_create([rows.model(record=self.mandates[drawn["mandate"]], provision=paragraph)])
        if drawn["role"] is not None:
            given = {"organisation": self.bodies[drawn["role"]], "claimant": self.bodies[2], "made_in": paragraph, "kind": "partner"}
            self.write(Role, n, visibility="published", valid_from="2005-03-01", **given)

    def activity(self, n, drawn):
        fields = {"dated_on": drawn["dated_on"], "date_basis": "printed" if drawn["dated_on"] else "", "visibility": drawn["visibility"]}
        line = None if drawn["line"] is None else self.lines[drawn["line"]]
        body = None if drawn["body"] is None else self.bodies[drawn["body"]]
        made = self.write(Activity, n, title="An activity", kind="action-taken", action_line=line, organisation=body, **fields)
        ActivityLine.objects.bulk_create(ActivityLine(record=made, action_line=self.lines[line]) for line in drawn["also"])

    def scope(self, names):
        """A scope of some kinds: the Sector, the bureau, the first line, the first mandate."""
        named = {"sector": self.bodies[0], "organisation": self.bodies[1], "action_line": self.lines[0], "mandate": self.mandates[0]}
        return Scope({name: {named[name].pk} for name in names}, tuple((name, named[name].slug) for name in names))


def seen(model):
    """Every published row of a table."""
    return [row for row in model.objects.all() if row.visibility == "published"]


def begun(text, day):
    return bool(text) and earliest(text) <= day


class ByHand:
    """The numbers of monitoring, counted row by row over whole tables."""

    def __init__(self, scope, day, quiet_days):
        self.keys, self.day, self.shown_day = scope.keys, day, day or timezone.localdate()
        self.since = self.shown_day - datetime.timedelta(days=quiet_days)
        self.sector_of = dict(Organisation.objects.values_list("pk", "sector"))
        self.moves, self.parts, self.lines = {}, {}, {}
        for move in TaskMove.objects.all():
            self.moves.setdefault(move.record_id, []).append(move)
        for part in TaskOrganisation.objects.all():
            self.parts.setdefault(part.record_id, []).append(part)
        for line in TaskLine.objects.all():
            self.lines.setdefault(line.record_id, set()).add(line.action_line_id)
        self.progress = seen(Progress)
        self.tasks = [task for task in seen(Task) if self.has_task(task)]

    def of_bodies(self, bodies, of_sector=None):
        """Whether some organisations are within the scope, and those of a Sector, which may be told of fewer."""
        of_sector = bodies if of_sector is None else of_sector
        organs = {*of_sector, *(self.sector_of[body] for body in of_sector)}
        return ("organisation" not in self.keys or self.keys["organisation"] & {*bodies}) and (
            "sector" not in self.keys or self.keys["sector"] & organs
        )

    def has_task(self, task):
        parts = self.parts.get(task.pk, [])
        responsible = [part.organisation_id for part in parts if part.part == "responsible"]
        return (
            self.of_bodies([part.organisation_id for part in parts], responsible)
            and ("action_line" not in self.keys or self.keys["action_line"] & self.lines.get(task.pk, set()))
            and ("mandate" not in self.keys or task.mandate_id in self.keys["mandate"])
        )

    def last_move(self, task, day):
        moved = [move for move in self.moves.get(task.pk, []) if begun(move.on, day)]
        return max(moved, key=lambda move: (move.on, move.pk), default=None)

    def standing(self):
        """The tasks there were, each with its state and due date."""
        for task in self.tasks:
            if self.day is None:
                yield task, task.state, task.due_on
            elif last := self.last_move(task, self.day):
                yield task, last.to_state, last.due_to

    def recent(self, text):
        return self.since <= earliest(text) <= self.shown_day

    def is_quiet(self, task):
        words = [move.on for move in self.moves.get(task.pk, [])] + [p.on for p in self.progress if p.task_id == task.pk]
        return not any(map(self.recent, words))

    def band(self, due):
        days = (self.shown_day - earliest(due)).days
        return "30" if days <= 30 else "90" if days <= 90 else "365" if days <= 365 else "longer"

    def of_tasks(self):
        numbers = Counter()
        natures = dict(Mandate.objects.values_list("pk", "nature"))
        for task, state, due in self.standing():
            pending = state in ("open", "in-progress")
            numbers[f"states-{state}"] += 1
            if pending and due and due < str(self.shown_day):
                numbers["late-all"] += 1
                numbers[f"late-{self.band(due)}"] += 1
            numbers["attention-quiet"] += pending and self.is_quiet(task)
            numbers["attention-no-due-date"] += pending and not due
            led = any(part.part == "responsible" for part in self.parts.get(task.pk, []))
            numbers["attention-no-responsible"] += pending and not led
            numbers[f"mandates-tasks-{natures[task.mandate_id] if task.mandate_id else 'without'}"] += 1
        return numbers

    def over_time(self, days):
        numbers = Counter()
        for day in days:
            for task in self.tasks:
                if last := self.last_move(task, day):
                    numbers[f"over-time-{day}-{last.to_state}"] += 1
        return numbers

    def asked(self):
        numbers = Counter()
        busy = {task.mandate_id for task in seen(Task) if self.last_move(task, self.shown_day)}
        parts = [
            (row.record_id, row.organisation_id) for row in Mandate.addressees.rel.related_model.objects.all() if row.part == "addressee"
        ]
        lines = {(row.mandate_id, row.record_id) for row in ActionLine.mandates.rel.related_model.objects.all()}
        for mandate in seen(Mandate):
            bodies = [body for key, body in parts if key == mandate.pk]
            kept = (
                self.of_bodies(bodies)
                and ("action_line" not in self.keys or any((mandate.pk, line) in lines for line in self.keys["action_line"]))
                and ("mandate" not in self.keys or mandate.pk in self.keys["mandate"])
            )
            holds = begun(mandate.valid_from, self.shown_day) and not (mandate.valid_until and mandate.valid_until <= str(self.shown_day))
            if kept and holds and mandate.modality != "proposed":
                numbers[f"mandates-in-force-{mandate.nature}"] += 1
                numbers[f"mandates-idle-{mandate.nature}"] += mandate.pk not in busy
        return numbers

    def mentioned(self):
        numbers, tasks = Counter(), [task for task in seen(Task) if self.last_move(task, self.shown_day)]
        reads = {(row.record_id, row.provision_id) for row in Mandate.sources.rel.related_model.objects.all()}
        places = {m.pk: {m.made_in_id, *(p for r, p in reads if r == m.pk)} for m in Mandate.objects.all()}
        given = {m.pk for m in seen(Mandate) if m.modality != "proposed" and begun(m.valid_from, self.shown_day)}
        of_mandates = {place for key in given for place in places[key]}
        of_tasks = {row.provision_id for row in Task.sources.rel.related_model.objects.all() if row.record_id in {t.pk for t in tasks}}
        of_tasks |= {place for task in tasks if task.mandate_id for place in places[task.mandate_id]}
        roles = [role for role in seen(Role) if begun(role.valid_from, self.shown_day)]
        of_roles = {(role.organisation_id, role.made_in_id) for role in roles}
        read = {role.pk: role.organisation_id for role in roles}
        of_roles |= {
            (read[row.record_id], row.provision_id) for row in Role.sources.rel.related_model.objects.all() if row.record_id in read
        }
        itu = Organisation.objects.get(slug="itu").pk
        for mention in Mention.objects.select_related("provision__document"):
            whole = not self.keys and mention.organisation_id == itu
            kept = whole or (self.keys and self.of_bodies([mention.organisation_id]))
            if mention.visibility == "published" and kept and begun(mention.provision.document.dated_on, self.shown_day):
                place = mention.provision_id
                numbers["mentions-mentions"] += 1
                numbers["mentions-unmandated"] += place not in of_mandates
                nothing = place not in of_mandates | of_tasks and (mention.organisation_id, place) not in of_roles
                numbers["mentions-unfollowed"] += nothing
        return numbers

    def still_lines(self):
        lively = set()
        for task in self.tasks:
            if not self.is_quiet(task):
                lively |= self.lines.get(task.pk, set())
        also = [(row.record_id, row.action_line_id) for row in ActivityLine.objects.all()]
        for activity in seen(Activity):
            bodies = [activity.organisation_id] if activity.organisation_id else []
            if self.of_bodies(bodies) and activity.dated_on and self.recent(activity.dated_on):
                lively |= {activity.action_line_id, *(line for key, line in also if key == activity.pk)}
        lines = [line for line in seen(ActionLine) if begun(line.dated_on, self.shown_day)]
        lines = [line for line in lines if "action_line" not in self.keys or line.pk in self.keys["action_line"]]
        return {line.slug for line in lines} - {line.slug for line in lines if line.pk in lively}

    def stated(self):
        groups = {}
        for figure in seen(Figure):
            bodies = [figure.organisation_id] if figure.organisation_id else []
            if (figure.unit == "CHF" or figure.funding) and self.of_bodies(bodies) and begun(figure.dated_on, self.shown_day):
                key = (figure.period_from or "", figure.period_to or "", figure.funding, figure.unit)
                groups.setdefault(key, []).append(figure)
        for key, figures in groups.items():
            amounts = [figure.value for figure in figures if figure.value is not None]
            about = any(figure.about for figure in figures if figure.value is not None)
            yield key, (len(figures), sum(amounts, Decimal(0)) if amounts else None, about)


@given(REGISTER, DAY, ASKED, st.sampled_from([30, 90]))
@settings(max_examples=40, deadline=None)
def test_every_number_is_what_one_counts_by_hand(drawn, day, asked, quiet_days):
    with transaction.atomic():
        with act(reason="a test"):
            scope = Made(drawn).scope(asked)
        by_hand = ByHand(scope, day, quiet_days)
        indicators = Question(scope, day, by_hand.shown_day, quiet_days).indicators()
        numbers = {one.key: one.number for one in indicators}
        assert len(numbers) == len(indicators)
        of = {section: {key: n for key, n in numbers.items() if key.startswith(section)} for section in COUNTED}
        of_organisations = asked <= {"sector", "organisation"}

        told = {**of["states-"], **of["late-"], **of["attention-"], **of["mandates-"]}
        assert told == {key: (by_hand.of_tasks() + by_hand.asked())[key] for key in told}
        days = sorted({datetime.date.fromisoformat(key[len("over-time-") :][:10]) for key in of["over-time-"]})
        assert of["over-time-"] == {key: by_hand.over_time(days)[key] for key in of["over-time-"]}
        assert of["mentions-"] == ({key: by_hand.mentioned()[key] for key in of["mentions-"]} if of_organisations else {})
        assert bool(of["mentions-"]) == of_organisations
        still = {one.record.slug for one in indicators if one.section == "action-lines"}
        assert still == (set() if "mandate" in asked else by_hand.still_lines())
        stated = {
            (one.period_from, one.period_to, one.funding, one.unit): (one.number, one.amount, one.about)
            for one in indicators
            if one.section == "resources"
        }
        assert stated == (dict(by_hand.stated()) if of_organisations else {})
        transaction.set_rollback(True)


@pytest.fixture
def get(client):
    def get(address, **params):
        return client.get(address, params or None, headers={"host": "localhost"})

    return get


@pytest.fixture
def busy():
    """A Sector with tasks of every sort, some by a bureau of it, on a line and about a mandate."""
    sector = factories.OrganisationFactory(slug="itu-x", kind="sector")
    bureau = factories.OrganisationFactory(slug="bureau-x", sector=sector)
    line = factories.ActionLineFactory(slug="x1")
    mandates = [factories.MandateFactory(nature=nature) for nature in ("new-task", "existing-mandate", "new-task")]
    with act(reason="a test"):
        for mandate in mandates:
            mandate.addressees.create(organisation=bureau)
            line.mandates.create(mandate=mandate)
        for n in range(12):
            task = factories.TaskFactory(opened_on="2005-06-01", mandate=[*mandates[:2], None][n % 3])
            if n % 4:
                task.organisations.create(organisation=[sector, bureau][n % 2], part="responsible" if n % 3 else "supporting")
            if n % 2:
                task.action_lines.create(action_line=line)
            if n > 1:
                due_on = ["2005-12-20", "2005-11", "2005", "2004-06-01", "2007"][n % 5]
                task.move_to(["in-progress", "done"][n % 5 == 4], on="2005-12-10" if n < 6 else "2005-07-01", due_on=due_on)
            if n == 7:
                factories.ProgressFactory(task=task, on="2005-12-15")
        factories.MentionFactory(organisation=bureau)
    return sector


SCOPES = [{}, {"sector": "itu-x"}, {"organisation": "bureau-x"}, {"action_line": "x1"}, {"sector__in": "itu-x,itu"}]


def number_of(get, address):
    """How many entries the page of a list says it has."""
    html = get(address).content.decode()
    return int(re.search(r"([\d,]+) entr(?:y|ies)", html)[1].replace(",", ""))


@pytest.mark.parametrize("asked", SCOPES)
@pytest.mark.parametrize("day", [{}, {"as_of": "2005-12-31"}])
def test_each_number_is_that_of_the_list_to_which_it_leads(get, busy, asked, day):
    found = get("/api/v1/monitoring/", **asked, **day, quiet_days="30", limit=1000).json()["results"]
    led = [one for one in found if one["url"] and one["section"] != "over-time"]
    led += [one for one in found if one["section"] == "over-time"][-8:]
    assert {one["section"] for one in led} >= {"states", "late", "attention", "over-time", "mandates"}
    for one in led:
        assert get(one["url"]).json()["count"] == one["number"], one["url"]
        if one["section"] != "resources":
            assert number_of(get, one["display_url"]) == one["number"], one["display_url"]


@pytest.mark.parametrize("day", [{}, {"as_of": "2005-12-31"}])
def test_the_page_shows_the_numbers_of_the_endpoint(get, busy, day):
    html = get("/monitoring/", sector="itu-x", **day).content.decode()
    found = get("/api/v1/monitoring/", sector="itu-x", **day, limit=1000).json()["results"]
    shown = [one for one in found if one["url"] and one["number"]]
    assert len(shown) > 15
    for one in shown:
        address = one["display_url"].removeprefix("http://localhost").replace("&", "&amp;")
        assert f'<a href="{address}">{one["number"]}</a>' in html, one["key"]


@pytest.mark.parametrize(
    "due_on,band",
    [
        ("2006-06-30", "30"),
        ("2006-07", "30"),
        ("2006-06-01", "30"),
        ("2006-06", "30"),
        ("2006-05-31", "90"),
        ("2006-04-02", "90"),
        ("2006-04-01", "365"),
        ("2006-04", "365"),
        ("2005-07-01", "365"),
        ("2005-07", "365"),
        ("2005-06-30", "longer"),
        ("2005", "longer"),
    ],
)
def test_a_band_of_lateness_ends_on_its_last_day_and_its_list_with_it(get, due_on, band):
    task = factories.TaskFactory(mandate=factories.MandateFactory(), opened_on="2003-01-01")
    with act(reason="a test"):
        task.move_to("in-progress", on="2003-01-02", due_on=due_on)
    day = datetime.date(2006, 7, 1)
    found = Question(Scope({"mandate": {task.mandate_id}}, (("mandate", task.mandate.slug),)), day, day).indicators(["late"])
    assert {one.word: one.number for one in found} == {"all": 1, "30": 0, "90": 0, "365": 0, "longer": 0, band: 1}
    for one in found:
        assert get(f"/api/v1/tasks/?{one.query}").json()["count"] == one.number


def test_the_longest_overdue_are_named_with_their_days():
    scope = Scope()
    task = factories.TaskFactory(opened_on="2003-01-01")
    with act(reason="a test"):
        task.move_to("in-progress", on="2003-02-01", due_on="2003-03")
    first, *_others = most_overdue(scope, None, datetime.date(2003, 4, 1))
    assert (first.task, first.days) == (task, 31)
    first, *_others = most_overdue(scope, datetime.date(2003, 3, 2), datetime.date(2003, 3, 2))
    assert (first.task, first.days) == (task, 1)


def number(key, day=None, **scope):
    """The number of one indicator, after 30 days still."""
    shown_day = day or timezone.localdate()
    found = Question(Scope(scope), day, shown_day, 30).indicators([key.partition("-")[0]])
    return next(one.number for one in found if one.key == key)


class TestQuiet:
    """A task that was opened long ago, alone of its mandate, looked at on 1 July 2006 after 30 days: from 1 June on."""

    DAY = datetime.date(2006, 7, 1)

    @pytest.fixture
    def task(self):
        return factories.TaskFactory(mandate=factories.MandateFactory())

    def is_quiet(self, task, day=DAY):
        return number("attention-quiet", day, mandate={task.mandate_id}) == 1

    def test_nothing_was_heard_of_it(self, task):
        assert self.is_quiet(task)

    @pytest.mark.parametrize(
        "on,quiet", [("2006-05-31", True), ("2006-05", True), ("2006-06-01", False), ("2006-06", False), ("2006-07-01", False)]
    )
    def test_a_word_counts_from_the_first_of_the_days(self, task, on, quiet):
        factories.ProgressFactory(task=task, on=on)
        assert self.is_quiet(task) == quiet

    @pytest.mark.parametrize("on,quiet", [("2006-05-31", True), ("2006-06-01", False)])
    def test_a_move_counts_as_a_word(self, task, on, quiet):
        with act(reason="a test"):
            task.move_to("in-progress", on=on)
        assert self.is_quiet(task) == quiet

    def test_a_draft_of_progress_is_no_word_to_the_public(self, task):
        factories.ProgressFactory(task=task, on="2006-06-15", visibility="draft")
        assert self.is_quiet(task)

    def test_what_is_reported_later_had_not_been_heard(self, task):
        factories.ProgressFactory(task=task, on="2006-07-02")
        assert self.is_quiet(task)

    def test_what_is_done_is_not_waited_for(self, task):
        with act(reason="a test"):
            task.move_to("done", on="2005-07-01")
        assert not self.is_quiet(task)


class TestLines:
    """An action line of a task that was opened long ago, looked at on 1 July 2006 after 30 days."""

    DAY = datetime.date(2006, 7, 1)

    @pytest.fixture
    def line(self):
        return factories.ActionLineFactory()

    @pytest.fixture
    def task(self, line):
        made = factories.TaskFactory()
        with act(reason="a test"):
            made.action_lines.create(action_line=line)
        return made

    def is_still(self, line):
        return line in still_lines(Scope({"action_line": {line.pk}}), self.DAY, 30)

    def test_nothing_moves_on_it(self, line, task):
        assert self.is_still(line)

    def test_a_move_of_its_task_moves_it(self, line, task):
        with act(reason="a test"):
            task.move_to("done", on="2006-06-01")
        assert not self.is_still(line)

    @pytest.mark.parametrize(
        "on,visibility,still", [("2006-06", "published", False), ("2006-06-15", "draft", True), ("2006-05", "published", True)]
    )
    def test_progress_that_is_published_moves_it(self, line, task, on, visibility, still):
        factories.ProgressFactory(task=task, on=on, visibility=visibility)
        assert self.is_still(line) == still

    @pytest.mark.parametrize("fields,still", [({}, False), ({"visibility": "draft"}, True), ({"dated_on": "2006-05-31"}, True)])
    def test_an_activity_dated_within_the_days_moves_its_main_line_and_the_others(self, line, fields, still):
        other = factories.ActionLineFactory()
        activity = factories.ActivityFactory(action_line=line, **{"dated_on": "2006-06-01", **fields})
        with act(reason="a test"):
            activity.also_on.create(action_line=other)
        assert [self.is_still(line), self.is_still(other)] == [still, still]


class TestOverTime:
    def test_moves_of_one_day_count_in_the_order_in_which_they_were_recorded_whatever_they_say_of_before(self):
        task = factories.TaskFactory(mandate=factories.MandateFactory(), opened_on="2006-01-10")
        TaskMove.objects.bulk_create(
            [TaskMove(record=task, from_state="", to_state=state, on="2006-01-10") for state in ("done", "dropped")]
        )
        last = standings(Scope({"mandate": {task.mandate_id}}), datetime.date(2006, 2, 1))[-1]
        assert last.numbers == {"open": 0, "in-progress": 0, "done": 0, "dropped": 1}

    def test_a_task_without_a_dated_move_stands_in_no_period_and_the_page_says_so(self, get):
        factories.TaskFactory(opened_on=None)
        html = get("/monitoring/").content.decode()
        assert "1 task of which no move is dated stands in no period." in html


class TestPeriods:
    def test_a_few_months_are_counted_month_by_month(self):
        ends = period_ends(datetime.date(2005, 11, 18), datetime.date(2006, 2, 3))
        assert [str(end) for end in ends] == ["2005-11-30", "2005-12-31", "2006-01-31", "2006-02-03"]

    def test_many_years_are_counted_by_year_and_the_last_ends_on_the_day(self):
        ends = period_ends(datetime.date(2005, 11, 18), datetime.date(2026, 11, 26))
        assert [str(end) for end in (ends[0], ends[1], ends[-2], ends[-1])] == ["2005-12-31", "2006-12-31", "2025-12-31", "2026-11-26"]

    @given(st.dates(), st.dates())
    def test_every_day_lies_in_one_of_a_few_periods(self, one, other):
        first, last = sorted([one, other])
        ends = period_ends(first, last)
        assert ends == sorted({*ends})
        assert first <= ends[0]
        assert ends[-1] == last
        assert len(ends) <= 24


class TestResources:
    def test_an_amount_that_is_around_is_said_so_and_one_that_is_not_stated_is_none(self):
        groups, others = resources(Scope(), datetime.date(2006, 5, 1))
        found = {(group.period_from, group.period_to, group.funding): (group.amount, group.about, group.number) for group in groups}
        assert found["2004", "2007", ""] == (Decimal(1_600_000), True, 1)
        assert found["", "", "voluntary"] == (None, False, 2)
        assert "stocktaking-entries-2005-11" in {figure.slug for figure in others}

    def test_the_page_keeps_around_and_names_the_paragraph(self, get):
        html = get("/monitoring/", as_of="2006-05-01").content.decode()
        row = re.search(r"<tr>\s*<th scope=\"row\"><time datetime=\"2004\">.*?</tr>", html, re.DOTALL)[0]
        assert "around CHF 1,600,000" in row
        assert "#para-21-bullet-5" in row


class TestWhatIsRefused:
    @pytest.mark.parametrize("path", ["/monitoring/", "/api/v1/monitoring/", "/monitoring.csv"])
    @pytest.mark.parametrize(
        "name,value",
        [
            ("quiet_days", "0"),
            ("quiet_days", "40000"),
            ("quiet_days", "many"),
            ("sector", "nobody"),
            ("mandate", "none-such"),
            ("section", "weather"),
            ("as_of", "2006-13-01"),
            ("colour", "red"),
        ],
    )
    def test_a_value_that_is_not_known_is_named(self, get, path, name, value):
        response = get(path, **{name: value})
        assert response.status_code == 400
        assert name in response.content.decode()

    def test_a_draft_cannot_be_guessed(self, get):
        hidden = factories.MandateFactory(visibility="draft")
        assert get("/api/v1/monitoring/", mandate=hidden.slug).status_code == 400


def test_what_cannot_be_within_both_of_two_scopes_is_nothing(get):
    asked = {"mandate": "itu-study-iic", "mandate__in": "itu-maintain-stocktaking"}
    found = get("/api/v1/monitoring/", **asked, limit=1000).json()["results"]
    assert {one["number"] for one in found} == {0}
    assert get("/monitoring/", **asked).status_code == 200


def test_a_section_can_be_asked_for_alone_and_nothing_else_is_computed(get):
    with CaptureQueriesContext(connection) as captured:
        found = get("/api/v1/monitoring/", section="late", as_of="2006-06-01").json()["results"]
    assert {one["section"] for one in found} == {"late"}
    assert len(captured) == 2


def test_the_indicators_can_be_taken_along_as_a_table(get):
    response = get("/monitoring.csv", as_of="2006-06-01", section="states")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("key,section,label,on,number,amount,unit,about,funding,period_from,period_to,record,url,display_url")
    assert lines[1].startswith("states-open,states,open,2006-06-01,12,")
    assert get("/api/v1/monitoring.xlsx").status_code == 200


@pytest.mark.parametrize(
    "asked", [{}, {"as_of": "2026-06-01"}, {"sector": "itu", "organisation": "itu", "action_line": "c7", "as_of": "2026-06-01"}]
)
def test_the_page_takes_the_same_queries_for_ten_tasks_and_a_hundred(get, asked):
    def taken():
        with CaptureQueriesContext(connection) as captured:
            assert get("/monitoring/", **asked).status_code == 200
        return len(captured)

    bulk.tasks(10)
    few = taken()
    for make in (bulk.tasks, bulk.mandates, bulk.mentions, bulk.figures, bulk.activities):
        make(100)
    assert taken() == few
    assert few < 15
