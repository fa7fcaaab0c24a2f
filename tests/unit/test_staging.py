"""The target: what is accepted, what is left alone, and that nothing half-done stays."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from newapi.create import staging
from newapi.create.staging import Staging, stage
from newapi.errors import NewapiError, UsageError
from newapi.terminal import external_tools, interrupts
from tests import trees

pytestmark = pytest.mark.posix

FILES = {"README.md": "generated\n", "app/main.py": "app = None\n", ".env": "KEY=1\n"}


def make(target: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Create a small project."""
    with stage(target, force=force) as staging:
        trees.write(staging.path, FILES)
        (staging.path / ".env").chmod(0o600)
        return staging.publish()


def test_project_appears_as_a_whole(tmp_path: Path) -> None:
    with stage(tmp_path / "demo") as staging:
        trees.write(staging.path, FILES)
        assert not (tmp_path / "demo").exists()
        assert staging.path.name == "demo"
        assert staging.path.parent.stat().st_mode & 0o777 == 0o700
        assert staging.publish() == ()

    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert (tmp_path / "demo/app/main.py").read_text() == "app = None\n"


def test_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()

    make(tmp_path / "demo")

    assert (tmp_path / "demo/README.md").exists()


@pytest.mark.parametrize("name", ["with space", "Größe", "項目"])
def test_unusual_folders_are_fine(tmp_path: Path, name: str) -> None:
    make(tmp_path / name / "demo")

    assert (tmp_path / name / "demo/README.md").exists()


def file(path: Path) -> None:
    """Make a file."""
    path.write_text("mine", encoding="utf-8")


def filled_folder(path: Path) -> None:
    """Make a folder with a file in it."""
    trees.write(path, {"mine": "mine"})


def link_to_folder(path: Path) -> None:
    """Make a link to an empty folder."""
    (path.parent / "elsewhere").mkdir()
    path.symlink_to("elsewhere")


def dangling_link(path: Path) -> None:
    """Make a link to nothing."""
    path.symlink_to("nowhere")


def pipe(path: Path) -> None:
    """Make a named pipe."""
    os.mkfifo(path)


@pytest.mark.parametrize("exists", [file, filled_folder, link_to_folder, dangling_link, pipe])
def test_what_exists_is_refused_and_left_alone(
    tmp_path: Path, exists: Callable[[Path], None]
) -> None:
    target = tmp_path / "demo"
    exists(target)
    before = trees.read(tmp_path)

    with pytest.raises(UsageError, match=str(target)):
        make(target)
    assert trees.read(tmp_path) == before


@pytest.mark.parametrize("path", ["/", "..", "a/.."])
def test_target_without_a_name_is_refused(path: str) -> None:
    assert "does not end in a name" in staging.problems(Path(path))[0].message


def test_file_as_a_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="not a folder"):
        make(tmp_path / "file/demo")


def test_missing_parents_are_made(tmp_path: Path) -> None:
    make(tmp_path / "a/b/demo")

    assert (tmp_path / "a/b/demo/README.md").exists()


class BoomError(Exception):
    """Anything that goes wrong."""


@pytest.mark.parametrize("error", [BoomError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), stage(tmp_path / "a/b/demo") as staging:
        trees.write(staging.path, FILES)
        raise error

    assert not list(tmp_path.iterdir())


def test_nothing_is_left_when_nothing_is_published(tmp_path: Path) -> None:
    with stage(tmp_path / "a/demo") as staging:
        trees.write(staging.path, FILES)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_signal_interrupts_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with pytest.raises(KeyboardInterrupt), stage(tmp_path / "demo") as staging:
        trees.write(staging.path, FILES)
        os.kill(os.getpid(), number)
        time.sleep(1)

    assert not list(tmp_path.iterdir())
    assert signal.getsignal(number) == before


def test_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stage(tmp_path / "demo") as staging:
            os.kill(os.getpid(), signal.SIGHUP)
            staging.publish()
    finally:
        signal.signal(signal.SIGHUP, before)

    assert (tmp_path / "demo").is_dir()


def test_signal_after_publishing_does_not_undo(tmp_path: Path) -> None:
    with stage(tmp_path / "demo") as staging:
        staging.publish()
        os.kill(os.getpid(), signal.SIGTERM)

    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


@pytest.mark.parametrize("rival", [file, filled_folder, dangling_link])
def test_target_made_meanwhile_wins(tmp_path: Path, rival: Callable[[Path], None]) -> None:
    with pytest.raises(UsageError, match="exists already"), stage(tmp_path / "demo") as staging:
        trees.write(staging.path, FILES)
        rival(tmp_path / "demo")
        before = trees.read(tmp_path / "demo")
        staging.publish()

    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert trees.read(tmp_path / "demo") == before


def test_file_system_errors_are_explained(tmp_path: Path) -> None:
    name = "x" * 300

    with pytest.raises(NewapiError, match="path is too long") as raised:
        make(tmp_path / name)
    assert raised.value.exit_code == 1
    with pytest.raises(NewapiError, match="path is too long"):
        make(tmp_path / ("y" * 250))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_parent_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(NewapiError, match="cannot be written") as raised:
            make(tmp_path / "demo")
    finally:
        tmp_path.chmod(0o700)
    assert raised.value.exit_code == 1


def test_remains_of_a_killed_run_are_removed_after_an_hour(tmp_path: Path) -> None:
    old, fresh, other = (
        tmp_path / name for name in (".demo.newapi-old", ".demo.newapi-new", ".demo2.newapi-old")
    )
    for folder in (old, fresh, other):
        trees.write(folder, FILES)
    for folder in (old, other):
        os.utime(folder, (0, 0))

    make(tmp_path / "demo")

    assert [path.exists() for path in (old, fresh, other)] == [False, True, True]


def test_force_adds_and_keeps_what_is_there(tmp_path: Path) -> None:
    target = trees.write(tmp_path / "demo", {"README.md": "mine\n", "app/mine.py": "mine\n"})

    assert make(target, force=True) == (Path("README.md"),)

    assert {name: content for name, (_, content) in trees.read(target).items()} == {
        "README.md": b"mine\n",
        "app": "folder",
        "app/mine.py": b"mine\n",
        "app/main.py": b"app = None\n",
        ".env": b"KEY=1\n",
    }
    assert (target / ".env").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_force_never_follows_links(tmp_path: Path) -> None:
    victim = trees.write(tmp_path / "victim", {"bashrc": "mine"})
    target = tmp_path / "demo"
    target.mkdir()
    (target / ".env").symlink_to(victim / "bashrc")
    (target / "README.md").symlink_to(victim / "absent")

    assert make(target, force=True) == (Path(".env"), Path("README.md"))

    assert trees.read(victim)["bashrc"][1] == b"mine"
    assert not (victim / "absent").exists()


@pytest.mark.parametrize("kind", ["link", "file"])
def test_force_refuses_what_is_in_the_way_of_a_folder(tmp_path: Path, kind: str) -> None:
    victim = trees.write(tmp_path / "victim", {"x": "mine"})
    target = trees.write(tmp_path / "demo", {"mine": "mine"})
    if kind == "link":
        (target / "app").symlink_to(victim)
    else:
        (target / "app").touch()
    before = trees.read(tmp_path)

    with pytest.raises(UsageError, match=r"demo/app is in the way"):
        make(target, force=True)
    assert trees.read(tmp_path) == before


def test_force_refuses_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    target = trees.write(tmp_path / "demo", {"README.md/x": "mine"})

    with pytest.raises(UsageError, match=r"README\.md is in the way"):
        make(target, force=True)


def test_force_takes_back_what_it_added_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = trees.write(tmp_path / "demo", {"mine": "mine"})
    before = trees.read(tmp_path)

    def fail_at_the_last(source: Path, destination: Path) -> None:
        shutil.copyfile(source, destination)
        if destination.name == "main.py":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "_copy_new", fail_at_the_last)

    with pytest.raises(NewapiError, match="not enough space"):
        make(target, force=True)
    assert trees.read(tmp_path) == before


def test_force_refuses_root_home_and_what_holds_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = trees.write(tmp_path / "users/me", {"mine": "mine"})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)

    for target in (home, home.parent, Path("../me")):
        assert "--force is not for" in staging.problems(target, force=True)[0].message
    assert staging.problems(Path("/"), force=True)


def test_force_refuses_a_repository_with_history_only(tmp_path: Path) -> None:
    target = trees.write(tmp_path / "demo", {"mine": "mine"})
    external_tools.git("init", "--quiet", cwd=target)

    assert staging.problems(target, force=True) == []
    trees.commit(target)
    assert "repository with history" in staging.problems(target, force=True)[0].message


def test_force_keeps_the_repository_that_is_there(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    target.mkdir()
    external_tools.git("init", "--quiet", "--initial-branch=mine", cwd=target)

    with stage(target, force=True) as staging:
        trees.write(staging.path, {**FILES, ".git/HEAD": "ref: refs/heads/main\n"})
        staging.publish()

    assert (target / ".git/HEAD").read_text() == "ref: refs/heads/mine\n"
    assert (target / "README.md").exists()


def test_staging_says_where_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with stage(Path("demo")) as staging:
        assert isinstance(staging, Staging)
        assert staging.target == tmp_path.resolve() / "demo"
