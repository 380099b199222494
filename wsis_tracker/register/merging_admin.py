"""The page on which a reviewer merges two records."""

import re

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .admin import RecordAdmin
from .changes import acting
from .lists import with_filters
from .merging import differing, merge, pointing
from .readable import Names, Pair, text_of


class MergeForm(forms.Form):
    """For each field in which two records differ, whose value stays; and why they are one."""

    change_reason = forms.CharField(
        label=_("Reason for the change"),
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Kept in the history."),
    )

    def __init__(self, *args, kept, gone, **kwargs):
        super().__init__(*args, **kwargs)
        self.differing = differing(kept, gone)
        names = Names([Pair(type(kept), kept, gone)])
        for field in self.differing:
            here, there = (text_of(getattr(record, field.attname), field, names) for record in (kept, gone))
            empty = getattr(kept, field.attname) in (None, "", [], {})
            self.fields[field.name] = forms.ChoiceField(
                label=capfirst(field.verbose_name),
                choices=[("kept", here), ("gone", there)],
                initial="gone" if empty else "kept",
                widget=forms.RadioSelect,
            )
        self.order_fields([field.name for field in self.differing])

    def taken(self):
        """The names of the fields whose value of the record that goes is taken."""
        return [field.name for field in self.differing if self.cleaned_data[field.name] == "gone"]


class MergingAdmin(RecordAdmin):
    """A collection of which two records may turn out to be one."""

    def get_actions(self, request):
        """Beside the others of the collection, merging."""
        merging = (type(self).merge_selected, "merge_selected", _("Merge the two selected records"))
        return super().get_actions(request) | ({"merge_selected": merging} if self._may_merge(request) else {})

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        return [path("merge/", self.admin_site.admin_view(self.merge_view), name=name), *super().get_urls()]

    def _may_merge(self, request):
        return self.has_publish_permission(request) and self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(description=_("Merge the two selected records"))
    def merge_selected(self, request, queryset):
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(keys) != 2:
            self.message_user(request, _("Nothing was changed: tick the two records that are one."), messages.ERROR)
            return None
        return HttpResponseRedirect(with_filters(self, request, self.address_of(*keys)))

    def address_of(self, kept, gone):
        """The address of the page that merges two records, by their keys."""
        return f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_merge')}?keep={kept}&drop={gone}"

    def merge_view(self, request):
        """Show two records side by side with what points to the one that goes, and merge them in one act."""
        if not self._may_merge(request):
            raise PermissionDenied
        kept, gone = (self._named(request, name) for name in ("keep", "drop"))
        if kept == gone:
            raise Http404
        form, problems = MergeForm(request.POST or None, kept=kept, gone=gone), []
        if form.is_valid():
            try:
                return self.merge_records(request, kept, gone, form.taken())
            except ValidationError as error:
                problems = error.messages
            except IntegrityError:
                problems = [_("Nothing was changed: somebody else has just written what points to the two.")]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge two records"),
            "opts": self.opts,
            "form": form,
            "problems": problems,
            "rows": [form[field.name] for field in form.differing],
            "kept": {"record": kept, "address": self.form_of(kept)},
            "gone": {"record": gone, "address": self.form_of(gone), "pointing": list(pointing(gone))},
            "the_other_way": with_filters(self, request, self.address_of(gone.pk, kept.pk)),
        }
        return TemplateResponse(request, "register/merge.html", context)

    def merge_records(self, request, kept, gone, taken):
        """Merge, and go to the form of the record kept; what stands in the way is a ValidationError."""
        name = str(gone)
        with acting(request):
            done = merge(kept, gone, taken)
            kept.refresh_from_db()
            self.log_change(request, kept, [{"changed": {"name": str(self.opts.verbose_name), "object": name, "fields": taken}}])
        moved = ngettext("%d row was moved", "%d rows were moved", done.count) % done.count
        dropped = ngettext("%d that said the same was dropped", "%d that said the same were dropped", done.dropped) % done.dropped
        said = _("“%(gone)s” is now “%(kept)s”: %(moved)s, %(dropped)s.")
        messages.success(request, said % {"gone": name, "kept": kept, "moved": moved, "dropped": dropped})
        return HttpResponseRedirect(with_filters(self, request, self.form_of(kept)))

    def form_of(self, record):
        """The address of a record's form."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk])

    def _named(self, request, name):
        """The record that the address names; Http404 where there is none."""
        key = request.GET.get(name, "")
        record = self.get_object(request, key) if re.fullmatch(r"\d{1,18}", key, re.ASCII) else None
        if record is None:
            raise Http404
        return record
