"""The generators that a template carries below `generators`: Copier templates of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi.errors import NewapiError
from newapi.resources import wiring
from newapi.resources.wiring import Wire
from newapi.template import engine

if TYPE_CHECKING:
    from jinja2 import Template

    from newapi.resources.definition import Definition
    from newapi.template.sources import Source

RESOURCE, TASK = "generators/resource", "generators/task"
LANGUAGE = 2  # of definitions, in this version of newapi
_WIRING = "wiring.yml.jinja"
_FILTERS = "jinja2_ansible_filters.AnsibleCoreFiltersExtension"  # which Copier gives its templates


class Generator:
    """What makes the files of one resource, or of one task."""

    def __init__(self, template: Path, folder: str = RESOURCE) -> None:
        self.root = template / folder

    @property
    def is_there(self) -> bool:
        """Whether the template has one: its first releases had none."""
        return (self.root / "copier.yml").is_file()

    @cached_property
    def language(self) -> int:
        """Return the version of the language of definitions that the generator understands."""
        return int(self._settings.get("_newapi", {}).get("language", 1))

    @cached_property
    def version(self) -> str:
        """Return a digest of the generator's files."""
        digest = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.root).as_posix().encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
        return digest.hexdigest()

    def render(self, context: Mapping[str, Any], destination: Path) -> None:
        """Write the files of a resource or task, or one revision of a table."""
        engine.generate(self.root, {"revision": None, **context}, destination)

    def wires(self, context: Mapping[str, Any]) -> frozenset[Wire]:
        """Return the lines that the generator adds to shared files.

        Raises:
            NewapiError: The generator is broken.
        """
        import jinja2
        import yaml

        try:
            template = self._wiring
            text = template.render({"revision": None, **context}) if template else ""
            return frozenset(wiring.read(_parse(text)))
        except (jinja2.TemplateError, yaml.YAMLError, ValueError, TypeError, KeyError) as error:
            message = f"The generator cannot be rendered: {_WIRING}: {error}"
            raise NewapiError(
                message, "Mend the template, or newapi update to a newer one"
            ) from error

    @cached_property
    def _settings(self) -> dict[str, Any]:
        """Return the questions and settings of the generator."""
        settings: dict[str, Any] = _parse((self.root / "copier.yml").read_bytes())
        return settings

    @cached_property
    def _wiring(self) -> Template | None:
        """Compile the template of the wiring, with the settings of the generator."""
        import jinja2
        from jinja2.sandbox import SandboxedEnvironment

        if not (self.root / _WIRING).is_file():
            return None
        options = {**self._settings["_envops"], "undefined": jinja2.StrictUndefined}
        loader = jinja2.FileSystemLoader(self.root)
        environment = SandboxedEnvironment(loader=loader, extensions=[_FILTERS], **options)
        return environment.get_template(_WIRING)


def _parse(text: str | bytes) -> Any:
    """Parse YAML in C, where PyYAML is built with it."""
    import yaml

    if yaml.__with_libyaml__:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    return yaml.safe_load(text)


def require_understood(
    generator: Generator, source: Source, definitions: Iterable[Definition], changed: Iterable[str]
) -> None:
    """Refuse definitions, and changes of whole resources, that the template cannot make yet."""
    newer = [each.name for each in definitions if each.language > generator.language]
    newer += changed if generator.language < LANGUAGE else []
    if newer:
        message = f"The template {source.commit or source.src_path} cannot make all of"
        raise NewapiError(f"{message} {', '.join(newer)} yet.", "newapi update first")


def require_there(generator: Generator, source: Source, what: str) -> None:
    """Refuse a template that cannot make such things."""
    if not generator.is_there:
        message = f"The template {source.commit or source.src_path} cannot make {what} yet."
        raise NewapiError(message, "newapi update first")
