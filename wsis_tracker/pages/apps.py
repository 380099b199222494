from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "wsis_tracker.pages"
    label = "pages"
