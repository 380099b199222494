"""The door of the web server."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wsis_tracker.settings")
application = get_wsgi_application()

# What the program consists of is never garbage, and of what a request reads little is before it has been answered: to look through
# either took a third of the time of a long list.
import_module("wsis_tracker.urls")
gc.freeze()
gc.set_threshold(50_000, 20, 100)
