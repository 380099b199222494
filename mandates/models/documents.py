"""Documents and their paragraphs."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from mandates import symbols
from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.fields import IN_LARGE, PartialDateField, SlugsField, TranslatedField
from wsis_tracker.register.questions import RecordManager, RecordQuerySet
from wsis_tracker.register.records import (
    DatedQuerySet,
    DatedRecord,
    Part,
    Record,
    latest_day,
    texts_of,
    unknown_last,
)

from .organisations import Organisation, Phase


class DocumentKind(models.TextChoices):
    RESOLUTION = "resolution", _("resolution")
    DECISION = "decision", _("decision")
    BASIC_TEXT = "basic-text", _("basic text of the Union")
    OUTCOME = "outcome-document", _("outcome document of the Summit")
    REPORT = "report", _("report")
    CONTRIBUTION = "contribution", _("contribution")
    INFORMATION = "information-document", _("information document")
    LETTER = "letter", _("letter")
    PLAN = "plan", _("plan")
    PUBLICATION = "publication", _("publication")
    WEBSITE = "website", _("website")
    COMPILATION = "compilation", _("compilation")
    OTHER = "other", _("other document")


class Certainty(models.TextChoices):
    PRINTED = "printed", _("as printed")
    PROBABLE = "probable", _("probable")


class DocumentQuerySet(DatedQuerySet):
    def known_as(self, *printed):
        """The documents that bear one of `printed` as symbol, or as an alias that is no guess, in any spelling."""
        keys = [symbols.normalise(text) for text in printed]
        aliases = DocumentAlias.objects.filter(normalised__in=keys, certainty=Certainty.PRINTED).order_by().values("record")
        return self.filter(pk__in=Document.objects.filter(normalised__in=keys).order_by().values("pk").union(aliases))

    def alike(self, printed):
        """Those that may be meant by `printed` though they bear another symbol.

        They differ from it by a slip (a stroke left out, O for 0), are another version or part of what it names, or are
        only guessed to bear it.
        """
        key = symbols.normalise(printed)
        whole, bare = symbols.without_parts(key), symbols.bare(key)
        named = symbols.instrument(printed)
        alike = Q(normalised=whole) | Q(normalised__startswith=f"{whole}(") | Q(bare=bare) | Q(pk__in=DocumentAlias.bearing(key, bare))
        if named:
            meant = [named] if named.body else [replace(named, body=body) for body in symbols.BODIES]
            alike |= Q(pk__in=Document.objects.versions_of(meant).order_by().values("pk"))
        others = self.exclude(pk__in=self.known_as(printed).order_by().values("pk"))
        return others.alias(bare=bare_form("normalised")).filter(alike)

    def undrawn(self):
        """Keep those with a paragraph that nothing was drawn from yet."""
        return self.filter(Exists(Provision.objects.undrawn().order_by().filter(document=OuterRef("pk"))))

    def with_paragraphs(self):
        """Keep those of which paragraphs that say something have been read into the register."""
        return self.filter(Exists(Provision.objects.exclude(kind__in=SILENT).order_by().filter(document=OuterRef("pk"))))

    def versions_of(self, instruments):
        """The first versions and the revisions of the resolutions or decisions."""
        named = Q(normalised__in=[])
        for base in (f"{i.body} {i.kind} {i.number}" for i in instruments):
            named |= Q(normalised=base) | Q(normalised__startswith=f"{base} (REV")
        return self.filter(named)


def bare_form(field):
    """What `symbols.bare` makes of a normalised symbol, as an expression."""
    form = F(field)
    for sign, compared in symbols.EASILY_MISTYPED:
        form = Replace(form, Value(sign), Value(compared))
    return form


class Document(DatedRecord):
    """An official text: a resolution, an outcome document, a report, a contribution; each revision is a document of its own."""

    class Stage(models.TextChoices):
        ADOPTED = "adopted", _("adopted")
        ISSUED = "issued", _("issued")
        DRAFT = "draft", _("draft")

    symbol = models.CharField(_("symbol"), max_length=100, blank=True, help_text=_("As printed; never a guess."))
    normalised = models.CharField(_("normalised symbol"), max_length=100, null=True, editable=False, unique=True)
    title = TranslatedField(_("title"))
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, blank=True)
    body = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("body"),
        null=True,
        blank=True,
        related_name="documents",
        help_text=_("The body that adopted it, or to which it was addressed."),
    )
    phase = models.CharField(_("phase of the Summit"), max_length=10, choices=Phase, blank=True)
    place = models.CharField(_("place of adoption"), max_length=100, blank=True)
    covers_from = PartialDateField(_("covers from"), blank=True, help_text=_("First year or day of the period that it is about."))
    covers_to = PartialDateField(_("covers to"), blank=True, help_text=_("Last year or day of that period."))
    gist = models.TextField(_("gist"), blank=True, help_text=_("What it says, in our own words."))

    collection = "documents"
    objects = RecordManager.from_queryset(DocumentQuerySet)()

    class Meta(DatedRecord.Meta):
        ordering = [unknown_last("dated_on"), "slug"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            *DatedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(covers_to=None) | Q(covers_from=None) | Q(covers_from__lte=latest_day("covers_to")),
                name="document_covers_a_period",
                violation_error_message=_("The period that it covers ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(symbol="", normalised=None) | ~Q(symbol="") & Q(normalised__isnull=False),
                name="document_symbol_is_normalised",
            ),
        ]

    def __str__(self):
        return self.symbol or str(self.title)

    def get_absolute_url(self):
        return address("document", self.slug)

    def called(self):
        return [self.slug, self.symbol, self.normalised, *self.title.values(), *texts_of(self, "aliases", "text")]

    def searchable(self):
        return [*self.called(), self.gist, self.place]

    def own_names(self):
        return [self.symbol]

    def bear(self, names):
        for symbol in dict.fromkeys(filter(None, names)):
            if symbol != self.symbol and symbol not in texts_of(self, "aliases", "text"):
                DocumentAlias(record=self, text=symbol).save()

    def take_parts_of(self, gone, merge):
        """Paragraphs of one label are one; the others are made anew at the end, in their order, for a paragraph stays in its document."""
        held = {provision.label: provision for provision in self.provisions.all()}
        last = max((provision.position for provision in held.values()), default=0)
        others = list(gone.provisions.order_by("position").select_related("parent"))
        parents = []
        for provision in others:
            if provision.label not in held:
                last += 10
                held[provision.label] = anew = provision.made_anew(self, last)
                if provision.parent:
                    parents.append((anew, provision.parent.label))
        for provision in others:
            merge(held[provision.label], provision, [] if held[provision.label].gist else ["gist"])
        for anew, label in parents:
            anew.parent = held[label]
            anew.save()

    def clean(self):
        super().clean()
        if not self.symbol and not self.title:
            raise ValidationError({"title": _("A document has a symbol or a title.")})
        self.normalised = symbols.normalise(self.symbol) if self.symbol else None
        if self.symbol and self.changes("symbol"):
            check_normalised("symbol", self.normalised)
            same = Document.objects.known_as(self.symbol).exclude(pk=self.pk).first()
            if same:
                raise ValidationError(
                    {
                        "symbol": _("“%(symbol)s” is the symbol of a document in the register: %(document)s.")
                        % {"symbol": self.symbol, "document": same}
                    }
                )

    def save(self, *args, **kwargs):
        self.normalised = symbols.normalise(self.symbol) if self.symbol else None
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "normalised"}
        super().save(*args, **kwargs)
        if self.changes("symbol", "visibility"):
            self.join_relations()

    def join_relations(self):
        """Let the relations that know it by a symbol alone lead to it; returns those that now do.

        One that would break a rule stays as it is: a published one leads to no draft, and is joined when that is published.
        """
        waiting = self.relations.model.objects.waiting_for(self)
        return [relation for relation in waiting.select_related("document").order_by("pk") if relation.join(self)]


def check_normalised(field, normalised):
    """Refuse a symbol of which nothing is left, or more than was typed, when it is normalised."""
    if not normalised or len(normalised) > 100:
        raise ValidationError({field: _("A symbol is made of letters, digits and strokes.")})


class DocumentAlias(Part):
    """Another spelling of a document's symbol as printed somewhere, or a draft number that it bore."""

    record = models.ForeignKey(Document, models.CASCADE, verbose_name=_("document"), related_name="aliases")
    text = models.CharField(_("symbol as printed"), max_length=100)
    normalised = models.CharField(_("normalised symbol"), max_length=100, editable=False, db_index=True)
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty, default=Certainty.PRINTED)

    searched = True

    class Meta:
        ordering = ["text", "pk"]
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [models.UniqueConstraint(fields=["record", "text"], name="documentalias_once")]

    def __str__(self):
        return self.text

    def clean(self):
        super().clean()
        check_normalised("text", symbols.normalise(self.text))
        if self.certainty == Certainty.PRINTED:
            other = Document.objects.known_as(self.text).exclude(pk=self.record_id).first()
            if other:
                raise ValidationError(
                    {"text": _("“%(text)s” names another document: %(document)s.") % {"text": self.text, "document": other}}
                )

    def save(self, *args, **kwargs):
        self.normalised = symbols.normalise(self.text)
        super().save(*args, **kwargs)
        if self.certainty == Certainty.PRINTED:
            self.record.join_relations()

    @classmethod
    def bearing(cls, key, bare):
        """The keys of the documents with an alias, be it a guess, that is `key` or differs from it by a slip; as a query."""
        found = cls.objects.alias(bare=bare_form("normalised")).filter(Q(normalised=key) | Q(bare=bare))
        return found.order_by().values("record")


class DocumentAuthor(Part):
    """An organisation that a document is by."""

    record = models.ForeignKey(Document, models.CASCADE, verbose_name=_("document"), related_name="authors")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="authored")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="documentauthor_once")]

    def __str__(self):
        return str(self.organisation)


class DocumentLink(Part):
    """Where the official text can be read, per language."""

    record = models.ForeignKey(Document, models.CASCADE, verbose_name=_("document"), related_name="links")
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty where the page serves all."))
    url = models.URLField(_("address"), max_length=500)

    class Meta:
        ordering = ["language", "pk"]
        verbose_name = _("link to the text")
        verbose_name_plural = _("links to the text")
        constraints = [models.UniqueConstraint(fields=["record", "language", "url"], name="documentlink_once")]

    def __str__(self):
        return self.url


class ProvisionKind(models.TextChoices):
    WHOLE = "whole", _("the document as a whole")
    HEADING = "heading", _("heading")
    PARAGRAPH = "paragraph", _("paragraph")
    SUBPARAGRAPH = "sub-paragraph", _("sub-paragraph")
    BULLET = "bullet", _("bullet")
    CONTINUATION = "continuation", _("unnumbered continuation")
    FOOTNOTE = "footnote", _("footnote")
    ANNEX = "annex", _("annex")
    SECTION = "section", _("section")
    SIGNATURE = "signature", _("signature")


#: Parts of a document that say nothing of their own.
SILENT = {ProvisionKind.WHOLE, ProvisionKind.HEADING, ProvisionKind.SECTION, ProvisionKind.SIGNATURE}
#: The fields that lead from a record to the provision which makes it, beside its source rows.
MADE_IN = {"made_in", "provision", "answered_in"}


class ProvisionQuerySet(RecordQuerySet):
    def as_of(self, day):
        """A provision is there from the day of its document."""
        return self.filter(document__dated_on__lte=day)

    def undated(self):
        return self.filter(document__dated_on=None)

    def undrawn(self):
        """Keep what says something, and no record, published or not, names as its source or its making."""
        kept = self.exclude(kind__in=SILENT)
        for relation in Provision._meta.related_objects:
            model, field = relation.related_model, relation.field.name
            if issubclass(model, Source) or (issubclass(model, Record) and field in MADE_IN):
                kept = kept.filter(~Exists(model.objects.order_by().filter(**{field: OuterRef("pk")})))
        return kept


class Provision(Record):
    """A paragraph, or another part, of a document: what facts are read in."""

    document = models.ForeignKey(Document, models.CASCADE, verbose_name=_("document"), related_name="provisions")
    parent = models.ForeignKey("self", models.RESTRICT, verbose_name=_("part of"), null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(_("place in the document"), validators=[IN_LARGE])
    label = models.SlugField(_("label"), max_length=100, help_text=_("Its anchor on the document's page: para-16-bullet-2."))
    number = models.CharField(_("number as printed"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=ProvisionKind, default=ProvisionKind.PARAGRAPH)
    gist = models.TextField(_("gist"), blank=True, help_text=_("What it says, in our own words."))
    fact_ids = SlugsField(_("fact ids"), help_text=_("Rows of the analysis that say something of the paragraph itself."))

    collection = "provisions"
    named_through = ("document",)
    visibility = None
    whole = "document"
    objects = RecordManager.from_queryset(ProvisionQuerySet)()

    class Meta(Record.Meta):
        ordering = ["document__slug", "position"]
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")
        constraints = [
            models.UniqueConstraint(fields=["document", "label"], name="provision_label_once"),
            models.UniqueConstraint(fields=["document", "position"], name="provision_position_once"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="provision_is_not_its_own_parent",
                violation_error_message=_("A provision is no part of itself."),
            ),
        ]

    def __str__(self):
        return f"{self.document}, {self.place}"

    @property
    def place(self):
        """Where it stands in its document: para 16 bullet 2."""
        return self.label.replace("-", " ")

    def slug_words(self):
        return f"{self.document.slug} {self.label}"

    def get_absolute_url(self):
        return f"{self.document.get_absolute_url()}#{self.label}"

    def called(self):
        return [self.slug, self.number]

    def searchable(self):
        return [*self.called(), self.gist]

    def made_anew(self, document, position):
        """Another that says the same in `document`, part of nothing yet."""
        said = {field.name: getattr(self, field.attname) for field in self.stating_fields() if field.name not in ("parent", "position")}
        provision = Provision(document=document, position=position, **said)
        provision.save()
        return provision

    def clean(self):
        super().clean()
        if self.parent and self.parent.document_id != self.document_id:
            raise ValidationError({"parent": _("The provision belongs to another document.")})
