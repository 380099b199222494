"""What the register itself writes, as staff read it; and an act, which they may undo."""

from collections import Counter

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .changes import acting
from .models import Change
from .proposals import PUBLISH
from .readable import told
from .traces import written
from .undoing import can_be_undone, undo
from .versions import ReasonForm

#: How many records of an act a page tells of.
RECORDS = 25


class KeptAdmin(admin.ModelAdmin):
    """What the register itself writes: read, never edited."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class OthersFilter(admin.SimpleListFilter):
    """What others did while one was away."""

    title = _("by others")
    parameter_name = "others"

    def lookups(self, request, model_admin):
        return [("visit", _("since my last visit"))]

    def queryset(self, request, queryset):
        return queryset.by_others(request.user, request.user.last_visit_at) if self.value() == "visit" else queryset


class ChangeAdmin(KeptAdmin):
    """The acts; each is read with all that it wrote, and undone as one by those who may publish."""

    list_display = ["at", "by", "reason", "request_id"]
    list_select_related = ["by"]
    list_filter = [OthersFilter]
    search_fields = ["reason", "request_id"]
    date_hierarchy = "at"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if object_id is None:
            raise PermissionDenied
        known = object_id.isascii() and object_id.isdecimal() and len(object_id) <= 18
        change = Change.objects.select_related("by", "undoes__by").filter(pk=object_id).first() if known else None
        if change is None:
            raise Http404(_("There was no such act."))
        if not self.has_view_permission(request, change):
            raise PermissionDenied
        found = written(change)
        may = may_undo(request.user, found)
        if request.method == "POST" and not may:
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                with acting(request) as new:
                    undo(change, by=request.user, reason=form.cleaned_data["change_reason"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("The act is undone: what it wrote is as it was before."))
                return HttpResponseRedirect(f"../../{new.pk}/change/")
        offered = request.method == "POST" or (may and found and can_be_undone(change))
        return self._page(request, change, found, form if offered else None)

    def _page(self, request, change, found, form):
        records = list(dict.fromkeys(trace.record for trace in found))
        paginator = Paginator(records, RECORDS)
        page = paginator.get_page(request.GET.get("p"))
        shown = set(page)
        context = {
            **self.admin_site.each_context(request),
            "title": str(change),
            "opts": self.opts,
            "change": change,
            "undone_by": change.undone_by.select_related("by"),
            "counts": Counter(capfirst(model._meta.verbose_name_plural) for model, _key in records).items(),
            "told": told([trace for trace in found if trace.record in shown]).get(change.pk, []),
            "page_obj": page,
            "page_range": paginator.get_elided_page_range(page.number) if paginator.num_pages > 1 else [],
            "form": form,
        }
        return TemplateResponse(request, "register/act.html", context)


def may_undo(user, found):
    """Whether somebody may publish, and may write records of all the kinds that an act wrote."""
    metas = {trace.record[0]._meta for trace in found}
    needed = [f"{meta.app_label}.{verb}_{meta.model_name}" for meta in metas for verb in ("add", "change", "delete")]
    return user.has_perm(PUBLISH) and user.has_perms(needed)
