"""Who may do what through the API: everybody reads what is published, the rest follows from the roles of the staff."""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from wsis_tracker.register.proposals import PUBLISH

NEEDED = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


def permission(action, model):
    """The name of the permission to do `action` with the records of a model."""
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def sees_drafts(user, model):
    """Whether a person, None for the public, may see also those records of a model that are not published."""
    return user is not None and user.is_authenticated and user.has_perm(permission("view", model))


def seen(user, model):
    """The records of a model that a person may see."""
    return model.objects.all() if sees_drafts(user, model) else model.objects.published()


class RegisterPermission(BasePermission):
    """Reading is open; writing needs the permission of the method, an action that of its own (`needs` of the view's method)."""

    def has_permission(self, request, view):
        if request.method in SAFE_METHODS:
            return True
        if not request.user.is_authenticated:
            return False
        needed = getattr(view, "needs", None) or NEEDED[request.method]
        return request.user.has_perm(PUBLISH if needed == PUBLISH else permission(needed, view.queryset.model))
