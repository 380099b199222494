"""The register as it is shipped answers as the report does."""

import datetime

import pytest

from action_lines.models import ActionLine, Role
from mandates.models import Appointment, Document, Mandate, Organisation
from meetings.models import Meeting
from wsis_tracker.search import searched

pytestmark = pytest.mark.django_db


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    "on, kinds",
    [
        ("2005-10-15", {"stakeholder"}),
        ("2005-12-01", {"stakeholder", "co-moderator/facilitator"}),
        ("2006-05-01", {"stakeholder", "co-moderator/facilitator", "shared role", "partner"}),
    ],
)
def test_itu_on_c7_is_called_otherwise_by_each_source(on, kinds):
    roles = Role.objects.published().filter(organisation__slug="itu", action_line__slug="c7").as_of(day(on))
    assert {role.kind for role in roles} == kinds
    assert all(role.claimant and role.made_in and role.sources.exists() and role.valid_from for role in roles)


def test_the_shared_role_only_restates_what_the_summit_said():
    role = Role.objects.get(organisation__slug="itu", action_line__slug="c7", kind="shared role")
    assert role.restates.slug == "itu-c7-tunis-agenda-annex"


def test_the_group_has_one_titular_chair_at_a_time():
    chairs = Appointment.objects.published().filter(organisation__slug="wg-wsis", office="chair", capacity="titular")
    for on, name in {
        "2004-03-01": "Yuri G. Grin",
        "2006-03-31": "Yuri G. Grin",
        "2006-04-01": "Vladimir Minkin",
        "2006-10-01": "Vladimir Minkin",
    }.items():
        assert chairs.as_of(day(on)).get().person.name == name


def test_the_nine_meetings_of_the_report():
    held = Meeting.objects.published().filter(series="wg-wsis").as_of(day("2006-04-30")).order_by("held_from")
    assert [m.number for m in held] == list(range(1, 10))
    assert (held.first().held_from, held.last().held_to) == ("2002-09-21", "2006-02-03")


@pytest.mark.parametrize(
    "on, made_in",
    [
        ("2004-03-01", {"pp-dec-8-2002", "pp-res-113-2002"}),
        ("2005-12-01", {"pp-dec-8-2002", "pp-res-113-2002", "council-res-1244"}),
        ("2006-05-01", {"pp-dec-8-2002", "pp-res-113-2002", "council-res-1244", "wg-wsis-report-2002-2006"}),
    ],
)
def test_the_terms_of_reference_of_the_group_on_a_day(on, made_in):
    group = Organisation.objects.get(slug="wg-wsis")
    in_force = Mandate.objects.published().as_of(day(on)).addressed_to(group)
    assert set(in_force.values_list("made_in__document__slug", flat=True)) == made_in
    assert not in_force.filter(modality="proposed").exists()


def test_the_updated_terms_of_reference_are_shown_and_never_in_force():
    group = Organisation.objects.get(slug="wg-wsis")
    proposed = Mandate.objects.published().addressed_to(group).proposed_by(day("2006-05-01"))
    assert {m.made_in.label for m in proposed} >= {"tor-1", "tor-2"}


def test_eleven_action_lines_and_the_eight_sublines_of_c7():
    lines = ActionLine.objects.published()
    assert lines.filter(parent=None).count() == 11
    assert list(lines.filter(parent__slug="c7").values_list("slug", flat=True)) == [
        f"c7-e-{name}" for name in ["government", "business", "learning", "health", "employment", "environment", "agriculture", "science"]
    ]


def test_the_chain_of_the_groups_resolutions_is_amended_in_the_printed_order():
    amended = {
        r.document.slug: r.target.slug
        for r in Document.objects.get(slug="council-res-1196").related_from.model.objects.filter(
            kind="amends", document__slug__startswith="council-res-12"
        )
    }
    assert amended == {
        "council-res-1214": "council-res-1196",
        "council-res-1222": "council-res-1214",
        "council-res-1244": "council-res-1222",
    }


@pytest.mark.parametrize(
    "address",
    [
        "documents/council-res-1282-2007", "documents/pp-res-130-2006", "documents/pp-res-139-2006", "documents/wtdc-res-30-2022",
        "mentions/itu-tunis-agenda-para-98", "relations/council-res-1332-2011-supersedes-council-res-1282-2008",
        "organisations/south-africa", "roles/unesco-c3-public-facts-a3-2006",
    ],
)  # fmt: skip
def test_what_nothing_confirms_is_kept_as_a_draft(address, client):
    """The rows that the notes on the domain mark [unverified]."""
    collection, slug = address.split("/")
    assert searched()[collection].objects.get(slug=slug).visibility == "draft"
    assert client.get(f"/api/v1/{address}/", headers={"host": "localhost"}).status_code == 404
