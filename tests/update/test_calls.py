"""An option passes few modules on its way from the command line to its effect."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from types import FrameType

from newapi.cli.main import main
from newapi.questions import choices
from newapi.resources import fields
from newapi.template import engine, sources
from tests.update.project import Project

MOST = 10


class Way:
    """The modules of newapi from the command line to where an option is read and has its effect.

    They are those of all calls that are open when one of the functions gets the option.
    """

    def __init__(self, option: str, *functions: object) -> None:
        self.option = option
        self.codes = {inspect.unwrap(each).__code__ for each in functions if callable(each)}
        self.modules: set[str] = set()

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Remember the calls that are open."""
        if event != "call" or frame.f_code not in self.codes:
            return
        if self.option not in repr(frame.f_locals):
            return
        caller: FrameType | None = frame
        while caller:
            name = str(caller.f_globals.get("__name__"))
            self.modules |= {name} if name.startswith("newapi.") else set()
            caller = caller.f_back

    def of(self, *words: str) -> list[str]:
        """Run newapi, and return the modules."""
        sys.setprofile(self.note)
        try:
            assert main(words) == 0
        finally:
            sys.setprofile(None)
        return sorted(self.modules)


def test_create_with(here: Path) -> None:
    words = ("create", str(here / "new"), "--defaults", "--no-lock", "--no-git")

    found = Way("tags", choices.read, engine.render).of(*words, "--with", "tags")

    assert {"newapi.questions.choices", "newapi.template.engine"} <= {*found}
    assert len(found) <= MOST, found


def test_update_to(project: Project) -> None:
    way = Way("v0.2.0", sources.open_source, engine.render)

    found = way.of("update", str(project.path), "--to", "v0.2.0")

    assert "newapi.template.sources" in found
    assert len(found) <= MOST, found


def test_generate_add(full_shop: Project) -> None:
    words = ("generate", "resource", "product", "--project", str(full_shop.path))

    found = Way("color", fields.read, engine.generate).of(*words, "--add", "color:str?")

    assert {"newapi.resources.fields", "newapi.template.engine"} <= {*found}
    assert len(found) <= MOST, found
