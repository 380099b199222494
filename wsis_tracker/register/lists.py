"""Lists that stay quick at a million records, for they sort and count keys, no more than a person would page; and the way back to them."""

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):
    """Counts, and leads, no further than a person would page. One query gives the keys, in order, and another the rows of a page."""

    bound = 10_000
    #: The records that a page is read from by its keys, where these are not the listed ones: with all that is shown of a row.
    records = None

    @cached_property
    def keys(self):
        return list(self.object_list.values_list("pk", flat=True)[: self.bound + 1])

    @property
    def count(self):
        return len(self.keys)

    def page(self, number):
        number = self.validate_number(number)
        keys = self.keys[(number - 1) * self.per_page : number * self.per_page]
        rows = (self.object_list if self.records is None else self.records).in_bulk(keys)
        return self._get_page([rows[key] for key in keys if key in rows], number, self)


class RecordList(ChangeList):
    """A list that tells with its filters how many records each leaves, unless there are too many to count them over and over."""

    #: Of so many records that are found by a text.
    few = 1000

    def get_results(self, request):
        super().get_results(request)
        if self.result_count > (self.few if self.query else BoundedPaginator.bound):
            self.add_facets = self.is_facets_optional = False


def with_filters(model_admin, request, url):
    """The address of a page beside a list that leads back to the list as it is filtered; or that of the list, filtered so."""
    return add_preserved_filters({"preserved_filters": model_admin.get_preserved_filters(request), "opts": model_admin.opts}, url)
