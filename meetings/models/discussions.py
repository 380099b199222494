"""Meetings, what was put before them, asked in them and concluded by them."""

import re
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Substr
from django.utils.translation import gettext_lazy as _

from action_lines.models import ActionLine
from mandates.models import Document, Mandate, Organisation, Phase, Provision
from mandates.sources import Source
from wsis_tracker.register.addresses import address
from wsis_tracker.register.fields import IN_SMALL, PartialDateField, TranslatedField, Translation
from wsis_tracker.register.questions import RecordManager, RecordQuerySet
from wsis_tracker.register.records import DateBasis, DatedQuerySet, DatedRecord, Part, Record, latest_day, unknown_last

from .order import in_places, renumber


class MeetingKind(models.TextChoices):
    GROUP = "group", _("meeting of the Group")
    INFORMAL = "informal-consultation", _("informal consultation")
    CONSULTATION = "consultation", _("consultation by others")
    PREPCOM = "prepcom", _("meeting of the preparatory committee")
    REGIONAL = "regional-conference", _("regional conference")
    SUMMIT = "summit", _("summit")
    THEMATIC = "thematic", _("thematic meeting")
    SIDE_EVENT = "side-event", _("side event")
    FACILITATORS = "facilitators-meeting", _("facilitators’ meeting")
    WORKSHOP = "workshop", _("workshop")
    FORUM = "forum", _("forum")
    COUNCIL = "council", _("session of Council")
    PP = "plenipotentiary", _("Plenipotentiary Conference")
    WTDC = "wtdc", _("World Telecommunication Development Conference")
    WTSA = "wtsa", _("World Telecommunication Standardization Assembly")
    UNGA = "unga", _("meeting of the UN General Assembly")
    OTHER = "other", _("other meeting or event")


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")
    UNDATED = "undated", _("date unknown")


class MeetingQuerySet(RecordQuerySet):
    def as_of(self, day):
        """Keep what was known by `day`: held, announced, or named by a document of no later date."""
        named = MeetingSource.objects.filter(record=OuterRef("pk"), provision__document__dated_on__lte=day)
        return self.filter(Q(held_from__lte=day) | Q(announced_on__lte=day) | Exists(named))

    def undated(self):
        """Keep what no date places at all: neither held, nor announced, nor named by a dated document."""
        named = MeetingSource.objects.filter(record=OuterRef("pk"), provision__document__dated_on__isnull=False)
        return self.filter(~Exists(named), held_from=None, announced_on=None)

    def in_year(self, year):
        """Keep the meetings of which at least one day may be in a year."""
        last = Coalesce("held_to", "held_from")
        return self.alias(last=last).filter(held_from__lt=f"{year + 1:04}", last__gte=f"{year:04}")

    def years(self):
        """The years in which meetings begin, in order."""
        begun = self.filter(held_from__isnull=False).order_by().annotate(year=Substr("held_from", 1, 4))
        return sorted(map(int, begun.values_list("year", flat=True).distinct()))

    def in_state(self, states, day):
        """Keep the meetings that are in one of the states on `day`, by the rule of `Meeting.state_on`."""
        cancelled = Q(cancelled_on__isnull=False, cancelled_on__lte=day)
        rules = {
            MeetingState.CANCELLED: cancelled,
            MeetingState.UNDATED: ~cancelled & Q(held_from=None),
            MeetingState.HELD: ~cancelled & Q(held_from__lte=day),
            MeetingState.PLANNED: ~cancelled & Q(held_from__gt=day),
        }
        return self.filter(reduce(or_, (rules[MeetingState(state)] for state in states)))

    def latest_of(self, series):
        """The last meeting of a series: that of the highest number, where none has one the latest; None where it has no meeting."""
        return self.filter(series=series).order_by(F("number").desc(nulls_last=True), F("held_from").desc(nulls_last=True), "-pk").first()


class Meeting(Record):
    """A meeting or event of any kind; its dates may be known only in part, or not at all."""

    title = TranslatedField(_("title"))
    kind = models.CharField(_("kind"), max_length=25, choices=MeetingKind)
    body = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("body that met"), null=True, blank=True, related_name="meetings")
    series = models.SlugField(_("series"), max_length=60, blank=True, help_text=_("wg-wsis, prepcom-geneva, council …"))
    number = models.PositiveSmallIntegerField(_("number in the series"), null=True, blank=True, validators=[IN_SMALL])
    phase = models.CharField(_("phase of the Summit"), max_length=10, choices=Phase, blank=True)
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    held_from = PartialDateField(_("held from"), blank=True, db_index=True)
    held_to = PartialDateField(_("held to"), blank=True, help_text=_("The last day."))
    date_basis = models.CharField(_("date known"), max_length=10, choices=DateBasis, blank=True)
    announced_on = PartialDateField(_("announced on"), blank=True)
    cancelled_on = PartialDateField(_("cancelled on"), blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    gist = models.TextField(_("gist"), blank=True, help_text=_("What it was about, in our own words."))

    collection = "meetings"
    objects = RecordManager.from_queryset(MeetingQuerySet)()

    class Meta(Record.Meta):
        ordering = [unknown_last("held_from"), "slug"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(
                condition=Q(held_to=None) | Q(held_from__isnull=False, held_from__lte=latest_day("held_to")),
                name="meeting_ends_after_it_begins",
                violation_error_message=_("The meeting ends before it begins."),
            ),
            models.UniqueConstraint(
                fields=["series", "number"],
                condition=~Q(series=""),
                name="meeting_number_once",
                violation_error_message=_("The series has a meeting of this number."),
            ),
        ]

    def __str__(self):
        return str(self.title)

    def get_absolute_url(self):
        return address("meeting", self.slug)

    def called(self):
        return [self.slug, *self.title.values()]

    def searchable(self):
        return [*self.called(), self.place, self.topic, self.gist]

    def state_on(self, day):
        """Planned, held or cancelled on `day`, by comparing dates; a meeting under way counts as held."""
        day = str(day)
        if self.cancelled_on and self.cancelled_on <= day:
            return MeetingState.CANCELLED
        if self.held_from is None:
            return MeetingState.UNDATED
        return MeetingState.HELD if self.held_from <= day else MeetingState.PLANNED

    def title_of(self, number):
        """The title as the meeting of another number of the series would bear it: “41st meeting” becomes “42nd meeting”."""
        return Translation({code: renumbered(text, self.number, number) for code, text in self.title.items()})

    @transaction.atomic
    def prepare_next(self, questions=(), **values):
        """Make the draft of the meeting that follows this one in its series, with its conveners and lines.

        `questions` are put on its agenda anew, in their order; `values` say what is its own: title, number, dates.
        """
        same = {name: getattr(self, name) for name in ("kind", "body", "series", "phase")}
        meeting = Meeting(**same | values)
        meeting.full_clean()
        meeting.save()
        for row in [*self.conveners.all(), *self.action_lines.all()]:
            row.pk, row.record = None, meeting
            row._state.adding = True
            row.save()
        for number, question in enumerate(questions, 1):
            question.carry_over(meeting, number)
        return meeting

    def attach(self, documents, direction):
        """Put documents before the meeting, or among what it gave out, as drafts; returns those that were not there before."""
        there = set(self.submissions.filter(direction=direction).values_list("document", flat=True))
        made = [Submission(document=of, meeting=self, direction=direction) for of in dict.fromkeys(documents) if of.pk not in there]
        for submission in made:
            submission.full_clean()
            submission.save()
        return made

    def order_conclusions(self, places):
        """Move each conclusion to the place that `places`, `{key: number}`, gives it, and let the others make room; returns those moved."""
        ordered = in_places(self.conclusions.lock().order_by("position", "slug"), places)
        return renumber(ordered, "position", range(1, len(ordered) + 1))

    def order_questions(self, places):
        """Move each question to the place that `places` gives it: the numbers stay, and are dealt out anew; returns those moved."""
        questions = list(self.questions.lock().order_by("number"))
        return renumber(in_places(questions, places), "number", [question.number for question in questions])


def renumbered(text, number, other):
    """A title with one number of a meeting in place of another; the letters of an English ordinal follow it."""
    if number is None or other is None:
        return text
    ending = "th" if other % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(other % 10, "th")
    ordinal, others = re.subn(rf"(?<!\d){number}(?:st|nd|rd|th)\b", f"{other}{ending}", text)
    return ordinal if others else re.sub(rf"(?<!\d){number}(?!\d)", str(other), text)


class MeetingConvener(Part):
    """An organisation that convened a meeting, alone or with others."""

    record = models.ForeignKey(Meeting, models.CASCADE, verbose_name=_("meeting"), related_name="conveners")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("convener"), related_name="meetings_convened")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("convener")
        verbose_name_plural = _("conveners")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="meetingconvener_once")]

    def __str__(self):
        return str(self.organisation)


class MeetingLine(Part):
    """An action line that a meeting is about."""

    record = models.ForeignKey(Meeting, models.CASCADE, verbose_name=_("meeting"), related_name="action_lines")
    action_line = models.ForeignKey(ActionLine, models.PROTECT, verbose_name=_("action line"), related_name="meetings")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("action line")
        verbose_name_plural = _("action lines")
        constraints = [models.UniqueConstraint(fields=["record", "action_line"], name="meetingline_once")]

    def __str__(self):
        return self.action_line.code


class MeetingSource(Source):
    """Where a meeting is reported or announced."""

    record = models.ForeignKey(Meeting, models.CASCADE, related_name="sources")


class Submission(DatedRecord):
    """A document, or words known only from a report, put before a meeting or given out by it."""

    class Direction(models.TextChoices):
        INPUT = "input", _("input")
        OUTPUT = "output", _("output")

    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("document"), null=True, blank=True, related_name="submissions")
    words = models.CharField(_("as described"), max_length=300, blank=True)
    meeting = models.ForeignKey(
        Meeting,
        models.PROTECT,
        verbose_name=_("meeting"),
        null=True,
        blank=True,
        related_name="submissions",
        help_text=_("Where it is known."),
    )
    direction = models.CharField(_("direction"), max_length=6, choices=Direction, default=Direction.INPUT)
    submitted_by = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("submitted by"), null=True, blank=True, related_name="submissions"
    )
    handed_to = models.CharField(
        _("handed to"), max_length=200, blank=True, help_text=_("As printed, where no meeting is known: “PrepCom”, “the Golden Book”.")
    )
    phase = models.CharField(_("phase of the Summit"), max_length=10, choices=Phase, blank=True)

    collection = "submissions"
    named_through = ("document", "meeting")

    class Meta(DatedRecord.Meta):
        ordering = [unknown_last("dated_on"), "slug"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            *DatedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(document__isnull=False) | ~Q(words=""),
                name="submission_says_what",
                violation_error_message=_("Name the document, or describe what was submitted."),
            ),
            models.UniqueConstraint(
                fields=["document", "meeting", "direction"],
                condition=Q(document__isnull=False, meeting__isnull=False),
                name="submission_once",
                violation_error_message=_("This document is recorded for this meeting in this direction already."),
            ),
        ]

    def __str__(self):
        return f"{self.document or self.words} → {self.meeting or self.handed_to or _('not stated')}"

    def slug_words(self):
        return f"{self.document.slug if self.document else self.words} to {self.meeting.slug if self.meeting else self.handed_to}"

    def get_absolute_url(self):
        record = self.meeting or self.document
        return f"{record.get_absolute_url() if record else address('meetings')}#{self.slug}"

    def called(self):
        return [self.slug, self.words, self.handed_to]


class SubmissionSource(Source):
    """Where a submission is reported."""

    record = models.ForeignKey(Submission, models.CASCADE, related_name="sources")


class Conclusion(DatedRecord):
    """What a meeting concluded: one record for each letter or paragraph in which it is set down."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, verbose_name=_("meeting"), related_name="conclusions")
    item = models.CharField(_("item as printed"), max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(_("place in order"), default=0, validators=[IN_SMALL])
    text = models.TextField(_("conclusion"), help_text=_("In our own words."))
    provision = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("provision"), related_name="conclusions", help_text=_("The paragraph that sets it down.")
    )
    concluded_by = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("concluded by"), related_name="conclusions")
    spoken_by = models.CharField(
        _("spoken by"), max_length=100, blank=True, help_text=_("As printed, where a person spoke for the body and is not named.")
    )
    modality = models.CharField(_("modality as printed"), max_length=60, blank=True)

    collection = "conclusions"
    named_through = ("meeting",)

    class Meta(DatedRecord.Meta):
        ordering = ["meeting__slug", "position", "slug"]
        verbose_name = _("conclusion")
        verbose_name_plural = _("conclusions")
        constraints = [
            *DatedRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["meeting", "item"],
                condition=~Q(item=""),
                name="conclusion_item_once",
                violation_error_message=_("The meeting has another conclusion of this item."),
            ),
        ]

    def __str__(self):
        return f"{self.meeting} {self.item}".strip()

    def slug_words(self):
        return f"{self.meeting.slug} {self.item or self.position}"

    def get_absolute_url(self):
        return f"{self.meeting.get_absolute_url()}#{self.slug}"

    def searchable(self):
        return [*self.called(), self.text]


class ConclusionMandate(Part):
    """A mandate that a conclusion gives."""

    record = models.ForeignKey(Conclusion, models.CASCADE, verbose_name=_("conclusion"), related_name="mandates")
    mandate = models.ForeignKey(Mandate, models.PROTECT, verbose_name=_("mandate"), related_name="conclusions")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("mandate given")
        verbose_name_plural = _("mandates given")
        constraints = [models.UniqueConstraint(fields=["record", "mandate"], name="conclusionmandate_once")]

    def __str__(self):
        return str(self.mandate)


class ConclusionSource(Source):
    """Where a conclusion is reported."""

    record = models.ForeignKey(Conclusion, models.CASCADE, related_name="sources")


class QuestionState(models.TextChoices):
    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")


class QuestionQuerySet(DatedQuerySet):
    def in_state(self, states, day):
        """Keep the questions that are in one of the states on `day`, by the rule of `Question.state_on`."""
        rules = {
            QuestionState.OPEN: Q(answered_on=None) | Q(answered_on__gt=day),
            QuestionState.ANSWERED: Q(answered_on__lte=day),
        }
        return self.filter(reduce(or_, (rules[QuestionState(state)] for state in states)))


class Question(DatedRecord):
    """A question put to a body for discussion, and what answered it."""

    number = models.PositiveSmallIntegerField(_("number"), validators=[IN_SMALL])
    text = models.TextField(_("question"), help_text=_("In our own words."))
    topic = models.CharField(_("topic"), max_length=100, blank=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, verbose_name=_("discussed at"), related_name="questions")
    covers_from = PartialDateField(_("concerns the period from"), blank=True)
    covers_to = PartialDateField(_("concerns the period to"), blank=True)
    answered_on = PartialDateField(_("answered on"), blank=True)
    answered_by = models.ForeignKey(
        Conclusion, models.PROTECT, verbose_name=_("answered by conclusion"), null=True, blank=True, related_name="answers"
    )
    answered_in = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("answered in provision"), null=True, blank=True, related_name="answers"
    )

    collection = "questions"
    named_through = ("meeting",)
    objects = RecordManager.from_queryset(QuestionQuerySet)()

    class Meta(DatedRecord.Meta):
        ordering = ["meeting__slug", "number"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            *DatedRecord.Meta.constraints,
            models.UniqueConstraint(fields=["meeting", "number"], name="question_number_once"),
            models.CheckConstraint(
                condition=Q(answered_on=None, answered_by=None, answered_in=None)
                | Q(answered_on__isnull=False) & (Q(answered_by__isnull=False) | Q(answered_in__isnull=False)),
                name="question_answer_is_whole",
                violation_error_message=_("An answer has a day, and the conclusion or provision that gives it."),
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.text}"

    def slug_words(self):
        return f"{self.meeting.slug} question {self.number}"

    def get_absolute_url(self):
        return f"{self.meeting.get_absolute_url()}#{self.slug}"

    def called(self):
        return [self.slug, self.text]

    def searchable(self):
        return [*self.called(), self.topic]

    def clean(self):
        super().clean()
        if self.answered_on and self.dated_on and self.answered_on < self.dated_on[: len(self.answered_on)]:
            raise ValidationError({"answered_on": _("A question is not answered before it is asked.")})

    def state_on(self, day):
        """Open or answered on `day`."""
        return QuestionState.ANSWERED if self.answered_on and self.answered_on <= str(day) else QuestionState.OPEN

    def carry_over(self, meeting, number):
        """Put the question to another meeting too, as a draft of its own: where it was discussed before stays on record."""
        names = ("text", "topic", "covers_from", "covers_to")
        question = Question(meeting=meeting, number=number, **{name: getattr(self, name) for name in names})
        question.staff_note = _("Carried over from %(meeting)s, question %(number)d.") % {"meeting": self.meeting, "number": self.number}
        question.full_clean()
        question.save()
        for row in self.put_to.all():
            QuestionForum(record=question, organisation=row.organisation).save()
        return question


class QuestionForum(Part):
    """A body to which a question is put."""

    record = models.ForeignKey(Question, models.CASCADE, verbose_name=_("question"), related_name="put_to")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("put to"), related_name="questions")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("put to")
        verbose_name_plural = _("put to")
        constraints = [models.UniqueConstraint(fields=["record", "organisation"], name="questionforum_once")]

    def __str__(self):
        return str(self.organisation)


class QuestionSource(Source):
    """Where a question is set down."""

    record = models.ForeignKey(Question, models.CASCADE, related_name="sources")
