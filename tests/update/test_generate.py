"""What `newapi generate resource` refuses: nothing has changed then, and what helps is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newapi.project import revisions
from newapi.resources import formatting
from tests.matrix import ROOT
from tests.update.project import Project
from tests.update.stock import PRODUCT, generate
from tests.update.test_features import revised

CATEGORY = ("category", "name:str")


def refused(project: Project, *words: str, code: int = 1) -> str:
    """Return why nothing is generated; nothing has changed."""
    before = project.snapshot()
    document = generate(project, *words, code=code).document
    assert project.snapshot() == before
    assert (document["command"], document["exit_code"]) == ("generate", code)
    said = [part for problem in document["problems"] for part in problem.values()]
    return " ".join([document["message"], document["hint"], *said])


def test_release_that_cannot_make_resources(room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    old = Project(room / "old", capfd).create("auth=true", version="v0.1.0")

    assert "newapi update first" in refused(old, *CATEGORY)


def test_files_in_the_way_are_named(shop: Project) -> None:
    shop.write("app/endpoints/categories.py", "mine = True\n")
    shop.commit()
    shop.write("tests/factories/category.py", "")  # git does not know it
    shop.write(".git/info/exclude", "tests\n")

    why = refused(shop, *CATEGORY)

    assert "app/endpoints/categories.py, tests/factories/category.py" in why


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("category", "name:srt"), "str"),
        (("category", "name:str", "--owned", "--public"), "contradict"),
        (("category", "name:str", "--api", "v7"), "--api v1"),
        (("prodct", "--remove"), "Did you mean product?"),
        (("product", "--add", "color:str?", "--remove"), "--remove contradicts"),
        (("product", "color:str?", "--drop", "price"), "--add 'color:str?'"),
        (("product", "--drop", "price", "--public"), "cannot be changed"),
        (("category", "--remove"), "newapi generate resource product --drop category"),
        (("thing", "name:str", "--plural", "products"), "product has the same"),
        (("product", "name:str"), "product"),
        (("category", "--conflict", "none", "--remove"), "--conflict"),
    ],
)
def test_wrong_usage(full_shop: Project, words: tuple[str, ...], why: str) -> None:
    assert why in refused(full_shop, *words, code=2)


def test_changes_that_are_not_committed(shop: Project) -> None:
    shop.write("app/main.py", "")

    assert "not committed: app/main.py" in refused(shop, *CATEGORY)


def test_project_without_git(room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (room / "bare").mkdir()

    result = generate(Project(room / "bare", capfd), *CATEGORY, code=1)

    assert "git" in result.document["message"]


def test_conflicts_of_an_earlier_update(shop: Project) -> None:
    shop.write("app/main.py", "<<<<<<< your project\n=======\n>>>>>>> template v1\n")
    shop.commit()

    assert "left in: app/main.py" in refused(shop, *CATEGORY)


def test_definition_that_was_edited(full_shop: Project) -> None:
    full_shop.replace("resources/product.yml", "decimal(gt=0", "decimal(gt=1")
    full_shop.commit()

    assert "resources/product.yml was edited by hand" in refused(
        full_shop, "product", "--drop", "price"
    )
    assert "edited by hand" in full_shop.update().document["message"]


def test_files_of_the_user_among_definitions_are_none(shop: Project) -> None:
    shop.write("resources/colors.yml", "red: 1\n")
    shop.commit()

    generate(shop, *CATEGORY)
    shop.commit()

    assert shop.update().code == 0
    assert shop.read("resources/colors.yml") == "red: 1\n"


def test_several_heads_are_refused(shop: Project) -> None:
    generate(shop, *CATEGORY)
    (head,) = revisions.heads(revised(shop).values())
    branch = "revision = {!r}\ndown_revision = {!r}\n"
    for name in ("left", "right"):
        text = branch.format(name, head)
        shop.write(f"alembic/versions/{name}.py", text)
    shop.commit()

    for words in (
        ("note", "text:str"),
        ("category", "--add", "color:str?"),
        ("category", "--remove"),
    ):
        why = refused(shop, *words)
        assert "several heads: left, right" in why
        assert "alembic merge heads" in why

    shop.write("alembic/versions/joined.py", branch.format("joined", ("left", "right")))
    shop.commit()
    generate(shop, "note", "text:str")
    (created,) = (r for r in revised(shop).values() if r.slug == "create_notes")
    assert created.down == ("joined",)


def test_names_of_revisions_are_never_used_twice(shop: Project) -> None:
    for _ in range(2):
        generate(shop, *CATEGORY)
        shop.commit()
        generate(shop, "category", "--remove")
        shop.commit()

    order = revisions.in_order(revised(shop))
    assert [r.slug for r in order[1:]] == ["create_categories", "remove_categories"] * 2
    assert [r.down for r in order[1:]] == [(r.name,) for r in order[:-1]]


def test_ids_of_revisions_have_alembics_form_however_long_a_name_is(shop: Project) -> None:
    name = "inventory_transaction_type"

    generate(shop, name, "label:str")

    (created,) = (r for r in revised(shop).values() if r.slug == f"create_{name}s")
    assert created.name == revisions.derived_id("create", f"{name}s", "0001_users")
    assert re.fullmatch("[0-9a-f]{12}", created.name)
    assert created.path == f"{created.name}_create_{name}s.py"


def test_revisions_of_older_releases_keep_their_ids(shop: Project) -> None:
    generate(shop, *CATEGORY)
    (made,) = (r for r in revised(shop).values() if r.slug == "create_categories")
    (shop.path / "alembic/versions" / made.path).unlink()
    path = "alembic/versions/create_categories.py"
    shop.write(path, made.source.replace(made.name, "create_categories"))
    shop.commit()
    before = shop.read(path)

    generate(shop, "category", "--add", "color:str?")
    shop.commit()
    generate(shop, "category", "--remove")

    order = revisions.in_order(revised(shop))
    assert [r.slug for r in order[1:]] == [
        f"{w}_categories" for w in ("create", "change", "remove")
    ]
    assert [r.down for r in order[1:]] == [(r.name,) for r in order[:-1]]
    assert shop.read(path) == before


def test_missing_formatter_is_said(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "find_ruff", lambda: "/nowhere/ruff")

    assert "ruff cannot be run" in refused(shop, *CATEGORY)


def test_report_is_for_people(shop: Project) -> None:
    words = ("generate", "resource", *CATEGORY, "--project", str(shop.path))

    told = shop.run(*words, "--dry-run")
    done = shop.run(*words)

    assert "Would create the resource category" in told.out
    assert "added    app/models/category.py" in done.out
    assert "wired    app/api.py" in done.out
    assert "uv run alembic upgrade head" in done.out
    assert "git commit -m 'Create the resource category'" in done.out


def test_every_key_is_documented(full_shop: Project) -> None:
    page = (ROOT / "docs/json.md").read_text()
    document = generate(full_shop, "product", "--drop", "price").document

    assert [key for key in (*document, *document["resource"]) if f"`{key}`" not in page] == []
    assert document["resource"]["fields"] == ["name:str(1..100)", "category:ref(category)"]
    assert document["action"] == "change"
    assert document["warnings"][0].startswith("products.price: the column, with everything in it")


def test_help_is_enough_to_begin(shop: Project) -> None:
    overview = shop.run("generate", "--help")
    page = shop.run("generate", "resource", "--help")

    assert "resource" in overview.out
    assert all(word in page.out for word in ("--owned", "--add", "--rename", "price:decimal"))
    assert PRODUCT[0] in page.out
