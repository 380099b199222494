"""Changes of published records that wait for a reviewer."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .changes import act
from .plain import stated, stated_parts, stating_fields

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
