"""Fields are understood as they are typed; all that is wrong is said at once."""

from __future__ import annotations

import pytest

from newapi.errors import UsageError
from newapi.resources import fields
from newapi.resources.definition import TYPES, Field, Type
from newapi.resources.kinds import KINDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name:str", Field(name="name", type="str", min=1, max=255)),
        ("name:str(100)", Field(name="name", type="str", min=1, max=100)),
        ("name:str(0..100)", Field(name="name", type="str", min=0, max=100)),
        ("name:str(min=3)", Field(name="name", type="str", min=3, max=255)),
        ("body:text", Field(name="body", type="text", min=0, max=10_000)),
        ("stock:int(ge=0)", Field(name="stock", type="int", ge="0")),
        ("stock:int(0..10)", Field(name="stock", type="int", ge="0", le="10")),
        ("stock:int(default=-3)", Field(name="stock", type="int", default=-3)),
        (
            "price:decimal(gt=0,places=2)",
            Field(name="price", type="decimal", gt="0", digits=12, places=2),
        ),
        (
            "price:decimal(ge=0.50,default=+1.00)",
            Field(name="price", type="decimal", ge="0.5", digits=12, places=2, default="1"),
        ),
        ("tags:list[str](max=5)", Field(name="tags", type="list", min=0, max=5)),
        ("tags:list(default=[])", Field(name="tags", type="list", min=0, max=20, default=[])),
        ("category:ref(category)", Field(name="category", type="ref", target="category")),
        (
            "parent:ref(OrderLine)?",
            Field(name="parent", type="ref", optional=True, target="order_line"),
        ),
        (
            "sku:str(unique)?",
            Field(name="sku", type="str", min=1, max=255, unique=True, optional=True),
        ),
        (
            "price:int(filter,sort)",
            Field(name="price", type="int", filter=True, sort=True),
        ),
        (
            "note:text(search)?",
            Field(name="note", type="text", min=0, max=10_000, search=True, optional=True),
        ),
        (
            'rating:enum(G|PG-13, labels="PG-13: Parents cautioned")?',
            Field(
                name="rating",
                type="enum",
                values=("G", "PG-13"),
                labels=(("PG-13", "Parents cautioned"),),
                optional=True,
            ),
        ),
        (
            "views:int(read_only, default=0)",
            Field(name="views", type="int", read_only=True, default=0),
        ),
        ("site:url", Field(name="site", type="url", max=2083)),
        ("site:url(unique)", Field(name="site", type="url", max=255, unique=True)),
        ("status:enum(draft|live)", Field(name="status", type="enum", values=("draft", "live"))),
        (
            "status:enum(draft, live, default=live)",
            Field(name="status", type="enum", values=("draft", "live"), default="live"),
        ),
        (
            "unitPrice : float ( ge = 0 ) ?",
            Field(name="unit_price", type="float", ge="0", optional=True),
        ),
        (
            'note:str(default="a, \\"b\\")?")',
            Field(name="note", type="str", min=1, max=255, default='a, "b")?'),
        ),
        ("total:bigint(default=9000000000)", Field(name="total", type="bigint", default=9 * 10**9)),
        ("opens:time(default=09:30)", Field(name="opens", type="time", default="09:30:00")),
        ("takes:duration(default=PT90M)", Field(name="takes", type="duration", default="PT1H30M")),
        ("photo:bytes?", Field(name="photo", type="bytes", max=10_000, optional=True)),
        (
            "at:datetime(default=2026-01-31T13:00:00+01:00)",
            Field(name="at", type="datetime", default="2026-01-31T12:00:00+00:00"),
        ),
    ],
)
def test_field_is_understood_and_written_again(text: str, expected: Field) -> None:
    assert fields.parse(text) == expected
    assert fields.parse(fields.render(expected)) == expected


def test_every_type_has_an_example_that_works() -> None:
    assert set(KINDS) == set(TYPES)
    for kind in KINDS.values():
        fields.parse(f"x:{kind.example}")


@pytest.mark.parametrize("kind", TYPES)
def test_every_text_and_list_has_an_end(kind: Type) -> None:
    field = fields.parse(f"x:{KINDS[kind].example}")

    limited = {"str", "text", "email", "url", "bytes", "file", "image", "list", "nested"}
    assert (field.max is not None) == (kind in limited)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("x:strng", "there is no type 'strng'; did you mean str", "x:str(1..100)"),
        ("x:string", "there is no type 'string'; did you mean str", "x:str(1..100)"),
        ("x:array", "did you mean list[str]", "x:list[str](max=5)"),
        ("x:zzzz", "there are str, text, int,", "x:str(1..100)"),
        ("x", "a field is written NAME:TYPE", "x:str(1..100)"),
        ("x:", "it has no type", "x:str(1..100)"),
        ("x?:str", "a field is written NAME:TYPE", "x:str(1..100)"),
        ("x:str(1..100", "a field is written NAME:TYPE", "x:str(1..100)"),
        ("", "a field is written NAME:TYPE", "title:str(1..100)"),
        ("_x:str", "starts with an underscore", "x:str"),
        ("in_:int?", "must be a letter, then letters", "in_value:int?"),
        ("class_", "a field is written NAME:TYPE", "class_value:str(1..100)"),
        ("_id:int", "starts with an underscore", "number:int"),
        ("größe:int(ge=0)", "has other letters than a to z", "gr_e:int(ge=0)"),
        (f"{'x' * 41}:int", "is 41 characters long; 40 are allowed", f"{'x' * 30}:int"),
        ("x:int(min=0)", "the bounds of numbers are gt, ge, lt and le, not min", "x:int(ge=0)"),
        ("x:int(ge=a)", "ge must be a whole number", "x:int(ge=0)"),
        ("x:int(ge=1.5)", "ge must be a whole number", "x:int(ge=0)"),
        ("x:int(ge=1,ge=2)", "it says ge twice", "x:int(ge=0)"),
        ("x:int(uniqe)", "int has no option 'uniqe'; did you mean unique", "x:int(ge=0)"),
        ("x:str(nullable)", "what may be left out ends in a question mark", "x:str?"),
        ("x:str(unique=1)", "unique stands alone or is one of owner, all", "x:str(1..100)"),
        ("x:ref(y, rows=mine)", "rows must be one of own, any", "x:ref(category)"),
        ("x:text(unique)", "no database keeps long texts unique", "x:text(max=5000)"),
        ("x:json(unique)", "documents that mean the same", "x:json"),
        ("x:bool(default=maybe)", "default must be one of true, false", "x:bool(default=false)"),
        ("x:date(default=today)", "default must be written like 2026-01-31", "x:date"),
        (
            "x:datetime(default=2026-01-31)",
            "must be written like 2026-01-31T12:00:00Z",
            "x:datetime",
        ),
        ("x:time(default=09:30Z)", "default must be written like 09:30", "x:time"),
        ("x:duration(default=1h)", "default must be written like PT30M", "x:duration"),
        ("x:duration(default=P999999D)", "at most 100 years", "x:duration"),
        ("x:bytes(default=a)", "existing rows have no value", "x:bytes(max=1000)"),
        ("x:long", "did you mean bigint", "x:bigint(ge=0)"),
        ("x:interval", "did you mean duration", "x:duration"),
        ("x:blob", "did you mean bytes", "x:bytes(max=1000)"),
        ("x:email(default=nobody)", "is not an e-mail address", "x:email"),
        ("x:url(default=ftp://a)", "must be an address, like https://example.org", "x:url"),
        ("x:enum", "enum needs its values", "x:enum(draft|live)"),
        ("x:enum(a)", "it needs two values at least", "x:enum(draft|live)"),
        ("x:enum(PG-13|pg 13)", "which would both be called PG_13", "x:enum(draft|live)"),
        ("x:enum(a|b|a)", "it holds a twice", "x:enum(draft|live)"),
        ("x:enum(a|'b')", "it holds ''b'', which must have letters", "x:enum(draft|live)"),
        ("x:ref(a, on_delete=drop)", "on_delete must be one of cascade", "x:ref(category)"),
        ("x:int(column=1st)", "column must be a letter", "x:int(ge=0)"),
        ("x:int(description=)", "description must have 1 to 200 characters", "x:int(ge=0)"),
        ('x:enum(a|b,labels="c: C")', "labels must name each value once", "x:enum(draft|live)"),
        ("x:ref(a,write_only)", "references are checked, stored", "x:ref(category)"),
        ("x:enum(a|b,default=c)", "default must be one of a, b", "x:enum(draft|live)"),
        ("x:ref", "ref needs its target", "x:ref(category)"),
        ("x:ref(a,default=b)", "a row cannot refer to one that may not exist", "x:ref(category)"),
        ("x:list[int]", "lists hold text only", "x:list[str]"),
        ("x:int[str]", "int takes no [str]", "x:int(ge=0)"),
        ("x:list[str](default=[1])", "default can only be []", "x:list[str](max=5)"),
    ],
)
def test_mistake_is_explained(text: str, message: str, fix: str) -> None:
    found, problems = fields.read([text])

    assert not found
    assert [(message in p.message, p.fix) for p in problems] == [(True, fix)], problems


def test_all_mistakes_are_found_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        fields.parse("_x:int(ge=a,uniqe,min=0)")

    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    "text",
    [
        "x:" + " " * 1900 + "!", " " * 1900, "x:str(" + "." * 1900, "x:enum(" + "|" * 1900 + ")",
        'x:str(default="' + "\\" * 1900, "x:int(ge=" + "9" * 1900 + ")", "x" * 100_000,
    ],
)  # fmt: skip
def test_hostile_text_is_refused_at_once(text: str) -> None:
    found, problems = fields.read([text])

    assert not found
    assert problems
    assert all(len(p.message) < 300 and len(p.fix) < 200 for p in problems)
