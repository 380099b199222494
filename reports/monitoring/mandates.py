"""What was asked and what came of it: mandates without a task, and provisions that name an organisation and led to nothing; one UNION."""

from django.db.models import CharField, Count, F, Value
from django.utils.translation import gettext_lazy as _

from mandates.models import Mandate, Mention
from mandates.models.mandates import Nature

from .indicators import Indicator

IN_FORCE = {Nature.NEW_TASK: _("new tasks in force"), Nature.EXISTING: _("existing mandates in force, recognised")}
IDLE = {Nature.NEW_TASK: _("new tasks in force without a task"), Nature.EXISTING: _("existing mandates in force without a task")}
#: The organisation whose mentions are looked at where no other is asked for.
NAMED = "itu"


def asked_and_done(scope, shown_day):
    """The indicators of mandates in force and of mentions on a day, within a scope; of mentions none where they cannot be told."""
    mandates = scope.within(Mandate).as_of(shown_day)
    idle = mandates.without_task(shown_day)
    mentions = mentions_in(scope).as_of(shown_day)
    numbers = counts(
        {
            "in-force": (mandates, F("nature")),
            "idle": (idle, F("nature")),
            "mentions": (mentions, Value("")),
            "unmandated": (mentions.without("mandates", shown_day), Value("")),
            "unfollowed": (mentions.without_follow_up(shown_day), Value("")),
        }
    )
    on = str(shown_day)
    day = ("as_of", on)
    for nature in Nature:
        for word, labels, more in [("in-force", IN_FORCE, []), ("idle", IDLE, [("without_task", "true")])]:
            asked = (("nature", nature.value), *more, day, *scope.parameters(Mandate))
            number = numbers.get((word, nature.value), 0)
            yield Indicator("mandates", f"{word}-{nature.value}", str(labels[nature]), on, number, "mandates", asked)
    if not scope.narrows(Mention):
        return
    whose = scope.parameters(Mention) or [("organisation", NAMED)]
    for word, label, more in [
        ("mentions", _("provisions that name it"), []),
        ("unmandated", _("provisions that name it and gave no mandate"), [("without_mandate", "true")]),
        (
            "unfollowed",
            _("provisions that name it and of which neither mandate nor task nor role followed"),
            [("without_follow_up", "true")],
        ),
    ]:
        asked = (*more, day, *whose)
        yield Indicator("mentions", word, str(label), on, numbers.get((word, ""), 0), "mentions", asked)


def mentions_in(scope):
    """The mentions of the organisations asked for, of ITU where none is."""
    mentions = scope.within(Mention)
    return mentions if scope.keys else mentions.filter(organisation__slug=NAMED)


def counts(kinds):
    """How many there are of each kind and word: `{(kind, word): number}` for `{kind: (records, word)}`; one UNION."""
    first, *others = [
        records.order_by()
        .annotate(kind=Value(kind, output_field=CharField()), word_of=word)
        .values_list("kind", "word_of")
        .annotate(number=Count("pk"))
        for kind, (records, word) in kinds.items()
    ]
    return {(kind, word): number for kind, word, number in first.union(*others, all=True)}
