"""Render the files of resources from their definitions and the project's answers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi.project import tree
from newapi.project.tree import Tree
from newapi.resources import context, formatting, users
from newapi.resources.generator import Generator
from newapi.resources.wiring import Wire

if TYPE_CHECKING:
    from newapi.resources.definition import Definition
    from newapi.resources.inventory import Inventory
    from newapi.template.catalog import Value

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """What decides about the files of resources."""

    template: Path
    answers: Mapping[str, Value]
    inventory: Inventory

    @cached_property
    def generator(self) -> Generator:
        """Return what makes the files."""
        return Generator(self.template)

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """Return the definitions to render."""
        return self.inventory.definitions

    def context(self, name: str) -> dict[str, Any]:
        """Return the context of a resource."""
        known = {other: self.definitions[other] for other in self._reachable(name)}
        if users.references_to_users(known):
            known[users.USERS.name] = users.USERS
        return {
            "definition": context.of_definition(self.definitions[name], self.definitions),
            "definitions": context.of_all(known),
            "project": self.project,
        }

    @property
    def project(self) -> dict[str, Any]:
        """Return the answers of the project, as generators read them."""
        return {**self.answers, "has_tables": True}

    @cached_property
    def contexts(self) -> dict[str, dict[str, Any]]:
        """Return the context of each resource."""
        return {name: self.context(name) for name in sorted(self.definitions)}

    @cached_property
    def wires(self) -> frozenset[Wire]:
        """Return every line that resources need in shared files."""
        return frozenset[Wire]().union(*map(self.generator.wires, self.contexts.values()))

    def _reachable(self, name: str) -> set[str]:
        """Return a resource, and all that it refers to."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found and current in self.definitions:
                found.add(current)
                waiting += [f.target for f in self.definitions[current].fields if f.target]
        return found


@dataclass
class Workshop:
    """Renders and formats; what has been made once is not made again."""

    made: dict[str, Tree] = field(default_factory=dict)

    def files(self, side: Side, name: str) -> Tree:
        """Return the files of a resource, which `prepare` has made; its definition is another."""
        return self.made[key(side, side.contexts[name])]

    def prepare(self, wanted: Iterable[tuple[Side, Context]]) -> None:
        """Render whatever is not there yet, and format all of it at once.

        Raises:
            NewapiError: A generator is broken, or ruff is missing.
        """
        missing = {key(side, about): (side, about) for side, about in wanted}
        missing = {name: job for name, job in missing.items() if name not in self.made}
        if not missing:
            return
        with tempfile.TemporaryDirectory(prefix="newapi-generate-") as temporary:
            folders = {name: Path(temporary, str(n)) for n, name in enumerate(missing)}
            for name, (side, about) in missing.items():
                folders[name].mkdir()
                side.generator.render(about, folders[name])
            formatting.tidy(Path(temporary))
            self.made |= {name: tree.read(folder) for name, folder in folders.items()}


def key(side: Side, about: Context) -> str:
    """Return the key of a rendered result."""
    return side.generator.version + json.dumps(about, sort_keys=True)
