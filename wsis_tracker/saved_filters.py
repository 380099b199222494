"""Filters of the admin's lists that people save under a name, for themselves or, who may publish, for everybody."""

from django import forms
from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wsis_tracker.accounts.models import SavedFilter
from wsis_tracker.register.proposals import PUBLISH
from wsis_tracker.register.review import may_see

#: What an address says besides a filter: the page, a mistake, and how the list is shown.
NO_FILTER = {"p", "e", "all", "_popup", "_to_field", "_facets", "_changelist_filters"}


def address_of_list(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def listed_model(label):
    """The model whose list is named, as `meetings.task`; None where there is none."""
    try:
        model = apps.get_model(label)
        address_of_list(model)
    except (LookupError, ValueError, NoReverseMatch):
        return None
    return model


def seen(user, model=None):
    """The filters that a person saved or others share, of one list or of all those that he may see; each with its `url` and `list_name`."""
    kept = []
    for saved in SavedFilter.objects.seen_by(user).filter(**{"listed": model._meta.label_lower} if model else {}):
        of = model or listed_model(saved.listed)
        if of is not None and may_see(user, of):
            saved.url, saved.list_name = f"{address_of_list(of)}?{saved.query}", capfirst(of._meta.verbose_name_plural)
            saved.is_own = saved.owner_id == user.pk
            kept.append(saved)
    return kept


class SavingForm(forms.ModelForm):
    """A filter and the name to keep it under."""

    class Meta:
        model = SavedFilter
        fields = ["name", "query", "shared"]

    def clean_query(self):
        """The filter alone, in the form of an address."""
        given = QueryDict(self.cleaned_data["query"].removeprefix("?"), mutable=True)
        for name in NO_FILTER & set(given):
            del given[name]
        return given.urlencode()


@require_POST
def save(request):
    """Keep a filter of a list under a name; a name that the person has used for the list already means the new filter."""
    model = listed_model(request.POST.get("listed", ""))
    if model is None:
        raise Http404
    form = SavingForm(request.POST)
    if not may_see(request.user, model) or (request.POST.get("shared") and not request.user.has_perm(PUBLISH)):
        raise PermissionDenied
    if not form.is_valid():
        said = "; ".join(f"{form[name].label}: {' '.join(errors)}" for name, errors in form.errors.items())
        messages.error(request, _("The filter was not saved. %s") % said)
        return HttpResponseRedirect(address_of_list(model))
    data = form.cleaned_data
    values = {"query": data["query"], "shared": data["shared"]}
    SavedFilter.objects.update_or_create(owner=request.user, listed=model._meta.label_lower, name=data["name"], defaults=values)
    messages.success(request, _("The filter “%s” is saved.") % data["name"])
    return HttpResponseRedirect(f"{address_of_list(model)}?{data['query']}")


@require_POST
def delete(request, pk):
    """Forget a filter of one's own."""
    saved = get_object_or_404(SavedFilter, pk=pk, owner=request.user)
    saved.delete()
    messages.success(request, _("The filter “%s” is deleted.") % saved.name)
    model = listed_model(saved.listed)
    return HttpResponseRedirect(address_of_list(model) if model else reverse("admin:index"))
