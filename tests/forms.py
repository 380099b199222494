"""The admin's forms, as a browser would send them."""

from django.urls import reverse


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form_of(client, url):
    """What the form at `url` would send if nothing were typed."""
    return sent_by(client.get(url))


def sent_by(response):
    """What the form that a response shows would send if nothing more were typed."""
    context, data = response.context, {}
    forms = [
        context["adminform"].form,
        *(form for formset in context["inline_admin_formsets"] for form in [formset.formset.management_form, *formset.formset.forms]),
    ]
    for form in forms:
        for bound in form:
            value = bound.value()
            widget = bound.field.widget
            if hasattr(widget, "decompress"):
                texts = value if isinstance(value, list) else widget.decompress(value)
                data |= {bound.html_name + name: text or "" for name, text in zip(widget.widgets_names, texts, strict=True)}
            elif isinstance(value, bool):
                data |= {bound.html_name: "on"} if value else {}
            else:
                data[bound.html_name] = "" if value is None else value
    return data


def errors_of(response):
    context = response.context
    found = [str(error) for errors in context["adminform"].form.errors.values() for error in errors]
    for formset in context["inline_admin_formsets"]:
        found += [str(error) for form in formset.formset.forms for errors in form.errors.values() for error in errors]
    return " ".join(found)
