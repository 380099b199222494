"""What followed of the mentions of organisations in documents, by the rule of `MentionQuerySet.leads_to`."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Case, CharField, Count, IntegerField, Value, When

from action_lines.models import Role
from mandates.models import Figure, Mandate, Mention
from mandates.models.mandates import ORIGINS, followed
from meetings.models import Task

from .discrepancies import MENTIONS_COUNTED

#: What follows.
KINDS = {"mandates": Mandate, "tasks": Task, "roles": Role}


@dataclass
class Mentioned:
    """A mention, and the records of each kind that followed of it."""

    mention: Mention
    mandates: list = field(default_factory=list)
    tasks: list = field(default_factory=list)
    roles: list = field(default_factory=list)


@dataclass
class Text:
    """Of how many of the mentions in some texts something of each kind followed, and of how many nothing."""

    label: str
    mentions: int = 0
    mandates: int = 0
    tasks: int = 0
    roles: int = 0
    nothing: int = 0


@dataclass(frozen=True)
class Mentions:
    """The mentions of a query with what had followed of each by a day, read a slice at a time."""

    mentions: object
    day: object

    def count(self):
        return self.mentions.count()

    def __getitem__(self, page):
        return with_what_followed(self.mentions[page], self.day)


def with_what_followed(mentions, day):
    """Some mentions, each with what had followed of it by `day`; four queries beside theirs."""
    found = [Mentioned(mention) for mention in mentions]
    keys = rows_behind({row.mention.provision_id for row in found}, day)
    for kind in ORIGINS:
        records = KINDS[kind].objects.select_related(*KINDS[kind].named_through).in_bulk({key for _provision, key in keys[kind]})
        of_provision = defaultdict(list)
        for provision, key in sorted(keys[kind]):
            of_provision[provision].append(records[key])
        for row in found:
            setattr(row, kind, [record for record in of_provision[row.mention.provision_id] if concerns(record, row.mention)])
    return found


def concerns(record, mention):
    """Whether what follows of a provision follows of its mention of an organisation: roles do that are given to it."""
    return not isinstance(record, Role) or record.organisation_id == mention.organisation_id


def rows_behind(provisions, day):
    """What followed of provisions by `day`: `{kind: {(key of the provision, key of the record)}}`; one UNION."""
    first, *others = [
        followed(kind, day)
        .order_by()
        .filter(**{f"{link}__in": provisions})
        .annotate(kind_name=Value(kind, output_field=CharField()))
        .values_list("kind_name", link, "pk")
        for kind, links in ORIGINS.items()
        for link in links
    ]
    found = defaultdict(set)
    for kind, provision, key in first.union(*others):
        found[kind].add((provision, key))
    return found


def texts(day):
    """What followed by `day` of the mentions of ITU in each of the texts whose mentions the sources count; one query."""
    counted = {kind: Text(kind.label) for kind in MENTIONS_COUNTED}
    mentions = Mention.objects.published().as_of(day).filter(certainty=Mention.Certainty.SPECIFIC, organisation__slug="itu")
    text = Case(*(When(where, then=Value(kind)) for kind, where in MENTIONS_COUNTED.items()), output_field=CharField())
    led = {kind: Case(When(Mention.objects.leads_to(kind, day), then=1), default=0, output_field=IntegerField()) for kind in ORIGINS}
    of_texts = mentions.order_by().annotate(text=text, **led).exclude(text=None)
    for kind, *flags, number in of_texts.values_list("text", *ORIGINS).annotate(number=Count("pk")):
        found = counted[Figure.Counts(kind)]
        found.mentions += number
        found.nothing += 0 if any(flags) else number
        for name, flag in zip(ORIGINS, flags, strict=True):
            setattr(found, name, getattr(found, name) + flag * number)
    return list(counted.values())
