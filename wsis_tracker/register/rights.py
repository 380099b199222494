"""Who may do what with the records of a model: by a role, or for the organisation whose records they are.

A role is of all records of a model. Who edits for an organisation (`OrganisationEditor`) has the rights of an editor over the
records that its model says are the organisation's (`edited_for`), sees beside them what is published and what the model opens to
the organisation (`opened_to`), and nothing else.
"""


def permission(action, model):
    """The name of the permission to do `action` with the records of a model."""
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def sees_all(user, model):
    """Whether a person, None for the public, sees by a role also those records of a model that are not published."""
    return user is not None and user.is_authenticated and user.has_perm(permission("view", model))


def organisations_of(user):
    """The keys of the organisations for which a person edits; of the public none."""
    return user.organisations if user is not None and user.is_authenticated and user.is_active else frozenset()


def edits_for_organisation(user, model, record=None):
    """Whether a person edits for some organisation records of a model, and this one where one is given."""
    if model.edited_for is None:
        return False
    organisations = organisations_of(user)
    return bool(organisations) if record is None else getattr(record, f"{model.edited_for}_id") in organisations


def may(user, action, model, record=None):
    """Whether a person may do `action` with a record, or with some records of its model; what is published has rules beyond this."""
    return user.has_perm(permission(action, model)) or edits_for_organisation(user, model, record)
