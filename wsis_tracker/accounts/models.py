"""Who signs in, and the tokens by which programs act for them."""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .addresses import address_of, is_within, networks

#: How long a token lives where nothing else is said.
A_YEAR = timedelta(days=365)
HALF_A_DAY = timedelta(hours=12)
#: How exactly the last use of a token is known.
A_MINUTE = timedelta(minutes=1)
#: A token as its owner is shown it: the key by which it is found, and the secret.
TEXT = re.compile(r"wsis_([0-9a-f]{16})\.([0-9a-f]{64})", re.ASCII)


class User(AbstractUser):
    """A member of the secretariat's staff, or of an organisation that edits its own activities."""

    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("Of the e-mails to the person."),
    )
    #: How often all sessions of the account were ended at once.
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

    visit_at = models.DateTimeField(_("present visit"), null=True, blank=True, editable=False)
    last_visit_at = models.DateTimeField(_("last visit"), null=True, blank=True, editable=False)

    #: What an account may do, by the names of its fields.
    RIGHTS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")

    @cached_property
    def organisations(self):
        """The keys of the organisations for which the person edits."""
        return frozenset(self.edits_for.values_list("record", flat=True))

    @property
    def works_in_admin(self):
        """Whether the admin opens to the person: to the staff, and to those who edit for an organisation."""
        return self.is_active and (self.is_staff or bool(self.organisations))

    @property
    def awaits_password(self):
        """Whether the person was invited and has not set a password yet, so that nobody can sign in."""
        return not self.has_usable_password()

    def rights(self):
        """What the account may do, as texts by the names of its fields."""
        held = {name: getattr(self, name) for name in self.RIGHTS}
        return {name: str(value) if isinstance(value, bool) else ", ".join(sorted(map(str, value.all()))) for name, value in held.items()}

    def end_sessions(self, *, by=None, request=None):
        """End every session of the account at its next request."""
        type(self).objects.filter(pk=self.pk).update(sessions_ended=F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])
        AccountEvent.objects.note(AccountEvent.Kind.SESSIONS_ENDED, self, by=by, request=request)

    def _get_session_auth_hash(self, secret=None):
        """What a session must know to go on: with the password, how often all were ended. Django's own method of both its hashes."""
        of_password = super()._get_session_auth_hash(secret=secret)
        return salted_hmac(
            "wsis_tracker.accounts.sessions", f"{of_password}{self.sessions_ended}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def visit(self, at):
        """Note that the person looks at the work now; a visit begins with signing in, or after half a day, and not with each look."""
        since = self.visit_at
        if since is None or at - since > HALF_A_DAY or (self.last_login and since < self.last_login <= at):
            begun = type(self).objects.filter(pk=self.pk, visit_at=since).update(visit_at=at, last_visit_at=since)
            if begun:
                self.visit_at, self.last_visit_at = at, since


class AccountEventQuerySet(models.QuerySet):
    """What happened to accounts is noted and never changed."""

    def note(self, kind, account=None, *, by=None, request=None, detail=""):
        """Keep that something happened to an account, by whom, from where; no secret is ever a detail of it."""
        return self.create(
            kind=kind, account=account, by=by, detail=detail,
            address=(address_of(request) if request else "") or None, request_id=getattr(request, "id", ""),
        )  # fmt: skip

    def update(self, **kwargs):
        raise TypeError("What happened to an account is never changed.")

    def delete(self):
        raise TypeError("What happened to an account is never deleted.")


class AccountEvent(models.Model):
    """What happened to an account, beside what it did to the register: signing in, failing to, and every change of its rights."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed-in", _("signed in")
        SIGNED_OUT = "signed-out", _("signed out")
        SIGN_IN_FAILED = "sign-in-failed", _("sign-in failed")
        LOCKED_OUT = "locked-out", _("locked out after failures")
        INVITED = "invited", _("invited")
        LINK_SENT = "link-sent", _("link for a new password sent")
        PASSWORD_SET = "password-set", _("password set")
        RIGHTS_CHANGED = "rights-changed", _("rights changed")
        SECOND_FACTOR_ON = "second-factor-on", _("second factor set up")
        SECOND_FACTOR_OFF = "second-factor-off", _("second factor taken away")
        RECOVERY_CODES_MADE = "recovery-codes-made", _("recovery codes made")
        RECOVERY_CODE_USED = "recovery-code-used", _("recovery code used")
        SESSIONS_ENDED = "sessions-ended", _("sessions ended")
        TOKEN_MADE = "token-made", _("token made")
        TOKEN_REVOKED = "token-revoked", _("token revoked")

    at = models.DateTimeField(_("at"), default=timezone.now, editable=False, db_index=True)
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("account"), related_name="events", null=True, blank=True,
        help_text=_("Empty where somebody tried a name that no account has; the name is not kept, for it may be a mistyped password."),
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+", null=True, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    detail = models.TextField(_("detail"), blank=True)

    objects = AccountEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("event of an account")
        verbose_name_plural = _("events of accounts")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.account or '–'}: {self.get_kind_display()}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("What happened to an account is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("What happened to an account is never deleted.")


def digest_of(secret):
    """What is kept of a secret: without the server's own key nobody can tell whether he has guessed it."""
    return salted_hmac("wsis_tracker.accounts.ApiToken", secret, algorithm="sha256").hexdigest()


class TokenState(models.TextChoices):
    USABLE = "usable", _("usable")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class ApiTokenQuerySet(models.QuerySet):
    @transaction.atomic
    def issue(self, owner, name, *, expires_at=None, may_write=False, addresses=(), at=None, request=None):
        """Make a token; returns it with its text, which is kept nowhere and so is never to be had again."""
        at = at or timezone.now()
        secret = secrets.token_hex(32)
        token = self.model(
            owner=owner, name=name, key=secrets.token_hex(8), digest=digest_of(secret), created_at=at,
            expires_at=expires_at or at + A_YEAR, may_write=may_write, addresses=networks(addresses),
        )  # fmt: skip
        token.full_clean()
        token.save(force_insert=True)
        AccountEvent.objects.note(AccountEvent.Kind.TOKEN_MADE, owner, by=owner, request=request, detail=str(token))
        return token, f"wsis_{token.key}.{secret}"

    def bearing(self, text):
        """The token of which `text` is what its owner was shown, with its owner, or None; one query, none where it cannot be one."""
        shape = TEXT.fullmatch(text)
        if shape is None:
            return None
        key, secret = shape.groups()
        token = self.select_related("owner").filter(key=key).first()
        return token if constant_time_compare(digest_of(secret), token.digest if token else "") else None

    def usable(self, at):
        """Keep those with which somebody can act at a moment."""
        return self.filter(revoked_at=None, expires_at__gt=at, owner__is_active=True)

    @transaction.atomic
    def revoke(self, *, by, at=None, request=None):
        """Revoke those that are not yet; returns how many."""
        revoked = list(self.filter(revoked_at=None).select_for_update(of=("self",)).select_related("owner"))
        for token in revoked:
            AccountEvent.objects.note(AccountEvent.Kind.TOKEN_REVOKED, token.owner, by=by, request=request, detail=str(token))
        return self.model.objects.filter(pk__in=[token.pk for token in revoked]).update(revoked_at=at or timezone.now(), revoked_by=by)


class ApiToken(models.Model):
    """What a program shows the API to act for its owner; revoked it stays, as the trace of what could act, and so does its owner."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(_("key"), max_length=16, unique=True, help_text=_("The part of the token by which it is known, no secret."))
    digest = models.CharField(max_length=64, editable=False)
    may_write = models.BooleanField(_("may write"), default=False)
    addresses = models.JSONField(
        _("addresses"), default=list, blank=True, validators=[networks],
        help_text=_("The addresses and networks from which it is taken; from any where there are none."),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("revoked by"), null=True, blank=True, editable=False, related_name="+"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="token_expires_after_it_is_made",
                violation_error_message=_("A token cannot expire before it is made."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by=None),
                name="token_revoked_by_somebody_at_some_time",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.key})"

    def state(self, at):
        if self.revoked_at:
            return TokenState.REVOKED
        return TokenState.USABLE if at < self.expires_at else TokenState.EXPIRED

    def refusal(self, at, address):
        """Why the API does not take the token at a moment from an address, in words for its bearer; empty where it does."""
        if self.revoked_at:
            return "This token is revoked."
        if at >= self.expires_at:
            return f"This token expired at {self.expires_at.isoformat()}."
        if not self.owner.is_active:
            return "The account of this token is not active."
        if self.addresses and not is_within(address, self.addresses):
            return f"This token is not taken from the address {address}."
        return ""

    def note_use(self, at):
        """Remember that it was used, once a minute at most."""
        if self.last_used_at is None or self.last_used_at <= at - A_MINUTE:
            unnoted = Q(last_used_at=None) | Q(last_used_at__lte=at - A_MINUTE)
            type(self).objects.filter(unnoted, pk=self.pk).update(last_used_at=at)

    def revoke(self, *, by, at=None, request=None):
        """End it for good; what is revoked already stays as it was."""
        type(self).objects.filter(pk=self.pk).revoke(by=by, at=at, request=request)
        self.refresh_from_db(fields=["revoked_at", "revoked_by"])


class SavedFilterQuerySet(models.QuerySet):
    def seen_by(self, user):
        """Keep a person's own and those that others share."""
        return self.filter(Q(owner=user) | Q(shared=True))


class SavedFilter(models.Model):
    """What somebody asks of a list again and again, under a name of his own; shared, it is there for everybody."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"), related_name="saved_filters")
    name = models.CharField(_("name"), max_length=100)
    listed = models.CharField(_("list"), max_length=100, help_text=_("The model of the list: meetings.task."))
    query = models.CharField(_("query"), max_length=2000, help_text=_("What stands after the question mark of the address."))
    shared = models.BooleanField(_("for everybody"), default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["listed", "name", "pk"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [models.UniqueConstraint(fields=["owner", "listed", "name"], name="savedfilter_name_once")]

    def __str__(self):
        return self.name
