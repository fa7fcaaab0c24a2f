"""A small application with the revisions of its resources, on a real database."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import jinja2
import sqlalchemy as sa
import yaml
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from newapi.generate import revision
from newapi.generate.decision import Decision
from newapi.resources.rendering import Side
from tests.generators.fields import Context, operation
from tests.matrix import ROOT, TEMPLATE

T = TypeVar("T")
GENERATOR = ROOT / "generators" / "resource"
FILES = (
    *("alembic/env.py", "app/core/constraints.py", "app/core/database.py"),
    *("app/core/repeated_errors.py", "app/models/base.py", "app/models/entity.py"),
)
CONFIG = """
from pydantic import BaseModel, SecretStr

class Settings(BaseModel):
    database_url: SecretStr = SecretStr({url!r})
    database_pool_size: int = 1
    database_max_overflow: int = 1
    database_pool_timeout_seconds: int = 10
    database_pool_recycle_seconds: int = 60
    database_statement_timeout_seconds: int | None = 10
    database_connect_timeout_seconds: int = 10
    database_transaction_pooling: bool = False

def get_settings() -> Settings:
    return Settings()
"""
SUBSTITUTES = {
    "app/exceptions.py": """
class AppError(Exception): ...

class Conflict(AppError): ...

class InternalServerError(AppError): ...

class ServiceUnavailable(AppError): ...
""",
    "app/core/checks.py": "def describe_unavailable(url, error): return str(error)\n",
    "app/core/local_postgres.py": """
from contextlib import nullcontext as provide_database
""",
    "app/core/logging.py": "def configure_logging(settings): ...\n",
    "app/models/__init__.py": "from app.models.base import Base\n",
    "app/setting_types/base.py": """
def is_host(text): return True

def lower_scheme(url): return url

def strip_quotes(text): return text
""",
}
USERS = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "users", None

def upgrade() -> None:
    key = sa.PrimaryKeyConstraint("id", name="pk_users")
    columns = sa.Column("id", sa.Uuid(), nullable=False), sa.Column("email", sa.String(254))
    op.create_table("users", *columns, key)

def downgrade() -> None:
    op.drop_table("users")
"""


# The settings of the generator, and the filters that Copier knows.
JINJA = jinja2.Environment(
    loader=jinja2.FileSystemLoader(GENERATOR),
    extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
    autoescape=False,  # Python, not HTML
    **yaml.safe_load((GENERATOR / "copier.yml").read_text(encoding="utf-8"))["_envops"]
    | {"undefined": jinja2.StrictUndefined},
)
REVISION = "revision/alembic/versions/{{ revision.id }}.py.jinja"
CAST = "::double precision"  # what PostgreSQL adds to a check when a type changes


NO_GROUPS: Context = {"dropped": [], "created": []}


def _in_table(context: Context, step: Context) -> Context:
    """Return an operation of a resource; values of owned rows are unique for each owner."""
    sides = {
        side: step[side]
        and step[side] | {"unique_per_owner": context["has_owner"] and step[side]["unique"]}
        for side in ("old", "new")
    }
    return step | sides


def answers(
    context: Context,
    operations: Sequence[Context],
    database: str,
    *,
    name: str,
    down: str,
) -> Context:
    """Return all that the generator is told for a revision."""
    about = {
        "id": name,
        "down": down,
        "message": name,
        "operations": [_in_table(context, one) for one in operations],
        "groups": NO_GROUPS,
        "old_table": "products",
        "owner": None,
        "link": None,
    }
    return {
        "definition": context,
        "project": {"database": database, "admin": False},
        "revision": about,
    }


class Migrations:
    """The migrations of one application, and the database that they change."""

    def __init__(self, folder: Path, database: str, url: str) -> None:
        """Write the application: it has users, and no resource yet."""
        self.folder, self.database, self.url = folder, database, url
        self.head = "users"
        own = () if database == "sqlite" else ("app/core/connections.py",)
        for name in (*FILES, *own, f"app/setting_types/{database}_url.py"):
            seam = TEMPLATE / f"{name}.jinja"
            source = seam if seam.exists() else TEMPLATE / name
            text = JINJA.from_string(source.read_text(encoding="utf-8")).render(
                database=database,
                has_tables=True,
                uses_sqlite=database != "postgres",
                server_database=database != "sqlite",
            )
            self.write(name, text)
        self.write("app/config.py", CONFIG.format(url=url))
        for name, text in SUBSTITUTES.items():
            self.write(name, text)
        self.write("alembic/versions/users.py", USERS)
        self.run(drop_everything)

    def write(self, name: str, text: str) -> None:
        """Write a file of the application."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def create(self, context: Context) -> str:
        """Add the revision that creates a resource."""
        return self.add(context, [operation("create")], f"create_{context['plural']}")

    def add(
        self,
        context: Context,
        operations: Sequence[Context],
        name: str,
        groups: Context = NO_GROUPS,
    ) -> str:
        """Add a revision to the head; return its text."""
        told = answers(context, operations, self.database, name=name, down=self.head)
        told["revision"]["groups"] = groups
        return self.write_revision(told, name)

    def change(self, old: Side, new: Side, decision: Decision) -> None:
        """Add the revisions of a decision to the head, one for each piece."""
        for number, piece in enumerate(revision.pieces([decision], old, new, keep_tables=False)):
            name = f"{self.head}_{number}"
            self.write_revision(piece.about({"id": name, "down": self.head, "message": "x"}), name)

    def write_revision(self, told: Context, name: str) -> str:
        """Write a revision, which is the head then; return its text."""
        text = JINJA.get_template(REVISION).render(told)
        self.write(f"alembic/versions/{name}.py", text)
        self.head = name
        return text

    def upgrade(self, revision: str = "head") -> None:
        """Go up."""
        with self.imported():
            command.upgrade(self.config, revision)

    def downgrade(self, revision: str) -> None:
        """Go down."""
        with self.imported():
            command.downgrade(self.config, revision)

    def start_again(self) -> None:
        """Go down to the table of users, and delete the revisions after it."""
        self.downgrade("users")
        for path in (self.folder / "alembic/versions").glob("*_*.py"):
            path.unlink()
        self.head = "users"

    def check(self) -> None:
        """Compare the models with the tables."""
        with self.imported():
            command.check(self.config)

    @property
    def config(self) -> Config:
        """The configuration of Alembic."""
        config = Config()
        config.set_main_option("script_location", str(self.folder / "alembic"))
        config.set_main_option("path_separator", "os")
        return config

    @contextmanager
    def imported(self) -> Iterator[None]:
        """Let `app` be this application."""
        forget()
        sys.path.insert(0, str(self.folder))
        try:
            yield
        finally:
            sys.path.remove(str(self.folder))
            forget()

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do something in a transaction of a connection as the application has it."""

        async def connect() -> T:
            engine = create_async_engine(self.url)
            if engine.dialect.name == "sqlite":
                event.listen(engine.sync_engine, "connect", enforce_foreign_keys)
            try:
                async with engine.begin() as connection:
                    return await connection.run_sync(work)
            finally:
                await engine.dispose()

        return asyncio.run(connect())

    def execute(self, statement: sa.Executable) -> Any:
        """Execute one statement; return the rows of a query."""

        def work(connection: sa.Connection) -> Any:
            result = connection.execute(statement)
            return result.mappings().all() if result.returns_rows else None

        return self.run(work)

    def tables(self) -> dict[str, Any]:
        """Describe all tables as the database knows them."""
        return self.run(describe)


def enforce_foreign_keys(connection: Any, _: object) -> None:
    """Do as the application does."""
    connection.cursor().execute("PRAGMA foreign_keys=ON")


def forget() -> None:
    """Forget the modules of applications."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        del sys.modules[name]


def drop_everything(connection: sa.Connection) -> None:
    """Make a database empty."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)


def describe(connection: sa.Connection) -> dict[str, Any]:
    """Describe all tables: columns in any order, and everything that has a name."""
    inspector = sa.inspect(connection)
    return {
        name: {
            "columns": {
                c["name"]: (c["type"].compile(connection.dialect), c["nullable"], c.get("default"))
                for c in inspector.get_columns(name)
            },
            "key": inspector.get_pk_constraint(name),
            "checks": sorted(
                (c["name"], c["sqltext"].replace(CAST, ""))
                for c in inspector.get_check_constraints(name)
            ),
            "uniques": sorted(
                (c["name"], c["column_names"]) for c in inspector.get_unique_constraints(name)
            ),
            "indexes": sorted(
                (c["name"], c["column_names"], bool(c["unique"]))
                for c in inspector.get_indexes(name)
            ),
            "references": sorted(
                (c["name"], c["constrained_columns"], c["referred_table"], c["options"])
                for c in inspector.get_foreign_keys(name)
            ),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }
