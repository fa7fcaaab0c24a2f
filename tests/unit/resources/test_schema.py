"""The schema of a definition accepts what newapi writes, and refuses what it cannot read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from newapi.errors import NewapiError, UsageError
from newapi.resources import fields, schema, store
from newapi.resources.definition import Definition
from newapi.resources.kinds import KINDS

VALIDATOR = Draft202012Validator(schema.of_definition())
EVERYTHING = [
    "name:str(1..100, unique)",
    'motto:str(default="a, \\"b\\" (c)")',
    "empty:str(0..10, default=x)",
    "body:text(max=5000)?",
    "stock:int(ge=0, lt=-5, default=-3)",
    "level:int(-5..5)",
    "ratio:float(gt=-0.5, le=1.25, default=0.5)",
    "price:decimal(gt=0, digits=12, places=2, unique)",
    "live:bool(default=false)",
    "day:date(default=2026-01-31)",
    "at:datetime(default=2026-01-31T12:00:00+00:00)?",
    "key:uuid(unique)",
    "mail:email(max=100, unique)",
    "site:url(default=https://example.org)",
    "extra:json(default={})",
    "state:enum(draft|live, default=draft)",
    "tags:list[str](1..5)",
    "labels:list[str](default=[])",
    "category:ref(category, unique)?",
]


def definition(*typed: str) -> Definition:
    found, problems = fields.read(typed)
    assert not problems
    return Definition(name="product", plural="products", access="owned", fields=found)


def document(*typed: str) -> Any:
    return yaml.safe_load(store.write(definition(*typed)))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema.of_definition())


@pytest.mark.parametrize("typed", EVERYTHING)
def test_fields_as_newapi_writes_them_are_accepted(typed: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document(typed))] == []


def test_examples_are_accepted() -> None:
    for name, kind in KINDS.items():
        example = kind.example.removesuffix("?")
        written = document(f"field:{example}", f"other:{example}?")
        assert VALIDATOR.is_valid(written), name
        raw = {**written, "fields": {"field": kind.example}}
        assert VALIDATOR.is_valid(raw), name


@pytest.mark.parametrize(
    "typed",
    [
        *("", "nonsense", "str(", "str)", "strr", "str[]", "str(1..x)", "str(1..5"),
        *("str(lenght=5)", "str(places=2)", "int(ge=x)", "int(ge=0.5)", "int(min=1)"),
        *(
            "bool(default=perhaps)",
            "bool(unique)",
            "json(unique)",
            "json(filter)",
            "text(sort)",
            "int(search)",
            "json(default=[])",
        ),
        *("list[int]", "list(x)", "enum", "enum()", "enum(draft)", "enum(a|)", "enum(default=a)"),
        *("ref", "ref(9)", "ref(default=1)", "float(unique)", "decimal(digits=x)", "date(max=3)"),
    ],
)
def test_fields_that_newapi_refuses_are_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        fields.parse(f"field:{typed}")

    assert not VALIDATOR.is_valid({**document("name:str"), "fields": {"field": typed}})


@pytest.mark.parametrize(
    "change",
    [
        {"access": "everybody"},
        {"api": "v9"},
        {"plural": "Two Words"},
        {"plural": "x" * 41},
        {"fields": ["name"]},
        {"fields": {"9lives": "str"}},
        {"fields": {"name": {"type": "str"}}},
        {"more": "x"},
        {"digest": "x"},
    ],
)
def test_files_that_newapi_refuses_are_refused(change: dict[str, Any]) -> None:
    content = {**document("name:str"), **change}
    if "digest" not in change and isinstance(content["fields"], dict):
        content["digest"] = store.seal("product", content)

    with pytest.raises(NewapiError):
        store.read("resources/product.yml", yaml.safe_dump(content))

    assert not VALIDATOR.is_valid(content)


@pytest.mark.parametrize("key", ["plural", "access", "api", "fields", "digest"])
def test_every_key_is_required(key: str) -> None:
    content = document("name:str")
    del content[key]

    assert not VALIDATOR.is_valid(content)


def test_a_definition_of_many_fields_is_accepted() -> None:
    several = replace(
        definition(*EVERYTHING), access="public", api="v2", name="order_line", plural="order_lines"
    )

    assert VALIDATOR.is_valid(yaml.safe_load(store.write(several)))
