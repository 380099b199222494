"""My work: what waits for a person of the staff, each with a small figure and the list where it is.

Whatever the number of records, it takes the same few queries: the figures are one, and none of them counts further than `MOST`.
"""

from dataclasses import dataclass, field

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from action_lines.models import Activity
from mandates.models import Document
from meetings.models import Task
from meetings.models.tasks import PENDING
from reports.discrepancies import OPEN, differing
from reports.models import Ruling
from wsis_tracker.register.addresses import address
from wsis_tracker.register.loading import record_models
from wsis_tracker.register.models import Change, Proposal
from wsis_tracker.register.proposals import PUBLISH
from wsis_tracker.register.review import may_see

from .saved_filters import address_of_list, seen

#: No figure counts further.
MOST = 1000
#: How many of the tasks, and of the acts of others, are named.
NAMED = 5


@dataclass
class Item:
    """Something that waits, with how many there are of it, or what is to be known of it."""

    name: str
    url: str
    figure: str = ""
    note: str = ""
    urgent: bool = False


@dataclass
class Section:
    """What waits of one kind, or the words that say that nothing does."""

    key: str
    title: str
    empty: str
    items: list = field(default_factory=list)
    figure: str = ""
    url: str = ""


class Figures:
    """How many rows each of some questions finds, asked together in one query, and none counted further than MOST; and what is known."""

    def __init__(self, questions, known=None):
        asked, params, self.found = [], [], dict.fromkeys(questions, 0) | (known or {})
        for name, rows in questions.items():
            try:
                sql, values = rows.order_by().values("pk")[: MOST + 1].query.sql_with_params()
            except EmptyResultSet:
                continue
            asked.append(f"SELECT '{name}', COUNT(*) FROM ({sql}) counted")  # noqa: S608 - names and questions are our own
            params += values
        if asked:
            with connection.cursor() as cursor:
                cursor.execute(" UNION ALL ".join(asked), params)
                self.found |= dict(cursor.fetchall())

    def __getitem__(self, name):
        return self.found.get(name, 0)

    def shown(self, name):
        return said(self[name])


def said(number):
    return _("more than %s") % number_format(MOST) if number > MOST else number_format(number)


def my_work(user):
    """The sections of a person's work, those alone of which he may see the records; a visit of his is noted."""
    now = timezone.now()
    user.visit(now)
    day, act = now.date().isoformat(), Change.latest_act()
    figures = Figures(questions(user, day), found_since(act, "figures", lambda: Figures(the_same_for_all()).found))
    sections = []
    if may_see(user, Task):
        sections.append(tasks(user, day, figures))
    if user.has_perm(PUBLISH):
        sections.append(for_review(user, figures))
    sections.append(own_proposals(figures))
    if may_see(user, Ruling):
        sections.append(discrepancies(now.date(), act))
    sections += [without_a_source(user, figures)]
    if may_see(user, Document):
        sections.append(unread(figures))
    if may_see(user, Change):
        sections.append(by_others(user, figures))
    sections.append(saved(user))
    return sections


def questions(user, day):
    """What is counted for a person, by names: `assigned`, `overdue`, and with the table of a model after it `review_`."""
    assigned = Task.objects.filter(state__in=PENDING, assignees__user=user)
    asked = {"assigned": assigned, "overdue": assigned.now().late(day)} if may_see(user, Task) else {}
    if user.has_perm(PUBLISH):
        asked |= {f"review_{model._meta.db_table}": model.objects.awaiting(user) for model in reviewed(user)}
        asked["proposals"] = Proposal.objects.filter(state=Proposal.State.WAITING).exclude(by=user)
    own = Proposal.objects.filter(by=user)
    asked["mine"] = own.filter(state=Proposal.State.WAITING)
    decided = own.filter(state__in=[Proposal.State.ACCEPTED, Proposal.State.REFUSED])
    asked["decided"] = decided.filter(decided_at__gt=user.last_visit_at) if user.last_visit_at else decided
    if may_see(user, Change):
        asked["others"] = Change.objects.by_others(user, user.last_visit_at)
    return asked


def the_same_for_all():
    """What is counted and the same for everybody: `unread`, and with the table of a model after it `source_`."""
    return {f"source_{model._meta.db_table}": model.objects.sourceless() for model in sourced()} | {"unread": Document.objects.undrawn()}


def found_since(act, name, find):
    """What is found in the register after its latest act stays true until the next: it is kept so long."""
    number, at = act
    return cache.get_or_set(slugify(f"{name} {number} {at}"), find)


def reviewed(user):
    """The kinds of records that are handed in for review."""
    return [model for model in record_models() if model.whole is None and may_see(user, model)]


def sourced():
    """The kinds of records that name where they are read. Activities, of which there may be a million, are read in the stocktaking."""
    return [model for model in record_models() if "sources" in model.parts() and model is not Activity]


def kinds(models, figures, prefix, query):
    """The kinds of records of which some wait, each with its list."""
    for model in models:
        name = f"{prefix}_{model._meta.db_table}"
        if figures[name]:
            yield Item(capfirst(model._meta.verbose_name_plural), f"{address_of_list(model)}?{query}", figures.shown(name))


def tasks(user, day, figures):
    found = Task.objects.filter(state__in=PENDING, assignees__user=user).now()[:NAMED] if figures["assigned"] else []
    section = Section("tasks", _("My tasks"), _("No task is assigned to you: nothing waits for you."))
    for task in found:
        late = task.late_on(day)
        due = (_("overdue since %s") if late else _("due on %s")) % task.due_on if task.due_on else _("no due date")
        section.items.append(Item(task.title, reverse("admin:meetings_task_change", args=[task.pk]), note=due, urgent=late))
    section.url = f"{address_of_list(Task)}?assigned=me&state__in={','.join(PENDING)}"
    section.figure = figures.shown("assigned")
    if figures["overdue"]:
        section.figure = _("%(all)s, of which overdue: %(late)s") % {"all": section.figure, "late": figures.shown("overdue")}
    return section


def for_review(user, figures):
    section = Section("review", _("Waiting for my review"), _("Nothing waits for your review."))
    section.items = list(kinds(reviewed(user), figures, "review", "review=waiting"))
    if figures["proposals"]:
        url = f"{address_of_list(Proposal)}?state__exact={Proposal.State.WAITING}&whose=others"
        section.items.append(Item(_("Proposals to change what is published"), url, figures.shown("proposals")))
    return section


def own_proposals(figures):
    section = Section("proposals", _("My proposals"), _("None of your proposals waits, and none was decided since your last visit."))
    url = f"{address_of_list(Proposal)}?whose=mine"
    for name, title, query in [
        ("mine", _("Waiting for a reviewer"), f"&state__exact={Proposal.State.WAITING}"),
        ("decided", _("Decided since my last visit"), f"&state__in={Proposal.State.ACCEPTED},{Proposal.State.REFUSED}"),
    ]:
        if figures[name]:
            section.items.append(Item(title, url + query, figures.shown(name)))
    return section


def discrepancies(day, act):
    """How many there are without a ruling on the day."""
    found = found_since(act, f"open discrepancies {day}", lambda: sum(found.is_open for found in differing(day)))
    section = Section("discrepancies", _("Discrepancies without a ruling"), _("Sources agree, or a ruling says what stands."))
    if found:
        section.items.append(Item(_("Look at them, and rule"), f"{address('discrepancies')}?state={OPEN}", said(found)))
    return section


def without_a_source(user, figures):
    section = Section("sources", _("Records without a source"), _("Every record names the paragraph where it is read."))
    section.items = list(kinds([model for model in sourced() if may_see(user, model)], figures, "source", "source=none"))
    return section


def unread(figures):
    section = Section("unread", _("Documents not read to the end"), _("Something was drawn from every paragraph."))
    if figures["unread"]:
        url = f"{address_of_list(Document)}?undrawn=yes"
        section.items.append(Item(_("With paragraphs nothing was drawn from"), url, figures.shown("unread")))
    return section


def by_others(user, figures):
    section = Section("others", _("What others changed since my last visit"), _("Nobody else has changed anything since."))
    if user.last_visit_at is None:
        section.empty = _("This is your first visit: next time you read here what others changed meanwhile.")
    elif figures["others"]:
        section.url, section.figure = f"{address_of_list(Change)}?others=visit", figures.shown("others")
        for change in Change.objects.by_others(user, user.last_visit_at).select_related("by")[:NAMED]:
            name = change.reason or _("no reason given")
            when = f"{change.by or _('system')}, {change.at:%Y-%m-%d %H:%M}"
            section.items.append(Item(name, reverse("admin:register_change_change", args=[change.pk]), note=when))
    return section


def saved(user):
    section = Section("saved", _("Saved filters"), _("Filter a list, and save the filter under a name: you find it here again."))
    for kept in seen(user):
        section.items.append(Item(kept.name, kept.url, note=kept.list_name))
    return section
