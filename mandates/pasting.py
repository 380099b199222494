"""A document's text pasted and split: what was found is shown before any of it is made a provision, and no text is kept.

The gist of a provision is in our own words, so it stays empty unless a person writes it there; the beginning of each paragraph is shown
beside it that one sees which it is.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .models import Document, Provision
from .models.documents import ProvisionKind
from .splitting import in_order, positions, split

#: No text of the register is longer; more provisions are no form that a person could read; how much of a paragraph is shown.
LONGEST, MOST, SHOWN = 400_000, 1500, 160


class TextForm(forms.Form):
    """The text to be split."""

    text = forms.CharField(
        label=_("Text of the document"), max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 20, "class": "vLargeTextField", "dir": "auto"}),
        help_text=_("Paste it as it is printed, with its numbers. What it is split into is shown before it is made; the text is not kept."),
    )  # fmt: skip

    def clean_text(self):
        pieces = split(self.cleaned_data["text"])
        if not pieces:
            raise ValidationError(_("No paragraph was found in the text."))
        if len(pieces) > MOST:
            raise ValidationError(
                _("The text has %(count)d paragraphs; at most %(most)d are taken at once.") % {"count": len(pieces), "most": MOST}
            )
        self.pieces = pieces
        return self.cleaned_data["text"]


class PieceForm(forms.Form):
    """What is made of one paragraph."""

    make = forms.BooleanField(label=_("Make it"), required=False)
    label = forms.SlugField(label=_("Label"), max_length=100, widget=forms.TextInput(attrs={"size": 16}))
    number = forms.CharField(label=_("Number as printed"), max_length=40, required=False, widget=forms.TextInput(attrs={"size": 6}))
    kind = forms.ChoiceField(label=_("Kind"), choices=ProvisionKind)
    gist = forms.CharField(label=_("Gist in our own words"), required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 24}))

    def __init__(self, *args, piece, held, **kwargs):
        super().__init__(*args, **kwargs)
        self.piece, self.held = piece, held
        self.start = piece.text if len(piece.text) <= SHOWN else f"{piece.text[:SHOWN]}…"
        for bound in self:
            bound.field.widget.attrs["aria-label"] = f"{bound.label}: {piece.label}"
        if held:
            for name in self.fields:
                self.fields[name].required = False

    @property
    def made(self):
        """Whether a provision is to be made."""
        return not self.held and self.cleaned_data.get("make")


class PieceFormSet(forms.BaseFormSet):
    """The paragraphs found in a text, each with what is made of it; those that the document has already are only shown."""

    def __init__(self, *args, document, pieces, **kwargs):
        self.document, self.pieces = document, pieces
        self.there = {provision.label: provision for provision in document.provisions.all()}
        said = [{"make": True, "label": p.label, "number": p.number, "kind": p.kind, "gist": ""} for p in pieces]
        super().__init__(*args, initial=said, prefix="piece", **kwargs)

    def total_form_count(self):
        return len(self.pieces)

    def get_form_kwargs(self, index):
        piece = self.pieces[index]
        return {"piece": piece, "held": self.there.get(piece.label), "empty_permitted": False, "use_required_attribute": False}

    def clean(self):
        seen = set(self.there)
        for form in self.forms:
            if not form.errors and form.made:
                label = form.cleaned_data["label"]
                if label in seen:
                    form.add_error("label", _("Another paragraph of the document has this label."))
                seen.add(label)
        if not any(not form.errors and form.made for form in self.forms) and not any(form.errors for form in self.forms):
            raise ValidationError(_("Tick the paragraphs that are to be made."))

    @cached_property
    def new(self):
        """How many of the paragraphs found the document has not."""
        return sum(piece.label not in self.there for piece in self.pieces)

    def make(self):
        """Make the provisions that are ticked, at their places among those of the document; returns them.

        What stands after them is moved where there is no room. Somebody who was faster is told by a ValidationError.
        """
        list(Document.objects.lock().filter(pk=self.document.pk))
        there = {provision.label: provision for provision in self.document.provisions.order_by("position")}
        named = [form.piece.label if form.held else form.cleaned_data["label"] for form in self.forms if form.held or form.made]
        places = positions(in_order(list(there), named), {label: provision.position for label, provision in there.items()})
        for provision in reversed(there.values()):
            if provision.position != places[provision.label]:
                provision.position = places[provision.label]
                provision.save()
        made, known = [], {}
        for form in self.forms:
            above = known.get(form.piece.parent)
            if form.made:
                data = {name: form.cleaned_data[name] for name in ("label", "number", "kind", "gist")}
                provision = Provision(document=self.document, parent=above, position=places[data["label"]], **data)
                provision.full_clean()
                provision.save()
                made.append(provision)
            # What was left out is no part of anything: what is part of it is part of what it was part of.
            known[form.piece.label] = there.get(form.piece.label) if form.held else made[-1] if form.made else above
        return made


def pieces_of(document, pieces, data=None):
    """The formset of the pieces of a text."""
    made = forms.formset_factory(PieceForm, formset=PieceFormSet, extra=0, max_num=MOST, absolute_max=MOST)
    return made(data, document=document, pieces=pieces)


class ReasonForm(forms.Form):
    """Why the provisions are made."""

    change_reason = forms.CharField(
        label=_("Reason for the change"),
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Kept in the history."),
    )
