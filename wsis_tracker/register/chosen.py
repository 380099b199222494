"""Fields of staff's forms in which a record is chosen by typing: no list of all rows is ever drawn."""

import re

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple


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
