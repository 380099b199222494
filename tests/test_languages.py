"""Six languages: every word of the interface in each, with the same placeholders, and none that a catalogue lacks."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from . import bulk

CATALOGUES = sorted((settings.BASE_DIR / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def messages(path):
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def texts(value):
    return [value] if isinstance(value, str) else list(value)


def test_there_is_a_catalogue_for_each_language_but_our_own():
    locales = {translation.to_locale(code) for code, _name in settings.LANGUAGES} - {"en"}
    assert {path.parent.parent.name for path in CATALOGUES} == locales


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_word_is_translated_and_none_is_a_guess(path):
    unfinished = [m.id for m in messages(path) if m.fuzzy or not all(texts(m.string))]
    assert unfinished == []


@pytest.mark.skipif(shutil.which("msgfmt") is None and not os.environ.get("CI"), reason="no gettext to check the catalogues")
@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_gettext_finds_no_fault_in_a_catalogue(path):
    done = subprocess.run(["msgfmt", "--check", "--output-file", os.devnull, path], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_translation_keeps_the_placeholders(path):
    for message in messages(path):
        ids = texts(message.id)
        wanted = {frozenset(PLACEHOLDER.findall(text)) for text in ids}
        for text in texts(message.string):
            assert frozenset(PLACEHOLDER.findall(text)) in wanted, (message.id, text)


@pytest.mark.skipif(shutil.which("xgettext") is None and not os.environ.get("CI"), reason="no gettext to read the words from the code")
def test_no_word_of_the_code_is_missing_from_the_catalogues(tmp_path):
    here = tmp_path / "register"
    shutil.copytree(
        settings.BASE_DIR, here, ignore=shutil.ignore_patterns(".venv", ".git", "staticfiles", "tests", "*.sqlite3*", "fixtures")
    )
    before = {path: {str(m.id) for m in messages(path)} for path in CATALOGUES}
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--all", "--no-obsolete", "-v0"], cwd=here, check=True, capture_output=True
    )
    for path, known in before.items():
        now = {str(m.id) for m in messages(here / path.relative_to(settings.BASE_DIR))}
        assert now - known == set(), f"make messages, then translate: {path}"


SPOKEN = {
    "/fr/": "Grandes orientations",
    "/es/": "Líneas de acción",
    "/ru/": "Направления деятельности",
    "/zh-hans/": "行动方面",
    "/ar/": "خطوط العمل",
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", SPOKEN)
def test_the_pages_speak_the_language_of_their_address(client, path):
    assert SPOKEN[path] in client.get(path, headers={"host": "localhost"}).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language, words", [("", r"1,1\d\d entries"), ("/fr", "1\xa01\\d\\d entrées"), ("/es", "1\xa01\\d\\d entradas")])
def test_numbers_are_written_as_in_the_readers_language(client, language, words):
    bulk.documents(1000)
    assert re.search(words, client.get(f"{language}/documents/?limit=1", headers={"host": "localhost"}).content.decode())
