"""Random resources: every type with every option, and names that mean something elsewhere."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from newapi.errors import UsageError
from newapi.generate.new_definition import Typed, define
from newapi.resources import bundled, changes
from newapi.resources.changes import Changes
from newapi.resources.definition import ACCESSES, APIS, TYPES, Definition, Type
from newapi.resources.fields import render
from newapi.resources.kinds import KINDS
from newapi.resources.project_names import ProjectNames
from newapi.resources.users import USERS
from tests.unit.resources.test_properties import check_problems

# Stands for a resource that there is already, in the draft of one that may refer to it.
TARGET = "TARGET"
# The field of a resource whose rows belong to others.
WHOLE = "whole"
# Drafts that follow each other are alike: one of so many is taken.
STRIDE = 9
NOUNS = (
    *("order_line", "person", "analysis", "address", "box", "API-Key", "invoice", "shelf", "city"),
    *("user", "item", "task", "token", "session", "page", "entity", "base", "health", "common"),
    *("request", "response", "change", "target", "value", "number", "count", "first", "key"),
    *("client", "admin", "owner", "parent", "children", "tag", "tags", "name", "title", "label"),
    *(
        "data",
        "query",
        "errors",
        "process",
        "meta",
        "note",
        "line_1",
        "Line",
        "entry",
        "moment",
        "timestamp",
    ),
    *(
        "search_query",
        "list_query",
        "list_params",
        "field",
        "model",
        "view",
        "views",
        "form",
        "column_list",
    ),
)
SQL = (
    *("select", "order", "group", "table", "index", "primary", "rank", "where", "from", "check"),
    *("references", "default", "unique", "desc", "end", "offset", "values", "user", "current_date"),
    *("row", "rows", "window", "interval", "system", "comment", "condition", "usage", "public"),
)
PYTHON = (
    *keyword.kwlist,
    *(word for word in keyword.softkwlist if word != "_"),
    *(name for name in dir(builtins) if name.islower() and not name.startswith("_")),
)
words = st.one_of(
    st.sampled_from(NOUNS),
    st.sampled_from(NOUNS),
    st.sampled_from(SQL),
    st.sampled_from(PYTHON),
    st.from_regex(r"[a-z]{1,9}(_[a-z0-9]{1,4})?", fullmatch=True),
)
lengths = st.sampled_from(
    ["", "1..100", "..5", "3..3", "12..", "0..30", "1..1", "254", "31..255", "200..255"]
)
entries = st.sampled_from(["", "max=5", "1..3", "2..2", "..1", "4.."])
whole = st.sampled_from([-(2**63), -(2**31), -100, -1, 0, 1, 7, 100, 2**31 - 1, 2**31, 2**62])
broken = st.sampled_from(["-1000", "-2.5", "-0.1", "0", "0.01", "0.5", "1", "9.99", "100", "12345"])
DEFAULTS: dict[Type, tuple[str, ...]] = {
    "str": ("abc", '"it\'s \\"new\\", 100% \\\\"', "x"),
    "text": ("abc", '""', '"{a} %s :b"'),
    "int": ("0", "1", "-7", "100"),
    "bigint": ("0", "-7", "9000000000"),
    "float": ("0", "1.5", "-0.25", "1000"),
    "decimal": ("0", "1.5", "-0.25", "1000"),
    "bool": ("true", "false"),
    "date": ("2026-01-31",),
    "time": ("09:30", "23:59:59.5"),
    "duration": ("PT0S", "PT90M", "P1DT0.5S"),
    "datetime": ("2026-01-31T12:00:00+02:00", "2026-01-31T12:00:00.5Z"),
    "uuid": ("12345678-1234-4234-8234-123456789abc",),
    "email": ("ada@example.com",),
    "url": ("https://example.com/a?b=%20",),
    "json": ("{}",),
    "list": ("[]",),
}


@st.composite
def choices(draw: st.DrawFn) -> list[str]:
    """Return the values of an enum, and sometimes its default."""
    values = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    found = ["|".join(value.lower() for value in values)]
    return [*found, f"default={values[-1].lower()}"] if draw(st.booleans()) else found


@st.composite
def bounds(draw: st.DrawFn, kind: Type) -> list[str]:
    """Return the bounds of a number."""
    bound = whole.map(str) if kind in {"int", "bigint"} else broken
    chosen = draw(st.sampled_from([(), ("gt",), ("ge",), ("lt",), ("le",), ("ge", "lt")]))
    return [f"{name}={draw(bound)}" for name in chosen]


@st.composite
def options(draw: st.DrawFn, kind: Type) -> list[str]:
    """Return what stands in the brackets of a field."""
    found: list[str] = []
    if kind == "ref":
        found.append(TARGET)
    elif kind == "enum":
        found += draw(choices())
    elif kind == "bytes":
        found.append(draw(st.sampled_from(["", "max=1", "max=16", "max=65535"])))
    elif kind in {"str", "text", "email", "url"}:
        found.append(draw(lengths))
    elif kind == "list":
        found.append(draw(entries))
    elif "gt" in KINDS[kind].options:
        found += draw(bounds(kind))
    if kind == "decimal" and draw(st.booleans()):
        found += [f"digits={draw(st.integers(1, 20))}", f"places={draw(st.integers(0, 6))}"]
    found += draw(last_option(kind))
    return [word for word in found if word]


@st.composite
def last_option(draw: st.DrawFn, kind: Type) -> list[str]:
    """Return `unique` or a default, sometimes."""
    if "unique" in KINDS[kind].options and draw(st.integers(0, 3)) == 0:
        return ["unique"]
    if kind in DEFAULTS and draw(st.integers(0, 3)) == 0:
        return [f"default={draw(st.sampled_from(DEFAULTS[kind]))}"]
    return []


@st.composite
def fields(draw: st.DrawFn) -> str:
    """Return a field as it is typed."""
    kind = draw(st.sampled_from([*TYPES, "ref"]))
    inside = ",".join(draw(options(kind)))
    shown = "list[str]" if kind == "list" else kind
    brackets = f"({inside})" if inside else ""
    has_default = "default=" in inside
    return (
        f"{draw(words)}:{shown}{brackets}{'' if has_default else draw(st.sampled_from(['', '?']))}"
    )


drafts = st.builds(
    Typed,
    name=words,
    fields=st.lists(fields(), min_size=5, max_size=12, unique_by=lambda text: text.split(":")[0]),
    access=st.sampled_from([None, None, *ACCESSES]),
    api=st.sampled_from([APIS[0], *APIS]),
    versioned=st.booleans(),
    csv=st.booleans(),
    soft_delete=st.booleans(),
    audited=st.booleans(),
)


def sample(number: int, count: int, around: ProjectNames) -> list[Typed]:
    """Return as many random resources; the same number brings the same ones.

    What is refused on the way is refused with reasons: whole resources, and fields of others.
    """
    found: list[Typed] = []
    drawn = 0

    @seed(number)
    @settings(
        max_examples=STRIDE * 8 * count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drafts, st.integers(0, 99))
    def collect(draft: Typed, place: int) -> None:
        nonlocal around, drawn
        drawn += 1
        if len(found) == count or drawn % STRIDE:
            return
        typed = resolved(draft, around, place)
        if len(found) % 2:
            typed = as_part(typed, around.definitions[last(around)])
        possible = [text for text in typed.fields if made(replace(typed, fields=[text]), around)]
        typed = replace(typed, fields=possible)
        if definition := made(typed, around):
            around = around.with_definition(definition)
            found.append(typed)

    collect()
    assert len(found) == count
    return found


def last(around: ProjectNames) -> str:
    """Return the name of the newest resource."""
    return [*around.definitions][-1]


def as_part(draft: Typed, parent: Definition) -> Typed:
    """Let the rows of a draft belong to rows of another resource, so that they can be nested."""
    owner = "rows=own," if parent.access == "owner_writes" else ""
    return replace(
        draft,
        fields=[*draft.fields, f"{WHOLE}:ref({parent.name},{owner}on_delete=cascade)"],
        access=parent.access,
        soft_delete=False,
        audited=False,
    )


def nested(around: ProjectNames) -> Iterator[tuple[str, str]]:
    """Yield the resources whose rows can have nested ones, and the field that they get."""
    parts = [one for one in around.definitions.values() if one.field(WHOLE)]
    for child in parts:
        reference = child.field(WHOLE)
        parent = around.definitions[reference.target or ""] if reference else child
        field = f"parts:nested({child.name},max=5)"
        try:
            changed = changes.apply(parent, Changes(add=(field,)), around)
        except UsageError as error:
            check_problems(error.problems)
        else:
            around = around.with_definition(changed.definition)
            yield parent.name, field


def added(around: ProjectNames, name: str, count: int) -> list[str]:
    """Return fields of random resources that a resource of the template can have too."""
    found: list[str] = []
    definition = bundled.DEFINITIONS[name]
    drawn = [field for one in around.definitions.values() for field in one.fields]
    for field in drawn:
        text = render(replace(field, optional=field.default is None))
        try:
            changed = changes.apply(definition, Changes(add=(text,)), around)
        except UsageError as error:
            check_problems(error.problems)
        else:
            definition = changed.definition
            found.append(text)
    return found[:count]


def made(typed: Typed, around: ProjectNames) -> Definition | None:
    """Return the definition; nothing after a look at the reasons why there is none."""
    try:
        return define(typed, around)
    except UsageError as error:
        check_problems(error.problems)
        return None


def resolved(draft: Typed, around: ProjectNames, place: int) -> Typed:
    """Say to which resources a draft refers: to some that there are, to users, or to itself."""
    users = [USERS.name] if USERS.name in around.modules else []
    known = [*around.definitions, *users, draft.name]
    targets = [known[(place + shift) % len(known)] for shift in range(len(draft.fields))]
    texts = [text.replace(TARGET, t) for text, t in zip(draft.fields, targets, strict=True)]
    return replace(draft, fields=texts, audited=draft.audited and around.accounts)
