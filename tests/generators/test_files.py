"""What the generator writes is complete and clean, and looks like the template's own example."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from newapi.generate.new_definition import define
from newapi.resources import bundled, changes, generator, reserved
from newapi.resources.changes import Changes
from newapi.resources.definition import ACCESSES, Access
from newapi.resources.fields import parse
from newapi.resources.generator import Generator
from newapi.resources.project_names import ProjectNames
from newapi.resources.rendering import Workshop
from tests import trees
from tests.conftest import Render
from tests.generators.drafts import nested, sample
from tests.generators.resources import (
    DEFAULTS,
    EVERY_TYPE,
    ITEM,
    OPTIONAL,
    PRODUCT,
    STATION,
    Command,
    defined,
    made,
    shop,
    side,
)
from tests.marks import slow_after
from tests.matrix import PRESETS, ROOT, Answers
from tests.template.test_files import JINJA

PROJECTS: dict[str, Answers] = {
    "standard": PRESETS["standard"],
    "full": PRESETS["full"],
    "open": {**PRESETS["minimal"], "tables": True},
}
ALIKE = (
    *("app/models/item.py", "app/schemas/item.py", "app/crud/item.py", "app/admin/item.py"),
    "app/api/v1/endpoints/items.py",
)
SHARED = {"client", "response"}  # with resources, which may be called so
RICH = {
    (
        "import UNSET, PatchModel, RequestModel, SearchParams, SingleLineStr\n"
        "from app.schemas.sanitized_html import SanitizedHtml\n"
    ): (
        "import (\n    UNSET,\n    MultiLineStr,\n    PatchModel,\n"
        "    RequestModel,\n    SearchParams,\n    SingleLineStr,\n)\n"
    ),
    'Annotated[SanitizedHtml, Field(examples=["Weaves <em>algebraic</em> patterns."])]': (
        "Annotated[\n"
        '    MultiLineStr, Field(max_length=10_000, examples=["Weaves algebraic patterns."])\n]'
    ),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_files_are_clean_under_the_rules_of_their_project(
    name: str, rendered: Render, tmp_path: Path
) -> None:
    answers = PROJECTS[name]
    accounts = bool(answers["auth"])
    files = made(defined(shop(accounts=accounts), accounts=accounts), **answers)

    check(files, shutil.copytree(rendered(answers), tmp_path / "myproject"))


def test_resources_may_be_called_like_classes_of_fastapi(rendered: Render, tmp_path: Path) -> None:
    answers = PROJECTS["standard"]
    commands: list[Command] = [
        ("request", "owned", "v1", ["title:str"]),
        ("response", "owned", "v1", ["request:ref(request)"]),
        ("answer", "owned", "v1", ["response:ref(response)", "requests:many(request)"]),
    ]

    files = made(defined(commands, versioned=["response", "answer"]), **answers)

    check(files, shutil.copytree(rendered(answers), tmp_path / "myproject"))


def test_long_names_and_texts_are_clean(rendered: Render, tmp_path: Path) -> None:
    answers = PROJECTS["standard"]
    name, words = "sales_order_header_sales_reason", "It says what is meant. " * 8
    counted = tuple(f"number_of_the_part_that_is_broken_{end}" for end in "abcde")
    fields = [
        f'title:str(1..50, description="{words.strip()}")',
        f"reason_that_came_before_it:ref({name})?",
        "category_that_no_other_has:ref(category, unique)?",
        *(f"{each}:int" for each in counted),
    ]
    commands: list[Command] = [
        ("category", "public", "v1", ["name:str"]),
        (name, "owned", "v1", fields),
    ]
    definitions = dict(defined(commands))
    definitions[name] = replace(definitions[name], unique=(counted[:4], counted[1:]))

    files = made(definitions, **answers)

    check(files, shutil.copytree(rendered(answers), tmp_path / "myproject"))


@pytest.mark.parametrize(
    "number", [pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.long)]
)
def test_files_of_random_resources_are_clean(number: int, rendered: Render, tmp_path: Path) -> None:
    answers = PROJECTS["full"]
    around = ProjectNames(database=str(answers["database"]))
    for typed in sample(number, 20 * number, around):
        around = around.with_definition(define(typed, around))
    fields = [*nested(around)]
    for name, field in fields:
        changed = changes.apply(around.definitions[name], Changes(add=(field,)), around)
        around = around.with_definition(changed.definition)

    assert fields
    files = made(around.definitions, **answers)

    check(files, shutil.copytree(rendered(answers), tmp_path / "myproject"))


def test_durations_of_responses_may_have_fractions_of_seconds() -> None:
    files = made(defined([("note", "public", "v1", ["length:duration"])]), **PROJECTS["standard"])

    assert '"format": "duration"' not in files["app/schemas/note.py"]


@pytest.mark.parametrize("name", ["user", "item"])
def test_fields_of_the_template_are_clean(name: str, rendered: Render, tmp_path: Path) -> None:
    answers = PROJECTS["standard"]
    texts = (*EVERY_TYPE, *DEFAULTS, *STATION)
    known = {field.name: field for field in map(parse, texts) if field.type != "ref"}
    plain = (replace(each, filter=False, sort=False, search=False) for each in known.values())
    fields = tuple(replace(each, optional=each.default is None) for each in plain)

    files = made({name: replace(bundled.DEFINITIONS[name], fields=fields)}, **answers)

    assert [path for path in files if not path.startswith("resources/")] == [
        f"app/models/{name}_fields.py",
        f"app/schemas/{name}_fields.py",
        f"tests/api/v1/test_{name}_fields.py",
    ]
    check(files, shutil.copytree(rendered(answers), tmp_path / "myproject"))


def check(files: Mapping[str, str], project: Path) -> None:
    """Write generated files into a project, and lint all of it."""
    for path, text in files.items():
        assert not JINJA.search(text), path
        ast.parse(text)
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")

    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--output-format=concise"]
        result = subprocess.run(ruff, cwd=project, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", ALIKE)
def test_items_are_what_the_generator_would_make_of_them(path: str, rendered: Render) -> None:
    """Apart from rich text, and from the cache."""
    answers: Answers = {**PRESETS["full"], "cache": False}
    generated = made(defined([("item", "owned", "v1", ITEM)]), **answers)

    written = (rendered(answers) / path).read_text(encoding="utf-8")

    assert without_rich_text(written) == generated[path]


def without_rich_text(text: str) -> str:
    """Return what the schemas of items would say if a description were plain text."""
    for rich, plain in RICH.items():
        text = text.replace(rich, plain)
    return text


def test_shared_modules_are_there_where_they_are_needed(rendered: Render, tmp_path: Path) -> None:
    answers = PROJECTS["standard"]
    definitions = defined(shop(), versioned={"product", "order_line"}, audited={"report"})
    project = shutil.copytree(rendered(answers), tmp_path / "myproject")
    around, workshop = side(definitions, answers), Workshop()
    workshop.prepare((around, about) for about in around.contexts.values())
    seen: dict[str, bytes] = {}

    for name, definition in definitions.items():
        for path, entry in workshop.files(around, name).items():
            if not {name, definition.plural} & set(re.split(r"[/.]|test_|_fields", path)):
                assert seen.setdefault(path, entry.data) == entry.data
    for path in seen.keys() - {"docs/generated-entities.md"}:
        word = Path(path).stem
        is_taken = (project / f"app/models/{word}.py").exists()
        assert "/v2/" in path or is_taken or reserved.flaw_of_word(word), f"{word} is not reserved"
    assert {"app/crud/relationships.py", "app/api/etags.py", "app/models/versioned.py"} <= {*seen}
    assert "app/models/audited.py" in seen
    assert not {path for path in seen if (project / path).exists()}


@pytest.mark.parametrize("name", ["flag", "product"])
def test_resources_import_only_modules_that_are_there(
    name: str, rendered: Render, tmp_path: Path
) -> None:
    answers = PROJECTS["standard"]
    commands = [one for one in shop() if one[0] in {"category", name}]
    files = made(defined(commands, versioned={"product"}), **answers)
    project = shutil.copytree(rendered(answers), tmp_path / "myproject")
    trees.write(project, files)

    imported = {
        node.module
        for text in files.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    own = {module for module in imported if module.startswith(("app.", "tests."))}
    paths = {module: project / module.replace(".", "/") for module in own}
    assert {
        m for m, p in paths.items() if not (p.with_suffix(".py").exists() or p.is_dir())
    } == set()
    for shared in ("app/crud/relationships.py", "app/api/etags.py", "app/models/versioned.py"):
        assert (shared in files) == (name == "product")


@pytest.mark.parametrize("access", ACCESSES)
def test_names_that_functions_use_beside_that_of_the_resource_are_reserved(access: Access) -> None:
    every = [text.replace("kitchen", "zebra") for text in (*EVERY_TYPE, *OPTIONAL, *DEFAULTS)]
    shop: list[Command] = [
        ("category", "public", "v1", ["name:str"]),
        ("product", "public" if access == "owner_writes" else access, "v1", PRODUCT),
        ("zebra", access, "v1", [*every, "stable:ref(category,unique)?", "rooms:many(category)"]),
    ]
    files = made(defined(shop, versioned={"zebra"}, audited={"zebra"}), **PRESETS["full"])
    functions = [
        node
        for path, text in files.items()
        if "zebra" in path
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    found = set().union(*(variables(one) for one in functions if "zebra" in variables(one)))

    own = {"zebra", "zebras", "products", "categories", "users", "user", "request", *SHARED}
    assert {*SHARED, "db", "updated"} <= found
    assert {name for name in found - own if not reserved.flaw_of_word(name)} == set()


@pytest.mark.parametrize("name", slow_after(1, sorted(SHARED)))
@pytest.mark.parametrize("access", ACCESSES)
def test_no_variable_of_a_function_is_used_twice(name: str, access: Access, tmp_path: Path) -> None:
    """A resource may be called like a variable of its tests: its row has another name there."""
    fields = ["label:str(1..20,unique,search)", f"parent:ref({name})?", "product:ref(product)?"]
    shop: list[Command] = [
        ("category", "public", "v1", ["name:str"]),
        ("product", "public", "v1", PRODUCT),
        (name, access, "v1", fields),
    ]
    files = made(defined(shop), **PRESETS["full"])
    trees.write(tmp_path, files)

    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select=F"]
    undefined = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    bound = {
        f"{path}: {node.name}": [*arguments(node), *assigned(node)]
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.AsyncFunctionDef)
    }

    assert undefined == "All checks passed!\n"
    assert any(f"new_{name}" in names for names in bound.values())
    assert not {where for where, names in bound.items() if names.count(name) > 1}


TASK = {
    "name": "zebra",
    "class_name": "Zebra",
    "constant": "ZEBRA",
    "title": "zebra",
    "route": "zebra",
}


@pytest.mark.parametrize("jobs", ["celery", "background"])
def test_names_of_the_modules_of_a_task_are_reserved(
    jobs: str, rendered: Render, tmp_path: Path
) -> None:
    answers: Answers = {**PRESETS["standard"], "jobs": jobs}
    Generator(ROOT, generator.TASK).render({"definition": TASK, "project": answers}, tmp_path)
    modules = [path for path in tmp_path.rglob("*.py") if "zebra" in path.name]
    modules.append(rendered(answers) / "app/jobs/registry.py")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules]

    found = {name for tree in trees for name in [*defined_in(tree), *used_with(tree, "zebra")]}

    assert {"run_task", "tasks", "state"} <= found
    names = {name for name in found - {"zebra"} if name.islower()}
    assert {name for name in names if not reserved.flaw_of_task(name)} == set()


def test_names_of_periodic_tasks_cannot_be_those_of_jobs(rendered: Render) -> None:
    path = rendered(PRESETS["standard"]) / "app/worker/tasks.py"
    names = re.findall(r'shared_task\(name="(.+)"\)', path.read_text(encoding="utf-8"))

    assert "periodic.delete_expired" in names
    assert not any(name.isidentifier() for name in names)


def defined_in(tree: ast.Module) -> set[str]:
    """Return the names that a module imports or defines, without its tests."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in found if not name.startswith(("test_", "start_"))}


def used_with(tree: ast.Module, name: str) -> set[str]:
    """Return the variables of the functions that use a name."""
    functions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return set().union(*(variables(one) for one in functions if name in variables(one)))


def arguments(function: ast.AsyncFunctionDef) -> list[str]:
    """Return the names of the arguments of a function."""
    return [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]


def assigned(function: ast.AsyncFunctionDef) -> list[str]:
    """Return the names of the variables that a function sets, one for each place."""
    stored = (node for node in ast.walk(function) if isinstance(node, ast.Name))
    return [node.id for node in stored if isinstance(node.ctx, ast.Store)]


def variables(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the variables of a function, and those around it that it uses."""
    nodes = list(ast.walk(function))
    hidden = {
        node.target.id
        for node in nodes
        if isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name)
    }
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    taken = {node.arg for node in nodes if isinstance(node, ast.arg)}
    helpers = ("create_", "check_", "zebra_")
    return {n for n in used | taken if n.islower() and not n.startswith(helpers)} - hidden
