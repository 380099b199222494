"""Atom feeds of what was changed lately: in the register, on an action line, among the tasks, of what a search finds."""

from http import HTTPStatus

from django.contrib.syndication.views import Feed
from django.http import Http404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_lines.models import ActionLine
from meetings.filters import TaskFilterSet
from meetings.models import Task
from wsis_tracker.pages.errors import failure
from wsis_tracker.register.texts import without_unseen
from wsis_tracker.rest.formats import Format
from wsis_tracker.rest.problems import BadParameter

from .changes import public_changes
from .differences import with_differences
from .naming import shown
from .search import SearchFilterSet, shown_rows
from .timeline import entries, on_line, shown_of

#: How many entries a feed has.
ENTRIES = 50


def refuse_all(request):
    """Raise BadParameter for any parameter."""
    if request.GET:
        raise BadParameter({name: [_("There is no such parameter here.")] for name in request.GET})


class Readable(Atom1Feed):
    """A feed whose texts hold nothing that XML does not take."""

    def add_item(self, *args, **said):
        return super().add_item(*args, **{name: without_unseen(text) if isinstance(text, str) else text for name, text in said.items()})


class AtomFeed(Feed):
    """A feed of the register; its address, with all that it asks, is its identity."""

    feed_type = Readable
    author_name = gettext_lazy("WSIS tracker")
    #: Whether the feed takes the filters of a list.
    filtered = False

    @classmethod
    def as_view(cls):
        """A view of which each request has a feed of its own, for a feed keeps its request."""

        def view(request, **kwargs):
            feed = cls()
            feed.request = request
            try:
                if not cls.filtered:
                    refuse_all(request)
                return feed(request, **kwargs)
            except BadParameter as error:
                return failure(request, HTTPStatus.BAD_REQUEST, problems=error.detail)

        return view

    def feed_guid(self, obj):
        return self.request.build_absolute_uri()

    def feed_url(self, obj):
        return self.request.get_full_path()


class RecordFeed(AtomFeed):
    """The latest changes of some records; an entry for each record, at its last change."""

    def item_title(self, record):
        return str(record)

    def item_description(self, record):
        return record.kind

    def item_link(self, record):
        return record.get_absolute_url()

    def item_guid(self, record):
        return self.request.build_absolute_uri(f"/api/v1/{record.collection}/{record.slug}/")

    def item_pubdate(self, record):
        return record.created_at

    def item_updateddate(self, record):
        return record.updated_at


class ActionLineFeed(RecordFeed):
    """What changed on an action line: its roles, mandates, meetings and tasks."""

    def get_object(self, request, slug):
        line = ActionLine.objects.published().filter(slug=slug).first()
        if line is None:
            raise Http404
        return line

    def title(self, line):
        return _("WSIS tracker: %(line)s") % {"line": line}

    def link(self, line):
        return line.get_absolute_url()

    def items(self, line):
        kinds = on_line(line)
        rows = entries(kinds, lambda records: records.published()).reverse()[:ENTRIES]
        return [record for _on, record in shown_of(kinds, list(rows))]


class TaskFeed(RecordFeed):
    """The follow-up tasks as their list would show them, the last changed first."""

    title = gettext_lazy("WSIS tracker: tasks")
    filtered = True

    def link(self):
        return f"{reverse('tasks')}?{self.request.GET.urlencode()}".rstrip("?")

    def items(self):
        filterset = TaskFilterSet(self.request.GET, Task.objects.published())
        filterset.refuse_unknown(empty_allowed=True)
        tasks = list(filterset.qs.order_by("-updated_at", "pk").values_list("pk", flat=True)[:ENTRIES])
        records = shown({Task: tasks})
        return [records[Task.collection, task] for task in tasks if (Task.collection, task) in records]


class SearchFeed(RecordFeed):
    """What a search finds, the last changed first."""

    filtered = True

    def title(self):
        return _("WSIS tracker: search for “%(words)s”") % {"words": self.request.GET.get("q", "")}

    def link(self):
        return f"{reverse('search')}?{self.request.GET.urlencode()}"

    def items(self):
        filterset = SearchFilterSet(self.request.GET)
        filterset.refuse_unknown(empty_allowed=True)
        return shown_rows(list(filterset.found().latest()[:ENTRIES]))


class ChangesFeed(AtomFeed):
    """The acts on published records, the latest first."""

    title = gettext_lazy("WSIS tracker: latest changes")
    #: The acts, where they have been read already.
    changes = None

    def link(self):
        return reverse("home")

    def items(self):
        return with_differences(public_changes()[:ENTRIES]) if self.changes is None else self.changes

    def item_title(self, change):
        named = [str(touched.record) if touched.record else touched.slug for touched in change.records]
        more = _(" and %(number)d more") % {"number": len(named) - 3} if len(named) > 3 else ""
        return "; ".join(named[:3]) + more

    def item_description(self, change):
        return "; ".join(f"{touched.type}: {touched.collection}/{touched.slug}" for touched in change.records[:ENTRIES])

    def item_link(self, change):
        return next((touched.record.get_absolute_url() for touched in change.records if touched.record), reverse("home"))

    def item_guid(self, change):
        return self.request.build_absolute_uri(f"/api/v1/changes/#{change.at.isoformat()}")

    def item_pubdate(self, change):
        return change.at

    item_updateddate = item_pubdate


class ChangesAtom(Format):
    """A page of the acts on published records as a feed."""

    media_type = "application/atom+xml"
    format = "atom"

    def answer(self, view, found):
        feed = ChangesFeed()
        feed.request, feed.changes = view.request, found
        return feed(view.request)
