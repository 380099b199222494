"""Follow-up: what is being done about what was asked."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine
from mandates.models import Document, Mandate, Organisation
from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.dates import least
from wsis_tracker.register.fields import PartialDateField
from wsis_tracker.register.questions import RecordManager, RecordQuerySet
from wsis_tracker.register.records import Part, Record, unknown_last

from .discussions import Conclusion


class TaskState(models.TextChoices):
    OPEN = "open", _("open")
    IN_PROGRESS = "in-progress", _("in progress")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


#: The moves that a task may make; the first, into the register, is from no state.
NEXT = {
    "": {TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.DONE},
    TaskState.OPEN: {TaskState.IN_PROGRESS, TaskState.DONE, TaskState.DROPPED},
    TaskState.IN_PROGRESS: {TaskState.OPEN, TaskState.DONE, TaskState.DROPPED},
    TaskState.DONE: {TaskState.IN_PROGRESS},
    TaskState.DROPPED: {TaskState.OPEN},
}
PENDING = [TaskState.OPEN, TaskState.IN_PROGRESS]


def is_late(day):
    """Whether a task as of a day or `now` was due before `day` and is pending, as a condition."""
    return Q(state_then__in=PENDING, due_then__lt=day)


def is_quiet(since, day):
    """Whether a task as of a day or `now` is pending, and no move and no published progress from `since` to `day` is known of it."""
    within = {"on__gte": least(since), "on__lte": day}
    moved = Exists(TaskMove.objects.filter(record=OuterRef("pk"), **within))
    reported = Exists(Progress.objects.published().order_by().filter(task=OuterRef("pk"), **within))
    return Q(state_then__in=PENDING) & ~moved & ~reported


def responsibilities():
    """Of a task, the parts of those responsible."""
    return TaskOrganisation.objects.filter(record=OuterRef("pk"), part=TaskOrganisation.PartTaken.RESPONSIBLE)


class TaskQuerySet(RecordQuerySet):
    def as_of(self, day):
        """Keep the tasks there were on `day`, each with `state_then` and `due_then`: its state and due date of that day."""
        last = TaskMove.objects.filter(record=OuterRef("pk"), on__lte=day).order_by("-on", "-pk")
        return self.annotate(
            state_then=Subquery(last.values("to_state")[:1]),
            due_then=Subquery(last.values("due_to")[:1]),
        ).filter(Exists(last))

    def now(self):
        """Every task with its present state and due date under the names that `as_of` gives them."""
        return self.annotate(state_then=F("state"), due_then=F("due_on"))

    def then(self, day):
        """The tasks `as_of` the day, or `now` where none is given."""
        return self.as_of(day) if day else self.now()

    def with_organisations(self):
        """The tasks, each with the organisations that see to it, in one query more."""
        return self.prefetch_related(Prefetch("organisations", TaskOrganisation.objects.select_related("organisation")))

    def standing(self, day):
        """The tasks `then`, to be counted: with their last moves joined, where to look them up costs less for a few tasks alone."""
        if day is None:
            return self.now()
        moved = self.filter(moves__on__lte=day).annotate(
            moved_on=F("moves__on"), last_move=F("moves__pk"), state_then=F("moves__to_state"), due_then=F("moves__due_to")
        )
        later = Q(on__gt=OuterRef("moved_on")) | Q(on=OuterRef("moved_on"), pk__gt=OuterRef("last_move"))
        return moved.filter(~Exists(TaskMove.objects.filter(later, record=OuterRef("pk"), on__lte=day)))

    def undated(self):
        return self.filter(~Exists(TaskMove.objects.filter(record=OuterRef("pk"))))

    def overdue_on(self, day):
        """Keep what was due before `day` and still pending on it."""
        return self.as_of(day).late(day)

    def late(self, day):
        """Of the tasks as of `day` or `now`, keep what was due before `day` and is pending."""
        return self.filter(is_late(day))

    def not_late(self, day):
        """Of the tasks as of `day` or `now`, keep what `late` does not."""
        return self.filter(~Q(state_then__in=PENDING) | Q(due_then=None) | Q(due_then__gte=day))

    def quiet(self, since, day):
        """Of the tasks as of `day` or `now`, keep what is pending and of which no move and no progress is known from `since` to `day`."""
        return self.filter(is_quiet(since, day))

    def pending(self):
        """Keep what is still to be done."""
        return self.filter(state__in=PENDING)

    def with_last_progress(self):
        """The tasks, each with `last_progress`: the day of the latest report of progress."""
        latest = Progress.objects.filter(task=OuterRef("pk")).order_by("-on").values("on")
        return self.annotate(last_progress=Subquery(latest[:1]))

    def still_since(self, day):
        """Keep what is pending and has neither moved nor made progress since `day`."""
        moved = TaskMove.objects.filter(record=OuterRef("pk"), on__gte=day)
        made = Progress.objects.filter(task=OuterRef("pk"), on__gte=day)
        return self.pending().filter(~Exists(moved), ~Exists(made))

    def responsible(self, organisation):
        """Keep the tasks for which an organisation is responsible."""
        return self.filter(Exists(responsibilities().filter(organisation=organisation)))

    def with_responsible(self):
        """Keep the tasks for which an organisation is responsible."""
        return self.filter(Exists(responsibilities()))

    def without_responsible(self):
        """Keep the tasks for which no organisation is responsible."""
        return self.filter(~Exists(responsibilities()))

    def assigned_to(self, user):
        return self.filter(Exists(TaskAssignee.objects.filter(record=OuterRef("pk"), user=user)))

    def unassigned(self):
        """Keep the tasks that nobody sees to."""
        return self.filter(~Exists(TaskAssignee.objects.filter(record=OuterRef("pk"))))

    def move_each(self, state, **move):
        """Move every task as `Task.move_to` does, or none; returns how many. Raises ValidationError that names the tasks refused."""
        return self.each(lambda task: task.move_to(state, **move))

    def extend_each(self, due_on, **move):
        """Give every task a later due date as `Task.extend` does, or none."""
        return self.each(lambda task: task.extend(due_on, **move))

    def assign_each(self, users=(), organisations=(), part=None):
        """Assign every task as `Task.assign` does, or none."""
        return self.each(lambda task: task.assign(users, organisations, part))

    @transaction.atomic
    def each(self, act):
        """Do something with every task, or with none; returns with how many. Raises ValidationError with what is refused, task by task."""
        tasks = list(Task.objects.filter(pk__in=self.order_by().values_list("pk", flat=True)).lock().order_by("pk"))
        problems = []
        for task in tasks:
            try:
                act(task)
            except ValidationError as error:
                problems.append(f"{task}: {' '.join(error.messages)}")
        if problems:
            raise ValidationError(problems)
        return len(tasks)

    @transaction.atomic
    def follow_up(self, conclusion, title, *, on, by=None, mandate=None, responsible=(), due_on=None, reason=""):
        """Make a draft task of what a conclusion asks for, open since `on`; its source is the paragraph that sets the conclusion down."""
        task = self.model(title=title, conclusion=conclusion, mandate=mandate)
        task.full_clean()
        task.save()
        task.assign(organisations=responsible)
        source = TaskSource(record=task, provision=conclusion.provision)
        source.full_clean()
        source.save()
        task.move_to(TaskState.OPEN, on=on, by=by, reason=reason, due_on=due_on)
        return task


class Task(Record):
    """Something to be done about a mandate or a conclusion."""

    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    mandate = models.ForeignKey(Mandate, models.PROTECT, verbose_name=_("mandate"), null=True, blank=True, related_name="tasks")
    conclusion = models.ForeignKey(
        Conclusion,
        models.PROTECT,
        verbose_name=_("conclusion"),
        null=True,
        blank=True,
        related_name="tasks",
        help_text=_("The conclusion from which it comes."),
    )
    state = models.CharField(_("state"), max_length=12, choices=TaskState, default=TaskState.OPEN, editable=False, db_index=True)
    due_on = PartialDateField(_("due on"), blank=True, db_index=True, editable=False)

    collection = "tasks"
    opened_to = "organisations__organisation"
    objects = RecordManager.from_queryset(TaskQuerySet)()

    class Meta(Record.Meta):
        ordering = [unknown_last("due_on"), "slug"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("task", self.slug)

    def called(self):
        return [self.slug, self.title]

    def searchable(self):
        return [*self.called(), self.description]

    def late_on(self, day):
        """Whether a task read `as_of` a day or `now` was due before `day` and is pending, by the rule of `TaskQuerySet.late`."""
        return self.state_then in PENDING and bool(self.due_then) and self.due_then < str(day)

    def last_move(self):
        return self.moves.order_by("-on", "-pk").first() if self.pk else None

    def next_states(self):
        """The states to which it can be moved now, in the order of their vocabulary."""
        last = self.last_move()
        return [state for state in TaskState if state in NEXT[last.to_state if last else ""]]

    def check_move(self, state, *, on, due_on=None):
        """Refuse a move that is not allowed, changes nothing, or is dated before the last or after today; return the state before it."""
        last = self.last_move()
        before = last.to_state if last else ""
        if state not in NEXT[before] and not (state == before and due_on and due_on != self.due_on):
            raise ValidationError(
                {
                    "state": _("A task that is %(before)s cannot become %(state)s.")
                    % {"before": TaskState(before).label if before else _("new"), "state": TaskState(state).label}
                }
            )
        if last and on < last.on:
            raise ValidationError({"on": _("The task's last move is dated %(day)s; a new one is no earlier.") % {"day": last.on}})
        if on > timezone.now().date().isoformat():
            raise ValidationError({"on": _("A move is recorded when it has been made; %(day)s is to come.") % {"day": on}})
        return before

    @transaction.atomic
    def move_to(self, state, *, on, by=None, reason="", due_on=None):
        """Move the task to `state` on a day of the world, and with `due_on` set its due date; refused moves change nothing.

        Raises ValidationError where the move is not allowed, is dated before the last one or after today, or somebody else
        was faster.
        """
        now = Task.objects.select_for_update().get(pk=self.pk)
        if (now.state, now.due_on) != (self.state, self.due_on):
            raise ValidationError(_("Somebody else has just moved this task."))
        before = self.check_move(state, on=on, due_on=due_on)
        due_on = due_on or self.due_on
        move = TaskMove(record=self, from_state=before, to_state=state, due_from=self.due_on, due_to=due_on, on=on, by=by, reason=reason)
        move.full_clean()
        move.save()
        self.settle()
        return move

    def extend(self, due_on, **move):
        """Give a pending task a due date later than its own, as a move that leaves its state."""
        if self.state not in PENDING:
            raise ValidationError({"state": _("It is %(state)s: its due date is not extended.") % {"state": self.get_state_display()}})
        if self.due_on and due_on <= self.due_on:
            raise ValidationError({"due_on": _("It is due on %(day)s, which is no earlier.") % {"day": self.due_on}})
        return self.move_to(self.state, due_on=due_on, **move)

    @transaction.atomic
    def assign(self, users=(), organisations=(), part=None):
        """Let users see to the task besides those who do, and give organisations a part in it: to be responsible where none is said."""
        part = part or TaskOrganisation.PartTaken.RESPONSIBLE
        assigned = set(self.assignees.values_list("user", flat=True))
        held = {row.organisation_id: row for row in self.organisations.all()}
        rows = [TaskAssignee(record=self, user=user) for user in users if user.pk not in assigned]
        for organisation in organisations:
            row = held.get(organisation.pk) or TaskOrganisation(record=self, organisation=organisation, part="")
            if row.part != part:
                row.part = part
                rows.append(row)
        for row in rows:
            row.full_clean()
            row.save()
        if rows:
            self.save()  # its version is another, as after any change of its parts

    def settle(self):
        last = self.last_move()
        if last and (last.to_state, last.due_to) != (self.state, self.due_on):
            self.state, self.due_on = last.to_state, last.due_to
            self.save(update_fields=["state", "due_on"])


class TaskOrganisation(Part):
    """An organisation that is responsible for a task, or supports it."""

    class PartTaken(models.TextChoices):
        RESPONSIBLE = "responsible", _("responsible")
        SUPPORTING = "supporting", _("supporting")

    record = models.ForeignKey(Task, models.CASCADE, verbose_name=_("task"), related_name="organisations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="tasks")
    part = models.CharField(_("part"), max_length=12, choices=PartTaken, default=PartTaken.RESPONSIBLE)

    class Meta:
        ordering = ["part", "pk"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="taskorganisation_once")]

    def __str__(self):
        return str(self.organisation)


class TaskAssignee(Part):
    """A member of the staff who sees to a task."""

    record = models.ForeignKey(Task, models.CASCADE, verbose_name=_("task"), related_name="assignees")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("assignee"), related_name="tasks")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("assignee")
        verbose_name_plural = _("assignees")
        constraints = [models.UniqueConstraint(fields=["record", "user"], name="taskassignee_once")]

    def __str__(self):
        return str(self.user)


class TaskLine(Part):
    """An action line that a task serves."""

    record = models.ForeignKey(Task, models.CASCADE, verbose_name=_("task"), related_name="action_lines")
    action_line = models.ForeignKey(ActionLine, models.PROTECT, verbose_name=_("action line"), related_name="tasks")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("action line")
        verbose_name_plural = _("action lines")
        constraints = [models.UniqueConstraint(fields=["record", "action_line"], name="taskline_once")]

    def __str__(self):
        return self.action_line.code


class TaskMove(Part):
    """A move of a task from one state to another, or of its due date, on a day of the world."""

    record = models.ForeignKey(Task, models.CASCADE, verbose_name=_("task"), related_name="moves")
    from_state = models.CharField(_("from"), max_length=12, choices=TaskState, blank=True)
    to_state = models.CharField(_("to"), max_length=12, choices=TaskState)
    due_from = PartialDateField(_("due before"), blank=True)
    due_to = PartialDateField(_("due after"), blank=True)
    on = PartialDateField(_("on"), help_text=_("The day in the world."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    reason = models.TextField(_("reason"), blank=True)

    kept_apart = True

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_state=F("to_state")) | ~Q(due_from=F("due_to")) | Q(due_from=None, due_to__isnull=False),
                name="taskmove_moves_something",
                violation_error_message=_("A move changes the state or the due date."),
            ),
        ]

    def __str__(self):
        return f"{self.on}: {self.get_to_state_display()}"


class TaskSource(Source):
    """Where a task is asked for."""

    record = models.ForeignKey(Task, models.CASCADE, related_name="sources")


class ProgressQuerySet(RecordQuerySet):
    def as_of(self, day):
        """Keep what had been reported by `day`."""
        return self.filter(on__lte=day)


class Progress(Record):
    """What had been done on a task by a day, as somebody reports it, with evidence."""

    task = models.ForeignKey(Task, models.PROTECT, verbose_name=_("task"), related_name="progress")
    on = PartialDateField(_("on"), db_index=True)
    text = models.TextField(_("progress"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("reported by"), null=True, blank=True, related_name="progress"
    )

    collection = "progress"
    edited_for = "organisation"
    named_through = ("task",)
    objects = RecordManager.from_queryset(ProgressQuerySet)()

    class Meta(Record.Meta):
        ordering = ["-on", "slug"]
        verbose_name = _("progress")
        verbose_name_plural = _("progress")

    def __str__(self):
        return f"{self.task}, {self.on}"

    def slug_words(self):
        return f"{self.task.slug} {self.on}"

    def get_absolute_url(self):
        return f"{self.task.get_absolute_url()}#{self.slug}"

    def searchable(self):
        return [*self.called(), self.text]


class ProgressEvidence(Part):
    """What shows the progress: a document of the register or an address."""

    record = models.ForeignKey(Progress, models.CASCADE, verbose_name=_("progress"), related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("document"), null=True, blank=True, related_name="evidence_of")
    url = models.URLField(_("address"), max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False) | ~Q(url=""),
                name="progressevidence_is_given",
                violation_error_message=_("Name the document or the address."),
            )
        ]

    def __str__(self):
        return str(self.document or self.url)
