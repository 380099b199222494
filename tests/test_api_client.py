"""A client that a public generator makes from the schema works, so the schema says what the API does."""

import compileall
import importlib
import json
import subprocess
import sys
import sysconfig
from http import HTTPStatus
from pathlib import Path

import pytest
from django.core.management import call_command


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """A file with the OpenAPI schema."""
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    call_command("spectacular", format="openapi-json", file=str(file))
    return file


@pytest.fixture(scope="module")
def client_of(schema):
    """A function that imports a module of the client generated from the schema."""
    generator = [Path(sysconfig.get_path("scripts")) / "openapi-python-client", "generate", "--meta", "none", "--path", schema]
    config = schema.with_name("config.yml")
    # The code is not to be read, and the generator knows archives by one name alone.
    config.write_text("post_hooks: []\ncontent_type_overrides: {application/zip: application/octet-stream}\n")
    where = schema.with_name("register_client")
    made = subprocess.run([*generator, "--config", config, "--output-path", where], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout, made.stderr) == (0, f"Generating {where}\n", "")  # no warning either
    sys.path.insert(0, str(where.parent))
    yield lambda module: importlib.import_module(f"register_client.{module}")
    sys.path.remove(str(where.parent))
    for name in [name for name in sys.modules if name.partition(".")[0] == "register_client"]:
        del sys.modules[name]


def test_the_schema_is_the_same_however_often_it_is_asked_for(schema, tmp_path):
    call_command("spectacular", format="openapi-json", file=str(tmp_path / "again"))
    assert (tmp_path / "again").read_text() == schema.read_text()


def test_the_schema_lists_no_empty_vocabulary_and_no_shape_twice(schema):
    def shapes(node):
        yield from [node] if isinstance(node, dict) else []
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
            yield from shapes(inner)

    for shape in shapes(json.loads(schema.read_text())):
        assert shape.get("enum") != []
        for choices in (shape.get("oneOf", []), shape.get("anyOf", [])):
            assert all(choices.count(choice) == 1 for choice in choices)


@pytest.mark.django_db
def test_the_client_compiles_reads_writes_and_is_told_of_a_stale_update(client_of, served_apart, token_of):
    client = client_of("client").AuthenticatedClient(served_apart, token_of("Editor"), raise_on_unexpected_status=True)
    models = client_of("models")
    assert compileall.compile_dir(Path(models.__file__).parents[1], quiet=1)
    assert (Path(models.__file__).parents[1] / "api").is_dir()

    roles = client_of("api.roles.roles_list").sync(client=client, action_line=["c7"], limit=100)
    assert roles.count == len(roles.results) > 0
    assert {role.action_line.slug for role in roles.results} == {"c7"}
    assert "itu-c7-council-res-1244-annex" in {role.slug for role in roles.results}

    body = models.TaskRequest(title="Tell Council", responsible=["itu-t"], action_lines=["c7"], change_reason="Asked in Geneva")
    made = client_of("api.tasks.tasks_create").sync_detailed(client=client, body=body)
    assert made.status_code == HTTPStatus.CREATED
    task, read = made.parsed, made.headers["ETag"]
    assert (task.state, task.responsible[0].slug) == ("open", "itu-t")

    move = models.MoveRequest(state=models.MoveRequestState("in-progress"), reason="Begun")
    moved = client_of("api.tasks.tasks_move_create").sync_detailed(task.slug, client=client, body=move, if_match=read)
    assert (moved.status_code, moved.parsed.state, moved.parsed.moves[-1].reason) == (HTTPStatus.OK, "in-progress", "Begun")

    change = models.PatchedTaskRequest(title="Tell the Council")
    update = client_of("api.tasks.tasks_partial_update").sync_detailed
    stale = update(task.slug, client=client, body=change, if_match=read)
    assert (stale.status_code, stale.parsed.status, stale.parsed.title) == (HTTPStatus.PRECONDITION_FAILED, 412, "Precondition Failed")
    assert stale.parsed["current"]["state"] == "in-progress"
    fresh = update(task.slug, client=client, body=change, if_match=moved.headers["ETag"])
    assert (fresh.status_code, fresh.parsed.title) == (HTTPStatus.OK, "Tell the Council")
    assert fresh.parsed.url == f"{served_apart}/api/v1/tasks/{task.slug}/"
