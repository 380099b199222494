"""Review in the admin: an editor's change of a published record becomes a proposal, which another sees as a difference and decides."""

from collections import defaultdict
from itertools import takewhile

from django import forms
from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .plain import parts_of, stating_fields
from .proposals import PUBLISH, Proposal
from .records import Record, Visibility, names_of_links

#: How far back it is looked who sent a record to review.
MOST_STEPS = 50


def may_see(user, model):
    return user.has_perm(f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}")


def tell(request, record):
    """Say above a record's form where it stands in review, and what waits for a decision."""
    if hasattr(request, "proposing"):
        messages.info(request, _("This record is published: what you change waits for a reviewer, and the public sees it as it is."))
    if record.shown_to_public:
        waiting = Proposal.objects.waiting_for(record).count()
        if waiting:
            said = ngettext("%d proposal to change this record waits for a reviewer.", "%d proposals to change this record wait.", waiting)
            path = f"{reverse('admin:register_proposal_changelist')}?state__exact=waiting&slug={record.slug}"
            messages.info(request, format_html('{} <a href="{}">{}</a>', said % waiting, path, _("Look at them")))
    elif record.whole is None and record.visibility == Visibility.IN_REVIEW:
        rows = record.history.select_related("history_user").order_by("-history_id")[:MOST_STEPS]
        sent = list(takewhile(lambda row: row.visibility == Visibility.IN_REVIEW, rows))[-1:]
        for row in sent:
            who, day = row.history_user or _("system"), f"{row.history_date:%Y-%m-%d}"
            said = _("%(who)s sent this record to review on %(day)s.") % {"who": who, "day": day}
            own = _("Somebody else publishes it.") if row.history_user == request.user else ""
            messages.info(request, f"{said} {row.history_change_reason or ''} {own}".strip())


class NotSaved(Exception):
    """A form was not in order; `answer` shows it again."""

    def __init__(self, answer):
        self.answer = answer


def propose(request, record, save):
    """Keep what saving the form would make of a published record as a proposal; `save` gives the answer of the form.

    The form is saved and undone, so all its rules hold. The answer is the page of the proposal, or the form with what is wrong.
    """

    def change():
        answer = save()
        if answer.status_code != HttpResponseRedirect.status_code:
            raise NotSaved(answer)

    reason = request.POST.get("change_reason", "").replace("\0", "").strip()
    try:
        try:
            proposal = Proposal.objects.propose(record, change, by=request.user, reason=reason)
        except (ValidationError, IntegrityError) as error:
            request.refusal = " ".join(getattr(error, "messages", [])) or _("Nothing was saved: somebody else has just recorded the same.")
            proposal = Proposal.objects.propose(record, change, by=request.user, reason=reason)  # which gives the form as it was typed
    except NotSaved as refused:
        return refused.answer
    if not (proposal.fields or proposal.parts):
        proposal.delete()
        messages.warning(request, _("Nothing was proposed: you changed nothing."))
        return HttpResponseRedirect(request.path)
    messages.success(request, _("Your change waits for a reviewer; the public sees the published state all the while."))
    return HttpResponseRedirect(reverse("admin:register_proposal_change", args=[proposal.pk]))


class DecisionForm(forms.Form):
    """Why a proposal is accepted or refused."""

    reason = forms.CharField(
        label=gettext_lazy("Reason of the decision"), required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Whoever proposed it reads it; required where it is refused."),
    )  # fmt: skip


def decide(request, proposal, decision, reason):
    """Do with a proposal what was chosen; the sentence that says so."""
    if decision == "accept":
        proposal.accept(by=request.user, reason=reason, request_id=request.id)
        return _("The proposal is accepted: the record says what was proposed.")
    if decision == "refuse":
        proposal.refuse(by=request.user, reason=reason)
        return _("The proposal is refused: the record stays as it is.")
    proposal.withdraw(by=request.user)
    return _("The proposal is taken back.")


def page(model_admin, request, proposal):
    """A proposal as the difference that it makes, and for whom may decide it the form to do so."""
    own, form = proposal.by_id == request.user.pk, DecisionForm(request.POST or None)
    may = {"accept", "refuse"} if request.user.has_perm(PUBLISH) and not own else {"withdraw"} if own else set()
    if request.method == "POST":
        if request.POST.get("decision") not in may:
            raise PermissionDenied
        if form.is_valid():
            try:
                said = decide(request, proposal, request.POST["decision"], form.cleaned_data["reason"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            except IntegrityError:
                form.add_error(None, _("Nothing was saved: somebody else has just recorded the same."))
            else:
                messages.success(request, said)
                return HttpResponseRedirect(request.path)
    waits = proposal.state == Proposal.State.WAITING
    context = {
        **model_admin.admin_site.each_context(request),
        **difference(proposal, waits),
        "opts": model_admin.opts,
        "proposal": proposal,
        "form": form,
        "may_decide": waits and "accept" in may,
        "may_withdraw": waits and "withdraw" in may,
    }
    return TemplateResponse(request, "register/proposal.html", context)


def difference(proposal, waits):
    """What a page shows of a proposal and of its record: each field before, as proposed and now, and each line of the parts."""
    record = proposal.record()
    before, now = proposal.before(), proposal.now(record) if record else {}
    overtaken = set(proposal.overtaken(before, now)) if record and waits else set()
    names, (fields, parts) = Names(proposal, before, now), proposal.changes()
    told = (before, proposal.fields, now)
    return {
        "title": _("Proposal: %s") % (record or proposal.slug),
        "record": record,
        "record_url": record and reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]),
        "changed_since": record is not None and waits and record.updated_at != proposal.base_version,
        "fields": [
            (capfirst(field.verbose_name), *(names.said(field, of.get(field.name)) for of in told), field.name in overtaken)
            for field in fields
        ],
        "parts": [
            (capfirst(part._meta.verbose_name_plural), names.lines(part, before.get(name, []), proposal.parts[name]), name in overtaken)
            for name, part in parts.items()
        ],
    }


class Names:
    """Plain values as they are read: words by their labels, links by the names of what they lead to, which take a query for each kind."""

    def __init__(self, proposal, *said):
        keys, parts, (own, _parts) = defaultdict(set), parts_of(proposal.model), proposal.changes()
        for values in ({**proposal.fields, **proposal.parts}, *said):
            for name, value in values.items():
                rows = [(stating_fields(parts[name]), row) for row in value] if name in parts else [(own, {name: value})]
                for fields, row in rows:
                    for field in fields:
                        if field.is_relation and row.get(field.name):
                            keys[field.related_model].add(row[field.name])
        self.names = {(model, key): name for model, of_model in keys.items() for key, name in names_of(model, of_model)}

    def said(self, field, value):
        if value is None or value in ("", [], {}):
            return "–"
        if field.is_relation:
            return self.names.get((field.related_model, value), value)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, dict):
            return "; ".join(f"{code}: {text}" for code, text in value.items())
        return ", ".join(map(str, value)) if isinstance(value, list) else str(localize(value) if isinstance(value, bool) else value)

    def lines(self, part, before, proposed):
        """The parts before and as proposed, each with what happens to it; a part that changes is taken away and added anew."""
        left = list(proposed)
        for row in before:
            stays = row in left
            if stays:
                left.remove(row)
            yield _("stays") if stays else _("taken away"), self.line(part, row)
        for row in left:
            yield _("added"), self.line(part, row)

    def line(self, part, row):
        fields = [field for field in stating_fields(part) if row.get(field.name) not in (None, "", [], {})]
        return "; ".join(f"{capfirst(field.verbose_name)}: {self.said(field, row[field.name])}" for field in fields)


def names_of(model, keys):
    """The names of records by their slugs, or of accounts by their own names."""
    if issubclass(model, Record):
        rows = model.objects.select_related(*names_of_links(model)).filter(slug__in=keys)
    else:
        rows = model._default_manager.filter(**{f"{model.USERNAME_FIELD}__in": keys})
    return [(row.natural_key()[0], str(row)) for row in rows]
