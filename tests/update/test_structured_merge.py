"""Conflicts in TOML, YAML and INI files that both sides mean differently are none."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from newapi.update import text_merge
from newapi.update.text_merge import Text
from tests.update.samples import LABELS

PYPROJECT = """\
[project]
name = "demo"
dependencies = [
    "alembic>=1.17",
    "fastapi>=0.120",  # the framework
    "uvicorn[standard]>=0.38",
]

[tool.ruff]
line-length = 100

[tool.ruff.lint.isort]
known-third-party = ["alembic"]

[tool.mypy]
strict = true
"""
COMPOSE = """\
services:
  app:
    build: .
    environment:
      LOG_LEVEL: info
    ports:
      - "8000:8000"
  db:
    image: postgres:17
"""


def merge(path: str, base: str, ours: str, theirs: str) -> Text:
    return text_merge.merge([x.encode() for x in (base, ours, theirs)], LABELS, "inline", path)


def exact(path: str, base: str, ours: str, theirs: str) -> str:
    merged = merge(path, base, ours, theirs)
    assert merged.conflicts == 0, merged.data.decode()
    return merged.data.decode()


def test_dependencies_beside_each_other_are_merged_by_name() -> None:
    ours = PYPROJECT.replace(
        '    "fastapi>=0.120",  # the framework\n',
        '    "boto3>=1.40",  # ours\n    "fastapi>=0.120",  # the framework\n',
    )
    theirs = PYPROJECT.replace('"alembic>=1.17"', '"alembic>=1.20"').replace(
        '"fastapi>=0.120"', '"fastapi>=0.165"'
    )

    merged = exact("pyproject.toml", PYPROJECT, ours, theirs)

    assert tomllib.loads(merged)["project"]["dependencies"] == [
        "alembic>=1.20",
        "boto3>=1.40",
        "fastapi>=0.165",
        "uvicorn[standard]>=0.38",
    ]
    assert "# ours" in merged


def test_removed_dependency_stays_removed() -> None:
    ours = PYPROJECT.replace('    "fastapi>=0.120",  # the framework\n', "")
    theirs = PYPROJECT.replace('"alembic>=1.17"', '"alembic>=1.20"')

    merged = exact("pyproject.toml", PYPROJECT, ours, theirs)

    assert "fastapi" not in merged
    assert "alembic>=1.20" in merged


def test_keys_of_one_table_are_merged() -> None:
    ours = PYPROJECT.replace("[tool.ruff.lint.isort]\n", "[tool.ruff.lint.isort]\na = 1\n")
    theirs = PYPROJECT.replace(
        'known-third-party = ["alembic"]', 'known-third-party = ["alembic", "other"]'
    )

    merged = exact("pyproject.toml", PYPROJECT, ours, theirs)

    table = tomllib.loads(merged)["tool"]["ruff"]["lint"]["isort"]
    assert table == {"a": 1, "known-third-party": ["alembic", "other"]}


def test_tables_at_the_end_are_both_kept_with_their_comments() -> None:
    ours = PYPROJECT + "\n# Mine.\n[tool.mine]\na = 1\n"
    theirs = PYPROJECT + '\n[tool.theirs]\nlist = [\n    "b",\n]\n'

    merged = exact("pyproject.toml", PYPROJECT, ours, theirs)

    assert tomllib.loads(merged)["tool"]["mine"] == {"a": 1}
    assert tomllib.loads(merged)["tool"]["theirs"] == {"list": ["b"]}
    assert "# Mine.\n[tool.mine]" in merged


def test_one_table_that_both_added_is_united() -> None:
    ours = PYPROJECT + "\n[tool.new]\na = 1\n"
    theirs = PYPROJECT + "\n[tool.new]\nb = 2\n"

    merged = exact("pyproject.toml", PYPROJECT, ours, theirs)

    assert tomllib.loads(merged)["tool"]["new"] == {"a": 1, "b": 2}


def test_services_that_both_added_are_kept() -> None:
    ours = COMPOSE + "  search:\n    # mine\n    image: search:1\n"
    theirs = COMPOSE.replace("postgres:17", "postgres:18") + "  redis:\n    image: redis:8\n"

    merged = exact("compose.yaml", COMPOSE, ours, theirs)

    services = yaml.safe_load(merged)["services"]
    assert [*services] == ["app", "db", "redis", "search"]
    assert services["db"] == {"image": "postgres:18"}
    assert "# mine" in merged


def test_keys_and_ports_of_a_service_are_merged() -> None:
    ours = COMPOSE.replace("      LOG_LEVEL: info\n", "      LOG_LEVEL: info\n      MINE: 1\n")
    ours = ours.replace('      - "8000:8000"\n', '      - "8000:8000"\n      - "9000:9000"\n')
    theirs = COMPOSE.replace("LOG_LEVEL: info", "LOG_LEVEL: debug").replace(
        '      - "8000:8000"\n', '      - "8000:8000"\n      - "9100:9100"\n'
    )

    app = yaml.safe_load(exact("compose.yaml", COMPOSE, ours, theirs))["services"]["app"]

    assert app["environment"] == {"LOG_LEVEL": "debug", "MINE": 1}
    assert app["ports"] == ["8000:8000", "9000:9000", "9100:9100"]


def test_keys_of_an_ini_file_are_merged() -> None:
    base = "[alembic]\nscript_location = alembic\nfile_template = %%(slug)s\npath_separator = os\n"
    ours = base.replace("= alembic\n", "= alembic\n# ours\ntimezone = UTC\n")
    theirs = base.replace("file_template = %%(slug)s\n", "")

    merged = exact("alembic.ini", base, ours, theirs)

    assert merged == (
        "[alembic]\nscript_location = alembic\n# ours\ntimezone = UTC\npath_separator = os\n"
    )


def test_aliases_are_kept() -> None:
    base = "x-app: &app\n  build: .\n  environment:\n    A: 1\nservices:\n  api:\n    <<: *app\n"
    ours = base.replace("    A: 1\n", "    A: 1\n    MINE: 1\n")
    theirs = base.replace("    A: 1\n", "    A: 1\n    THEIRS: 1\n") + "  worker:\n    <<: *app\n"

    merged = exact("compose.yaml", base, ours, theirs)

    assert "    MINE: 1\n    THEIRS: 1\n" in merged
    assert "  worker:\n    <<: *app\n" in merged


def test_table_after_the_keys_of_another_is_no_part_of_it() -> None:
    base = "[tool.a]\nlast = 1\n"
    ours = "[tool.a]\nbefore = 1\ncentre = 1\nlast = 1\n"
    theirs = "[tool.a]\nlast = 2\n\n[tool.b]\nx = 1\n"

    merged = exact("pyproject.toml", base, ours, theirs)

    assert tomllib.loads(merged)["tool"] == {
        "a": {"before": 1, "centre": 1, "last": 2},
        "b": {"x": 1},
    }


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        ("a.toml", "a = 1\n", "a = 2\n", "a = 3\n"),
        ("a.toml", "[a]\nb = 1\n", "[a]\nb = 2\nmine = 1\n", "[a]\nb = 3\n"),
        ("a.toml", "", "a = 1\n", "a = 2\n"),
        ("a.toml", "a = 1\n", "a = 2\n", ""),
        ("a.yml", "a: 1\n", "a: 2\n", "a: 3\n"),
        ("a.yml", "x:\n  - a: 1\n", "x:\n  - a: 1\n  - b: 1\n", "x:\n  - a: 1\n  - c: 1\n"),
        ("a.yml", "command:\n  - a\n", "command:\n  - a\n  - b\n", "command:\n  - a\n  - c\n"),
        ("a.yml", "x:\n  - a\n", "x:\n  - b\n", "x:\n  - c\n"),
        ("a.yml", "a: 1\n", "a: 1\nb: [\n", "a: 1\nc: 1\n"),
        ("a.toml", "a = 1 # x\n", "a = 1 # mine\n", "a = 2 # x\n"),
        ("a.py", "a = 1\n", "a = 1\nb = 1\n", "a = 1\nc = 1\n"),
    ],
)
def test_what_is_not_exact_stays_a_conflict(path: str, base: str, ours: str, theirs: str) -> None:
    assert merge(path, base, ours, theirs).conflicts


NAMES = ("alembic", "boto3", "celery", "fastapi", "httpx", "redis", "structlog", "uvicorn")
versions = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(versions, versions, versions, st.sampled_from(["toml", "yaml"]))
def test_merge_without_conflict_is_that_of_the_data(
    base: dict[str, int], ours: dict[str, int], theirs: dict[str, int], kind: str
) -> None:
    def written(side: dict[str, int], author: str) -> str:
        mark = "=" if kind == "toml" else ":"
        lines = [f"{name} {mark} {value}" for name, value in side.items()]
        comment = f"# by {author}\n" if author else ""
        head = "[dependencies]\n" if kind == "toml" else "dependencies:\n"
        indent = "" if kind == "toml" else "  "
        return comment + head + "".join(f"{indent}{line}\n" for line in lines or ["none: 1"])

    if not (base and ours and theirs):
        return
    texts = [written(base, ""), written(ours, "me"), written(theirs, "")]

    merged = merge(f"file.{kind}", texts[0].replace(" : ", ": "), texts[1].replace(" : ", ": "),
                   texts[2].replace(" : ", ": "))  # fmt: skip

    if not merged.conflicts:
        expected = {}
        for name in NAMES:
            sides = [side.get(name) for side in (base, ours, theirs)]
            value = sides[2] if sides[1] == sides[0] else sides[1]
            if value is not None:
                expected[name] = value
        text = merged.data.decode()
        data = tomllib.loads(text) if kind == "toml" else yaml.safe_load(text)
        assert (data.get("dependencies") or {}) == expected
        assert "# by me" in text


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "left_out"),
    [
        (
            "a.toml",
            '[tool.a]\nx = 1\n\n[tool.b]\nselect = ["A"]\n',
            "[tool.a]\nx = 1\n",
            '[tool.a]\nx = 1\n\n[tool.b]\nselect = ["A", "B"]\n\n[tool.b.c]\nd = 1\n',
            ["tool.b"],
        ),
        (
            "a.yml",
            "services:\n  db:\n    image: a\n  api:\n    image: b\n",
            "services:\n  api:\n    image: b\n",
            "services:\n  db:\n    image: c\n  api:\n    image: b\n",
            ["0.services.db"],
        ),
    ],
)
def test_deleted_tables_stay_deleted_and_are_named(
    path: str, base: str, ours: str, theirs: str, left_out: list[str]
) -> None:
    result = merge(path, base, ours, theirs)

    assert (result.data.decode(), result.conflicts) == (ours, 0)
    assert result.left_out == left_out


def test_tables_that_the_project_has_sorted_are_merged_where_they_are() -> None:
    head, *tables = re.split(r"(?m)^(?=\[tool)", PYPROJECT)
    tables = [f"{table.rstrip()}\n\n" for table in tables]
    ours = "".join([*reversed(tables), head]).rstrip() + "\n"
    theirs = PYPROJECT.replace("= 100", "= 90").replace(
        "strict = true", "strict = true\nwarn = true"
    )
    theirs = theirs.replace('"alembic>=1.17"', '"alembic>=1.18"')

    merged = exact("pyproject.toml", PYPROJECT, ours, theirs)

    assert tomllib.loads(merged) == tomllib.loads(theirs)
    assert [line for line in merged.splitlines() if line.startswith("[")] == [
        line for line in ours.splitlines() if line.startswith("[")
    ]


def test_services_that_the_project_has_sorted_are_merged_where_they_are() -> None:
    top, app, db = re.split(r"(?m)^(?=  \w)", COMPOSE)
    theirs = COMPOSE.replace("info", "debug").replace("postgres:17", "postgres:18")

    merged = exact("compose.yaml", COMPOSE, top + db + app, theirs)

    assert yaml.safe_load(merged) == yaml.safe_load(theirs)
    assert merged.index("db:") < merged.index("app:")


def test_variables_that_the_project_has_sorted_are_merged_where_they_are() -> None:
    first, second, third = "# One.\nA=1\nB=1\n", "# Two.\nC=1\n", "# Three.\nD=1\n"
    base = f"# Copy it.\n\n{first}\n{second}\n{third}"
    ours = f"# Copy it.\n\n{third}\n# Mine.\nMINE=1\n\n{second}\n{first}"
    theirs = base.replace("# One.", "# First.").replace("C=1", "C=2").replace("D=1", "D=1\nE=1")

    merged = exact(".env.example", base, ours, theirs)

    assert merged == ours.replace("# One.", "# First.").replace("C=1", "C=2").replace(
        "D=1", "D=1\nE=1"
    )


@pytest.mark.parametrize("mine", ["C=3", "C=1\nC=1", "C=1\nno variable", "C: 3"])
def test_variables_that_are_not_clear_stay_a_conflict(mine: str) -> None:
    base = "A=1\n\nC=1\n"
    ours, theirs = f"{mine}\n\nA=1\n", base.replace("C=1", "C=2")

    assert merge(".env.example", base, ours, theirs).conflicts
