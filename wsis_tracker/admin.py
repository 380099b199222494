"""The secretariat's application: the admin site, its records in the order in which staff think."""

from functools import wraps
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from wsis_tracker.register.drawing import DRAWN_FROM
from wsis_tracker.register.records import Part, Record
from wsis_tracker.register.rights import edits_for_organisation, permission

from . import saved_filters
from .my_work import my_work
from .sign_in import SignIn

#: The groups of the index, each with its collections in order, by the names of their models.
GROUPS = [
    (_("What was asked"), ["Document", "Provision", "Relation", "Mandate", "Mention", "Figure"]),
    (_("Who does what"), ["Organisation", "Person", "Appointment", "ActionLine", "Role", "Activity"]),
    (_("Where it was discussed"), ["Meeting", "Submission", "Question", "Conclusion"]),
    (_("Follow-up"), ["Task", "Progress"]),
    (_("Reports"), ["Report", "IssuedReport", "ParagraphText", "Ruling"]),
    (_("The register"), ["Change", "Proposal", "User", "Group", "ApiToken", "AccountEvent", "AccessAttempt"]),
]
#: The kinds of fact that are drawn from a paragraph, each with what its form begins with: of the paragraph, of its document.
DRAWN = {
    "mandates.mandate": lambda p, d: {"made_in": p.pk, "valid_from": d.dated_on, "date_basis": d.date_basis},
    "action_lines.role": lambda p, d: {"made_in": p.pk, "claimant": d.body_id, "valid_from": d.dated_on, "date_basis": d.date_basis},
    "meetings.task": lambda p, d: {"mandate": only_mandate(p)},
    "mandates.mention": lambda p, d: {"provision": p.pk},
    "mandates.figure": lambda p, d: {"dated_on": d.dated_on, "date_basis": d.date_basis},
    "meetings.conclusion": lambda p, d: {
        "provision": p.pk, "concluded_by": d.body_id, "dated_on": d.dated_on, "date_basis": d.date_basis, "item": p.number
    },
    "meetings.meeting": lambda p, d: {},
    "mandates.appointment": lambda p, d: {"valid_from": d.dated_on, "date_basis": d.date_basis},
    "mandates.relation": lambda p, d: {"document": d.pk, "provision": p.pk, "valid_from": d.dated_on, "date_basis": d.date_basis},
}  # fmt: skip


def only_mandate(provision):
    """The key of the mandate that a provision gives, where it gives one alone."""
    keys = list(provision.mandates.values_list("pk", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None


class Choices(AutocompleteJsonView):
    """What may be chosen in a field, for those who may see it or may fill in the field: an editor names assignees."""

    def has_perm(self, request, obj=None):
        model = self.source_field.model
        whole = model._meta.get_field("record").related_model if issubclass(model, Part) else model
        own = (
            issubclass(whole, Record)
            and issubclass(self.source_field.related_model, Record)
            and edits_for_organisation(request.user, whole)
        )
        return super().has_perm(request, obj) or request.user.has_perm(permission("add", model)) or own


class TrackerAdminSite(admin.AdminSite):
    site_title = _("WSIS tracker")
    site_header = _("WSIS tracker: the secretariat’s records")
    index_title = _("My work")

    def index(self, request, extra_context=None):
        return super().index(request, {**(extra_context or {}), "my_work": my_work(request.user)})

    def get_urls(self):
        own = [
            path("filters/save/", self.admin_view(saved_filters.save), name="save_filter"),
            path("filters/<int:pk>/delete/", self.admin_view(saved_filters.delete), name="delete_filter"),
        ]
        return own + super().get_urls()

    def admin_view(self, view, cacheable=False):
        """`view` for the staff; no text of an address holds a NUL, which PostgreSQL would not take."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def refusing(request, *args, **kwargs):
            if any("\0" in text for texts in request.GET.lists() for text in [texts[0], *texts[1]]):
                raise BadRequest
            if request.resolver_match.url_name == "view_on_site" and request.user.is_authenticated and not request.user.is_staff:
                raise PermissionDenied  # it leads from a key to the page of any record, also of one that is not shown
            return inner(request, *args, **kwargs)

        return refusing

    def has_permission(self, request):
        """The staff, and those who edit for an organisation, who reach its records alone."""
        return request.user.is_authenticated and request.user.works_in_admin

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        return SignIn.as_view(extra_context=extra_context)(request)

    def password_change(self, request, extra_context=None):
        return redirect("password-change")

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)

    def facts_to_draw(self, request, provision):
        """What a person may draw from a paragraph: the name of each kind of fact and the address of its form, the source filled in."""
        for label, begins in DRAWN.items():
            model = apps.get_model(label)
            if self.get_model_admin(model).has_add_permission(request):
                given = {name: value for name, value in begins(provision, provision.document).items() if value}
                form = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
                yield capfirst(model._meta.verbose_name), f"{form}?{urlencode(given | {DRAWN_FROM: provision.pk})}"

    def get_app_list(self, request, app_label=None):
        """The collections in the groups of the index; the page of one app stays Django's own."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        grouped = [(name, [models.pop(key) for key in keys if key in models]) for name, keys in GROUPS]
        if models:
            grouped.append((_("Other"), list(models.values())))
        return [
            {"name": name, "app_label": f"group-{number}", "app_url": "", "has_module_perms": True, "models": members}
            for number, (name, members) in enumerate(grouped)
            if members
        ]
