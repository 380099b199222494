"""Who signs in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of the secretariat's staff, or of an organisation that edits its own activities."""
