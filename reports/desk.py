"""What staff do with an official report at their desk: compare it with a printed one, write into it, and issue it."""

import json
from contextlib import nullcontext

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from meetings.follow_up import PartialDate
from wsis_tracker.register import dates
from wsis_tracker.register.staff_pages import ReasonForm, RecordPage, check_may_touch

from .models import ParagraphText, Written
from .official.drafting import composed, draft, outdated
from .official.issuing import issue
from .official.matching import match
from .official.reading import check_finished, paragraphs_of_file, paragraphs_of_text
from .official.writing import Moved, Seen, seen_in, write

#: The longest Word file that is kept, in bytes.
LARGEST = 20_000_000


class IssueForm(ReasonForm):
    symbol = forms.CharField(label=_("Symbol"), max_length=100, help_text=_("As it is printed on the document: C06/7."))
    issued_on = PartialDate(label=_("Date"), help_text=_("2002, 2006-04 or 2005-12-16"))
    day = forms.DateField(label=_("As of"), help_text=_("The day of the register that it reports."))
    final = forms.FileField(
        label=_("Final Word file"), required=False,
        help_text=_("What the secretariat finished in Word; it is kept beside what is composed, and compared with it."),
    )  # fmt: skip

    outdated_seen = forms.MultipleChoiceField(
        label=_("Outdated texts of the secretariat"), required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("What you ticked is not what is outdated now, as of this day: look at it again.")},
    )  # fmt: skip

    def __init__(self, *args, outdated, **kwargs):
        super().__init__(*args, **kwargs)
        self.ticks = self.fields.pop("outdated_seen")
        self.ask_of(outdated)

    def ask_of(self, outdated):
        """Ask for a tick for each outdated text, where there is one."""
        self.fields.pop("outdated_seen", None)
        if outdated:
            said = _("I have seen that what is composed in “%(paragraph)s” has changed since this was written: %(text)s")
            self.ticks.choices = [(one.sign, said % {"paragraph": one.text.paragraph, "text": one.text.text}) for one in outdated]
            self.fields["outdated_seen"] = self.ticks

    def clean_final(self):
        """The content of the file, which has to be one of Word and finished; None where none is given."""
        file = self.cleaned_data["final"]
        if not file:
            return None
        if file.size > LARGEST:
            raise ValidationError(_("The file is longer than %d MB.") % (LARGEST // 1_000_000))
        content = file.read()
        check_finished(content)
        return content


class IssuePage(RecordPage):
    """A report is issued, with all its files, once and for good."""

    form_class = IssueForm
    title, button = _("Issue this report"), _("Issue it")
    intro = _("The report is composed once more and kept with its files, as it is, under a symbol; nothing changes it afterwards.")

    def is_allowed(self):
        return self.model_admin.may_issue(self.request, self.record)

    def get_initial(self):
        return {"day": dates.latest(self.record.day)}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"outdated": self.outdated(self.request.POST.get("day"))}

    def outdated(self, day):
        """The texts of the staff that are outdated as of the day typed, else of that of the report; none where it cannot be composed."""
        if not ParagraphText.objects.filter(report=self.record).standing():
            return ()
        try:
            return draft(self.record, forms.DateField(required=False).clean(day)).outdated
        except ValidationError:
            return ()

    def form_invalid(self, form):
        """The form once more, with the ticks that are to be given now."""
        form.ask_of(self.outdated(form.data.get("day")))
        return super().form_invalid(form)

    def acting(self):
        """No act yet: it begins once all is rendered."""
        return nullcontext()

    def act(self, form):
        data = form.cleaned_data
        asked = {name: data[name] for name in ("symbol", "issued_on", "day", "final", "outdated_seen") if name in data}
        issued = issue(self.record, by=self.request.user, reason=data["change_reason"], request_id=self.request.id, **asked)
        return _("Issued as %s.") % issued


class ParagraphForm(ReasonForm):
    paragraph = forms.ChoiceField(label=_("Paragraph"))
    how = forms.ChoiceField(label=_("How"), choices=Written)
    text = forms.CharField(
        label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField"}),
        help_text=_("A sentence on each line. It is marked as the text of the secretariat."),
    )  # fmt: skip

    #: What stood in each paragraph when the form was opened.
    seen = forms.JSONField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, paragraphs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["paragraph"].choices = paragraphs

    def clean_seen(self):
        """What was seen of the paragraphs by their keys; nothing where the form was not sent as it was given."""
        given = self.cleaned_data["seen"]
        known = given.items() if isinstance(given, dict) else ()
        return {key: Seen(*said) for key, said in known if isinstance(said, list) and len(said) == len(Seen._fields)}

    def see(self, paragraph, seen):
        """Let the form carry what stands in a paragraph now."""
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = json.dumps(self.cleaned_data["seen"] | {paragraph: seen})


class ParagraphPage(RecordPage):
    """A text of the staff is written into a paragraph of a report."""

    template_name = "reports/admin/paragraph.html"
    form_class = ParagraphForm
    title, button = _("Write into this report"), _("Keep this text")
    #: Where something else stood in the paragraph than the form carried: what stands there now.
    moved = None

    def is_allowed(self):
        return self.model_admin.may_write(self.request, self.record)

    @cached_property
    def paragraphs(self):
        """The paragraphs as they are composed; none where the register lacks what the report is about."""
        try:
            return list(composed(self.record).paragraphs())
        except ValidationError:
            return []

    def get_initial(self):
        return {"seen": seen_in(self.record, self.paragraphs)}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"paragraphs": [(one.key, self.beginning(one)) for one in self.paragraphs]}

    @staticmethod
    def beginning(paragraph):
        """The number of a paragraph and its first words."""
        first = next(paragraph.every_sentence(), None)
        return f"{paragraph.number} {Truncator(first.text if first else paragraph.key).words(12)}".strip()

    def act(self, form):
        data = form.cleaned_data
        check_may_touch(self.model_admin, self.request, [self.record], reason=data["change_reason"])
        said, seen = (data["paragraph"], data["how"], data["text"]), data["seen"].get(data["paragraph"], Seen("", 0))
        try:
            write(self.record, *said, by=self.request.user, reason=data["change_reason"], seen=seen)
        except Moved as moved:
            self.moved = moved
            form.see(data["paragraph"], moved.seen)
            raise
        return _("The text is kept.")

    def get_context_data(self, **kwargs):
        texts = ParagraphText.objects.filter(report=self.record).select_related("change__by").standing()
        passed = {one.text for one in outdated(texts, self.paragraphs)}
        return super().get_context_data(texts=texts.values(), outdated=passed, moved=self.moved, **kwargs)


class PrintedForm(forms.Form):
    """A printed report, as a file or as text."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("A Word file (DOCX), or plain text in UTF-8."))
    text = forms.CharField(label=_("Or its text"), required=False, widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}))
    day = forms.DateField(label=_("As of"), help_text=_("The day of the register that it reports."))

    def clean(self):
        """The paragraphs that were read."""
        data = super().clean()
        file, text = data.get("file"), data.get("text")
        if bool(file) == bool(text):
            raise ValidationError(_("Give a file or a text."))
        if file and file.size > LARGEST:
            raise ValidationError(_("The file is longer than %d MB.") % (LARGEST // 1_000_000))
        data["read"] = paragraphs_of_file(file.name, file.read()) if file else paragraphs_of_text(text)
        return data


class ComparePage(RecordPage):
    """A printed report is compared with the composed one; nothing is kept of it."""

    template_name = "reports/admin/compare.html"
    form_class = PrintedForm
    title, button = _("Compare with a printed report"), _("Compare")
    intro = _(
        "Of each paragraph: the facts that both state, that are missing in the composed report, and that are missing in the printed one."
    )

    def is_allowed(self):
        return self.model_admin.has_view_permission(self.request, self.record)

    def get_initial(self):
        return {"day": dates.latest(self.record.day)}

    def form_valid(self, form):
        try:
            composition = draft(self.record, form.cleaned_data["day"]).composition
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, matched=match(composition, form.cleaned_data["read"])))
