"""A small template with three releases in which everything happens that templates do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from newapi.releases import store
from newapi.releases.snapshot import File

COPIER = """\
_subdirectory: template
_answers_file: .copier-answers.yml
_templates_suffix: .jinja
_envops:
  block_start_string: "# {%"
  block_end_string: "%}"
  trim_blocks: true
  lstrip_blocks: true
  keep_trailing_newline: true
  undefined: jinja2.StrictUndefined
_newapi:
  groups: [Project]
  presets: {minimal: Nothing, full: Everything}
  default_preset: minimal

project_name: {type: str, default: myproject, help: Name}
description: {type: str, default: A service, help: What it is for}
---
"""
TAIL = """\
before_items:
  type: str
  when: false
  default: "{{ '0001_users' if auth else '' }}"
before_tags:
  type: str
  when: false
  default: "{{ '0002_items' if items else before_items }}"
before_audit:
  type: str
  when: false
  default: "{{ '0003_tags' if tags else before_tags }}"
"""
FEATURE = """\
{name}:
  type: bool
  default: {default}
  help: About {name}
_newapi:
  title: The {name}
  group: Project
  requires: [{requires}]
  presets: {{minimal: false, full: true}}
_exclude:
  - |
    # {{% if not {name} %}}
{paths}
    # {{% endif %}}
"""
JOBS = """\
jobs:
  type: str
  choices: [none, background, celery]
  default: "{{ 'celery' if worker | default(false) else 'none' }}"
  help: Background work
_newapi:
  title: Jobs
  group: Project
  presets: {minimal: none, full: celery}
_exclude:
  - |
    # {% if jobs == 'none' %}
    /app/worker.py
    # {% endif %}
"""
REVISION = '''\
"""{title}.

Revision ID: {name}
Revises: {down}
"""

from alembic import op

revision: str = "{name}"
down_revision: str | None = {literal}


def upgrade() -> None:
    """Apply this revision."""
    op.execute("create table {table} (id integer)")


def downgrade() -> None:
    """Take this revision back."""
    op.execute("drop table {table}")
'''


def revision(name: str, table: str, down: str | None) -> str:
    """Return a revision file; `down` may be a question."""
    shown = f"{{{{ {down} }}}}" if down else ""
    literal = f"{{{{ {down} | tojson if {down} else 'None' }}}}" if down else "None"
    return REVISION.format(name=name, table=table, title=table.title(), down=shown, literal=literal)


def numbered(name: str, changes: Mapping[int, str] | None = None, size: int = 12) -> str:
    """Return lines that can be told apart."""
    words = {number: f"{name} = {number}" for number in range(size)} | dict(changes or {})
    return "".join(f"{words[number]}\n" for number in sorted(words))


def first() -> dict[str, str | bytes]:
    """Return v0.1.0."""
    return {
        "copier.yml": COPIER
        + "".join(f"!include features/{n}.yml\n---\n" for n in ("auth", "items", "tags", "worker"))
        + TAIL,
        "features/auth.yml": _feature("auth", "false", "", "alembic/versions/0001_users.py"),
        "features/items.yml": _feature(
            "items", "false", "auth", "alembic/versions/0002_items.py", "app/items.py"
        ),
        "features/tags.yml": _feature("tags", "false", "auth", "alembic/versions/0003_tags.py"),
        "features/worker.yml": _feature("worker", "false", "", "app/worker.py"),
        "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "template/README.md.jinja": "# {{ project_name }}\n\n{{ description }}\n" + numbered("r"),
        "template/pyproject.toml.jinja": (
            '[project]\nname = "{{ project_name }}"\ndependencies = [\n    "fastapi>=1",\n'
            '# {% if worker %}\n    "celery>=5",\n# {% endif %}\n    "uvicorn>=1",\n]\n'
        ),
        "template/app/main.py.jinja": numbered("m")
        + "# {% if items %}\nitems = True\n# {% endif %}\nend = True\n",
        "template/app/items.py": numbered("i"),
        "template/app/worker.py": numbered("w"),
        "template/app/helpers.py": numbered("h"),
        "template/app/old.py": numbered("o"),
        "template/run.sh": "#!/bin/sh\n" + numbered("s"),
        "template/logo.png": b"\x89PNG\0\xff 1\n",
        "template/.gitignore": ".env\n*.secret\n",
        "template/local.secret": numbered("l"),
        "template/.env.example": "# The database\nDATABASE=sqlite\nSECRET_KEY=change-me\n",
        "template/alembic/versions/.gitkeep": "",
        "template/alembic/versions/0001_users.py": revision("0001_users", "users", None),
        "template/alembic/versions/0002_items.py.jinja": revision(
            "0002_items", "items", "before_items"
        ),
        "template/alembic/versions/0003_tags.py.jinja": revision(
            "0003_tags", "tags", "before_tags"
        ),
    }


def second() -> dict[str, str | bytes]:
    """Return v0.2.0: a file is dropped, one renamed, a question too; a picture changes."""
    files = first()
    del files["template/app/old.py"], files["features/worker.yml"]
    files["features/jobs.yml"] = JOBS
    files["copier.yml"] = str(files["copier.yml"]).replace("worker.yml", "jobs.yml")
    files["template/pyproject.toml.jinja"] = (
        str(files["template/pyproject.toml.jinja"])
        .replace("if worker", "if jobs == 'celery'")
        .replace("uvicorn>=1", "uvicorn>=2")
    )
    files["template/app/support.py"] = str(files.pop("template/app/helpers.py")).replace(
        "h = 9", "h = 'new'"
    )
    files["template/app/main.py.jinja"] = str(files["template/app/main.py.jinja"]).replace(
        "m = 3", "m = 'second'"
    )
    files["template/logo.png"] = b"\x89PNG\0\xff 2\n"
    files["template/local.secret"] = numbered("l", {3: "l = 'second'"})
    files["template/docs/guide.md"] = numbered("g")
    files["template/.env.example"] = str(files["template/.env.example"]) + (
        "# Where tasks go\nBROKER=memory\nTOKEN=change-me\n"
    )
    files["template/alembic/versions/0004_audit.py.jinja"] = revision(
        "0004_audit", "audit", "before_audit"
    )
    return files


def third() -> dict[str, str | bytes]:
    """Return v0.3.0: further changes to the same files."""
    files = second()
    files["template/app/main.py.jinja"] = str(files["template/app/main.py.jinja"]).replace(
        "m = 7", "m = 'third'"
    )
    files["template/README.md.jinja"] = str(files["template/README.md.jinja"]).replace(
        "r = 2", "r = 'third'"
    )
    files["template/app/support.py"] = str(files["template/app/support.py"]).replace(
        "h = 1\n", "h = 'third'\n"
    )
    return files


RELEASES: Mapping[str, Callable[[], dict[str, str | bytes]]] = {
    "v0.1.0": first,
    "v0.2.0": second,
    "v0.3.0": third,
}


def freeze(folder: Path) -> Path:
    """Write the releases into a folder, as newapi keeps them."""
    for version, make in RELEASES.items():
        executable = set() if version == "v0.1.0" else {"template/run.sh"}
        write(folder, version, make(), executable)
    (folder / "v0.2.0.md").write_text("Helpers are called support now.\n")
    return folder


def write(
    folder: Path,
    version: str,
    contents: Mapping[str, str | bytes],
    executable: Collection[str] = (),
) -> None:
    """Write one release, which follows those that are in the folder already."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        name: File(content.encode() if isinstance(content, str) else content, name in executable)
        for name, content in contents.items()
    }
    text = store.dump(store.build(version, files, folder))
    (folder / f"{version}.json").write_text(text, encoding="utf-8")


def _feature(name: str, default: str, requires: str, *paths: str) -> str:
    lines = "\n".join(f"    /{path}" for path in paths)
    return FEATURE.format(name=name, default=default, requires=requires, paths=lines)
