"""Revisions of a resource: up, down and up again on real databases, with rows in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.util import CommandError

from tests.generators.fields import TYPES as EVERY_TYPE
from tests.generators.fields import Context, definition, field, group, operation
from tests.generators.migrations import Migrations
from tests.matrix import TEMPLATE

OWNER, CATEGORY, ROW, OTHER = (UUID(int=number) for number in range(1, 5))
NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
TYPES = [kind for kind in EVERY_TYPE if kind != "bytes"]  # it has no default
STORED: dict[str, sa.types.TypeEngine[Any]] = {
    "int": sa.Integer(), "float": sa.Double(), "decimal": sa.Numeric(12, 2).with_variant(
        sa.Float(asdecimal=True, decimal_return_scale=2), "sqlite"), "bool": sa.Boolean(),
    "date": sa.Date(), "datetime": sa.DateTime(timezone=True), "uuid": sa.Uuid(),
    "time": sa.Time(), "duration": sa.Interval(),
    "json": sa.JSON(), "list": sa.JSON(), "file": sa.JSON(), "image": sa.JSON(), "ref": sa.Uuid(),
}  # fmt: skip
# What rows that exist are given, as the definition says it and as Python sees it.
DEFAULTS: dict[str, tuple[Any, Any]] = {
    "str": (text := "it's 100% :new \"or\" \\ not", text), "text": ("", ""), "int": (-3, -3),
    "float": ("1.5", 1.5), "decimal": ("9.9", Decimal("9.90")), "bool": (True, True),
    "date": ("2026-01-31", date(2026, 1, 31)), "datetime": (NOW.isoformat(), NOW),
    "uuid": (str(UUID(int=7)), UUID(int=7)), "email": ("ada@example.org", "ada@example.org"),
    "url": (url := "https://example.org/a?b=%20", url), "json": ({}, {}), "enum": ("live", "live"),
    "list": ([], []), "ref": (str(CATEGORY), CATEGORY), "time": ("09:30:00", time(9, 30)),
    "duration": ("PT30M", timedelta(minutes=30)),
}  # fmt: skip
# What was in the rows before.
VALUES: dict[str, Any] = {
    "str": "a", "text": "b\n", "int": 4, "float": 2.25, "decimal": Decimal("0.10"), "bool": False,
    "date": date(2025, 2, 28), "datetime": datetime(2025, 2, 28, 1, 2, 3, 4, UTC),
    "uuid": UUID(int=8), "email": "bob@example.org", "url": "https://example.org", "enum": "draft",
    "json": {"a": [1, None]}, "list": ["a", "b"], "ref": CATEGORY,
    "time": time(23, 59, 59, 999_999), "duration": timedelta(400, microseconds=1),
}  # fmt: skip
BOUNDS: dict[str, Context] = {
    "int": {"ge": "-5", "lt": "3000000000"}, "float": {"gt": "-0.5"}, "decimal": {"ge": "0.1"},
}  # fmt: skip
TITLE = field("title", "str")
LONG = "category_whose_name_makes_those_of_constraints_too_long"


def started(migrations: Migrations, fields: Sequence[Context], access: str = "owned") -> None:
    """Make the tables of products, of categories and of what refers to products."""
    migrations.create(definition("categories", [field("name", "str")], "public"))
    migrations.create(definition("products", fields, access))
    product = {"target": "product", "target_plural": "products"}
    required, optional = field("product", "ref"), field("other", "ref", optional=True)
    migrations.create(definition("reviews", [required | product, optional | product], "public"))
    migrations.upgrade()
    times = {"created_at": NOW, "updated_at": NOW}
    insert(migrations, "users", {"id": OWNER})
    insert(migrations, "categories", {"id": CATEGORY, "name": "c", **times})


def insert(migrations: Migrations, table: str, row: Context, kinds: Context | None = None) -> None:
    """Insert a row; `kinds` says of which type a field is that has a type of its own."""
    of = {"id": "uuid", "created_at": "datetime", "updated_at": "datetime", "owner_id": "uuid"}
    of |= {"product_id": "ref", "other_id": "ref"} | (kinds or {})
    columns = [sa.column(name, STORED.get(of.get(name, ""), sa.String())) for name in row]
    migrations.execute(sa.table(table, *columns).insert().values(row))


def add_product(migrations: Migrations, fields: Sequence[Context], access: str = "owned") -> None:
    """Insert a product, and two references to it."""
    times = {"created_at": NOW, "updated_at": NOW}
    values = {f["column"]: None if f["optional"] else VALUES[f["type"]] for f in fields}
    owner = {"owner_id": OWNER} if access == "owned" else {}
    kinds = {f["column"]: f["type"] for f in fields}
    insert(migrations, "products", {"id": ROW, **owner, **values, **times}, kinds)
    insert(migrations, "reviews", {"id": OTHER, "product_id": ROW, "other_id": ROW, **times})


def read_product(migrations: Migrations, fields: Sequence[Context]) -> Context:
    """Return the values of the only product, and make sure that its review still refers to it."""
    reference = [sa.column("product_id", sa.Uuid()), sa.column("other_id", sa.Uuid())]
    [review] = migrations.execute(sa.select(*reference).select_from(sa.table("reviews")))
    assert dict(review) == {"product_id": ROW, "other_id": ROW}
    columns = [sa.column(f["stored"], STORED.get(f["type"], sa.String())) for f in fields]
    [row] = migrations.execute(sa.select(*columns).select_from(sa.table("products")))
    return {name: aware(value) for name, value in row.items()}


def aware(value: object) -> object:
    """Give a moment its zone where the database has forgotten it."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


class Walk:
    """A resource that changes step by step; after each step the table equals a new one."""

    def __init__(self, migrations: Migrations, fields: Sequence[Context], access: str) -> None:
        """Make the table, with one row in it."""
        self.migrations, self.access, self.fields = migrations, access, list(fields)
        self.groups: list[Context] = []
        self.steps: list[tuple[str, dict[str, Any]]] = []
        started(migrations, fields, access)
        add_product(migrations, fields, access)
        self.steps.append((migrations.head, migrations.tables()))

    def step(self, *operations: Context, groups: Sequence[Context] | None = None) -> Context:
        """Change the resource, and return its row."""
        before, self.groups = self.groups, self.groups if groups is None else [*groups]
        changed = {
            "dropped": [group for group in before if group not in self.groups],
            "created": [group for group in self.groups if group not in before],
        }
        for op in operations:
            old, new = op["old"], op["new"]
            if old is None:
                self.fields.append(new)
            else:
                place = self.fields.index(old)
                self.fields[place : place + 1] = [new] if new else []
        context = definition("products", self.fields, self.access) | {"groups": self.groups}
        name = f"change_products_{len(self.steps)}"
        self.migrations.add(context, operations, name, changed)
        self.migrations.upgrade()
        tables = self.migrations.tables()
        assert tables["products"] == self.expected(context)
        self.steps.append((name, tables))
        return read_product(self.migrations, self.fields)

    def expected(self, context: Context) -> Any:
        """Describe the table as it would be had it been created so."""
        groups = [
            group | {"name": group["name"].replace("products", "twins")}
            for group in context["groups"]
        ]
        twin = context | {"plural": "twins", "groups": groups}
        name, head = f"twins_{len(self.steps)}", self.migrations.head
        self.migrations.add(twin, [operation("create")], name)
        self.migrations.upgrade()
        table = self.migrations.tables()["twins"]
        self.migrations.downgrade(head)
        (self.migrations.folder / f"alembic/versions/{name}.py").unlink()
        self.migrations.head = head
        return renamed(table)

    def back_and_forth(self) -> None:
        """Go down step by step, to the same tables as on the way up, and up again."""
        for name, tables in reversed(self.steps):
            self.migrations.downgrade(name)
            assert self.migrations.tables() == tables
        self.migrations.upgrade()
        assert self.migrations.tables() == self.steps[-1][1]


def renamed(value: Any, table: str = "products") -> Any:
    """Say the name of a table instead of twins."""
    match value:
        case str():
            return value.replace("twins", table)
        case dict():
            return {key: renamed(item, table) for key, item in value.items()}
        case list() | tuple():
            return type(value)(renamed(item, table) for item in value)
        case _:
            return value


@pytest.mark.long
@pytest.mark.parametrize("kind", TYPES)
def test_field_of_every_type_comes_changes_and_goes(tmp_path: Path, kind: str) -> None:
    changes(Migrations(tmp_path, "sqlite", f"sqlite+aiosqlite:///{tmp_path}/test.db"), [kind])


@pytest.mark.slow
def test_fields_of_all_types_change_together(migrations: Migrations) -> None:
    changes(migrations, TYPES)


@pytest.mark.slow
def test_columns_of_files_come_get_other_names_and_go(migrations: Migrations) -> None:
    photo, manual = field("photo", "image", optional=True), field("manual", "file", optional=True)
    picture = other_name(photo, "picture")
    file = {"key": "files/a", "name": "ü.png", "size": 5, "content_type": "image/png"}
    walk = Walk(migrations, [TITLE, photo], "owned")
    column = sa.column("photo", sa.JSON())
    migrations.execute(sa.table("products", column).update().values(photo=file))

    walk.step(operation("rename", photo, picture), operation("add", None, manual))
    found = walk.step(operation("drop", manual))

    assert found == {"title": "a", "picture": file}
    walk.back_and_forth()
    assert read_product(migrations, walk.fields) == found


@pytest.mark.slow
@pytest.mark.parametrize("access", ["owned", "public"])
def test_constraints_follow_their_fields(migrations: Migrations, access: str) -> None:
    stock = field("stock", "int", ge="0")
    status, sku = field("status", "enum", default="live"), field("sku", "str", optional=True)
    walk = Walk(migrations, [TITLE, stock, status, sku], access)
    category = field("category", "ref", optional=True, unique=True)
    unique = sku | {"unique": True}
    more = status | {"values": ["draft", "live", "withdrawn_" * 5]}
    wide = stock | {"ge": "-9000000000", "le": "9000000000", "big": True}
    amount = other_name(wide, "amount")
    price = amount | {
        "type": "decimal",
        "big": False,
        "places": 2,
        "digits": 14,
        "default": "1",
        "gt": "0",
    }

    walk.step(operation("add", None, category), operation("change", sku, unique))
    walk.step(operation("change", status, more))
    walk.step(operation("change", stock, wide))
    walk.step(operation("rename", wide, amount), operation("change", amount, price))
    walk.step(operation("change", unique, sku), operation("drop", category))
    found = walk.step(operation("drop", more))

    assert found == {"title": "a", "amount": Decimal(4), "sku": None}
    walk.back_and_forth()
    assert read_product(migrations, walk.fields) == found


@pytest.mark.slow
def test_groups_of_fields_follow_their_fields(migrations: Migrations) -> None:
    stock, sku = field("stock", "int", optional=True), field("sku", "str")
    walk = Walk(migrations, [TITLE, stock, sku], "public")
    code = other_name(sku, "code")
    own_column = code | {"stored": "kept"}

    walk.step(groups=[group("uq", "products", "title", "sku"), group("ix", "products", "stock")])
    walk.step(operation("rename", sku, code), groups=[group("uq", "products", "title", "code")])
    walk.step(
        operation("change", code, own_column), groups=[group("uq", "products", "title", "kept")]
    )
    walk.step(operation("drop", stock), groups=[group("ix", "products", "kept", "title")])

    walk.back_and_forth()


def test_names_too_long_for_a_database_are_shortened_as_those_of_models(
    migrations: Migrations,
) -> None:
    reference, key = field(LONG, "ref"), f"{LONG}_id"
    groups = [group("uq", "products", "title", key), group("ix", "products", key, "title")]
    products = definition("products", [TITLE, reference], "public") | {"groups": groups}
    migrations.create(definition("categories", [TITLE], "public"))
    migrations.create(products)
    without = definition("products", [TITLE], "public")
    migrations.add(
        without, [operation("drop", reference)], "drop", {"dropped": groups, "created": []}
    )

    migrations.upgrade()
    migrations.downgrade("create_products")

    assert migrations.run(differing_names) == []


def differing_names(connection: sa.Connection) -> list[str]:
    """Return what Alembic would change of the constraints and indexes of products."""
    base = Path(TEMPLATE, "app/models/base.py.jinja").read_text(encoding="utf-8")
    names = dict(re.findall(r'"(ix|uq|fk|pk)": "(.+)"', base))
    metadata = sa.MetaData(naming_convention=names)
    categories = sa.Table("categories", metadata, sa.Column("id", sa.Uuid(), primary_key=True))
    categories.append_column(sa.Column("created_at", sa.DateTime(), index=True))
    key = f"{LONG}_id"
    sa.Table(
        "products",
        metadata,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("title", sa.String(100)),
        sa.Column(key, sa.ForeignKey("categories.id")),
        sa.Column("created_at", sa.DateTime(), index=True),
        sa.UniqueConstraint("title", key),
        sa.Index(None, key, "title"),
        sa.Index(None, key),
    )
    found = compare_metadata(MigrationContext.configure(connection), metadata)
    kinds = [str(each[0]) for each in found if isinstance(each, tuple)]
    return [kind for kind in kinds if kind.endswith(("_index", "_constraint", "_fk"))]


@pytest.mark.slow
@pytest.mark.parametrize("access", ["owned", "public"])
def test_table_that_is_renamed_has_the_new_name_everywhere(
    migrations: Migrations, access: str
) -> None:
    stock, sku = field("stock", "int", ge="0"), field("sku", "str", unique=True)
    fields = [TITLE, stock, sku, field("category", "ref", optional=True), field("state", "enum")]
    own = ["owner_id"] if access == "owned" else []
    before, after = (
        definition(table, fields, access) | {"groups": [group("uq", table, *own, "title", "stock")]}
        for table in ("products", "articles")
    )
    walk = Walk(migrations, fields, access)
    walk.step(groups=before["groups"])
    old = migrations.tables()

    migrations.add(before, [operation("drop_names")], "dropped")
    migrations.add(after, [operation("rename_table")], "renamed")
    migrations.add(after, [operation("create_names")], "created")
    migrations.upgrade()
    new = migrations.tables()
    migrations.downgrade("change_products_1")

    assert migrations.tables() == old
    keyless = {"key": None} if migrations.database != "postgres" else {}
    twin = {
        key: str(value).replace("products", "articles") for key, value in old["products"].items()
    }
    assert {key: str(value) for key, value in new["articles"].items()} | keyless == twin | keyless
    migrations.upgrade()
    assert migrations.tables() == new


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (field("a", "str"), field("a", "str", max=200)),
        (field("a", "str"), field("a", "text")),
        (field("a", "email", unique=True), field("a", "str", max=255)),
        (field("a", "url"), field("a", "text")),
        (field("a", "enum"), field("a", "str", optional=True)),
        (field("a", "int", ge="0"), field("a", "float", ge="0")),
        (field("a", "int"), field("a", "decimal")),
        (field("a", "decimal"), field("a", "decimal", places=4, digits=15, gt="-1")),
        (field("a", "ref"), field("a", "ref", optional=True)),
    ],
    ids=lambda given: f"{given['type']}{given['max'] or ''}",
)
def test_wider_type_keeps_what_rows_have(
    migrations: Migrations, old: Context, new: Context
) -> None:
    walk = Walk(migrations, [TITLE, old], "owned")

    assert walk.step(operation("change", old, new))[new["column"]] == VALUES[old["type"]]
    walk.back_and_forth()
    assert read_product(migrations, walk.fields)[new["column"]] == VALUES[old["type"]]


@pytest.mark.long
def test_required_field_without_default_comes_back_empty(migrations: Migrations) -> None:
    stock = field("stock", "int")
    walk = Walk(migrations, [TITLE, stock], "owned")
    walk.step(operation("drop", stock))

    migrations.downgrade("-1")

    assert read_product(migrations, [TITLE, stock]) == {"title": "a", "stock": None}
    migrations.upgrade()
    assert read_product(migrations, [TITLE]) == {"title": "a"}


@pytest.mark.slow
def test_rows_that_refer_to_others_of_their_kind_stay(migrations: Migrations) -> None:
    parent = field("parent", "ref", optional=True)
    parent |= {"target": "product", "target_plural": "products"}
    stock = field("stock", "int", ge="0")
    walk = Walk(migrations, [TITLE, parent, stock], "owned")
    child = {"id": CATEGORY, "owner_id": OWNER, "title": "c", "parent_id": ROW, "stock": 1}
    times = {"created_at": NOW, "updated_at": NOW}
    insert(migrations, "products", {**child, **times}, {"parent_id": "ref", "stock": "int"})
    walk.fields[2] = more = stock | {"le": "10"}
    context = definition("products", walk.fields)
    migrations.add(context, [operation("change", stock, more)], "change_products")

    migrations.upgrade()

    columns = [sa.column("id", sa.Uuid()), sa.column("parent_id", sa.Uuid())]
    rows = migrations.execute(sa.select(*columns).select_from(sa.table("products")))
    assert {row["id"]: row["parent_id"] for row in rows} == {ROW: None, CATEGORY: ROW}


STOCK, SKU = field("stock", "int", ge="0"), field("sku", "str", optional=True)
BROKEN = {
    "not allowed": (STOCK, STOCK | {"ge": "5"}),
    "missing": (SKU, SKU | {"optional": False}),
    "not unique": (TITLE, TITLE | {"unique": True}),
}


@pytest.mark.slow
@pytest.mark.parametrize("flaw", BROKEN)
def test_rows_that_break_a_new_limit_stop_the_migration_and_nothing_else(
    migrations: Migrations, flaw: str
) -> None:
    old, new = BROKEN[flaw]
    others = [each for each in (TITLE, STOCK, SKU) if each != old]
    started(migrations, [TITLE, STOCK, SKU])
    add_product(migrations, [TITLE, STOCK, SKU])
    twin = {"id": CATEGORY, "owner_id": OWNER, "title": "a", "stock": 9, "sku": "b"}
    insert(migrations, "products", {**twin, "created_at": NOW, "updated_at": NOW}, {"stock": "int"})
    wide = STOCK | {"ge": "-5"}
    before = migrations.tables()

    steps = [change(old, new), operation("add", None, field("note", "str", optional=True))]
    migrations.add(definition("products", [*others, new]), steps, "narrow")
    error = CommandError if migrations.database == "mysql" else sa.exc.DBAPIError
    with pytest.raises(error, match=flaw if error is CommandError else None):
        migrations.upgrade()

    assert migrations.tables() == before
    migrations.head = "create_reviews"
    (migrations.folder / "alembic/versions/narrow.py").unlink()
    migrations.add(definition("products", [TITLE, SKU, wide]), [change(STOCK, wide)], "wide")
    migrations.upgrade()


def change(old: Context, new: Context) -> Context:
    return operation("change", old, new)


def changes(migrations: Migrations, kinds: Sequence[str]) -> None:
    """Add optional and required fields, rename them, require and release them, and drop them."""
    walk = Walk(migrations, [TITLE], "owned")
    a = [field(f"a_{k}", k, optional=True, **BOUNDS.get(k, {})) for k in kinds]
    moment = {"default_seconds": 1800, "default_moment": "1970-01-01 00:30:00.000000"}
    b = [field(f"b_{k}", k, default=DEFAULTS[k][0], **BOUNDS.get(k, moment)) for k in kinds]
    c = [other_name(f, f"c_{f['type']}") for f in a]
    d = [other_name(f, f"d_{f['type']}") for f in b]
    required = [with_default(f, DEFAULTS[f["type"]][0]) for f in c]
    optional = [with_default(f, None) for f in d]

    def values(fields: Sequence[Context]) -> Context:
        return {f["column"]: DEFAULTS[f["type"]][1] for f in fields}

    found = walk.step(*(operation("add", None, f) for f in a))
    assert found == {"title": "a"} | {f["column"]: None for f in a}
    assert values(b).items() <= walk.step(*(operation("add", None, f) for f in b)).items()
    assert values(d).items() <= walk.step(*many("rename", [*a, *b], [*c, *d])).items()
    assert walk.step(*many("change", c, required)) == {"title": "a"} | values([*c, *d])
    assert walk.step(*many("change", d, optional)) == {"title": "a"} | values([*c, *d])
    assert walk.step(*(operation("drop", f) for f in optional)) == {"title": "a"} | values(c)
    assert walk.step(*(operation("drop", f) for f in required)) == {"title": "a"}
    walk.back_and_forth()


def with_default(given: Context, default: object) -> Context:
    """Return a field that is required and has this default, or is optional and has none."""
    changed = given | {"optional": default is None, "default": default}
    if given["type"] == "duration" and default is not None:
        changed |= {"default_seconds": 1800, "default_moment": "1970-01-01 00:30:00.000000"}
    if given["type"] == "ref":
        changed["on_delete"] = "SET NULL" if default is None else ""
    return changed


def other_name(given: Context, name: str) -> Context:
    """Return a field under another name."""
    column = f"{name}_id" if given["type"] == "ref" else name
    return given | {"name": name, "column": column, "stored": column}


def many(op: str, olds: Sequence[Context], news: Sequence[Context]) -> list[Context]:
    """Return the same operation for many fields."""
    return [operation(op, old, new) for old, new in zip(olds, news, strict=True)]


@pytest.mark.parametrize(
    "access",
    [
        pytest.param("owned", marks=pytest.mark.long),
        pytest.param("public", marks=pytest.mark.slow),
    ],
)
def test_names_move_on_to_other_fields(migrations: Migrations, access: str) -> None:
    """Chains of renames, and names that are free again at once."""
    reference = {"optional": True, "target": "category", "target_plural": "categories"}
    a = field("a", "int", ge="0", unique=True)
    b = field("b", "int", lt="9", optional=True)
    c = field("c", "decimal", ge="0.05", unique=True, optional=True)
    r = field("r", "ref", unique=True, **reference)
    s = field("s", "ref", **reference)
    walk = Walk(migrations, [TITLE, a, b, c, r, s], access)
    before = read_product(migrations, walk.fields)

    last, *others = chain("abcd", [a, b, c])
    wide = operation("change", last["new"], last["new"] | {"ge": "-1"})
    found = walk.step(last, wide, *others, *chain("rst", [r, s]))

    assert [found[name] for name in "bcd"] == [before[name] for name in "abc"]
    b, c = (other_name(given, name) for given, name in zip([a, b], "bc", strict=True))
    d = wide["new"]
    s, t = other_name(r, "s"), other_name(s, "t")
    a = field("a", "str", default="new", max=30)
    r = s | {"name": "r", "column": "r_id", "stored": "r_id", "unique": False}
    found = walk.step(
        *(operation("drop", given) for given in (d, t)),
        operation("rename", c, d := other_name(c, "d")),
        operation("rename", s, t := other_name(s, "t")),
        operation("change", b, b := b | {"unique": False, "le": "90"}),
        *(operation("add", None, given) for given in (a, r)),
    )
    assert found == {"title": "a", "b": 4, "d": None, "t_id": None, "a": "new", "r_id": None}
    walk.back_and_forth()


@pytest.mark.parametrize(
    ("access", "optional"),
    [
        pytest.param("public", False, marks=pytest.mark.slow),
        *(
            pytest.param(access, optional, marks=pytest.mark.long)
            for access, optional in [("owned", False), ("owned", True), ("public", True)]
        ),
    ],
)
def test_reference_becomes_unique_and_common_again(
    migrations: Migrations, access: str, *, optional: bool
) -> None:
    many = field("category", "ref", optional=optional)
    one = many | {"unique": True}
    walk = Walk(migrations, [TITLE, many], access)

    walk.step(operation("change", many, one))
    walk.step(operation("change", one, many))
    walk.step(operation("change", many, one))
    walk.back_and_forth()


def chain(names: str, fields: Sequence[Context]) -> list[Context]:
    """Return renames of fields, each to the name of the next; the last one goes first."""
    return [
        operation("rename", f, other_name(f, n)) for f, n in zip(fields, names[1:], strict=True)
    ][::-1]
