"""Entities with files: their own tests on every database, and changes of their fields."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Create
from tests.e2e.edges import add_edge_cases
from tests.e2e.owner import commit, newapi
from tests.e2e.test_resources import OnDatabase, check, generate
from tests.matrix import PRESETS, Answers

STANDARD: Answers = {**PRESETS["standard"], "storage": True}
PROJECTS: dict[str, Answers] = {
    "sqlite": {**STANDARD, "admin": True},
    "postgres": PRESETS["full"],
    "mysql": {**STANDARD, "database": "mysql"},
    "minimal": {**PRESETS["minimal"], "storage": True},
}
FIELDS = (
    "title:str(1..100)",
    "photo:image?",
    "data_sheet:file(max=500KB,types=application/pdf|text/csv)?",
    "raw:file(column=raw_file)?",
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("sqlite", marks=pytest.mark.slow),
        *(pytest.param(name, marks=pytest.mark.long) for name in ("postgres", "mysql", "minimal")),
    ],
)
def test_files_are_uploaded_and_their_fields_change(
    name: str, create: Create, on_real_database: OnDatabase
) -> None:
    answers = PROJECTS[name]
    project = create(answers)
    project.run("uv sync --quiet")
    project = on_real_database(project, answers)
    commit(project)

    generate(project, "resource", "brochure", *FIELDS, "--public")
    if answers["auth"]:
        generate(project, "resource", "scan", *FIELDS, "brochure:ref(brochure)?", "--owned")
        generate(project, "resource", "poster", *FIELDS, "--owner-writes")
    project.run("uv sync --quiet")
    add_edge_cases(project, "crud")
    check(project, "-k 'brochure or scan or poster or stored_files or test_migrations'")
    project.run("git checkout -- . && git clean --quiet --force -d tests")

    changes = ["--drop", "photo", "--rename", "raw:original", "--add", "cover:image?"]
    generate(project, "resource", "brochure", *changes, "--change", "data_sheet:file?")
    check(project, "-k 'brochure or test_migrations'")


@pytest.mark.slow
def test_storage_cannot_be_removed_while_an_entity_has_files(create: Create) -> None:
    project = create({**PRESETS["minimal"], "storage": True})
    commit(project)
    generate(project, "resource", "brochure", *FIELDS, "--public")

    with pytest.raises(AssertionError, match=r"it has files \(photo, data_sheet, raw\)"):
        newapi(project, "remove", "storage")

    drops = ["--drop", "photo", "--drop", "data_sheet", "--drop", "raw"]
    generate(project, "resource", "brochure", *drops)
    assert not (project.path / "app/crud/stored_files.py").exists()
    newapi(project, "remove", "storage")
    assert not (project.path / "app/core/stored_files.py").exists()
