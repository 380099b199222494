"""Deleted records: what stands in the way of deleting one, which were deleted, and bringing one back, also from a form that was open."""

from collections import defaultdict
from contextlib import suppress

from django.contrib import messages
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DEFAULT_DB_ALIAS
from django.db.models import PROTECT, Exists, OuterRef
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .changes import acting
from .conflicts import Gone, opened_version, rows, typed_besides, typed_in
from .merging import FormerSlug
from .proposals import PUBLISH
from .readable import told
from .records import Part, Record, Visibility, names_of_links
from .rights import may, sees_all
from .undoing import bring_back, what_went
from .versions import ReasonForm, VersionsAdmin

#: How many deleted records are on a page, and how much of what would come back is shown.
ON_A_PAGE = 50
#: How many of each kind are named that stand in the way of deleting a record.
NAMED = 20


class Going(NestedObjects):
    """What goes with records that are deleted, and of what names them as much as a person reads, each with what its name reads."""

    def related_objects(self, related_model, related_fields, objs):
        rows = super().related_objects(related_model, related_fields, objs).select_related(*names_of_links(related_model))
        protecting = all(field.remote_field.on_delete is PROTECT for field in related_fields)
        return rows.order_by("pk")[: NAMED + 1] if protecting else rows


class DeletingAdmin(VersionsAdmin):
    """A collection that keeps what was deleted from it."""

    def get_urls(self):
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("deleted/", view(self.deleted_view), name=f"{name}_deleted"),
            path("deleted/<int:key>/", view(self.bring_back_view), name=f"{name}_bring_back"),
            *super().get_urls(),
        ]

    def get_deleted_objects(self, objs, request):
        """What goes with the records, how many of each kind, which of these the person may not delete, and what names them.

        What names them stands in the way, with a link to where one can change it, and is then all that is told.
        """
        going = Going(using=DEFAULT_DB_ALIAS, origin=objs)
        going.collect(objs)
        if going.protected:
            return [], {}, set(), list(self._naming(going.protected))
        rows = going.model_objs
        lacking = {model._meta.verbose_name for model in rows if any(self._may_not_delete(request, row) for row in rows[model])}
        return going.nested(self._told), {model._meta.verbose_name_plural: len(rows[model]) for model in rows}, lacking, []

    def _may_not_delete(self, request, row):
        model = type(row)
        return self.admin_site.is_registered(model) and not self.admin_site.get_model_admin(model).has_delete_permission(request, row)

    def _naming(self, protected):
        """What names the records, the first of each kind."""
        of_kind = defaultdict(list)
        for row in sorted(protected, key=lambda row: (row._meta.label, row.pk)):
            of_kind[type(row)].append(row)
        for alike in of_kind.values():
            yield from dict.fromkeys(map(self._link, alike[:NAMED]))
            if len(alike) > NAMED:
                yield "…"

    def _told(self, row):
        return f"{capfirst(row._meta.verbose_name)}: {row}" if isinstance(row, Part) else self._link(row)

    def _link(self, row):
        """The record that a row is, or is a part of."""
        record = row.record if isinstance(row, Part) else row
        kind = capfirst(record._meta.verbose_name)
        if not isinstance(record, Record):
            return f"{kind}: {record}"
        url = reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
        of = f" ({row._meta.verbose_name})" if isinstance(row, Part) else ""
        return format_html('{}: <a href="{}">{}</a>{}', kind, url, record, of)

    def deleted_view(self, request):
        """The records that were deleted and are not there, the latest first."""
        if not self.has_view_history_or_change_history_permission(request):
            raise PermissionDenied
        asked = request.GET.get("q", "").strip()
        rows = self._ends().filter(slug__icontains=asked) if asked else self._ends()
        paginator = Paginator(rows.order_by("-history_id").select_related("history_user"), ON_A_PAGE)
        page = paginator.get_page(request.GET.get("p"))
        context = {
            "title": _("Deleted records: %s") % self.opts.verbose_name_plural,
            "page_obj": page,
            "page_range": paginator.get_elided_page_range(page.number) if paginator.num_pages > 1 else [],
            "asked": asked,
        }
        return self._page(request, "register/deleted.html", context)

    def bring_back_view(self, request, key):
        """What a deleted record and its parts said, and bringing them back with a reason."""
        if not self.has_view_history_or_change_history_permission(request):
            raise PermissionDenied
        end = self._end(str(key))
        if end is None:
            raise Http404(_("No such record was deleted."))
        may = self._may_bring_back(request, end)
        if request.method == "POST" and not may:
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if self._brought_back(request, key, form):
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[key]))
        found = what_went(self.model, end)
        context = {
            "title": _("Deleted: %s") % end.slug,
            "end": end,
            "told": told(found[:ON_A_PAGE]).get(end.change_id, []),
            "more": max(0, len(found) - ON_A_PAGE),
            "form": form if may else None,
        }
        return self._page(request, "register/bring_back.html", context)

    def _brought_back(self, request, key, form):
        """Whether a record is there again, for the reason that the form gives; what stands in the way is told in the form."""
        if not form.is_valid():
            return False
        try:
            with acting(request):
                record = bring_back(self.model, key, by=request.user, reason=form.cleaned_data["change_reason"])
                self.log_addition(request, record, [{"added": {}}])
        except ValidationError as error:
            form.add_error(None, error.messages)
            return False
        messages.success(request, _("“%s” is there again.") % record)
        return True

    # -- a form that was open when its record was deleted -------------------------------------------------------------

    def check_there(self, request, object_id):
        """Raise Gone where a form is sent of which the record was deleted meanwhile, unless whoever sends it brings it back."""
        end = self._end(object_id)
        if end is None or not may(request.user, "change", self.model, end.instance):
            return
        if "_bring_back" not in request.POST or not self._may_bring_back(request, end):
            raise Gone
        request.bringing_back = ReasonForm(request.POST)
        if not self._brought_back(request, end.id, request.bringing_back):
            raise Gone

    def gone_view(self, request, object_id):
        """Who deleted the record of a form that was sent, and all that was typed in it, to be sent again."""
        end = self._end(object_id)
        record = request.proposing = end.instance
        form = self.get_form(request, record, change=True)(request.POST, request.FILES, instance=record)
        with suppress(Gone):
            form.full_clean()
        formsets, _inlines = self._create_formsets(request, record, change=True)
        typed = [(formset.model._meta.verbose_name, list(typed_in(row))) for formset in formsets for row in formset]
        bringing_back = getattr(request, "bringing_back", None) or ReasonForm(initial={"change_reason": request.POST.get("change_reason")})
        offered = bringing_back if self._may_bring_back(request, end) else None
        anew = {"csrfmiddlewaretoken", "_bring_back", "_save_over", *(offered.fields if offered else [])}
        now, tells_all = FormerSlug.objects.leads_to(self.model, end.slug), sees_all(request.user, self.model)
        context = {
            "title": _("The record was deleted since you opened it"),
            "end": end,
            "rows": list(rows(form, end, opened_version(form))) if tells_all else [],
            "besides": typed_besides(form),
            "parts": [(kind, fields) for kind, fields in typed if fields],
            "sent": [(name, value) for name, values in request.POST.lists() if name not in anew for value in values],
            "form": offered,
            "tells_who": tells_all,
            "now": self.model.objects.filter(slug=now).first() if now else None,
        }
        return self._page(request, "register/gone.html", context)

    def _end(self, object_id):
        """The last row of the history of a record that was deleted, by its key in an address; None where there is none."""
        known = object_id.isascii() and object_id.isdecimal() and len(object_id) <= 18
        return self._ends().filter(id=object_id).select_related("history_user", "change").first() if known else None

    def _page(self, request, template, context):
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), "opts": self.opts, **context})

    def _ends(self):
        """The last rows of the history of the records that are not there."""
        history = self.model.history.model.objects.order_by()
        later = history.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
        return history.filter(~Exists(later), history_type="-")

    def _may_bring_back(self, request, end):
        """Whether somebody may add records of the kind, and what is published then if it was."""
        return self.has_add_permission(request) and (request.user.has_perm(PUBLISH) or not self._was_published(end))

    def _was_published(self, end):
        if self.model.whole is None:
            return end.visibility == Visibility.PUBLISHED
        whole = self.model._meta.get_field(self.model.whole)
        there = whole.related_model.objects.filter(pk=getattr(end, whole.attname)).first()
        return there is not None and there.shown_to_public
