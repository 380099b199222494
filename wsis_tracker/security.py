"""The page on which everybody keeps his own sign-in safe: password, second factor, recovery codes."""

import base64
import io
import re

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.messages.views import SuccessMessageMixin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, UpdateView, View

from wsis_tracker.accounts import second_factor
from wsis_tracker.rest.problems import problem_response

from .sign_in import FORM, CodeForm

#: The pages of the admin that open before the second factor is set up, and those outside of it that do not.
OPEN, CLOSED = {"login", "logout", "jsi18n"}, {"tokens", "revoke-token"}


class SecondFactorFirst:
    """Leads administrators, where they must have a second factor, to set one up before anything else of theirs opens.

    Who has one is not signed in without it, so this is asked of those alone who have none.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not (settings.SECOND_FACTOR_FOR_ADMINISTRATORS and is_guarded(request) and lacks_second_factor(request)):
            return None
        if request.path_info.startswith("/api/"):
            return problem_response(request, 403, "Administrators set up a second factor first, on the page /account/security/.")
        messages.warning(request, _("Administrators need a second factor: set it up, and everything opens."))
        return redirect("security")


def is_guarded(request):
    """Whether a request is for the admin, one's tokens, or the API by a session; a token has its own rules."""
    match = request.resolver_match
    if request.path_info.startswith("/api/"):
        return request.headers.get("Authorization", "").partition(" ")[0].lower() != "bearer"
    return match.url_name in CLOSED or ("admin" in match.namespaces and match.url_name not in OPEN)


def lacks_second_factor(request):
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    return signed_in and not second_factor.is_verified(request) and second_factor.is_administrator(request.user)


class ProofForm(forms.Form):
    """What shows that it is really the owner of the account who sits there."""

    proof = forms.CharField(
        label=_("Your password, or a code"), strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def is_of(self, request):
        """Whether it is the password or a code of who asks."""
        proof = self.cleaned_data["proof"]
        if second_factor.may_be_code(proof) and second_factor.verify(request.user, proof, request=request):
            return True
        return authenticate(request, username=request.user.get_username(), password=proof) is not None


@method_decorator(never_cache, name="dispatch")
class SecurityPage(LoginRequiredMixin, FormView):
    """How one signs in; sent, its form takes the second factor away."""

    template_name = "wsis_tracker/security.html"
    form_class = ProofForm
    success_url = reverse_lazy("security")
    extra_context = {"heading": _("Sign-in and security")}

    def form_valid(self, form):
        if not form.is_of(self.request):
            form.add_error("proof", _("This is neither your password nor a code of yours."))
            return self.form_invalid(form)
        second_factor.take_away(self.request.user, request=self.request)
        messages.success(self.request, _("Your second factor is taken away; the password alone signs you in."))
        return super().form_valid(form)

    def get_context_data(self, **kwargs):
        user = self.request.user
        device = second_factor.device_of(user)
        return super().get_context_data(
            **kwargs, device=device, codes_left=second_factor.codes_left(user) if device else 0, problems_heading=_("Nothing was changed")
        )


@method_decorator(never_cache, name="dispatch")
class LanguagePage(LoginRequiredMixin, SuccessMessageMixin, UpdateView):
    """The language of the letters to the person."""

    template_name = FORM
    fields = ["language"]
    success_url = reverse_lazy("security")
    success_message = _("The language of your e-mails is changed.")
    extra_context = {"heading": _("The language of your e-mails"), "button": _("Change the language")}

    def get_object(self, queryset=None):
        return self.request.user


@method_decorator(never_cache, name="dispatch")
class SetUpPage(LoginRequiredMixin, FormView):
    """Where a second factor is set up: it counts from the first code that is right."""

    template_name = "wsis_tracker/second_factor.html"
    form_class = CodeForm
    extra_context = {"heading": _("Set up a second factor"), "problems_heading": _("Nothing was changed")}

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            if second_factor.device_of(request.user):
                return redirect("security")
            self.device = second_factor.begun_by(request.user)
            if self.device is None or "begin" in request.POST:
                if request.method != "POST":
                    return redirect("security")
                second_factor.begin(request.user)
                return redirect("second-factor")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        codes = second_factor.confirm(self.request, form.cleaned_data["code"])
        if codes is None:
            form.add_error("code", _("This is not the code that the app shows now. Wait for the next one."))
            return self.form_invalid(form)
        return show_codes(self.request, codes)

    def get_context_data(self, **kwargs):
        key = base64.b32encode(self.device.bin_key).decode()
        return super().get_context_data(**kwargs, key=" ".join(re.findall(".{1,4}", key)))


class QrCode(LoginRequiredMixin, View):
    """The picture by which an app learns the second factor that is being set up, and no other."""

    def get(self, request):
        device = second_factor.begun_by(request.user)
        if device is None:
            raise Http404
        picture = io.BytesIO()
        segno.make(device.config_url, error="m").save(picture, kind="svg", scale=6, light="#fff", svgclass=None, lineclass=None)
        return HttpResponse(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


class NewCodes(LoginRequiredMixin, View):
    """Makes new recovery codes for who has a second factor."""

    def post(self, request):
        if second_factor.device_of(request.user) is None:
            return redirect("security")
        return show_codes(request, second_factor.make_codes(request.user, request=request))


def show_codes(request, codes):
    """The page of one's sign-in with new recovery codes, which stand in this answer and nowhere else."""
    page = SecurityPage()
    page.setup(request)
    answer = page.render_to_response(page.get_context_data(form=ProofForm(), codes=codes))
    answer["Cache-Control"] = "no-store"
    return answer
