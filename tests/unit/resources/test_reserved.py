"""What generated code needs for itself is reserved; every other name works in it."""

from __future__ import annotations

import ast
import builtins
import keyword
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase

from newapi.resources import naming, reserved
from tests.matrix import ROOT

TEMPLATE = ROOT / "template"
WORDS = sorted(
    {
        *(name for name in dir(builtins) if name.islower() and not name.startswith("_")),
        *(name for name in keyword.softkwlist if name != "_"),
        *("order", "group", "select", "table", "index", "key", "rank", "condition", "usage"),
        *("window", "user", "value", "model", "model_name", "text", "column", "true", "null"),
        *("none", "yes", "no", "on", "off", "env", "year"),
    }
)


def attributes(path: str, *classes: str) -> set[str]:
    """Return what classes of the template define, without what is private."""
    tree = ast.parse((TEMPLATE / path).read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name in classes:
            for part in node.body:
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.add(part.name)
                elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    found.add(part.target.id)
    return {name for name in found if not name.startswith("_")}


@pytest.mark.parametrize(
    ("path", "classes"),
    [
        ("app/schemas/common.py", ("RequestModel", "PatchModel", "ListParams", "SearchParams")),
        ("app/models/entity.py.jinja", ("Entity",)),
    ],
)
def test_attributes_of_the_shared_classes_are_reserved(path: str, classes: tuple[str, ...]) -> None:
    found = attributes(path, *classes)

    assert found
    assert {name for name in found if not reserved.flaw_of_field(name)} == set()


@pytest.mark.parametrize("model", [BaseModel, DeclarativeBase])
def test_attributes_of_models_are_reserved(model: type) -> None:
    """Those of their metaclass are attributes of a model too, such as `mro`."""
    names = {name for name in [*dir(model), *dir(type(model))] if not name.startswith("_")}
    known = {name for name in names if hasattr(model, name)}

    assert {"registry", "mro"} & known
    assert {name for name in known if not reserved.flaw_of_field(name)} == set()


def test_what_pytest_collects_is_reserved(pytestconfig: pytest.Config) -> None:
    patterns = ("python_functions", "python_classes")
    prefixes = {prefix.lower() for name in patterns for prefix in pytestconfig.getini(name)}

    assert prefixes == {"test"}
    for prefix in prefixes:
        for word in (prefix, f"{prefix}s", f"{prefix}_result", f"{prefix}imonial"):
            assert "pytest" in reserved.flaw_of_word(word)
            assert "pytest" in reserved.flaw_of_task(word)
    assert reserved.flaw_of_word("conftest")
    assert not reserved.flaw_of_word("latest")


def test_names_that_are_proposed_can_be_used() -> None:
    words = [*WORDS, *keyword.kwlist, *dir(BaseModel), *dir(DeclarativeBase), "kwargs", "mro"]
    taken = [word for word in words if reserved.flaw_of_field(word.lower()) and word[0] != "_"]

    assert taken
    for word in taken:
        assert not reserved.flaw_of_field(reserved.proposal_for_field(word.lower()))


def rules_of_projects(folder: Path) -> Path:
    """Write the linter's rules of a generated project into a file of their own."""
    text = (TEMPLATE / "pyproject.toml.jinja").read_text(encoding="utf-8")
    rules = tomllib.loads("[tool.ruff]" + text.split("[tool.ruff]")[1].split("[tool.mypy]")[0])
    lint = rules["tool"]["ruff"]["lint"]
    selected = [rule for rule in lint["select"] if not rule.startswith("D") or rule == "DTZ"]
    path = folder / "ruff.toml"
    text = f"line-length = 100\n[lint]\nselect = {selected}\nignore = ['I']\n"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_name_that_is_not_reserved_is_clean_in_models_and_schemas(tmp_path: Path) -> None:
    fields = [word for word in WORDS if not reserved.flaw_of_field(word)]
    resources = [word for word in WORDS if not reserved.flaw_of_word(word)]
    assert {"type", "format", "match", "hash", "text"} <= set(fields)
    assert {"match", "case", "order"} <= set(resources)
    lines = [
        "from datetime import date, datetime",
        "from typing import Annotated",
        "from app.models.entity import Entity, Mapped, mapped_column, relationship",
        "",
        "",
        "class Thing(Entity):",
        *(f"    {name}: Mapped[int] = mapped_column()" for name in fields),
        "    a: Mapped[dict[str, list[bool | float | bytes]]] = relationship()",
        "    b: date | datetime",
        *(f"{naming.class_of(name)} = Annotated[int, 0]" for name in fields),
    ]
    for name in resources:
        lines += [
            "",
            "",
            f"async def update_{name}(data: Thing, {name}: Thing, db: int) -> object:",
        ]
        lines += [f"    return await {name}.update(db, data, {name}.id)"]
    code = tmp_path / "models.py"
    code.write_text("\n".join(lines) + "\n", encoding="utf-8")

    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config"]
    linted = subprocess.run(
        [*command, rules_of_projects(tmp_path), code], capture_output=True, text=True, check=False
    )

    ast.parse(code.read_text(encoding="utf-8"))
    assert linted.returncode == 0, linted.stdout + linted.stderr
