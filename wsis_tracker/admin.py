"""The secretariat's application: the admin site, its records in the order in which staff think."""

from functools import wraps

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, PermissionDenied
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from wsis_tracker.register.records import Part, Record
from wsis_tracker.register.rights import edits_for_organisation, permission

from .sign_in import SignIn

#: The groups of the index, each with its collections in order, by the names of their models.
GROUPS = [
    (_("What was asked"), ["Document", "Provision", "Relation", "Mandate", "Mention", "Figure"]),
    (_("Who does what"), ["Organisation", "Person", "Appointment", "ActionLine", "Role", "Activity"]),
    (_("Where it was discussed"), ["Meeting", "Submission", "Question", "Conclusion"]),
    (_("Follow-up"), ["Task", "Progress"]),
    (_("Reports"), ["Report", "Ruling"]),
    (_("The register"), ["Change", "Proposal", "User", "Group", "ApiToken", "AccountEvent", "AccessAttempt"]),
]


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
    index_title = _("Records")

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
