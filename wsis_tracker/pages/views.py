"""What every public page does: it takes a day, shows the published records of that day, and refuses what it does not know."""

from http import HTTPStatus
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, TextField, Value
from django.db.models.functions import Cast
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from wsis_tracker.register.models import FormerSlug
from wsis_tracker.rest.fields import API
from wsis_tracker.rest.filters import DayField
from wsis_tracker.rest.pagination import LARGEST, whole_number
from wsis_tracker.rest.problems import BadParameter

from .errors import failure
from .forms import FilterForm, asked


class DayForm(forms.Form):
    """The parameters of a page that has no filters: the day asked for."""

    as_of = DayField(required=False)

    def refuse_unknown(self, allowed=()):
        """Raise BadParameter for other parameters, repeated ones, and a malformed day."""
        problems = {name: [_("There is no such parameter here.")] for name in self.data if name not in {*self.fields, *allowed}}
        problems |= {name: [_("Given more than once.")] for name in self.data if len(self.data.getlist(name)) > 1}
        if not self.is_valid():
            problems |= self.errors
        if problems:
            raise BadParameter(problems)


class Page(TemplateView):
    """A page of facts, as of the day asked for, else of all the register holds."""

    heading = ""
    #: Query parameters that the page takes beside `as_of`.
    parameters = ()

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except BadParameter as error:
            return failure(request, HTTPStatus.BAD_REQUEST, problems=error.detail)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.left_out = []

    @cached_property
    def day(self):
        """The day asked for, or None."""
        form = DayForm(self.request.GET)
        form.refuse_unknown(self.parameters)
        return form.cleaned_data["as_of"]

    @cached_property
    def shown_day(self):
        """The day for what is computed of one day: the day asked for, else today."""
        return self.day or timezone.now().date()

    def there(self, records):
        """The published ones of `records`, as of the day asked for; what it leaves out for want of a date is counted."""
        records = records.published()
        return self.held(records, self.day) if self.day else records

    def there_quietly(self, records):
        """The published ones of the day, without counting what is left out: the lists of the page count it."""
        records = records.published()
        return records.as_of(self.day) if self.day else records

    def held(self, records, day):
        """Those of `records` that the register places on `day`; what it leaves out for want of a date is counted."""
        self.left_out.append(records.undated())
        return records.as_of(day)

    def undated(self):
        """How many records the page leaves out because no date of theirs is known; one query however many kinds."""
        if not self.left_out:
            return 0
        keys = [records.order_by().values_list(Value(1)) for records in self.left_out]
        return keys[0].union(*keys[1:], all=True).count()

    def page_number(self, name, default, lowest, highest):
        given = self.request.GET if self.request.GET.get(name) else {}  # an empty field of a form asks nothing
        return whole_number(given, name, default, lowest, highest)

    def get_context_data(self, **kwargs):
        context = {"day": self.day, "shown_day": self.shown_day, "heading": self.heading, "undated": self.undated}
        context["kept"] = asked(self.request.GET, but={"as_of", "offset"})  # what the form of the day takes along
        context["asked"] = urlencode(asked(self.request.GET, but={"limit", "offset"}))  # what a list to take along is asked
        context["followed"] = urlencode(asked(self.request.GET, but={"limit", "offset", "as_of"}))  # what is followed goes on after the day
        return super().get_context_data(**(context | kwargs))


class RecordPage(Page):
    """The page of one record, by its slug; where it was not there on the day, a page that says only so."""

    queryset = None
    #: The name under which the template knows the record.
    record_name = "record"

    def get(self, request, *args, **kwargs):
        records = self.queryset.all().published()
        self.record = self.find(self.on_the_day(records))
        return super().get(request, *args, **kwargs) if self.record else self.not_there(records)

    def on_the_day(self, records):
        """Those of the records that have this page on the day asked for."""
        return records.as_of(self.day) if self.day else records

    def not_there(self, records):
        """What is said of a record that did not hold or was not there on the day; 404 where it is on none."""
        record = self.find(records) if self.day else None
        if record is None:
            return self.moved(records)
        until = getattr(record, "valid_until", None)
        context = {"ended": bool(until) and until <= str(self.day), "dateless": records.undated().filter(pk=record.pk).exists()}
        context |= {"record": record, "day": self.day, "shown_day": self.day, "heading": str(record)}
        return self.response_class(self.request, ["pages/not_there.html"], context)

    def moved(self, records):
        """Lead from the slug of a record that was merged to the page of the one kept; 404 where there is none."""
        now = FormerSlug.objects.leads_to(records.model, self.kwargs["slug"])
        record = records.filter(slug=now).first() if now else None
        if record is None:
            raise Http404
        asked = self.request.GET.urlencode()
        return HttpResponsePermanentRedirect(record.get_absolute_url() + (f"?{asked}" if asked else ""))

    def find(self, records):
        """The one of `records` whose page this is, or None."""
        return records.filter(slug=self.kwargs["slug"]).first()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"heading": str(self.record), "record": self.record, self.record_name: self.record, **kwargs})


class ListPage(Page):
    """A page of a list, `limit` entries from `offset` on."""

    #: Up to how many entries the page counts, where counting all would be slow.
    most_counted = None
    default_limit, max_limit = 50, 1000

    @cached_property
    def limit(self):
        return self.page_number("limit", self.default_limit, 1, self.max_limit)

    @cached_property
    def offset(self):
        return self.page_number("offset", 0, 0, LARGEST)

    def with_parts(self, records):
        """`records` with what their rows show beside themselves."""
        return records

    def count_of(self, records):
        """How many there are; None where there are more than the page counts."""
        if self.most_counted is None:
            return records.count()
        number = records.order_by()[: self.most_counted + 1].count()
        return number if number <= self.most_counted else None

    def paged(self, records):
        """The context of one page of `records`: its rows, how many there are, and where its neighbours begin."""
        rows = list(self.with_parts(records)[self.offset : self.offset + self.limit + 1])
        more = len(rows) > self.limit
        return {
            "records": rows[: self.limit],
            "count": self.count_of(records),
            "first": self.offset + 1,
            "last": self.offset + min(len(rows), self.limit),
            "more": more,
            "next_offset": self.offset + self.limit if more else None,
            "previous_offset": max(self.offset - self.limit, 0) if self.offset else None,
        }


class RecordListView(ListPage):
    """The list of a collection, by the filters of its endpoint."""

    template_name = "pages/list.html"
    #: The partial that shows the rows, as `records`.
    rows_template = None
    queryset = None
    filterset_class = None
    introduction = ""
    #: The feeds and calendars of the list: `[(name of the page, what it is, type)]`; they take its filters.
    follow = ()
    #: The pages that show the same otherwise: `[(name of the page, title)]`.
    also = ()
    #: The filters that the form offers as selects: `{name: (label, choices or a function that gives them)}`.
    selects = {}

    @cached_property
    def filterset(self):
        made = {*self.request.GET, *self.selects}
        filterset = self.filterset_class(self.request.GET, self.queryset.all().published(), only=made)
        filterset.refuse_unknown(allowed={"limit", "offset"}, empty_allowed=True)
        return filterset

    @cached_property
    def day(self):
        return self.filterset.day

    def found(self):
        """What the filters leave."""
        return self.filterset.qs

    def undated(self):
        return self.filterset.undated() + super().undated()

    @property
    def endpoint(self):
        """The address of the collection in the API, which takes the same filters."""
        return f"{API}{self.filterset_class._meta.model.collection}/"

    def facets(self):
        """Of each select over a column, how many entries each value would leave beside the other filters; one UNION."""
        counts = {name: {} for name in self.selects if self.filterset.filters[name].method is None}
        if counts:
            first, *others = map(self.facet, counts)
            for name, value, number in first.union(*others, all=True):
                counts[name][value] = number
        return counts

    def facet(self, name):
        """How many entries each value of a select would leave, as rows of the select's name, the value and the number."""
        asked = self.filterset.filters[name]
        found = self.filterset.without(name).filter(**asked.where).order_by()
        value = Cast(asked.column, TextField())
        return found.values_list(Value(name, output_field=TextField()), value).annotate(number=Count("pk", distinct=True))

    def get_context_data(self, **kwargs):
        context = self.paged(self.found())
        context["endpoint"] = self.endpoint
        context["collection"] = self.endpoint.removeprefix(API).strip("/")
        words = "q" in self.filterset.known_filters
        counts = {} if context["count"] is None else self.facets()
        form = FilterForm(self.request.GET, selects=self.selects, words=words, others_than={"limit", "offset"}, counts=counts)
        context |= {"rows_template": self.rows_template, "introduction": self.introduction, "follow": self.follow, "also": self.also}
        return super().get_context_data(**context, form=form, **kwargs)
