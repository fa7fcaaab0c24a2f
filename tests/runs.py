"""Running newapi inside this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from newapi.cli.main import main


@dataclass(frozen=True)
class Result:
    """The exit code and output of a run of newapi."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def action(self, path: str) -> str | None:
        """Return the action of an update on a path."""
        found = {o["path"]: o["action"] for o in self.document["outcomes"]}
        return found.get(path)


def run(words: Sequence[str], capfd: pytest.CaptureFixture[str]) -> Result:
    """Run newapi in the current folder."""
    capfd.readouterr()
    code = main(words)
    out, err = capfd.readouterr()
    return Result(code, out, err)


@contextmanager
def writing_no_bytecode() -> Iterator[None]:
    """Import modules of a project without leaving files in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        yield
