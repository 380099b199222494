"""The page on using the API says what is so: its commands are run as they stand, and answered as it shows."""

import html
import json
import os
import re
import shutil
import subprocess
import urllib.request
from fnmatch import fnmatchcase

import pytest

from .server import environment, manage, served, url_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("curl") is None and not os.environ.get("CI"), reason="no curl"),
]
PAGE = "/using-the-api/"
PARAMETER = re.compile(r"<dt><code>([^<=]+)=([^<]+)</code></dt>")
SHOWN = re.compile(r'<figcaption>([^<]*)</figcaption>\s*<pre class="(command|answer)">([^<]*)</pre>')
#: Makes a token for each of the accounts whose tokens the page asks for, in its order.
ISSUE = """
from wsis_tracker.accounts.models import ApiToken, User
for name in ("editor", "reviewer"):
    print(ApiToken.objects.issue(User.objects.get(username=name), "examples", may_write=True)[1])
"""
BETWEEN = "\x1e"
#: Stands in an answer for what is another each time, or goes on.
ANY = "…"


@pytest.fixture(scope="module")
def server(register_apart):
    """The register as it is shipped, served, with a token for an editor and one for a reviewer."""
    ours = environment(url_of(register_apart), API_ANONYMOUS_RATE="", API_TOKEN_RATE="")
    manage(ours, "make_demo_logins")
    tokens = manage(ours, "shell", "-v0", "-c", ISSUE).split()
    with served(ours) as address:
        yield address, tokens


@pytest.fixture(scope="module")
def shown(server):
    """What the page shows: (caption, kind, text) of each command and answer."""
    with urllib.request.urlopen(f"{server[0]}{PAGE}") as page:  # noqa: S310 - our own server
        found = SHOWN.findall(page.read().decode())
    return [(html.unescape(caption), kind, html.unescape(text)) for caption, kind, text in found]


def values(text):
    """What an answer consists of, one after another: JSON, and lines of text."""
    text, found = text.replace("\ufeff", "").strip(), []
    while text:
        if text[0] in "{[":
            value, end = json.JSONDecoder().raw_decode(text)
        else:
            value, end = text.partition("\n")[0], len(text.partition("\n")[0])
        found.append(value)
        text = text[end:].strip()
    return found


def differences(shown, given, where=""):
    """Where what is shown is not so; members that are not shown do not count."""
    if shown == ANY:
        return
    if isinstance(shown, dict) and isinstance(given, dict):
        for name in shown:
            yield from differences(shown[name], given.get(name, "no such member"), f"{where}/{name}")
    elif isinstance(shown, list) and isinstance(given, list):
        goes_on = shown[-1:] == [ANY]
        if len(shown) - goes_on != len(given) and not (goes_on and len(shown) <= len(given)):
            yield f"{where}: {len(given)} instead of {len(shown)}"
        for place, pair in enumerate(zip(shown, given, strict=False)):
            yield from differences(*pair, f"{where}/{place}")
    elif isinstance(shown, str) and isinstance(given, str) and ANY in shown:
        if not fnmatchcase(given, re.sub(r"([?*[])", r"[\1]", shown).replace(ANY, "*")):
            yield f"{where}: {given!r} instead of {shown!r}"
    elif type(shown) is not type(given) or shown != given:
        yield f"{where}: {given!r} instead of {shown!r}"


def test_every_command_has_its_answer(shown):
    first, *others = shown
    assert first[1] == "command"
    assert [kind for _caption, kind, _text in others] == ["command", "answer"] * (len(others) // 2)
    assert len(others) > 30


def test_the_commands_run_as_they_stand_and_are_answered_as_shown(server, shown, tmp_path):
    (_caption, _kind, first), *others = shown
    for token in server[1]:
        first = first.replace(f"wsis_{ANY}", token, 1)
    commands, answers = others[::2], others[1::2]
    script = first + "".join(f"\n{text}\nprintf '\\36'" for _caption, _kind, text in commands)
    done = subprocess.run(["bash", "-eu", "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True)
    given = done.stdout.split(BETWEEN)[:-1]
    assert done.stderr == ""
    wrong = {}
    for (caption, _kind, _command), (_answer, _kind, text), output in zip(commands, answers, given, strict=True):
        found = [*differences(values(text), values(output))]
        if found:
            wrong[caption] = found
    assert wrong == {}


def test_the_parameters_that_it_names_are_taken(client):
    named = PARAMETER.findall(client.get(PAGE, headers={"host": "localhost"}).content.decode())
    assert len(named) == 7
    for name, value in named:
        response = client.get("/api/v1/roles/", {name: html.unescape(value)}, headers={"host": "localhost"})
        assert response.status_code == 200, response.content


def test_the_words_around_it_are_in_the_readers_language(client):
    french = client.get(f"/fr{PAGE}", headers={"host": "localhost"}).content.decode()
    assert "<h1>Utiliser l’API</h1>" in french
    assert "sont en anglais" in french
    assert french.count('<div lang="en" dir="ltr">') == french.count("<h2 id=")
    assert 'href="/fr/using-the-api/"' in client.get("/fr/about/", headers={"host": "localhost"}).content.decode()


def test_what_is_not_as_shown_is_noticed():
    assert [*differences({"a": 1, "b": ["x", ANY]}, {"a": 1, "b": ["x", "y", "z"], "c": 2})] == []
    assert [*differences({"at": f"?{ANY}&b"}, {"at": "?1&b"})] == []
    for shown, given in [({"a": 1}, {}), (["x"], ["x", "y"]), (["x", "y"], ["x"]), (["x", ANY], []), (1, True), (f"a{ANY}", "b"), ("1", 1)]:
        assert [*differences(shown, given)] != []
