"""`newapi schema`: the JSON Schema of what newapi reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from newapi import __version__
from newapi.errors import Problem, UsageError
from newapi.questions import schema
from newapi.template import catalog, features, sources
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from newapi.terminal.console import Console

_SUBJECTS = ("create", "resource", "models")


def run(subject: str, console: Console) -> None:
    """Print a schema; with `--json` it is in the document."""
    found = _schema(subject)
    if console.is_json:
        head = {"ok": True, "command": "schema", "version": __version__}
        console.document({**head, "schema": found})
    else:
        console.raw((json.dumps(found, indent=2) + "\n").encode())


def _schema(subject: str) -> schema.Schema:
    if subject == "create":
        with sources.open_source() as source:
            return schema.of_answers(catalog.load(source.path))
    if subject == "resource":
        from newapi.resources import schema as of_resources

        return of_resources.of_definition()
    if subject == "models":
        from newapi.resources import model_file

        return model_file.of_file()
    near = features.nearest(subject, _SUBJECTS) or "|".join(_SUBJECTS)
    message = f"There is no schema of '{shorten(subject)}'."
    raise UsageError([Problem(message, f"newapi schema {near}")])
