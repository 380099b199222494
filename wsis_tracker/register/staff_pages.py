"""Pages of the admin beside its lists and forms: one form each, and all that it writes is one act, or nothing."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from .changes import acting
from .lists import with_filters
from .proposals import PUBLISH
from .refusing import several
from .rights import permission


class ReasonForm(forms.Form):
    """Why something is done; the class that inherits says with which fields."""

    change_reason = forms.CharField(
        label=_("Reason for the change"), required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Kept in the history; required where a published record is changed."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "change_reason"), "change_reason"])


class StaffPage(FormView):
    """A page of a `model_admin` with a form that does one thing; the class that inherits says what, and who may."""

    template_name = "register/staff_page.html"
    model_admin = None
    title = intro = button = ""

    def dispatch(self, request, *args, **kwargs):
        if not self.is_allowed():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self):
        """Whether the person may do this at all; what the form names is looked at when it is done."""
        raise NotImplementedError

    def act(self, form):
        """Do it, and return what to say to the person. Raises ValidationError where it is refused, and then all is undone."""
        raise NotImplementedError

    def acting(self):
        """The act in which it is done; the class that inherits may leave that to what it calls."""
        return acting(self.request)

    def form_valid(self, form):
        try:
            with self.acting():
                said = self.act(form)
        except ValidationError as error:
            at_fields = hasattr(error, "error_dict") and error.error_dict.keys() <= form.fields.keys()
            form.add_error(None, error if at_fields else error.messages)
        except IntegrityError:
            form.add_error(None, _("Nothing was saved: somebody else has just recorded the same."))
        else:
            messages.success(self.request, said)
            return HttpResponseRedirect(self.get_success_url())
        return self.form_invalid(form)

    def get_context_data(self, **kwargs):
        admin = self.model_admin
        said = {"title": self.title, "intro": self.intro, "button": self.button, "opts": admin.opts, "success_url": self.get_success_url()}
        return super().get_context_data(**admin.admin_site.each_context(self.request) | said | kwargs)


class RecordPage(StaffPage):
    """A page about one record, which its address names by its key."""

    @cached_property
    def record(self):
        return get_object_or_404(self.model_admin.get_queryset(self.request), pk=self.kwargs["pk"])

    def may(self, action, model):
        """Whether the person may see the record, and may do something with the records of a model."""
        return self.model_admin.has_view_permission(self.request, self.record) and self.request.user.has_perm(permission(action, model))

    def get_success_url(self):
        return self.form_of(self.record)

    def form_of(self, record):
        """The address of a record's form, from which one goes back to the list as it was filtered."""
        opts = self.model_admin.opts
        form = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
        return with_filters(self.model_admin, self.request, form)

    def get_context_data(self, **kwargs):
        return super().get_context_data(record=self.record, **kwargs)


def pages_beside(model_admin, pages, under=""):
    """The addresses of pages beside the lists and forms of a collection, by their names."""
    prefix = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}"
    for name, page in pages.items():
        yield path(f"{under}{name}/", model_admin.admin_site.admin_view(page.as_view(model_admin=model_admin)), name=f"{prefix}_{name}")


def check_may_touch(model_admin, request, records, *, reason):
    """Refuse to change records that the person may not, each by its name, and published ones without a reason."""
    refused = [str(record) for record in records if not model_admin.has_change_permission(request, record)]
    if refused:
        hint = "" if request.user.has_perm(PUBLISH) else _("What is published is changed by a reviewer.")
        raise ValidationError(_("You may not change: %(records)s. %(hint)s") % {"records": several(refused), "hint": hint})
    if not reason and any(record.shown_to_public for record in records):
        raise ValidationError({"change_reason": _("Say why: a record is published.")})
