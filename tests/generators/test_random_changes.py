"""Random changes of random resources lead to the tables that new resources would have, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

import pytest

from newapi.errors import UsageError
from newapi.generate.new_definition import define
from newapi.resources import changes, context
from newapi.resources.changes import Changed, Changes
from newapi.resources.definition import Definition, Field
from newapi.resources.fields import render
from newapi.resources.project_names import ProjectNames
from tests.generators.drafts import sample
from tests.generators.fields import operation
from tests.generators.migrations import Migrations
from tests.generators.test_revisions import renamed

STEPS = 4


def changed_by_chance(around: ProjectNames, chance: Random) -> Iterator[Changed]:
    """Yield changes of resources that are accepted; each builds upon the ones before."""
    pool = [field for one in around.definitions.values() for field in one.fields]
    while True:
        definition = around.definitions[chance.choice([*around.definitions])]
        try:
            changed = changes.apply(definition, drawn(definition, pool, chance), around)
        except UsageError:
            continue
        if any(step.alters_table for step in changed.operations):
            around = around.with_definition(changed.definition)
            yield changed


def drawn(definition: Definition, pool: Sequence[Field], chance: Random) -> Changes:
    """Draw fields that go, that hand on their names, that change, and that come."""
    names = [field.name for field in definition.fields]
    gone = chance.sample(names, chance.randrange(min(3, len(names))))
    left = [name for name in names if name not in gone]
    order = chance.sample(left, chance.randrange(min(4, len(left) + 1)))
    fresh = [*gone, f"fresh_{chance.randrange(1000)}"]
    renames = dict(zip(order, [*order[1:], chance.choice(fresh)], strict=False))
    there = {
        renames.get(field.name, field.name): field
        for field in definition.fields
        if field.name in left
    }
    changing = chance.sample(sorted(there), chance.randrange(min(3, len(there) + 1)))
    coming = chance.sample(pool, chance.randrange(3))
    return Changes(
        add=tuple(
            render(replace(field, name=name, optional=field.default is None))
            for field, name in zip(coming, chance.sample([*fresh, "more", "most"], 3), strict=False)
        ),
        drop=tuple(gone),
        rename=tuple(map(":".join, renames.items())),
        change=tuple(render(other(replace(there[name], name=name), chance)) for name in changing),
    )


def other(field: Field, chance: Random) -> Field:
    """Return a field that differs in one way."""
    if field.type in {"str", "email", "url", "enum"} and chance.random() < 0.3:
        return Field(name=field.name, type="text", min=0, max=10_000, optional=field.optional)
    if field.type == "int" and chance.random() < 0.3:
        return replace(field, type="float", default=None, unique=False)
    if chance.random() < 0.5:
        return replace(field, optional=not field.optional, default=None)
    return replace(field, unique=not field.unique)


def as_if_new(migrations: Migrations, told: Mapping[str, object]) -> object:
    """Describe the table of a resource as it would be had it been created so."""
    head = migrations.head
    migrations.add({**told, "plural": "twins"}, [operation("create")], "twins")
    migrations.upgrade()
    table = migrations.tables()["twins"]
    migrations.downgrade(head)
    (migrations.folder / "alembic/versions/twins.py").unlink()
    migrations.head = head
    return renamed(table, str(told["plural"]))


@pytest.mark.long
@pytest.mark.parametrize("number", range(3))
def test_random_changes_lead_to_the_tables_of_new_resources(
    migrations: Migrations, number: int
) -> None:
    around = ProjectNames(database=migrations.database, tables={"users": "the application"})
    for typed in sample(number, 4, around):
        definition = define(typed, around)
        around = around.with_definition(definition)
        migrations.create(context.of_definition(definition, around.definitions))
    migrations.upgrade()
    steps = [(migrations.head, migrations.tables())]

    by_chance = changed_by_chance(around, Random(number))
    for name, changed in zip((f"change_{step}" for step in range(STEPS)), by_chance, strict=False):
        definition = changed.definition
        around = around.with_definition(definition)
        told = context.of_definition(definition, around.definitions)
        operations = [
            context.of_operation(step, definition, around.definitions)
            for step in changed.operations
            if step.alters_table
        ]
        migrations.add(told, operations, name)
        migrations.upgrade()
        tables = migrations.tables()
        assert tables[definition.plural] == as_if_new(migrations, told)
        steps.append((name, tables))

    for name, _ in reversed(steps):
        migrations.downgrade(name)
    migrations.upgrade()
    assert migrations.tables() == steps[-1][1]
