from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "wsis_tracker.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from .sign_ins import listen  # its models are only there now

        listen()
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(give_roles, sender=last)


def give_roles(sender, using, apps, **kwargs):
    """Once the database is in shape, and Django has made the permissions of every model, the roles have theirs."""
    from .roles import make_roles

    try:
        apps.get_model("accounts", "AccountEvent")
    except LookupError:  # on the way back to before there were accounts
        return
    if using == DEFAULT_DB_ALIAS:
        make_roles()
