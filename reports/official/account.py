"""What a report accounts for: a period, a day, the Group and those around it, and the published records of them.

Each kind of record is read once, with its sources and what its sentences name, in a number of queries that no row adds to.
"""

import re
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from action_lines.models import Activity, ActivityKind, Role, RoleAssociate
from mandates.models import (
    Appointment,
    Document,
    DocumentAuthor,
    Figure,
    Mandate,
    MandateAddressee,
    Mention,
    Organisation,
    OrganisationAdmission,
    OrganisationName,
    Relation,
)
from mandates.models.documents import DocumentKind
from mandates.models.organisations import OrganisationKind
from mandates.models.relations import CHAIN, RelationKind, chain_of
from mandates.sources import with_sources
from mandates.symbols import normalise
from meetings.models import Conclusion, Meeting, MeetingConvener, MeetingSource, Question, Submission, Task, TaskMove, TaskOrganisation
from meetings.models.discussions import MeetingKind, MeetingState
from meetings.models.tasks import PENDING
from reports.discrepancies import ROLES, discrepancies
from wsis_tracker.register import dates
from wsis_tracker.register.records import unknown_last

from .wording import Phrase, title_of

#: The body whose work is reported; the others around it are found from it.
GROUP = "wg-wsis"


class NothingToReport(Exception):
    """The register lacks what a report is about."""


class Account:
    """The published register over a period, as of a day, as the Group's reports ask about it."""

    def __init__(self, *, slug, kind, title, covers_from, covers_to, day, language="en", report=None, line=None):
        self.slug, self.kind, self.title, self.language = slug, kind, title, language
        self.covers_from, self.covers_to, self.report, self.line = covers_from, covers_to, report, line
        #: A day: a month or year stands for its last one.
        self.day = dates.latest(day).isoformat()
        self.last = min(self.day, dates.latest(covers_to).isoformat())

    def within(self, field):
        """That a date lies in the period, no later than the day."""
        return Q(**{f"{field}__gte": self.covers_from, f"{field}__lte": self.last})

    def names_borne(self):
        """The official names that organisations are known to have borne on the day, by their keys."""
        official = OrganisationName.objects.of_published().filter(kind=OrganisationName.Kind.OFFICIAL, valid_from__lte=self.day)
        borne = official.filter(Q(valid_until=None) | Q(valid_until__gt=self.day)).order_by("valid_from", "pk")
        return dict(borne.values_list("record", "name"))

    # -- those around whom it turns ------------------------------------------------------------------------------------

    @cached_property
    def group(self):
        open_to = Prefetch("open_to", OrganisationAdmission.objects.select_related("organisation"))
        groups = with_sources(Organisation.objects.published()).select_related("parent__parent", "predecessor")
        group = groups.prefetch_related(open_to).filter(slug=GROUP).first()
        if group is None or group.parent is None or group.parent.parent is None:
            raise NothingToReport(_("The register has no published organisation “%s” within a Council of a Union.") % GROUP)
        return group

    @property
    def council(self):
        return self.group.parent

    @property
    def union(self):
        return self.council.parent

    @cached_property
    def document(self):
        """The document in which the report was issued, which says how it prints the symbols of others."""
        return self.report.document if self.report else None

    @cached_property
    def summit(self):
        """The latest Summit by the day; None before the first."""
        return self.summits[-1] if self.summits else None

    @cached_property
    def summits(self):
        held = Meeting.objects.published().filter(kind=MeetingKind.SUMMIT, held_from__lte=self.day, body__isnull=False)
        return list(with_sources(held).select_related("body").order_by("held_from", "slug"))

    @property
    def spans_the_summit(self):
        """Whether the period began before the last Summit, so that what came since is told apart."""
        return bool(self.summit) and self.covers_from <= self.summit.held_from and self.covers_from[:4] < self.last[:4]

    def in_scope(self, meeting):
        """Whether a meeting is of the period: held in it or, as the period goes on, to come; without a date, in a period of years."""
        if meeting.held_from is None:
            return self.covers_from[:4] < self.last[:4]
        return meeting.held_from <= self.last or self.last == self.day

    def of_union(self):
        """The Union and what is part of it, as a query."""
        return Organisation.objects.belonging_to(self.union).order_by().values("pk")

    def of_summit(self):
        """The Summit and its own organs, as a query."""
        bodies = [self.summit.body] if self.summit else []
        return Organisation.objects.filter(Q(pk__in=[body.pk for body in bodies]) | Q(parent__in=bodies)).order_by().values("pk")

    @cached_property
    def union_keys(self):
        return set(self.of_union().values_list("pk", flat=True))

    @cached_property
    def summit_keys(self):
        return set(self.of_summit().values_list("pk", flat=True))

    # -- what was asked ------------------------------------------------------------------------------------------------

    @cached_property
    def mandates(self):
        """What is asked of the Group and of the Union on the day or proposed by then, and what the Group says of nobody by name."""
        held = Mandate.objects.published()
        asked = MandateAddressee.objects.filter(organisation__in=[self.group, self.union], part=MandateAddressee.PartTaken.ADDRESSEE)
        own = Q(addressees=None, made_in__document__authors__organisation=self.group)
        held = (held.as_of(self.day) | held.proposed_by(self.day)).filter(
            Q(pk__in=asked.order_by().values("record")) | Q(pk__in=Mandate.objects.filter(own).order_by().values("pk"))
        )
        addressees = Prefetch("addressees", MandateAddressee.objects.select_related("organisation"))
        named = ("made_in__document__body", "reports_to", "reports_via")
        return list(with_sources(held).select_related(*named).prefetch_related(addressees))

    def asked_of(self, organisation, *, proposed=False):
        """The mandates of an organisation itself, those only proposed or those in force, in the order of the texts that make them."""
        found = [
            mandate
            for mandate in self.mandates
            if mandate.only_proposed is proposed and organisation.pk in {part.organisation_id for part in addressed(mandate)}
        ]
        return sorted(found, key=in_order_of_texts)

    @cached_property
    def chain(self):
        """The documents that founded, changed and continued the Group, each after those that it changes."""
        making = [mandate.made_in.document for mandate in self.asked_of(self.group)]
        making = sorted((of for of in making if of.body_id), key=lambda of: (of.dated_on or "9999", of.slug))
        if not making:
            return []
        ordered = [document.pk for document in chain_of(making[0], self.day).documents]
        found = Document.objects.select_related("body").in_bulk(ordered or [making[0].pk])
        return [found[key] for key in ordered or [making[0].pk]]

    @cached_property
    def chain_relations(self):
        """The links of the chain."""
        within = {"document__in": self.chain, "target__in": self.chain, "kind__in": CHAIN}
        return self.relations_where(Q(**within)) if self.chain else []

    # -- meetings and what was before them -----------------------------------------------------------------------------

    @cached_property
    def meetings(self):
        """The meetings known by the day: those of the period, those to come and those without a date."""
        known = Meeting.objects.published().as_of(self.day).filter(Q(held_from__gte=self.covers_from) | Q(held_from=None))
        conveners = Prefetch("conveners", MeetingConvener.objects.select_related("organisation"))
        return list(with_sources(known).select_related("body").prefetch_related(conveners, "action_lines__action_line"))

    def meetings_held(self, *kinds, body=None):
        """Those of the kinds, of a body where one is given, that had been held by the end of the period."""
        return [
            meeting
            for meeting in self.meetings
            if meeting.kind in kinds
            and (body is None or meeting.body_id == body.pk)
            and meeting.state_on(self.day) == MeetingState.HELD
            and meeting.held_from <= self.last
        ]

    @cached_property
    def group_meetings(self):
        return self.meetings_held(MeetingKind.GROUP, body=self.group)

    @cached_property
    def submissions(self):
        """What the Group or the Union put before others, and what was put before the Group and Council or came out of its chain."""
        ours = Q(submitted_by=self.group) | Q(submitted_by=self.union)
        before = Q(meeting__body__in=[self.group, self.council], direction=Submission.Direction.INPUT)
        founded = Q(document__in=self.chain, direction=Submission.Direction.OUTPUT)
        found = Submission.objects.published().as_of(self.day).filter(self.within("dated_on")).filter(ours | before | founded)
        named = ("document", "meeting__body", "submitted_by")
        found = with_sources(found).select_related(*named).prefetch_related("document__aliases")
        return list(found.order_by(unknown_last("dated_on"), "pk"))

    def put_before(self, meeting):
        """The documents put before a meeting."""
        found = [one for one in self.submissions if one.meeting_id == meeting.pk and one.direction == Submission.Direction.INPUT]
        return [one for one in found if one.document]

    # -- documents -----------------------------------------------------------------------------------------------------

    @cached_property
    def documents(self):
        """Outcome documents, plans for later years, and websites."""
        kinds = [DocumentKind.OUTCOME, DocumentKind.PLAN, DocumentKind.WEBSITE]
        found = Document.objects.published().as_of(self.day).filter(kind__in=kinds).select_related("body")
        return list(found.prefetch_related("aliases", "links", "authors").order_by(unknown_last("dated_on"), "pk"))

    @property
    def outcome_documents(self):
        return [of for of in self.documents if of.kind == DocumentKind.OUTCOME]

    @cached_property
    def relations(self):
        """What the report itself cites; which texts took up or reproduce what; what the Group's inputs draw on."""
        own = Q(kind=RelationKind.CITES, document=self.document) if self.document else Q(pk=None)
        taken = Q(kind__in=[RelationKind.TAKEN_UP_IN, RelationKind.REPRODUCES], target__kind=DocumentKind.OUTCOME)
        inputs = Submission.objects.filter(submitted_by=self.group).exclude(document=None).order_by().values("document")
        drawn = Q(kind__in=[RelationKind.CITES, RelationKind.REPRODUCES], document__in=inputs)
        return self.relations_where(own | taken | drawn)

    def relations_where(self, which):
        found = Relation.objects.published().as_of(self.day).filter(which)
        named = ("document", "target", "provision__document", "target_provision__document")
        return list(with_sources(found).select_related(*named).prefetch_related("target__aliases"))

    def relations_of(self, *kinds):
        """The relations of these kinds that the report itself does not make, with a document at their other end."""
        own = self.document.pk if self.document else None
        return [one for one in self.relations if one.kind in kinds and one.target and one.document_id != own]

    @cached_property
    def citations(self):
        """Where the report's own document cites others: the relation and its words, by document and number of paragraph."""
        own = self.document.pk if self.document else None
        found = {}
        for relation in self.relations:
            if own and relation.document_id == own and relation.kind == RelationKind.CITES and relation.target:
                for row in relation.sources.all():
                    found.setdefault((relation.target_id, paragraph_of(row.provision)), []).append((relation, row.words))
        return found

    def printed(self, document, paragraph):
        """A document by its symbol, as the paragraph of this report prints it; by its title where it has none."""
        for relation, words in self.citations.get((document.pk, paragraph), []):
            found = spelling(document, words)
            if found and found != document.symbol:
                return Phrase(found, (document, relation))
        return Phrase(document.symbol, (document,)) if document.symbol else title_of(document)

    def cited_before_the_group(self, paragraph):
        """What was put before the Group's meetings and this paragraph of the report refers to."""
        return [
            one for meeting in self.group_meetings for one in self.put_before(meeting) if (one.document_id, paragraph) in self.citations
        ]

    # -- roles, mentions, figures, actions -----------------------------------------------------------------------------

    @cached_property
    def roles(self):
        """Every claim in force on the part of the Union."""
        held = Role.objects.published().as_of(self.day).filter(organisation=self.union)
        named = ("action_line", "organisation", "claimant", "sector", "made_in__document")
        associates = Prefetch("associates", RoleAssociate.objects.select_related("organisation"))
        return list(with_sources(held).select_related(*named).prefetch_related(associates))

    @cached_property
    def differing(self):
        """The lines on which claims differ, each with the claims that do, as read in `roles`."""
        read = {role.pk: role for role in self.roles}
        found = discrepancies(self.day, kinds=(ROLES,), organisation=self.union)
        return [(one, [(read[v.record.pk], [read[e.record.pk] for e in v.earlier]) for v in one.voices]) for one in found]

    @cached_property
    def mentions(self):
        named = Mention.objects.published().as_of(self.day).filter(organisation=self.union, provision__document__kind=DocumentKind.OUTCOME)
        return list(with_sources(named).select_related("organisation", "provision__document"))

    @cached_property
    def figures(self):
        stated = Figure.objects.published().as_of(self.day).filter(self.within("dated_on"))
        stated = stated.filter(Q(organisation__in=self.of_union()) | Q(organisation__in=self.of_summit()))
        return list(with_sources(stated).select_related("organisation"))

    @cached_property
    def activities(self):
        """What the Union, the Group or an organ of the Summit did or announced; not the entries of the stocktaking."""
        done = Activity.objects.published().as_of(self.day).filter(self.within("dated_on"))
        done = done.filter(kind__in=[ActivityKind.TAKEN, ActivityKind.ANNOUNCED])
        done = done.filter(Q(organisation__in=self.of_union()) | Q(organisation__in=self.of_summit()))
        return list(with_sources(done).select_related("organisation").order_by("dated_on", "pk"))

    # -- what is being done --------------------------------------------------------------------------------------------

    def tasks_of(self, *organisations):
        """The tasks for which some of them are responsible, pending on the day or moved in the period."""
        found = Task.objects.published().as_of(self.day)
        moved = TaskMove.objects.filter(self.within("on"), record=OuterRef("pk"))
        found = found.filter(Q(state_then__in=PENDING) | Exists(moved))
        mine = TaskOrganisation.objects.filter(organisation__in=organisations, part=TaskOrganisation.PartTaken.RESPONSIBLE)
        return list(with_sources(found.filter(pk__in=mine.order_by().values("record"))).with_organisations().order_by("slug"))

    @cached_property
    def organs(self):
        """The Sectors and what is part of them."""
        of_sector = Q(kind=OrganisationKind.SECTOR) | Q(sector__isnull=False) | Q(parent__sector__isnull=False)
        return list(Organisation.objects.published().belonging_to(self.union).filter(of_sector).select_related("parent"))

    @property
    def sectors(self):
        return [one for one in self.organs if one.kind == OrganisationKind.SECTOR]

    @cached_property
    def sector_of(self):
        """The key of the Sector to which each organ belongs."""
        own = {one.pk: one.pk for one in self.sectors}
        return {one.pk: own.get(one.pk) or one.sector_id or one.parent.sector_id for one in self.organs}

    @cached_property
    def tasks_of_sectors(self):
        return self.tasks_of(*self.organs)

    def tasks_of_sector(self, sector):
        """Those of the tasks of all Sectors for which an organ of this one is responsible."""
        keys = {key for key, of in self.sector_of.items() if of == sector.pk}
        responsible = TaskOrganisation.PartTaken.RESPONSIBLE
        return [
            one
            for one in self.tasks_of_sectors
            if any(row.organisation_id in keys and row.part == responsible for row in one.organisations.all())
        ]

    @cached_property
    def papers_of_sectors(self):
        """The documents of the organs of the Sectors in the period."""
        written = Document.objects.published().as_of(self.day).filter(self.within("dated_on"))
        written = written.filter(pk__in=DocumentAuthor.objects.filter(organisation__in=self.organs).order_by().values("record"))
        authors = Prefetch("authors", DocumentAuthor.objects.select_related("organisation"))
        return list(written.prefetch_related(authors, "aliases"))

    @cached_property
    def entries(self):
        """How many entries of the stocktaking each organ of a Sector has by the day, by its key."""
        entries = Activity.objects.published().as_of(self.last).filter(kind=ActivityKind.STOCKTAKING, organisation__in=self.organs)
        return dict(entries.order_by().values_list("organisation").annotate(many=Count("pk")))

    @cached_property
    def papers(self):
        """Everything that was put before meetings of the period or given out by them."""
        found = Submission.objects.published().as_of(self.day).filter(self.within("dated_on"))
        of_meetings = Prefetch("meeting__sources", MeetingSource.objects.select_related("provision__document"))
        return list(with_sources(found).select_related("document", "meeting", "submitted_by").prefetch_related(of_meetings))

    # -- offices, questions, conclusions -------------------------------------------------------------------------------

    @cached_property
    def appointments(self):
        """Offices in the Group in the period, and the other offices of those who chaired it."""
        chairs = Appointment.objects.published().filter(organisation=self.group).titular_chairs().order_by().values("person")
        held = Appointment.objects.published().overlapping(self.covers_from, None).filter(valid_from__lte=self.last)
        held = held.filter(Q(organisation=self.group) | Q(person__in=chairs))
        named = ("person__country", "organisation", "appointed_by")
        return list(with_sources(held).select_related(*named).order_by("valid_from", "slug"))

    def offices(self, office, capacity):
        """Those of the Group of one kind."""
        mine = [one for one in self.appointments if one.organisation_id == self.group.pk]
        return [one for one in mine if one.office == office and one.capacity == capacity]

    @cached_property
    def questions(self):
        asked = Question.objects.published().as_of(self.day).filter(self.within("dated_on"), meeting__body=self.group)
        return list(with_sources(asked).select_related("meeting", "answered_by__meeting").prefetch_related("put_to__organisation"))

    @cached_property
    def conclusions(self):
        """What the Group and Council concluded."""
        reached = Conclusion.objects.published().as_of(self.day).filter(self.within("dated_on"))
        reached = reached.filter(meeting__body__in=[self.group, self.council])
        named = ("meeting__body", "provision__document", "concluded_by")
        return list(with_sources(reached).select_related(*named).prefetch_related("mandates__mandate"))

    def concluded_at(self, meeting):
        return [one for one in self.conclusions if meeting and one.meeting_id == meeting.pk]

    @cached_property
    def session(self):
        """The last session of Council in the period that concluded something."""
        keys = {one.meeting_id for one in self.conclusions}
        held = [meeting for meeting in self.meetings_held(MeetingKind.COUNCIL, body=self.council) if meeting.pk in keys]
        return held[-1] if held else None

    @cached_property
    def discussion(self):
        """The last meeting of the Group in the period that concluded or asked something."""
        keys = {one.meeting_id for one in [*self.conclusions, *self.questions]}
        held = [meeting for meeting in self.group_meetings if meeting.pk in keys]
        return held[-1] if held else None


def in_order_of_texts(mandate):
    """By the day of the document that makes it, and its place there."""
    provision = mandate.made_in
    return provision.document.dated_on or "9999", provision.document.slug, provision.position, mandate.pk


def addressed(mandate):
    """Of whom a mandate is asked."""
    return [part for part in mandate.addressees.all() if part.part == MandateAddressee.PartTaken.ADDRESSEE]


def together_with(mandate):
    """With whom it is to be done."""
    return [part.organisation for part in mandate.addressees.all() if part.part == MandateAddressee.PartTaken.WITH]


def paragraph_of(provision):
    """The number of the paragraph in which a provision stands: that of para-16-bullet-2 is 16; of others the label's first word."""
    numbered = re.match(r"para-(\d+)", provision.label)
    return numbered[1] if numbered else provision.label.split("-")[0]


def spelling(document, words):
    """How `words` print the symbol of a document, or its alias where it has none; empty where they do not."""
    if not document.symbol:
        aliases = sorted((alias.text for alias in document.aliases.all()), key=len)
        return next((text for text in aliases if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", words)), "")
    pieces = [words, *re.findall(r"[\w-]+(?:[/.-][\w-]+)+", words)]
    short = [piece for piece in pieces if len(piece) <= len(document.symbol) + 2]  # no more than zeros and spaces are added
    return next((piece for piece in short if normalise(piece) == document.normalised), "")
