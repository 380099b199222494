"""What documents ask, whom they name, and the numbers that they state."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.fields import PartialDateField
from wsis_tracker.register.questions import RecordManager, RecordQuerySet
from wsis_tracker.register.records import DatedQuerySet, DatedRecord, Part, PeriodQuerySet, PeriodRecord, Record, latest_day, unknown_last

from .documents import Provision
from .organisations import Organisation

#: The unit of amounts in Swiss francs.
FRANCS = "CHF"


class Nature(models.TextChoices):
    NEW_TASK = "new-task", _("new task")
    EXISTING = "existing-mandate", _("recognition of an existing mandate")


class Modality(models.TextChoices):
    """The force of the verb, as printed."""

    RESOLVES = "resolves", _("resolves")
    INSTRUCTS = "instructs", _("instructs")
    REQUESTS = "requests", _("requests")
    INVITES = "invites", _("invites")
    SHOULD = "should", _("should")
    WILL = "will", _("will")
    RECOGNISES = "recognises", _("recognises")
    PROPOSED = "proposed", _("proposed")


class MandateQuerySet(PeriodQuerySet):
    def as_of(self, day):
        """Keep the mandates in force on `day`; what was only proposed never is."""
        return super().as_of(day).exclude(modality=Modality.PROPOSED)

    def proposed_by(self, day):
        """Keep what had been proposed by `day`: shown, never in force."""
        return super().as_of(day).filter(modality=Modality.PROPOSED)

    def begun_by(self, day):
        """Keep what had been asked by `day`, also where it is in force no longer; what was only proposed never was."""
        return super().begun_by(day).exclude(modality=Modality.PROPOSED)

    def without_task(self, day):
        """Keep the mandates about which nothing was being done by `day`: no published task of theirs was there."""
        tasks = self.model._meta.get_field("tasks").related_model.objects.published().as_of(day)
        return self.filter(~Exists(tasks.order_by().filter(mandate=OuterRef("pk"))))

    def addressed_to(self, organisation):
        """Keep what is asked of `organisation` itself, not of those it is to work with."""
        return self.filter(addressees__organisation=organisation, addressees__part=MandateAddressee.PartTaken.ADDRESSEE)


class Mandate(PeriodRecord):
    """One thing that a provision asks of somebody, or recognises as theirs already."""

    action = models.TextField(_("action"), help_text=_("What is asked, in our own words."))
    made_in = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("made in"), related_name="mandates", help_text=_("The provision that asks it.")
    )
    parent = models.ForeignKey("self", models.PROTECT, verbose_name=_("part of"), null=True, blank=True, related_name="children")
    item = models.CharField(_("item as printed"), max_length=20, blank=True)
    nature = models.CharField(_("nature"), max_length=20, choices=Nature)
    modality = models.CharField(_("modality as printed"), max_length=12, choices=Modality)
    words = models.CharField(_("words of the modality"), max_length=200, blank=True)
    reports_to = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("reports to"), null=True, blank=True, related_name="reports_received"
    )
    reports_via = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("by way of"), null=True, blank=True, related_name="reports_passed_on"
    )

    collection = "mandates"
    objects = RecordManager.from_queryset(MandateQuerySet)()

    class Meta(PeriodRecord.Meta):
        ordering = [unknown_last("valid_from"), "slug"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")

    def __str__(self):
        return self.action

    def get_absolute_url(self):
        return address("mandate", self.slug)

    @property
    def only_proposed(self):
        return self.modality == Modality.PROPOSED

    def held_on(self, day):
        """Whether it was in force on `day`, by the rule of `MandateQuerySet.as_of`."""
        return super().held_on(day) and not self.only_proposed

    def proposed_by(self, day):
        """Whether it had been proposed by `day`, by the rule of `MandateQuerySet.proposed_by`."""
        return super().held_on(day) and self.only_proposed

    def ended_by(self, day):
        """Whether it was in force and was so no longer on `day`."""
        return bool(self.valid_until) and self.valid_until <= str(day) and not self.only_proposed

    def called(self):
        return [self.slug, self.action]

    def searchable(self):
        return [*self.called(), self.words]


class MandateAddressee(Part):
    """Of whom it is asked, or with whom they are to do it."""

    class PartTaken(models.TextChoices):
        ADDRESSEE = "addressee", _("addressee")
        WITH = "with", _("with")

    record = models.ForeignKey(Mandate, models.CASCADE, verbose_name=_("mandate"), related_name="addressees")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="mandates_addressed")
    part = models.CharField(_("part"), max_length=10, choices=PartTaken, default=PartTaken.ADDRESSEE)

    class Meta:
        ordering = ["part", "pk"]
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="mandateaddressee_once")]

    def __str__(self):
        return str(self.organisation)


class MandateSource(Source):
    """Where a mandate is read."""

    record = models.ForeignKey(Mandate, models.CASCADE, related_name="sources")


class MentionQuerySet(RecordQuerySet):
    def as_of(self, day):
        """A mention is there from the day of the document that makes it."""
        return self.filter(provision__document__dated_on__lte=day)

    def undated(self):
        return self.filter(provision__document__dated_on=None)

    def without(self, kind, day):
        """Keep the mentions of which nothing of a kind, "mandates", "tasks" or "roles", followed by `day`."""
        return self.filter(~self.leads_to(kind, day))

    def without_follow_up(self, day):
        """Keep the mentions of which nothing followed by `day`: no mandate, no task and no role."""
        return self.filter(*(~self.leads_to(kind, day) for kind in ORIGINS))

    def leads_to(self, kind, day):
        """Whether something of a kind followed of the mention by `day`, as a condition.

        A mandate or a task that has its origin in the same provision did, and a role that it gives to the organisation mentioned.
        """
        rows = followed(kind, day).order_by()
        if kind == "roles":
            rows = rows.filter(organisation=OuterRef("organisation"))
        return reduce(or_, (led_by(rows, link) for link in ORIGINS[kind]))


def led_by(rows, link):
    """Whether one of `rows` leads by a link of `ORIGINS` to the provision of a mention, as a condition.

    Tasks are asked of the mandates of the provision, which are few; SQLite would ask each task for its mandate.
    """
    holder, _gap, rest = link.partition("__")
    if holder != "mandate":
        return Exists(rows.filter(**{link: OuterRef("provision")}))
    mandates = Mandate.objects.order_by().filter(**{rest: OuterRef("provision")})
    return Exists(mandates.filter(Exists(rows.filter(mandate=OuterRef("pk")))))


#: What may follow of a provision, and the links from there to the provision: to where it was made or asked for, or is read.
ORIGINS = {
    "mandates": ["made_in", "sources__provision"],
    "tasks": ["sources__provision", "mandate__made_in", "mandate__sources__provision"],
    "roles": ["made_in", "sources__provision"],
}


def followed(kind, day):
    """The published records of a kind of `ORIGINS` that had begun by `day`, also those that hold no longer."""
    if kind == "tasks":
        return Mandate._meta.get_field(kind).related_model.objects.published().as_of(day)
    return Provision._meta.get_field(kind).related_model.objects.published().begun_by(day)


class Mention(Record):
    """A provision names an organisation."""

    class Certainty(models.TextChoices):
        SPECIFIC = "specific", _("specific")
        POSSIBLE = "possible", _("possible")

    provision = models.ForeignKey(Provision, models.PROTECT, verbose_name=_("provision"), related_name="mentions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="mentions")
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty, default=Certainty.SPECIFIC)
    words = models.TextField(_("gist"), blank=True, help_text=_("What is said of the organisation, in our own words."))

    collection = "mentions"
    named_through = ("organisation", "provision__document")
    objects = RecordManager.from_queryset(MentionQuerySet)()

    class Meta(Record.Meta):
        ordering = ["provision__document__slug", "provision__position", "slug"]
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["provision", "organisation"], name="mention_once")]

    def __str__(self):
        return f"{self.organisation}: {self.provision}"

    def slug_words(self):
        return f"{self.organisation.slug} {self.provision.slug}"

    def get_absolute_url(self):
        return self.provision.get_absolute_url()

    def searchable(self):
        return [*self.called(), self.words]


class MentionSource(Source):
    """Where a mention is reported."""

    record = models.ForeignKey(Mention, models.CASCADE, related_name="sources")


class FigureQuerySet(DatedQuerySet):
    def resources(self):
        """Keep what is stated of money given or asked for: amounts in Swiss francs, and what is to come of some funds."""
        return self.filter(Q(unit=FRANCS) | ~Q(funding=""))

    def resources_first(self):
        """The resources, in the order of their periods, then the rest."""
        rank = Case(When(Q(unit=FRANCS) | ~Q(funding=""), then=Value(0)), default=Value(1))
        return self.order_by(rank, unknown_last("period_from"), unknown_last("period_to"), "funding", unknown_last("dated_on"), "slug")


class Figure(DatedRecord):
    """A number that a source states; where it counts what the register also holds, the two are compared."""

    class Counts(models.TextChoices):
        """The records that a figure counts, as `reports.discrepancies` counts them."""

        MENTIONS_GENEVA = "mentions-geneva", _("mentions of ITU in the Geneva texts")
        MENTIONS_TUNIS = "mentions-tunis", _("mentions of ITU in the Tunis texts, annex apart")
        MENTIONS_ANNEX = "mentions-tunis-annex", _("mentions of ITU in the annex of the Tunis Agenda")
        MEETINGS = "meetings", _("meetings of the Group")

    class Funding(models.TextChoices):
        REGULAR = "regular-budget", _("regular budget")
        VOLUNTARY = "voluntary", _("voluntary contributions")

    of = models.CharField(_("of what"), max_length=300)
    value = models.DecimalField(
        _("value"),
        max_digits=15,  # SQLite keeps no more
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty where a resource is named without an amount."),
    )
    unit = models.CharField(_("unit"), max_length=20, blank=True, help_text=_("CHF, or empty for a count."))
    about = models.BooleanField(_("about"), default=False, help_text=_("The source says “about” or “around”."))
    counts = models.CharField(_("counts"), max_length=25, choices=Counts, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("concerns"), null=True, blank=True, related_name="figures"
    )
    period_from = PartialDateField(_("financial period from"), blank=True)
    period_to = PartialDateField(_("financial period to"), blank=True, help_text=_("Its last year."))
    funding = models.CharField(_("funding"), max_length=15, choices=Funding, blank=True)

    collection = "figures"
    addressed_through = ("sources__provision__document",)
    objects = RecordManager.from_queryset(FigureQuerySet)()

    class Meta(DatedRecord.Meta):
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            *DatedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(period_to=None) | Q(period_from=None) | Q(period_from__lte=latest_day("period_to")),
                name="figure_period_ends_after_it_begins",
                violation_error_message=_("The period ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(counts="") | Q(value__isnull=False),
                name="figure_that_counts_has_a_value",
                violation_error_message=_("A figure that counts records has a value."),
            ),
        ]

    def __str__(self):
        return self.of

    @property
    def is_resource(self):
        """Whether it states money, by the rule of `FigureQuerySet.resources`."""
        return self.unit == FRANCS or bool(self.funding)

    def get_absolute_url(self):
        source = self.sources.first()
        return source.provision.get_absolute_url() if source else address("documents")

    def called(self):
        return [self.slug, self.of]

    def searchable(self):
        return [*self.called(), self.unit]


class FigureSource(Source):
    """Where a figure is stated."""

    record = models.ForeignKey(Figure, models.CASCADE, related_name="sources")
