"""Accounts and tokens, as administrators keep them: nobody gives a right that is not his own to give."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import ApiToken, User


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Rights come from the roles; what goes beyond them, and accounts beyond them, only a superuser touches.

    When an account was made and last used is recorded, not typed.
    """

    def get_readonly_fields(self, request, obj=None):
        beyond = [] if request.user.is_superuser else ["is_superuser", "user_permissions"]
        return [*super().get_readonly_fields(request, obj), "last_login", "date_joined", *beyond]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._within_reach(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._within_reach(request, obj)

    def _within_reach(self, request, account):
        return account is None or request.user.is_superuser or not account.is_superuser


class UsableFilter(admin.SimpleListFilter):
    """With which of the tokens somebody can act now."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("usable", _("usable")), ("ended", _("no longer usable"))]

    def queryset(self, request, queryset):
        usable = ApiToken.objects.usable(timezone.now()).values("pk")
        return {"usable": queryset.filter(pk__in=usable), "ended": queryset.exclude(pk__in=usable)}.get(self.value(), queryset)


class RevokingForm(forms.ModelForm):
    """Of a token nothing is changed, it is only ended."""

    revoke = forms.BooleanField(label=_("Revoke it"), required=False, help_text=_("The API takes it no longer; this cannot be undone."))


@admin.register(ApiToken)
class TokenAdmin(admin.ModelAdmin):
    """Every token, as its owner made it: administrators see that it is there, and revoke it."""

    form = RevokingForm
    actions = ["revoke"]
    list_display = ["name", "owner", "key", "may_write", "expires_at", "last_used_at", "state"]
    list_select_related = ["owner"]
    list_filter = [UsableFilter, "may_write"]
    search_fields = ["name", "key", "owner__username"]
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = [
        "owner", "name", "key", "may_write", "addresses", "created_at", "expires_at", "last_used_at", "revoked_at", "revoked_by",
    ]  # fmt: skip

    @admin.display(description=_("state"))
    def state(self, token):
        return token.state(timezone.now()).label

    def get_fields(self, request, obj=None):
        revocable = obj and not obj.revoked_at and self.has_change_permission(request, obj)
        return [*self.readonly_fields, *(["revoke"] if revocable else [])]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if form.cleaned_data.get("revoke"):
            obj.revoke(by=request.user)

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request, queryset):
        count = queryset.revoke(by=request.user)
        self.message_user(request, ngettext("%d token is revoked.", "%d tokens are revoked.", count) % count, messages.SUCCESS)
