"""Where sources disagree, computed from the register: roles, variants and figures.

Rules (ARCHITECTURE.md, "Discrepancies"): voices are the claims in force on the day that restate no other; of each claimant
the latest counts; claims of differing *level* on one organisation and line are a discrepancy, differing words are not. A
source row that gives another value than its record is one, and so is a figure that differs from the count of records.
Each stays open until a ruling weighs exactly the voices in force.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.apps import apps
from django.db.models import Value

from action_lines.models import ActionLine, Role
from mandates.models import Figure, Mention, Organisation, Phase, Provision
from mandates.sources import Source
from meetings.models import Meeting
from wsis_tracker.register import dates
from wsis_tracker.register.records import Record

from .models import Ruling

ROLES, VARIANT, FIGURE = "roles", "variant", "figure"
OPEN, RULED = "open", "ruled"


@dataclass(frozen=True)
class Voice:
    """What one source says: a claim, the record's own value, the value printed elsewhere, or a count."""

    key: str
    value: str
    record: Record | None = None
    claimant: Organisation | None = None
    words: str = ""
    level: str = ""
    source: Provision | None = None
    earlier: tuple["Voice", ...] = ()


@dataclass(frozen=True)
class Discrepancy:
    """Voices that differ about one subject on a day, with the ruling on them if there is one."""

    key: str
    kind: str
    subject: Record
    voices: tuple[Voice, ...]
    field_name: str = ""
    organisation: Organisation | None = None
    action_line: ActionLine | None = None
    ruling: Ruling | None = None

    @property
    def state(self):
        return OPEN if self.is_open else RULED

    @property
    def is_open(self):
        """Whether no ruling stands, or the one that does weighed other voices."""
        return self.ruling is None or self.ruling.is_outdated(voice.key for voice in self.voices)


def discrepancies(day, *, organisation=None, action_line=None):
    """Every discrepancy of the published register as of `day`, by kind and key.

    `organisation` and `action_line` narrow it to the roles of one or some of them (a record or several); variants and
    figures concern no role and are then left out.
    """
    found = list(role_discrepancies(day, organisation, action_line))
    if organisation is None and action_line is None:
        found += [*variants(day), *figures(day)]
    return with_rulings(found, day)


def role_discrepancies(day, organisation=None, action_line=None):
    """Organisations and lines on which the latest claims of several claimants differ in level."""
    roles = Role.objects.published().as_of(day).voices()
    if organisation is not None:
        roles = roles.filter(organisation__in=as_list(organisation))
    if action_line is not None:
        roles = roles.filter(action_line__in=as_list(action_line))
    claims = defaultdict(lambda: defaultdict(list))
    for role in roles.select_related("organisation", "action_line", "claimant", "made_in__document").order_by("valid_from", "pk"):
        claims[role.organisation, role.action_line][role.claimant].append(role)
    for (organisation_of, line), by_claimant in sorted(claims.items(), key=lambda item: subject_key(*item[0])):
        voices = tuple(claim(latest, earlier) for *earlier, latest in by_claimant.values())
        if len({voice.level for voice in voices}) > 1:
            key = f"role-{organisation_of.slug}-{line.slug if line else 'implementation'}"
            yield Discrepancy(key, ROLES, voices[0].record, voices, organisation=organisation_of, action_line=line)


def as_list(record_or_several):
    return [record_or_several] if isinstance(record_or_several, Record) else record_or_several


def subject_key(organisation, line):
    return organisation.slug, line.position if line else 0


def claim(role, earlier=()):
    """A role as a voice, with the claimant's earlier claims that were not withdrawn under it."""
    return Voice(role.slug, role.kind, role, role.claimant, role.words, role.level, role.made_in, tuple(claim(older) for older in earlier))


def source_models():
    """Every table of source rows."""
    return [model for model in apps.get_models() if issubclass(model, Source)]


def varying(day):
    """The keys of the source rows that give another value than their record, by their table; one UNION over all tables."""
    models, provisions = source_models(), Provision.objects.published().as_of(day).order_by().values("pk")
    first, *others = [
        model.objects.of_published(day).exclude(field="").filter(provision__in=provisions)
        .order_by().annotate(place=Value(place)).values_list("place", "pk")
        for place, model in enumerate(models)
    ]  # fmt: skip
    found = defaultdict(list)
    for place, key in first.union(*others, all=True):
        found[models[place]].append(key)
    return found


def variants(day):
    """Records for which a paragraph gives another value than they do."""
    by_subject = defaultdict(list)
    for model, keys in varying(day).items():
        named = [f"record__{lookup}" for lookup in model._meta.get_field("record").related_model.named_through]
        for row in model.objects.filter(pk__in=keys).select_related("record", "provision__document", *named):
            by_subject[row.record, row.field].append(row)
    for (record, name), rows in sorted(by_subject.items(), key=lambda item: (item[0][0].slug, item[0][1])):
        key = f"variant-{record.collection}-{record.slug}-{name}"
        own = Voice("record", shown(record, name), record)
        printed = (Voice(row.provision.slug, row.value, record, words=row.words, source=row.provision) for row in rows)
        yield Discrepancy(key, VARIANT, record, (own, *printed), field_name=name)


def shown(record, name):
    """The value of a record's field as its reader sees it."""
    display = getattr(record, f"get_{name}_display", None)
    return str(display() if display else getattr(record, name) or "")


def counted():
    """By `Figure.Counts`, the days from which each of the records counted by a figure is there."""
    mentions = Mention.objects.published().filter(certainty=Mention.Certainty.SPECIFIC, organisation__slug="itu")
    days = {kind: [] for kind in Figure.Counts}
    for phase, slug, day in mentions.values_list("provision__document__phase", "provision__slug", "provision__document__dated_on"):
        if phase == Phase.GENEVA:
            days[Figure.Counts.MENTIONS_GENEVA].append(day)
        elif phase == Phase.TUNIS:
            annex = slug.startswith("tunis-agenda-annex")
            days[Figure.Counts.MENTIONS_ANNEX if annex else Figure.Counts.MENTIONS_TUNIS].append(day)
    days[Figure.Counts.MEETINGS] = Meeting.objects.published().filter(series="wg-wsis").known_from()
    return days


def figures(day):
    """Figures that state another number than the register counts as of the figure's own date."""
    stated = Figure.objects.published().as_of(day).exclude(counts="").prefetch_related("sources__provision__document")
    days = counted()
    for figure in stated.order_by("slug"):
        until = dates.latest(figure.dated_on).isoformat()
        held = sum(1 for first in days[figure.counts] if first and first <= until)
        if held != figure.value:
            source = next(iter(figure.sources.all()), None)
            voices = (
                Voice(figure.slug, f"{figure.value:.0f}", figure, source=source.provision if source else None),
                Voice("register", str(held)),
            )
            yield Discrepancy(f"figure-{figure.slug}", FIGURE, figure, voices)


def with_rulings(found, day):
    """The discrepancies, each with the latest ruling on its subject by `day`."""
    rulings = {}
    subjects = [discrepancy.key for discrepancy in found]
    for ruling in Ruling.objects.published().as_of(day).filter(subject__in=subjects).order_by("ruled_on", "pk"):
        rulings[ruling.subject] = ruling
    return [replace(discrepancy, ruling=rulings.get(discrepancy.key)) for discrepancy in found]
