"""E-mails to a person, in the person's language, with a link that sets the password once."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .models import AccountEvent

INVITATION, RESET = "invitation", "reset"


def send_link(user, letter, *, request):
    """Send the person an invitation, or the link to set a password anew; OSError where the mail cannot be handed over."""
    with translation.override(user.language):
        key = urlsafe_base64_encode(force_bytes(user.pk))
        path = reverse("password_reset_confirm", args=[key, default_token_generator.make_token(user)])
        said = {
            "user": user,
            "link": request.build_absolute_uri(path),
            "until": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
            "by": request.user,
        }
        subject, _gap, body = render_to_string(f"accounts/{letter}.txt", said).partition("\n")
        user.email_user(subject.strip(), body.strip() + "\n")


def invite(user, *, request):
    """Invite the person to set a password; OSError where the mail cannot be handed over."""
    send_link(user, INVITATION, request=request)
    AccountEvent.objects.note(AccountEvent.Kind.INVITED, user, by=request.user, request=request)
