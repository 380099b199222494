"""Changes of published records that wait for a reviewer."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .changes import act
from .plain import meant, parts_of, stated, stated_parts, stating_fields
from .records import names_of_links
from .writing import Rows, say

#: The permission to publish and withdraw records, to change published ones, and to decide on proposals.
PUBLISH = "register.publish"


class ProposalManager(models.Manager):
    def propose(self, record, change, *, by, reason):
        """Keep what `change()` would make of a published record, and leave the record as it is.

        The change is made and undone, so that all that refuses it refuses it now; `fields` and `parts` hold what differs, each
        as it would be (see `plain.py`).
        """
        said, said_parts = self._said(record)
        with transaction.atomic():
            with act(by=by, reason=reason):
                change()
                fields, parts = self._said(record)
            transaction.set_rollback(True)
        return self.create(
            kind=ContentType.objects.get_for_model(record),
            slug=record.slug,
            base_version=type(record).objects.values_list("updated_at", flat=True).get(pk=record.pk),
            fields={name: value for name, value in fields.items() if value != said[name]},
            parts={name: rows for name, rows in parts.items() if rows != said_parts[name]},
            reason=reason,
            by=by,
        )

    def waiting_for(self, record):
        """The proposals about a record that nobody has decided yet."""
        return self.filter(kind=ContentType.objects.get_for_model(record), slug=record.slug, state=Proposal.State.WAITING)

    def _said(self, record):
        """What a record says now, and its parts."""
        now = type(record).objects.get(pk=record.pk)
        return stated(now, stating_fields(type(now))), stated_parts(now)


class Proposal(models.Model):
    """An editor's change to a published record; the public sees the record unchanged until a reviewer accepts."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    kind = models.ForeignKey(ContentType, models.PROTECT, verbose_name=_("kind of record"), related_name="+")
    slug = models.SlugField(_("slug of the record"), max_length=200)
    base_version = models.DateTimeField(_("version it was made on"), help_text=_("`updated_at` of the record when the change was made."))
    fields = models.JSONField(_("changed fields"), default=dict)
    parts = models.JSONField(_("changed parts"), default=dict, blank=True)
    reason = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="proposals")
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="decided_proposals"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    objects = ProposalManager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        permissions = [("publish", _("Can publish and withdraw records, and decide on proposals"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                | Q(state__in=["waiting", "withdrawn"], decided_by=None),
                name="proposal_decision_names_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("by")),
                name="proposal_is_decided_by_another",
                violation_error_message=_("Who made the proposal cannot decide it."),
            ),
        ]

    def __str__(self):
        return f"{self.kind.model} {self.slug} ({self.get_state_display()})"

    @property
    def model(self):
        return self.kind.model_class()

    def record(self):
        """The record that it is about, or None where that is gone."""
        return self.model.objects.select_related(*names_of_links(self.model)).filter(slug=self.slug).first()

    def changes(self):
        """The fields that it changes, and the models of the parts that it changes by the names under which records hold them."""
        fields = [field for field in stating_fields(self.model) if field.name in self.fields]
        return fields, {name: part for name, part in parts_of(self.model).items() if name in self.parts}

    def before(self):
        """What the record said of what it changes when it was made, in plain values by the names of fields and parts; by its history."""
        fields, parts = self.changes()
        rows = self.model.history.filter(slug=self.slug, updated_at=self.base_version)
        base = rows.select_related(*names_of_links(self.model)).first()
        if base is None:
            return {}
        return stated(base, fields) | {name: self._parts_before(part, base.id) for name, part in parts.items()}

    def _parts_before(self, part, key):
        rows = part.history.filter(record_id=key, history_date__lte=self.at).order_by("history_id")
        last = {row.id: row for row in rows.select_related(*names_of_links(part))}
        return [stated(row, stating_fields(part)) for _key, row in sorted(last.items()) if row.history_type != "-"]

    def now(self, record):
        """What the record says now of what it changes, as `before` tells it."""
        fields, parts = self.changes()
        held = {name: getattr(record, name).select_related(*names_of_links(part)).order_by("pk") for name, part in parts.items()}
        return stated(record, fields) | {name: [stated(row, stating_fields(parts[name])) for row in rows] for name, rows in held.items()}

    def overtaken(self, before, now):
        """The names of the fields and parts that somebody else has changed since, and not to what is proposed."""
        proposed = {**self.fields, **self.parts}
        return [name for name in proposed if name not in before or before[name] != now[name] != proposed[name]]

    # -- deciding: once, by somebody else than whoever proposed it ---------------------------------------------------

    @transaction.atomic
    def accept(self, *, by, reason="", request_id=""):
        """Change the record as proposed, in one act of whoever accepts, which names the proposer; the record's own rules hold.

        What others changed meanwhile stays; raises ValidationError where it is the same that is proposed, where the record is gone
        or no longer published, and where somebody else has decided already.
        """
        self._check_decidable(by)
        record = self.record()
        if record is None or not record.shown_to_public:
            raise ValidationError(_("The record is gone, or no longer published: refuse the proposal."))
        list(self.model.objects.lock().filter(pk=record.pk).values_list("pk"))
        record = self.record()
        overtaken = self.overtaken(self.before(), self.now(record))
        if overtaken:
            said = _("Somebody has changed the same since: %s. Refuse the proposal, with word to propose it anew.")
            raise ValidationError(said % ", ".join(overtaken))
        fields, parts = self.changes()
        values = {field.name: meant(field, self.fields[field.name]) for field in fields}
        rows = [Rows(name, name, [self._meant(part, row) for row in self.parts[name]]) for name, part in parts.items()]
        told = _("%(reason)s (proposed by %(who)s)") % {"reason": self.reason, "who": self.by}
        with act(by=by, reason=f"{told} {reason}".strip(), request_id=request_id):
            say(record, values, rows)
        self._decide(self.State.ACCEPTED, by, reason)

    @transaction.atomic
    def refuse(self, *, by, reason):
        """Leave the record as it is; whoever proposed reads why."""
        if not reason.strip():
            raise ValidationError(_("Say why you refuse it."))
        self._check_decidable(by)
        self._decide(self.State.REFUSED, by, reason)

    @transaction.atomic
    def withdraw(self, *, by):
        """Take it back, which whoever proposed it may until it is decided."""
        if by != self.by:
            raise ValidationError(_("Only who made the proposal takes it back."))
        self._check_waits()
        self.state = self.State.WITHDRAWN
        self.save(update_fields=["state"])

    def _meant(self, part, row):
        return {field.name: meant(field, row[field.name]) for field in stating_fields(part) if field.name in row}

    def _check_decidable(self, by):
        if by == self.by:
            raise ValidationError(_("Who made the proposal cannot decide it."))
        self._check_waits()

    def _check_waits(self):
        """Refuse to decide twice; until the end of the transaction nobody else decides."""
        if type(self).objects.select_for_update().values_list("state", flat=True).get(pk=self.pk) != self.State.WAITING:
            raise ValidationError(_("Somebody has decided about this proposal already."))

    def _decide(self, state, by, reason):
        self.state, self.decided_by, self.decided_at, self.decision_reason = state, by, timezone.now(), reason.strip()
        self.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
