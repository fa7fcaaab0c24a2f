"""Work out what `newapi generate task` would make of a project, without changing anything."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from newapi.errors import NewapiError, Problem, UsageError
from newapi.generate import project_layout
from newapi.project import history, tree
from newapi.questions import answer_migration
from newapi.resources import formatting, inventory, naming, reserved
from newapi.resources.generator import TASK, Generator, require_there
from newapi.template import catalog
from newapi.template.features import Resolution
from newapi.terminal.text import shorten
from newapi.update import planning, worktree
from newapi.update.planning import Plan, Wanted
from newapi.update.resource_merge import Wiring, Woven
from newapi.update.text_merge import Labels

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.project.tree import Tree
    from newapi.terminal.console import Console

# Where projects list their tasks: as functions, and before 0.7.0 as members of an enumeration.
REGISTRY = "app/jobs/registry.py"
KINDS = "app/models/task.py"


def plan(repository: Repository, typed: str, wanted: Wanted, console: Console) -> Plan:
    """Render the files of a task, and wire them in.

    Raises:
        NewapiError: The project cannot have it; says why, and what helps.
        UsageError: The name is none.
    """
    present = planning.look(repository, wanted)
    listing, record, _ = present
    with history.open_base(record) as source:
        generator = Generator(source.path, TASK)
        require_there(generator, source, "tasks")
        answers = answer_migration.recorded(record, catalog.load(source.path))
        if answers.get("jobs", "none") == "none":
            fix = "newapi add jobs=celery, or newapi add jobs=background"
            raise NewapiError("The project has no background jobs.", fix)
        place = project_layout.find(repository, listing, source, answers)
        modules = inventory.modules(repository, listing, place.layout.origin)
        registry, kinds = (
            modules.get(path, b"").decode(errors="replace") for path in (REGISTRY, KINDS)
        )
        taken = _Taken(registry, kinds, modules.keys())
        name = _name(typed, taken)
        context = {"definition": _definition(name), "project": dict(answers)}
        with console.status(f"Generating {name}"):
            files = _files(generator, context)
        lines = Wiring(new=generator.wires(context))
        place = place.needing(repository, listing, source, answers, lines.files)
    paths = map(place.layout.path, files)
    worktree.require_room(repository, listing, paths, "task", taken.proposal(name))
    labels = Labels(base="nothing", theirs=f"template {source.commit} with {name}")
    unchanged = Resolution(answers, (), ())
    done = planning.begin(present, source, answers, unchanged, labels=labels)
    done = replace(done, title=f"Create the task {name}")
    woven = Woven({}, files, lines, reference=place.reference)
    return planning.conclude(repository, listing, wanted, done, woven)


@dataclass(frozen=True)
class _Taken:
    """The tasks of a project, as its modules list them, and its Python files."""

    registry: str
    kinds: str
    paths: Collection[str]

    def flaw(self, name: str) -> str:
        """Say why a task cannot be called so; empty when it can."""
        if re.search(rf"^from \S+ import .*\b{name}\b", self.registry, re.MULTILINE):
            return f"There is a task {name} already, in {REGISTRY}."
        if re.search(rf"^ +{name.upper()} *=", self.kinds, re.MULTILINE):
            return f"There is a task {name} already: TaskKind.{name.upper()} in {KINDS}."
        if flaw := reserved.flaw_of_task(name):
            return f"'{name}' cannot be a task's name: {flaw}."
        return ""

    def proposal(self, name: str) -> str:
        """Return a name like this one that a task can have."""
        short = name[: naming.MAX_LENGTH - 7].rstrip("_")
        candidates = (f"do_{short}", f"{short}_again", f"do_{short}_again")
        return next((other for other in candidates if self._is_free(other)), f"do_{short}_twice")

    def repaired(self, typed: str) -> str:
        """Return a name that resembles what cannot be one."""
        name = naming.proposal(typed, "resize_image")
        return name if self._is_free(name) else self.proposal(name)

    def _is_free(self, name: str) -> bool:
        stems = {PurePosixPath(path).stem for path in self.paths}
        return not self.flaw(name) and stems.isdisjoint((name, f"test_{name}"))


def _name(typed: str, taken: _Taken) -> str:
    """Understand the name of a task."""
    command = "newapi generate task"
    try:
        name = naming.normalise(typed)
    except ValueError as flaw:
        message = f"'{shorten(typed)}' cannot be a task's name: it {flaw}."
        raise UsageError([Problem(message, f"{command} {taken.repaired(typed)}")]) from flaw
    if flaw_of_name := taken.flaw(name):
        raise UsageError([Problem(flaw_of_name, f"{command} {taken.proposal(name)}")])
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
