from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "wsis_tracker.rest"

    def ready(self):
        from . import schema  # noqa: F401 - drf-spectacular knows an extension once it is imported
