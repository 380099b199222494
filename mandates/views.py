"""The public pages of organisations, people, documents and mandates."""

from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from wsis_tracker.pages.views import RecordListView, RecordPage

from .filters import DocumentFilterSet, MandateFilterSet, OrganisationFilterSet, PersonFilterSet
from .models import Appointment, Document, Mandate, Organisation, OrganisationName, Person, Phase
from .models.documents import DocumentKind
from .models.mandates import Modality, Nature
from .models.organisations import OrganisationKind
from .sources import fetch_sources, with_sources

#: How many records of a kind a page shows before it leads to their list.
SHOWN = 20


def bodies_of_documents():
    """The bodies to which the documents of the register belong."""
    return Organisation.objects.published().filter(pk__in=Document.objects.published().values("body"))


def addressees_of_mandates():
    """The organisations of which something is asked."""
    asked = Mandate.objects.published().values("addressees__organisation")
    return Organisation.objects.published().filter(pk__in=asked)


class OrganisationList(RecordListView):
    heading = _("Organisations")
    introduction = _("Who speaks, is spoken to, or is made up of those who do.")
    rows_template = "mandates/_organisations.html"
    queryset = Organisation.objects.select_related("parent")
    filterset_class = OrganisationFilterSet
    selects = {"kind": (_("Kind"), OrganisationKind.choices)}


class OrganisationPage(RecordPage):
    template_name = "mandates/organisation.html"
    queryset = Organisation.objects.select_related("parent", "sector", "predecessor")
    record_name = "organisation"

    def get_context_data(self, **kwargs):
        organisation = self.record
        roles = organisation.roles.select_related(
            "organisation", "action_line", "claimant", "made_in__document", "restates__made_in__document"
        )
        roles = list(self.there(roles))
        appointments = list(self.there(organisation.appointments.select_related("person", "organisation", "appointed_by")))
        related = list(self.there(Organisation.objects.filter(Q(parent=organisation) | Q(predecessor=organisation))))
        documents = list(self.there(organisation.documents.all() | organisation_authored(organisation)).distinct()[: SHOWN + 1])
        meetings = list(self.there(organisation.meetings.all()).order_by(F("held_from").desc(nulls_last=True), "slug")[: SHOWN + 1])
        asked = self.asked_of(organisation)
        fetch_sources([organisation], roles, appointments, *asked.values())
        return super().get_context_data(
            names=self.names(organisation),
            admissions=organisation.open_to.select_related("organisation"),
            parts=[other for other in related if other.parent_id == organisation.pk],
            successors=[other for other in related if other.predecessor_id == organisation.pk],
            appointments=appointments,
            chair=next((office for office in appointments if office.is_titular_chair and office.held_on(self.shown_day)), None),
            roles=roles,
            documents=documents[:SHOWN],
            more_documents=len(documents) > SHOWN,
            meetings=meetings[:SHOWN],
            more_meetings=len(meetings) > SHOWN,
            **asked,
            **kwargs,
        )

    def names(self, organisation):
        """Its names, those borne on the day where one is asked for; a variant as printed is of no time."""
        names = organisation.names.all()
        if not self.day:
            return names
        official = names.filter(kind=OrganisationName.Kind.OFFICIAL)
        self.left_out.append(official.filter(valid_from=None))
        borne = official.filter(Q(valid_until=None) | Q(valid_until__gt=self.day), valid_from__lte=self.day)
        return names.filter(Q(pk__in=borne.values("pk")) | Q(kind=OrganisationName.Kind.VARIANT))

    def asked_of(self, organisation):
        """What is asked of it: in force on the day shown, ended before it, and proposed."""
        mandates = Mandate.objects.published().addressed_to(organisation)
        self.left_out.append(mandates.undated())
        mandates = list(mandates.select_related("made_in__document"))
        return {
            "in_force": [mandate for mandate in mandates if mandate.held_on(self.shown_day)],
            "ended": [] if self.day else [mandate for mandate in mandates if mandate.ended_by(self.shown_day)],
            "proposed": [mandate for mandate in mandates if mandate.proposed_by(self.shown_day)],
        }


def organisation_authored(organisation):
    """The documents that it wrote."""
    return Document.objects.filter(authors__organisation=organisation)


class PersonList(RecordListView):
    heading = _("People")
    introduction = _("Who held which office, as the documents of the register name them.")
    rows_template = "mandates/_people.html"
    queryset = with_sources(Person.objects.select_related("country").prefetch_related("names"))
    filterset_class = PersonFilterSet

    def with_parts(self, records):
        offices = self.there(Appointment.objects.select_related("organisation", "person"))
        return records.prefetch_related(Prefetch("appointments", offices))


class DocumentList(RecordListView):
    heading = _("Documents")
    introduction = _(
        "Resolutions, outcome documents of the Summit, reports and contributions; "
        "each leads to its paragraphs and what was drawn from them."
    )
    rows_template = "mandates/_documents.html"
    queryset = Document.objects.select_related("body").prefetch_related("authors__organisation")
    filterset_class = DocumentFilterSet
    selects = {
        "kind": (_("Kind"), DocumentKind.choices),
        "body": (_("Body"), bodies_of_documents),
        "phase": (_("Phase"), Phase.choices),
    }


class MandateList(RecordListView):
    heading = _("Mandates")
    introduction = _("Each thing that a paragraph asks of somebody, or recognises as theirs already.")
    rows_template = "mandates/_mandates.html"
    queryset = with_sources(Mandate.objects.select_related("made_in__document").prefetch_related("addressees__organisation"))
    filterset_class = MandateFilterSet
    selects = {
        "addressee": (_("Asked of"), addressees_of_mandates),
        "nature": (_("Nature"), Nature.choices),
        "modality": (_("Modality"), Modality.choices),
    }


class MandatePage(RecordPage):
    template_name = "mandates/mandate.html"
    queryset = Mandate.objects.select_related("made_in__document", "parent", "reports_to", "reports_via")
    record_name = "mandate"

    def get_context_data(self, **kwargs):
        mandate = self.record
        items = list(self.there(mandate.children.all()))
        fetch_sources([mandate], items)
        return super().get_context_data(
            heading=_("Mandate"),
            addressees=mandate.addressees.select_related("organisation"),
            lines=mandate.action_lines.of_published(self.day).select_related("record"),
            items=items,
            conclusions=mandate.conclusions.of_published(self.day).select_related("record__meeting"),
            tasks=self.there(mandate.tasks.all()),
            **kwargs,
        )
