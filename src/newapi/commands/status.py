"""`newapi status`: which release a project is at, and how far it has gone its own way."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from newapi import (
    __version__,
    carry,
    catalog,
    history,
    migrations,
    planning,
    sources,
    tree,
    updating,
)
from newapi.journal import Desk
from newapi.planning import ANSWERS_FILE

if TYPE_CHECKING:
    from newapi.catalog import Catalog
    from newapi.console import Console
    from newapi.git import Repository
    from newapi.tree import Tree

_NEWS = 4


def run(path: str | None, console: Console, *, is_check: bool) -> int:
    """Report; with `--check` the exit code says whether there is news."""
    document = _document(updating.locate(path), console)
    if console.is_json:
        console.document(document)
    else:
        _show(document, console)
    is_news = document["update_available"] or document["drift"] or document["interrupted"]
    return _NEWS if is_check and is_news else 0


def _document(repository: Repository, console: Console) -> dict[str, Any]:
    file = tree.look(repository.project / ANSWERS_FILE)
    record = history.read(file.data if file else None)
    with history.open_base(record) as source:
        known = catalog.load(source.path)
        answers = carry.recorded(record, known)
        with console.status(f"Rendering {source.commit}"):
            base = planning.render(source, answers, repository.project.name)
    with sources.open_source(None if record.is_own else record.src_path) as newest:
        commit = newest.commit
        is_available = commit != source.commit and not history.is_downgrade(record, newest)
    journal = Desk(repository).read()
    return {
        "ok": True,
        "command": "status",
        "version": __version__,
        "path": str(repository.project),
        "source": record.src_path,
        "release": record.commit,
        "newest": commit,
        "update_available": is_available,
        "interrupted": journal is not None and journal.is_interrupted,
        "answers": answers,
        "features": _on(known, answers),
        "drift": [{"path": p, "state": state} for p, state in _drift(repository, base)],
    }


def _on(known: Catalog, answers: dict[str, Any]) -> list[str]:
    """Name the features that are on, with their value where there are several."""
    return [
        name if feature.type == "bool" else f"{name}={answers[name]}"
        for name, feature in known.features.items()
        if answers[name] != feature.off
    ]


def _drift(repository: Repository, base: Tree) -> Iterator[tuple[str, str]]:
    """Compare what the template made with what is there, as git would store it."""
    managed = [p for p in sorted(base) if p != ANSWERS_FILE and not migrations.is_revision(p)]
    present = {path: tree.look(repository.project / path) for path in managed}
    files = [path for path, entry in present.items() if entry is not None and entry.kind == "file"]
    digests = dict(zip(files, repository.digests(files), strict=True))
    missing = [path for path in managed if present[path] is None]
    ignored = repository.ignored(missing)
    algorithm = (
        "sha256" if len(repository.no_object) == hashlib.sha256().digest_size * 2 else "sha1"
    )
    for path in managed:
        entry, wanted = present[path], base[path]
        if entry is None:
            if path not in ignored:
                yield path, "deleted"
        elif entry.kind != wanted.kind or (
            os.name != "nt" and entry.executable != wanted.executable
        ):
            yield path, "modified"
        elif entry.kind == "file":
            blob = b"blob %d\0" % len(wanted.data) + wanted.data
            if digests[path] != hashlib.new(algorithm, blob).hexdigest():
                yield path, "modified"
        elif entry != wanted:
            yield path, "modified"


def _show(document: dict[str, Any], console: Console) -> None:
    state = "newest" if not document["update_available"] else f"newest: {document['newest']}"
    console.line(("release   ", "bold"), f"{document['release']} ({state})")
    console.line(("features  ", "bold"), ", ".join(document["features"]) or "none")
    drift = document["drift"]
    if drift:
        console.line(
            ("drift     ", "bold"), f"{len(drift)} files are not as the template made them"
        )
        console.rows(((file["state"], "yellow"), file["path"]) for file in drift)
    else:
        console.line(("drift     ", "bold"), "none: every file is as the template made it")
    if document["interrupted"]:
        console.warn("an update was interrupted: newapi update --continue, or --abort")
    if document["update_available"]:
        console.line()
        console.line("newapi update --dry-run shows what would change.")
