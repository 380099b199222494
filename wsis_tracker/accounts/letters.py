"""E-mails to a person, in the person's language, with a link that sets the password once."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .models import AccountEvent

INVITATION, RESET = "invitation", "reset"
#: How long a link for a new password is the only one that is sent, however often somebody asks for one.
A_WHILE = timedelta(minutes=5)


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


def send_link_again(user, *, request):
    """Send the link to set a password anew, unless one that was sent a while ago is still good; OSError where the mail cannot be
    handed over.
    """
    kinds = AccountEvent.Kind
    ending = [kinds.PASSWORD_SET, kinds.SIGNED_IN]  # these end every link that was sent before
    last = user.events.filter(kind__in=[kinds.LINK_SENT, *ending], at__gt=timezone.now() - A_WHILE).order_by("pk").last()
    if last is None or last.kind in ending:
        with transaction.atomic():  # what could not be sent is not noted
            AccountEvent.objects.note(AccountEvent.Kind.LINK_SENT, user, request=request)
            send_link(user, RESET, request=request)


def invite(user, *, request):
    """Invite the person to set a password; OSError where the mail cannot be handed over."""
    send_link(user, INVITATION, request=request)
    AccountEvent.objects.note(AccountEvent.Kind.INVITED, user, by=request.user, request=request)
