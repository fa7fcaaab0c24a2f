"""The parts of a feature: a failing test prints the list of those done and those missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from newapi.template.catalog import read
from tests.matrix import ROOT, TEMPLATE

FEATURES = ROOT / "features"
NAMES = sorted(path.stem for path in FEATURES.glob("*.yml"))
CORE, MANIFESTS = read(ROOT / "copier.yml")
SETTING = re.compile(r"^    ([a-z]\w+): .+$", re.MULTILINE)
METHODS = {"model_copy", "model_dump"}
IN_TEXT = ("ci", "pre_commit", "agents")  # features that are files of configuration, not behaviour


class Item(NamedTuple):
    """One thing that a feature needs."""

    is_done: bool
    text: str

    def __str__(self) -> str:
        return f"[{'x' if self.is_done else ' '}] {self.text}"


def manifest(name: str) -> dict[str, Any]:
    """Return the manifest of a feature, whether `copier.yml` includes it or not."""
    for document in read(FEATURES / f"{name}.yml")[:1]:
        return document
    return {}


def checklist(name: str) -> Iterator[Item]:
    """Yield the parts of a feature, in the order of CONTRIBUTING.md."""
    path, content = f"features/{name}.yml", manifest(name)
    question, about = content.get(name, {}), content.get("_newapi", {})
    yield Item("help" in question and "default" in question, f"{path}: the question, with help")
    yield Item("title" in about, f"{path}: _newapi.title")
    groups = CORE["_newapi"]["groups"]
    yield Item(about.get("group") in groups, f"{path}: _newapi.group, one of {', '.join(groups)}")
    presets = CORE["_newapi"]["presets"].keys()
    answers = about.get("presets", {}).keys()
    yield Item(answers == presets, f"{path}: _newapi.presets, for {', '.join(presets)}")
    words = "a pattern of words that no project without the feature may contain"
    yield Item(bool(about.get("words")), f"{path}: _newapi.words, {words}")
    included = any(name in document for document in MANIFESTS)
    yield Item(included, f"copier.yml: !include {path}")
    yield from owned_files(name, content)
    yield from used_settings(name, content)
    yield from settings(name)
    yield from routers(name, content)
    if name not in IN_TEXT:
        yield from documents(name, content)


def owned_files(name: str, content: dict[str, Any]) -> Iterator[Item]:
    """Yield the files that the manifest must list, and that must exist."""
    paths = owned_paths(content)
    yield Item(bool(paths), f"features/{name}.yml: _exclude, the paths that the feature owns")
    for path in paths:
        yield Item(exists(path), f"template{path}")
    tests = [path for path in paths if path.startswith("/tests")]
    shown_by = content.get("_newapi", {}).get("tests", [])
    here = [path for path in shown_by if (ROOT / path).exists()]
    text = (
        f"template/tests/...: a test that shows the behaviour, in _exclude of features/{name}.yml"
    )
    yield Item(bool(tests or here), text)


def owned_paths(content: dict[str, Any]) -> list[str]:
    """Return the paths below `_exclude`, each beginning with a slash."""
    blocks = content.get("_exclude", [])
    return [line.strip() for block in blocks for line in block.splitlines() if line[:1] == "/"]


def exists(path: str) -> bool:
    """Return whether the template has a path, as a plain file, a folder or a seam."""
    place = TEMPLATE / path.removeprefix("/")
    return place.exists() or place.with_name(f"{place.name}.jinja").exists()


def used_settings(name: str, content: dict[str, Any]) -> Iterator[Item]:
    """Yield each setting that the files of a feature read: some part must define it."""
    seams = [TEMPLATE / "app/config.py.jinja", *FEATURES.glob("*/app/config.py.jinja")]
    defined = {s for seam in seams for s in SETTING.findall(seam.read_text(encoding="utf-8"))}
    used = {s for text in texts_of(content) for s in re.findall(r"\bsettings\.([a-z]\w+)", text)}
    for setting in sorted(used - defined - METHODS):
        yield Item(is_done=False, text=f"features/{name}/app/config.py.jinja: {setting}")


def texts_of(content: dict[str, Any]) -> Iterator[str]:
    """Yield the text of every module of the application that the manifest owns."""
    for path in owned_paths(content):
        if path.startswith("/app") and path.endswith(".py"):
            place = TEMPLATE / path.removeprefix("/")
            for file in (place, place.with_name(f"{place.name}.jinja")):
                if file.exists():
                    yield file.read_text(encoding="utf-8")


def routers(name: str, content: dict[str, Any]) -> Iterator[Item]:
    """Yield each module of endpoints: the router of version 1 must include it."""
    if name == "auth":  # the router itself names the modules that other features build on
        return
    part = FEATURES / name / "app/api/v1/api.py.jinja"
    text = part.read_text(encoding="utf-8") if part.exists() else ""
    for path in owned_paths(content):
        if path.startswith("/app/api/v1/endpoints/"):
            module = Path(path).stem
            where = f"features/{name}/app/api/v1/api.py.jinja"
            yield Item(f"endpoints.{module} import" in text, f"{where}: the router of {module}")


def settings(name: str) -> Iterator[Item]:
    """Yield each setting of a feature: it belongs into `.env.example` too."""
    folder = FEATURES / name
    if folder.is_dir():
        yield Item(name in CORE["parts"]["default"], f"copier.yml: {name} in `parts`")
    config = folder / "app/config.py.jinja"
    if config.exists():
        example = folder / ".env.example.jinja"
        text = example.read_text(encoding="utf-8") if example.exists() else ""
        for setting in SETTING.findall(config.read_text(encoding="utf-8")):
            variable = setting.upper()
            described = re.search(rf"^#? ?{variable}=", text, re.MULTILINE) is not None
            yield Item(described, f"features/{name}/.env.example.jinja: {variable}, with a comment")


def documents(name: str, content: dict[str, Any]) -> Iterator[Item]:
    """Yield the page that explains the feature to owners of a project."""
    pages = [path for path in owned_paths(content) if path.startswith("/docs/")]
    yield Item(bool(pages), f"template/docs/...: a page, in _exclude of features/{name}.yml")
    for page in map(Path, pages):
        yield Item(
            f"['{page.stem}'," in CORE["pages"]["default"], f"copier.yml: {page.stem} in `pages`"
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_is_complete(name: str) -> None:
    items = list(checklist(name))

    report = "\n".join(["", f"Feature {name}:", *map(str, items)])
    assert all(item.is_done for item in items), report


def test_the_checklist_names_what_is_missing() -> None:
    [paths, test] = owned_files("unknown", {})

    assert str(paths).startswith("[ ] features/unknown.yml: _exclude")
    assert str(test).startswith("[ ] template/tests/")


def test_every_feature_has_a_manifest() -> None:
    folders = {path.name for path in FEATURES.iterdir() if path.is_dir()}
    derived = {"files", "mail", "redis"}  # several features bring them; they have no question

    assert folders - derived <= set(NAMES)


def test_paths_of_manifests_are_relative_to_the_project() -> None:
    wrong = [
        f"features/{name}.yml: {path}"
        for name in NAMES
        for path in owned_paths(manifest(name))
        if path.endswith("/") or not Path(path).is_absolute()
    ]

    assert not wrong
