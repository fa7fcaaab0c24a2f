"""Which version of which template a project was made from, and opening that version again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from newapi.errors import NewapiError
from newapi.project import answers_file
from newapi.releases import snapshot, store
from newapi.template import address, sources
from newapi.template.sources import Source

_RESTORE = "Restore it from git: git log -- .copier-answers.yml"
_RELEASE = re.compile(r"v?\d+\.\d+\.\d+")
_SNAPSHOT = re.compile(r"v?\d+\.\d+\.\d+\.dev0\+t[0-9a-f]{12}")
_MARKERS = re.compile(rb"^(?:<{7} |>{7} )", re.MULTILINE)


@dataclass(frozen=True)
class Record:
    """The origin and the answers in the answers file of a project."""

    src_path: str
    commit: str
    answers: Mapping[str, str]

    @property
    def is_own(self) -> bool:
        """Whether the project was made from the template that newapi carries."""
        return address.is_own(self.src_path)


def read(content: bytes | None) -> Record:
    """Read the answers file of a project.

    Raises:
        NewapiError: It is missing, or was broken by hand.
    """
    if content is None:
        fix = "Give the path of a project that newapi has made, with its files committed."
        raise NewapiError("There is no .copier-answers.yml: not a project of newapi.", fix)
    if _MARKERS.search(content):
        fix = (
            "Keep the newer _commit and the answers of both sides, and commit. Then run "
            "newapi update --repair."
        )
        raise NewapiError("The project's .copier-answers.yml has conflict markers of a merge.", fix)
    found, flaws = answers_file.parse(content)
    src_path = found.pop(answers_file.SRC_PATH, "")
    commit = found.pop(answers_file.COMMIT, "")
    if not flaws and not src_path:
        flaws = ["does not say where the project came from (_src_path)"]
    if flaws:
        raise broken("; ".join(flaws))
    return Record(src_path, commit, found)


def broken(flaws: str) -> NewapiError:
    """Say that an answers file is not as newapi wrote it."""
    return NewapiError(f"The project's .copier-answers.yml {flaws}.", _RESTORE)


@contextmanager
def open_base(record: Record) -> Iterator[Source]:
    """Open the version that a project was made from.

    Raises:
        NewapiError: This installation does not have it.
    """
    if not record.commit:
        fix = "Commit that folder to git, create the project again from it, and compare."
        message = f"The project was made from a folder without versions: {record.src_path}."
        raise NewapiError(message, fix)
    if not record.is_own:
        with sources.open_source(record.src_path, record.commit) as source:
            yield source
        return
    commit = f"v{record.commit.removeprefix('v')}"
    is_unreleased = _SNAPSHOT.fullmatch(commit) and commit == _unreleased()
    if not is_unreleased and commit not in store.versions(store.FOLDER):
        raise _unknown(commit)
    with sources.open_source(None, None if is_unreleased else commit) as source:
        yield replace(source, src_path=record.src_path)  # which may be a former address


def is_downgrade(record: Record, source: Source) -> bool:
    """Whether a version is older than the project's."""
    from packaging.version import InvalidVersion, Version

    if record.src_path != source.src_path and not (
        record.is_own and address.is_own(source.src_path)
    ):
        return False
    if record.is_own and _SNAPSHOT.fullmatch(source.commit):
        return False  # an unreleased state is ahead of every release
    if record.is_own and _SNAPSHOT.fullmatch(record.commit):
        return True
    try:
        return Version(source.commit) < Version(record.commit)
    except InvalidVersion:
        return False


def notes(record: Record, src_path: str, commit: str) -> dict[str, str]:
    """Return the notes of the releases after the project's, up to this one."""
    if not record.is_own or not address.is_own(src_path) or record.commit == commit:
        return {}
    from packaging.version import Version

    first, last = Version(record.commit), Version(commit)
    found = {}
    for version in store.versions(store.FOLDER):
        page = store.FOLDER / f"{version}.md"
        is_newer = first < Version(version) and (Version(version) <= last or last.is_devrelease)
        if is_newer and page.is_file():
            found[version] = page.read_text("utf-8").strip()
    return found


def _unreleased() -> str | None:
    root = sources.checkout()
    if root is not None:
        return store.describe(snapshot.read(root), store.FOLDER)
    head = store.FOLDER / store.HEAD
    return store.load(head).version if head.exists() else None


def _unknown(commit: str) -> NewapiError:
    known = store.versions(store.FOLDER)
    newest_known = known[-1] if known else "none"
    if _RELEASE.fullmatch(commit) and known and store.sort_key(commit) > store.sort_key(known[-1]):
        wanted = commit.removeprefix("v")
        return NewapiError(
            f"The project is at {commit}, newer than this newapi (which knows up to {known[-1]}).",
            f"Install that version: uv tool install 'newapi-cli>={wanted}'",
        )
    if _SNAPSHOT.fullmatch(commit):
        return NewapiError(
            f"The project was made from {commit}, an unreleased state of the template that this "
            "installation of newapi does not have.",
            "Use the checkout that made it; or create the project again from a release.",
        )
    return NewapiError(
        f"The project says that it was made from {commit!r}, which is no release.",
        f"Releases: {', '.join(known) or newest_known}. {_RESTORE}",
    )
