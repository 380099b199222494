"""The addresses of a collection: itself, each record, what can be done with one, and the collections that belong to it."""

from rest_framework.routers import DynamicRoute, Route, SimpleRouter

#: How an address says in which form a list is wanted: `/roles.csv`.
FORM = r"\.(?P<format>[a-z0-9]+)"


class CollectionRouter(SimpleRouter):
    """`/roles/` takes many records at once, `/roles/<slug>/` one; `/roles.csv` gives the list in another form."""

    routes = [
        Route(
            url=r"^{prefix}{trailing_slash}$",
            mapping={"get": "list", "post": "create", "patch": "bulk_update", "delete": "bulk_destroy"},
            name="{basename}-list",
            detail=False,
            initkwargs={"suffix": "List"},
        ),
        Route(
            url=rf"^{{prefix}}{FORM}$",
            mapping={"get": "list"},
            name="{basename}-list",
            detail=False,
            initkwargs={"suffix": "List"},
        ),
        Route(
            url=r"^{prefix}/{lookup}{trailing_slash}$",
            mapping={"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"},
            name="{basename}-detail",
            detail=True,
            initkwargs={"suffix": "Instance"},
        ),
        DynamicRoute(url=r"^{prefix}/{lookup}/{url_path}{trailing_slash}$", name="{basename}-{url_name}", detail=True, initkwargs={}),
    ]
