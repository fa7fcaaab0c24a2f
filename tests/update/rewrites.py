"""A small template that rewrites what it renames, and changes a table, twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.update.releases import COPIER, FEATURE, numbered, write

USERS, TASKS = "aa10b2c3d4e5", "bb10b2c3d4e5"
KWARGS, PUBLISHED = "cc10b2c3d4e5", "dd10b2c3d4e5"
REVISION = '''\
"""About {slug}.

Revision ID: {name}
Revises: {down}
"""

from alembic import op

revision: str = "{name}"
down_revision: str | None = {literal}


def upgrade() -> None:
    """Apply this revision."""
    op.execute("{up}")


def downgrade() -> None:
    """Take this revision back."""
    op.execute("{back}")
'''


def rewritten(name: str, *lines: int) -> str:
    """Return twelve lines, of which the first eight are new, and those of these numbers."""
    changes = {number: f"new_{name}_{number} = {number}" for number in (*range(8), *lines)}
    return numbered(name, changes)


def table(name: str, slug: str, columns: str, down: str | None) -> str:
    """Return a revision that makes a table."""
    up, back = f"create table {slug} ({columns})", f"drop table {slug}"
    return REVISION.format(
        name=name,
        slug=slug,
        up=up,
        back=back,
        down=down or "",
        literal=f'"{down}"' if down else None,
    )


def altered(name: str, slug: str, up: str, back: str) -> str:
    """Return a revision that alters the table of the tasks."""
    place = "{{ description }}"  # rendered like everything else
    return REVISION.format(
        name=name, slug=f"{slug} of {place}", up=up, back=back, down="", literal=None
    )


def first() -> dict[str, str]:
    """Return v0.1.0."""
    users, tasks = "alembic/versions/0001_users.py", "alembic/versions/0002_tasks.py"
    return {
        "copier.yml": COPIER + "!include features/auth.yml\n---\n!include features/jobs.yml\n",
        "features/auth.yml": _feature("auth", users),
        "features/jobs.yml": _feature("jobs", tasks, "app/tasks.py", requires="auth"),
        "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "template/settings.toml": "RATE=30\n",
        "template/app/limits.py": numbered("l"),
        "template/app/attempts.py": numbered("a"),
        "template/app/session.py": numbered("s"),
        "template/app/tasks.py": numbered("t"),
        f"template/{users}": table("0001_users", "users", "id integer", None),
        f"template/{tasks}": table(
            "0002_tasks", "tasks", "id integer, details text, attempts integer", "0001_users"
        ),
    }


def second() -> dict[str, str]:
    """Return v0.2.0: two files become one, one gets a new name; a column is renamed, one goes."""
    users, tasks = (f"alembic/versions/{n}.py" for n in (f"{USERS}_users", f"{TASKS}_tasks"))
    files = first()
    for name in ("limits", "attempts", "session"):
        del files[f"template/app/{name}.py"]
    for name in ("0001_users", "0002_tasks"):
        del files[f"template/alembic/versions/{name}.py"]
    return files | {
        "copier.yml": files["copier.yml"].replace(
            "_newapi:\n",
            "_newapi:\n  names: {RATE: LIMIT}\n  renames:\n"
            "    app/limits.py: app/rate_limit.py\n"
            "    app/attempts.py: app/rate_limit.py\n"
            "    app/session.py: app/auth_session.py\n",
        ),
        "features/auth.yml": _renamed(_feature("auth", users), "0001_users", users),
        "features/jobs.yml": _renamed(
            _feature("jobs", tasks, "app/tasks.py", requires="auth"), "0002_tasks", tasks
        ),
        "template/settings.toml": "LIMIT=30\n",
        "template/app/rate_limit.py": rewritten("l"),
        "template/app/auth_session.py": rewritten("s"),
        f"template/{users}": table(USERS, "users", "id integer", None),
        f"template/{tasks}": table(TASKS, "tasks", "id integer, kwargs text", USERS),
        f"features/jobs/upgrades/0.2.0/{KWARGS}_kwargs.py.jinja": altered(
            *(KWARGS, "kwargs"),
            "alter table tasks rename column details to kwargs",
            "alter table tasks rename column kwargs to details",
        ).replace(
            "\n\n\ndef downgrade",
            '\n    op.execute("alter table tasks drop column attempts")\n\n\ndef downgrade',
        ),
    }


def third() -> dict[str, str]:
    """Return v0.3.0: a file gets a third name, the table another column."""
    files = second()
    del files["template/app/auth_session.py"]
    files["copier.yml"] = files["copier.yml"].replace(
        "    app/session.py: app/auth_session.py\n",
        "    app/session.py: app/core/sessions.py\n    app/auth_session.py: app/core/sessions.py\n",
    )
    columns = "id integer, kwargs text, published_at text"
    return files | {
        "template/app/core/sessions.py": rewritten("s", 8),
        f"template/alembic/versions/{TASKS}_tasks.py": table(TASKS, "tasks", columns, USERS),
        f"features/jobs/upgrades/0.3.0/{PUBLISHED}_published.py.jinja": altered(
            *(PUBLISHED, "published"),
            "alter table tasks add column published_at text",
            "alter table tasks drop column published_at",
        ),
    }


RELEASES: Mapping[str, Callable[[], dict[str, str]]] = {
    "v0.1.0": first,
    "v0.2.0": second,
    "v0.3.0": third,
}


def freeze(folder: Path) -> Path:
    """Write the releases into a folder, as newapi keeps them."""
    for version, make in RELEASES.items():
        write(folder, version, make())
    return folder


def _feature(name: str, *paths: str, requires: str = "") -> str:
    lines = "\n".join(f"    /{path}" for path in paths)
    return FEATURE.format(name=name, default="false", requires=requires, paths=lines)


def _renamed(manifest: str, old: str, new: str) -> str:
    renames = f"_newapi:\n  renames: {{alembic/versions/{old}.py: {new}}}\n"
    return manifest.replace("_newapi:\n", renames)
