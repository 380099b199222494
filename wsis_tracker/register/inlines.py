"""Rows that staff edit together with the record they belong to."""

from django import forms
from django.contrib import admin
from django.db.models import UniqueConstraint
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from .chosen import ChosenByTyping, KnownSelect
from .constraints import names_in
from .drawing import drawn_from
from .fields import TranslatedWidget
from .proposals import PUBLISH
from .records import Record, Visibility, names_of_links
from .rights import sees_all


def record_links(model):
    """The foreign keys of a model, all of which are chosen by typing: no list of all rows is ever drawn."""
    return [f.name for f in model._meta.concrete_fields if f.is_relation and f.editable and f.name != "record"]


def restricted(db_field, user):
    """How a link is chosen by who sees some records alone; nothing where all are seen, or where no record is chosen."""
    model = db_field.related_model
    return {"queryset": model.objects.seen_by(user)} if issubclass(model, Record) and not sees_all(user, model) else {}


def visibilities(user):
    """The visibilities that a user may give to a record."""
    return [choice for choice in Visibility.choices if choice[0] != Visibility.PUBLISHED or user.has_perm(PUBLISH)]


class RowFormSet(BaseInlineFormSet):
    """Rows of a record, no two of which say the same; their fields are named though their labels stand above the table."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for bound in form.visible_fields():
            widget = getattr(bound.field.widget, "widget", bound.field.widget)
            if not isinstance(widget, TranslatedWidget):
                widget.attrs |= {"aria-label": bound.label} | ({"title": bound.help_text} if bound.help_text else {})

    def clean(self):
        super().clean()
        for constraint in self.model._meta.constraints:
            # Django's formsets compare the rows by the plain unique constraints, and leave out these.
            if isinstance(constraint, UniqueConstraint) and (constraint.expressions or constraint.condition):
                self._refuse_twins(constraint)

    def _refuse_twins(self, constraint):
        seen = set()
        for form in self.forms:
            if not form.is_valid() or form in self.deleted_forms or not (form.has_changed() or form.instance.pk):
                continue
            key = tuple(getattr(form.instance, self.model._meta.get_field(name).attname) or "" for name in names_in(constraint))
            if key in seen and (constraint.expressions or all(key)):
                form.add_error(None, _("Another line of the form says the same."))
            seen.add(key)


class PartFormSet(RowFormSet):
    """The parts of a record, whose names are fetched with them."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownSelect) and form.instance.pk:
                widget.chosen = getattr(form.instance, name)


class PartInline(admin.TabularInline):
    """Parts of a record, edited with it."""

    formset = PartFormSet
    template = "register/rows.html"
    extra = 0
    #: Whether tables that are exported and imported hold the parts.
    exchanged = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*names_of_links(self.model))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs |= {"widget": KnownSelect(db_field, self.admin_site), **restricted(db_field, request.user)}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # A part is changed by whoever may change its record.
    def has_add_permission(self, request, obj=None):
        return self._may_change(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may_change(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may_change(request, obj)

    def has_view_permission(self, request, obj=None):
        return True

    def _may_change(self, request, obj):
        record_admin = self.admin_site.get_model_admin(self.parent_model)
        return record_admin.has_change_permission(request, obj) if obj else record_admin.has_add_permission(request)


class SourceInline(PartInline):
    """Where a fact is read."""

    fields = ["provision", "words", "field", "value", "fact_ids"]
    classes = ["collapse"]

    def get_extra(self, request, obj=None, **kwargs):
        """A line of its own for the paragraph that a new fact is drawn from."""
        return 1 if obj is None and request.method == "GET" and drawn_from(request) else self.extra

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "words":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 2, "cols": 40})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class RecordInline(admin.TabularInline):
    """Records that belong to another: those there are, each with a link to its own form, and lines for new ones."""

    formset = RowFormSet
    template = "register/rows.html"
    extra = 0
    show_change_link = True
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*names_of_links(self.model))

    def get_autocomplete_fields(self, request):
        return record_links(self.model)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, widget=ChosenByTyping(db_field, self.admin_site), **kwargs)

    def view_on_site(self, record):
        """Where the public sees it; what it does not see leads nowhere."""
        return record.get_absolute_url() if record.shown_to_public else None

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "visibility":
            kwargs["choices"] = visibilities(request.user)
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_add_permission(self, request, obj=None):
        """A proposal changes one record: those that belong to it are entered by themselves."""
        return super().has_add_permission(request, obj) and not hasattr(request, "proposing")

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True
