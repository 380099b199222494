"""Files that wait for the one who sent them to confirm what was previewed."""

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UploadManager(models.Manager):
    def keep(self, *, model, by, **said):
        """Keep a file until it is confirmed, in place of the one before of the same person; none waits longer than a day."""
        kind = ContentType.objects.get_for_model(model)
        self.filter(models.Q(kind=kind, by=by) | models.Q(at__lt=timezone.now() - timedelta(days=1))).delete()
        return self.create(kind=kind, by=by, **said)


class Upload(models.Model):
    """A table that was previewed, with the versions of the records that its rows were compared with."""

    kind = models.ForeignKey(ContentType, models.CASCADE, verbose_name=_("kind of record"), related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(_("content"))
    versions = models.JSONField(_("versions"), default=dict, help_text=_("`updated_at` of each record that the file names, by its slug."))
    reason = models.TextField(_("reason"))

    objects = UploadManager()

    class Meta:
        verbose_name = _("file to import")
        verbose_name_plural = _("files to import")

    def __str__(self):
        return self.name
