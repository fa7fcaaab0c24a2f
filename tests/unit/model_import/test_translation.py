"""Whatever tables there are, `newapi generate` takes what is made of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from newapi.model_import import column_types
from newapi.model_import.source_model import (
    CheckRule,
    Column,
    Default,
    Reference,
    SourceModel,
    Table,
)
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames
from tests.unit.model_import.sources import noted, of_sql, shown, translated

_TYPES = (
    *(
        "varchar",
        "char",
        "text",
        "int",
        "bigint",
        "tinyint",
        "numeric",
        "money",
        "float",
        "boolean",
    ),
    *("date", "timestamp", "time", "interval", "uuid", "jsonb", "bytea", "year", "set", "mood"),
)
_NAMES = (
    *("id", "name", "date", "Title", "class", "metadata", "created_at", "owner", "password", "1st"),
    *("itemId", "item_id", "a_very_long_name_for_a_column_of_a_table", "Straße", "data", "list"),
)
_TABLES = (
    *("items", "user", "news", "Client", "order lines", "order_line", "data", "staff", "object"),
    *("a_rather_long_name_for_a_table_with_many_words", "class", "page", "test_results"),
)


@st.composite
def columns(draw: st.DrawFn) -> Column:
    """Draw a column of any type, with limits and a default that need not fit."""
    numbers = st.sampled_from(["0", "1", "3", "50", "300", "2000", "200000"])
    bounds = st.dictionaries(st.sampled_from(["min", "max", "gt", "ge", "lt", "le"]), numbers)
    texts = st.sampled_from(["", "0", "1", "x", "PG-13", "now()", "2020-01-01", "{}", "true"])
    return Column(
        name=draw(st.sampled_from(_NAMES)),
        type=draw(st.sampled_from(_TYPES)),
        arguments=tuple(draw(st.lists(numbers, max_size=2))),
        values=tuple(draw(st.lists(st.sampled_from(["a", "A", "b c", "I", "é", "9"]), max_size=3))),
        labels=draw(st.just(()) | st.tuples(st.tuples(st.just("a"), st.text(max_size=60)))),
        is_array=draw(st.booleans()),
        is_unsigned=draw(st.booleans()),
        is_required=draw(st.booleans()),
        is_unique=draw(st.booleans()),
        default=draw(st.none() | st.builds(Default, texts, st.booleans())),
        limits=draw(bounds),
        description=draw(st.text(max_size=220)),
    )


@st.composite
def models(draw: st.DrawFn) -> SourceModel:
    """Draw tables that refer to each other, with keys and groups of any columns."""
    names = draw(st.lists(st.sampled_from(_TABLES), min_size=1, max_size=5, unique=True))
    tables = []
    for name in names:
        found = draw(
            st.lists(columns(), min_size=1, max_size=6, unique_by=lambda column: column.name)
        )
        known = [column.name for column in found]
        groups = st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True).map(tuple)
        some = st.lists(groups, max_size=2)
        targets = st.sampled_from([*names, "missing"])
        deletions = st.sampled_from(["cascade", "restrict", "set_null", ""])
        references = st.builds(Reference, columns=groups, table=targets, on_delete=deletions)
        rules = st.builds(
            CheckRule,
            st.sampled_from(["comparison", "at_least_one", "exactly_one"]),
            st.lists(st.sampled_from([*known, "missing"]), min_size=2, max_size=2).map(tuple),
            st.sampled_from(["<", ">=", "!="]),
        )
        table = Table(
            name=name,
            columns=tuple(found),
            key=draw(st.just(()) | groups),
            references=tuple(draw(st.lists(references, max_size=3))),
            unique=tuple(draw(some)),
            indexes=tuple(draw(some)),
            rules=tuple(draw(st.lists(rules, max_size=2))),
        )
        tables.append(table)
    return SourceModel(tuple(tables), has_singular_names=draw(st.booleans()))


@settings(max_examples=10, deadline=None)
@given(models(), st.sampled_from(["sqlite", "postgres", "mysql"]))
def test_generate_takes_what_is_made_of_any_tables(source: SourceModel, database: str) -> None:
    assume([table.name for table in source.tables] != ["user"])  # leaves nothing to generate
    modules = {"items": "app/models/items.py", "user": "app/models/user.py"}
    around = ProjectNames(database=database, modules=modules)

    found = translated(source, around)

    assert len(found.resources) <= len(source.tables)
    assert found.fields.taken <= found.fields.found
    assert found.relations.taken <= found.relations.found


def test_column_that_is_called_id_and_is_no_key_gets_another_name() -> None:
    source = SourceModel((Table(name="items", columns=(Column(name="id", type="date"),)),))

    found = translated(source)

    assert shown(found)["item"] == {"number": "date?"}


@pytest.mark.parametrize("kind", sorted(column_types.names()))
def test_every_known_type_has_a_field_or_a_note(kind: str) -> None:
    source = SourceModel((Table(name="thing", columns=(Column(name="value", type=kind),)),))

    found = translated(source)

    is_there = "value" in shown(found)["thing"]
    assert is_there or noted(found)["thing.value"] == (f"there is no type for {kind}", "")


def test_tables_of_tools_are_left_out() -> None:
    found = of_sql("""\
CREATE TABLE django_migrations (id int PRIMARY KEY, app varchar(255) NOT NULL);
CREATE TABLE "_prisma_migrations" (id varchar(36) PRIMARY KEY);
CREATE TABLE shops (id int PRIMARY KEY, name varchar(20) NOT NULL);
""")

    assert [*shown(found)] == ["shop"]
    message = ("it records migrations, as Alembic does here", "")
    assert noted(found)["django_migrations"] == noted(found)["_prisma_migrations"] == message


def test_long_names_are_kept_unless_those_of_tables_are_too_long() -> None:
    table = "product_model_product_descriptions_of_all_cultures_and_languages"
    found = of_sql(f"""\
CREATE TABLE product_model_product_descriptions (
  product_description_id int REFERENCES translations_of_product_descriptions (id),
  model int NOT NULL, culture varchar(10) NOT NULL,
  UNIQUE (model, culture, product_description_id)
);
CREATE TABLE translations_of_product_descriptions (id int PRIMARY KEY, name varchar(20));
CREATE INDEX long_index ON product_model_product_descriptions (culture, product_description_id);
CREATE TABLE {table} (name varchar(20) NOT NULL);
""")

    [first, _, last] = [each.definition for each in found.resources]
    assert first.plural == "product_model_product_descriptions"
    assert first.unique == (("model", "culture", "product_description"),)
    assert first.indexes == (("culture", "product_description"),)
    assert len(last.plural) <= 60
    assert last.plural != table


def test_resources_of_the_project_may_be_imported_again() -> None:
    product = Definition(name="product", plural="products", access="public", fields=())
    path = "app/models/product.py"
    around = ProjectNames(
        definitions={"product": product},
        modules={"product": path, "item": "app/models/item.py"},
        classes={"Product": path, "Item": "app/models/item.py"},
        tables={"products": path},
    )
    table = Table(name="products", columns=(Column(name="name", type="text"),))
    source = SourceModel((table, replace(table, name="items")))

    found = translated(source, around.without_resources())

    assert [*shown(found)] == ["product", "item_entry"]
