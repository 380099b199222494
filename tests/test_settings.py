"""Production: it refuses to start without a secret, and Django's own check of a deployment finds nothing."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


def manage(*args, **environment):
    """Run a command with no environment of the caller's and no .env."""
    without_env_file = "import environ, runpy, sys; environ.Env.read_env = lambda *a, **k: None; sys.argv[0] = 'manage.py'; "
    command = [sys.executable, "-c", without_env_file + "runpy.run_path('manage.py', run_name='__main__')"]
    return subprocess.run(
        [*command, *args],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


SECRET = "k" * 10 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"


def test_production_refuses_to_start_without_a_secret_key():
    done = manage("check")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_the_deployment_check_is_clean_in_productions_environment():
    done = manage("check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=SECRET, ALLOWED_HOSTS="register.example.org")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("environment", [{"DEBUG": "perhaps"}, {"DATABASE_URL": "nonsense"}])
def test_nonsense_in_the_environment_fails_aloud(environment):
    assert manage("check", SECRET_KEY=SECRET, **environment).returncode != 0


def test_demonstration_logins_are_refused_where_they_are_not_asked_for():
    done = manage("make_demo_logins", SECRET_KEY=SECRET, DATABASE_URL="sqlite://:memory:")
    assert done.returncode != 0
    assert "DEMO" in done.stderr
