"""Updates of projects that format their code with settings of their own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from newapi.project.tree import Entry, Tree
from newapi.resources.formatting import find_ruff
from newapi.update import code_style, merge
from newapi.update.code_style import NOTE
from newapi.update.merge import Merged, Rules

BASE = '''\
"""What the template has."""

import structlog
from fastapi import Depends, FastAPI

from app.crud.items import find_items
from app.settings import Settings


def make(settings: Settings, *, title: str = "The name of it", debug: bool = False) -> FastAPI:
    """Make an application."""
    log = structlog.get_logger("app")
    log.info("made", title=title, dependencies=[Depends(find_items)], names=["one", "two", "three"])
    return FastAPI(title=title, debug=debug)


def other(value: str) -> str:
    """Return another one."""
    return value or "nothing at all"
'''
SETTINGS = '"""Settings."""\n\n\nclass Settings:\n    """Settings."""\n\n    debug = "no"\n'
TEMPLATE = {
    "pyproject.toml": '[project]\nname = "demo"\n\n[tool.ruff]\nline-length = 100\n',
    "app/main.py": BASE,
    "app/settings.py": SETTINGS,
    "app/crud/items.py": "def find_items() -> list[str]:\n    return []\n",
}
CHANGES = {
    "app/main.py": BASE.replace('"made", title', '"application made", title').replace(
        "debug=debug)", 'debug=debug, version="2")'
    ),
    "app/settings.py": SETTINGS + '    level = "info"\n',
    "app/added.py": 'NAMES = ("new", "names")\n',
}
THEIRS = {**TEMPLATE, **CHANGES}
LINE_LENGTH = {"line-length = 100": "line-length = 60"}

Edit = Callable[[Path], None]


def tree(files: dict[str, str]) -> dict[str, Entry]:
    return {path: Entry(text.encode()) for path, text in files.items()}


def formatted(tmp_path: Path, configuration: dict[str, str], *options: str) -> dict[str, str]:
    """Return the template as a project with this configuration has formatted it."""
    files = {**TEMPLATE, **configuration}
    for path, text in files.items():
        place = tmp_path / "ours" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUFF_")}
    for words in (["check", "--select=I", "--fix"], ["format"]):
        command = [find_ruff(), *words, "--no-cache", "--quiet", *options, "."]
        subprocess.run(command, cwd=tmp_path / "ours", env=environment, check=True)
    return {path: (tmp_path / "ours" / path).read_bytes().decode() for path in files}


def merged(ours: Tree, base: Tree | None = None, theirs: Tree | None = None) -> Merged:
    rules = Rules(prepare=lambda cases: code_style.apply(cases, ours))
    return merge.merge(base or tree(TEMPLATE), ours, theirs or tree(THEIRS), rules)


def text(result: Merged, path: str) -> str:
    return result.tree[path].data.decode()


def notes(result: Merged) -> dict[str, str]:
    return {outcome.path: outcome.note for outcome in result.outcomes}


PYPROJECT = TEMPLATE["pyproject.toml"]


@pytest.mark.parametrize(
    ("configuration", "options"),
    [
        ({"pyproject.toml": PYPROJECT.replace("100", "60")}, ()),
        ({"pyproject.toml": PYPROJECT + '[tool.ruff.format]\nquote-style = "single"\n'}, ()),
        ({"ruff.toml": "line-length = 70\n"}, ()),
        ({".ruff.toml": 'line-length = 88\n[format]\nindent-style = "tab"\n'}, ()),
        ({"tests/ruff.toml": "", "ruff.toml": 'extend = "tools/style.toml"\n',
          "tools/style.toml": 'extend = "../base-ruff.toml"\n',
          "base-ruff.toml": "line-length = 60\n"}, ()),
        ({"pyproject.toml": PYPROJECT + "[tool.ruff.lint.isort]\nforce-single-line = true\n"}, ()),
        ({"pyproject.toml": PYPROJECT
          + "[tool.ruff.lint.isort]\nforce-sort-within-sections = true\n"}, ()),
        ({"pyproject.toml": PYPROJECT + "[tool.ruff.lint.isort]\nsection-order = "
          '["future", "standard-library", "first-party", "third-party", "local-folder"]\n'}, ()),
        ({"pyproject.toml": PYPROJECT
          + "[tool.black]\nline-length = 60\nskip-string-normalization = true\n"},
         ("--line-length=60", '--config=format.quote-style="preserve"')),
        ({"pyproject.toml": PYPROJECT + '[tool.black]\ntarget-version = ["py311"]\n'},
         ("--line-length=88",)),
        ({"pyproject.toml": PYPROJECT + "[tool.isort]\nforce_single_line = true\n"},
         ("--config=lint.isort.force-single-line=true",)),
    ],
    ids=["line-length", "quotes", "ruff.toml", "tabs", "extend", "single-line", "within",
         "sections", "black", "black-defaults", "isort"],
)  # fmt: skip
def test_formatted_project_has_no_conflicts(
    tmp_path: Path, configuration: dict[str, str], options: tuple[str, ...]
) -> None:
    ours = formatted(tmp_path, configuration, *options)
    assert ours["app/main.py"] != BASE

    result = merged(tree(ours))

    assert [outcome.path for outcome in result.outcomes if outcome.conflicts] == []
    assert "application made" in text(result, "app/main.py")
    assert "version=" in text(result, "app/main.py")
    assert notes(result)["app/main.py"] == NOTE


def test_result_is_formatted_as_the_project(tmp_path: Path) -> None:
    quotes = {"pyproject.toml": PYPROJECT + '[tool.ruff.format]\nquote-style = "single"\n'}
    ours = formatted(tmp_path, quotes)

    result = merged(tree(ours))

    assert "level = 'info'" in text(result, "app/settings.py")
    assert text(result, "app/added.py") == "NAMES = ('new', 'names')\n"
    assert notes(result)["app/added.py"] == NOTE


def test_edits_in_a_formatted_file_are_kept(tmp_path: Path) -> None:
    ours = formatted(tmp_path, {"ruff.toml": "line-length = 60\n"})
    ours["app/main.py"] = ours["app/main.py"].replace("nothing at all", "something of mine")

    result = merged(tree(ours))

    assert "something of mine" in text(result, "app/main.py")
    assert "application made" in text(result, "app/main.py")
    assert not any(outcome.conflicts for outcome in result.outcomes)


def test_only_files_that_the_project_has_formatted_are_concerned(tmp_path: Path) -> None:
    formatted_files = formatted(tmp_path, {"ruff.toml": "line-length = 60\n"})
    ours = {**TEMPLATE, "ruff.toml": "line-length = 60\n"}
    ours["app/settings.py"] = SETTINGS.replace('"no"', '"mine"')
    untouched = merged(tree(ours))
    ours["app/settings.py"] = formatted_files["app/settings.py"] + "    mine = 1\n"

    assert text(untouched, "app/main.py") == CHANGES["app/main.py"]
    assert NOTE not in notes(untouched).values()
    assert text(merged(tree(ours)), "app/main.py") == CHANGES["app/main.py"]


def test_file_that_was_only_formatted_goes_with_the_template(tmp_path: Path) -> None:
    ours = tree(formatted(tmp_path, {"ruff.toml": "line-length = 60\n"}))
    theirs = {path: entry for path, entry in tree(THEIRS).items() if path != "app/main.py"}

    result = merged(ours, theirs=theirs)
    ours["app/main.py"] = Entry(ours["app/main.py"].data + b"# mine\n")
    kept = merged(ours, theirs=theirs)

    assert "app/main.py" not in result.tree
    assert notes(result)["app/main.py"] == "your project has only formatted it"
    assert kept.tree["app/main.py"] == ours["app/main.py"]


def test_change_of_format_alone_changes_nothing(tmp_path: Path) -> None:
    ours = tree(formatted(tmp_path, {"ruff.toml": "line-length = 60\n"}))
    theirs = tree({**TEMPLATE, "app/main.py": BASE.replace('("app")', '(\n        "app"\n    )')})

    assert merged(ours, theirs=theirs).outcomes == ()


@pytest.mark.parametrize("line_ending", ["cr-lf", "lf"])
def test_line_ends_stay_as_the_project_has_them(tmp_path: Path, line_ending: str) -> None:
    configuration = f'line-length = 60\n[format]\nline-ending = "{line_ending}"\n'
    ours = formatted(tmp_path, {"ruff.toml": configuration})

    result = merged(tree(ours))

    assert not any(outcome.conflicts for outcome in result.outcomes)
    lines = text(result, "app/main.py").splitlines(keepends=True)
    assert all(line.endswith("\r\n") == (line_ending == "cr-lf") for line in lines)


def test_code_in_documents_is_formatted_too(tmp_path: Path) -> None:
    page = '# Title\n\nText.\n\n```python\nname = "value"\n```\n\nThe end.\n'
    single = {"ruff.toml": '[format]\nquote-style = "single"\n'}
    ours = {**formatted(tmp_path, single), "README.md": page.replace('"value"', "'value'")}
    base = tree({**TEMPLATE, "README.md": page})
    theirs = tree({**THEIRS, "README.md": page.replace('name = "value"', 'name = "other"')})

    result = merged(tree(ours), base, theirs)

    assert "name = 'other'" in text(result, "README.md")


@pytest.mark.parametrize("broken", ["line-length = \n", 'extend = "../gone.toml"\n'])
def test_broken_configuration_is_left_out(tmp_path: Path, broken: str) -> None:
    ours = tree(formatted(tmp_path, {"ruff.toml": "line-length = 60\n"}))
    ours["ruff.toml"] = Entry(broken.encode())

    result = merged(ours)

    assert notes(result)["app/settings.py"] != NOTE


def test_without_ruff_nothing_is_formatted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from newapi.errors import NewapiError

    def missing() -> str:
        raise NewapiError("There is no ruff.", "Install it.")

    ours = tree(formatted(tmp_path, {"ruff.toml": "line-length = 60\n"}))
    monkeypatch.setattr(code_style, "find_ruff", missing)

    assert NOTE not in notes(merged(ours)).values()


@pytest.mark.parametrize("setting", ['format.indent-style="tab"', "indent-width=2"])
def test_own_indentation_without_a_setting_has_no_conflicts(tmp_path: Path, setting: str) -> None:
    files = formatted(tmp_path, {}, f"--config={setting}")

    result = merged(tree(files))

    assert not [each for each in result.outcomes if each.action == "conflict"]
    assert b'"application made"' in result.tree["app/main.py"].data


@pytest.mark.parametrize("indent", ["\t", "  "])
def test_indentation_of_an_editor_has_no_conflicts(indent: str) -> None:
    docstring = '    """Return it.\n\n    Raises:\n        Old.\n    """\n'
    base = f'def f() -> str:\n{docstring}    return """\n    a"""\n'
    theirs = base.replace("Old.", "New.")
    ours = re.sub("(?m)^(?: {4})+", lambda found: indent * (len(found[0]) // 4), base)

    result = merged(*(tree({"app/a.py": each}) for each in (ours, base, theirs)))

    assert text(result, "app/a.py") == ours.replace("Old.", "New.")


def test_strings_of_new_files_keep_their_indentation() -> None:
    base, string = "def f():\n    return 1\n", 'X = """\n    text"""\n\n\ndef f():\n    pass\n'
    ours = base.replace("    ", "\t")
    theirs = {"app/a.py": base.replace("1", "2"), "app/new.py": string}

    result = merged(tree({"app/a.py": ours}), tree({"app/a.py": base}), tree(theirs))

    assert text(result, "app/a.py") == ours.replace("1", "2")
    assert text(result, "app/new.py") == string.replace("    pass", "\tpass")
