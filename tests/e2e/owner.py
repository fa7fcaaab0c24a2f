"""What owners do with their projects: work on them, keep data, update, and settle conflicts."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from newapi.project import revisions, tree
from tests.e2e.project import Project
from tests.matrix import ROOT

AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
CONFLICT = re.compile(
    r"^<{7} your project\n(.*?)^\|{7} [^\n]*\n(.*?)^={7}\n(.*?)^>{7} [^\n]*\n",
    re.MULTILINE | re.DOTALL,
)
RENAMED = re.compile(
    r"^warning: (\S+) uses names that the template has renamed: (.*)$", re.MULTILINE
)
ENDPOINT = '''\
"""A greeting."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.dependencies import ResourcesDep

router = APIRouter(prefix="/greeting", tags=["greeting"])


class Greeting(BaseModel):
    """What is said."""

    text: str


@router.get("")
async def read_greeting(resources: ResourcesDep) -> Greeting:
    """Greet."""
    return Greeting(text=resources.settings.greeting)
'''
GREETS = """\
from httpx2 import AsyncClient


async def test_everybody_is_greeted(client: AsyncClient) -> None:
    assert "Good morning" in (await client.get("/api/v1/greeting")).text
"""
COLORED = """\
from httpx2 import AsyncClient


async def test_item_has_a_color(ada: AsyncClient) -> None:
    created = await ada.post("/api/v1/items", json={"title": "Engine", "color": "brass"})

    assert created.status_code == 201
    assert "brass" in (await ada.get("/api/v1/items")).text
"""
REVISION = '''\
"""Add the color of items."""

import sqlalchemy as sa
from alembic import op

revision: str = "add_color"
down_revision: str | None = "{head}"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column("items", sa.Column("color", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Downgrade the schema."""
    op.drop_column("items", "color")
'''
FILL = """
import asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker
from app import models
from app.config import get_settings
from app.core.database import create_engine

async def main():
    engine = create_engine(get_settings())
    async with async_sessionmaker(engine).begin() as session:
        ada = models.User(email="ada@example.com", hashed_password="x")
        session.add(ada)
        await session.flush()
        if "Item" in models.__all__:
            session.add(models.Item(owner_id=ada.id, title="Engine"))
    await engine.dispose()

asyncio.run(main())
"""
LOOK = """
import asyncio, sys
from sqlalchemy import text
from app.config import get_settings
from app.core.database import create_engine

async def main():
    engine = create_engine(get_settings())
    async with engine.connect() as connection:
        for statement in sys.argv[1:]:
            print(*(await connection.scalars(text(statement))))
    await engine.dispose()

asyncio.run(main())
"""


def newapi(project: Project, *words: str) -> str:
    """Run newapi of this checkout in the project; conflicts are no failure."""
    environment = {**project.environment, "PYTHONPATH": str(ROOT / "src")}
    command = shlex.join([sys.executable, "-m", "newapi", *words])
    return Project(project.path, environment).run(f"{command} || test $? = 3")


def commit(project: Project) -> None:
    """Commit everything."""
    project.run(["git", "add", "--all"])
    project.run(["git", *AUTHOR, "commit", "--quiet", "--allow-empty", "-m", "Work"])


def work(project: Project) -> None:
    """Do what people do in the first week: an endpoint, a setting, a package, a few words."""
    path = project.path
    write(path / "app/api/v1/endpoints/greeting.py", ENDPOINT)
    write(path / "tests/api/v1/test_greeting.py", GREETS)
    api = path / "app/api/v1/api.py"
    imported = "from app.api.v1.endpoints.greeting import router as greeting_router\n"
    wired = "router.include_router(greeting_router)\n"
    text = api.read_text()
    place = re.search(r"^from app\.api\.v1\.endpoints\.[h-z]|^\nrouter = ", text, re.MULTILINE)
    assert place
    api.write_text(text[: place.start()] + imported + text[place.start() :] + wired)
    setting = "    log_json: bool = True\n"
    replace(path / "app/config.py", setting, f'{setting}    greeting: str = "Good morning"\n')
    replace(
        path / ".env.example", "LOG_JSON=false\n", "LOG_JSON=false\n\n# Said to all.\nGREETING=\n"
    )
    replace(path / "pyproject.toml", '    "pydantic>=', '    "packaging>=24.0",\n    "pydantic>=')
    replace(path / "README.md", "\n## Run\n", "\nIt belongs to Ada.\n\n## Run\n")
    if (path / "compose.yaml").exists():
        replace(path / "compose.yaml", "127.0.0.1:8000:8000", "127.0.0.1:8008:8000")


def give_items_a_color(project: Project) -> None:
    """Add a column, with its revision, its fields and its test."""
    path = project.path
    column = "    color: Mapped[str | None] = mapped_column(String(20))\n"
    write(path / "app/models/item.py", (path / "app/models/item.py").read_text() + column)
    schemas = path / "app/schemas/item.py"
    last = "    description: Description | None = None\n"
    replace(schemas, last, f"{last}    color: Line | None = None\n")
    last = "    updated_at: datetime\n"
    replace(schemas, last, f"{last}    color: str | None\n")
    versions = path / "alembic/versions"
    found = (revisions.read(name, e.data) for name, e in tree.read(versions).items()
             if name.endswith(".py"))  # fmt: skip
    (head,) = revisions.heads(filter(None, found))
    write(versions / "add_color.py", REVISION.format(head=head))
    write(path / "tests/api/v1/test_colors.py", COLORED)


def settle(project: Project) -> None:
    """Keep the owner's additions beside the template's changes, as a person would."""
    for name in project.run(["git", "diff", "--name-only", "--diff-filter=U"]).split():
        path = project.path / name
        write(path, CONFLICT.sub(settled, path.read_text(encoding="utf-8")))


def settled(conflict: re.Match[str]) -> str:
    """Take the template's lines and the owner's; the owner must only have added some."""
    ours, base, theirs = (side.splitlines(keepends=True) for side in conflict.groups())
    assert set(base) <= set(ours), conflict[0]
    gone = set(base) - set(theirs)
    return "".join([ln for ln in ours if ln not in gone] + [ln for ln in theirs if ln not in base])


def use_new_names(project: Project, told: str) -> None:
    """Use the new names that an update has told, where they are told in one word."""
    for name, renamed in RENAMED.findall(told):
        path = project.path / name
        if path.exists():
            for pair in renamed.split("; "):
                write(path, followed(path.read_text(encoding="utf-8"), *pair.split(" is now ")))


def followed(text: str, old: str, new: str) -> str:
    """Use a new name; a full one is imported from elsewhere."""
    if " " in new:
        return text
    module, _, name = new.rpartition(".")
    if module and "." not in old:
        text = re.sub(rf"from \S+ import {old}\b", f"from {module} import {old}", text)
        new = name
    return re.sub(rf"\b(?<!app\.){re.escape(old)}\b", new, text)


def write(path: Path, text: str) -> None:
    """Write one file."""
    path.write_text(text, encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    """Edit one file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path}: {old}"
    write(path, text.replace(old, new))
