"""The real template and its generator: what holds for the small ones holds for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import trees
from tests.marks import slow_or_long
from tests.runs import run
from tests.update.project import Project
from tests.update.stock import generate
from tests.update.test_update import committed

CRUD = "generators/resource/files/app/crud/{{ definition.name }}.py.jinja"
RESOURCES = (
    ("category", "name:str(1..100)", "--public"),
    (
        "product",
        *("name:str(1..100)", "price:decimal(gt=0,places=2)", "tags:list[str](max=5)"),
        *("category:ref(category)", "sku:str(unique)?"),
    ),
    ("remark", "text:text", "state:enum(open|closed)", "--api", "v2"),
)

Make = Callable[..., Project]


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template as a repository, with a later version that changes two files."""
    root = trees.repository(tmp_path_factory.mktemp("fork") / "template", "v1.0.0")
    for name in (CRUD, "template/app/main.py"):
        trees.write(root, {name: (root / name).read_text() + "# newer\n"})
    return trees.commit(root, "v1.1.0")


@pytest.fixture
def make(
    fork: Path,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Make:
    """Create projects of a version of the template."""
    assert home.is_dir()

    def create(version: str, preset: str) -> Project:
        folder = tmp_path / version
        folder.mkdir()
        monkeypatch.chdir(folder)
        words = ("--template", str(fork), "--ref", version, "--preset", preset, "--no-lock", "-y")
        result = run(("create", "shop", *words), capfd)
        assert result.code == 0, result.err
        return Project(folder / "shop", capfd)

    return create


def stock(project: Project) -> None:
    """Generate all resources."""
    for words in RESOURCES:
        assert generate(project, *words).document["by_hand"] == []
        project.commit()


@pytest.mark.parametrize(
    "preset", slow_or_long({"full"}, {name: name for name in ("minimal", "full")})
)
def test_update_equals_a_new_project_with_the_same_resources(make: Make, preset: str) -> None:
    old, new = make("v1.0.0", preset), make("v1.1.0", preset)
    stock(old)
    stock(new)

    result = old.update()
    old.commit()

    assert result.code == 0, result.err
    assert result.document["by_hand"] == []
    assert committed(old) == committed(new)
    assert old.run("status", str(old.path), "--json").document["drift"] == []


@pytest.mark.slow
def test_edits_stay_and_all_can_be_taken_back(make: Make) -> None:
    shop = make("v1.0.0", "full")
    before = committed(shop)
    stock(shop)
    whole = committed(shop)
    fresh = [path for path in whole if path not in before and whole[path].data]
    files = [path for path in fresh if not path.startswith("resources/")]
    for number, path in enumerate(files):
        first, _, rest = shop.read(path).partition("\n")
        shop.write(path, f"{first}\n# mine {number}\n{rest}")
    shop.commit()

    changed = generate(shop, "product", "--add", "barcode:str?", "--drop", "tags")
    shop.commit()
    updated = shop.update()
    shop.commit()

    assert changed.code == updated.code == 0
    assert [n for n, path in enumerate(files) if f"# mine {n}\n" not in shop.read(path)] == []
    assert "barcode" in shop.read("app/models/product.py")
    assert "# newer" in shop.read("app/crud/product.py")
    for number, path in enumerate(files):
        shop.replace(path, f"# mine {number}\n", "")
    shop.commit()
    for words in reversed(RESOURCES):
        generate(shop, words[0], "--remove")
        shop.commit()
    after = committed(shop)
    assert {p for p in {*before, *after} if before.get(p) != after.get(p)} == {
        ".copier-answers.yml",
        "app/main.py",
    }


@pytest.mark.slow
def test_edits_of_tests_stay_when_the_tests_are_split(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Release 0.3.0 kept the rules of fields in one module with everything else."""
    assert home.is_dir()
    monkeypatch.chdir(tmp_path)
    shop = Project(tmp_path / "shop", capfd).create("auth=true", version="v0.3.0")
    stock(shop)
    products, categories = (f"tests/api/v1/test_{name}.py" for name in ("products", "categories"))
    mine = "\n\nasync def test_mine() -> None:\n    assert PRODUCTS\n"
    shop.write(products, shop.read(products) + mine)
    case = '        {"name": "two\\nlines"},\n'
    shop.replace(categories, case, case + '        {"name": 7},\n')
    shop.commit()

    result = shop.update()

    outcomes = {one["path"]: one for one in result.document["outcomes"]}
    assert result.code == 3
    # The template has moved the cases to which the owner has added one.
    conflicts = [path for path, one in outcomes.items() if one["conflicts"]]
    assert conflicts == [categories]
    assert '{"name": 7}' in shop.read(categories)
    assert mine in shop.read(products)
    assert outcomes["tests/api/v1/test_products_fields.py"]["action"] == "added"
