"""The entity that the README shows step by step works as written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.conftest import Create
from tests.matrix import PRESETS, Answers

STEP = re.compile(
    r"`((?:app|tests)/[\w/]+\.py)`[^\n]*(?:\n[^\n`]*(?:`[^`\n]*`[^\n`]*)*)?:\n\n```python\n(.*?)```",
    re.DOTALL,
)
WIRING = "app/api/v1/api.py"
PROJECTS: dict[str, Answers] = {
    "minimal": PRESETS["minimal"],
    "tables": {**PRESETS["minimal"], "tables": True},
    "standard": PRESETS["standard"],
}


def follow(project: Path) -> list[str]:
    """Write the files of the section, and return their names."""
    readme = (project / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Add an entity")[1].split("\n## ")[0]
    written = []
    for name, code in STEP.findall(section):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = wired(path.read_text(encoding="utf-8"), code) if name == WIRING else code
        path.write_text(text, encoding="utf-8")
        written.append(name)
    models = project / "app/models/__init__.py"
    text = models.read_text(encoding="utf-8").replace(
        "\n\n__all__ = [\n",
        '\nfrom app.models.product import Product\n\n__all__ = [\n    "Product",\n',
    )
    models.write_text(text, encoding="utf-8")
    for folder in {(project / name).parent for name in written}:
        (folder / "__init__.py").touch()
    return written


def wired(module: str, code: str) -> str:
    """Put the import of a snippet behind the imports, and the rest at the end."""
    imported, rest = code.split("\n\n")
    head, last, tail = re.split(r"(?s)(.*\nfrom [^\n]*\n)", module, maxsplit=1)
    return f"{head}{last}{imported}\n{tail}{rest}"


@pytest.mark.slow
@pytest.mark.parametrize("answers", PROJECTS.values(), ids=PROJECTS)
def test_entity_of_the_readme_works(answers: Answers, create: Create) -> None:
    project = create(answers)
    project.run("uv sync")

    written = follow(project.path)

    assert {"app/models/product.py", WIRING, "tests/api/v1/test_products.py"} <= set(written)
    project.run("uv run ruff check --fix --select I,RUF022 app")
    project.run("uv run ruff check .")
    project.run("uv run ruff format --check .")
    project.run("uv run mypy .")
    project.run("uv run alembic upgrade head")
    project.run("uv run alembic revision --autogenerate --message 'add products'")
    project.run("uv run pytest tests/api/v1/test_products.py tests/test_migrations.py")
