"""Frozen releases: complete, verified, never changed; and what may not be frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import newapi
from newapi.errors import NewapiError, UsageError
from newapi.maintenance import __main__ as command
from newapi.maintenance import dependencies
from newapi.maintenance.freeze import freeze
from newapi.maintenance.lint import lint
from newapi.releases import snapshot, store
from newapi.template import catalog, sources
from newapi.terminal import external_tools, programs
from tests import trees

RELEASES = "src/newapi/releases"
UPGRADE = "aa10b2c3d4e5_x.py.jinja"
BINARY = b"\x89PNG\x00\xff"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a template that can be frozen."""
    return trees.write(tmp_path / "checkout")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder for releases."""
    path = tmp_path / "releases"
    path.mkdir()
    return path


@pytest.fixture
def at_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Let the package have another version."""

    def change(version: str) -> str:
        monkeypatch.setattr(newapi, "__version__", version)
        return version

    return change


@pytest.fixture
def history(checkout: Path, folder: Path, at_version: Callable[[str], str]) -> Path:
    """Return two releases: the second adds a picture, makes a script executable, drops a file."""
    freeze(checkout, at_version("0.1.0"), folder)
    trees.write(checkout, {"template/logo.png": BINARY, "template/app/main.py": "app = 1\n"})
    (checkout / "template/app/main.py").chmod(0o755)
    (checkout / "template/Dockerfile").unlink()
    freeze(checkout, at_version("0.2.0"), folder)
    return folder


def document(path: Path) -> dict[str, Any]:
    """Read a release file as it is."""
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


@pytest.mark.posix
def test_frozen_release_has_the_documented_format(history: Path) -> None:
    release = document(history / "v0.2.0.json")

    assert set(release) == {"format", "version", "tree", "chain", "files", "blobs"}
    assert release["version"] == "v0.2.0"
    assert release["files"]["template/app/main.py"][0] == "755"
    assert release["blobs"][hashlib.sha256(BINARY).hexdigest()] == {"b64": "iVBORwD/"}


def test_release_holds_only_what_no_earlier_one_has(history: Path) -> None:
    first, second = (document(history / f"v0.{minor}.0.json") for minor in (1, 2))

    assert len(second["blobs"]) == 2
    assert not first["blobs"].keys() & second["blobs"].keys()


def test_chain_ties_a_release_to_all_before_it(history: Path) -> None:
    first, second = (document(history / f"v0.{minor}.0.json") for minor in (1, 2))
    text = f"{first['chain']}\nv0.2.0\n{second['tree']}\n"

    assert second["chain"] == hashlib.sha256(text.encode()).hexdigest()
    assert store.verify(history) == ["v0.1.0", "v0.2.0"]


def test_materialised_release_equals_the_checkout(
    history: Path, checkout: Path, tmp_path: Path
) -> None:
    assert store.materialise(history / "v0.2.0.json", tmp_path / "out") == "v0.2.0"

    assert trees.read(tmp_path / "out") == trees.read(checkout)


def test_older_release_stays_available(history: Path, tmp_path: Path) -> None:
    store.materialise(history / "v0.1.0.json", tmp_path / "out")

    assert (tmp_path / "out/template/app/main.py").read_text() == "app = None\n"
    assert (tmp_path / "out/template/Dockerfile").exists()


@pytest.mark.parametrize("part", ["blobs", "files", "tree"])
def test_damaged_release_asks_for_a_reinstallation(
    history: Path, tmp_path: Path, part: str
) -> None:
    path = history / "v0.1.0.json"
    release = document(path)
    if part == "blobs":
        release["blobs"] = dict.fromkeys(release["blobs"], "something else")
    elif part == "files":
        release["files"]["template/new"] = ["644", next(iter(release["blobs"]))]
    else:
        release["tree"] = "0" * 64
    path.write_text(json.dumps(release))

    with pytest.raises(NewapiError, match="damaged") as raised:
        store.materialise(path, tmp_path / "out")
    assert "Reinstall" in raised.value.hint
    with pytest.raises(NewapiError, match=r"damaged: v0\.1\.0\.json"):
        store.verify(history)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "files": 3}'])
def test_unreadable_release_asks_for_a_reinstallation(folder: Path, text: str) -> None:
    (folder / "v0.1.0.json").write_text(text)

    with pytest.raises(NewapiError, match=r"damaged: v0\.1\.0\.json"):
        store.verify(folder)


def test_release_without_its_ancestor_is_damaged(history: Path, tmp_path: Path) -> None:
    (history / "v0.1.0.json").unlink()

    with pytest.raises(NewapiError, match="lacks"):
        store.materialise(history / "v0.2.0.json", tmp_path / "out")


def test_versions_are_ordered_by_number(folder: Path) -> None:
    for name in ("v0.10.0", "v0.9.1", "v1.0.0", "head", "v1.0", "v01.0.0"):
        (folder / f"{name}.json").touch()

    assert store.versions(folder) == ["v0.9.1", "v0.10.0", "v1.0.0"]
    assert store.newest(folder) == "v1.0.0"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("0.2.0", "frozen already"),
        ("0.1.5", "older than"),
        ("v0.3.0", "not a version"),
        ("0.3", "not a version"),
        ("../0.3.0", "not a version"),
    ],
)
def test_freeze_refuses_what_is_not_the_next_version(
    history: Path, checkout: Path, at_version: Callable[[str], str], version: str, reason: str
) -> None:
    before = trees.read(history)

    with pytest.raises(UsageError, match=reason):
        freeze(checkout, at_version(version), history)
    assert trees.read(history) == before


def test_freeze_refuses_another_version_than_that_of_the_package(
    history: Path, checkout: Path, at_version: Callable[[str], str]
) -> None:
    before = trees.read(history)
    at_version("0.4.0")

    with pytest.raises(UsageError, match=r"package has version 0\.4\.0"):
        freeze(checkout, "0.3.0", history)
    assert trees.read(history) == before


def test_freeze_refuses_a_template_with_flaws(
    folder: Path, checkout: Path, at_version: Callable[[str], str]
) -> None:
    trees.write(checkout, {"template/crlf.txt": "a\r\n"})

    with pytest.raises(NewapiError, match=r"template/crlf\.txt: has carriage returns"):
        freeze(checkout, at_version("0.1.0"), folder)
    assert not list(folder.iterdir())


def test_frozen_files_do_not_depend_on_litter(checkout: Path) -> None:
    before = snapshot.read(checkout)

    trees.write(checkout, {"template/app/__pycache__/main.pyc": "x", "template/.DS_Store": "x"})

    assert snapshot.read(checkout) == before


def test_lint_accepts_a_sound_template(checkout: Path) -> None:
    assert lint(checkout) == []


@pytest.mark.parametrize(
    ("files", "flaw"),
    [
        *(
            pytest.param(
                {f"template/{name}": ""},
                f"template/{name}: not a file name on Windows",
                marks=pytest.mark.posix,
            )
            for name in ("a:b", "con.txt", "dot./x")
        ),
        pytest.param(
            {"template/App/x": "", "template/app/y": ""},
            "template/app/main.py: differs from template/App only in case",
            marks=pytest.mark.skipif(
                Path(__file__.swapcase()).exists(), reason="the disk makes no difference of case"
            ),
        ),
        ({"template/crlf.txt": "a\r\nb\r\n"}, "template/crlf.txt: has carriage returns"),
        ({"features/x.yml": "_tasks: [ls]\n"}, "_tasks: needs trust, or data from elsewhere"),
        ({"features/x.yml": "_migrations: [ls]\n"}, "_migrations: needs trust"),
        ({"features/x.yml": "_jinja_extensions: [os]\n"}, "_jinja_extensions: needs trust"),
        ({"features/x.yml": "colour: {type: str}\n"}, "colour: has no default"),
        ({"features/x.yml": "x: {default: '{{ now() }}'}\n"}, "x.default: uses now"),
        ({"template/x.jinja": "{{ _folder_name }}"}, "template/x.jinja: uses _folder_name"),
        ({"template/x.jinja": "{{ 9 | ans_random }}"}, "template/x.jinja: uses ans_random"),
        ({"template/x.jinja": "{{ 9 | random }}"}, "template/x.jinja: uses random"),
        ({"template/x.jinja": "{{ _copier_conf.dst_path }}"}, "x.jinja: uses _copier_conf"),
        ({"template/{{ now() }}": ""}, "the name {{ now() }}: uses now"),
        ({"template/x.jinja": "# {% if %}\n"}, "template/x.jinja: Expected an expression"),
        (
            {"features/x.yml": "_newapi: {renames: {app/old.py: app/new.py}}\n"},
            "renames: app/old.py becomes app/new.py, which is not in the template",
        ),
        (
            {"features/x.yml": "_newapi: {renames: {Dockerfile: README.md}}\n"},
            "renames: Dockerfile becomes README.md, but is still in the template",
        ),
        (
            {"features/x.yml": "_newapi: {renames: {alembic/versions/1.py: README.md}}\n"},
            "renames: alembic/versions/1.py becomes README.md, but only one of them is a revision",
        ),
        (
            {"features/x.yml": "_newapi: {names: {app.old.Old: Zebra}}\n"},
            "names: app.old.Old becomes Zebra, which the template does not use",
        ),
        ({f"features/none/upgrades/1.0.0/{UPGRADE}": ""}, "there is no feature none"),
        ({f"features/docker/upgrades/next/{UPGRADE}": ""}, "next is not a release"),
        (
            {"features/docker/upgrades/1.0.0/0002_x.py.jinja": ""},
            "0002_x.py.jinja: not called <12 hexadecimal digits>_<words>.py.jinja",
        ),
        (
            {f"features/docker/upgrades/1.0.0/{UPGRADE}": 'revision: str = "x"\n'},
            "its revision is not aa10b2c3d4e5",
        ),
        (
            {f"features/docker/upgrades/{n}.0.0/{UPGRADE}": "" for n in (1, 2)},
            f"features/docker/upgrades/1.0.0/{UPGRADE} has the same id",
        ),
        (
            {f"features/docker/upgrades/1.0.0/{name}": "" for name in (UPGRADE, f"b{UPGRADE[1:]}")},
            f"belongs into features/docker/upgrades/1.0.0/{UPGRADE}, so that there is one order",
        ),
    ],
)
def test_lint_names_each_flaw(checkout: Path, files: dict[str, str], flaw: str) -> None:
    trees.write(checkout, files)
    if "features/x.yml" in files:
        with (checkout / "copier.yml").open("a") as file:
            file.write("---\n!include features/x.yml\n")

    assert any(flaw in found for found in lint(checkout))


def test_lint_names_requirements_that_are_not_recorded(checkout: Path) -> None:
    trees.write(checkout, {"template/pyproject.toml.jinja": 'x = ["left-pad>=1"]\n'})

    [flaw] = lint(checkout)

    assert flaw.startswith("dependencies.txt: lacks left-pad; run `python -m newapi.maintenance")


def test_dependencies_are_recorded_with_what_they_depend_on(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function takes the place of uv, so that no package index is needed."""
    trees.write(checkout, {"template/pyproject.toml.jinja": 'x = ["PyYAML>=6", "ruff[x]>=1"]\n'})
    asked: list[str] = []

    def uv(command: list[str], *, cwd: Path, **_: object) -> None:
        asked.append(command[2])
        if command[2] == "compile":
            assert (cwd / "requirements.in").read_text() == "PyYAML>=6\nruff[x]>=1"
            locked = "Pure_Lib==1\npyyaml==6.0.4\nwin-only==2 ; sys_platform == 'win32'\n"
            (cwd / "locked.txt").write_text(locked)
        for path in ("yaml/__init__.py", "_yaml/__init__.py", "docs/index.md", "six.py", "bin/x"):
            (cwd / "site" / path).parent.mkdir(parents=True, exist_ok=True)
            (cwd / "site" / path).touch()

    monkeypatch.setattr(programs, "run", uv)

    path = dependencies.record(checkout, tmp_path / "dependencies.txt")

    assert asked == ["compile", "install"]
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert lines == ["pure-lib", "pyyaml", "six", "win-only", "yaml"]


def test_index_that_does_not_answer_leaves_the_dependencies_as_they_are(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uv(*_: object, **__: object) -> None:
        raise programs.ProgramError("no route to host", "")

    monkeypatch.setattr(programs, "run", uv)

    with pytest.raises(NewapiError, match="uv pip compile failed"):
        dependencies.record(checkout, tmp_path / "dependencies.txt")

    assert not (tmp_path / "dependencies.txt").exists()


def test_lint_accepts_renames_to_conditional_files_and_upgrades(checkout: Path) -> None:
    manifest = (checkout / "features/docker.yml").read_text()
    renames = "_newapi: {renames: {Containerfile: Dockerfile, README.txt: README.md}}\n"
    trees.write(
        checkout,
        {
            "features/docker.yml": manifest + renames,
            f"features/docker/upgrades/1.0.0/{UPGRADE}": 'revision: str = "aa10b2c3d4e5"\n',
        },
    )

    assert lint(checkout) == []


@pytest.mark.posix
def test_lint_refuses_symbolic_links(checkout: Path) -> None:
    (checkout / "template/link").symlink_to("README.md.jinja")
    (checkout / "template/folder").symlink_to("app")

    assert lint(checkout)[:2] == [
        "template/folder: not a regular file",
        "template/link: not a regular file",
    ]


def test_lint_refuses_what_git_would_leave_out(checkout: Path) -> None:
    trees.write(checkout, {"template/.env": "A=b\n", ".gitignore": ".env\n"})
    trees.commit(checkout)

    assert lint(checkout) == ["template/.env: ignored by git"]


def test_python_code_may_use_the_clock(checkout: Path) -> None:
    trees.write(checkout, {"template/clock.py.jinja": "now = datetime.now(UTC)\n"})

    assert lint(checkout) == []


def test_command_verifies_the_releases(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["verify"]) == 0
    assert "as they were frozen" in capsys.readouterr().out


def test_command_refuses_a_wrong_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        command.main(["freeze", "999.0.0"])

    assert raised.value.code == 2
    assert "The package has version" in capsys.readouterr().err


def test_every_release_of_this_checkout_verifies() -> None:
    assert store.verify() == store.versions()


def test_released_files_never_change() -> None:
    root = sources.checkout()
    if root is None or not (root / ".git").exists() or not external_tools.has_commits(root):
        pytest.skip("no git history here")

    log = ("log", "--format=", "--name-status", "--no-renames", "--diff-filter=a")
    changed = external_tools.git(*log, "--", f"{RELEASES}/v*.json", cwd=root)
    status = external_tools.git("status", "--porcelain", "--", f"{RELEASES}/v*.json", cwd=root)

    assert changed == ""
    assert {line[:2] for line in status.splitlines()} <= {"??", "A "}


def test_renames_of_this_checkout_begin_at_files_of_releases() -> None:
    root = sources.checkout()
    if root is None:
        pytest.skip("not a checkout")
    releases = (store.load(store.FOLDER / f"{version}.json") for version in store.versions())
    released = {path.removeprefix("template/").removesuffix(".jinja")
                for release in releases for path in release.files}  # fmt: skip

    assert not catalog.load(root).renames.keys() - released


def test_template_of_this_checkout_can_be_frozen() -> None:
    root = sources.checkout()
    if root is None:
        pytest.skip("not a checkout")

    assert lint(root) == []
