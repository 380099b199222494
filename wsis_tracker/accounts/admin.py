"""Accounts and tokens, as administrators keep them: nobody gives a right that is not his own to give."""

from axes.models import AccessAttempt
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from . import letters, second_factor
from .models import AccountEvent, ApiToken, User

KINDS = AccountEvent.Kind
# Devices hold secrets: nobody looks at them here.
admin.site.unregister([Group, StaticDevice, TOTPDevice])


class InvitationForm(forms.ModelForm):
    """A new account; the person sets the password, by a link that is sent."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "language", "groups"]
        labels = {"groups": _("Roles")}
        help_texts = {"groups": _("None for who only edits for an organisation, which is said in the form of the organisation.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True

    def save(self, commit=True):
        self.instance.set_unusable_password()
        self.instance.is_staff = bool(self.cleaned_data["groups"])
        return super().save(commit)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Rights come from the roles; what goes beyond them, and accounts beyond them, only a superuser touches.

    When an account was made and last used is recorded, not typed. Whatever changes its rights is noted as what happened to it.
    """

    actions = ["invite_again", "end_sessions", "take_second_factor_away"]
    add_form = InvitationForm
    add_form_template = "admin/change_form.html"
    add_fieldsets = [(None, {"fields": InvitationForm.Meta.fields})]
    list_display = ["username", "first_name", "last_name", "email", "roles", "state", "has_second_factor", "last_login"]
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).prefetch_related("groups").annotate(has_device=Exists(devices))

    @admin.display(description=_("roles"))
    def roles(self, account):
        return ", ".join(group.name for group in account.groups.all()) or "–"

    @admin.display(description=_("state"))
    def state(self, account):
        if not account.is_active:
            return _("ended")
        return _("invited") if account.awaits_password else _("in use")

    @admin.display(description=_("second factor"), boolean=True, ordering="has_device")
    def has_second_factor(self, account):
        return account.has_device

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """The roles are few: all are seen, and ticked."""
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        personal = {"fields": ["first_name", "last_name", "email", "language"]}
        return [sets[0], (sets[1][0], personal), *sets[2:]] if obj else sets

    def get_readonly_fields(self, request, obj=None):
        beyond = [] if request.user.is_superuser else ["is_superuser", "user_permissions"]
        return [*super().get_readonly_fields(request, obj), "last_login", "date_joined", *beyond]

    # -- what happened is noted --------------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        form.rights_before = User.objects.get(pk=obj.pk).rights() if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        rights, before = form.instance.rights(), form.rights_before
        changed = [f"{name}: {before.get(name, '')} → {value}" for name, value in rights.items() if value != before.get(name, "")]
        if changed:
            AccountEvent.objects.note(KINDS.RIGHTS_CHANGED, form.instance, by=request.user, request=request, detail="\n".join(changed))

    def add_view(self, request, form_url="", extra_context=None):
        """Once the account is safely there, its owner is invited."""
        response = super().add_view(request, form_url, extra_context)
        if getattr(request, "made", None):
            self._invite(request, [request.made])
        return response

    def log_addition(self, request, obj, message):
        request.made = obj
        return super().log_addition(request, obj, message)

    def user_change_password(self, request, id, form_url=""):
        before = User.objects.filter(pk=id).values_list("password", flat=True).first() if id.isdecimal() else None
        response = super().user_change_password(request, id, form_url)
        account = User.objects.filter(pk=id).first() if before is not None else None
        if account and account.password != before:
            AccountEvent.objects.note(KINDS.PASSWORD_SET, account, by=request.user, request=request)
        return response

    # -- what is done with many --------------------------------------------------------------------------------------

    @admin.action(description=_("Invite the selected people again"), permissions=["change"])
    def invite_again(self, request, queryset):
        awaiting = [account for account in self._reached(request, queryset) if account.is_active and account.awaits_password]
        if not awaiting:
            self.message_user(request, _("All of them have set a password: whoever forgot it asks for another."), messages.WARNING)
        self._invite(request, awaiting)

    @admin.action(description=_("End the sessions of the selected accounts"), permissions=["change"])
    def end_sessions(self, request, queryset):
        reached = self._reached(request, queryset)
        for account in reached:
            account.end_sessions(by=request.user, request=request)
        count = len(reached)
        said = ngettext("The sessions of %d account have ended.", "The sessions of %d accounts have ended.", count) % count
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description=_("Take the second factor away from the selected accounts"), permissions=["change"])
    def take_second_factor_away(self, request, queryset):
        having = [account for account in self._reached(request, queryset) if account.has_device]
        for account in having:
            second_factor.take_away(account, request=request)
        count = len(having)
        said = ngettext("%d account has no second factor any more.", "%d accounts have no second factor any more.", count) % count
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)

    def _reached(self, request, queryset):
        return [account for account in queryset if self.has_change_permission(request, account)]

    def _invite(self, request, accounts):
        """Send each an invitation, and tell to whom it could not be sent."""
        for account in accounts:
            try:
                letters.invite(account, request=request)
            except OSError:
                said, level = _("The invitation to %s could not be sent: invite again later."), messages.ERROR
            else:
                said, level = _("An invitation was sent to %s."), messages.SUCCESS
            self.message_user(request, said % account.email, level)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._within_reach(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._within_reach(request, obj)

    def _within_reach(self, request, account):
        return account is None or request.user.is_superuser or not account.is_superuser


class ReadOnlyAdmin(admin.ModelAdmin):
    """What is looked at and not touched."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """The roles, which the program itself makes (see `roles.py`)."""

    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(Prefetch("permissions", Permission.objects.select_related("content_type")))


@admin.register(AccountEvent)
class AccountEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "account", "by", "address", "detail", "request_id"]
    list_select_related = ["account", "by"]
    list_filter = ["kind"]
    search_fields = ["account__username", "by__username", "address", "request_id"]
    date_hierarchy = "at"


@admin.register(AccessAttempt)
class AttemptAdmin(ReadOnlyAdmin):
    """The failures that count at present: who has too many waits."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    search_fields = ["username", "ip_address"]
    fields = ["attempt_time", "username", "ip_address", "user_agent", "path_info", "failures_since_start"]


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
            obj.revoke(by=request.user, request=request)

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request, queryset):
        count = queryset.revoke(by=request.user, request=request)
        self.message_user(
            request,
            ngettext("%d token is revoked.", "%d tokens are revoked.", count) % count,
            messages.SUCCESS if count else messages.WARNING,
        )
