"""A project of release 0.6.0 after a year: what its owner has made, changed, moved and deleted.

Everything here is written with the names of that release.
"""

from __future__ import annotations

import re

from tests.e2e.owner import (
    CONFLICT,
    commit,
    give_items_a_color,
    newapi,
    replace,
    use_new_names,
    work,
    write,
)
from tests.e2e.project import Project

RELEASE = "0.6.0"
CALENDAR = '''\
"""The weeks of the shop."""

from datetime import date

from app.dependencies import Resources

WEEKEND = {5, 6}


def is_closed(resources: Resources, day: date) -> bool:
    """Return whether nobody works."""
    return resources.settings.log_json and day.weekday() in WEEKEND
'''
PRICES = '''\
"""Prices."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from app.api.deps import Administrator, CallerDep
from app.api.limits import limit
from app.crud.session import end_sessions
from app.dependencies import ResourcesDep, SessionDep
from app.exceptions import WrongCredentials
from app.problems import problems
from app.rates import Rate
from app.schemas.common import Input, Line, Patch

SLOW: Rate = "5/minute"
router = APIRouter(prefix="/prices", tags=["prices"], dependencies=[Depends(limit(SLOW))])


class PriceCreate(Input):
    """What a new price takes."""

    label: Annotated[Line, Field(max_length=20)]


class PriceUpdate(Patch):
    """What may be changed of a price."""

    label: Line | None = None


@router.post("", responses=problems(401, 422))
async def create_price(body: PriceCreate, caller: CallerDep, resources: ResourcesDep) -> str:
    """Make a price."""
    return f"{body.label} by {caller.user.email} of {resources.settings.environment}"


@router.delete("", status_code=204, responses=problems(401, 403))
async def lock_out(administrator: Administrator, db: SessionDep) -> None:
    """End the sessions of the administrator."""
    if not administrator.is_active:
        raise WrongCredentials
    await end_sessions(db, administrator)
'''
PRICED = """\
from tests.factories.people import People, id_of, is_signed_in


async def test_price_says_who_made_it(people: People) -> None:
    bob = await people.sign_up("bob@example.com")

    created = await bob.post("/api/v1/prices", json={"label": "Ten"})

    assert created.status_code == 200
    assert "Ten by bob@example.com of test" in created.text
    assert await id_of(bob)


async def test_administrator_is_locked_out(people: People) -> None:
    root = await people.sign_up_admin()

    assert (await root.delete("/api/v1/prices")).status_code == 204
    assert not await is_signed_in(root)
"""
MIDDLEWARE = '''

class ShopHeader:
    """Say which shop answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header."""

        async def send_with_shop(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Shop"] = "Ada"
            await send(message)

        await self.app(scope, receive, send_with_shop)
'''
SHOWN = """\
from datetime import date

from httpx2 import AsyncClient

from app.core.calendar import is_closed
from app.dependencies import Resources


async def test_shop_is_named(client: AsyncClient) -> None:
    assert (await client.get("/health/live")).headers["X-Shop"] == "Ada"


async def test_missing_item_is_out_of_stock(ada: AsyncClient) -> None:
    missing = await ada.get("/api/v1/items/00000000-0000-4000-8000-000000000000")

    assert missing.status_code == 404


async def test_weekend_is_closed(resources: Resources, sunday: date) -> None:
    assert is_closed(resources, sunday)
"""
SUNDAY = '''

@pytest.fixture
def sunday() -> date:
    """Return a day on which the shop is closed."""
    return date(2026, 11, 29)
'''

FILL_TASK = """
import asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker
from app.config import get_settings
from app.core.database import create_engine
from app.models.task import Task, TaskKind
from app.models.user import User

async def main():
    engine = create_engine(get_settings())
    async with async_sessionmaker(engine).begin() as session:
        owner_id = await session.scalar(select(User.id))
        details = {"subject": "Hello", "text": "World"}
        session.add(Task(owner_id=owner_id, kind=TaskKind.EMAIL, details=details))
    await engine.dispose()

asyncio.run(main())
"""


def work_for_a_year(project: Project) -> None:
    """Do what owners do, each in a commit of its own."""
    commit(project)
    for step in (
        work,
        give_items_a_color,
        add_prices,
        generate,
        harden,
        reword,
        test,
        tidy,
    ):
        step(project)
        commit(project)


def add_prices(project: Project) -> None:
    """Add a router that uses many parts of the template."""
    path = project.path
    write(path / "app/api/v1/endpoints/prices.py", PRICES)
    write(path / "tests/api/v1/test_prices.py", PRICED)
    api = path / "app/api/v1/api.py"
    line = "from app.api.v1.endpoints.{} import router as {}_router\n"
    after, own = line.format("tasks", "tasks"), line.format("prices", "prices")
    replace(api, after, own + after)
    write(api, api.read_text() + "router.include_router(prices_router)\n")


def generate(project: Project) -> None:
    """Let newapi write a resource and a task, and change both."""
    newapi(project, "generate", "resource", "product", "name:str(1..100)", "stock:int?")
    commit(project)
    newapi(project, "generate", "task", "resize-image")
    commit(project)
    path = project.path
    write(
        path / "app/crud/product.py",
        (path / "app/crud/product.py").read_text() + "\nBEST = ('Engine',)\n",
    )


def harden(project: Project) -> None:
    """Change limits and defaults, and add a middleware."""
    path = project.path
    replace(path / ".env.example", "RATE_LIMIT_ATTEMPTS=30/minute", "RATE_LIMIT_ATTEMPTS=5/minute")
    replace(path / "app/config.py", "= 1024 * 1024", "= 2048 * 1024")
    middleware = path / "app/middleware.py"
    stack = "        Middleware(RequestBodyLimitMiddleware, settings.max_body_bytes),\n"
    replace(middleware, stack, f"{stack}        Middleware(ShopHeader),\n")
    write(middleware, middleware.read_text() + MIDDLEWARE)


def reword(project: Project) -> None:
    """Change an error that callers see."""
    replace(project.path / "app/exceptions.py", '"There is nothing here."', '"Out of stock."')


def test(project: Project) -> None:
    """Add a fixture, change a test, and write new ones."""
    path = project.path
    conftest = path / "tests/conftest.py"
    replace(conftest, "from secrets import", "from datetime import date\nfrom secrets import")
    write(conftest, conftest.read_text() + SUNDAY)
    write(path / "app/core/calendar.py", CALENDAR)
    write(path / "tests/api/v1/test_shop.py", SHOWN)
    items = path / "tests/api/v1/test_items.py"
    replace(items, '("Engine", None)', '("Engine", None)\n    assert item["color"] is None')


def tidy(project: Project) -> None:
    """Move a file, and delete another one."""
    path = project.path
    (path / "tests/test_browsers.py").unlink()
    (path / "tests/api/v1/test_users.py").rename(path / "tests/api/v1/test_members.py")


WARNING = re.compile(
    r"^warning: (\S+) uses names that the template has renamed: (.*)$", re.MULTILINE
)
CHANGED = {
    "RATE_LIMIT_ATTEMPTS=5/minute\n": ("AUTH_RATE_LIMIT=30/minute", "AUTH_RATE_LIMIT=5/minute"),
    '    detail = "Out of stock."\n': ('"Not found."', '"Out of stock."'),
    "    max_body_bytes: PositiveInt = 2048 * 1024\n": ("= 1024 * 1024", "= 2048 * 1024"),
}


def follow(project: Project, told: str) -> None:
    """Settle the conflicts, use the new names that an update has told, and write the task anew."""
    path = project.path
    for name in project.run(["git", "diff", "--name-only", "--diff-filter=U"]).split():
        text = (path / name).read_text(encoding="utf-8")
        result = CONFLICT.sub(settled, text)
        for line, (theirs, own) in CHANGED.items():
            if line in text:
                assert theirs in result
                result = result.replace(theirs, own)
        write(path / name, result)
    project.run(["git", "add", "--all"])
    generate_task_again(project)
    use_new_names(project, told)
    prices = path / "app/api/v1/endpoints/prices.py"
    replace(prices, "caller: CallerDep", "caller: CurrentUser")
    replace(prices, "CallerDep", "CurrentUser")
    replace(prices, "caller.user.email", "caller.email")
    project.run("uv run ruff check --fix . && uv run ruff format .")


def settled(conflict: re.Match[str]) -> str:
    """Take the lines of the template, and those that the owner has added."""
    ours, base, theirs = (side.splitlines(keepends=True) for side in conflict.groups())
    return "".join(theirs + [ln for ln in ours if ln not in base and ln not in CHANGED])


def generate_task_again(project: Project) -> None:
    """Delete what the old release generated for a task, and generate it with the new one."""
    path = project.path
    for file in path.rglob("*resize_image.py"):
        file.unlink()
    (path / "app/jobs/work.py").unlink()
    for name in ("app/api/v1/api.py", "app/models/task.py"):
        lines = (path / name).read_text().splitlines(keepends=True)
        write(path / name, "".join(ln for ln in lines if "resize_image" not in ln))
    commit(project)
    newapi(project, "generate", "task", "resize-image")
