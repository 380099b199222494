"""Organisations, persons, and the offices that persons hold."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.constraints import NoOverlap
from wsis_tracker.register.fields import PartialDateField, TranslatedField
from wsis_tracker.register.questions import RecordManager
from wsis_tracker.register.records import Part, PeriodQuerySet, PeriodRecord, Record, earliest_day, texts_of, unknown_last


class OrganisationKind(models.TextChoices):
    UNION = "union", _("union")
    SECTOR = "sector", _("sector")
    BUREAU = "bureau", _("bureau")
    OFFICE = "office", _("office")
    BODY = "body", _("body")
    CONFERENCE = "conference", _("conference")
    MEMBER_STATE = "member-state", _("Member State")
    MEMBERS = "members", _("class of members")
    AGENCY = "agency", _("agency")
    PARTNERSHIP = "partnership", _("partnership")


class Phase(models.TextChoices):
    """The two phases of the Summit, each with its own preparatory process."""

    GENEVA = "geneva", _("Geneva phase (2003)")
    TUNIS = "tunis", _("Tunis phase (2005)")


class OrganisationQuerySet(PeriodQuerySet):
    def as_of(self, day):
        """Keep what had begun by `day`; one that has ended is still named, and one with no known beginning always was."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day))

    def undated(self):
        return self.none()

    def belonging_to(self, organisation):
        """Keep it and what is part of it, as far down as an office of a bureau of a Sector."""
        return self.filter(
            Q(pk=organisation.pk) | Q(parent=organisation) | Q(parent__parent=organisation) | Q(parent__parent__parent=organisation)
        )


class Organisation(PeriodRecord):
    """A body that speaks, is spoken to, or is made up of those who do: ITU, its Sectors, Council, the Group, a Member State."""

    acronym = models.CharField(_("acronym"), max_length=60, blank=True)
    name = TranslatedField(_("name"))
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    iso_code = models.CharField(_("ISO code"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2, of a Member State."))
    parent = models.ForeignKey("self", models.PROTECT, verbose_name=_("part of"), null=True, blank=True, related_name="children")
    sector = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Sector"),
        null=True,
        blank=True,
        related_name="organs",
        limit_choices_to={"kind": OrganisationKind.SECTOR},
    )
    predecessor = models.ForeignKey("self", models.PROTECT, verbose_name=_("predecessor"), null=True, blank=True, related_name="successors")

    collection = "organisations"
    objects = RecordManager.from_queryset(OrganisationQuerySet)()

    class Meta(PeriodRecord.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            *PeriodRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="member-state") & ~Q(iso_code="") | ~Q(kind="member-state") & Q(iso_code=""),
                name="organisation_member_state_has_iso_code",
                violation_error_message=_("A Member State, and nothing else, has an ISO code."),
            ),
            models.UniqueConstraint(
                fields=["iso_code"],
                condition=~Q(iso_code=""),
                name="organisation_iso_code_once",
                violation_error_code="unique",  # so that it is told of the field
                violation_error_message=_("Another Member State has this ISO code."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=models.F("id")),
                name="organisation_is_not_its_own_parent",
                violation_error_message=_("An organisation is no part of itself."),
            ),
        ]

    def __str__(self):
        return self.acronym or str(self.name)

    def get_absolute_url(self):
        return address("organisation", self.slug)

    def called(self):
        return [self.slug, self.acronym, *self.name.values(), *texts_of(self, "names", "name")]

    def searchable(self):
        return [*self.called(), self.iso_code]

    def own_names(self):
        return [self.acronym, *self.name.values()]

    def bear(self, names):
        for name in dict.fromkeys(filter(None, names)):
            if name not in self.called():
                OrganisationName(record=self, name=name, kind=OrganisationName.Kind.VARIANT).save()

    def clean(self):
        super().clean()
        if not self.name:
            raise ValidationError({"name": _("Give the name in one language at least.")})


class OrganisationName(Part):
    """A name that an organisation bears or bore, or a variant in which a source prints it."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("official")
        VARIANT = "variant", _("variant as printed")

    record = models.ForeignKey(Organisation, models.CASCADE, verbose_name=_("organisation"), related_name="names")
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OFFICIAL)
    valid_from = PartialDateField(_("valid from"), blank=True)
    valid_until = PartialDateField(_("valid until"), blank=True)

    searched = True

    class Meta:
        ordering = [unknown_last("valid_from"), "name", "pk"]
        verbose_name = _("name")
        verbose_name_plural = _("names")
        constraints = [
            models.UniqueConstraint(
                "record",
                "name",
                Coalesce("valid_from", Value("")),
                name="organisationname_once",
                violation_error_message=_("The organisation has this name from this date already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gt=earliest_day("valid_from")),
                name="organisationname_ends_after_it_begins",
                violation_error_message=_("The period ends before it begins."),
            ),
        ]

    def __str__(self):
        return self.name


class OrganisationAdmission(Part):
    """A class of members, or a Member State, that may take part in the body."""

    record = models.ForeignKey(Organisation, models.CASCADE, verbose_name=_("body"), related_name="open_to")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("open to"), related_name="admissions")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("admission")
        verbose_name_plural = _("open to")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="organisationadmission_once")]

    def __str__(self):
        return str(self.organisation)


class OrganisationEditor(Part):
    """A user who edits the activities and progress of an organisation for it."""

    record = models.ForeignKey(Organisation, models.CASCADE, verbose_name=_("organisation"), related_name="editors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="edits_for")

    kept_apart = True
    kept_by = "accounts.change_user"

    class Meta:
        ordering = ["pk"]
        verbose_name = _("editor")
        verbose_name_plural = _("editors")
        constraints = [models.UniqueConstraint(fields=["record", "user"], name="organisationeditor_once")]

    def __str__(self):
        return str(self.user)


class OrganisationSource(Source):
    """Where an organisation is described."""

    record = models.ForeignKey(Organisation, models.CASCADE, related_name="sources")


class Person(Record):
    """Somebody who holds an office."""

    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=50, blank=True, help_text=_("As printed: Dr, Prof."))
    country = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("country"),
        null=True,
        blank=True,
        related_name="nationals",
        limit_choices_to={"kind": OrganisationKind.MEMBER_STATE},
    )

    collection = "people"

    class Meta(Record.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return f"{self.title} {self.name}".strip()

    def slug_words(self):
        return self.name

    def get_absolute_url(self):
        return f"{address('people')}?slug={self.slug}#{self.slug}"

    def called(self):
        return [self.slug, self.title, self.name, *texts_of(self, "names", "name")]

    def own_names(self):
        return [self.name]

    def bear(self, names):
        for name in dict.fromkeys(filter(None, names)):
            if name not in self.called():
                PersonName(record=self, name=name).save()


class PersonName(Part):
    """Another way in which a source writes a person's name."""

    record = models.ForeignKey(Person, models.CASCADE, verbose_name=_("person"), related_name="names")
    name = models.CharField(_("name as printed"), max_length=200)

    searched = True

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("name as printed")
        verbose_name_plural = _("names as printed")
        constraints = [models.UniqueConstraint(fields=["record", "name"], name="personname_once")]

    def __str__(self):
        return self.name


class PersonSource(Source):
    """Where a person is named."""

    record = models.ForeignKey(Person, models.CASCADE, related_name="sources")


class Office(models.TextChoices):
    CHAIR = "chair", _("chair")
    VICE_CHAIR = "vice-chair", _("vice-chair")
    DIRECTOR_GENERAL = "director-general", _("Director General")
    SECRETARIAT = "secretariat", _("member of the secretariat")


class Capacity(models.TextChoices):
    TITULAR = "titular", _("titular")
    ACTING = "acting", _("acting")


class AppointmentQuerySet(PeriodQuerySet):
    def titular_chairs(self):
        """Keep the offices of those who chair a body in their own right."""
        return self.filter(office=Office.CHAIR, capacity=Capacity.TITULAR)


class Appointment(PeriodRecord):
    """An office that a person holds in an organisation for a time; a body has one titular chair at a time."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("person"), related_name="appointments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="appointments")
    office = models.CharField(_("office"), max_length=20, choices=Office)
    capacity = models.CharField(_("capacity"), max_length=10, choices=Capacity, default=Capacity.TITULAR)
    words = models.CharField(_("words as printed"), max_length=300, blank=True)
    appointed_by = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("appointed by"), null=True, blank=True, related_name="appointments_made"
    )

    collection = "appointments"
    named_through = ("person", "organisation")
    objects = RecordManager.from_queryset(AppointmentQuerySet)()

    class Meta(PeriodRecord.Meta):
        ordering = ["organisation__slug", "office", unknown_last("valid_from"), "slug"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            *PeriodRecord.Meta.constraints,
            NoOverlap(
                group="organisation",
                where={"office": "chair", "capacity": "titular"},
                name="appointment_one_titular_chair",
                violation_error_message=_("The body has a titular chair in that time already; it has one at a time."),
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.get_office_display()}, {self.organisation}"

    def slug_words(self):
        return f"{self.organisation.slug} {self.office} {self.person.slug}"

    def get_absolute_url(self):
        return f"{self.organisation.get_absolute_url()}#{self.slug}"

    @property
    def is_titular_chair(self):
        """Whether it is of those that `AppointmentQuerySet.titular_chairs` keeps."""
        return self.office == Office.CHAIR and self.capacity == Capacity.TITULAR

    def called(self):
        return [self.slug, self.office]

    def searchable(self):
        return [*self.called(), self.words]


class AppointmentSource(Source):
    """Where an appointment is stated."""

    record = models.ForeignKey(Appointment, models.CASCADE, related_name="sources")
