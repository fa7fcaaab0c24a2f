"""`newapi import`: read a data model that there is into `models.yml`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.errors import NewapiError, Problem, UsageError
from newapi.generate import resource_plan
from newapi.model_import import model_lines, readers, translation
from newapi.resources import model_text, project_names
from newapi.resources.project_names import ProjectNames
from newapi.template import sources
from newapi.update import execution

if TYPE_CHECKING:
    from newapi.model_import.source_model import Note
    from newapi.model_import.translation import Translation
    from newapi.terminal.console import Console, Part

_STDOUT = "-"


@dataclass(frozen=True)
class Options:
    """The command line."""

    source: str
    kind: str | None = None
    output: str = resource_plan.MODELS
    is_forced: bool = False


def run(options: Options, console: Console) -> int:
    """Read the source, write the definitions, and say what has no equal."""
    kind = readers.kind_of(options.source, options.kind)
    if options.output != _STDOUT:
        _require_free(options)
    with console.status("Read the data model"):
        source = readers.read(options.source, kind)
        found = translation.translate(source, _surroundings())
    if not found.resources:
        message = f"No table of {readers.shown(options.source)} has anything for a resource."
        raise NewapiError(message, "newapi generate resource NAME FIELD...")
    text = model_lines.write(found.resources)
    if options.output != _STDOUT:
        _write(Path(options.output), text)
    elif not console.is_json:
        console.raw(text.encode())
    if console.is_json:
        console.document(_document(options, kind, found, text))
    else:
        _tell(options, found, console)
    return 0


def _require_free(options: Options) -> None:
    """Refuse to write over a file that says something.

    Raises:
        UsageError: The file is there, or cannot be.
    """
    path = Path(options.output)
    if path.is_dir() or not path.parent.is_dir():
        message = f"{options.output} is no path of a file."
        raise UsageError([Problem(message, "--output models.yml, or --output -")])
    if not path.exists() or options.is_forced:
        return
    if not model_text.is_empty(path.read_text(encoding="utf-8", errors="replace")):
        message = f"{options.output} is there already."
        fix = "--output OTHER.yml, --output - to print it, or --force to write over it"
        raise UsageError([Problem(message, fix)])


def _surroundings() -> ProjectNames:
    """Return the names of the project that this folder is in, else those of a new one."""
    try:
        return resource_plan.names(execution.locate(None)).without_resources()
    except NewapiError:
        pass
    with sources.open_source() as source:
        folder = Path(source.path, "template")
        texts = {
            path.relative_to(folder).as_posix().removesuffix(".jinja"): path.read_text("utf-8")
            for path in sorted(folder.rglob("*.py*"))
            if path.suffix in {".py", ".jinja"}
        }
    return project_names.look({}, texts, accounts=True, storage=True, database="postgres")


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def _document(options: Options, kind: str, found: Translation, text: str) -> dict[str, Any]:
    """Say what happened, for a program; docs/json.md explains the keys."""
    return {
        "ok": True,
        "command": "import",
        "version": __version__,
        "exit_code": 0,
        "source": readers.shown(options.source),
        "from": kind,
        "output": None if options.output == _STDOUT else options.output,
        "models": text,
        "resources": [each.definition.name for each in found.resources],
        "fields": asdict(found.fields),
        "relations": asdict(found.relations),
        "notes": [{**asdict(note), "written": note.written or None} for note in found.notes],
    }


def _tell(options: Options, found: Translation, console: Console) -> None:
    fields, relations = found.fields, found.relations
    counts = (
        f"{len(found.resources)} resources, {fields.taken} of {fields.found} fields,"
        f" {relations.taken} of {relations.found} relations"
    )
    say = console.note if options.output == _STDOUT else console.line
    say(f"{readers.shown(options.source)}: {counts}.")
    left_out = [note for note in found.notes if not note.written]
    changed = [note for note in found.notes if note.written]
    for title, notes in (("Written otherwise", changed), ("Left out", left_out)):
        if notes and options.output == _STDOUT:
            say(title)
            for row in _rows(notes):
                say("  " + "  ".join(part if isinstance(part, str) else part[0] for part in row))
        elif notes:
            console.heading(title)
            console.rows(_rows(notes))
    if options.output == resource_plan.MODELS:
        console.commands("Next", ["newapi generate --dry-run", "newapi generate"])


def _rows(notes: Iterable[Note]) -> Iterator[Sequence[Part]]:
    """Return a row for each note; those that say the same share one."""
    grouped: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        grouped.setdefault((note.message, note.written), []).append(note)
    for (message, written), same in grouped.items():
        subjects = ", ".join(
            f"{each.subject} (line {each.line})" if each.line else each.subject for each in same
        )
        yield (subjects, "bold"), message, (f"→ {written}" if written else "")
