"""The secretariat's application: the admin site, its records in the order in which staff think."""

from functools import wraps

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from . import saved_filters
from .my_work import my_work

#: The groups of the index, each with its collections in order, by the names of their models.
GROUPS = [
    (_("What was asked"), ["Document", "Provision", "Relation", "Mandate", "Mention", "Figure"]),
    (_("Who does what"), ["Organisation", "Person", "Appointment", "ActionLine", "Role", "Activity"]),
    (_("Where it was discussed"), ["Meeting", "Submission", "Question", "Conclusion"]),
    (_("Follow-up"), ["Task", "Progress"]),
    (_("Reports"), ["Report", "Ruling"]),
    (_("The register"), ["Change", "Proposal", "User", "Group", "ApiToken"]),
]


class Choices(AutocompleteJsonView):
    """What may be chosen in a field, for those who may see it or may fill in the field: an editor names assignees."""

    def has_perm(self, request, obj=None):
        options = self.source_field.model._meta
        return super().has_perm(request, obj) or request.user.has_perm(f"{options.app_label}.add_{options.model_name}")


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
            return inner(request, *args, **kwargs)

        return refusing

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)

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
