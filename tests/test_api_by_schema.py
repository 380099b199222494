"""The API does what its schema says, whatever is sent that the schema allows or forbids."""

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest
from django.conf import settings

#: Some of every kind of operation: a collection with parts and its records, what is computed, the root.
SOME = "^/api/v1/(tasks/|resolve/|discrepancies/|changes/|$)"


def try_out(address, tmp_path, token, examples, *narrowed):
    """Send what schemathesis makes of the schema, under all its checks; fails with all that it says of a fault."""
    command = [Path(sysconfig.get_path("scripts")) / "schemathesis", "--config-file", settings.BASE_DIR / "schemathesis.toml"]
    command += ["run", f"{address}/api/v1/schema/", "--checks", "all", "--phases", "examples,coverage,fuzzing", "--continue-on-failure"]
    command += ["--max-examples", str(examples), "--seed", "2003", *narrowed]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout[-50_000:] + done.stderr, pytrace=False)


@pytest.fixture(params=[None, "Editor"], ids=["anonymous", "editor"])
def token(request, token_of):
    return request.param and token_of(request.param)


@pytest.mark.django_db
def test_some_of_it_for_a_few_examples(served_apart, tmp_path, token):
    try_out(served_apart, tmp_path, token, 1, "--include-path-regex", SOME)


@pytest.mark.soak
@pytest.mark.django_db
def test_all_of_it_for_a_hundred_examples_of_each_operation(served_apart, tmp_path, token):
    try_out(served_apart, tmp_path, token, 100)
