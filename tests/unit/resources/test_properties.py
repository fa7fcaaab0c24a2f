"""Whatever is typed: it is refused with a reason, or it survives every way it is written."""

from __future__ import annotations

import builtins
import json
import keyword
from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import event, given, settings
from hypothesis import strategies as st

from newapi.errors import NewapiError, Problem, UsageError
from newapi.generate.new_definition import Typed, define
from newapi.resources import changes, context, fields, naming, reserved, store
from newapi.resources.changes import Changes
from newapi.resources.definition import ACCESSES, TYPES, Definition
from newapi.resources.kinds import KINDS
from newapi.resources.project_names import ProjectNames
from newapi.terminal.text import is_printable
from tests.unit.resources.samples import shop

PLAIN = (
    "name", "title", "price", "sku", "due", "status", "category", "category_id", "line_1", "line1",
    "orderLine", "order-line", "create", "product_read", "thing", "on", "null", "yes", "news",
)  # fmt: skip
NASTY = (
    *keyword.kwlist,
    *keyword.softkwlist,
    *(name for name in dir(builtins) if not name.startswith("_")),
    *("select", "order", "group", "table", "index", "primary", "rank", "user", "where", "Null"),
    *("metadata", "registry", "json", "copy", "model_dump", "id", "owner", "limit", "cursor"),
    *(
        "_private",
        "__class__",
        "größe",
        "名前",
        "\u202e",
        "a\x00b",
        "a\nb",
        "\ud800",
        "",
        " ",
        "1st",
    ),
    *("x" * 40, "x" * 41, "x" * 5000, "../../etc/passwd", "$(reboot)", "{{ name }}", "-rf"),
)
NUMBERS = ("0", "1", "2", "9", "10", "100", "255", "256", "1000", "5000", "99999999999", "9" * 40)
OTHERS = ("-1", "0.5", "-0.10", "+3", "0.001", "1e9", "NaN", "", "a", "true", '"a, b"', '"', "[]")
SHOP = shop()
OPTIONS = ("min", "max", "gt", "ge", "lt", "le", "digits", "places", "unique", "default", "uniqe")

names = st.sampled_from(PLAIN) | st.sampled_from(NASTY) | st.text(max_size=50)
numbers = st.sampled_from(NUMBERS) | st.integers(-(10**12), 10**12).map(str)
option = st.one_of(
    st.just("unique"),
    numbers,
    st.tuples(numbers, numbers).map("..".join),
    st.tuples(st.sampled_from(OPTIONS), numbers | st.sampled_from(OTHERS)).map("=".join),
    st.lists(st.sampled_from(PLAIN), max_size=4).map("|".join),
    st.text(max_size=60).map(lambda text: f"default={json.dumps(text, ensure_ascii=False)}"),
    st.text(max_size=20),
)
kinds = st.sampled_from([*TYPES, *TYPES, "list[str]", "strng", "INT", ""])


@st.composite
def good_fields(draw: st.DrawFn) -> str:
    """Return what is mostly right, so that much of it gets through."""
    kind = draw(st.sampled_from(TYPES))
    name = draw(st.sampled_from(PLAIN) | st.from_regex(r"[a-z]{1,9}(_[a-z]{1,3})?", fullmatch=True))
    options = KINDS[kind].options
    words = {
        "enum": ["draft|live|done"],
        "ref": [draw(st.sampled_from(["category", "product", "thing"]))],
    }.get(kind, [])
    if "max" in options:
        words.append(draw(st.sampled_from(["40", "1..100", "3..60", "max=200", "0..254"])))
    for bound in sorted({"gt", "le"} & set(options)):
        if draw(st.booleans()):
            words.append(f"{bound}={draw(st.integers(0, 5)) + 10 * (bound == 'le')}")
    if "unique" in options and draw(st.booleans()):
        words.append("unique")
    elif "default" in options and draw(st.booleans()):
        value = {"bool": "true", "enum": "live", "list": "[]", "json": "{}", "date": "2026-01-31"}
        words.append(f"default={value.get(kind, draw(st.sampled_from(['7', 'abcd', '-1'])))}")
    optional = draw(st.sampled_from(["", "?"]))
    return f"{name}:{kind}{'(' + ','.join(words) + ')' if words else ''}{optional}"


field_texts = good_fields() | st.tuples(
    names, kinds, st.lists(option, max_size=4).map(",".join), st.sampled_from(["", "?", " ?", "!"])
).map(lambda parts: f"{parts[0]}:{parts[1]}({parts[2]}){parts[3]}")
good_lists = st.lists(good_fields(), max_size=5, unique_by=lambda text: text.split(":")[0])
typed = st.builds(
    Typed,
    name=names,
    fields=st.lists(field_texts, max_size=6),
    plural=st.none() | names,
    access=st.none() | st.sampled_from(ACCESSES),
) | st.builds(
    Typed,
    name=st.from_regex(r"[a-z]{3,9}(_[a-z]{3})?", fullmatch=True),
    fields=good_lists,
    access=st.sampled_from([None, None, *ACCESSES]),
)
of_product = st.sampled_from([field.name for field in SHOP.definitions["product"].fields])
new_names = st.from_regex(r"[a-z]{3,9}_[a-z]{3}", fullmatch=True)
mostly_right = st.builds(
    Changes,
    add=good_lists.map(lambda texts: tuple(f"{text.rstrip('?')}?" for text in texts)),
    drop=st.lists(of_product, max_size=1).map(tuple),
    rename=st.lists(
        st.tuples(of_product, new_names | of_product).map(":".join),
        max_size=3,
        unique_by=lambda text: text.split(":")[0],
    ).map(tuple),
    change=st.lists(
        st.sampled_from(["name:str(7..77)", "name:text?", "stock:float?", "meta:json(default={})"]),
        max_size=1,
    ).map(tuple),
)
wild = st.builds(
    Changes,
    add=st.lists(field_texts, max_size=2).map(tuple),
    drop=st.lists(names | of_product, max_size=2).map(tuple),
    rename=st.lists(st.tuples(names | of_product, names).map(":".join) | names, max_size=2).map(
        tuple
    ),
    change=st.lists(field_texts, max_size=2).map(tuple),
)
projects = st.builds(
    lambda accounts, database: ProjectNames(
        SHOP.definitions, {"user": "app/models/user.py"}, {}, {}, accounts, database
    ),
    st.booleans(),
    st.sampled_from(["sqlite", "postgres", "mysql"]),
)


Result = TypeVar("Result")


def accepted(action: Callable[[], Result]) -> Result | None:
    """Return the result; or nothing, after a look at the reasons."""
    try:
        result = action()
    except UsageError as error:
        event("refused")
        check_problems(error.problems)
        return None
    event("accepted")
    return result


def check_problems(problems: Sequence[Problem]) -> None:
    """Check that every problem says what mends it, and shows nothing that harms a terminal."""
    assert problems
    for problem in problems:
        assert problem.message
        assert problem.fix
        assert all(is_printable(character) for character in problem.message + problem.fix)


@settings(deadline=None)
@given(text=field_texts | st.text(max_size=200))
def test_every_field_is_understood_or_explained(text: str) -> None:
    found, problems = fields.read([text])

    assert len(found) == (0 if problems else 1)
    if problems:
        check_problems(problems)
    for field in found:
        assert fields.parse(fields.render(field)) == field


@settings(max_examples=150, deadline=None)
@given(typed=typed, project=projects)
def test_every_resource_is_refused_with_reasons_or_survives(
    typed: Typed, project: ProjectNames
) -> None:
    definition = accepted(lambda: define(typed, project))
    if not definition:
        return
    around = project.with_definition(definition)

    check_names(definition)
    check_limits(definition)
    assert store.read(store.path_of(definition.name), store.write(definition)) == definition
    again = Typed(
        name=definition.class_name,
        fields=[fields.render(field) for field in definition.fields],
        plural=definition.plural,
        access=definition.access,
    )
    if definition.name == naming.normalise(definition.class_name):
        assert define(again, project) == definition
    told = context.of_definition(definition, around.definitions)
    assert json.loads(json.dumps(told)) == told


def check_names(definition: Definition) -> None:
    """Check that the names of a resource can be names in Python, and differ."""
    columns = [field.column for field in definition.fields]
    names = [field.name for field in definition.fields]
    everything = {"id", "created_at", "updated_at", "owner_id", "owner"}
    for name in [*columns, *names, definition.name, definition.plural, definition.class_name]:
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
    assert len({*columns, *names, *everything}) == len(set(columns) | set(names)) + 5
    assert len(set(columns)) == len(columns)
    assert len({definition.name, definition.plural, "data", "db", "query", "owner"}) == 6
    assert definition.class_name not in reserved.CLASSES
    source = "".join(f"    {name}: object = None\n" for name in {*columns, *names})
    compile(f"class {definition.class_name}:\n{source}", definition.name, "exec")


def check_limits(definition: Definition) -> None:
    """Check that every text and list has an end that a database can keep."""
    for field in definition.fields:
        if field.type in {"str", "text", "email", "url", "bytes", "list"}:
            assert field.max
            assert field.max >= (field.min or 0)
            assert field.max <= (255 if field.unique else 100_000)
        assert field.default is None or not (field.optional or field.unique)


@settings(deadline=None)
@given(wanted=wild | mostly_right)
def test_every_change_is_refused_with_reasons_or_leads_to_what_it_says(wanted: Changes) -> None:
    around = SHOP
    old = around.definitions["product"]
    changed = accepted(lambda: changes.apply(old, wanted, around))
    if not changed:
        return

    replayed = list(old.fields)
    for step in changed.operations:
        if step.old and step.new:
            replayed[replayed.index(step.old)] = step.new
        elif step.old:
            replayed.remove(step.old)
        elif step.new:
            assert step.new.optional or step.new.default is not None
            replayed.append(step.new)
    assert changed.operations
    assert tuple(replayed) == changed.definition.fields
    check_names(changed.definition)
    path = store.path_of("product")
    assert store.read(path, store.write(changed.definition)) == changed.definition


@settings(deadline=None)
@given(text=st.text(max_size=300), position=st.integers(0, 400), junk=st.text(max_size=3))
def test_no_file_does_more_than_be_refused(text: str, position: int, junk: str) -> None:
    product = SHOP.definitions["product"]
    good = store.write(product)
    for content in (text, good[:position] + junk + good[position:]):
        try:
            outcome: object = store.read("resources/product.yml", content)
        except NewapiError as error:
            outcome = error.hint
        assert outcome == product or isinstance(outcome, str)
        assert outcome
