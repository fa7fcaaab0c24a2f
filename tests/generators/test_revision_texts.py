"""Revisions read as a person would have written them, and pass the project's own checks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import copier
import pytest

from tests.conftest import Render
from tests.generators.fields import TYPES, Context, definition, field, operation
from tests.generators.migrations import GENERATOR, answers
from tests.marks import slow_after
from tests.matrix import PRESETS

TITLE, STOCK = field("title", "str"), field("stock", "int", ge="0")
PRODUCTS = definition("products", [TITLE, STOCK])


def render(folder: Path, operations: Sequence[Context], database: str = "sqlite") -> str:
    """Render a revision with Copier; return its formatted statements."""
    copier.run_copy(
        str(GENERATOR),
        folder,
        data=answers(PRODUCTS, operations, database, name="change_products", down="first"),
        defaults=True,
        overwrite=True,
        quiet=True,
    )
    ruff("format", "--isolated", "--line-length=100", folder)
    text = (folder / "alembic/versions/change_products.py").read_text(encoding="utf-8")
    return text.split("def upgrade")[1].split('"""\n', 1)[1].split("\n\n\ndef downgrade")[0]


def ruff(*words: object) -> None:
    """Run ruff; it must find nothing."""
    command = [sys.executable, "-m", "ruff", *map(str, words)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("database", ["sqlite", "postgres", "mysql"])
def test_optional_column_is_added_without_a_batch(tmp_path: Path, database: str) -> None:
    color = field("color", "str", optional=True, max=20)

    text = render(tmp_path, [operation("add", None, color)], database)

    column = 'sa.Column("color", sa.String(length=20), nullable=True)'
    assert text == f'    op.add_column("products", {column})'


def test_required_column_has_a_default_only_for_rows_that_exist(tmp_path: Path) -> None:
    add = [operation("add", None, field("size", "int", default=3, gt="0"))]
    column = 'sa.Column("size", sa.Integer(), server_default="3", nullable=False)'

    assert render(tmp_path, add, "postgres").split("\n") == [
        f'    op.add_column("products", {column})',
        '    op.alter_column("products", "size", server_default=None)',
        '    op.create_check_constraint(op.f("ck_products_size"), "products", "size > 0")',
    ]
    assert render(tmp_path, add, "sqlite").split("\n") == [
        f'    op.add_column("products", {column})',
        '    with op.batch_alter_table("products") as batch_op:',
        '        batch_op.alter_column("size", server_default=None)',
        '        batch_op.create_check_constraint(batch_op.f("ck_products_size"), "size > 0")',
    ]


def test_column_and_its_check_are_dropped_in_one_batch(tmp_path: Path) -> None:
    assert render(tmp_path, [operation("drop", STOCK)]).split("\n") == [
        '    with op.batch_alter_table("products") as batch_op:',
        '        batch_op.drop_constraint(batch_op.f("ck_products_stock"), type_="check")',
        '        batch_op.drop_column("stock")',
    ]


def test_column_is_renamed_and_changed_at_once(tmp_path: Path) -> None:
    amount = STOCK | {"name": "amount", "column": "amount", "stored": "amount"}
    wide = amount | {"le": "9000000000", "big": True}
    steps = [operation("rename", STOCK, amount), operation("change", amount, wide)]

    assert render(tmp_path, steps).split("\n") == [
        '    op.alter_column("products", "stock", new_column_name="amount")',
        '    with op.batch_alter_table("products") as batch_op:',
        '        batch_op.drop_constraint(batch_op.f("ck_products_stock"), type_="check")',
        '        batch_op.alter_column("amount", type_=sa.BigInteger())',
        "        batch_op.create_check_constraint(",
        '            batch_op.f("ck_products_amount"), "amount >= 0 AND amount <= 9000000000"',
        "        )",
    ]


def test_words_of_sql_are_quoted(tmp_path: Path) -> None:
    add = [operation("add", None, field("order", "int", optional=True, gt="0"))]

    assert """'"order" > 0'""" in render(tmp_path, add, "postgres")
    assert '"`order` > 0"' in render(tmp_path, add, "mysql")


@pytest.mark.parametrize("database", slow_after(1, ["postgres", "sqlite", "mysql"]))
def test_every_revision_passes_the_checks_of_the_project(
    tmp_path: Path, rendered: Render, database: str
) -> None:
    shutil.copy(rendered(PRESETS["minimal"]) / "pyproject.toml", tmp_path)
    (tmp_path / "app/models").mkdir(parents=True)
    (tmp_path / "app/models/entity.py").touch()
    defaults = {
        "int": 1, "float": "1.5", "decimal": "1", "bool": True, "date": "2026-01-31", "json": {},
        "datetime": "2026-01-31T12:00:00+00:00", "uuid": "0" * 32, "ref": "0" * 32, "list": [],
        "time": "09:30:00", "duration": "PT30M",
    }  # fmt: skip
    moments = {"default_seconds": 1800, "default_moment": "1970-01-01 00:30:00.000000"}
    new = [field(f"{kind}_", kind, default=defaults.get(kind, "live"), **moments) for kind in TYPES]
    new.append(field("level", "enum", values=[f"level_{number}" for number in range(30)]))
    old = [given | {"optional": True, "default": None} for given in new]

    for operations in (
        [operation("create")],
        [operation("drop_table")],
        [operation("add", None, given) for given in new],
        [operation("drop", given) for given in new],
        [operation("change", *pair) for pair in zip(old, new, strict=True)],
    ):
        render(tmp_path, operations, database)
        ruff("format", "--check", tmp_path)
        ruff("check", tmp_path / "alembic")
