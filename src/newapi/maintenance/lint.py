"""Check a template before it is frozen: it must work on every system, with later Copiers too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.project import migrations
from newapi.questions import names
from newapi.releases import snapshot
from newapi.template import catalog
from newapi.terminal import external_tools, programs
from newapi.update import upgrades

if TYPE_CHECKING:
    from jinja2 import Environment

_ILLEGAL = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_UPGRADE = re.compile(r"[0-9a-f]{12}_[a-z0-9_]+\.py\.jinja")
_SETTINGS = ("_tasks", "_migrations", "_jinja_extensions", "_external_data")
_NAMES = frozenset({"_folder_name", "_copier_python", "_copier_operation", "_copier_phase", "now"})
_FILTERS = frozenset(
    {"ans_random", "random", "random_mac", "shuffle", "strftime", "to_datetime"}
    | {"expanduser", "expandvars", "fileglob", "realpath"}
)


def lint(root: Path) -> list[str]:
    """List why the template of a checkout cannot be frozen; an empty list when it can."""
    paths = list(snapshot.walk(root))
    return [
        *_names(root, paths),
        *_contents(root, paths),
        *_ignored(root, paths),
        *_questions(root),
        *_expressions(root, paths),
        *_renames(root, paths),
        *_renamed_names(root, paths),
        *_upgrades(root),
        *_dependencies(root),
    ]


def _names(root: Path, paths: list[Path]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        for part in name.split("/"):
            if _ILLEGAL.search(part) or _DEVICES.fullmatch(part):
                yield f"{name}: not a file name on Windows"
        for known in _with_parents(name):
            if seen.setdefault(known.casefold(), known) != known:
                yield f"{name}: differs from {seen[known.casefold()]} only in case"


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[: end + 1]) for end in range(len(parts)))


def _contents(root: Path, paths: list[Path]) -> Iterator[str]:
    for path in paths:
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            yield f"{name}: not a regular file"
        elif b"\0" not in (content := path.read_bytes()) and b"\r" in content:
            yield f"{name}: has carriage returns"


def _ignored(root: Path, paths: list[Path]) -> Iterator[str]:
    """Return the files that a clone of the repository would lack."""
    if not (root / ".git").exists():
        return
    names = [path.relative_to(root).as_posix() for path in paths]
    try:
        ignored = external_tools.git("check-ignore", "--no-index", "--", *names, cwd=root)
    except programs.ProgramError:  # git fails when there is nothing to tell
        return
    for name in ignored.splitlines():
        yield f"{name}: ignored by git"


def _questions(root: Path) -> Iterator[str]:
    core, manifests = catalog.read(root / "copier.yml")
    for document in (core, *manifests):
        for name, value in document.items():
            if name in _SETTINGS:
                yield f"{name}: needs trust, or data from elsewhere"
            elif not name.startswith("_") and isinstance(value, dict) and "default" not in value:
                yield f"{name}: has no default"


def _expressions(root: Path, paths: list[Path]) -> Iterator[str]:
    """Look for what differs from one rendering to the next, and between machines."""
    from jinja2 import TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    core, manifests = catalog.read(root / "copier.yml")
    options = {key: value for key, value in core["_envops"].items() if key != "undefined"}
    environment = SandboxedEnvironment(**options)
    texts = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.name.endswith(".jinja") and path.is_file()
    }
    texts |= {f"the name {name}": name for path in paths if "{" in (name := path.name)}
    for document in (core, *manifests):
        document.pop("_envops", None)
        texts |= dict(_strings(document))
    for place, text in texts.items():
        try:
            yield from (f"{place}: uses {name}" for name in _unstable(environment, text))
        except TemplateSyntaxError as error:
            yield f"{place}: {error}"


def _renames(root: Path, paths: list[Path]) -> Iterator[str]:
    """Compare declared renames with the paths of the template, conditional files included."""
    template = root / "template"
    here = {path.relative_to(template).as_posix().removesuffix(".jinja")
            for path in paths if path.is_relative_to(template)}  # fmt: skip
    for old, new in catalog.load(root).renames.items():
        if new not in here:
            yield f"renames: {old} becomes {new}, which is not in the template"
        if old in here:
            yield f"renames: {old} becomes {new}, but is still in the template"
        if migrations.is_revision(old) != migrations.is_revision(new):
            yield f"renames: {old} becomes {new}, but only one of them is a revision"


def _renamed_names(root: Path, paths: list[Path]) -> Iterator[str]:
    """Compare declared names, where one word takes the place of another, with those in use."""
    texts = (p.read_text("utf-8", "replace") for p in paths if p.suffix in {".py", ".jinja"})
    here = {word for text in texts for word in re.findall(r"\w+", text)}
    for old, new in catalog.load(root).names.items():
        if " " not in new and not {*new.split(".")} <= here:
            yield f"names: {old} becomes {new}, which the template does not use"


def _upgrades(root: Path) -> Iterator[str]:
    """Look whether upgrades are named as they must be to be found, and to be found once."""
    manifests = {path.stem for path in (root / "features").glob("*.yml")}
    seen: dict[str | Path, str] = {}
    for upgrade in upgrades.find(root):
        name = upgrade.source.relative_to(root).as_posix()
        if upgrade.feature not in manifests:
            yield f"{name}: there is no feature {upgrade.feature}"
        if not upgrade.version:
            yield f"{name}: {upgrade.release} is not a release"
        if not _UPGRADE.fullmatch(upgrade.source.name):
            yield f"{name}: not called <12 hexadecimal digits>_<words>.py.jinja"
        if f'revision: str = "{upgrade.name}"' not in upgrade.source.read_text(encoding="utf-8"):
            yield f"{name}: its revision is not {upgrade.name}"
        if seen.setdefault(upgrade.name, name) != name:
            yield f"{name}: {seen[upgrade.name]} has the same id"
        if seen.setdefault(upgrade.source.parent, name) != name:
            yield f"{name}: belongs into {seen[upgrade.source.parent]}, so that there is one order"


def _dependencies(root: Path) -> Iterator[str]:
    """Look whether the recorded dependencies are those of the manifests."""
    command = "python -m newapi.maintenance dependencies"
    for name in sorted(names.dependencies(root) - names.known_dependencies()):
        yield f"{names.DEPENDENCIES.name}: lacks {name}; run `{command}`"


def _strings(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{place}[{index}]")


def _unstable(environment: Environment, text: str) -> Iterator[str]:
    from jinja2 import nodes

    tree = environment.parse(text)
    yield from sorted({name.name for name in tree.find_all(nodes.Name)} & _NAMES)
    yield from sorted({filter_.name for filter_ in tree.find_all(nodes.Filter)} & _FILTERS)
    settings = [node for node in tree.find_all(nodes.Name) if node.name == "_copier_conf"]
    harmless = [
        node
        for node in tree.find_all(nodes.Getattr)
        if node.attr == "answers_file" and node.node in settings
    ]
    if len(settings) != len(harmless):
        yield "_copier_conf"
