"""The action lines C1–C11, who claims which role on them, and what is done on them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Max, Min, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mandates.models import Mandate, Organisation, Provision
from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.fields import IN_SMALL, PartialDateField, TranslatedField
from wsis_tracker.register.indexes import ListIndex
from wsis_tracker.register.questions import RecordManager
from wsis_tracker.register.records import DatedRecord, Part, PeriodQuerySet, PeriodRecord, latest_day, unknown_last


class ActionLine(DatedRecord):
    """One of the lines C1–C11 of the Geneva Plan of Action, or one of the eight sub-lines of C7."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = TranslatedField(_("title"), help_text=_("As the annex of the Tunis Agenda words it."))
    plan_title = TranslatedField(_("title in the Plan of Action"), blank=True, help_text=_("Where the Plan of Action words it otherwise."))
    parent = models.ForeignKey("self", models.PROTECT, verbose_name=_("sub-line of"), null=True, blank=True, related_name="sublines")
    position = models.PositiveSmallIntegerField(_("place in the official order"), unique=True, validators=[IN_SMALL])

    collection = "action-lines"

    class Meta(DatedRecord.Meta):
        ordering = ["position"]
        verbose_name = _("action line")
        verbose_name_plural = _("action lines")
        constraints = [
            *DatedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="actionline_is_not_its_own_subline",
                violation_error_message=_("An action line is no sub-line of itself."),
            ),
        ]

    def __str__(self):
        return self.code if self.parent_id else f"{self.code} {self.title}"

    def slug_words(self):
        return self.code

    @property
    def family(self):
        """The key of the line to which a sub-line belongs; of another line, its own."""
        return self.parent_id or self.pk

    def get_absolute_url(self):
        return address("action-line", self.slug)

    def called(self):
        return [self.slug, self.code, *self.title.values(), *self.plan_title.values()]


class ActionLineSource(Source):
    """Where an action line is set or named."""

    record = models.ForeignKey(ActionLine, models.CASCADE, related_name="sources")


class ActionLineMandate(Part):
    """A mandate that concerns an action line."""

    record = models.ForeignKey(ActionLine, models.CASCADE, verbose_name=_("action line"), related_name="mandates")
    mandate = models.ForeignKey(Mandate, models.PROTECT, verbose_name=_("mandate"), related_name="action_lines")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [models.UniqueConstraint(fields=["record", "mandate"], name="actionlinemandate_once")]

    def __str__(self):
        return str(self.mandate)


class RoleKind(models.TextChoices):
    """What a claim calls the organisation's part on a line; the words as printed are kept beside it."""

    LEADING_FACILITATOR = "leading facilitator", _("leading facilitator")
    SOLE_FACILITATOR = "sole facilitator", _("sole facilitator")
    LEAD_FACILITATOR = "lead facilitator", _("lead facilitator")
    MODERATOR = "moderator/facilitator", _("moderator/facilitator")
    CO_MODERATOR = "co-moderator/facilitator", _("co-moderator/facilitator")
    CO_FACILITATOR = "co-facilitator", _("co-facilitator")
    SHARED = "shared role", _("shared role")
    FOCAL_POINT = "focal point", _("focal point")
    PARTNER = "partner", _("partner")
    STAKEHOLDER = "stakeholder", _("stakeholder")
    PARTICIPATION = "participation highlighted", _("participation highlighted")


class Level(models.TextChoices):
    """How far a role goes; claims of one level agree, whatever their words."""

    FACILITATES = "facilitates", _("facilitates")
    PARTNER = "partner", _("partner")
    TAKES_PART = "takes part", _("takes part")


LEVELS = {
    RoleKind.PARTNER: Level.PARTNER,
    RoleKind.STAKEHOLDER: Level.TAKES_PART,
    RoleKind.PARTICIPATION: Level.TAKES_PART,
}


class RoleQuerySet(PeriodQuerySet):
    def voices(self):
        """Keep the claims that say something of their own and do not only restate another."""
        return self.filter(restates=None)

    def on_lines(self, lines, *, with_sublines=False):
        """Keep the claims on the lines themselves, and with the sub-lines on those of them too."""
        kept = Q(action_line__in=lines)
        return self.filter(kept | Q(action_line__parent__in=lines) if with_sublines else kept)

    def at_level(self, levels):
        """Keep the claims whose kind is of one of the levels."""
        return self.filter(kind__in=[kind for kind in RoleKind if LEVELS.get(kind, Level.FACILITATES) in levels])

    def contested(self):
        """Keep the claims on the organisations that some of these claims give roles of differing levels on one line."""
        level = Case(*(When(kind=kind, then=Value(level)) for kind, level in LEVELS.items()), default=Value(Level.FACILITATES))
        on_line = self.order_by().values("organisation", "action_line").annotate(least=Min(level), most=Max(level))
        return self.filter(organisation__in=on_line.filter(least__lt=F("most")).values("organisation"))


class Role(PeriodRecord):
    """A claim: in somebody's word, an organisation has this part on an action line, or in the implementation as a whole."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="roles")
    action_line = models.ForeignKey(
        ActionLine,
        models.PROTECT,
        verbose_name=_("action line"),
        null=True,
        blank=True,
        related_name="roles",
        help_text=_("Empty for the implementation as a whole."),
    )
    kind = models.CharField(_("kind"), max_length=30, choices=RoleKind)
    words = models.CharField(_("words as printed"), max_length=300, blank=True)
    label = models.CharField(_("the line's label as printed"), max_length=200, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=100, blank=True, help_text=_("Temporary, interim, especially …"))
    sector = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("through"),
        null=True,
        blank=True,
        related_name="roles_carried",
        help_text=_("The Sector that carries it, where one is named."),
    )
    claimant = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("claimant"), related_name="claims", help_text=_("Whose word it is.")
    )
    made_in = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("made in"), related_name="roles", help_text=_("The provision that makes it.")
    )
    restates = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("restates"),
        null=True,
        blank=True,
        related_name="restated_by",
        help_text=_("The claim that this one only repeats."),
    )

    collection = "roles"
    named_through = ("organisation", "action_line")
    objects = RecordManager.from_queryset(RoleQuerySet)()

    class Meta(PeriodRecord.Meta):
        ordering = ["organisation__slug", unknown_last("action_line__position"), unknown_last("valid_from"), "slug"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            *PeriodRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(restates=None) | ~Q(restates=F("id")),
                name="role_does_not_restate_itself",
                violation_error_message=_("A claim cannot restate itself."),
            ),
            models.UniqueConstraint(
                "organisation",
                Coalesce("action_line", 0),
                "kind",
                "claimant",
                "made_in",
                name="role_once",
                violation_error_message=_("This claim is in the register already."),
            ),
        ]

    def __str__(self):
        line = self.action_line.code if self.action_line else _("the implementation as a whole")
        return f"{self.organisation}, {line}: {self.get_kind_display()}"

    def slug_words(self):
        return f"{self.organisation.slug} {self.action_line.slug if self.action_line else 'implementation'} {self.made_in.slug}"

    def get_absolute_url(self):
        return f"{(self.action_line or self.organisation).get_absolute_url()}#{self.slug}"

    def called(self):
        return [self.slug, self.kind]

    def searchable(self):
        return [*self.called(), self.qualifier, self.words, self.label]

    def clean(self):
        super().clean()
        if self.restates and (self.restates.organisation_id, self.restates.action_line_id) != (self.organisation_id, self.action_line_id):
            raise ValidationError({"restates": _("A claim restates one on the same organisation and line.")})

    @property
    def level(self):
        return LEVELS.get(self.kind, Level.FACILITATES)


class RoleAssociate(Part):
    """An organisation with which the role is shared, as the claim names it."""

    record = models.ForeignKey(Role, models.CASCADE, verbose_name=_("role"), related_name="associates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("with"), related_name="roles_shared")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("shared with")
        verbose_name_plural = _("shared with")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="roleassociate_once")]

    def __str__(self):
        return str(self.organisation)


class RoleSource(Source):
    """Where a claim is read."""

    record = models.ForeignKey(Role, models.CASCADE, related_name="sources")


class ActivityKind(models.TextChoices):
    STOCKTAKING = "stocktaking-entry", _("entry of the stocktaking")
    COMMITMENT = "golden-book-commitment", _("commitment of the Golden Book")
    TAKEN = "action-taken", _("action taken")
    ANNOUNCED = "action-announced", _("action announced")


class ActivityState(models.TextChoices):
    """Where the activity stands in the world; not the record's visibility."""

    DRAFT = "draft", _("draft")
    PLANNED = "planned", _("planned")
    APPROVED = "approved", _("approved")
    ONGOING = "ongoing", _("ongoing")
    COMPLETED = "completed", _("completed")


class Activity(DatedRecord):
    """What an organisation did, does or announced: an entry of the stocktaking, a commitment, an action taken."""

    number = models.CharField(_("number"), max_length=40, blank=True, help_text=_("Its number in the stocktaking."))
    kind = models.CharField(_("kind"), max_length=25, choices=ActivityKind)
    title = models.CharField(_("title"), max_length=500)
    summary = models.TextField(_("summary"), blank=True)
    action_line = models.ForeignKey(
        ActionLine, models.PROTECT, verbose_name=_("main action line"), null=True, blank=True, related_name="activities"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), null=True, blank=True, related_name="activities"
    )
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2."))
    state = models.CharField(_("state"), max_length=10, choices=ActivityState, blank=True)
    started_on = PartialDateField(_("started on"), blank=True)
    ended_on = PartialDateField(_("ended on"), blank=True, help_text=_("The last day."))
    sdgs = models.JSONField(_("Sustainable Development Goals"), default=list, blank=True)

    collection = "activities"
    edited_for = "organisation"

    class Meta(DatedRecord.Meta):
        ordering = [F("dated_on").desc(nulls_last=True), "-pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [  # a list in the order of the class; the latest first, of all and of those on a line in a state
            ListIndex("visibility", F("dated_on").desc(nulls_last=True), F("id").desc(), name="activity_public_by_day"),
            ListIndex("visibility", F("started_on").desc(nulls_last=True), "id", name="activity_public_by_start"),
            ListIndex("visibility", "action_line", "state", F("started_on").desc(nulls_last=True), "id", name="activity_public_on_line"),
        ]
        constraints = [
            *DatedRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=~Q(number=""),
                name="activity_number_once",
                violation_error_message=_("Another activity of this kind has this number."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(started_on__lte=latest_day("ended_on")),
                name="activity_ends_after_it_starts",
                violation_error_message=_("It ends before it starts."),
            ),
        ]

    def __str__(self):
        return self.title

    def slug_words(self):
        return self.number or self.title

    def get_absolute_url(self):
        return f"{address('activities')}?slug={self.slug}"

    def called(self):
        return [self.slug, self.number, self.title]

    def searchable(self):
        return [*self.called(), self.summary]

    def clean(self):
        super().clean()
        if not isinstance(self.sdgs, list) or not all(type(goal) is int and 1 <= goal <= 17 for goal in self.sdgs):
            raise ValidationError({"sdgs": _("A list of numbers from 1 to 17 is expected.")})


class ActivityLine(Part):
    """Another action line that an activity serves beside its main one."""

    record = models.ForeignKey(Activity, models.CASCADE, verbose_name=_("activity"), related_name="also_on")
    action_line = models.ForeignKey(ActionLine, models.PROTECT, verbose_name=_("also on"), related_name="activities_also")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("also on")
        verbose_name_plural = _("also on")
        constraints = [models.UniqueConstraint(fields=["record", "action_line"], name="activityline_once")]

    def __str__(self):
        return self.action_line.code


class ActivitySource(Source):
    """Where an activity is reported."""

    record = models.ForeignKey(Activity, models.CASCADE, related_name="sources")
