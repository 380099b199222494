"""How documents bear on one another, and the chains in which they change one another."""

from collections import defaultdict
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connections, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mandates import symbols
from mandates.sources import Source
from wsis_tracker.register.questions import RecordManager
from wsis_tracker.register.records import PeriodQuerySet, PeriodRecord, Visibility

from .documents import Certainty, Document, Provision

#: How many links the walk along a chain goes at most in each direction.
LONGEST_CHAIN = 30


class RelationKind(models.TextChoices):
    AMENDS = "amends", _("amends")
    REVISES = "revises", _("revises")
    SUPERSEDES = "supersedes", _("supersedes")
    CONTINUES = "continues", _("continues")
    IMPLEMENTS = "implements", _("implements")
    CITES = "cites", _("cites")
    ADDS_TO = "adds-to", _("adds to")
    CORRECTS = "corrects", _("corrects")
    REPRODUCES = "reproduces", _("reproduces")
    TAKEN_UP_IN = "taken-up-in", _("is taken up in")


#: What each kind of relation is called where one looks from the other document.
CONVERSE = {
    RelationKind.AMENDS: _("amended by"),
    RelationKind.REVISES: _("revised by"),
    RelationKind.SUPERSEDES: _("superseded by"),
    RelationKind.CONTINUES: _("continued by"),
    RelationKind.IMPLEMENTS: _("implemented by"),
    RelationKind.CITES: _("cited by"),
    RelationKind.ADDS_TO: _("added to by"),
    RelationKind.CORRECTS: _("corrected by"),
    RelationKind.REPRODUCES: _("reproduced by"),
    RelationKind.TAKEN_UP_IN: _("takes up"),
}
CHAIN = [RelationKind.AMENDS, RelationKind.REVISES, RelationKind.CONTINUES]


class RelationQuerySet(PeriodQuerySet):
    def chained_to(self, document):
        """The links of the chain in which `document` stands: of each, the keys of the later document and of the earlier.

        Walks along these relations both ways, LONGEST_CHAIN links far; one query.
        """
        links = self.filter(kind__in=CHAIN, target__isnull=False).order_by()
        links = links.annotate(later=F("document"), earlier=F("target")).values_list("later", "earlier")
        sql, params = links.query.get_compiler(self.db).as_sql()
        with connections[self.db].cursor() as cursor:
            cursor.execute(WALK.format(links=sql), [document.pk, *params, LONGEST_CHAIN, LONGEST_CHAIN, *params])
            return cursor.fetchall()

    def waiting_for(self, document):
        """Those that know `document` by its symbol, or by an alias that is no guess, alone."""
        borne = Q(target_normalised__in=document.aliases.filter(certainty=Certainty.PRINTED).order_by().values("normalised"))
        if document.normalised:
            borne |= Q(target_normalised=document.normalised)
        return self.filter(borne, target=None).exclude(target_normalised="")


#: The documents to which links lead from step to step, each once a step, so that a circle ends; then the links at them.
#: The links are no CTE of their own, for SQLite reads one in full that is used twice.
WALK = """
    WITH RECURSIVE walk (here, steps) AS (
        SELECT CAST(%s AS bigint), 0
        UNION
        SELECT CASE WHEN link.later = walk.here THEN link.earlier ELSE link.later END, walk.steps + 1
        FROM walk JOIN ({links}) AS link ON link.later = walk.here OR link.earlier = walk.here
        WHERE walk.steps < %s
    )
    SELECT DISTINCT link.later, link.earlier
    FROM (SELECT DISTINCT here FROM walk WHERE steps < %s) AS reached
    JOIN ({links}) AS link ON link.later = reached.here OR link.earlier = reached.here
    ORDER BY link.later, link.earlier
"""


class Relation(PeriodRecord):
    """How a document, or one of its provisions, bears on another document; the other may not be in the register yet."""

    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("document"), related_name="relations")
    provision = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("its provision"), null=True, blank=True, related_name="relations"
    )
    kind = models.CharField(_("kind"), max_length=15, choices=RelationKind)
    target = models.ForeignKey(Document, models.PROTECT, verbose_name=_("to document"), null=True, blank=True, related_name="related_from")
    target_symbol = models.CharField(
        _("to symbol"), max_length=100, blank=True, help_text=_("Of a document that is not in the register yet.")
    )
    target_normalised = models.CharField(_("normalised symbol"), max_length=100, blank=True, editable=False, db_index=True)
    target_provision = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("to its provision"), null=True, blank=True, related_name="related_from"
    )
    words = models.TextField(_("words"), blank=True)

    collection = "relations"
    named_through = ("document", "target")
    objects = RecordManager.from_queryset(RelationQuerySet)()

    class Meta(PeriodRecord.Meta):
        ordering = ["document__slug", "kind", "slug"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            *PeriodRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(target=None) & ~Q(target_symbol="") | Q(target__isnull=False, target_symbol=""),
                name="relation_has_one_target",
                violation_error_message=_("Name the other document, or its symbol where it is not in the register; not both."),
            ),
            models.CheckConstraint(
                condition=Q(target=None) | ~Q(target=F("document")) | Q(kind="cites"),
                name="relation_joins_two_documents",
                violation_error_message=_("A document cannot bear on itself."),
            ),
            models.UniqueConstraint(
                "document",
                Coalesce("provision", 0),
                "kind",
                Coalesce("target", 0),
                "target_symbol",
                Coalesce("target_provision", 0),
                name="relation_once",
                violation_error_message=_("This relation is in the register already."),
            ),
        ]

    def __str__(self):
        return f"{self.document} {self.get_kind_display()} {self.target or self.target_symbol}"

    def get_converse_display(self):
        """The word for its kind where one looks from the other document."""
        return CONVERSE[self.kind]

    def slug_words(self):
        return f"{self.document.slug} {self.kind} {self.target.slug if self.target else self.target_symbol}"

    def get_absolute_url(self):
        return f"{self.document.get_absolute_url()}#{self.slug}"

    def called(self):
        return [self.slug, self.target_symbol]

    def searchable(self):
        return [*self.called(), self.words]

    def clean(self):
        if self._state.adding and self.target is None and self.target_symbol and self.document_id:
            self.find_target()
        super().clean()
        if self.provision and self.provision.document_id != self.document_id:
            raise ValidationError({"provision": _("The provision belongs to another document.")})
        if self.target_provision and self.target_provision.document_id != self.target_id:
            raise ValidationError({"target_provision": _("The provision belongs to another document.")})

    def find_target(self):
        """Let a new relation lead to the document whose symbol it gives, where the register has it and it may be shown."""
        documents = Document.objects.published() if self.visibility == Visibility.PUBLISHED else Document.objects.all()
        if self.kind != RelationKind.CITES:
            documents = documents.exclude(pk=self.document_id)
        found = list(documents.known_as(self.target_symbol)[:2])
        if len(found) == 1:
            self.target, self.target_symbol = found[0], ""

    def join(self, document):
        """Lead to `document` instead of naming its symbol; False, and nothing is written, where a rule forbids it."""
        self.target, self.target_symbol = document, ""
        try:
            self.full_clean()
        except ValidationError:
            return False
        self.save()
        return True

    def save(self, *args, **kwargs):
        self.target_normalised = symbols.normalise(self.target_symbol)[:100]
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "target_normalised"}
        super().save(*args, **kwargs)


class RelationSource(Source):
    """Where a relation is stated; for *cites*, what a paragraph says of the document."""

    record = models.ForeignKey(Relation, models.CASCADE, related_name="sources")


class Chain(NamedTuple):
    """Documents in the order in which they change one another, and each link among them: the later document and the earlier."""

    documents: list
    links: list


def chain_of(document, day=None):
    """The published documents that a document amends, revises or continues, and that do so to it, from link to link.

    In the order of the links, where they leave it open by date; as of `day` where one is given. Two queries at any length.
    """
    relations, documents = Relation.objects.published(), Document.objects.published()
    if day:
        relations, documents = relations.as_of(day), documents.as_of(day)
    links = relations.chained_to(document)
    if not links:
        return Chain([], [])
    there = documents.in_bulk({key for link in links for key in link})
    links = [(there[later], there[earlier]) for later, earlier in links if later in there and earlier in there]
    return Chain(in_order(there.values(), links), links)


def in_order(documents, links):
    """`documents`, each after those that `links` name as earlier than it, then by date; in a circle by date alone."""
    earlier = defaultdict(set)
    for later, before in links:
        earlier[later].add(before)
    left = sorted(documents, key=lambda document: (document.dated_on or "9999", document.slug))
    ordered = []
    while left:
        waiting = set(left)
        document = next((d for d in left if not earlier[d] & waiting), left[0])
        ordered.append(document)
        left.remove(document)
    return ordered
