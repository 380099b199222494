"""Who may do what through the API: every role with every collection, method and visibility; drafts cannot be guessed."""

import json
from datetime import date
from itertools import product

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from reports.discrepancies import discrepancies
from wsis_tracker.accounts.models import ApiToken
from wsis_tracker.api import COMPUTED, router
from wsis_tracker.rest.viewsets import RecordViewSet

from . import factories

pytestmark = pytest.mark.django_db
API = "/api/v1/"
VIEWSETS = {prefix: viewset for prefix, viewset, _name in router.registry}
VISIBILITIES = ["draft", "in-review", "published"]

#: Who asks: the role, and whether by a token, for reading or for writing.
ASKERS = {
    "anonymous": (None, None),
    "without a role": ("", None),
    "Reader": ("Reader", None),
    "Editor": ("Editor", None),
    "Editor's token to read": ("Editor", "read"),
    "Editor's token to write": ("Editor", "write"),
    "Reviewer": ("Reviewer", None),
    "Administrator": ("Administrator", None),
}
#: As whom each of them reads and writes.
READS_AS = dict.fromkeys(ASKERS, "staff") | {"anonymous": "public", "without a role": "public"}
WRITES_AS = {
    "anonymous": "nobody",
    "without a role": "reader",
    "Reader": "reader",
    "Editor": "editor",
    "Editor's token to read": "reader",
    "Editor's token to write": "editor",
    "Reviewer": "reviewer",
    "Administrator": "reviewer",
}
#: What is answered to what is done with a record, by as whom one does it, while it is a draft or in review and once it is published.
#: Every write is sent with all that it needs: the version that was read, a reason, and a body as it was read. A list in which the record
#: is not counts as a 404.
ANSWERS = {
    "list": {"public": (404, 200), "staff": (200, 200)},
    "retrieve": {"public": (404, 200), "staff": (200, 200)},
    "create": {"nobody": (401, 401), "reader": (403, 403), "editor": (201, 201), "reviewer": (201, 201)},
    "update": {"nobody": (401, 401), "reader": (403, 403), "editor": (200, 202), "reviewer": (200, 200)},
    "partial_update": {"nobody": (401, 401), "reader": (403, 403), "editor": (200, 202), "reviewer": (200, 200)},
    "destroy": {"nobody": (401, 401), "reader": (403, 403), "editor": (204, 403), "reviewer": (204, 204)},
    "bulk_update": {"nobody": (401, 401), "reader": (403, 403), "editor": (200, 403), "reviewer": (200, 200)},
    "bulk_destroy": {"nobody": (401, 401), "reader": (403, 403), "editor": (204, 403), "reviewer": (204, 204)},
    "submit": {"nobody": (401, 401), "reader": (403, 403), "editor": (200, 403), "reviewer": (200, 409)},
    "publish": {"nobody": (401, 401), "reader": (403, 403), "editor": (403, 403), "reviewer": (200, 200)},
    "withdraw": {"nobody": (401, 401), "reader": (403, 403), "editor": (403, 403), "reviewer": (200, 200)},
    "move": {"nobody": (401, 401), "reader": (403, 403), "editor": (200, 403), "reviewer": (200, 200)},
}
READING = {"list", "retrieve"}
#: What goes otherwise: editors do not rule, and what joins a published whole is shown with it at once.
RULINGS = {action: answers | {"editor": (403, 403)} for action, answers in ANSWERS.items() if action not in READING}
PARTS = {"create": ANSWERS["create"] | {"editor": (201, 403)}}
OTHERWISE = {"rulings": RULINGS, "provisions": PARTS}
#: What a new record may not have in common with the one that it is made like.
MADE_ANEW = {
    "appointments": {"valid_from": "1990", "valid_until": "1991"},
    "documents": {"symbol": "C78/1", "aliases": []},
    "provisions": {"label": "para-999", "position": 9999},
    "relations": {"kind": "cites"},
    "mentions": {"organisation": "itu"},
    "action-lines": {"code": "X999", "position": 9999},
    "roles": {"kind": "stakeholder"},
    "activities": {"number": "X999"},
    "submissions": {"direction": "output"},
    "conclusions": {"item": "another"},
    "questions": {"number": 9999},
    "tasks": {"first_move": {"state": "open"}},
}


def answer_expected(collection, action, asker, visibility):
    """The status that the table says."""
    of_draft, of_published = OTHERWISE.get(collection, {}).get(action, ANSWERS[action])[
        (READS_AS if action in READING else WRITES_AS)[asker]
    ]
    return of_published if visibility == "published" else of_draft


def actions_of(collection):
    """Every action of a collection: those of the router's routes, and its own."""
    return [*(action for route in (router.routes[0], router.routes[2]) for action in route.mapping.values()), *extras_of(collection)]


def extras_of(collection):
    return [extra.url_path for extra in VIEWSETS[collection].get_extra_actions()]


def factory_of(model):
    return next(made for made in vars(factories).values() if isinstance(made, type) and made._meta.model is model)


def make(collection, visibility):
    """A record of a collection as the public would or would not see it; a part, of such a whole."""
    model = VIEWSETS[collection].queryset.model
    if collection == "rulings":  # on a discrepancy that there is
        known = discrepancies(date(2010, 1, 1))[0]
        weighed = [voice.key for voice in known.voices]
        return factories.RulingFactory(subject=known.key, weighed=weighed, stands=weighed[:1], ruled_on="2010-01-01", visibility=visibility)
    if model.whole:
        whole = factory_of(model._meta.get_field(model.whole).related_model)(visibility=visibility)
        return factory_of(model)(**{model.whole: whole})
    return factory_of(model)(visibility=visibility)


class Asker:
    """Somebody who asks the API."""

    def __init__(self, name):
        role, token = ASKERS[name]
        self.client, headers = Client(), {"host": "localhost"}
        if role is not None:
            user = factories.UserFactory(username=name)
            if role:
                user.groups.add(Group.objects.get(name=role))
            if token:
                headers["authorization"] = "Bearer " + ApiToken.objects.issue(user, "x", may_write=token == "write")[1]
            else:
                self.client.force_login(user)
        self.headers = headers

    def send(self, method, path, body=None, **headers):
        """Ask; the response."""
        data = "" if body is None else json.dumps(body)
        named = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.generic(method.upper(), f"{API}{path}", data, content_type="application/json", headers=named)

    def do(self, action, collection, read, tag):
        """Do something with a record as it was read; what it did is undone. The status of the answer."""
        one, reason = f"{collection}/{read['slug']}/", {"change_reason": "It is so"}
        item = [{"slug": read["slug"], "updated_at": read["updated_at"]}]
        requests = {
            "list": ("get", f"{collection}/?fields=slug&limit=1000", None),
            "retrieve": ("get", one, None),
            "create": ("post", f"{collection}/", new_like(collection, read) | reason),
            "update": ("put", one, read | reason),
            "partial_update": ("patch", one, {"staff_note": "Looked at"} | reason),
            "destroy": ("delete", one, reason),
            "bulk_update": ("patch", f"{collection}/?change_reason=x", [{**item[0], "staff_note": "Looked at"}]),
            "bulk_destroy": ("delete", f"{collection}/?change_reason=x", item),
            "move": ("post", f"{one}move/", {"state": "in-progress", "reason": "It is so"}),
        }
        method, path, body = requests.get(action) or ("post", f"{one}{action}/", reason)
        headers = {} if method == "get" or path.startswith(f"{collection}/?") else {"if_match": tag}
        with transaction.atomic():
            response = self.send(method, path, body, **headers)
            transaction.set_rollback(True)
        if action == "list" and response.status_code == 200 and {"slug": read["slug"]} not in response.json()["results"]:
            return 404, ""
        return response.status_code, response.content.decode()


def new_like(collection, read):
    """The body of a new record like one that was read."""
    shape = VIEWSETS[collection].serializer_class()
    kept = {name: value for name, value in read.items() if name in shape.fields and not shape.fields[name].read_only and name != "slug"}
    return kept | MADE_ANEW.get(collection, {})


@pytest.fixture
def askers(db):
    """Everybody."""
    call_command("make_roles")
    return {name: Asker(name) for name in ASKERS}


@pytest.mark.parametrize("collection", VIEWSETS)
def test_each_may_do_what_the_table_says_and_nothing_else(askers, collection):
    actions, reviewer = actions_of(collection), askers["Reviewer"]
    assert set(actions) == set(ANSWERS) - ({"move"} if collection != "tasks" else set()) - (
        {"submit", "publish", "withdraw"} if VIEWSETS[collection].queryset.model.whole else set()
    )
    expected, found = {}, {}
    for visibility in VISIBILITIES:
        response = reviewer.send("get", f"{collection}/{make(collection, visibility).slug}/")
        for action, name in product(actions, ASKERS):
            status, told = askers[name].do(action, collection, response.json(), response["ETag"])
            cell = visibility, action, name
            expected[cell] = answer_expected(collection, action, name, visibility)
            found[cell] = status if status == expected[cell] else (status, told)
    assert {cell: status for cell, status in found.items() if status != expected[cell]} == {}


@pytest.mark.parametrize("collection", VIEWSETS)
def test_no_other_method_is_answered_whoever_asks(askers, collection):
    slug = make(collection, "published").slug
    addresses = {f"{collection}/": "get post patch delete", f"{collection}/{slug}/": "get put patch delete"}
    addresses |= {f"{collection}/{slug}/{extra}/": "post" for extra in extras_of(collection)}
    for (path, known), name in product(addresses.items(), ASKERS):
        for method in {"get", "post", "put", "patch", "delete", "trace"} - set(known.split()):
            response = askers[name].send(method, path, {})
            assert response.status_code == 405, (method, path, name)
            assert {word.strip().lower() for word in response["Allow"].split(",")} - {"head", "options"} == set(known.split())


@pytest.mark.parametrize("route", COMPUTED, ids=lambda route: route.pattern._route)
def test_what_is_computed_is_read_by_everybody_and_written_by_nobody(askers, route):
    path = route.pattern._route
    asked = {"resolve/": "?symbol=C06/7", "search/": "?q=council"}.get(path, "")
    for name in ASKERS:
        assert askers[name].send("get", f"{path}{asked}").status_code == 200
        for method in ("post", "put", "patch", "delete"):
            assert askers[name].send(method, path, {}).status_code == 405


def test_a_browsers_session_writes_with_the_pages_own_token_alone(askers):
    """A page elsewhere cannot make the browser of somebody who has signed in write here."""
    editor = askers["Editor"]
    editor.client.handler.enforce_csrf_checks = True
    response = editor.send("post", "organisations/", {"name": {"en": "Elsewhere"}, "kind": "office"})
    assert (response.status_code, "CSRF" in response.json()["detail"]) == (403, True)
    askers["Editor's token to write"].client.handler.enforce_csrf_checks = True
    assert askers["Editor's token to write"].send("post", "organisations/", {"name": {"en": "Here"}, "kind": "office"}).status_code == 201


def test_every_action_is_in_the_table():
    """An action added anywhere is answered for here."""
    for viewset in VIEWSETS.values():
        assert issubclass(viewset, RecordViewSet)
        assert {extra.url_path for extra in viewset.get_extra_actions()} <= set(ANSWERS)
