"""Accounts, as administrators keep them: nobody gives a right that is not his own to give."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from .models import User


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
