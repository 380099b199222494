"""Two people on one form: the later sees both versions, loses nothing that they typed, and saves over the newest or leaves."""

from decimal import Decimal
from functools import partial

import pytest

from mandates.models import Organisation, OrganisationName
from tests.factories import DocumentFactory, FigureFactory, OrganisationFactory, UserFactory
from tests.forms import address, errors_of, form_of, sent_by
from wsis_tracker.register.changes import act

pytestmark = pytest.mark.django_db


class Met:
    """A form that was opened, and what a colleague saved then."""

    def __init__(self, client):
        self.organisation = OrganisationFactory(acronym="OLD", staff_note="", valid_from="1950", date_basis="printed")
        with act(reason="names"):
            self.organisation.save()
            self.name, self.other = (OrganisationName(record=self.organisation, name=name, kind="official") for name in ("One", "Two"))
            self.name.save()
            self.other.save()
        self.url = address(Organisation, "change", self.organisation.pk)
        self.data = form_of(client, self.url)
        with act(by=UserFactory(username="colleague"), reason="Read again", request_id="r-1"):
            self.organisation.staff_note, self.organisation.valid_from = "Written meanwhile", "1951-02"
            self.organisation.save()
            self.name.delete()
            self.organisation.names.create(name="Three", kind="official")
        self.data |= {"acronym": "MINE", "valid_from": "1952", "names-1-name": "Two, as I read it"}

    def now(self):
        return Organisation.objects.get(pk=self.organisation.pk)

    def names(self):
        return {name.name for name in self.organisation.names.all()}


@pytest.fixture
def met(client, sign_in):
    sign_in("Reviewer")
    return Met(client)


def test_the_later_sees_both_versions_who_saved_and_why_and_what_became_of_the_parts(met, client):
    response = client.post(met.url, met.data | {"change_reason": "Mine"})
    conflict = response.context["adminform"].form.conflict
    assert {(row.label, row.opened, row.saved, row.typed, row.is_contested) for row in conflict.rows} == {
        ("Acronym", "OLD", "OLD", "MINE", False),
        ("Valid from", "1950", "February 1951", "1952", True),
        ("Note of the staff", "–", "Written meanwhile", "–", False),
    }
    ((change, told),) = conflict.acts
    assert (change.by.username, change.reason) == ("colleague", "Read again")
    assert {(line.kind, line.name, line.happened) for one in told for line in one.lines if line.kind == "Name"} == {
        ("Name", "One", "deleted"),
        ("Name", "Three", "made"),
    }
    page = response.content.decode()
    for text in ("MINE", "Two, as I read it", "Written meanwhile", "colleague", "Save mine over it"):
        assert text in page
    assert met.now().acronym == "OLD"


def test_what_others_changed_and_they_did_not_touch_is_in_the_form_already(met, client):
    form = client.post(met.url, met.data | {"change_reason": "Mine"}).context["adminform"].form
    assert [row.label for row in form.conflict.rows if row.is_taken_over] == ["Note of the staff"]
    assert (form["staff_note"].value(), form["acronym"].value(), form["valid_from"].value()) == ("Written meanwhile", "MINE", "1952")


@pytest.mark.parametrize(
    "factory, saved",
    [
        (DocumentFactory, {"title": {"en": "Put right", "fr": "Corrigé"}, "kind": "letter", "dated_on": "2005-07", "body": "another"}),
        (FigureFactory, {"about": True, "value": Decimal("0.50"), "organisation": "another", "period_from": "2004"}),
        (partial(FigureFactory, about=True), {"about": False, "value": None}),
    ],
)
def test_who_saves_over_keeps_what_others_saved_in_fields_of_any_kind(factory, saved, client, sign_in):
    sign_in("Reviewer")
    record = factory()
    url = address(type(record), "change", record.pk)
    opened = form_of(client, url)
    saved = {name: OrganisationFactory() if value == "another" else value for name, value in saved.items()}
    with act(by=UserFactory(username="colleague"), reason="Read again"):
        for name, value in saved.items():
            setattr(record, name, value)
        record.save()
    met = client.post(url, opened | {"staff_note": "Seen", "change_reason": "Mine"})
    over = sent_by(met) | {"_save_over": met.context["adminform"].form.conflict.version}
    response = client.post(url, over)
    assert response.status_code == 302, errors_of(response)
    now = type(record).objects.get(pk=record.pk)
    assert (now.staff_note, {name: getattr(now, name) for name in saved}) == ("Seen", saved)


def test_they_save_theirs_over_the_newest_version(met, client):
    conflict = client.post(met.url, met.data | {"change_reason": "Mine"}).context["adminform"].form.conflict
    over = met.data | {"change_reason": "Mine is right", "_save_over": conflict.version}
    response = client.post(met.url, over)
    assert response.status_code == 302, errors_of(response)
    organisation = met.now()
    assert (organisation.acronym, organisation.valid_from, organisation.staff_note) == ("MINE", "1952", "")
    assert organisation.history.first().history_change_reason == "Mine is right"
    assert met.names() == {"One", "Two, as I read it", "Three"}


def test_they_say_why(met, client):
    met.organisation.visibility = "draft"
    with act(reason="withdrawn"):
        met.organisation.save()
    conflict = client.post(met.url, met.data).context["adminform"].form.conflict
    response = client.post(met.url, met.data | {"visibility": "draft", "_save_over": conflict.version})
    assert "Say why yours is saved over" in errors_of(response)
    assert met.now().acronym == "OLD"


def test_what_a_third_saved_in_between_is_not_overwritten_unseen(met, client):
    conflict = client.post(met.url, met.data).context["adminform"].form.conflict
    with act(reason="a third"):
        met.organisation.acronym = "THIRD"
        met.organisation.save()
    response = client.post(met.url, met.data | {"change_reason": "x", "_save_over": conflict.version})
    assert "was changed since you opened it" in errors_of(response)
    assert met.now().acronym == "THIRD"
    assert "Save mine over it" in response.content.decode()


@pytest.mark.parametrize("version", ["", "soon", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00"])
def test_a_version_that_nobody_can_tell_is_a_conflict_too(version, met, client):
    response = client.post(met.url, met.data | {"base_version": version, "change_reason": "x"})
    assert "was changed since you opened it" in errors_of(response)
    assert "Written meanwhile" in response.content.decode()
