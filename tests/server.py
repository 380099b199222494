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
def served(environment, *options, log=None):
    """The address of a server while it runs; what it says goes to the file `log` where one is given."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(log or os.devnull, "w") as said:
        command = [*GRANIAN, "--port", str(port), *options]
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=said, stderr=said)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/about/")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address):
    for _attempt in range(300):
        try:
            urllib.request.urlopen(address)  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"No server answers at {address}.")
