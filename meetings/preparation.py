"""How staff prepare a meeting and take it up afterwards: the next of its series, its documents, the order of its conclusions, its tasks."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mandates.models import Document, Organisation
from mandates.resolver import resolve
from wsis_tracker.register.chosen import chosen_by_typing
from wsis_tracker.register.fields import TranslatedFormField
from wsis_tracker.register.inlines import RowFormSet
from wsis_tracker.register.records import DateBasis
from wsis_tracker.register.staff_pages import ReasonForm, RecordPage, check_may_touch

from .follow_up import PartialDate, today
from .models import Conclusion, Meeting, Question, Submission, Task, TaskOrganisation
from .models.discussions import QuestionState

#: How many symbols are looked up at once.
MOST_SYMBOLS = 100


class NumberedForm(forms.ModelForm):
    """A row that comes after the others where its number is left empty; the class that inherits says what the number is called."""

    number_field = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.number_field in self.fields and self.instance._state.adding:
            field = self.fields[self.number_field]
            field.required, field.help_text = False, _("Empty: after the others.")
            field.initial = self.initial[self.number_field] = None


class NumberedFormSet(RowFormSet):
    """Rows in the order in which they are entered."""

    def save_new(self, form, commit=True):
        name = form.number_field
        if form.cleaned_data.get(name) is None:
            numbers = self.model.objects.filter(**{self.fk.name: self.instance}).order_by(f"-{name}").values_list(name, flat=True)
            setattr(form.instance, name, (numbers.first() or 0) + 1)
        return super().save_new(form, commit)


class QuestionForm(NumberedForm):
    number_field = "number"


class ConclusionForm(NumberedForm):
    number_field = "position"


# -- the pages --------------------------------------------------------------------------------------------------------


class NextMeetingForm(ReasonForm):
    held_from = PartialDate(label=_("Held from"), help_text=_("2002, 2006-04 or 2005-12-16"))
    held_to = PartialDate(label=_("Held to"), required=False, help_text=_("The last day."))
    date_basis = forms.ChoiceField(label=_("Date known"), choices=DateBasis, initial=DateBasis.PRINTED)
    announced_on = PartialDate(label=_("Announced on"), required=False, help_text=_("2002, 2006-04 or 2005-12-16"))
    number = forms.IntegerField(label=_("Number in the series"), required=False, min_value=1, max_value=32767)
    title = TranslatedFormField(label=_("Title"))
    questions = forms.ModelMultipleChoiceField(
        label=_("Open questions to carry over"), queryset=Question.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, questions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["questions"].queryset = questions


class NextMeetingPage(RecordPage):
    """The next meeting of a series, made like its last one; its dates are asked for, its place stays empty."""

    form_class = NextMeetingForm
    title, button = _("The next meeting of the series"), _("Make its draft")
    made = None

    def is_allowed(self):
        return self.may("add", Meeting)

    @cached_property
    def last(self):
        """The meeting that the new one follows."""
        meeting = Meeting.objects.latest_of(self.record.series) if self.record.series else None
        if meeting is None:
            raise Http404(_("The meeting belongs to no series."))
        return meeting

    @property
    def intro(self):
        return _("It follows “%(meeting)s” and takes its kind, body, conveners and action lines over.") % {"meeting": self.last}

    def get_form_kwargs(self):
        questions = self.last.questions.in_state([QuestionState.OPEN], today()).order_by("number")
        number = self.last.number and self.last.number + 1
        kept = {"number": number, "title": self.last.title_of(number), "questions": questions}
        return super().get_form_kwargs() | {"initial": kept, "questions": questions}

    def act(self, form):
        values = {name: value for name, value in form.cleaned_data.items() if name not in ("questions", "change_reason")}
        self.made = self.last.prepare_next(form.cleaned_data["questions"], **values)
        return _("“%s” is a draft now.") % self.made

    def get_success_url(self):
        return self.form_of(self.made or self.record)


class SymbolsForm(ReasonForm):
    symbols = forms.CharField(
        label=_("Symbols"), widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text=_("As printed, one on a line: C06/7, WSIS/PC-2/CONTR/17, Resolution 1244 of Council."),
    )  # fmt: skip
    direction = forms.ChoiceField(label=_("Direction"), choices=Submission.Direction)

    def clean_symbols(self):
        """The documents named, in their order; every line that names none, or may name several, is told."""
        lines = [(n, line.strip()) for n, line in enumerate(self.cleaned_data["symbols"].splitlines(), 1) if line.strip()]
        if len(lines) > MOST_SYMBOLS:
            raise ValidationError(_("Give %d symbols at a time at most.") % MOST_SYMBOLS)
        resolved = [(n, line, resolve(line, documents=Document.objects.all())) for n, line in lines]
        problems = [self.problem(n, line, of) for n, line, of in resolved if of.document is None or of.chosen]
        if problems:
            raise ValidationError(problems)
        return [of.document for _n, _line, of in resolved]

    def problem(self, n, line, of):
        said = {"line": n, "symbol": Truncator(line).chars(80)}
        meant = [*([of.document] if of.document else []), *of.others, *of.candidates]
        if not meant:
            return _("Line %(line)d: “%(symbol)s” is not in the register.") % said
        named = "; ".join(str(document) for document in meant)
        return _("Line %(line)d: “%(symbol)s” may be one of these, say which: %(documents)s.") % {**said, "documents": named}


class SymbolsPage(RecordPage):
    """Documents put before a meeting or given out by it, by their symbols: all of them, or none."""

    form_class = SymbolsForm
    title, button = _("Attach documents by their symbols"), _("Attach")

    def is_allowed(self):
        return self.may("add", Submission)

    def act(self, form):
        count = len(self.record.attach(form.cleaned_data["symbols"], form.cleaned_data["direction"]))
        there = len(set(form.cleaned_data["symbols"])) - count
        made = ngettext("%d document was attached, as a draft.", "%d documents were attached, as drafts.", count) % count
        kept = ngettext("%d was there already.", "%d were there already.", there) % there
        return f"{made} {kept}" if there else made


class OrderForm(ReasonForm):
    """A number for each of some records: given another, it moves to that place, and the others make room."""

    def __init__(self, *args, ordered, **kwargs):
        super().__init__(*args, **kwargs)
        self.names = {f"place-{record.pk}": record.pk for record in ordered}
        for n, record in enumerate(ordered, 1):
            label = f"{getattr(record, 'item', '')} {Truncator(record.text).chars(120)}".strip()
            self.fields[f"place-{record.pk}"] = forms.IntegerField(label=label, initial=n, min_value=1, max_value=len(ordered))
        self.order_fields([*self.names, "change_reason"])
        self.order = " ".join(map(str, self.names.values()))
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=self.order)

    def clean(self):
        """Refuse numbers that were given on another order than there is now."""
        data = super().clean()
        if data.get("seen") not in ("", self.order):
            self.add_error(None, _("The order is another than when you opened the form: look at the numbers again."))
            self.data = self.data.copy() | {self.add_prefix("seen"): self.order}
        return data

    def places(self):
        """The place of each record, by its key."""
        return {key: self.cleaned_data[name] for name, key in self.names.items()}


class OrderPage(RecordPage):
    """The order of what belongs to a meeting."""

    form_class = OrderForm
    button = _("Put in this order")
    ordered_model = None

    def is_allowed(self):
        return self.may("change", self.ordered_model)

    def ordered(self):
        """The records in their order so far."""
        raise NotImplementedError

    def put(self, places):
        """Put them in order; returns those that have another place."""
        raise NotImplementedError

    def told(self, count):
        """What to say when so many have another place."""
        raise NotImplementedError

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"ordered": list(self.ordered())}

    def act(self, form):
        moved = self.put(form.places())
        admin = self.model_admin.admin_site.get_model_admin(self.ordered_model)
        check_may_touch(admin, self.request, moved, reason=form.cleaned_data["change_reason"])
        return self.told(len(moved))


class ConclusionOrderPage(OrderPage):
    ordered_model = Conclusion
    title = _("Order of the conclusions")
    intro = _("Give a conclusion the number of the place to which it is to move; the others make room.")

    def ordered(self):
        return self.record.conclusions.order_by("position", "slug")

    def put(self, places):
        return self.record.order_conclusions(places)

    def told(self, count):
        return ngettext("%d conclusion has another place.", "%d conclusions have another place.", count) % count


class QuestionOrderPage(OrderPage):
    ordered_model = Question
    title = _("Order of the questions")
    intro = _("Give a question the number of the place to which it is to move; the others make room, and the numbers are dealt out anew.")

    def ordered(self):
        return self.record.questions.order_by("number")

    def put(self, places):
        return self.record.order_questions(places)

    def told(self, count):
        return ngettext("%d question has another place.", "%d questions have another place.", count) % count


# -- tasks out of conclusions -----------------------------------------------------------------------------------------


class TaskRow(forms.Form):
    """A task that a conclusion asks for, where it is ticked."""

    make = forms.BooleanField(label=_("Make this task"), required=False)
    title = forms.CharField(label=_("Title"), max_length=300, required=False, widget=forms.TextInput(attrs={"class": "vTextField"}))
    responsible = forms.ModelMultipleChoiceField(label=_("Responsible"), queryset=Organisation.objects.all(), required=False)
    due_on = PartialDate(label=_("Due on"), required=False, help_text=_("2002, 2006-04 or 2005-12-16"))
    mandate = forms.ChoiceField(label=_("Mandate"), required=False)

    def __init__(self, *args, conclusion, first, **kwargs):
        super().__init__(*args, **kwargs)
        self.conclusion = conclusion
        self.mandates = {str(row.mandate_id): row.mandate for row in conclusion.mandates.all()}
        chosen_by_typing(self.fields["responsible"], TaskOrganisation, "organisation")
        self.fields["mandate"].choices = [("", _("none")), *((key, str(mandate)) for key, mandate in self.mandates.items())]
        if first:
            self.initial = {"make": not conclusion.made, "title": Truncator(conclusion.text).chars(300)}
        if len(self.mandates) == 1:
            self.initial["mandate"] = next(iter(self.mandates))
        if not self.mandates:
            del self.fields["mandate"]

    def clean(self):
        data = super().clean()
        if data.get("make") and not data.get("title"):
            self.add_error("title", _("Give the task a title."))
        return data

    def save(self, by, reason):
        """Make the task; returns it."""
        data = self.cleaned_data
        return Task.objects.follow_up(
            self.conclusion, data["title"], on=today(), by=by, reason=reason, responsible=data["responsible"],
            due_on=data["due_on"], mandate=self.mandates.get(data.get("mandate")),
        )  # fmt: skip


class TasksForm(ReasonForm):
    """A row for each task that may be made."""

    def __init__(self, *args, conclusions, rows, **kwargs):
        super().__init__(*args, **kwargs)
        data = self.data if self.is_bound else None
        self.rows = [
            TaskRow(data, prefix=f"task-{conclusion.pk}-{n}", conclusion=conclusion, first=n == 0)
            for conclusion in conclusions
            for n in range(rows)
        ]

    @property
    def media(self):
        return sum((row.media for row in self.rows), super().media)

    def clean(self):
        data = super().clean()
        if not all(row.is_valid() for row in self.rows):
            raise ValidationError(_("A task cannot be made as it stands; what is wrong is said beside it."))
        if not self.ticked():
            raise ValidationError(_("Tick a task that is to be made."))
        return data

    def ticked(self):
        return [row for row in self.rows if row.cleaned_data["make"]]


class TasksPage(RecordPage):
    """What the conclusions of a meeting, or one conclusion, ask for, made into tasks in one step."""

    form_class = TasksForm
    template_name = "meetings/tasks_of.html"
    title, button = _("Make tasks of what was concluded"), _("Make the tasks ticked")
    intro = _("Each task names its conclusion, the mandate and the paragraph, is open from today and a draft.")
    #: How many tasks each conclusion is offered.
    rows = 1

    def is_allowed(self):
        return self.may("add", Task)

    def conclusions(self):
        return self.record.conclusions.order_by("position", "slug")

    def get_form_kwargs(self):
        conclusions = self.conclusions().select_related("meeting", "provision__document").prefetch_related("mandates__mandate")
        return super().get_form_kwargs() | {"conclusions": conclusions.annotate(made=Count("tasks")), "rows": self.rows}

    def act(self, form):
        made = [row.save(self.request.user, form.cleaned_data["change_reason"]) for row in form.ticked()]
        return ngettext("%d task was made.", "%d tasks were made.", len(made)) % len(made)


class TasksOfConclusionPage(TasksPage):
    rows = 3

    def conclusions(self):
        return Conclusion.objects.filter(pk=self.record.pk)
