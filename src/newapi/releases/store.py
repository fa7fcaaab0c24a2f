"""Read frozen releases: load them, verify them, write one to disk.

A release is `vX.Y.Z.json`: `{format, version, tree, chain, files, blobs}`. `files` maps a path to
its mode and content hash; `blobs` holds the contents that no earlier release has.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import newapi
from newapi.errors import NewapiError
from newapi.releases.snapshot import File, chain_hash, manifest, tree_hash

FORMAT = 1
FOLDER = Path(__file__).parent
HEAD = "head.json"
REINSTALL = "Reinstall newapi, for example with `uv tool install --reinstall newapi-cli`."
_RELEASE = re.compile(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")

Blob: TypeAlias = str | Mapping[str, str]


@dataclass(frozen=True)
class Release:
    """One frozen version of the template."""

    version: str
    tree: str
    chain: str
    files: Mapping[str, tuple[str, str]]
    blobs: Mapping[str, bytes]


def versions(folder: Path = FOLDER) -> list[str]:
    """List the frozen releases, oldest first: `["v0.1.0", ...]`."""
    names = (path.stem for path in folder.glob("v*.json"))
    return sorted(filter(_RELEASE.fullmatch, names), key=sort_key)


def sort_key(version: str) -> tuple[int, ...]:
    """Order versions by number.

    >>> sort_key("v0.10.0") > sort_key("v0.9.3")
    True
    """
    match = _RELEASE.fullmatch(version)
    if match is None:
        raise ValueError(f"not a release: {version!r}")
    return tuple(map(int, match.groups()))


def newest(folder: Path = FOLDER) -> str | None:
    """Return the newest release, if there is any."""
    return next(reversed(versions(folder)), None)


def load(path: Path) -> Release:
    """Read one release file, without verifying it."""
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']}")
        return Release(
            version=document["version"],
            tree=document["tree"],
            chain=document["chain"],
            files={name: (mode, digest) for name, (mode, digest) in document["files"].items()},
            blobs={digest: _decode(blob) for digest, blob in document["blobs"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path.name) from error


def dump(release: Release) -> str:
    """Write a release as the text of its file."""
    document = {
        "format": FORMAT,
        "version": release.version,
        "tree": release.tree,
        "chain": release.chain,
        "files": release.files,
        "blobs": {digest: _encode(content) for digest, content in release.blobs.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def build(version: str, files: Mapping[str, File], folder: Path = FOLDER) -> Release:
    """Make the release that would follow the newest one in `folder`."""
    history = [load(folder / f"{name}.json") for name in versions(folder)]
    known = {digest for release in history for digest in release.blobs}
    entries = manifest(files)
    tree = tree_hash(entries)
    return Release(
        version=version,
        tree=tree,
        chain=chain_hash(history[-1].chain if history else "", version, tree),
        files=entries,
        blobs={file.sha256: file.content for file in files.values() if file.sha256 not in known},
    )


def describe(files: Mapping[str, File], folder: Path = FOLDER) -> str:
    """Name the version of these files: the newest release, or a development version."""
    tree = tree_hash(manifest(files))
    released = newest(folder)
    if released and load(folder / f"{released}.json").tree == tree:
        return released
    return f"v{newapi.__version__}.dev0+t{tree[:12]}"


def materialise(path: Path, destination: Path) -> str:
    """Write the template of one release file into a folder; return its version.

    Every content is verified against its hash. Only the release files that hold what is needed
    are read, newest first.
    """
    release = load(path)
    if tree_hash(release.files) != release.tree:
        raise damaged(path.name)
    contents = _contents(release, path.parent)
    for folder in {name.rpartition("/")[0] for name in release.files}:
        (destination / folder).mkdir(parents=True, exist_ok=True)
    for name, (mode, digest) in release.files.items():
        permissions = 0o777 if mode == "755" else 0o666
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(destination / name, flags, permissions)
        with os.fdopen(descriptor, "wb") as file:
            file.write(contents[digest])
    return release.version


def verify(folder: Path = FOLDER) -> list[str]:
    """Check every hash of every release and their chain; return the versions."""
    chain = ""
    known: set[str] = set()
    for version in versions(folder):
        release = load(folder / f"{version}.json")
        chain = chain_hash(chain, version, release.tree)
        wanted = {digest for _, digest in release.files.values()}
        if (
            release.version != version
            or release.tree != tree_hash(release.files)
            or release.chain != chain
            or known & release.blobs.keys()
            or not release.blobs.keys() <= wanted
            or not wanted <= known | release.blobs.keys()
            or any(File(blob).sha256 != digest for digest, blob in release.blobs.items())
        ):
            raise damaged(f"{version}.json")
        known |= release.blobs.keys()
    return versions(folder)


def damaged(what: str) -> NewapiError:
    """Say that this installation is broken."""
    return NewapiError(f"This installation of newapi is damaged: {what}.", REINSTALL)


def _contents(release: Release, folder: Path) -> dict[str, bytes]:
    missing = {digest for _, digest in release.files.values()}
    contents: dict[str, bytes] = {}
    for holder in _with_ancestors(release, folder):
        found = missing & holder.blobs.keys()
        for digest in found:
            if File(holder.blobs[digest]).sha256 != digest:
                raise damaged(f"{holder.version}, content {digest[:12]}")
            contents[digest] = holder.blobs[digest]
        missing -= found
        if not missing:
            return contents
    raise damaged(f"{release.version} lacks {len(missing)} contents")


def _with_ancestors(release: Release, folder: Path) -> Iterator[Release]:
    yield release
    names = versions(folder)
    older = names[: names.index(release.version)] if release.version in names else names
    for name in reversed(older):
        yield load(folder / f"{name}.json")


def _decode(blob: Blob) -> bytes:
    return blob.encode() if isinstance(blob, str) else base64.b64decode(blob["b64"], validate=True)


def _encode(content: bytes) -> Blob:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(content).decode()}
