"""Who may do what through the API: everybody reads what is published, the rest follows from `register/rights.py`."""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from wsis_tracker.register.proposals import PUBLISH
from wsis_tracker.register.rights import may

NEEDED = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class RegisterPermission(BasePermission):
    """Reading is open; writing needs the permission of the method, an action that of its own (`needs` of the view's method).

    Who edits for an organisation may come in here; which records are the organisation's, the view asks of each.
    """

    def has_permission(self, request, view):
        if request.method in SAFE_METHODS:
            return True
        return request.user.is_authenticated and may_write(request, view)


def may_write(request, view, record=None):
    """Whether the person may do what the request asks, with a record where one is given."""
    needed = getattr(view, "needs", None) or NEEDED[request.method]
    return request.user.has_perm(PUBLISH) if needed == PUBLISH else may(request.user, needed, view.queryset.model, record)
