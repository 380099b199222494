"""The page on which whoever may sign in makes tokens for his programs, and revokes them."""

from datetime import UTC, datetime, time

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, RedirectView

from wsis_tracker.accounts.addresses import networks
from wsis_tracker.accounts.models import A_YEAR, ApiToken


class TokenForm(forms.Form):
    """What a new token is to be."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What it is for: which program, on which machine."))
    may_write = forms.TypedChoiceField(
        label=_("Rights"), choices=[("", _("read")), ("write", _("read and write"))], coerce=bool, empty_value=False, required=False,
        help_text=_("Within your own rights."),
    )  # fmt: skip
    expires_on = forms.DateField(
        label=_("Expires on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The first day (UTC) on which it is no longer taken."),
    )  # fmt: skip
    addresses = forms.CharField(
        label=_("Addresses"), required=False, max_length=2000,
        help_text=_("Addresses or networks from which it may come, with spaces between them, as 192.0.2.0/24. From anywhere if empty."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def clean_expires_on(self):
        day = self.cleaned_data["expires_on"]
        if day <= timezone.now().date():
            raise ValidationError(_("Choose a day that is still to come."))
        return day

    def clean_addresses(self):
        return networks(self.cleaned_data["addresses"].replace(",", " ").split())

    def issue(self, request):
        """Make the token of who asks; returns it with its text."""
        asked = self.cleaned_data
        expires_at = datetime.combine(asked["expires_on"], time(), UTC)
        return ApiToken.objects.issue(
            request.user, asked["name"], expires_at=expires_at, may_write=asked["may_write"], addresses=asked["addresses"], request=request
        )


@method_decorator(never_cache, name="dispatch")
class TokensPage(LoginRequiredMixin, FormView):
    """One's own tokens, and the form that makes one; its text stands in the answer to the form and nowhere else."""

    template_name = "wsis_tracker/tokens.html"
    form_class = TokenForm
    extra_context = {"heading": _("API tokens")}

    def get_initial(self):
        return {"expires_on": timezone.now().date() + A_YEAR}

    def form_valid(self, form):
        token, text = form.issue(self.request)
        return self.render_to_response(self.get_context_data(form=TokenForm(initial=self.get_initial()), made=token, text=text))

    def get_context_data(self, **kwargs):
        now = timezone.now()
        tokens = [(token, token.state(now)) for token in self.request.user.tokens.select_related("revoked_by")]
        return super().get_context_data(**kwargs, tokens=tokens)


class RevokeToken(LoginRequiredMixin, RedirectView):
    """Revokes one of one's own tokens; the address leads to the page of them all."""

    url = reverse_lazy("tokens")

    def post(self, request, *args, key, **kwargs):
        token = get_object_or_404(request.user.tokens, key=key)
        token.revoke(by=request.user, request=request)
        messages.success(request, _("The token “%s” is revoked.") % token)
        return super().post(request, *args, **kwargs)
