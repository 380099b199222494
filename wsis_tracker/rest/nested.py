"""What belongs to a record, where a person looks for it: `/documents/<slug>/provisions/` is `/provisions/?document=<slug>`."""

from dataclasses import dataclass

from django.urls import re_path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound

from .problems import BadParameter, NotYet
from .routers import FORM


@dataclass(frozen=True)
class Within:
    """The collection to whose record a list belongs, and the filter of the list that the record's address sets."""

    viewset: type
    name: str

    @property
    def names(self):
        """The parameters that the address leaves no room for."""
        return (self.name, f"{self.name}__in")

    @property
    def records(self):
        return self.viewset.queryset.model.objects

    def narrow(self, filterset, view):
        """Set the filter to the record that the address names; NotFound where there is none that the person may see."""
        given = {name: ["The address says it."] for name in self.names if name in filterset.data}
        if given:
            raise BadParameter(given)
        slug = view.kwargs["slug"]
        key = self.records.seen_by(view.request.user).filter(slug=slug).order_by().values_list("pk", flat=True).first()
        if key is None:
            raise NotFound(f"There is no “{slug}” among the {self.viewset.queryset.model.collection}.")
        filterset.data = filterset.data.copy()
        filterset.data[self.name] = slug
        filterset.form.fields[self.name].known = lambda values: dict.fromkeys(values, key)

    def check_there(self, filterset, view):
        """Raise NotYet where the record was not there on the day asked for."""
        slug, day = view.kwargs["slug"], filterset.day
        if day and not self.records.as_of(day).filter(slug=slug).exists():
            raise NotYet(f"“{slug}” is in the register, but does not hold or was not there on {day}.")


def nested_urls(router, table):
    """The addresses of a table of (collection, collection listed, its filter that the address sets)."""
    viewsets = {prefix: viewset for prefix, viewset, _basename in router.registry}
    for whole, part, name in table:
        view = nested(viewsets[whole], viewsets[part], name).as_view({"get": "list"}, suffix="List")
        address = rf"^{whole}/(?P<slug>{viewsets[whole].lookup_value_regex})/{part}"
        yield re_path(f"{address}/$", view, name=f"{whole}-{part}-list")
        yield re_path(f"{address}{FORM}$", view, name=f"{whole}-{part}-list")


def nested(whole, part, name):
    """The viewset of a collection as it belongs to the records of another."""
    within = Within(whole, name)
    left_out = [OpenApiParameter(parameter, exclude=True) for parameter in within.names]
    slug = OpenApiParameter("slug", str, OpenApiParameter.PATH, description=f"The slug of one of the {whole.queryset.model.collection}.")
    described = f"The list of {part.queryset.model.collection} with `{name}` set by the address."
    describe = extend_schema_view(list=extend_schema(description=described, parameters=[slug, *left_out]))
    return describe(type(part.__name__, (part,), {"within": within}))
