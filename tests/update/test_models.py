"""`newapi generate`: a project becomes what its `models.yml` says, in one step."""

from __future__ import annotations

import json

import pytest

from newapi.project import revisions
from tests.runs import Result
from tests.update.project import Project
from tests.update.stock import generate, stocked
from tests.update.test_features import revised

SHOP = """\
# Mine.
resources:
  product:
    access: public
    fields:
      name: str(1..100)
      category: ref(category)
      favourite: ref(review)?
  category:
    access: public
    fields:
      name: str(1..100)
  review:
    access: public
    fields:
      product: ref(product)
"""


def model(project: Project, *words: str, code: int = 0) -> Result:
    """Run `newapi generate` in a project."""
    result = project.run("generate", "--project", str(project.path), "--json", *words)
    assert result.code == code, result.err
    return result


def test_file_is_generated_in_one_step_with_one_migration(shop: Project) -> None:
    shop.write("models.yml", SHOP)

    document = model(shop).document

    assert [each["name"] for each in document["resources"]] == ["category", "product", "review"]
    assert document["title"] == "Create 3 resources"
    (path,) = document["migrations"]
    assert path.endswith("_create_3_tables.py")
    assert "_upgrade_products_2()" in shop.read(path)
    assert shop.git("diff", "--name-only") == ""
    assert "models.yml" in shop.git("diff", "--cached", "--name-only")
    assert shop.read("models.yml") == SHOP
    assert model(shop).document["up_to_date"]


def test_dry_run_changes_nothing(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    before = shop.snapshot()

    document = model(shop, "--dry-run").document

    assert shop.snapshot() == before
    assert {"path": "app/models/product.py", "action": "added"}.items() <= next(
        each for each in document["outcomes"] if each["path"] == "app/models/product.py"
    ).items()


def test_abort_leaves_the_file_as_it_was_written(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    before = shop.snapshot()

    model(shop)
    shop.run("update", str(shop.path), "--abort")

    assert shop.snapshot() == before


@pytest.mark.slow
def test_changes_follow_each_other_without_a_commit(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    model(shop)
    shop.replace(
        "models.yml", "name: str(1..100)\n      category", "name: str(1..99)\n      category"
    )
    model(shop)

    generate(shop, "category", "--add", "color:str?")

    assert "color: str(1..255)?" in shop.read("models.yml")
    assert shop.read("models.yml").startswith("# Mine.\n")
    assert model(shop).document["up_to_date"]


def test_several_resources_change_in_one_revision(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    model(shop)
    shop.commit()
    text = SHOP.replace(
        "      name: str(1..100)\n", "      title: {type: 'str(1..100)', was: name}\n"
    )
    shop.write("models.yml", text.replace("      favourite: ref(review)?\n", ""))

    document = model(shop).document

    (path,) = document["migrations"]
    assert path.endswith("_change_categories_and_products.py")
    assert document["dropped"] == ["products.favourite_id"]
    assert len(revisions.heads(revised(shop).values())) == 1


def test_what_is_left_out_is_removed(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    model(shop)
    shop.commit()
    shop.write("models.yml", "resources: {}\n")

    document = model(shop).document

    assert sorted(document["dropped"]) == ["categories", "products", "reviews"]
    assert not (shop.path / "app/models/product.py").exists()
    assert "Product" not in shop.read("app/models/__init__.py")


def test_wrong_file_changes_nothing(shop: Project) -> None:
    shop.write("models.yml", SHOP.replace("ref(review)?", "ref(revue)?"))
    before = shop.snapshot()

    document = model(shop, code=2).document

    assert shop.snapshot() == before
    assert document["problems"] == [
        {
            "message": "models.yml:8: favourite: there is no resource revue. Did you mean review?",
            "fix": "favourite: ref(review)?",
        }
    ]


def test_project_of_an_earlier_release_gets_the_file(shop: Project) -> None:
    stocked(shop)
    (shop.path / "models.yml").unlink()
    shop.commit()

    document = model(shop).document

    assert document["title"] == "Write models.yml"
    assert "category: ref(category)" in shop.read("models.yml")
    assert model(shop).document["up_to_date"]


def test_command_line_is_refused_while_the_file_says_something_else(shop: Project) -> None:
    stocked(shop)
    shop.replace("models.yml", "decimal(gt=0", "decimal(gt=1")
    shop.commit()

    document = generate(shop, "category", "--add", "color:str?", code=1).document

    assert "models.yml says something else" in document["message"]
    assert document["hint"] == "newapi generate first"


def test_other_edits_are_refused(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    shop.write("app/main.py", "")

    assert "not committed: app/main.py" in model(shop, code=1).document["message"]


def test_project_without_resources_is_told_how_to_begin(shop: Project) -> None:
    document = model(shop, code=1).document

    assert "There is no models.yml" in document["message"]
    assert "newapi generate resource NAME FIELD..." in document["hint"]


def test_options_before_a_command_are_refused(shop: Project) -> None:
    result = shop.run("generate", "--dry-run", "resource", "category", "name:str")

    assert result.code == 2
    assert "stand behind resource" in result.err


def test_schema_of_the_file_is_printed(shop: Project) -> None:
    result = shop.run("schema", "models", "--no-json")

    assert json.loads(result.out)["title"] == "Resources of a project"


def test_review_shows_what_changes_as_text(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    told = shop.run("generate", "--project", str(shop.path), "--dry-run")
    model(shop)
    shop.replace("models.yml", "      favourite: ref(review)?\n", "      stock: int?\n")

    lines = model(shop, "--dry-run").document["diagram"]

    assert "  + product (products, public)\n" in told.out
    assert "    + category  ref(category) -> category\n" in told.out
    assert lines == [
        "~ product (products, public)",
        "    name      str(1..100)",
        "    category  ref(category) -> category",
        "  + stock     int?",
        "  - favourite ref(review)? -> review",
    ]


def test_diagram_is_mermaid_and_changes_nothing(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    before = shop.snapshot()

    shown = shop.run("generate", "--project", str(shop.path), "--diagram", "-")

    assert shop.snapshot() == before
    assert shown.out.splitlines()[:4] == [
        "erDiagram",
        "    category {",
        "        str name",
        "    }",
    ]
    assert "    product }o--|| category : category" in shown.out
    assert "    product }o--o| review : favourite" in shown.out


def test_diagram_needs_a_file(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    target = str(shop.path / "docs" / "models.mmd")

    refused = shop.run("generate", "--project", str(shop.path), "--diagram", target)
    done = shop.run(
        "generate", "--project", str(shop.path), "--diagram", target.replace("docs/", "")
    )

    assert (refused.code, done.code) == (2, 0)
    assert shop.read("models.mmd").startswith("erDiagram\n")


def test_resource_that_is_renamed_takes_edits_and_rows_along(shop: Project) -> None:
    shop.write("models.yml", SHOP)
    model(shop)
    shop.write("app/models/product.py", shop.read("app/models/product.py") + "\n\nmine = True\n")
    shop.commit()
    text = SHOP.replace("  product:\n", "  article:\n    was: product\n")
    shop.write("models.yml", text.replace("ref(product)", "ref(article)"))

    why = model(shop, code=1).document

    assert "cannot make all of article yet" in why["message"]
    assert why["hint"] == "newapi update first"


@pytest.mark.slow
def test_migration_of_many_tables_is_short(shop: Project) -> None:
    names = [f"part_{number}" for number in range(45)]
    entry = "  {}:\n    plural: {}s\n    access: public\n    fields: {{name: str}}\n"
    shop.write("models.yml", "resources:\n" + "".join(entry.format(n, n) for n in names))

    (path,) = model(shop).document["migrations"]

    upgrade = shop.read(path).partition("def upgrade")[2].partition("def downgrade")[0]
    assert "for step in (" in upgrade
    assert upgrade.count("_upgrade_part_") == len(names)
