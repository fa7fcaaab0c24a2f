"""Resources live as long as their project: generated, edited, changed, updated, removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newapi.project import git, revisions, tree
from newapi.update.journal import Desk
from tests.update import child
from tests.update.project import Project
from tests.update.stock import generate, stocked
from tests.update.test_features import revised
from tests.update.test_update import committed

GENERATED = (
    "app/models/product.py",
    "app/endpoints/products.py",
    "app/admin/product.py",
    "tests/factories/product.py",
)


def test_resource_is_written_formatted_and_wired(full_shop: Project) -> None:
    assert full_shop.read("app/models/product.py").splitlines() == [
        "from uuid import UUID",
        "",
        "from app.models.base import Base",
        "",
        "",
        "class Product(Base):",
        "    name: str  # None",
        "    price: str  # None",
        "    category_id: UUID  # name",
    ]
    assert "from app.models.product import Product\n" in full_shop.read("app/models/__init__.py")
    assert "router.include_router(products)\n" in full_shop.read("app/api.py")
    assert "    ProductView,\n" in full_shop.read("app/admin/views.py")
    assert [r.slug for r in revisions.in_order(revised(full_shop))] == [
        "users",
        "create_categories",
        "create_products",
    ]


@pytest.mark.slow
def test_order_of_generating_makes_no_difference(shop: Project, room: Path) -> None:
    other = shop.clone(room / "other")
    for project, names in ((shop, ("apple", "pear")), (other, ("pear", "apple"))):
        for name in names:
            generate(project, name, "name:str")
            project.commit()

    assert committed(shop) == committed(other)


def test_removing_takes_everything_back(shop: Project) -> None:
    before = committed(shop)
    stocked(shop)

    for name in ("product", "category"):
        result = generate(shop, name, "--remove")
        assert "--keep-tables" in " ".join(result.document["warnings"])
        shop.commit()

    assert committed(shop) == before
    slugs = {revision.slug for revision in revised(shop).values()}
    assert {"remove_products", "remove_categories"} <= slugs


def test_shared_module_comes_with_the_first_resource_and_goes_with_the_last(
    room: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shop = Project(room / "shop", capfd).create("auth=true", version="v0.3.0")
    module, layer = shop.path / "app/references.py", '    "app.references",\n    "app.models",\n'
    steps = [
        (("category", "name:str"), False),
        (("product", "name:str", "category:ref(category)"), True),
        (("remark", "title:str", "category:ref(category)?"), True),
        (("product", "--remove"), True),
        (("remark", "--drop", "category"), False),
        (("remark", "--add", "category:ref(category)?"), True),
    ]

    for words, is_needed in steps:
        generate(shop, *words)
        shop.commit()
        assert (module.exists(), layer in shop.read("pyproject.toml")) == (is_needed, is_needed)

    shop.replace("app/references.py", "r = 3", "r = 'mine'")
    shop.commit()
    generate(shop, "product", "name:str", "category:ref(category)")
    assert "r = 'mine'" in shop.read("app/references.py")


def test_update_equals_a_new_project_with_the_same_resources(
    full_shop: Project, room: Path
) -> None:
    new = Project(room / "new" / "shop", full_shop.capfd).create(
        "auth=true", "admin=true", version="v0.3.0"
    )
    stocked(new)

    result = full_shop.update()
    full_shop.commit()

    assert result.code == 0
    assert result.document["by_hand"] == []
    assert committed(full_shop) == committed(new)
    assert full_shop.update().document["up_to_date"]


def test_every_edited_line_stays(full_shop: Project) -> None:
    for number, path in enumerate(GENERATED):
        full_shop.write(path, f"mine_{number} = True\n" + full_shop.read(path))
    full_shop.replace("app/api.py", '"""Version 1."""\n', '"""Version 1."""\n\nimport mine\n')
    full_shop.replace("app/models/__init__.py", "__all__", "OWN = 1\n\n__all__")
    full_shop.commit()

    assert generate(full_shop, "product", "--add", "color:str?", "--drop", "price").document["ok"]
    full_shop.commit()
    assert full_shop.update().code == 0

    for number, path in enumerate(GENERATED):
        assert f"mine_{number} = True\n" in full_shop.read(path)
    assert "import mine" in full_shop.read("app/api.py")
    assert "OWN = 1" in full_shop.read("app/models/__init__.py")
    assert "color: str" in full_shop.read("app/models/product.py")
    assert "price" not in full_shop.read("app/models/product.py")
    assert "e = 'better'" in full_shop.read("app/endpoints/products.py").replace('"', "'")
    changed = next(r for r in revised(full_shop).values() if r.slug == "change_products")
    assert "add" in changed.source


def test_edited_files_stay_when_the_resource_goes(full_shop: Project) -> None:
    full_shop.write("app/endpoints/products.py", "mine = True\n")
    full_shop.commit()

    result = generate(full_shop, "product", "--remove", "--keep-tables")

    assert result.action("app/endpoints/products.py") == "kept"
    assert result.action("app/models/product.py") == "removed"
    assert result.document["migrations"] == result.document["warnings"] == []
    assert "products" not in full_shop.read("app/api.py")


def test_resources_that_refer_to_a_changed_one_follow(full_shop: Project) -> None:
    result = generate(full_shop, "category", "--rename", "name:label", "--add", "rank:int?")

    assert result.action("app/models/product.py") == "updated"
    assert "category_id: UUID  # label" in full_shop.read("app/models/product.py")
    assert '"label", "rank"' in full_shop.read("tests/factories/product.py").replace("'", '"')
    assert result.action("resources/product.yml") is None


def test_conflict_is_left_to_the_user(full_shop: Project) -> None:
    full_shop.replace("app/models/product.py", "    price: str  # None\n", "    price: int\n")
    full_shop.commit()

    result = generate(full_shop, "product", "--rename", "price:cost", code=3)

    assert result.action("app/models/product.py") == "conflict"
    assert full_shop.git("ls-files", "--unmerged") != ""


def test_line_without_a_place_is_said(shop: Project) -> None:
    shop.write("app/api.py", "router = make(\n")
    shop.commit()

    result = generate(shop, "category", "name:str")

    assert result.document["by_hand"] == [
        {"path": "app/api.py", "action": "add", "line": line}
        for line in (
            "router.include_router(categories)",
            "from app.endpoints.categories import router as categories",
        )
    ]
    assert "app/api.py: add `router.include_router(categories)` by hand" in result.err + result.out


def test_features_bring_and_take_what_resources_have_of_them(room: Path, shop: Project) -> None:
    plain = Project(room / "plain" / "shop", shop.capfd).create("auth=true", version="v0.2.0")
    stocked(plain)
    before = committed(plain)

    assert plain.run("add", "admin", "--project", str(plain.path)).code == 0
    plain.commit()
    assert committed(plain) == committed(stocked(shop))

    assert plain.run("remove", "admin", "--project", str(plain.path)).code == 0
    plain.commit()
    assert committed(plain) == before


def test_tables_come_with_the_first_resource(room: Path, shop: Project) -> None:
    bare = Project(room / "bare", shop.capfd).create(version="v0.2.0")

    result = generate(bare, "category", "name:str")

    assert "tables: true" in bare.read(".copier-answers.yml")
    assert bare.read("app/tables.py")
    assert [change["name"] for change in result.document["changes"]] == ["tables"]
    assert "everybody may write" in result.document["warnings"][0]
    (created,) = revised(bare).values()
    assert (created.slug, created.down) == ("create_categories", ())
    bare.commit()
    assert bare.run("remove", "tables", "--project", str(bare.path)).code == 2


def test_accounts_stay_while_resources_need_them(full_shop: Project) -> None:
    result = full_shop.run("remove", "auth", "--project", str(full_shop.path))

    assert result.code == 2
    assert "product needs auth" in result.err
    generate(full_shop, "product", "--remove")
    full_shop.commit()
    assert full_shop.run("remove", "auth", "--project", str(full_shop.path)).code == 0
    assert "tables: true" in full_shop.read(".copier-answers.yml")


def test_status_and_diff_know_resources(full_shop: Project) -> None:
    assert full_shop.run("status", str(full_shop.path), "--json").document["drift"] == []

    full_shop.replace("app/endpoints/products.py", "e = 3", "e = 'mine'")
    full_shop.commit()

    drift = full_shop.run("status", str(full_shop.path), "--json").document["drift"]
    assert [file["path"] for file in drift] == ["app/endpoints/products.py"]
    patch = full_shop.run("diff", str(full_shop.path), "--json").document["patch"]
    assert '+e = "better"' in patch
    assert "+from app.models.product import Product" in patch


def test_dry_run_says_what_a_run_does(shop: Project) -> None:
    before = shop.snapshot()

    told = generate(shop, "category", "name:str", "--dry-run").document
    assert shop.snapshot() == before
    done = generate(shop, "category", "name:str").document

    assert {**told, "dry_run": False} == done
    added = {o["path"] for o in done["outcomes"] if o["action"] == "added"}
    assert added <= tree.read(shop.path).keys()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_killed_run_is_taken_back(shop: Project) -> None:
    before = shop.snapshot()
    words = ["generate", "resource", "category", "name:str", "--project", str(shop.path)]

    assert child.fork(48, words) == -9
    assert shop.snapshot() != before
    journal = Desk(git.find(shop.path)).read()
    assert journal
    assert journal.is_interrupted

    assert shop.update("--abort").code == 0
    assert shop.snapshot() == before


def renamed(project: Project, new: str, module: str) -> Project:
    """Move the application to another folder, and import it from there."""
    (project.path / new).parent.mkdir(parents=True, exist_ok=True)
    project.git("mv", "app", new)
    for path in project.git("ls-files", "*.py").splitlines():
        project.write(path, project.read(path).replace("from app.", f"from {module}."))
    project.commit()
    return project


@pytest.mark.parametrize(
    ("new", "module"), [("shop_api", "shop_api"), ("src/app", "app"), ("src/shop", "shop")]
)
def test_resource_follows_a_renamed_folder(shop: Project, new: str, module: str) -> None:
    renamed(shop, new, module)

    stocked(shop)

    assert not (shop.path / "app").exists()
    assert f"from {module}.models.base import Base" in shop.read(f"{new}/models/product.py")
    assert f"from {module}.models.product import Product\n" in shop.read(
        f"{new}/models/__init__.py"
    )
    assert "router.include_router(products)\n" in shop.read(f"{new}/api.py")
    assert "    ProductView,\n" in shop.read(f"{new}/admin/views.py")


@pytest.mark.slow
def test_resource_in_a_renamed_folder_is_changed_and_removed(shop: Project) -> None:
    renamed(shop, "shop_api", "shop_api")
    before = committed(shop)
    stocked(shop)

    generate(shop, "product", "--add", "color:str?")
    shop.commit()
    changed = shop.read("shop_api/models/product.py")
    for name in ("product", "category"):
        generate(shop, name, "--remove")
        shop.commit()

    assert "color" in changed
    assert committed(shop) == before


def test_names_in_a_renamed_folder_are_taken(shop: Project) -> None:
    renamed(shop, "src/shop", "shop")
    shop.write("src/shop/models/product.py", "class Product:\n    pass\n")
    shop.commit()

    result = generate(shop, "product", "name:str", code=2)

    assert "'product' is taken" in result.document["message"]
