"""Earlier states of a record: who made each, when and why; and bringing one back."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from .changes import acting
from .records import names_of_links
from .rights import sees_all


class RestoreForm(forms.Form):
    """Why a record is brought back to an earlier state."""

    change_reason = forms.CharField(label=_("Reason for the change"), widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}))


def what_it_says(row, fields):
    """The texts of a record, or of a row of its history, field by field."""
    for field in fields:
        value = getattr(row, field.name)
        if isinstance(value, dict):
            yield "; ".join(f"{code}: {text}" for code, text in value.items()) or "–"
        elif not field.is_relation:
            yield display_for_field(value, field, "–")
        elif value is None and getattr(row, field.attname):
            yield _("(deleted since)")
        else:
            yield str(value or "–")


class VersionsAdmin(SimpleHistoryAdmin):
    """A collection whose records show their history."""

    object_history_list_template = "register/history_list.html"

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        rows = super().get_history_queryset(request, history_manager, pk_name, object_id)
        return rows.select_related("history_user", *names_of_links(self.model))

    def has_view_history_or_change_history_permission(self, request, obj=None):
        """History shows the staff's notes and names: it is for those who see all records by their role."""
        return sees_all(request.user, self.model)

    def history_view(self, request, object_id, extra_context=None):
        if not object_id.isdecimal():
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """A record as it was beside how it is now; whoever may change it may bring it back, with a reason."""
        version = self._version(object_id, version_id)
        if not self.has_view_history_or_change_history_permission(request, version.instance):
            raise PermissionDenied
        record = self.get_object(request, object_id)
        may_restore = record is not None and self.has_change_permission(request, record)
        form = RestoreForm(request.POST or None)
        if request.method == "POST" and not may_restore:
            raise PermissionDenied
        if form.is_valid():
            try:
                with acting(request):
                    record.restore(version)
                    self.log_change(request, record, [{"changed": {"fields": [str(f.verbose_name) for f in self.model.stating_fields()]}}])
            except ValidationError as error:
                form.add_error(None, error.messages)
                record = self.get_object(request, object_id)
            else:
                messages.success(request, _("“%s” says again what it said then.") % record)
                return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]))
        day = f"\u2066{version.history_date:%Y-%m-%d %H:%M}\u2069"  # isolated: its parts keep their order in Arabic too
        fields = self.model.stating_fields()
        then = list(what_it_says(version, fields))
        now = list(what_it_says(record, fields)) if record else [""] * len(fields)
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(record)s, as recorded on %(day)s") % {"record": record or version.instance, "day": day},
            "opts": self.opts,
            "object": record,
            "object_id": object_id,
            "version": version,
            "rows": [(capfirst(f.verbose_name), a, b, a != b) for f, a, b in zip(fields, then, now, strict=True)],
            "form": form if may_restore else None,
        }
        return TemplateResponse(request, "register/version.html", context)

    def _version(self, object_id, version_id):
        """The row of the history; Http404 where the address names none."""
        rows = self.get_history_queryset(None, self.model.history, "id", object_id) if object_id.isdecimal() else self.model.history.none()
        version = rows.filter(history_id=version_id).first() if version_id.isdecimal() else None
        if version is None:
            raise Http404(_("The history holds no such state."))
        return version
