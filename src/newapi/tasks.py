"""Work out what `newapi generate task` would make of a project, without changing anything."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from newapi import carry, catalog, history, planning, tree, worktree
from newapi.errors import NewapiError, Problem, UsageError
from newapi.planning import Plan, Wanted
from newapi.resources import formatting, inventory, naming, reserved
from newapi.resources.generator import TASK, Generator, require_there
from newapi.resources.weaving import Wiring, Woven
from newapi.texts import Labels

if TYPE_CHECKING:
    from newapi.console import Console
    from newapi.git import Repository
    from newapi.tree import Tree

KINDS = "app/models/task.py"


def plan(repository: Repository, typed: str, wanted: Wanted, console: Console) -> Plan:
    """Render the files of a task, and wire them in.

    Raises:
        NewapiError: The project cannot have it; says why, and what helps.
        UsageError: The name is none.
    """
    listing, record, earlier = planning.look(repository, wanted)
    with history.open_base(record) as source:
        generator = Generator(source.path, TASK)
        require_there(generator, source, "tasks")
        answers = carry.recorded(record, catalog.load(source.path))
        if answers.get("jobs", "none") == "none":
            fix = "newapi add jobs=celery, or newapi add jobs=background"
            raise NewapiError("The project has no background jobs.", fix)
        modules = inventory.modules(repository, listing)
        name = _name(typed, modules.get(KINDS, b"").decode(errors="replace"))
        context = {"definition": _definition(name), "project": dict(answers)}
        with console.status(f"Generating {name}"):
            files = _files(generator, context)
        lines = Wiring(new=generator.wires(context))
    worktree.require_room(repository, listing, files, "task")
    labels = Labels(base="nothing", theirs=f"template {source.commit} with {name}")
    done = Plan(
        record=record,
        src_path=source.src_path,
        commit=source.commit,
        answers=answers,
        before=answers,
        changes=(),
        labels=labels,
        earlier=earlier,
        title=f"Create the task {name}",
    )
    return planning.conclude(repository, listing, wanted, done, Woven({}, files, lines))


def _name(typed: str, kinds: str) -> str:
    """Understand the name of a task."""
    fix = "newapi generate task resize-image"
    try:
        name = naming.normalise(typed)
    except ValueError as flaw:
        raise UsageError([Problem(f"'{typed}' cannot be a task's name: it {flaw}.", fix)]) from flaw
    flaw_of_word = reserved.flaw_of_word(name)
    if flaw_of_word:
        message = f"'{name}' cannot be a task's name: {flaw_of_word}."
        raise UsageError([Problem(message, f"newapi generate task do-{typed}")])
    if re.search(rf"^ +{name.upper()}\b.*=", kinds, re.MULTILINE):
        message = f"There is a task {name} already: TaskKind.{name.upper()} in {KINDS}."
        raise UsageError([Problem(message, "Choose another name.")])
    return name


def _definition(name: str) -> dict[str, str]:
    return {
        "name": name,
        "class_name": naming.class_of(name),
        "constant": name.upper(),
        "title": naming.title_of(name),
        "route": name.replace("_", "-"),
    }


def _files(generator: Generator, context: dict[str, object]) -> Tree:
    with tempfile.TemporaryDirectory(prefix="newapi-generate-") as temporary:
        folder = Path(temporary, "files")
        generator.render(context, folder)
        formatting.tidy(folder)
        return tree.read(folder)
