"""Where staff choose a record by typing, in forms and beside lists: no list of all rows is ever drawn."""

import re

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple
from django.utils.functional import cached_property
from django.utils.text import capfirst


class KeysAlone(AutocompleteMixin):
    """Names what is chosen when the form is shown again; what was sent and is no key is not looked up."""

    def optgroups(self, name, value, attrs=None):
        return super().optgroups(name, [key for key in value if re.fullmatch(r"\d{1,18}", str(key), re.ASCII)], attrs)


class ChosenByTyping(KeysAlone, AutocompleteSelect):
    """One record, or none."""


class ManyByTyping(KeysAlone, AutocompleteSelectMultiple):
    """Some records."""


class KnownSelect(ChosenByTyping):
    """A field chosen by typing that need not look up the name of what is chosen already."""

    chosen = None

    def optgroups(self, name, value, attrs=None):
        if self.chosen is None or {str(key) for key in value if key} != {str(self.chosen.pk)}:
            return super().optgroups(name, value, attrs)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        return [(None, [*options, self.create_option(name, self.chosen.pk, str(self.chosen), True, 1)], 0)]


def chosen_by_typing(field, model, link):
    """Let the record or the records of a form's field be chosen by typing, as where `model` links to one by `link`."""
    widget = ManyByTyping if field.widget.allow_multiple_selected else ChosenByTyping
    field.widget = widget(model._meta.get_field(link), admin.site)
    field.widget.choices = field.choices


class FilterByTyping(admin.SimpleListFilter):
    """A filter of a list by a record that is chosen by typing; an address names it by its key or by its slug."""

    template = "register/filter_by_typing.html"
    #: Where it is chosen as in a form: a model, and its link to the record.
    as_in = ()

    @cached_property
    def given(self):
        """What the address says."""
        return self.value() or ""

    @cached_property
    def chosen(self):
        """The record that is filtered by, or None."""
        model, link = self.as_in
        key = {"pk": self.given} if re.fullmatch(r"\d{1,18}", self.given, re.ASCII) else {"slug": self.given}
        return model._meta.get_field(link).related_model.objects.filter(**key).first()

    def choices(self, changelist):
        self.besides = {name: values for name, values in changelist.filter_params.items() if name != self.parameter_name}
        return super().choices(changelist)

    @property
    def bound(self):
        """The field in which it is chosen."""
        model, link = self.as_in
        form = forms.Form(initial={self.parameter_name: self.chosen and self.chosen.pk}, auto_id="filter_by_%s")
        records = model._meta.get_field(link).related_model.objects.all()
        field = form.fields[self.parameter_name] = forms.ModelChoiceField(records, label=capfirst(self.title), required=False)
        chosen_by_typing(field, model, link)
        field.widget.attrs["data-width"] = "100%"
        return form[self.parameter_name]
