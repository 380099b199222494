"""The public pages that look across all rooms."""

from http import HTTPStatus
from itertools import groupby

from django.db.models import Count, Exists, OuterRef, Q, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine, Activity, ActivityLine, Role
from mandates.models import Document, Mandate, Organisation
from mandates.resolver import resolve
from mandates.sources import with_sources
from meetings.models import Meeting, Task, TaskOrganisation
from meetings.models.discussions import MeetingState
from meetings.models.tasks import TaskState
from reports.coverage import SILENT
from reports.discrepancies import discrepancies
from reports.views import prefetch_names
from wsis_tracker.pages.axis import Axis
from wsis_tracker.pages.forms import FilterForm
from wsis_tracker.pages.templatetags.register_pages import with_parameters
from wsis_tracker.pages.views import ListPage, Page, RecordPage
from wsis_tracker.rest.problems import BadParameter

from .chain import drawing
from .drawn import drawn_from
from .matrix import matrix
from .search import SearchFilterSet, searched
from .timeline import CHANGED, HAPPENED, HEIGHT, drawn, entries, per_year, records_of

#: How many of the last and next meetings, open discrepancies and changes the home page names.
NAMED = 5
#: How many activities an action line's page shows before it leads to their list.
SHOWN = 20


class HomePage(Page):
    template_name = "wsis_tracker/home.html"
    heading = _("What was asked at the World Summit, of whom, and what came of it")

    def get_context_data(self, **kwargs):
        meetings = self.held(Meeting.objects.published(), self.shown_day)
        held, planned = (meetings.in_state([state], self.shown_day) for state in (MeetingState.HELD, MeetingState.PLANNED))
        differing = [d for d in discrepancies(self.shown_day) if d.is_open]
        prefetch_names([d.subject for d in differing[:NAMED]])
        return super().get_context_data(
            states=self.tasks_by_state(),
            responsible=self.tasks_by_responsible(),
            late=Task.objects.published().then(self.day).late(self.shown_day).count(),
            lines=self.there(ActionLine.objects.filter(parent=None)),
            last_meetings=held.order_by("-held_from", "slug")[:NAMED],
            next_meetings=planned.order_by("held_from", "slug")[:NAMED],
            discrepancies=differing[:NAMED],
            discrepancy_count=len(differing),
            changes=[] if self.day else records_of(CHANGED, list(entries(CHANGED, self.there_quietly).reverse()[:NAMED])),
            **kwargs,
        )

    def tasks_by_state(self):
        """How many tasks were in each state on the day shown: the state, its word, the number."""
        if self.day:
            self.left_out.append(Task.objects.published().undated())
        tasks = Task.objects.published().then(self.day)
        counts = dict(tasks.order_by().values_list("state_then").annotate(number=Count("pk")))
        return [(state.value, state.label, counts.get(state.value, 0)) for state in TaskState]

    def tasks_by_responsible(self):
        """The organisations responsible for tasks, by Sector where they belong to one, each with the states and numbers of its tasks."""
        then = Task.objects.published().then(self.day)
        parts = TaskOrganisation.objects.filter(part=TaskOrganisation.PartTaken.RESPONSIBLE, record__in=then.values("pk"))
        state = then.filter(pk=OuterRef("record")).values("state_then")[:1]
        rows = parts.annotate(body=Coalesce("organisation__sector", "organisation"), state=Subquery(state)).order_by()
        counts = {}
        for body, of_state, number in rows.values_list("body", "state").annotate(number=Count("record", distinct=True)):
            counts.setdefault(body, {})[of_state] = number
        bodies = Organisation.objects.published().filter(pk__in=counts)
        return [(body, [counts[body.pk].get(of_state.value, 0) for of_state in TaskState]) for body in bodies]


class DocumentPage(RecordPage):
    template_name = "wsis_tracker/document.html"
    queryset = Document.objects.select_related("body")
    record_name = "document"

    def get_context_data(self, **kwargs):
        document = self.record
        relations = document.relations.select_related("target", "document", "provision__document", "target_provision__document")
        related_from = document.related_from.select_related("document", "target", "provision__document")
        return super().get_context_data(
            aliases=document.aliases.all(),
            authors=document.authors.select_related("organisation"),
            links=document.links.all(),
            chain=(chain := document.chain(self.day)),
            drawing=drawing(chain),
            relations=self.there(with_sources(relations)),
            related_from=self.there(with_sources(related_from)),
            submissions=self.there(with_sources(document.submissions.select_related("meeting", "document", "submitted_by"))),
            paragraphs=list(self.paragraphs()),
            **kwargs,
        )

    def paragraphs(self):
        """Each provision with its depth, the facts drawn from it, and whether it is silent: it says nothing of its own."""
        drawn, depths = drawn_from(self.record, self.day), {}
        for provision in self.record.provisions.order_by("position"):
            depths[provision.pk] = min(depths.get(provision.parent_id, -1) + 1, 3)
            yield provision, depths[provision.pk], drawn.get(provision.pk, []), provision.kind in SILENT


class ActionLinePage(RecordPage):
    template_name = "wsis_tracker/action_line.html"
    queryset = with_sources(ActionLine.objects.select_related("parent"))
    record_name = "line"

    def get_context_data(self, **kwargs):
        line = self.record
        roles = Role.objects.filter(action_line=line).select_related(
            "organisation", "action_line", "claimant", "sector", "made_in__document", "restates__made_in__document"
        )
        roles = roles.prefetch_related("associates__organisation").order_by("claimant__slug", "organisation__slug", "valid_from", "pk")
        also = ActivityLine.objects.filter(record=OuterRef("pk"), action_line=line)
        activities = Activity.objects.filter(Q(action_line=line) | Exists(also))
        activities = with_sources(activities.select_related("organisation"))
        return super().get_context_data(
            sublines=self.there(line.sublines.all()),
            roles=(shown := list(self.there(with_sources(roles)))),
            axis=Axis.over([role.valid_from for role in shown], self.shown_day),
            discrepancies=discrepancies(self.shown_day, action_line=line),
            mandates=self.there(with_sources(Mandate.objects.filter(action_lines__record=line).select_related("made_in__document"))),
            tasks=self.tasks_on(line),
            states=dict(TaskState.choices),
            meetings=self.there(Meeting.objects.filter(action_lines__action_line=line)),
            activities=self.there(activities)[:SHOWN],
            **kwargs,
        )

    def tasks_on(self, line):
        """The tasks that serve the line, in their state of the day."""
        if self.day:
            self.left_out.append(Task.objects.published().undated().filter(action_lines__action_line=line))
        tasks = Task.objects.published().filter(action_lines__action_line=line).then(self.day)
        return with_sources(tasks.prefetch_related("organisations__organisation"))


class MatrixPage(Page):
    template_name = "wsis_tracker/matrix.html"
    heading = _("Matrix of roles")

    def get_context_data(self, **kwargs):
        lines = list(self.there(ActionLine.objects.all()))
        roles = self.held(Role.objects.published(), self.shown_day)
        return super().get_context_data(lines=lines, rows=matrix(roles, lines, discrepancies(self.shown_day, action_line=lines)), **kwargs)


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
        lanes = list(drawn(counts, axis)) if axis else []
        return super().get_context_data(**context, axis=axis, lanes=lanes, years=years, height=HEIGHT, **kwargs)

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

    def get(self, request, *args, **kwargs):
        self.filterset.refuse_unknown(allowed={"limit", "offset"}, empty_allowed=True)
        meant = self.meant() if self.words else None
        if meant:
            return HttpResponseRedirect(with_parameters(meant.get_absolute_url(), as_of=self.day))
        return super().get(request, *args, **kwargs)

    def meant(self):
        """The record whose symbol, code or acronym the words are, or None."""
        line = ActionLine.objects.published().filter(code__iexact=self.words).first()
        organisations = Organisation.objects.published().filter(acronym__iexact=self.words)[:2]
        body = organisations[0] if len(organisations) == 1 else None
        return line or body or resolve(self.words, self.day).document

    def get_context_data(self, **kwargs):
        asked = self.filterset.found()
        context = self.paged(asked)
        kinds = searched()
        context["facets"] = [(name, kinds[name]._meta.verbose_name_plural, number) for name, number in asked.per_kind().items()]
        for model, alike in groupby(context["records"], type):
            prefetch_related_objects(list(alike), *model.searched_parts())
        found = [{"kind": record._meta.verbose_name_plural, "record": record} for record in context["records"]]
        context["records"] = found if self.words else None
        if self.words and self.day:
            self.left_out = [
                records.undated() for records in (model.objects.published().search(self.words) for model in searched().values())
            ]
        form = FilterForm(self.request.GET, selects={"collection": (_("Kind of record"), collections)}, others_than=self.parameters)
        return super().get_context_data(**context, form=form, words=self.words, **kwargs)


def collections():
    """The collections that are searched, each by the name of what is in it."""
    return [(name, capfirst(model._meta.verbose_name_plural)) for name, model in searched().items()]


class AboutPage(Page):
    template_name = "wsis_tracker/about.html"
    heading = _("About this register")


class AccessibilityPage(Page):
    template_name = "wsis_tracker/accessibility.html"
    heading = _("Accessibility statement")


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
