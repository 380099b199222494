"""Acts: who changed the register, when and why. Nothing is written to a record outside one."""

from collections import defaultdict
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.manager import HistoryManager

from . import four_eyes

_current = ContextVar("change")
#: The lock of PostgreSQL under which acts are numbered; any number that nothing else uses.
NUMBERING = 20051118
#: How many of the rows that an act wrote are read at once.
AT_ONCE = 500


class ChangeQuerySet(models.QuerySet):
    def last_number(self):
        """The number of the latest act, 0 where there is none."""
        return self.aggregate(last=Max("number"))["last"] or 0

    def by_others(self, user, since):
        """Keep what others than a person, and commands, have done since a moment; nothing where that is None."""
        return self.filter(at__gt=since).exclude(by=user) if since else self.none()


class Change(models.Model):
    """One act on the register: an edit, an import, a reading, a merge; undone as one."""

    #: Its place in the order in which acts came to be seen by others.
    number = models.BigIntegerField(_("number"), null=True, unique=True, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("by"),
        null=True,
        blank=True,
        related_name="changes",
        help_text=_("Empty where a command of the system acted."),
    )
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True, db_index=True)
    undoes = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("undoes"), null=True, blank=True, editable=False, related_name="undone_by"
    )

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.by or _('system')}: {self.reason}".rstrip(": ")

    #: While it runs: the rows whose history has been tied to it, each as its model and key; they may have been rolled back since.
    written = None
    #: Whether what it publishes has been reviewed before it came here.
    reviewed = False

    @staticmethod
    def latest_act():
        """The number of the latest act and its instant: as long as they stay, nothing in the register has changed.

        It is asked for at every request, so it stands here as SQL: Django would take longer to write it than the database to answer.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, at FROM register_change WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1")
            return cursor.fetchone() or (0, None)

    def take_number(self):
        """Give the act the next number, as the last thing in its transaction; returns the number of the act before it.

        Of two acts the one that is committed first has the lower number, so whoever has read up to a number has missed nothing
        below it: the next number is read and given under a lock that is held until the commit. On SQLite the transaction itself
        is that lock.
        """
        hold_back_others()
        before = Change.objects.last_number()
        self.number = before + 1
        self.save(update_fields=["number"])
        return before

    def check_written(self):
        """Raise Overtaken where a rule no longer holds of what was written, for what others have done meanwhile."""
        of_model = defaultdict(list)
        for model, key in self.written:
            of_model[model].append(key)
        for model, keys in of_model.items():
            links = [field.name for field in model._meta.concrete_fields if field.is_relation]
            for start in range(0, len(keys), AT_ONCE):
                for row in model._base_manager.select_related(*links).filter(pk__in=keys[start : start + AT_ONCE]):
                    try:
                        row.clean()  # the database itself sees to the rest
                    except ValidationError as error:
                        raise Overtaken([f"{row}: {' '.join(error.messages)}"]) from error


class Overtaken(ValidationError):
    """The act was well in itself, and is not after what somebody else did while it ran; it is undone."""


class NoAct(RuntimeError):
    """A record was written outside an act, so nobody could say who changed it and why."""


@contextmanager
def act(*, by=None, reason="", request_id="", reviewed=False):
    """One act in one transaction: every record written inside is tied to one `Change`; an act that writes nothing leaves none.

    It publishes nothing that is the work of whoever acts (`four_eyes`), unless that has been `reviewed` before it came here.
    An act inside an act belongs to the outer one.
    """
    if _current.get(None) is not None:
        yield _current.get()
        return
    change = Change(by=by, reason=reason, request_id=request_id)
    change.written, change.reviewed = set(), reviewed
    token = _current.set(change)
    try:
        with transaction.atomic():
            begun_after = Change.objects.last_number()
            change.save()
            yield change
            if change.written:
                check_links()
                four_eyes.check(change)
                if change.take_number() != begun_after:
                    change.check_written()
            else:
                Change.objects.filter(pk=change.pk)._raw_delete(DEFAULT_DB_ALIAS)  # no history names it, and none need be asked
    finally:
        _current.reset(token)


def hold_back_others():
    """Let no other act be committed before this one ends: what is read from here on is the register as its latest act left it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])


def check_links():
    """Let the database say now, and not at the end of the transaction, that what was linked to is gone; it stays from here on.

    SQLite lets one write at a time, whose links were checked as they were made.
    """
    if connection.vendor == "postgresql":
        connection.check_constraints()


def acting(request):
    """The act of a person's request that writes, with the reason it gives; one that only reads has none."""
    if request.method != "POST":
        return nullcontext()
    return act(by=request.user, reason=request.POST.get("change_reason", "").replace("\0", ""), request_id=request.id)


def current_change():
    """The `Change` of the running act; NoAct outside one."""
    change = _current.get(None)
    if change is None:
        raise NoAct("Records are written inside `act(by=…, reason=…)`, so that their history says who and why.")
    return change


class History(HistoryManager):
    """The history of a record; its class is made once, and not whenever a row is written or asked for."""

    @classmethod
    @cache
    def from_queryset(cls, *args):
        return super().from_queryset(*args)


class HistoryRow(models.Model):
    """What every history row has besides the record's fields: the act that made it."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.change_id is None:
            self.change = current_change()
            self.change.written.add((self.instance_type, self.id))
            self.history_user = self.change.by
            self.history_change_reason = self.change.reason
        super().save(*args, **kwargs)
