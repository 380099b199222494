"""Two records that are one: all that points to the one that goes comes to point to the one kept, which bears the names of both."""

from collections import defaultdict
from functools import partial
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal
from .records import Part


class FormerSlugManager(models.Manager):
    def leads_to(self, model, slug):
        """The slug under which what was called `slug` is found now, or None; through as many merges as there were."""
        seen = set()
        kind = ContentType.objects.get_for_model(model)
        while slug not in seen:
            seen.add(slug)
            now = self.filter(kind=kind, slug=slug).values_list("now", flat=True).first()
            if now is None:
                return slug if len(seen) > 1 else None
            slug = now
        return None

    def keep(self, gone, kept):
        """Let the slug of a record that goes lead to the one kept."""
        kind = ContentType.objects.get_for_model(kept)
        self.update_or_create(kind=kind, slug=gone.slug, defaults={"now": kept.slug})


class FormerSlug(models.Model):
    """The slug of a record that was merged into another; it is asked for only where no record bears it."""

    kind = models.ForeignKey(ContentType, models.PROTECT, verbose_name=_("kind of record"), related_name="+")
    slug = models.SlugField(_("slug"), max_length=200)
    now = models.SlugField(_("leads to"), max_length=200)

    objects = FormerSlugManager()

    class Meta:
        verbose_name = _("former slug")
        verbose_name_plural = _("former slugs")
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="formerslug_once")]

    def __str__(self):
        return f"{self.slug} → {self.now}"


class Pointing(NamedTuple):
    """What points to a record by one field: the model, the field, and how many rows."""

    model: type
    field: models.Field
    count: int

    @property
    def name(self):
        """What such rows are called."""
        return self.model._meta.verbose_name_plural


def pointing(record):
    """What points to a record, its own parts among it, kind by kind; kinds of which there are none are left out."""
    for relation in record._meta.related_objects:
        count = relation.related_model._base_manager.filter(**{relation.field.name: record}).count()
        if count:
            yield Pointing(relation.related_model, relation.field, count)


def differing(kept, gone):
    """The fields in which two records say different things."""
    return [f for f in kept.stating_fields() if getattr(kept, f.attname) != getattr(gone, f.attname)]


@transaction.atomic
def merge(kept, gone, taken=(), *, within=None):
    """Let `kept` stand for both, with the values of `gone` in the fields that `taken` names; `gone` is deleted. Inside an act.

    A part that says what another says already is dropped. Returns how many rows were moved and dropped. Raises ValidationError, and
    nothing is changed, with what stands in the way: facts of which there would be two, links of a record to itself, rules of the records.
    `within` is the merge of the wholes to which the two belong: what has been moved is checked when that is done.
    """
    model = type(kept)
    if model is not type(gone) or kept.pk == gone.pk:
        raise ValidationError(_("Two different records of one kind are merged."))
    locked = model.objects.lock().in_bulk([kept.pk, gone.pk])
    if len(locked) < 2:
        raise ValidationError(_("One of the two is no longer in the register."))
    kept, gone = locked[kept.pk], locked[gone.pk]
    if Proposal.objects.filter(kind=ContentType.objects.get_for_model(model), slug=gone.slug, state=Proposal.State.WAITING).exists():
        raise ValidationError(_("A proposal to change “%s” waits for a reviewer: decide on it first.") % gone)
    names = [*kept.own_names(), *gone.own_names()]
    done = within or Moved()
    kept.take_parts_of(gone, partial(merge, within=done))
    for relation in model._meta.related_objects:
        for row in relation.related_model._base_manager.filter(**{relation.field.name: gone}).order_by("pk"):
            done.move(row, relation.field, kept, gone)
    done.refuse()
    values = {name: getattr(gone, model._meta.get_field(name).attname) for name in taken}
    key_gone = gone.pk
    gone.delete()
    FormerSlug.objects.keep(gone, kept)
    kept = model.objects.get(pk=kept.pk)  # what pointed to `gone` may have been itself
    for name, value in values.items():
        field = model._meta.get_field(name)
        leads_here = field.is_relation and field.related_model is model and value in (kept.pk, key_gone)
        setattr(kept, field.attname, None if leads_here else value)
    kept.full_clean()
    kept.save()
    kept.bear(names)
    kept.settle()
    if within is None:
        done.check()
    return done


class Moved:
    """What a merge has moved and dropped, and what stands in its way."""

    def __init__(self):
        self.rows, self.dropped, self.problems = defaultdict(list), 0, []

    @property
    def count(self):
        return sum(map(len, self.rows.values()))

    def move(self, row, field, kept, gone):
        """Let a row point to `kept`; a part that is there already is dropped, a fact that is, is a problem."""
        if row == gone:
            return  # it goes with its links
        setattr(row, field.name, None if row == kept else kept)
        try:
            row.validate_unique()
            row.validate_constraints()
        except ValidationError as error:
            if isinstance(row, Part) and twins(row):
                stored(row).delete()
                self.dropped += 1
            else:
                self.problems.append(f"{type(row)._meta.verbose_name} “{row}”: {' '.join(error.messages)}")
            return
        if isinstance(row, Part) and field.name == "record":
            row = made_anew(row)
        else:
            row.save()
        self.rows[type(row)].append(row.pk)

    def refuse(self):
        if self.problems:
            raise ValidationError(self.problems)

    def check(self):
        """Refuse what the rules of the rows do not allow of them as they are now."""
        for model, keys in self.rows.items():
            for row in model._base_manager.filter(pk__in=keys):
                try:
                    row.clean()
                except ValidationError as error:
                    self.problems.append(f"{model._meta.verbose_name} “{row}”: {' '.join(error.messages)}")
        self.refuse()


def made_anew(part):
    """The part that has come to another record, under a key of its own, so that each record's history has what it gained and lost."""
    old = stored(part)
    part.pk, part._state.adding = None, True
    part.save()
    old.delete()
    return part


def stored(row):
    """The row as it is in the database: what is deleted is last known as part of the record that held it."""
    return type(row)._base_manager.get(pk=row.pk)


def twins(part):
    """Whether another part of its record is the same by a unique constraint of its kind."""
    for constraint in part._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            try:
                constraint.validate(type(part), part)
            except ValidationError:
                return True
    return False
