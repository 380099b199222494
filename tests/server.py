"""The production server in a process of its own, on a register that no other test looks at."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

GRANIAN = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "warning", "wsis_tracker.wsgi:application"]


def environment(database, **more):
    """What `make run` sets for its processes: `database` names the register, `more` what else differs."""
    return {**os.environ, "DATABASE_URL": database, "DEMO": "1", "SECURE": "0", **more}


def url_of(database):
    """The address of a database of which the settings are given."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database['NAME']}").geturl()


def manage(environment, *args):
    """What a command prints."""
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True).stdout


@contextmanager
def served(environment):
    """The address of a server while it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*GRANIAN, "--port", str(port)], cwd=settings.BASE_DIR, env=environment)
    address = f"http://127.0.0.1:{port}"
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{address}/about/")  # noqa: S310 - our own server
            break
        except OSError:
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(10)
