"""The public pages that look across all rooms."""

from collections import defaultdict
from http import HTTPStatus

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.http import HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine, Activity, ActivityKind, ActivityLine, ActivityState, Role, RoleAssociate
from mandates.models import Document, Mandate, Organisation, Relation
from mandates.models.relations import chain_of
from mandates.resolver import resolve
from mandates.sources import fetch_sources
from meetings.models import Meeting, Task
from meetings.models.discussions import MeetingState
from meetings.models.tasks import TaskState
from reports.coverage import SILENT
from reports.discrepancies import complete, differing, role_discrepancies, with_rulings
from wsis_tracker.pages.axis import MONTHS_TOLD, Axis
from wsis_tracker.pages.bars import bar
from wsis_tracker.pages.forms import FilterForm
from wsis_tracker.pages.templatetags.register_pages import with_parameters
from wsis_tracker.pages.views import ListPage, Page, RecordPage
from wsis_tracker.register.records import unknown_last
from wsis_tracker.rest.fields import API
from wsis_tracker.rest.problems import BadParameter

from .chain import drawing
from .drawn import drawn_from
from .glance import LATE, on_lines, standing
from .matrix import matrices
from .search import SearchFilterSet, meant, searched, shown_rows
from .timeline import CHANGED, HAPPENED, HEIGHT, days_drawn, entries, per_year, records_of, shown_of, years_drawn

#: How many of the last and next meetings, open discrepancies and changes the home page names.
NAMED = 5
#: How many activities an action line's page shows before it leads to their list, and how many texts the page about the register names.
SHOWN = 20


class HomePage(Page):
    template_name = "wsis_tracker/home.html"
    heading = _("What was asked at the World Summit, of whom, and what came of it")

    def get_context_data(self, **kwargs):
        numbers = standing(self.day, self.shown_day)
        unsettled = [discrepancy for discrepancy in differing(self.shown_day) if discrepancy.is_open]
        if self.day:
            self.left_out.append(Task.objects.published().undated())
        return super().get_context_data(
            states=TaskState.choices,
            standing=self.tasks(numbers["tasks"][0], numbers["body"]),
            late=numbers["tasks"][0][LATE],
            lines=self.lines(numbers["family"], {found.action_line.family for found in unsettled if found.action_line}),
            discrepancies=complete(unsettled[:NAMED]),
            discrepancy_count=len(unsettled),
            changes=[] if self.day else shown_of(CHANGED, list(entries(CHANGED, self.there_quietly).reverse()[:NAMED])),
            **self.meetings(),
            **kwargs,
        )

    def tasks(self, whole, of_body):
        """All tasks, then those of each Sector or body: whose, how many in each state and overdue, and the bar drawn of them."""
        bodies = Organisation.objects.published().filter(pk__in=of_body)
        most = max(sum(whole[state] for state in TaskState), 1)
        for body, numbers in [(None, whole), *((body, of_body[body.pk]) for body in bodies)]:
            of_states = [(state.value, numbers[state]) for state in TaskState]
            sector = body and body.slug
            yield {"body": body, "sector": sector, "numbers": of_states, "late": numbers[LATE], "bar": bar(of_states, most)}

    def lines(self, of_family, differing_families):
        """The action lines, each with its numbers and whether sources differ on it or on a sub-line."""
        for line in self.there(ActionLine.objects.filter(parent=None)):
            yield {"line": line, "numbers": of_family[line.pk], "differs": line.pk in differing_families}

    def meetings(self):
        """The last meetings held and the next ones planned, each in their order of days; one query."""
        meetings = self.held(Meeting.objects.published(), self.shown_day)
        held, planned = (meetings.in_state([state], self.shown_day) for state in (MeetingState.HELD, MeetingState.PLANNED))
        last, following = held.order_by("-held_from", "slug")[:NAMED], planned.order_by("held_from", "slug")[:NAMED]
        near = Meeting.objects.filter(Q(pk__in=last.values("pk")) | Q(pk__in=following.values("pk"))).order_by("held_from", "slug")
        to_come = [meeting for meeting in near if meeting.state_on(self.shown_day) == MeetingState.PLANNED]
        return {"next_meetings": to_come, "last_meetings": [meeting for meeting in reversed(near) if meeting not in to_come]}


class DocumentPage(RecordPage):
    template_name = "wsis_tracker/document.html"
    queryset = Document.objects.select_related("body")
    record_name = "document"

    def get_context_data(self, **kwargs):
        document = self.record
        bearing = list(self.there(self.relations()))
        submissions = list(self.there(document.submissions.select_related("meeting", "document", "submitted_by")))
        fetch_sources(bearing, submissions)
        paragraphs, chain = list(self.paragraphs()), chain_of(document, self.day)
        return super().get_context_data(
            aliases=document.aliases.all(),
            authors=document.authors.select_related("organisation"),
            links=document.links.all(),
            chain=chain.documents,
            drawing=drawing(chain),
            relations=[relation for relation in bearing if relation.document_id == document.pk],
            related_from=[relation for relation in bearing if relation.target_id == document.pk],
            submissions=submissions,
            paragraphs=paragraphs,
            untouched=[provision for provision, _depth, facts, silent in paragraphs if not facts and not silent],
            **kwargs,
        )

    def relations(self):
        """How the document bears on others and others on it, kind by kind."""
        relations = Relation.objects.filter(Q(document=self.record) | Q(target=self.record))
        named = relations.select_related("target", "document", "provision__document", "target_provision__document")
        return named.order_by("kind", unknown_last("provision__position"), "document__slug", "slug")

    def paragraphs(self):
        """Each provision with its depth, the facts drawn from it, and whether it is silent: it says nothing of its own."""
        drawn, depths = drawn_from(self.record, self.day), {}
        for provision in self.record.provisions.order_by("position"):
            depths[provision.pk] = min(depths.get(provision.parent_id, -1) + 1, 3)
            yield provision, depths[provision.pk], drawn.get(provision.pk, []), provision.kind in SILENT


class ActionLinePage(RecordPage):
    template_name = "wsis_tracker/action_line.html"
    queryset = ActionLine.objects.select_related("parent")
    record_name = "line"

    def find(self, records):
        """The line; its sub-lines are read with it, and those without a date counted."""
        slug = self.kwargs["slug"]
        if self.day:
            self.left_out = [ActionLine.objects.published().undated().filter(parent__slug=slug)]
        family = list(records.filter(Q(slug=slug) | Q(parent__slug=slug)))
        self.sublines = [line for line in family if line.slug != slug]
        return next((line for line in family if line.slug == slug), None)

    def get_context_data(self, **kwargs):
        line = self.record
        roles = list(self.there(self.roles()))
        mandates = list(self.there(Mandate.objects.filter(action_lines__record=line).select_related("made_in__document")))
        tasks = list(self.tasks())
        activities = list(self.there(self.activities())[:SHOWN])
        fetch_sources([line], roles, mandates, tasks, activities)
        return super().get_context_data(
            roles=roles,
            axis=Axis.over([role.valid_from for role in roles], self.shown_day),
            discrepancies=with_rulings(role_discrepancies(role for role in roles if role.held_on(self.shown_day)), self.shown_day),
            mandates=mandates,
            tasks=tasks,
            states=dict(TaskState.choices),
            meetings=self.there(Meeting.objects.filter(action_lines__action_line=line)),
            documents=documents_behind([line, *roles, *mandates, *tasks], self.day),
            activities=activities,
            **self.numbers(self.there_quietly(Activity.objects.filter(action_line=line))),
            **kwargs,
        )

    def roles(self):
        roles = Role.objects.filter(action_line=self.record).select_related(
            "organisation", "action_line", "claimant", "sector", "made_in__document", "restates__made_in__document"
        )
        with_whom = Prefetch("associates", RoleAssociate.objects.select_related("organisation"))
        return roles.prefetch_related(with_whom).order_by("claimant__slug", "organisation__slug", "valid_from", "pk")

    def tasks(self):
        """The tasks that serve the line, in their state of the day."""
        if self.day:
            self.left_out.append(Task.objects.published().undated().filter(action_lines__action_line=self.record))
        return Task.objects.published().filter(action_lines__action_line=self.record).then(self.day).with_organisations()

    def activities(self):
        also = ActivityLine.objects.filter(record=OuterRef("pk"), action_line=self.record)
        return Activity.objects.filter(Q(action_line=self.record) | Exists(also)).select_related("organisation")

    def numbers(self, activities):
        """What there is on each sub-line and on the whole, and how many activities have it as their main line, by kind and state."""
        found = on_lines(self.day, self.shown_day, [self.record, *self.sublines], activities)
        kinds, states = found["kind"][0], found["state"][0]
        facets = [
            (_("Kind"), [(kind, "", text, kinds[kind]) for kind, text in ActivityKind.choices if kinds[kind]]),
            (_("State"), [("", state, text, states[state]) for state, text in ActivityState.choices if states[state]]),
        ]
        return {
            "sublines": [(line, found["line"][line.pk]) for line in self.sublines],
            "whole": found["family"][self.record.pk],
            "facets": facets,
        }


def documents_behind(facts, day):
    """The documents in which `facts` were read or which make them, by date, each with its paragraphs; with a day, those there on it."""
    provisions = {}
    for fact in facts:
        for provision in [getattr(fact, "made_in", None), *(source.provision for source in fact.sources.all())]:
            if provision and (day is None or "" < (provision.document.dated_on or "") <= str(day)):
                provisions[provision.slug] = provision
    by_document = defaultdict(list)
    for provision in sorted(provisions.values(), key=lambda provision: provision.position):
        by_document[provision.document].append(provision)
    return sorted(by_document.items(), key=lambda entry: (entry[0].dated_on or "9999", entry[0].slug))


class MatrixPage(Page):
    template_name = "wsis_tracker/matrix.html"
    heading = _("Matrix of roles")

    def get_context_data(self, **kwargs):
        lines = list(self.there(ActionLine.objects.all()))
        roles = self.held(Role.objects.published(), self.shown_day)
        return super().get_context_data(matrices=matrices(roles, lines), **kwargs)


class TimelinePage(ListPage):
    template_name = "wsis_tracker/timeline.html"
    heading = _("Timeline")
    parameters = ("limit", "offset", "from", "to")

    @cached_property
    def period(self):
        """The first and last year asked for, each None where it is not."""
        first, last = (self.page_number(name, None, 1000, 9998) for name in ("from", "to"))
        if first and last and first > last:
            raise BadParameter({"to": [_("The period ends before it begins.")]})
        return first, last

    @property
    def default_limit(self):
        """A few years are drawn day by day, so all that happened in them is on one page."""
        first, last = self.period
        return 500 if first and last and last - first < MONTHS_TOLD else 50

    def get_context_data(self, **kwargs):
        first, last = self.period
        counts = per_year(HAPPENED, self.there_quietly)
        years = sorted({year for of_kind in counts.values() for year in of_kind})
        rows = entries(HAPPENED, lambda records: self.within(self.there(records)))
        context = self.paged(rows)
        context["records"] = records_of(HAPPENED, context["records"])
        if not self.day:
            self.left_out = [records.published().undated() for records, _column in HAPPENED.values()]
        axis = Axis(first or years[0], last or years[-1]) if years else None
        near = axis and axis.last - axis.first < MONTHS_TOLD and not self.offset and not context["more"]
        lanes = list(days_drawn(context["records"], axis) if near else years_drawn(counts, axis)) if axis else []
        context |= {"since": first and f"{first:04}", "until": last and f"{last:04}-12-31", "height": HEIGHT}
        return super().get_context_data(**context, axis=axis, near=near, lanes=lanes, years=years, **kwargs)

    def within(self, records):
        """Those of `records` that are dated in the period asked for."""
        column = next(column for kept, column in HAPPENED.values() if kept.model is records.model)
        first, last = self.period
        records = records.filter(**{f"{column}__gte": f"{first:04}"}) if first else records
        return records.filter(**{f"{column}__lt": f"{last + 1:04}"}) if last else records


class SearchPage(ListPage):
    template_name = "wsis_tracker/search.html"
    heading = _("Search")
    parameters = ("q", "collection", "collection__in", "limit", "offset")

    @cached_property
    def words(self):
        return self.request.GET.get("q", "").strip()

    @cached_property
    def filterset(self):
        filterset = SearchFilterSet(self.request.GET)
        filterset.form.fields["q"].required = False  # the page is also where one begins
        return filterset

    @cached_property
    def day(self):
        return self.filterset.day

    def get(self, request, *args, **kwargs):
        self.filterset.refuse_unknown(allowed={"limit", "offset"}, empty_allowed=True)
        _page = self.limit, self.offset  # refused before anything is looked for
        record = meant(self.words, self.day) if self.words else None
        if record:
            return HttpResponseRedirect(with_parameters(record.get_absolute_url(), as_of=self.day))
        return super().get(request, *args, **kwargs)

    def with_parts(self, found):
        return found.rows()

    def get_context_data(self, **kwargs):
        asked = self.filterset.found()
        context = self.paged(asked)
        kinds = searched()
        context["facets"] = [(name, kinds[name]._meta.verbose_name_plural, number) for name, number in asked.per_kind.items()]
        context["records"] = shown_rows(context["records"]) if self.words else None
        if self.words and self.day:
            self.left_out = asked.undated()
        form = FilterForm(self.request.GET, selects={"collection": (_("Kind of record"), collections)}, others_than=self.parameters)
        follow = [("search-feed", _("Feed of what this search finds (Atom)"), "application/atom+xml")]
        taken = {"follow": follow, "collection": "search", "endpoint": f"{API}search/"}
        return super().get_context_data(**context, **taken, form=form, words=self.words, **kwargs)


def collections():
    """The collections that are searched, each by the name of what is in it."""
    return [(name, capfirst(model._meta.verbose_name_plural)) for name, model in searched().items()]


class AboutPage(Page):
    template_name = "wsis_tracker/about.html"
    heading = _("About this register")

    def get_context_data(self, **kwargs):
        texts = self.there(Document.objects.all()).annotate(paragraphs=Count("provisions")).filter(paragraphs__gt=1)
        return super().get_context_data(texts=texts.order_by("-paragraphs", "slug")[:SHOWN], contact=settings.CONTACT, **kwargs)


class AccessibilityPage(Page):
    template_name = "wsis_tracker/accessibility.html"
    heading = _("Accessibility statement")


class UsingTheApiPage(Page):
    """How programs ask: worked examples, whose commands and answers a test takes from the page and runs."""

    template_name = "wsis_tracker/using_the_api.html"
    heading = _("Using the API")

    def get_context_data(self, **kwargs):
        host = self.request.build_absolute_uri("/").rstrip("/")
        rates = {"anonymous_rate": settings.API_ANONYMOUS_RATE, "token_rate": settings.API_TOKEN_RATE}
        return super().get_context_data(host=host, **rates, **kwargs)


class SymbolRedirect(Page):
    """The address of a document by its symbol as printed: leads to its page, or says what may have been meant."""

    template_name = "wsis_tracker/unknown_symbol.html"
    heading = _("No document of this symbol")

    def get(self, request, *args, symbol, **kwargs):
        self.meant = resolve(symbol, self.day)
        if self.meant.document:
            return HttpResponseRedirect(with_parameters(self.meant.document.get_absolute_url(), as_of=self.day))
        response = super().get(request, *args, symbol=symbol, **kwargs)
        response.status_code = HTTPStatus.NOT_FOUND
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(candidates=self.meant.candidates, **kwargs)
