"""Sources of the template: this checkout, a frozen release, or a fork."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from newapi.errors import NewapiError, Problem, UsageError
from newapi.releases import snapshot, store
from newapi.template import address
from newapi.terminal import external_tools, interrupts, programs

_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_URL = re.compile(r"(?:https?|ssh|git|file)://.+|[\w.-]+@[\w.-]+:.+")
_UNSAFE = ("_tasks", "_migrations", "_jinja_extensions")
_fetched: ContextVar[Path | None] = ContextVar("_fetched", default=None)


@dataclass(frozen=True)
class Source:
    """A template on disk, and how an answers file refers to it."""

    path: Path
    src_path: str
    commit: str
    warning: str = ""


@contextmanager
def open_source(template: str | None = None, ref: str | None = None) -> Iterator[Source]:
    """Open a template for as long as the context lasts.

    Without `template` it is the one that newapi carries: of a checkout the files as they are, of
    an installation the newest release; `ref` names an older release. A git URL is taken at
    `ref`, else at its newest release tag, else at its default branch. A folder that is the root
    of a git repository is taken as committed, at `ref` or HEAD, because only what is committed
    can be rendered again for an update; any other folder is rendered as it is.
    """
    root = checkout()
    is_own = template is None or address.is_own(template)
    if is_own and root is not None and ref is None:
        yield Source(root, address.canonical(), store.describe(snapshot.read(root), store.FOLDER))
        return
    with interrupts.as_keyboard_interrupt(), ExitStack() as stack:
        try:
            temporary = Path(stack.enter_context(_temporary_folder()))
            if template is None or is_own:
                source = _release(ref, temporary)
            else:
                source = _foreign(template, ref, temporary)
                _refuse_unsafe(source)
        except OSError as error:
            message = f"The template cannot be unpacked: {error.strerror or error}."
            raise NewapiError(
                message, "Free some space, or set TMPDIR to another folder."
            ) from error
        yield source


@contextmanager
def fetching_once() -> Iterator[None]:
    """Fetch each address once in here, however many of its versions are opened."""
    if _fetched.get() is not None:
        yield
        return
    with interrupts.as_keyboard_interrupt(), _temporary_folder() as folder:
        token = _fetched.set(Path(folder))
        try:
            yield
        finally:
            _fetched.reset(token)


@contextmanager
def history(template: str) -> Iterator[Path]:
    """Fetch the history of a template: yield a bare repository, for as long as the context lasts.

    Raises:
        NewapiError: It cannot be fetched.
        UsageError: This is neither a folder nor a git URL.
    """
    folder = Path(template).expanduser()
    url = str(folder.resolve()) if folder.is_dir() else _url(template)
    with interrupts.as_keyboard_interrupt(), _temporary_folder() as temporary:
        yield _clone(url, Path(temporary), form="--bare")


def checkout() -> Path | None:
    """Return the repository that this newapi runs from, if it does."""
    root = Path(__file__).resolve().parents[3]
    own = root / "src" / "newapi" / "template" / "sources.py"
    return root if (root / "copier.yml").is_file() and own.is_file() else None


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="newapi-", ignore_cleanup_errors=True)


def _release(ref: str | None, temporary: Path) -> Source:
    names = store.versions(store.FOLDER)
    if ref is not None:
        ref = f"v{ref.removeprefix('v')}"
        if ref not in names:
            known = ", ".join(names) or "none yet"
            raise UsageError([Problem(f"There is no release {ref}.", f"Releases: {known}.")])
    head = store.FOLDER / store.HEAD
    if ref is None and not head.exists():
        ref = store.newest(store.FOLDER)
        if ref is None:
            raise store.damaged("there are no releases")
    path = store.FOLDER / f"{ref}.json" if ref else head
    return Source(temporary, address.canonical(), store.materialise(path, temporary))


def _foreign(template: str, ref: str | None, temporary: Path) -> Source:
    folder = Path(template).expanduser()
    if template and folder.is_dir():
        return _folder(folder.resolve(), ref, temporary)
    clone = _clone(_near(_url(template)), temporary)
    newest = next(iter(release_tags(clone)), None)
    return _checked_out(clone, ref or newest, _without_password(template))


def _url(template: str) -> str:
    """Return the address of a repository, with the shorthands of Copier written out."""
    url = template
    for short, long in _SHORTHANDS.items():
        if template.startswith(short):
            url = long + template.removeprefix(short).lstrip("/")
    if not _URL.fullmatch(url):
        fix = "Give a folder, or a git URL such as https://host/owner/name.git."
        raise UsageError([Problem(f"There is no template at {template!r}.", fix)])
    return url


def _folder(folder: Path, ref: str | None, temporary: Path) -> Source:
    recorded, warning = str(folder), f"Updates will look for the template in {folder}."
    if external_tools.enclosing_repository(folder) != folder:
        if ref is not None:
            fix = "Drop --ref, or give the root of a git repository."
            raise UsageError([Problem(f"{folder} is not a git repository.", fix)])
        return Source(folder, recorded, "", warning)
    try:
        origin = external_tools.git("config", "--get", "remote.origin.url", cwd=folder).strip()
    except programs.ProgramError:
        origin = ""
    if _URL.fullmatch(origin):
        recorded, warning = _without_password(origin), ""
    return _checked_out(_clone(str(folder), temporary), ref, recorded, warning)


def _near(url: str) -> str:
    """Return where a repository can be cloned from; only the first time that is far away."""
    folder = _fetched.get()
    if folder is None:
        return url
    name = hashlib.sha256(url.encode()).hexdigest()[:12]
    return str(folder / name if (folder / name).exists() else _clone(url, folder, name, "--mirror"))


def _clone(url: str, folder: Path, name: str = "template", form: str = "--no-checkout") -> Path:
    _begin_to_import_copier()
    try:
        external_tools.git("clone", "--quiet", "--template=", form, "--", url, name, cwd=folder)
    except programs.ProgramError as error:
        message = f"The template cannot be fetched: {_without_password(error.message)}"
        raise NewapiError(message, error.hint) from error
    return folder / name


def _checked_out(clone: Path, ref: str | None, recorded: str, warning: str = "") -> Source:
    for name in (ref, f"origin/{ref}") if ref else ("HEAD",):
        if name.startswith("-"):
            continue
        try:
            found = external_tools.git(
                "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", cwd=clone
            )
        except programs.ProgramError:
            continue
        external_tools.git("checkout", "--quiet", "--detach", found.strip(), cwd=clone)
        commit = external_tools.git("describe", "--tags", "--always", cwd=clone).strip()
        shutil.rmtree(clone / ".git", ignore_errors=True)  # never a part of the template
        return Source(clone, recorded, commit, warning)
    raise UsageError(
        [Problem(f"The template has no version {ref!r}.", "Give --ref a tag or branch.")]
    )


def release_tags(clone: Path) -> list[str]:
    """Return the tags of a repository that are versions, the newest first; no pre-releases."""
    from packaging.version import InvalidVersion, Version

    releases: dict[Version, str] = {}
    for tag in external_tools.git("tag", "--list", cwd=clone).split():
        try:
            releases[Version(tag)] = tag
        except InvalidVersion:
            continue
    stable = [version for version in releases if not version.is_prerelease]
    return [releases[version] for version in sorted(stable, reverse=True)]


def _refuse_unsafe(source: Source) -> None:
    from newapi.template import catalog

    settings = catalog.settings(source.path)
    found = [key.removeprefix("_") for key in _UNSAFE if settings.get(key)]
    if found:
        raise NewapiError(
            f"The template wants to run code of its own ({', '.join(found)}); newapi never does.",
            "Remove that from its copier.yml, or use `copier copy --trust` if you trust it.",
        )


def _without_password(url: str) -> str:
    """Return an address without its user and password.

    >>> _without_password("https://me:secret@host.example/t.git")
    'https://host.example/t.git'
    """
    return re.sub(r"(https?://)[^/@\s]+@", r"\1", url)


def _begin_to_import_copier() -> None:
    """Begin to import Copier while git fetches a template: it takes a sixth of a second."""
    if "copier" not in sys.modules:
        threading.Thread(target=import_module, args=("copier",), daemon=True).start()
