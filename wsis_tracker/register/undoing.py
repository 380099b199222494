"""Taking back what an act wrote: what it made, changed and deleted goes back to what it was before, all or nothing, as a new act."""

from collections import defaultdict
from itertools import islice

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from .changes import act, current_change
from .indexes import LATEST_FIRST
from .recorded import tracked
from .records import Part, Record, fill_search, names_of_links
from .refusing import NAMED, refuse
from .traces import family, rows_of, traces, written

#: How many rows are in memory at once.
AT_ONCE = 500
#: What a record's own saving fills in.
FILLED = {"id", "created_at", "updated_at"}


def undo(change, *, by, reason):
    """Bring all that an act wrote back to what it was before the act; returns how many records and parts these are.

    Raises ValidationError, with the records named, where something of it was changed since, is named by others now, or names
    what is gone; where the rules of the records refuse it, it is undone already, or wrote what is kept for good.
    """
    check_reason(reason)
    if change.undone_by.exists():
        raise ValidationError(_("The act is undone already."))
    refuse(_("What is kept for good cannot be undone: %s."), kept_for_good(change))
    with act(by=by, reason=reason) as undoing:
        undoing.undoes = change
        undoing.save(update_fields=["undoes"])
        found = written(change)
        if not found:
            raise ValidationError(_("The act left nothing that could be undone."))
        kept = {trace.model for trace in found if not may_write(by, trace.model)}
        refuse(_("Only administrators write these: %s."), [str(model._meta.verbose_name_plural) for model in kept])
        check_not_changed_since(found)
        take_back(found)
    return len(found)


def can_be_undone(change):
    """Whether an act has not been undone already, and wrote nothing that is kept for good; what else is asked when it is undone."""
    return not change.undone_by.exists() and not any(kept_for_good(change))


def kept_for_good(change):
    """The kinds of what an act wrote once and for all, beside records and their parts: an issued report."""
    for relation in change._meta.related_objects:
        model = relation.related_model
        if not issubclass(model, type(change)) and model.objects.filter(**{relation.field.name: change}).exists():
            yield str(model._meta.verbose_name)


def bring_back(model, key, *, by, reason):
    """Make a deleted record anew as it was, with the parts and the records within it that went with it; returns the record.

    Raises ValidationError where the rules of the records refuse it, and where it is there.
    """
    check_reason(reason)
    with act(by=by, reason=reason):
        end = model.history.filter(id=key).order_by("-history_id").first()
        if end is None or end.history_type != "-":
            raise ValidationError(_("The record is there: it need not be brought back."))
        gone = [trace for trace in what_went(model, end) if may_write(by, trace.model)]
        check_not_changed_since(gone)
        take_back(gone)
    return model.objects.get(pk=key)


def what_went(model, end):
    """What went with a deleted record, by the last row of its history: itself, its parts and the records within it."""
    found = (traces(of, rows_of(of, about).filter(change=end.change_id)) for of, about in family(model, [end.id]))
    return [trace for of_model in found for trace in of_model if not trace.after]


def check_reason(reason):
    if not reason.strip():
        raise ValidationError(_("Say why."))


def may_write(user, model):
    """Whether somebody has the permission that a kind of parts may need of its own; a command has."""
    needed = issubclass(model, Part) and model.kept_by
    return not needed or user is None or user.has_perm(needed)


def check_not_changed_since(found):
    """Refuse where something was written after the act."""
    since = []
    for model, of_model in by_model(found):
        for chunk in chunks(of_model):
            last = {trace.key: trace.last for trace in chunk}
            list(model._base_manager.filter(pk__in=last).select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
            ends = model.history.model.objects.filter(id__in=last).order_by().values("id").annotate(end=Max("history_id"))
            keys = {row["id"] for row in ends if row["end"] != last[row["id"]]}
            since += [trace for trace in chunk if trace.key in keys]
    refuse(_("Changed since: %s."), named(since))


class Named(Exception):
    """What was to be deleted is named: by rows of these models, each with their keys."""


def take_back(found):
    """Bring things back to their states before the act, or none and say why."""
    try:
        with transaction.atomic():
            restore(found)
    except Named as error:  # now that all is there again, it has its names
        rows = [row for model, keys in error.args[0] for row in model.objects.filter(pk__in=keys)]
        refuse(_("It is named since by: %s."), map(name_of, rows))


def restore(found):
    """Bring things back to their states before the act.

    What the act made goes first, so that its symbols and places are free; what it deleted comes back before the parts that it
    moved away. The rules are asked once all is as it was, for records that name each other hold only together.
    """
    made = [trace for trace in found if not trace.before]
    changed = [trace for trace in found if trace.before and trace.after]
    gone = [trace for trace in found if not trace.after]
    searched = {trace.record for trace in made + changed if issubclass(trace.model, Part) and trace.model.searched}
    for model, of_model in by_model(made):
        delete(model, of_model)
    for kind in (Record, Part):
        for model, of_model in by_model(trace for trace in changed if issubclass(trace.model, kind)):
            change_back(model, of_model)
        for model, of_model in by_model(trace for trace in gone if issubclass(trace.model, kind)):
            make_again(model, of_model)
    check_nothing_names(made)
    restored = changed + gone
    check_links(restored)
    check_rules(restored)
    for model, key in searched:
        fill_search(model.objects.filter(pk=key))


def by_model(found):
    """The traces of each model, the models in the order in which all acts take them."""
    of_model = defaultdict(list)
    for trace in found:
        of_model[trace.model].append(trace)
    return [(model, of_model[model]) for model in tracked().values() if model in of_model]


def chunks(items):
    """The items in lists that fit into memory and into one question."""
    items = iter(items)
    while chunk := list(islice(items, AT_ONCE)):
        yield chunk


def delete(model, made):
    """Delete what the act made. What else names it is looked for afterwards: what is of the same act may name it until all is done."""
    change = current_change()
    for chunk in chunks(sorted(made, key=lambda trace: trace.key)):
        rows = list(model.history.model.objects.filter(pk__in=[trace.last for trace in chunk]).order_by("pk"))
        keys = [trace.key for trace in chunk]
        model._base_manager.filter(pk__in=keys)._raw_delete(DEFAULT_DB_ALIAS)
        for row in rows:
            row.pk, row._state.adding, row.history_type, row.history_date = None, True, "-", timezone.now()
            row.change, row.history_user, row.history_change_reason = change, change.by, change.reason
        model.history.model.objects.bulk_create(rows)
        change.written.update((model, key) for key in keys)


def change_back(model, changed):
    """Take the steps of the act back one by one, the last first, so that no two ever claim one place on the way."""
    keys = {trace.key for trace in changed}
    history = model.history.model.objects
    before = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by(LATEST_FIRST)
    rows = history.filter(change=changed[0].change).annotate(previous=Subquery(before.values("history_id")[:1]))
    steps = [(key, previous) for key, previous in rows.order_by("-history_id").values_list("id", "previous") if key in keys]
    for chunk in chunks(steps):
        states = history.in_bulk([previous for _key, previous in chunk])
        there = model.objects.order_by().in_bulk({key for key, _previous in chunk})
        for key, previous in chunk:
            if states[previous].history_type != "-":
                say_again(there[key], states[previous])


def make_again(model, gone):
    """Make what the act deleted anew under the keys that it had."""
    for chunk in chunks(gone):
        states = model.history.model.objects.in_bulk([trace.before for trace in chunk])
        for trace in chunk:
            say_again(model(id=trace.key), states[trace.before], force_insert=True)


def say_again(row, state, **how):
    """Give a record or a part all that it said in a row of its history, and write it."""
    told = {field.attname for field in state._meta.concrete_fields}
    for field in row._meta.concrete_fields:
        if field.attname in told and field.name not in FILLED:
            setattr(row, field.attname, getattr(state, field.attname))
    if isinstance(row, Record) and not row._state.adding:
        row.check_stays_in_place()
    try:
        with transaction.atomic():
            row.save(**how)
    except IntegrityError as error:
        raise ValidationError(_("%(record)s: %(reason)s") % {"record": label_of(row), "reason": why_not(row)}) from error


def why_not(row):
    """What the rules say of a row that the database refuses."""
    if row._state.adding:
        row.pk = None  # it would look for itself among the records
    try:
        row.full_clean()
    except ValidationError as error:
        return " ".join(error.messages)
    except ObjectDoesNotExist:
        pass  # it names what is gone
    return _("the database holds what cannot be beside it.")


def check_nothing_names(made):
    """Raise Named where what is deleted again is named by what others have written."""
    pointing = []
    for model, of_model in by_model(made):
        for related, field in pointers(model):
            for chunk in chunks(of_model):
                rows = related.objects.filter(**{f"{field}__in": [trace.key for trace in chunk]}).order_by("pk")
                if keys := list(rows.values_list("pk", flat=True)[: NAMED + 1]):
                    pointing.append((related, keys))
    if pointing:
        raise Named(pointing)


def pointers(model):
    """The kinds of records and parts that name records of a model, each with the field that does."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and relation.is_relation and relation.related_model in tracked().values():
            yield relation.related_model, relation.field.name


def check_links(restored):
    """Refuse where what is brought back names a record that is gone."""
    broken = []
    for model, of_model in by_model(restored):
        for field in model._meta.concrete_fields:
            if field.is_relation:
                for chunk in chunks(of_model):
                    rows = model._base_manager.filter(pk__in=[trace.key for trace in chunk], **{f"{field.name}__isnull": False})
                    there = field.related_model._base_manager.filter(pk=OuterRef(field.attname)).values("pk")
                    lost = rows.order_by("pk").alias(there=Subquery(there)).filter(there=None)
                    broken += [f"{label_of(row)} ({field.verbose_name})" for row in lost[: NAMED + 1]]
    refuse(_("What these name is gone: %s."), broken)


def check_rules(restored):
    """Ask every record and part that is brought back for its own rules; the database itself sees to the rest."""
    problems = []
    for model, of_model in by_model(restored):
        for chunk in chunks(of_model):
            for row in model.objects.filter(pk__in=[trace.key for trace in chunk]).select_related(*names_of_links(model)):
                try:
                    row.clean()
                except ValidationError as error:
                    problems.append(f"{name_of(row)}: {' '.join(error.messages)}")
            if len(problems) > NAMED:
                break
    refuse("%s", problems)


def named(found):
    """The names of the records that traces are about, each once; of more than a person reads only as many."""
    keys = defaultdict(list)
    for model, key in dict.fromkeys(trace.record for trace in found):
        keys[model].append(key)
    for model, of_model in keys.items():
        there = model.objects.order_by().in_bulk(of_model[:NAMED])
        gone = [key for key in of_model[:NAMED] if key not in there]
        slugs = dict(model.history.filter(id__in=gone).order_by("history_id").values_list("id", "slug"))
        yield from (str(there[key]) if key in there else slugs[key] for key in of_model[:NAMED])
        yield from (f"{model._meta.verbose_name} {key}" for key in of_model[NAMED:])


def name_of(row):
    """The name of a record, of a part with that of its record."""
    return f"{row.record} ({row._meta.verbose_name}: {row})" if isinstance(row, Part) else str(row)


def label_of(row):
    """What can be said of a row whose links may lead nowhere."""
    return f"{row._meta.verbose_name} {getattr(row, 'slug', row.pk)}"
