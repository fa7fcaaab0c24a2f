"""Whether newapi is the newest is said as far as it is known, with or without a network."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from newapi import __version__
from newapi.project import installation
from newapi.project.installation import Installation
from newapi.releases import store
from newapi.template import address, sources
from newapi.terminal import programs

OWN = f"_src_path: {address.canonical()}\n"


class Distribution:
    """What was installed, as far as it is asked for."""

    def __init__(self, direct_url: str | None) -> None:
        self.direct_url = direct_url

    def read_text(self, name: str) -> str | None:
        """Return a file of the installation."""
        assert name == "direct_url.json"
        return self.direct_url


def installed(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, url: str = "", answer: str | None = None
) -> Installation:
    """Look from a folder as a newapi that was installed from somewhere; uv gives the answer."""

    def run(command: list[str], **_: object) -> tuple[int, bytes]:
        assert command[:3] == ["uv", "pip", "compile"]
        if answer is None:
            raise programs.ProgramError("No solution found when resolving dependencies.", "")
        return 0, answer.encode()

    direct_url = json.dumps({"url": url, "dir_info": {}}) if url else None
    monkeypatch.setattr(sources, "checkout", lambda: None)
    monkeypatch.setattr(metadata, "distribution", lambda _: Distribution(direct_url))
    monkeypatch.setattr(programs, "run", run)
    return installation.look(folder)


def test_checkout_is_renewed_by_git(tmp_path: Path) -> None:
    found = installation.look(tmp_path)

    assert (found.origin, found.newest, found.is_newest) == ("checkout", None, None)
    assert found.hint == f"git -C {found.location} pull"


@pytest.mark.parametrize(
    ("url", "way"),
    [
        ("file:///home/ada/newapi", "git pull in that folder, then uv tool install --reinstall ."),
        ("https://host.example/t.whl", "uv tool install --reinstall https://host.example/t.whl"),
    ],
)
def test_installation_from_elsewhere_is_never_compared_with_the_index(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, way: str
) -> None:
    found = installed(monkeypatch, tmp_path, url=url, answer="newapi-cli==99.0.0")

    assert (found.origin, found.newest, found.is_newest) == ("direct", None, None)
    assert url in found.message
    assert found.hint == way


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        (f"newapi-cli=={__version__}\n", (__version__, True), "is the newest."),
        ("newapi-cli==0.0.1\n", ("0.0.1", True), "is the newest."),
        ("newapi-cli==99.0.0\n", ("99.0.0", False), "newapi 99.0.0 is available"),
        ("", (None, None), "is not known"),
        ("\x1b[2J", (None, None), "is not known"),
        (None, (None, None), "is not known: uv gets no answer about newapi-cli"),
    ],
)
def test_installation_from_the_index_is_compared_with_it(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: str | None,
    expected: tuple[str | None, bool | None],
    words: str,
) -> None:
    found = installed(monkeypatch, tmp_path, answer=answer)

    assert (found.origin, found.newest, found.is_newest) == ("index", *expected)
    assert words in found.message
    assert found.hint == ("" if found.is_newest else installation.UPGRADE)


@pytest.mark.parametrize(
    ("answers", "is_newer"),
    [
        (f"_commit: v99.1.0\n{OWN}", True),
        (f"_commit: {store.newest()}\n{OWN}", False),
        (f"_commit: v0.6.0.dev0+t0123456789ab\n{OWN}", False),
        ("_commit: v99.1.0\n_src_path: https://host.example/fork.git\n", False),
        ("{broken", False),
        ("", False),
    ],
)
def test_project_with_a_newer_release_shows_that_newapi_is_not_the_newest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answers: str, *, is_newer: bool
) -> None:
    (tmp_path / ".copier-answers.yml").write_text(answers)
    (tmp_path / "app").mkdir()

    found = installed(monkeypatch, tmp_path / "app", answer=f"newapi-cli=={__version__}")

    assert found.is_newest is not is_newer
    assert ("v99.1.0" in found.message) is is_newer
