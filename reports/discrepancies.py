"""Where sources disagree, computed from the register: roles, variants and figures.

Rules (ARCHITECTURE.md, "Discrepancies"): voices are the claims in force on the day that restate no other; of each claimant
the latest counts; claims of differing *level* on one organisation and line are a discrepancy, differing words are not. A
source row that gives another value than its record is one, and so is a figure that differs from the count of records.
Each stays open until a ruling weighs exactly the voices in force.

`differing` says which there are, and which are open, in four queries; `complete` reads what a page shows of some of them.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine, Role
from mandates.models import Figure, Mention, Organisation, Phase, Provision
from mandates.sources import Source, fetch_sources
from meetings.models import Meeting
from wsis_tracker.register.records import Record, latest_day, names_of_links

from .models import Ruling

ROLES, VARIANT, FIGURE = "roles", "variant", "figure"
OPEN, RULED = "open", "ruled"
#: What the keys of each kind begin with.
BEGINS = {ROLES: "role-", VARIANT: "variant-", FIGURE: "figure-"}


@dataclass(frozen=True)
class Voice:
    """What one source says: a claim, the record's own value, the value printed elsewhere, or a count."""

    key: str
    value: str = ""
    record: Record | None = None
    claimant: Organisation | None = None
    words: str = ""
    level: str = ""
    source: Provision | None = None
    earlier: tuple["Voice", ...] = ()


@dataclass(frozen=True)
class Discrepancy:
    """Voices that differ about one subject on a day, with the ruling on them if there is one.

    As `differing` finds it, it has its key and those of its voices, its action line, and `rows`: the tables and keys from which
    `complete` reads the rest.
    """

    key: str
    kind: str
    voices: tuple[Voice, ...]
    subject: Record | None = None
    field_name: str = ""
    organisation: Organisation | None = None
    action_line: ActionLine | None = None
    ruling: Ruling | None = None
    rows: tuple[tuple[type, int], ...] = ()

    @property
    def state(self):
        return OPEN if self.is_open else RULED

    @property
    def is_open(self):
        """Whether no ruling stands, or the one that does weighed other voices."""
        return self.ruling is None or self.ruling.is_outdated(voice.key for voice in self.voices)


@dataclass(frozen=True)
class Found:
    """Discrepancies by their keys, completed a slice at a time."""

    keys: list[Discrepancy]

    def count(self):
        return len(self.keys)

    def __getitem__(self, page):
        return complete(self.keys[page])

    def iterator(self, chunk):
        """All of them, `chunk` read at a time."""
        for start in range(0, len(self.keys), chunk):
            yield from self[start : start + chunk]


def discrepancies(day, **narrowed):
    """Every discrepancy of the published register as of `day` with all that is shown of it; narrowed as `differing` says."""
    return complete(differing(day, **narrowed))


def differing(day, *, key=None, kinds=None, organisation=None, action_line=None):
    """Which discrepancies there are as of `day`, kind by kind, each with the ruling on it and nothing more.

    `organisation` and `action_line` narrow it to the roles of one or some of them (a record or several); variants and
    figures concern no role and are then left out. What `kinds` or `key` exclude is not asked of the database.
    """
    finds = {ROLES: lambda: differing_roles(day, organisation, action_line)}
    if organisation is None and action_line is None:
        finds |= {VARIANT: lambda: variants(day), FIGURE: lambda: figures(day)}
    wanted = [kind for kind in finds if (kinds is None or kind in kinds) and (key is None or key.startswith(BEGINS[kind]))]
    return with_rulings([found for kind in wanted for found in finds[kind]() if key is None or found.key == key], day)


def check_weighed(subject, weighed, day):
    """Refuse to rule on what was no discrepancy on `day`, and to weigh what was not among its voices; ValidationError says which."""
    found = next(iter(differing(day, key=subject)), None)
    if found is None:
        raise ValidationError({"subject": _("There was no such discrepancy on that day.")})
    voices = [voice.key for voice in found.voices]
    if not set(weighed) <= set(voices):
        raise ValidationError({"weighed": _("The voices are: %s.") % ", ".join(voices)})


def complete(found):
    """The discrepancies with all that is shown of them: one query for each kind of record among them, and those for figures' sources."""
    whole = {}
    for kind, read in ((ROLES, whole_roles), (VARIANT, whole_variants), (FIGURE, whole_figures)):
        of_kind = [discrepancy for discrepancy in found if discrepancy.kind == kind]
        whole |= {discrepancy.key: discrepancy for discrepancy in (read(of_kind) if of_kind else [])}
    return [replace(whole[discrepancy.key], ruling=discrepancy.ruling) for discrepancy in found if discrepancy.key in whole]


def rows_behind(found):
    """The keys of the rows behind discrepancies, by their table."""
    keys = defaultdict(list)
    for discrepancy in found:
        for model, key in discrepancy.rows:
            keys[model].append(key)
    return keys


def with_rulings(found, day):
    """The discrepancies, each with the latest ruling on its subject by `day`."""
    found, rulings = list(found), {}
    subjects = [discrepancy.key for discrepancy in found]
    for ruling in Ruling.objects.published().as_of(day).filter(subject__in=subjects).order_by("ruled_on", "pk"):
        rulings[ruling.subject] = ruling
    return [replace(discrepancy, ruling=rulings.get(discrepancy.key)) for discrepancy in found]


def differing_roles(day, organisation=None, action_line=None):
    """The organisations and lines on which claims differ, by their keys."""
    roles = Role.objects.published().as_of(day).voices()
    if organisation is not None:
        roles = roles.filter(organisation__in=as_list(organisation))
    if action_line is not None:
        roles = roles.filter(action_line__in=as_list(action_line))
    subject = ("organisation__slug", "action_line__slug", "action_line__position", "action_line__parent")
    told = ("slug", "kind", "claimant", "restates", "valid_from", *subject)
    for key, by_claimant in contradictions(roles.contested().select_related("organisation", "action_line").only(*told)):
        voices = tuple(Voice(claims[-1].slug) for claims in by_claimant)
        rows = tuple((Role, role.pk) for claims in by_claimant for role in claims)
        yield Discrepancy(key, ROLES, voices, action_line=by_claimant[0][0].action_line, rows=rows)


def as_list(record_or_several):
    return [record_or_several] if isinstance(record_or_several, Record) else record_or_several


def whole_roles(found):
    roles = Role.objects.filter(pk__in=rows_behind(found)[Role])
    return role_discrepancies(roles.select_related("organisation", "action_line", "claimant", "made_in__document"))


def role_discrepancies(roles):
    """The discrepancies among `roles`, claims in force on one day that have been read with what they lead to; no query."""
    for key, by_claimant in contradictions(roles):
        voices = tuple(claim(latest, earlier) for *earlier, latest in by_claimant)
        role = voices[0].record
        yield Discrepancy(key, ROLES, voices, role, organisation=role.organisation, action_line=role.action_line)


def contradictions(roles):
    """The organisations and lines on which the latest claims of several claimants differ in level.

    Gives for each the key, and of each claimant the claims in the order of their beginnings. What only restates is no voice.
    """
    on_subject = defaultdict(lambda: defaultdict(list))
    for role in sorted(roles, key=lambda role: (role.valid_from, role.pk)):
        if role.restates_id is None:
            on_subject[role.organisation, role.action_line][role.claimant_id].append(role)
    for (organisation, line), by_claimant in sorted(on_subject.items(), key=lambda item: subject_key(*item[0])):
        if len({claims[-1].level for claims in by_claimant.values()}) > 1:
            yield f"role-{organisation.slug}-{line.slug if line else 'implementation'}", list(by_claimant.values())


def subject_key(organisation, line):
    return organisation.slug, line.position if line else 0


def claim(role, earlier=()):
    """A role as a voice, with the claimant's earlier claims that were not withdrawn under it."""
    return Voice(role.slug, role.kind, role, role.claimant, role.words, role.level, role.made_in, tuple(claim(older) for older in earlier))


def source_models():
    """Every table of source rows."""
    return [model for model in apps.get_models() if issubclass(model, Source)]


def variants(day):
    """The records for which a paragraph gives another value than they do, by their keys; one UNION over all tables of sources.

    Of each row it is asked whether its record and its paragraph were there: from lists of both SQLite would try every pair.
    """
    models = source_models()
    first, *others = [
        model.objects.exclude(field="").filter(there(model, "record", day), there(model, "provision", day))
        .order_by().annotate(place=Value(place)).values_list("place", "record__slug", "field", "pk", "provision__slug")
        for place, model in enumerate(models)
    ]  # fmt: skip
    by_subject = defaultdict(list)
    for place, slug, name, key, provision in first.union(*others, all=True):
        by_subject[slug, name, place].append((key, provision))
    for (slug, name, place), printed in sorted(by_subject.items()):
        collection = models[place]._meta.get_field("record").related_model.collection
        voices = (Voice("record"), *(Voice(provision) for _key, provision in sorted(printed)))
        rows = tuple((models[place], key) for key, _provision in sorted(printed))
        yield Discrepancy(f"variant-{collection}-{slug}-{name}", VARIANT, voices, field_name=name, rows=rows)


def there(model, link, day):
    """Whether what a row links to is published and was there on `day`."""
    return Exists(model._meta.get_field(link).related_model.objects.published().as_of(day).order_by().filter(pk=OuterRef(link)))


def whole_variants(found):
    names = {discrepancy.field_name for discrepancy in found}
    read = {model: varying(model, names).in_bulk(keys) for model, keys in rows_behind(found).items()}
    fetch_sources(row.record for rows in read.values() for row in rows.values() if isinstance(row.record, Figure))  # for its address
    for discrepancy in found:
        rows = [read[model][key] for model, key in discrepancy.rows if key in read[model]]
        if rows:
            record = rows[0].record
            own = Voice("record", shown(record, discrepancy.field_name), record)
            printed = (Voice(row.provision.slug, row.value, record, words=row.words, source=row.provision) for row in rows)
            yield replace(discrepancy, subject=record, voices=(own, *printed))


def varying(model, names):
    """The source rows of a table with their records, what those are named and addressed by, and what the fields `names` lead to."""
    record = model._meta.get_field("record").related_model
    links = [lookup for lookup in names_of_links(record) if lookup.partition("__")[0] in names]
    named = [f"record__{lookup}" for lookup in (*record.named_through, *links)]
    return model.objects.select_related("record", "provision__document", *named)


def shown(record, name):
    """The value of a record's field as its reader sees it."""
    display = getattr(record, f"get_{name}_display", None)
    return str(display() if display else getattr(record, name) or "")


def figures(day):
    """Figures that state another number than the register counts as of the figure's own date."""
    stated = Figure.objects.published().as_of(day).exclude(counts="")
    for figure in stated.annotate(until=latest_day("dated_on"), held=counted()).order_by("slug"):
        if figure.held != figure.value:
            voices = (Voice(figure.slug, f"{figure.value:.0f}", figure), Voice("register", str(figure.held)))
            yield Discrepancy(f"figure-{figure.slug}", FIGURE, voices, figure)


#: The mentions of ITU that a figure may count, by the texts in which they stand.
ANNEX = Q(provision__slug__startswith="tunis-agenda-annex")
MENTIONS_COUNTED = {
    Figure.Counts.MENTIONS_GENEVA: Q(provision__document__phase=Phase.GENEVA),
    Figure.Counts.MENTIONS_TUNIS: Q(provision__document__phase=Phase.TUNIS) & ~ANNEX,
    Figure.Counts.MENTIONS_ANNEX: Q(provision__document__phase=Phase.TUNIS) & ANNEX,
}


def counted():
    """How many of the records that a figure counts were there on its own date, annotated as `until`.

    The meetings take the date under the same name, for what `as_of` asks of their sources in turn.
    """
    until = OuterRef("until")
    mentions = Mention.objects.published().as_of(until).filter(certainty=Mention.Certainty.SPECIFIC, organisation__slug="itu")
    of_group = Meeting.objects.published().filter(series="wg-wsis")
    records = {kind: mentions.filter(where) for kind, where in MENTIONS_COUNTED.items()}
    records[Figure.Counts.MEETINGS] = of_group.alias(until=until).as_of(until)
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    cases = (When(counts=kind, then=Subquery(rows.order_by().values(counted=number))) for kind, rows in records.items())
    return Case(*cases, output_field=IntegerField())


def whole_figures(found):
    fetch_sources(discrepancy.subject for discrepancy in found)
    for discrepancy in found:
        stated, counted_here = discrepancy.voices
        source = next(iter(discrepancy.subject.sources.all()), None)
        yield replace(discrepancy, voices=(replace(stated, source=source.provision if source else None), counted_here))
