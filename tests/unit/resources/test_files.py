"""Fields whose values are stored files: what can be said of them, and what they need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newapi.errors import Problem, UsageError
from newapi.resources import changes, fields, limits, needs, rules
from newapi.resources.changes import Changes
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames
from newapi.template.features import Resolution
from tests.unit.resources.samples import make
from tests.unit.resources.test_model_file import refused

PHOTO = "photo:image?"
MANUAL = "manual:file(max=500KB, types=application/pdf|text/csv)?"


def product(*typed: str) -> Definition:
    """Return a resource with these fields."""
    return make("product", "name:str(1..100)", *typed, around=ProjectNames())


def check(definition: Definition, around: ProjectNames) -> list[Problem]:
    """Return what keeps a resource from being made in a project."""
    return rules.check(definition, around, is_new=True)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("photo:image?", "photo:image(max=5MB)?"),
        ("photo:image( max = 1500KB )?", "photo:image(max=1500KB)?"),
        ("photo:image(max=20MB,types=image/png)?", "photo:image(max=20MB, types=image/png)?"),
        ("scan:file(1234)?", "scan:file(max=1234)?"),
        ("scan:file(types=Text/CSV | text/csv)?", "scan:file(max=5MB, types=text/csv)?"),
    ],
)
def test_size_and_types_are_written_as_they_are_read(typed: str, written: str) -> None:
    field = fields.parse(typed)

    assert fields.render(field) == written
    assert fields.parse(written) == field


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("photo:image(max=5GB)?", "max must be a size, like 500KB or 5MB"),
        ("photo:image(types=image/svg+xml)?", "images are image/gif, image/jpeg"),
        ("scan:file(types=pdf)?", "holds 'pdf', no type such as application/pdf"),
        ("scan:file(unique)?", "file has no option 'unique'"),
        ("scan:attachment?", "did you mean file"),
    ],
)
def test_what_is_wrong_is_said(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=why.replace("+", r"\+")):
        fields.parse(typed)


@pytest.mark.parametrize(
    ("typed", "why", "fix"),
    [
        ("photo:image", "photo: the JSON body that creates a row has no file", PHOTO),
        ("scan:file(max=7KB)", "scan: the JSON body", "scan:file(max=7KB)?"),
        ("scan:file(max=1)?", "may have 1KB at least, 50MB at most", "scan:file(max=1KB)?"),
        ("scan:file(max=99MB)?", "may have 1KB at least, 50MB at most", "scan:file(max=50MB)?"),
    ],
)
def test_file_is_optional_and_has_a_size(typed: str, why: str, fix: str) -> None:
    [problem] = limits.check(fields.parse(typed), "sqlite")

    assert why in problem.message
    assert problem.fix == fix


def test_files_need_a_project_that_stores_them() -> None:
    [problem] = check(product(PHOTO), ProjectNames(storage=False))

    assert (problem.message, problem.fix) == (
        "photo: this project stores no files.",
        "`newapi add storage` first",
    )
    assert not check(product(), ProjectNames(storage=False))
    assert not check(product(PHOTO), ProjectNames())


@pytest.mark.parametrize("auth", [True, False])
def test_storage_stays_while_a_resource_has_files(*, auth: bool) -> None:
    definition = replace(product(PHOTO, MANUAL), access="public")
    answers = {"auth": auth, "tables": True}

    for storage, count in ((False, 1), (True, 0)):
        resolution = Resolution({**answers, "storage": storage}, (), ())
        _, problems = needs.resolve(resolution, {"product": definition}, ())
        assert len(problems) == count
        for problem in problems:
            assert "needs storage: it has files (photo, manual)" in problem.message
            assert problem.fix == "newapi generate resource product --drop photo --drop manual"


def test_endpoints_of_files_need_some_names() -> None:
    [problem] = check(replace(product(PHOTO), name="file", plural="files"), ProjectNames())

    assert "cannot be called file" in problem.message


def test_no_rule_and_no_index_has_a_file() -> None:
    lines = ("resources:", "  note:", "    access: public", "    fields:", "      title: str?")
    note = "\n".join([*lines, "      scan: file?", ""])

    assert "scan is read_only, write_only or a file" in refused(
        f"{note}    rules: [at least one of title or scan]\n"
    )
    for key in ("unique", "indexes"):
        assert f"{key} [title, scan]" in refused(f"{note}    {key}: [[title, scan]]\n")
    assert "No request sets a field" in refused(note.replace("      title: str?\n", ""))


def test_limits_of_uploads_change_without_a_migration() -> None:
    around = ProjectNames()
    definition = product(PHOTO)

    for change in ("photo:image(max=1MB)?", "photo:file(types=text/csv)?"):
        changed = changes.apply(definition, Changes(change=(change,)), around)
        assert not any(step.alters_table for step in changed.operations)
        assert not changed.warnings
    with pytest.raises(UsageError, match="not every image is bytes"):
        changes.apply(definition, Changes(change=("photo:bytes?",)), around)
    with pytest.raises(UsageError, match="photo: the JSON body"):
        changes.apply(definition, Changes(change=("photo:image",)), around)
