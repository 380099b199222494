"""The history of a record: who changed it and its parts, when, why and how; and bringing an earlier state back."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from .changes import acting
from .models import Change, Proposal
from .proposals import PUBLISH
from .readable import Names, Pair, lines, text_of, told
from .restoring import restore, state_after, what_would_change
from .rights import sees_all
from .traces import changes_of, traces_of

#: How many acts a page of history tells.
ACTS = 20


class ReasonForm(forms.Form):
    """Why something is brought back or undone."""

    change_reason = forms.CharField(label=_("Reason for the change"), widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}))


class VersionsAdmin(SimpleHistoryAdmin):
    """A collection whose records show their history."""

    def has_view_history_or_change_history_permission(self, request, obj=None):
        """History shows the staff's notes and names: it is for those who see all records by their role."""
        return self.has_view_permission(request, obj) and sees_all(request.user, self.model)

    def render_change_form(self, request, context, *args, **kwargs):
        """The form leads to the history where it is open to the person."""
        original = context["original"]
        context["history_is_closed"] = bool(original) and not self.has_view_history_or_change_history_permission(request, original)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request, object_id, extra_context=None):
        """The acts on a record, each with what it wrote of it, its parts and the records within it."""
        key = self._key(object_id)
        versions = self.model.history.model.objects.filter(id=key, change__number__lte=OuterRef("number")).order_by("-history_id")
        acts = changes_of(self.model, key).annotate(version=Subquery(versions.values("history_id")[:1]))
        record = self.get_object(request, object_id)
        last = record or getattr(self.model.history.filter(id=key).first(), "instance", None)
        if last is None:
            raise Http404(_("The history holds no such record."))
        if not self.has_view_history_or_change_history_permission(request, last):
            raise PermissionDenied
        paginator = Paginator(acts, ACTS)
        page = paginator.get_page(request.GET.get("p"))
        entries = self._entries(key, list(page))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % last,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": last,
            "entries": entries,
            "page_obj": page,
            "page_range": paginator.get_elided_page_range(page.number) if paginator.num_pages > 1 else [],
        }
        return TemplateResponse(request, "register/history.html", context)

    def _entries(self, key, acts):
        """Each act with what it tells, of the record itself first."""
        of_act = told(traces_of(self.model, key, [act.pk for act in acts]))
        return [(act, of_act.get(act.pk, [])) for act in acts]

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """A record as it was beside how it is now; whoever may change it may bring it back, with a reason.

        The parts are those at the end of the act of the version, or of a later one that wrote parts alone (`?act=`).
        """
        version = self._version(object_id, version_id)
        if not self.has_view_history_or_change_history_permission(request, version.instance):
            raise PermissionDenied
        state = state_after(version, self._act(request, version))
        record = self.get_object(request, object_id)
        may = self._may_restore(request, record)
        if request.method == "POST" and not may:
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                return self._bring_back(request, record, state, form.cleaned_data["change_reason"])
            except ValidationError as error:
                form.add_error(None, error.messages)
                record = self.get_object(request, object_id)
        fields = list(self._fields(state, record))
        parts = lines(what_would_change(record, state)) if record else []
        day = f"\u2066{version.history_date:%Y-%m-%d %H:%M}\u2069"  # isolated: its parts keep their order in Arabic too
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(record)s, as recorded on %(day)s") % {"record": record or version.instance, "day": day},
            "opts": self.opts,
            "object": record,
            "object_id": object_id,
            "version": version,
            "rows": fields,
            "parts": parts,
            "differs": bool(parts) or any(differs for *_texts, differs in fields),
            "form": form if may else None,
            "proposes": may == "propose",
        }
        return TemplateResponse(request, "register/version.html", context)

    def _may_restore(self, request, record):
        """How somebody may bring a state back: "write" it, "propose" it where the record is published, or not at all."""
        if record is None or not request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"):
            return ""
        if record.shown_to_public and not request.user.has_perm(PUBLISH):
            return "propose"
        return "write" if self.has_change_permission(request, record) else ""

    def _bring_back(self, request, record, state, reason):
        if self._may_restore(request, record) == "propose":
            Proposal.objects.propose(record, lambda: restore(record, state), by=request.user, reason=reason)
            messages.success(request, _("It is proposed that “%s” says again what it said then; a reviewer decides.") % record)
        else:
            with acting(request):
                record = self.model.objects.lock().get(pk=record.pk)
                restore(record, state)
                self.log_change(request, record, [{"changed": {"fields": [str(f.verbose_name) for f in self.model.stating_fields()]}}])
            messages.success(request, _("“%s” says again what it said then.") % record)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]))

    def _fields(self, state, record):
        """Each field by name with what it said then and says now, and whether these differ."""
        names = Names([Pair(self.model, state.version, record)])
        for field in self.model.stating_fields():
            then, now = (text_of(getattr(row, field.attname), field, names) if row else "" for row in (state.version, record))
            yield capfirst(field.verbose_name), then, now, record is not None and then != now

    def _key(self, object_id):
        if not (object_id.isascii() and object_id.isdecimal() and len(object_id) <= 18):
            raise Http404
        return int(object_id)

    def _version(self, object_id, version_id):
        """The row of the history; Http404 where the address names none."""
        rows = self.model.history.filter(id=self._key(object_id), history_id=self._key(version_id))
        version = rows.select_related("history_user", "change").first()
        if version is None:
            raise Http404(_("The history holds no such state."))
        return version

    def _act(self, request, version):
        """The act at the end of which the state is asked for."""
        asked = request.GET.get("act")
        if not asked:
            return version.change
        later = Change.objects.filter(pk=self._key(asked), number__gte=version.change.number).first()
        if later is None:
            raise Http404(_("The history holds no such state."))
        return later
