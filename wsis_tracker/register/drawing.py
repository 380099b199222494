"""Drawing a fact from a paragraph: its form opens with the source filled in, and leads back to the paragraph once it is saved."""

import re

from django.core.exceptions import FieldDoesNotExist
from django.http import HttpResponseRedirect
from django.urls import reverse

from .deleted import DeletingAdmin

#: The parameter of a form's address that names the paragraph, by its key.
DRAWN_FROM = "drawn_from"


def drawn_from(request):
    """The key of the paragraph that a new fact is drawn from, or None."""
    key = request.GET.get(DRAWN_FROM, "")
    return key if re.fullmatch(r"\d{1,18}", key, re.ASCII) else None


class DrawnAdmin(DeletingAdmin):
    """A collection of which a new record may be drawn from a paragraph."""

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """A new record's first source is the paragraph; once sent, what is in the row was typed or left so by a person."""
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if prefix == "sources" and obj.pk is None and request.method == "GET" and drawn_from(request):
            given["initial"] = [{"provision": drawn_from(request)}]
        return given

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        """A source that is filled in is not folded away."""
        shown = super().get_inline_formsets(request, formsets, inline_instances, obj)
        for one in shown:
            if one.formset.prefix == "sources" and drawn_from(request):
                one.classes = ""
        return shown

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        paragraphs = self._paragraphs()
        if paragraphs is None or drawn_from(request) is None or {"_continue", "_addanother", "_popup"} & set(request.POST):
            return response
        return HttpResponseRedirect(reverse(f"admin:{paragraphs.app_label}_{paragraphs.model_name}_change", args=[drawn_from(request)]))

    def _paragraphs(self):
        """The kind of record in which the facts of the collection are read, or None where it has no sources."""
        try:
            source = self.model._meta.get_field("sources").related_model
        except FieldDoesNotExist:
            return None
        return source._meta.get_field("provision").related_model._meta
