"""Entities and tasks that newapi generates pass whatever real projects ask of their code."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing

import pytest

from newapi.template.catalog import Value
from tests.e2e.conftest import Create
from tests.e2e.edges import add_edge_cases
from tests.e2e.owner import commit, newapi
from tests.e2e.project import Project
from tests.marks import slow_or_long
from tests.matrix import PRESETS, Answers

PROJECTS: dict[str, Answers] = {
    "minimal": PRESETS["minimal"],
    "minimal-with-accounts": {**PRESETS["minimal"], "auth": True},
    "standard": PRESETS["standard"],
    "standard-without-accounts": {
        **PRESETS["standard"], "auth": False, "items": False, "jobs": "none"
    },
    "full": PRESETS["full"],
}  # fmt: skip
CATEGORY = ["name:str(1..100,unique)"]
PRODUCT = [
    "name:str(1..100)",
    "price:decimal(gt=0,places=2)",
    "tags:list[str](max=5)",
    "category:ref(category)",
]
CLIENT = ["name:str(1..100)", "mail:email(unique)", "favourite:ref(product)?"]  # as in `tests/`
PRODUCT_IDS = {
    f"products_{verb}" for verb in ("create", "list", "export", "read", "update", "delete")
}
OPERATION_ID = re.compile(r'"operationId": "(\w+)"')
CHECKS = (
    "uv run ruff check . && uv run ruff format --check .",
    "uv run lint-imports",
    "uv run mypy .",
    "uv run alembic upgrade head",
    "uv run alembic check",
)
# Resources of every access that refer to users.
OFFICE = """\
resources:
  ticket:
    versioned: true
    fields:
      title: str(1..100)
      author: ref(user, on_delete=cascade)
      reviewer: ref(user)?
      watchers: many(user)
    rules:
      - author != reviewer
  note:
    access: signed_in
    versioned: true
    audited: true
    fields:
      text: text
      user: ref(user)?
  profile:
    access: owner_writes
    audited: true
    fields:
      bio: text
      account: ref(user, unique, on_delete=cascade)
  article:
    access: public
    versioned: true
    audited: true
    fields:
      title: str(1..100)
      author: ref(user)
      editor: ref(user, unique)?
  report:
    access: admin
    fields:
      title: str(1..100)
      author: ref(user)
      readers: many(user)
"""
# Orders with their lines, which refer to rows of two other resources.
ORDERS = """\
resources:
  product:
    access: public
    fields:
      name: str(1..100)
  warehouse:
    fields:
      name: str(1..100)
  order:
    versioned: true
    audited: true
    csv: true
    fields:
      number: str(1..20, unique)
      lines: nested(order_line, max=50)
  order_line:
    csv: true
    fields:
      order: ref(order, on_delete=cascade)
      product: ref(product)
      warehouse: ref(warehouse)?
      quantity: int(ge=1, default=1)
      starts: date?
      ends: date?
    unique: [[order, product]]
    rules: [ends > starts]
"""
ADDED = """\
resources:
  user:
    fields:
      username: str(3..30, unique)?
      bio: text?
      birth_date: date?
      points: int(ge=0, default=3)
      pin: str(4..8, write_only)?
      seen: datetime(read_only)?
  item:
    fields:
      price: decimal(gt=0, places=2)?
      state: enum(new|used, default=new)
"""
OnDatabase = Callable[[Project, Mapping[str, Value]], Project]


def generate(project: Project, *words: str) -> None:
    """Generate something, and commit it."""
    newapi(project, "generate", *words)
    commit(project)


def check(project: Project, *tests: str) -> None:
    """Run the project's own checks, and some of its tests."""
    for command in CHECKS:
        project.run(command)
    project.run(f"uv run pytest {' '.join(tests)}")


@pytest.mark.parametrize("answers", slow_or_long({"full"}, PROJECTS))
def test_product_works_in_every_preset_with_and_without_accounts(
    answers: Answers, create: Create, on_real_database: OnDatabase
) -> None:
    project = create(answers)
    project.run("uv sync --quiet")
    project = on_real_database(project, answers)
    commit(project)

    newapi(project, "generate", "resource", "category", *CATEGORY, "--soft-delete")
    project.run("uv run alembic upgrade head")  # rewrites uv.lock where tables are new
    newapi(project, "generate", "resource", "product", *PRODUCT, "--csv")
    newapi(project, "generate", "resource", "client", *CLIENT, "--versioned")
    commit(project)
    tests = [f"tests/api/v1/test_{name}*.py" for name in ("products", "categories", "clients")]
    if answers["jobs"] != "none":
        generate(project, "task", "resize-image")
        tests += ["tests/jobs/test_resize_image.py", "tests/api/v1/test_resize_image.py"]
    tests += [*add_edge_cases(project, "crud"), *add_edge_cases(project, "api", "test_etags.py")]
    project.run("uv sync --quiet")
    check(project, *tests, "tests/test_migrations.py", "tests/test_contract.py")
    assert set(OPERATION_ID.findall(project.run("uv run app openapi"))) >= PRODUCT_IDS


@pytest.mark.slow
def test_changed_product_keeps_its_rows(create: Create) -> None:
    project = create(PROJECTS["minimal"])
    commit(project)
    generate(project, "resource", "category", *CATEGORY)
    generate(project, "resource", "product", *PRODUCT, "code:str(1..20,unique)")
    project.run("uv sync --quiet && uv run alembic upgrade head")
    commit(project)
    with closing(sqlite3.connect(project.path / "app.db")) as database, database:
        row = "'{id}', '2026-01-01 00:00:00', '2026-01-01 00:00:00'"
        ids = [f"{number:032x}" for number in (1, 2)]
        database.execute(f"insert into categories values ('Chairs', {row.format(id=ids[0])})")
        product = f"'Stool', 9.9, '[\"oak\"]', '{ids[0]}', 'S1', {row.format(id=ids[1])}"
        database.execute(f"insert into products values ({product})")

    renames = ["--rename", "code:name", "--rename", "name:title"]
    changes = ["--add", "stock:int(ge=0,default=3)", "--drop", "tags"]
    generate(project, "resource", "product", *renames, *changes)

    check(project, "tests/api/v1/test_products*.py", "tests/test_migrations.py")
    commit(project)
    with closing(sqlite3.connect(project.path / "app.db")) as database, database:
        columns = "title, name, price, stock, category_id"
        rows = database.execute(f"select {columns} from products").fetchall()
    assert rows == [("Stool", "S1", 9.9, 3, ids[0])]

    generate(project, "resource", "product", "--csv")
    check(project, "tests/api/v1/test_products*.py", "tests/test_migrations.py")
    generate(project, "resource", "product", "--no-csv")
    assert project.run("git diff HEAD~2 -- alembic app tests") == ""

    generate(project, "resource", "product", "--remove")
    project.run("uv run alembic upgrade head && uv run alembic check")


@pytest.mark.slow
def test_resources_refer_to_users(create: Create) -> None:
    project = create(PROJECTS["standard"])
    commit(project)
    project.run("uv sync --quiet")
    (project.path / "models.yml").write_text(OFFICE, encoding="utf-8")
    commit(project)

    generate(project)

    add_edge_cases(project, "api", "test_stale_rules.py")
    names = ("tickets", "notes", "profiles", "articles", "reports", "stale_rules")
    check(project, *(f"tests/api/v1/test_{name}*.py" for name in names), "tests/test_migrations.py")


@pytest.mark.slow
def test_users_and_items_get_fields(create: Create) -> None:
    project = create({**PRESETS["minimal"], "auth": True, "items": True})
    commit(project)
    project.run("uv sync --quiet")
    models = project.path / "models.yml"
    models.write_text(ADDED, encoding="utf-8")
    commit(project)
    tests = ("tests/api/v1/test_user*.py", "tests/api/v1/test_item*.py", "tests/test_migrations.py")

    generate(project)
    check(project, *tests)
    newapi(project, "add", "email")
    project.run("uv sync --quiet")
    check(project, *tests)
    commit(project)
    generate(project, "resource", "user", "--rename", "bio:about", "--drop", "points")
    generate(project, "resource", "item", "--drop", "price", "--drop", "state")
    check(project, *tests)

    assert "class User(UserFields, " in (project.path / "app/models/user.py").read_text("utf-8")
    assert not (project.path / "app/models/item_fields.py").exists()
    assert "class Item(Entity):" in (project.path / "app/models/item.py").read_text("utf-8")


@pytest.mark.slow
def test_rows_are_written_with_their_parent_and_without_again(create: Create) -> None:
    project = create(PROJECTS["minimal-with-accounts"])
    commit(project)
    project.run("uv sync --quiet")
    models = project.path / "models.yml"
    models.write_text(ORDERS, encoding="utf-8")
    commit(project)
    tests = ("tests/api/v1/test_order*.py", "tests/test_migrations.py", "tests/test_contract.py")

    generate(project)
    added = add_edge_cases(project, "crud", "test_nested_rows.py")
    check(project, *tests, *added)
    project.run(f"rm -f {' '.join(added)}; git checkout -- .")
    revisions = len(list((project.path / "alembic/versions").iterdir()))
    models.write_text(ORDERS.replace("      lines: nested(order_line, max=50)\n", ""), "utf-8")
    generate(project)
    check(project, *tests)

    assert not (project.path / "app/crud/nested_rows.py").exists()
    assert len(list((project.path / "alembic/versions").iterdir())) == revisions


@pytest.mark.long
def test_ten_resources_that_refer_to_each_other_live_in_one_project(create: Create) -> None:
    project = create(PROJECTS["standard"])
    project.run("uv sync --quiet")
    commit(project)

    generate(project, "resource", "node0", "name:str", "node0:ref(node0)?", "--plural=nodes0")
    for number in range(1, 10):
        refs = [f"near:ref(node{number - 1})", "first:ref(node0)?"]
        words = [f"node{number}", f"--plural=nodes{number}", "name:str", *refs]
        generate(project, "resource", *words)

    check(project, "tests/api/v1", "-k", "node", "tests/test_migrations.py")
