"""The second factor of an account: codes of an app (TOTP), and codes on paper for when the app is lost.

The devices are django-otp's. Of a code on paper only an HMAC is kept, as of a token; each is taken once.
"""

import re
import secrets

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp import login as note_device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from .models import AccountEvent
from .roles import ADMINISTRATOR

KINDS = AccountEvent.Kind
#: How many codes on paper one has, and how each is written: without letters and digits that look alike.
CODES, LETTERS, LENGTH = 10, "abcdefghjkmnpqrstuvwxyz23456789", 10


def device_of(user):
    """The confirmed device of an account, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def begun_by(user):
    """The device that is being set up, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").last()


def codes_left(user):
    """How many codes on paper there are still."""
    return StaticToken.objects.filter(device__user=user).count()


def is_verified(request):
    """Whether the person has shown a code since signing in."""
    return DEVICE_ID_SESSION_KEY in request.session


def is_administrator(user):
    return user.is_superuser or user.groups.filter(name=ADMINISTRATOR).exists()


@transaction.atomic
def begin(user):
    """Make the device that is to be confirmed; one begun before is forgotten."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name="TOTP", confirmed=False)


def confirm(request, code):
    """Let the device that was begun count from now on, if `code` is one of it; returns new codes on paper, None where it is not.

    Every other session ends: none has shown a code.
    """
    user = request.user
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).order_by("pk").last()
        if device is None or not device.verify_token(plain(code)):
            return None
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save()
        AccountEvent.objects.note(KINDS.SECOND_FACTOR_ON, user, by=user, request=request)
        codes = make_codes(user, request=request)
        user.end_sessions(by=user, request=request)
    update_session_auth_hash(request, user)
    note_device(request, device)
    return codes


@transaction.atomic
def make_codes(user, *, request):
    """Make new codes on paper, and end those there were; they are returned this once and not kept."""
    StaticDevice.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(LETTERS) for _letter in range(LENGTH)) for _code in range(CODES)]
    device = StaticDevice.objects.create(user=user, name="paper")
    StaticToken.objects.bulk_create([StaticToken(device=device, token=kept(code)) for code in codes])
    AccountEvent.objects.note(KINDS.RECOVERY_CODES_MADE, user, by=request.user, request=request)
    return codes


def verify(user, code, *, request):
    """The device of which `code` is one, or None; too many that are wrong make one wait longer each time."""
    code = plain(code)
    model = TOTPDevice if re.fullmatch(r"\d{6}", code, re.ASCII) else StaticDevice
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None or not device.verify_token(code if model is TOTPDevice else kept(code)):
            return None
        if model is StaticDevice:
            AccountEvent.objects.note(KINDS.RECOVERY_CODE_USED, user, by=user, request=request)
    return device


@transaction.atomic
def take_away(user, *, request):
    """End the second factor of an account, and with it every session; who takes it away from himself goes on with this one."""
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=user).delete()
    AccountEvent.objects.note(KINDS.SECOND_FACTOR_OFF, user, by=request.user, request=request)
    user.end_sessions(by=request.user, request=request)
    if user == request.user:
        request.session.pop(DEVICE_ID_SESSION_KEY, None)
        update_session_auth_hash(request, user)


def may_be_code(text):
    """Whether a text has the shape of a code, of the app or on paper."""
    return bool(re.fullmatch(rf"\d{{6}}|[{LETTERS}]{{{LENGTH}}}", plain(text), re.ASCII))


def plain(code):
    """A code as it is compared: people write gaps, dashes and capitals."""
    return re.sub(r"[\s-]", "", code).lower()


def kept(code):
    """What is kept of a code on paper."""
    return salted_hmac("wsis_tracker.accounts.recovery", code, algorithm="sha256").hexdigest()[:16]
