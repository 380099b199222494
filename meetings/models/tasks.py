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
from wsis_tracker.register.fields import PartialDateField
from wsis_tracker.register.records import Part, Record, RecordManager, RecordQuerySet, unknown_last

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

    def undated(self):
        return self.filter(~Exists(TaskMove.objects.filter(record=OuterRef("pk"))))

    def overdue_on(self, day):
        """Keep what was due before `day` and still pending on it."""
        return self.as_of(day).late(day)

    def late(self, day):
        """Of the tasks as of `day` or `now`, keep what was due before `day` and is pending."""
        return self.filter(state_then__in=PENDING, due_then__lt=day)

    def not_late(self, day):
        """Of the tasks as of `day` or `now`, keep what `late` does not."""
        return self.filter(~Q(state_then__in=PENDING) | Q(due_then=None) | Q(due_then__gte=day))


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

    def check_move(self, state, *, on, due_on=None):
        """Refuse a move that is not allowed, changes nothing, or is dated before the last or after today; return the state before it."""
        last = self.moves.order_by("-on", "-pk").first() if self.pk else None
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

    def settle(self):
        last = self.moves.order_by("-on", "-pk").first()
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

    task = models.ForeignKey(Task, models.CASCADE, verbose_name=_("task"), related_name="progress")
    on = PartialDateField(_("on"), db_index=True)
    text = models.TextField(_("progress"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("reported by"), null=True, blank=True, related_name="progress"
    )

    collection = "progress"
    edited_for = "organisation"
    named_through = ("task",)
    visibility = None
    whole = "task"
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
