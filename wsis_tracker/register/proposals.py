"""Changes of published records that wait for a reviewer."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: The permission to publish and withdraw records, to change published ones, and to decide on proposals.
PUBLISH = "register.publish"


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
