"""What staff do with an official report at their desk: issue it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from meetings.follow_up import PartialDate
from wsis_tracker.register import dates
from wsis_tracker.register.proposals import PUBLISH
from wsis_tracker.register.staff_pages import ReasonForm, RecordPage

from .models import IssuedReport
from .official.issuing import issue
from .official.reading import paragraphs_of_word

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

    def clean_final(self):
        """The content of the file, which has to be one of Word; None where none is given."""
        file = self.cleaned_data["final"]
        if not file:
            return None
        if file.size > LARGEST:
            raise ValidationError(_("The file is longer than %d MB.") % (LARGEST // 1_000_000))
        content = file.read()
        paragraphs_of_word(content)
        return content


class IssuePage(RecordPage):
    """A report is issued, with all its files, once and for good."""

    form_class = IssueForm
    title, button = _("Issue this report"), _("Issue it")
    intro = _("The report is composed once more and kept with its files, as it is, under a symbol; nothing changes it afterwards.")

    def is_allowed(self):
        may_change = self.model_admin.has_change_permission(self.request, self.record)
        return self.may("add", IssuedReport) and self.request.user.has_perm(PUBLISH) and may_change

    def get_initial(self):
        return {"day": dates.latest(self.record.day)}

    def act(self, form):
        data = form.cleaned_data
        asked = {name: data[name] for name in ("symbol", "issued_on", "day", "final")}
        issued = issue(self.record, by=self.request.user, reason=data["change_reason"], **asked)
        return _("Issued as %s.") % issued
