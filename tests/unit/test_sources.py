"""Where the template comes from, and what is recorded about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newapi.errors import NewapiError, UsageError
from newapi.releases import snapshot, store
from newapi.template import address, sources
from newapi.template.sources import open_source
from newapi.terminal import external_tools, programs
from tests import trees


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """Return a git repository with two releases, a pre-release and a later commit."""
    root = trees.write(tmp_path / "fork")
    for tag in ("v1.0.0", "v1.10.0", "v2.0.0rc1"):
        trees.write(root, {"template/tag": tag})
        trees.commit(root, tag)
    trees.write(root, {"template/tag": "later"})
    return trees.commit(root)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that newapi was installed from a wheel; return its folder of releases."""
    folder = tmp_path / "releases"
    folder.mkdir()
    monkeypatch.setattr(sources, "checkout", lambda: None)
    monkeypatch.setattr(store, "FOLDER", folder)
    return folder


def freeze(folder: Path, name: str, files: dict[str, str], file_name: str = "") -> None:
    """Write a release without all the checks."""
    contents = {path: snapshot.File(text.encode()) for path, text in files.items()}
    release = store.build(name, contents, folder)
    (folder / (file_name or f"{name}.json")).write_text(store.dump(release))


def tag_of(source: sources.Source) -> str:
    """Return which version of the fork this is."""
    return (source.path / "template/tag").read_text()


def test_checkout_is_rendered_in_place() -> None:
    root = sources.checkout()
    if root is None:
        pytest.skip("not a checkout")

    with open_source() as source:
        assert source.path == root
        assert source.src_path == address.canonical()
        assert source.commit == store.describe(snapshot.read(root))


def test_checkout_that_equals_the_newest_release_has_its_name(tmp_path: Path) -> None:
    files = {"copier.yml": snapshot.File(b"a: 1\n")}
    (tmp_path / "v0.1.0.json").write_text(store.dump(store.build("v0.1.0", files, tmp_path)))

    assert store.describe(files, tmp_path) == "v0.1.0"


def test_unreleased_checkout_is_named_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newapi.__version__", "0.2.0")
    files = {"copier.yml": snapshot.File(b"a: 1\n")}
    tree = snapshot.tree_hash(snapshot.manifest(files))

    assert store.describe(files, tmp_path) == f"v0.2.0.dev0+t{tree[:12]}"


def test_installation_renders_its_newest_release(installed: Path) -> None:
    freeze(installed, "v0.9.0", {"copier.yml": "old"})
    freeze(installed, "v0.10.0", {"copier.yml": "new"})

    with open_source() as source:
        assert (source.path / "copier.yml").read_text() == "new"
        assert (source.src_path, source.commit) == (address.canonical(), "v0.10.0")
    assert not source.path.exists()


def test_installation_of_an_unreleased_checkout_renders_its_head(installed: Path) -> None:
    freeze(installed, "v0.1.0", {"copier.yml": "old", "template/same": "same"})
    head = {"copier.yml": "head", "template/same": "same"}
    freeze(installed, "v0.2.0.dev0+tabc", head, "head.json")

    with open_source() as source:
        assert source.commit == "v0.2.0.dev0+tabc"
        assert (source.path / "copier.yml").read_text() == "head"
        assert (source.path / "template/same").read_text() == "same"


@pytest.mark.parametrize("template", [None, address.canonical()])
@pytest.mark.parametrize("ref", ["v0.1.0", "0.1.0"])
def test_older_release_can_be_chosen(installed: Path, template: str | None, ref: str) -> None:
    freeze(installed, "v0.1.0", {"copier.yml": "old"})
    freeze(installed, "v0.2.0", {"copier.yml": "new"})

    with open_source(template, ref) as source:
        assert source.commit == "v0.1.0"


def test_unknown_release_lists_those_there_are(installed: Path) -> None:
    freeze(installed, "v0.1.0", {"copier.yml": "old"})

    with pytest.raises(UsageError) as raised, open_source(ref="../v9.9.9"):
        pass
    assert raised.value.problems[0].fix == "Releases: v0.1.0."


def test_installation_without_releases_is_damaged(installed: Path) -> None:
    assert not list(installed.iterdir())

    with pytest.raises(NewapiError, match="damaged"), open_source():
        pass


def test_unusable_folder_for_temporary_files_is_explained(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(installed, "v0.1.0", {"copier.yml": "old"})
    monkeypatch.setattr("tempfile.tempdir", str(installed / "absent"))

    with pytest.raises(NewapiError, match="cannot be unpacked") as raised, open_source():
        pass
    assert "TMPDIR" in raised.value.hint


@pytest.mark.parametrize(
    ("ref", "tag", "commit"),
    [
        (None, "v1.10.0", "v1.10.0"),
        ("v1.0.0", "v1.0.0", "v1.0.0"),
        ("v2.0.0rc1", "v2.0.0rc1", "v2.0.0rc1"),
        ("main", "later", "v2.0.0rc1-1-g"),
    ],
)
def test_url_is_taken_at_its_ref_or_newest_release(
    fork: Path, ref: str | None, tag: str, commit: str
) -> None:
    with open_source(fork.as_uri(), ref) as source:
        assert tag_of(source) == tag
        assert source.commit.startswith(commit)
        assert source.src_path == fork.as_uri()
        assert not (source.path / ".git").exists()


def test_url_without_tags_is_taken_at_its_default_branch(tmp_path: Path) -> None:
    root = trees.commit(trees.write(tmp_path / "fork", {**trees.FILES, "template/tag": "only"}))

    with open_source(root.as_uri()) as source:
        assert tag_of(source) == "only"
        assert len(source.commit) >= 7


def test_repository_folder_is_taken_as_committed(fork: Path) -> None:
    trees.write(fork, {"template/tag": "not committed"})

    with open_source(str(fork)) as source:
        assert tag_of(source) == "later"
        assert source.src_path == str(fork)
        assert str(fork) in source.warning
    with open_source(str(fork), "v1.0.0") as source:
        assert tag_of(source) == "v1.0.0"


def test_repository_folder_is_recorded_by_its_origin(fork: Path) -> None:
    origin = "https://me:secret@host.example/team/template.git"
    external_tools.git("remote", "add", "origin", origin, cwd=fork)

    with open_source(str(fork)) as source:
        assert source.src_path == "https://host.example/team/template.git"
        assert source.warning == ""


def test_plain_folder_is_rendered_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = trees.write(tmp_path / "plain")
    monkeypatch.chdir(tmp_path)

    with open_source("plain") as source:
        assert (source.path, source.src_path, source.commit) == (root, str(root), "")
        assert str(root) in source.warning
    with pytest.raises(UsageError, match="not a git repository"), open_source("plain", "v1"):
        pass


@pytest.mark.parametrize("ref", ["nonsense", "--upload-pack=touch x", "-rf", "v1.0.0..main", "\n"])
def test_unknown_ref_is_refused(fork: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="has no version"), open_source(fork.as_uri(), ref):
        pass


@pytest.mark.parametrize(
    "template",
    [
        "nowhere",
        "--upload-pack=touch evil",
        "ext::sh -c 'touch evil'",
        "fd::17",
        "",
        "-oProxyCommand=touch evil:x",
    ],
)
def test_what_is_neither_folder_nor_url_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match="no template at"), open_source(template):
        pass
    assert not list(tmp_path.iterdir())


def test_git_uses_no_transport_that_runs_commands(tmp_path: Path) -> None:
    with pytest.raises(programs.ProgramError, match="transport 'ext' not allowed"):
        external_tools.git("clone", "--", "ext::sh -c 'touch evil'", "x", cwd=tmp_path)
    assert not list(tmp_path.iterdir())


def test_unreachable_url_is_one_line(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/nowhere.git"

    with pytest.raises(NewapiError, match="cannot be fetched") as raised, open_source(url):
        pass
    assert "\n" not in raised.value.message


def test_password_in_a_url_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str, cwd: Path) -> str:
        message = f"cannot read https://me:secret@host.example in {cwd.name}"
        raise programs.ProgramError(message, "Try again")

    monkeypatch.setattr(external_tools, "git", fail)

    with pytest.raises(NewapiError) as raised, open_source("https://me:secret@host.example/t.git"):
        pass
    assert "secret" not in raised.value.message


@pytest.mark.parametrize("setting", ["_tasks", "_migrations", "_jinja_extensions"])
@pytest.mark.parametrize("place", ["copier.yml", "features/docker.yml"])
def test_template_that_runs_code_is_refused(tmp_path: Path, setting: str, place: str) -> None:
    root = trees.write(tmp_path / "fork")
    with (root / place).open("a") as file:
        file.write(f"\n---\n{setting}: [x]\n" if place == "copier.yml" else f"{setting}: [x]\n")

    with pytest.raises(NewapiError, match=setting.removeprefix("_")), open_source(str(root)):
        pass


def test_missing_git_is_said(fork: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(NewapiError, match="git is not installed"), open_source(fork.as_uri()):
        pass
