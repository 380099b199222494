"""What is asked of every collection of records: who sees them, what was there on a day, what waits for review, what has these words."""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from . import rights, together
from .visibility import Visibility
from .words import fold


class RecordQuerySet(models.QuerySet):
    """Questions that every collection answers."""

    def published(self):
        """Keep what the public may see; a part is seen with its whole."""
        return self.filter(**{self.model.visibility_path(): Visibility.PUBLISHED})

    def edited_by(self, user):
        """Keep what a person edits for an organisation."""
        if self.model.edited_for is None:
            return self.none()
        return self.filter(**{f"{self.model.edited_for}__in": rights.organisations_of(user)}).naming_nothing_hidden_from(user)

    def seen_by(self, user):
        """Keep what a person, None for the public, may see: by a role all, else what is published and what is of the organisations
        for which the person edits.
        """
        if rights.sees_all(user, self.model):
            return self
        if not (rights.organisations_of(user) and (self.model.opened_to or self.model.edited_for)):
            return self.published()
        own = self.model.objects.opened_for(user).naming_nothing_hidden_from(user).order_by().values("pk")
        return self.filter(Q(**{self.model.visibility_path(): Visibility.PUBLISHED}) | Q(pk__in=own))

    def opened_for(self, user):
        """Keep what is of the organisations for which a person edits, or opened to them."""
        opened = self.model.opened_to or self.model.edited_for
        return self.filter(**{f"{opened}__in": rights.organisations_of(user)}) if opened else self.none()

    def naming_nothing_hidden_from(self, user):
        """Keep what a person can read whole: while it names a draft of others, a draft of his own is with the secretariat."""
        records = self
        for lookup, model in self.model.named_links():
            if not rights.sees_all(user, model):
                hidden = model.objects.exclude(pk__in=model.objects.seen_by(user).order_by().values("pk"))
                if lookup in (self.model.edited_for, self.model.opened_to):  # his own organisation, published or not
                    hidden = hidden.exclude(pk__in=rights.organisations_of(user))
                records = records.exclude(**{f"{lookup}__in": hidden.order_by().values("pk")})
        return records

    def as_of(self, day):
        """Keep what was there on `day`; a record without dates of its own always was."""
        return self

    def undated(self):
        """What `as_of` has to leave out because no date is known."""
        return self.none()

    def lock(self):
        """Let nobody else write the records until the end of the transaction; others may still come to name them."""
        return self.select_for_update(of=("self",), no_key=True)

    def show_as(self, visibility):
        """Bring every record to `visibility`, or none; records that point at each other are moved together.

        Raises ValidationError with what stands in the way, record by record.
        """
        return together.show(self, visibility)

    def awaiting(self, user):
        """Keep what is in review and was brought there, or changed there, by others: what a person may have to publish."""
        return self.filter(visibility=Visibility.IN_REVIEW).filter(~self._touched_in_review(user))

    def handed_in_by(self, user):
        """Keep what is in review and was brought there, or changed there, by a person."""
        return self.filter(visibility=Visibility.IN_REVIEW).filter(self._touched_in_review(user))

    def _touched_in_review(self, user):
        history = self.model.history.model.objects.order_by()
        later = history.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id")).exclude(visibility=Visibility.IN_REVIEW)
        own = history.filter(id=OuterRef("pk"), history_user=user, visibility=Visibility.IN_REVIEW)
        return Exists(own.filter(~Exists(later)))

    def sourceless(self):
        """Keep what no paragraph is named for yet."""
        source = self.model._meta.get_field("sources").related_model
        return self.filter(~Exists(source.objects.filter(record=OuterRef("pk"))))

    def search(self, text):
        """Keep the records that have every word of `text`: whole words, case and accents folded, no stemming."""
        return self.filter(search__has_words=text) if fold(text) else self.none()

    def in_tiers(self, text):
        """With `tier` 0 where every word of `text` stands in the record's name, else 1."""
        return self.annotate(tier=Case(When(search__names=text, then=Value(0)), default=Value(1)))


class RecordManager(models.Manager.from_queryset(RecordQuerySet)):
    """Records without their search words, which only the database reads."""

    def get_queryset(self):
        return super().get_queryset().defer("search")

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)
