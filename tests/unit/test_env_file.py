"""`.env` has secrets of its own, which only its owner can read."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from newapi.project.env_file import missing, write_env

EXAMPLE = """\
# change-me is replaced
ENVIRONMENT=development
SECRET_KEY=change-me
export TOKEN=change-me
DATABASE_URL=postgresql://app:change-me@localhost/app
QUOTED="change-me"
OTHER=change-me-not
"""


def test_placeholders_become_secrets_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(EXAMPLE)

    path = write_env(tmp_path)

    assert path == tmp_path / ".env"
    pattern = re.escape(EXAMPLE)
    for line in ("SECRET_KEY", "export\\ TOKEN"):
        pattern = pattern.replace(f"\n{line}=change\\-me", f"\n{line}=([\\w-]{{64}})")
    match = re.fullmatch(pattern, path.read_text())
    assert match is not None
    assert match[1] != match[2]


def test_secrets_differ_from_project_to_project(tmp_path: Path) -> None:
    texts = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".env.example").write_text("SECRET_KEY=change-me\n")
        path = write_env(tmp_path / name)
        assert path is not None
        texts.add(path.read_text())

    assert len(texts) == 2


@pytest.mark.posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_it(tmp_path: Path, umask: int) -> None:
    (tmp_path / ".env.example").write_text(EXAMPLE)
    before = os.umask(umask)
    try:
        path = write_env(tmp_path)
    finally:
        os.umask(before)

    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_an_example_there_is_no_file(tmp_path: Path) -> None:
    assert write_env(tmp_path) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.posix
def test_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / ".env.example").write_text(EXAMPLE)
    (tmp_path / ".env").symlink_to(victim)

    with pytest.raises(FileExistsError):
        write_env(tmp_path)

    assert victim.read_text() == "mine"


def test_renamed_variable_keeps_its_value() -> None:
    env, example = b"export OLD=5/minute\nSAME=1\n", b"# How often.\nNEW=30/minute\nSAME=2\n"

    text, added = missing(env, example, {"OLD": "NEW", "GONE": "OTHER"})

    assert text == env + b"\n# How often.\nNEW=5/minute\n"
    assert added == ["NEW"]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_file_of_an_editor_on_windows_keeps_its_line_ends(start: bytes) -> None:
    env = start + b"FIRST=1\r\nOLD=5/minute\r\nLAST=2"

    text, added = missing(env, b"FIRST=3\n# How often.\nNEW=30/minute\n", {"OLD": "NEW"})

    assert text == env + b"\r\n\r\n# How often.\r\nNEW=5/minute\r\n"
    assert added == ["NEW"]
