"""What a record says as plain values, the form that files, proposals and the feed of changes hold it in.

A link is the slug of its record (of an account, its name), a number with a fraction is text, and everything else is as JSON has it.
"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .records import Record


def stated(row, fields):
    """`{field name: plain value}` of a record, of a part, or of a row of their history whose links were fetched with it."""
    return {field.name: plain(row, field) for field in fields}


def plain(row, field):
    """The plain value of one field; None where what it links to is gone."""
    if field.is_relation:
        linked = getattr(row, field.name)
        return linked.natural_key()[0] if linked else None
    value = getattr(row, field.attname)
    return str(value) if isinstance(value, Decimal) else value


def stating_fields(model):
    """The fields by which a record, or a part within its record, says something."""
    if issubclass(model, Record):
        return model.stating_fields()
    return [field for field in model._meta.concrete_fields if field.editable and field.name not in ("id", "record")]


def parts_of(model):
    """The models of a record's parts under the names by which the record holds them."""
    return {name: model._meta.get_field(name).related_model for name in model.parts()}


def stated_parts(record):
    """`{name of the parts: [what each says]}` of a record."""
    links = {name: stating_fields(part) for name, part in parts_of(type(record)).items()}
    return {name: [stated(part, fields) for part in getattr(record, name).all()] for name, fields in links.items()}


def meant(field, value):
    """The value of a field that a plain value stands for; ValidationError where what it links to is gone."""
    if field.is_relation and value is not None:
        try:
            return field.related_model._default_manager.get_by_natural_key(value)
        except field.related_model.DoesNotExist:
            raise ValidationError({field.name: _("“%s” is no longer there.") % value}) from None
    return value if field.is_relation else field.to_python(value)
