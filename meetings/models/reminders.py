"""Reminders: who was written to on which day about which tasks."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wsis_tracker.register.fields import SlugsField


class Reminder(models.Model):
    """The one mail of a day to a person about tasks that are due; it is kept before it is sent, so that nobody gets two."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("person"), related_name="reminders")
    day = models.DateField(_("day"), db_index=True)
    tasks = SlugsField(_("tasks"), help_text=_("Their slugs, as the mail named them."))
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(
        _("sent at"), null=True, blank=True, help_text=_("Empty while it is sent; it stays empty where the program ended before it knew.")
    )

    class Meta:
        ordering = ["-day", "pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="reminder_once_a_day")]

    def __str__(self):
        return f"{self.day}: {self.person}"
