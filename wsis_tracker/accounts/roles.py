"""The roles of the staff, as groups: what each may do with every record of the register."""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

READER, EDITOR, REVIEWER, ADMINISTRATOR = "Reader", "Editor", "Reviewer", "Administrator"
#: The kept tables, which nobody edits by hand.
KEPT = Q(content_type__app_label="register") | Q(codename__contains="_historical")
#: Accounts are kept by hand, the groups by `make_roles` alone.
ACCOUNTS = Q(content_type__app_label="accounts") | Q(codename__in=["view_group", "view_accessattempt"])
#: A token is made by its owner alone; administrators see that it is there, and revoke it. A saved filter is its owner's. What happened is
#: only read.
OWN = (
    Q(codename__in=["add_apitoken", "delete_apitoken"])
    | Q(content_type__model="savedfilter")
    | (Q(content_type__model="accountevent") & ~Q(codename="view_accountevent"))
)


def make_roles():
    """Make the four groups and give them exactly their permissions; running it again changes nothing else."""
    rooms = [config.label for config in apps.get_app_configs() if config.name in ("mandates", "action_lines", "meetings", "reports")]
    records = Permission.objects.filter(content_type__app_label__in=rooms).exclude(KEPT)
    view = Permission.objects.filter(Q(content_type__app_label__in=[*rooms, "register"]), codename__startswith="view_")
    edit = records.exclude(content_type__model__in=["ruling", "issuedreport"]).exclude(codename__startswith="view_")
    publish = Permission.objects.filter(content_type__app_label="register", codename="publish")
    people = Permission.objects.filter(ACCOUNTS).exclude(KEPT | OWN)
    for name, permissions in {
        READER: view,
        EDITOR: view | edit,
        REVIEWER: view | records | publish,
        ADMINISTRATOR: view | records | publish | people,
    }.items():
        Group.objects.get_or_create(name=name)[0].permissions.set(permissions.distinct())
