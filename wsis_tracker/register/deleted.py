"""Deleted records: what stands in the way of deleting one, which were deleted, and bringing one back with its parts."""

from django.contrib import messages
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .changes import acting
from .proposals import PUBLISH
from .readable import told
from .records import Part, Record, Visibility
from .undoing import bring_back, what_went
from .versions import ReasonForm, VersionsAdmin

#: How many deleted records are on a page, and how much of what would come back is shown.
ON_A_PAGE = 50


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
        """As Django has it, but what names the records stands with a link to where one can change it."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, lacking, self._naming(objs) if protected else protected

    def _naming(self, objs):
        collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=objs)
        collector.collect(objs)
        rows = sorted(collector.protected, key=lambda row: (row._meta.label, row.pk))
        return list(dict.fromkeys(map(self._link, rows)))

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
        end = self._ends().filter(id=key).select_related("history_user", "change").first() if key < 10**18 else None
        if end is None:
            raise Http404(_("No such record was deleted."))
        may = self._may_bring_back(request, end)
        if request.method == "POST" and not may:
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                with acting(request):
                    record = bring_back(self.model, key, by=request.user, reason=form.cleaned_data["change_reason"])
                    self.log_addition(request, record, [{"added": {}}])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("“%s” is there again.") % record)
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
