"""A resource is changed as it is said; what would lose something is refused."""

from __future__ import annotations

from typing import Any

import pytest

from newapi.errors import UsageError
from newapi.resources import changes, context
from newapi.resources.changes import Changed, Changes
from newapi.resources.fields import render
from tests.unit.resources.samples import make, shop


def change(**typed: Any) -> Changed:
    around = shop()
    return changes.apply(around.definitions["product"], Changes(**typed), around)


def problems(**typed: Any) -> list[tuple[str, str]]:
    with pytest.raises(UsageError) as caught:
        change(**typed)
    return [(problem.message, problem.fix) for problem in caught.value.problems]


def shown(changed: Changed) -> list[tuple[str, str, str]]:
    return [
        (step.op, render(step.old) if step.old else "", render(step.new) if step.new else "")
        for step in changed.operations
    ]


def test_fields_come_go_and_change_in_one_run() -> None:
    changed = change(
        add=("barcode:str?", "sku:int(default=0)"),
        drop=("sku", "category_id"),
        rename=("due:due_date", "stock:pieces"),
        change=("name:str(1..200)", "pieces:int(ge=0,le=9)"),
    )

    assert [render(field) for field in changed.definition.fields] == [
        "name:str(1..200)",
        "price:decimal(gt=0, digits=12, places=2)",
        "tags:list[str](0..5)",
        "pieces:int(ge=0, le=9)",
        "status:enum(draft|live)",
        "due_date:date?",
        "meta:json?",
        "barcode:str(1..255)?",
        "sku:int(default=0)",
    ]
    assert shown(changed) == [
        ("drop", "sku:str(1..255, unique)?", ""),
        ("drop", "category:ref(category)", ""),
        ("rename", "due:date?", "due_date:date?"),
        ("rename", "stock:int(ge=0, default=0)", "pieces:int(ge=0, default=0)"),
        ("change", "pieces:int(ge=0, default=0)", "pieces:int(ge=0, le=9)"),
        ("change", "name:str(1..100)", "name:str(1..200)"),
        ("add", "", "barcode:str(1..255)?"),
        ("add", "", "sku:int(default=0)"),
    ]
    assert changed.warnings == (
        "Rows whose pieces breaks its new limits can stop the migration.",
    )  # fmt: skip


@pytest.mark.parametrize("rename", [("name:title", "sku:name"), ("sku:name", "name:title")])
def test_name_moves_on_to_another_field(rename: tuple[str, ...]) -> None:
    changed = change(rename=rename)

    assert [
        (step.old and step.old.name, step.new and step.new.name) for step in changed.operations
    ] == [
        ("name", "title"),
        ("sku", "name"),
    ]
    assert [field.name for field in changed.definition.fields][::4][:2] == ["title", "name"]


def test_columns_move_on_too() -> None:
    changed = change(rename=("category:kind", "sku:category_id"), drop=("name",))

    assert {field.column for field in changed.definition.fields} >= {"kind_id", "category_id"}


@pytest.mark.parametrize(
    ("rename", "said", "first", "second"),
    [
        (
            ("name:sku", "sku:name"),
            "name and sku cannot",
            "name:name_before",
            "--rename sku:name --rename name_before:sku",
        ),
        (
            ("meta:due", "due:name", "name:sku", "sku:due"),
            "due, name and sku cannot",
            "due:due_before",
            "--rename name:sku --rename sku:due --rename due_before:name",
        ),
    ],
)
def test_swap_of_names_takes_two_steps(
    rename: tuple[str, ...], said: str, first: str, second: str
) -> None:
    [(message, fix)] = problems(rename=rename)

    assert message == f"{said} swap their names in one step."
    assert fix == f"--rename {first}, and when that is committed {second}"


@pytest.mark.parametrize(
    ("text", "alters"),
    [
        ("name:str(2..100)", False),
        ("name:str(2..101)", True),
        ("tags:list[str](max=9)", False),
        ("stock:int(ge=0)", False),
        ("stock:int(ge=0)?", True),
        ("status:enum(draft|live|gone)", True),
    ],
)
def test_what_only_the_schemas_check_needs_no_migration(text: str, *, alters: bool) -> None:
    [step] = change(change=(text,)).operations

    assert step.alters_table == alters


def test_template_is_told_both_sides() -> None:
    around = shop()
    [step] = change(rename=("category:kind",)).operations

    told = context.of_operation(step, around.definitions["product"], around.definitions)

    assert told["op"] == "rename"
    sides = told["old"], told["new"]
    assert [side and isinstance(side, dict) and side["column"] for side in sides] == [
        "category_id",
        "kind_id",
    ]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("name:text", ""),
        ("name:str(100)?", ""),
        ("name:str(50)", "Rows whose name breaks its new limits"),
        ("name:str(100,unique)", "Rows with the same name will stop the migration."),
        ("price:decimal(gt=0,places=3,digits=13)", ""),
        ("price:decimal(ge=0)", ""),
        ("price:decimal(gt=1)", "Rows whose price breaks"),
        ("price:decimal(gt=0,lt=9)", "Rows whose price breaks"),
        ("price:decimal(gt=0,digits=8)", "Rows whose price breaks"),
        ("stock:float", ""),
        ("stock:decimal(ge=0)", ""),
        ("stock:int(gt=0,default=1)", "Rows whose stock breaks"),
        ("status:enum(draft|live|gone)", ""),
        ("status:enum(draft|gone)", "Rows whose status is live will stop the migration."),
        ("status:str(5)", ""),
        ("due:date", "Rows without due will stop the migration: give them one first."),
        ("due:date(default=2026-01-31)", ""),
        ("category:ref(category)?", ""),
    ],
)
def test_change_that_loses_nothing_is_allowed(text: str, warning: str) -> None:
    changed = change(change=(text,))

    [step] = changed.operations
    assert step.op == "change"
    assert [warning in said for said in changed.warnings] == ([True] if warning else [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name:int", "not every str is int"),
        ("name:email", "not every str is email"),
        ("price:float", "not every decimal is float"),
        ("tags:str", "not every list[str] is str"),
        ("status:str(4)", "rows may have 5 characters"),
        ("price:decimal(gt=0,places=1)", "rows have 2 places, which would be rounded"),
        ("stock:decimal(digits=11,ge=0)", "rows may have 10 digits before the point"),
        ("category:ref(product)", "its rows refer to category"),
    ],
)
def test_change_that_could_lose_something_is_refused(text: str, reason: str) -> None:
    message, fix = problems(change=(text,))[0]

    assert reason in message
    assert fix.startswith("--add new_")
    assert "then --drop" in fix


@pytest.mark.parametrize(
    ("typed", "message", "fix"),
    [
        ({}, "There is nothing to change.", "newapi generate resource product --add FIELD"),
        ({"drop": ("skuu",)}, "no field 'skuu'. Did you mean sku?", "--drop sku"),
        ({"drop": ("zzzz",)}, "product has no field 'zzzz'.", "It has name, price"),
        ({"add": ("sku:int?",)}, "has a field sku already", "Another name, or --change sku:TYPE"),
        ({"add": ("x:int",)}, "rows that exist have none", "--add x:int?, or x:int(default=...)"),
        ({"add": ("x:str(9)",)}, "have none", "--add x:str(1..9)?, or x:str(1..9, default=...)"),
        ({"add": ("x:ref(category)",)}, "have none", "--add x:ref(category)?"),
        ({"add": ("x:int(unique)",)}, "have none", "--add x:int(unique)?"),
        ({"add": ("x:strng",)}, "there is no type 'strng'", "x:str(1..100)"),
        ({"add": ("id:int?",)}, "cannot be called id", "number:int?"),
        ({"rename": ("sku",)}, "does not say the new name", "--rename sku:NEW_NAME"),
        ({"rename": ("sku:_a",)}, "starts with an underscore", "--rename sku:a"),
        ({"rename": ("sky:code",)}, "Did you mean sku?", "--rename sku:code"),
        ({"rename": ("sku:name",)}, "has a field name already", "Another name"),
        ({"rename": ("sku:class",)}, "is a keyword of Python", "class_value:str"),
        ({"rename": ("sku:category_id",)}, "which is a field too", "Drop or rename category_id"),
        ({"change": ("sky:str(9)",)}, "Did you mean sku?", "--change sku:str(9)"),
        ({"change": ("due:date?",)}, "due is date? already", "Drop --change due:date?"),
    ],
)  # fmt: skip
def test_mistake_is_explained(typed: dict[str, tuple[str, ...]], message: str, fix: str) -> None:
    [(said, way)] = problems(**typed)

    assert message in said
    assert way.startswith(fix)


def test_all_mistakes_are_found_at_once() -> None:
    assert len(problems(add=("x:int", "y:strng"), drop=("zzzz",), rename=("a",))) == 4


def test_last_field_stays() -> None:
    around = shop()
    category = make("thing", "name:str")

    with pytest.raises(UsageError, match="thing has no fields"):
        changes.apply(category, Changes(drop=("name",)), around)


@pytest.mark.parametrize(
    "text",
    [
        "name:str(1..100,write_only)",
        "due:date(read_only)?",
        'status:enum(draft|live, labels="live: Published")',
    ],
)
def test_what_only_requests_and_responses_notice_needs_no_migration(text: str) -> None:
    changed = change(change=(text,))

    assert [step.alters_table for step in changed.operations] == [False]
