"""What is not published cannot be guessed: to the public every answer is the same whether or not drafts are there."""

import re
from itertools import product
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from action_lines.models import ActionLine
from mandates.models import Document, Mandate, Organisation, Provision
from meetings.models import Meeting, Task
from wsis_tracker.accounts.models import ApiToken
from wsis_tracker.api import COMPUTED, router
from wsis_tracker.register.changes import act
from wsis_tracker.register.records import named_by
from wsis_tracker.rest.filters import ChoiceFilter, KnownFilter, RecordFilter, TrueFalseFilter

from . import factories

pytestmark = pytest.mark.django_db
VIEWSETS = {prefix: viewset for prefix, viewset, _name in router.registry}
WORD = "Zyzzyva"
SYMBOL = f"PP Resolution 113 (Rev. {WORD}, 2031)"
#: Headers in which answers differ from one to the next, or which tell that anything at all was written.
OWN = {"ETag", "X-Request-ID", "Content-Length", "Last-Modified"}


def hidden_records(visibility):
    """A record of each collection that the public does not see, by collection; each names published ones wherever it can."""
    itu, wg = Organisation.objects.get(slug="itu"), Organisation.objects.get(slug="wg-wsis")
    document, line = Document.objects.get(slug="council-res-1244"), ActionLine.objects.get(slug="c7")
    provision, meeting = Provision.objects.get(slug="tunis-agenda-para-109"), Meeting.objects.get(slug="wg-wsis-9")
    mandate = Mandate.objects.published().first()

    def hidden(factory, **values):
        model = factory._meta.model
        whole = {} if model.whole else {"visibility": visibility}
        return factory(slug=f"hidden-{model.collection}", **whole, **values)

    made = [
        organisation := hidden(
            factories.OrganisationFactory,
            acronym=WORD,
            name={"en": WORD},
            parent=wg,
            sector=Organisation.objects.get(slug="itu-t"),
            predecessor=wg,
        ),
        person := hidden(factories.PersonFactory, name=WORD, country=organisation),
        hidden(factories.AppointmentFactory, person=person, organisation=itu, office="chair", words=WORD, valid_from="2030"),
        own := hidden(
            factories.DocumentFactory, symbol="Resolution 113 (Zyzzyva, 2031)", title={"en": WORD}, body=itu, dated_on="2031-01-01"
        ),
        paragraph := hidden(factories.ProvisionFactory, document=own, label="para-77", number="77", gist=WORD),
        hidden(factories.RelationFactory, document=own, target=document, kind="revises", words=WORD),
        hidden(factories.MandateFactory, made_in=paragraph, action=WORD, reports_to=itu, reports_via=wg, parent=mandate),
        hidden(factories.MentionFactory, provision=provision, organisation=wg, words=WORD),
        hidden(factories.FigureFactory, of=WORD, unit=WORD, organisation=itu),
        hidden(factories.ActionLineFactory, code=WORD, title={"en": WORD}, parent=line),
        hidden(factories.RoleFactory, organisation=itu, action_line=line, claimant=itu, made_in=provision, words=WORD, kind="partner"),
        hidden(factories.ActivityFactory, number=WORD, title=WORD, action_line=line, organisation=itu, dated_on="2031-01-01"),
        hidden(factories.MeetingFactory, title={"en": WORD}, body=wg, series=WORD, number=77, held_from="2031-01-01", held_to="2031-01-02"),
        hidden(factories.SubmissionFactory, document=document, meeting=meeting, words=WORD, submitted_by=itu, direction="output"),
        hidden(factories.ConclusionFactory, meeting=meeting, item=WORD, text=WORD, provision=provision, concluded_by=wg),
        hidden(factories.QuestionFactory, number=7777, text=WORD, meeting=meeting, answered_in=provision, answered_on="2005-06-02"),
        own_task := hidden(factories.TaskFactory, title=WORD, mandate=mandate, opened_on="2020-01-01"),
        hidden(factories.ProgressFactory, task=Task.objects.published().first(), text=WORD, organisation=itu, on="2020-01-02"),
        hidden(factories.RulingFactory, subject="role-itu-c7", reason=WORD),
        hidden(factories.ReportFactory, title={"en": WORD}, reports_to=itu, document=document),
    ]
    with act(reason=WORD):
        organisation.open_to.create(organisation=itu)
        own.authors.create(organisation=itu)
        own.aliases.create(text=f"{WORD}/1")
        by_kind = {record.collection: record for record in made}
        by_kind["mandates"].addressees.create(organisation=wg)
        by_kind["mandates"].sources.create(provision=provision, words=WORD)
        by_kind["action-lines"].mandates.create(mandate=mandate)
        by_kind["roles"].associates.create(organisation=wg)
        by_kind["activities"].also_on.create(action_line=ActionLine.objects.get(slug="c3"))
        by_kind["meetings"].conveners.create(organisation=itu)
        by_kind["meetings"].action_lines.create(action_line=line)
        by_kind["conclusions"].mandates.create(mandate=mandate)
        by_kind["questions"].put_to.create(organisation=itu)
        own_task.organisations.create(organisation=itu, part="responsible")
        own_task.action_lines.create(action_line=line)
    assert by_kind.keys() == VIEWSETS.keys()
    return by_kind


def value_of(record, known, name):
    """A value with which a filter would find the hidden record, as a filter takes it; None where it has none."""
    if isinstance(known, RecordFilter):
        return f"hidden-{known.record.collection}"
    if isinstance(known, TrueFalseFilter):
        return "true"
    if isinstance(known, ChoiceFilter):
        return next(iter(known.words))
    if name == "as_of":
        return "2031-06-01"
    return str(getattr(record, known.field_name.partition("__")[0], None) or WORD)


def filters_of(collection, record):
    """Each filter of a collection with what the hidden record bears."""
    filterset = VIEWSETS[collection].filterset_class
    for name, known in filterset.base_filters.items():
        if name == "ordering":
            yield from ({name: f"{sign}{key}"} for key, _label in known.field.choices if not key.startswith("-") for sign in ("", "-"))
            continue
        known.model = filterset._meta.model
        yield {name: value_of(record, known, name)}
        if isinstance(known, KnownFilter):
            yield {name: [value_of(record, known, name), "never-was"]}


def neighbours(records):
    """The published records that hidden ones name, themselves or by their parts, those in between too."""
    found = {near for record in records for near in [*record.points_to(), *named_by(record)]}
    return {near for near in found if near.shown_to_public}


def addresses_of(collection, hidden):
    """Where a hidden record could show in its collection, and around the published ones of this kind that others name."""
    one, api = f"hidden-{collection}", f"/api/v1/{collection}/"
    asked = [*filters_of(collection, hidden[collection]), {"count": "true"}, {"brief": "true"}, {"fields": "slug,display"}]
    asked += [{"q": WORD.lower()}, {"q": WORD, "as_of": "2031-06-01"}, {"limit": 1, "offset": 1}, {"fields": "visibility"}]
    found = [api, f"{api}?limit=1000", *(f"{api}?{urlencode(params, doseq=True)}" for params in asked)]
    found += [f"{api}{one}/", f"{api}{one}/?as_of=2031-06-01", f"{api}{one}/?as_of=1990-01-01", f"{api}{one}/?fields=slug"]
    found += [f"{api}{one}/publish/", f"{api}{one}/move/", f"/api/v1/changes/?collection={collection}&slug={one}"]
    found += [f"/api/v1/changes/?collection={collection}", f"/api/v1/search/?q={WORD}&collection={collection}"]
    found += [f"/{collection}/", f"/{collection}/?q={WORD}", f"/{collection}/{one}/", f"/{collection}/?as_of=2031-06-01"]
    found += [f"/{collection}.csv", f"/{collection}.csv?q={WORD}", f"/sitemap-{collection}.xml"]
    for near in sorted(neighbours(hidden.values()), key=lambda near: near.slug):
        if near.collection == collection:
            found += [f"{api}{near.slug}/", f"{api}{near.slug}/?as_of=2031-06-01", f"/{collection}/{near.slug}/"]
            found += [f"/{collection}/{near.slug}/?as_of=2031-06-01"]
    return found


ELSEWHERE = f"""
/ /matrix/ /timeline/ /timeline/?as_of=2031-06-01 /search/?q={WORD} /api/v1/search/?q={WORD} /search/feed.atom?q={WORD}
/search.csv?q={WORD} /api/v1/search/?q={WORD}&as_of=2031-06-01 /api/v1/resolve/?symbol={WORD}/1 /api/v1/resolve/?symbol={WORD}
/api/v1/resolve/?symbol=Resolution+113 /api/v1/resolve/?symbol=PP+Resolution+113
/api/v1/resolve/?symbol=PP+Resolution+113+(Rev.+{WORD},+2031) /doc/{WORD}/1 /doc/{WORD} /doc/Resolution+113 /api/v1/changes/
/api/v1/changes/?count=true
/api/v1/changes/?since=2026-01-01 /api/v1/changes/?ordering=number&after=0&limit=1000 /changes/feed.atom
/action-lines/c7/feed.atom /action-lines/hidden-action-lines/feed.atom /tasks/feed.atom /tasks/feed.atom?q={WORD}
/meetings/calendar.ics /meetings/calendar.ics?series={WORD} /action-lines/c7/calendar.ics
/action-lines/hidden-action-lines/calendar.ics /tasks/due.ics /meetings/calendar/ /meetings/calendar/?year=2031 /people/
/discrepancies/ /discrepancies/?as_of=2010-01-01 /discrepancies.csv /api/v1/discrepancies/
/api/v1/discrepancies/?as_of=2031-06-01 /api/v1/discrepancies/?organisation=hidden-organisations
/api/v1/discrepancies/?action_line=hidden-action-lines /matrix/?as_of=2031-06-01 /?as_of=2031-06-01 /fr/search/?q={WORD}
/monitoring/ /monitoring/?as_of=2031-06-01 /monitoring/?organisation=hidden-organisations /monitoring/?sector=hidden-organisations
/monitoring/?action_line=hidden-action-lines /monitoring/?mandate=hidden-mandates /monitoring.csv /api/v1/monitoring/
/api/v1/monitoring/?as_of=2031-06-01 /monitoring/coverage/ /monitoring/coverage/?as_of=2031-06-01 /coverage.csv /api/v1/coverage/
/monitoring/mentions/ /monitoring/mentions/?without_follow_up=true /api/v1/mentions/?without_mandate=true /reports/
""".split()


def answers(client, addresses, methods=("get",)):
    """What the public is answered: status, body and headers, without what differs between any two answers."""
    said = {}
    for method in methods:
        for address in addresses:
            response = getattr(client, method)(address, headers={"host": "localhost"})
            body = b"".join(response.streaming_content) if response.streaming else response.content
            text = re.sub(r'"request_id": ?"[0-9a-f]+"|<code>[0-9a-f]{32}</code>|[0-9a-f]{32}|<updated>[^<]*</updated>', "", body.decode())
            headers = {name: value for name, value in response.headers.items() if name not in OWN}
            assert response.status_code < 500, address
            said[method, address] = response.status_code, text, headers
    return said


def differing(before, after):
    """The addresses at which the answers differ, with both."""
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def answers_by_turns(client, addresses_of_hidden):
    """The answers without the hidden records, then with them as drafts, and in review."""
    with transaction.atomic():
        hidden = hidden_records("draft")
        addresses = addresses_of_hidden(hidden)
        as_drafts = answers(client, addresses)
        for record in hidden.values():
            if record.whole is None:
                type(record).objects.filter(pk=record.pk).update(visibility="in-review")
        in_review = answers(client, addresses)
        transaction.set_rollback(True)
    return answers(client, addresses), as_drafts, in_review


@pytest.mark.parametrize("collection", VIEWSETS)
def test_every_answer_is_the_same_as_if_drafts_were_not_there(client, collection):
    without, as_drafts, in_review = answers_by_turns(client, lambda hidden: addresses_of(collection, hidden))
    assert differing(without, as_drafts) == {}
    assert differing(without, in_review) == {}
    assert without["get", f"/api/v1/{collection}/hidden-{collection}/"][0] == 404


@pytest.mark.parametrize("without_a_role", [False, True])
def test_what_spans_the_collections_is_the_same_too(client, without_a_role):
    if without_a_role:
        client.force_login(factories.UserFactory(is_staff=False))
    addresses = [address for address in ELSEWHERE if address.startswith("/api/") or not without_a_role]
    without, as_drafts, in_review = answers_by_turns(client, lambda hidden: addresses)
    assert differing(without, as_drafts) == {}
    assert differing(without, in_review) == {}


def test_no_method_or_tag_tells_of_a_draft(client, sign_in):
    """A record that is hidden and one that never was are answered alike, in every word but its slug."""
    hidden = hidden_records("draft")
    sign_in("Reader")
    addresses = [f"/api/v1/{collection}/hidden-{collection}/" for collection in hidden]
    tags = {address: client.get(address, headers={"host": "localhost"})["ETag"] for address in addresses}
    client.logout()
    outsiders = [client, Client(), Client()]
    outsiders[1].force_login(factories.UserFactory(is_staff=False))
    _token, text = ApiToken.objects.issue(factories.UserFactory(), "without a role", may_write=True)
    bearer = {"authorization": f"Bearer {text}"}
    methods = ["get", "head", "options", "put", "patch", "delete", "post"]
    for asker, address, method in product(outsiders, addresses, methods):
        own = bearer if asker is outsiders[2] else {}
        for headers in ({}, {"if-none-match": tags[address]}, {"if-match": tags[address]}, {"if-none-match": "*"}):
            both = []
            for slug in ("hidden-", "never-was-"):
                there = address.replace("/hidden-", f"/{slug}")
                response = getattr(asker, method)(there, headers={"host": "localhost", **own, **headers}, content_type="application/json")
                said = re.sub(r'"request_id":"[0-9a-f]+"', "", response.content.decode().replace(slug, ""))
                both.append((response.status_code, said, {name for name in response.headers if name != "Content-Length"}))
            assert both[0] == both[1]
            assert both[0][0] in ({404, 405} if method in ("get", "head", "post") else {200} if method == "options" else {401, 403, 404})


@pytest.mark.parametrize("role", [None, "Reader", "Editor", "Reviewer"])
def test_what_an_address_can_is_told_to_everybody(client, sign_in, role):
    """OPTIONS is answered everywhere, of a record that is hidden to those alone who may see it."""
    hidden = hidden_records("draft")
    if role:
        sign_in(role)
    paths = [f"{collection}/{one}" for collection in hidden for one in ("", f"hidden-{collection}/", "never-was/")]
    for path in [*paths, "", *(route.pattern._route for route in COMPUTED)]:
        response = client.options(f"/api/v1/{path}", headers={"host": "localhost"})
        assert response.status_code == 200, (path, response.content)
        assert role or WORD not in response.content.decode()
