"""What the API itself keeps: the answers to requests that may be sent again."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = datetime.timedelta(days=1)


class KeptAnswer(models.Model):
    """The answer to a POST that named itself by an Idempotency-Key: sent again within a day, it is answered and not done again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="", help_text="The JSON as it was sent.")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="keptanswer_once")]

    def __str__(self):
        return self.key
