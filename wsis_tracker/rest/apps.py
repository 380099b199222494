from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "wsis_tracker.rest"
