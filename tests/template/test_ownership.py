"""A feature's manifest says exactly which files come and go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from newapi.template.catalog import Catalog, Question, Value, read
from tests.conftest import Render
from tests.matrix import (
    BRINGS,
    CATALOG,
    PRESETS,
    ROOT,
    Answers,
    on,
    with_brought,
    with_requirements,
)
from tests.template.files import relative_files

FEATURES = list(CATALOG.features.values())
CHOICES = [
    pytest.param(feature, value, id=f"{feature.name}={value}")
    for feature in FEATURES
    for value in feature.values
    if value != feature.off
]


SHARED = [
    line
    for block in read(ROOT / "copier.yml")[0]["_exclude"]
    for line in block.splitlines()
    if line.startswith("/")
]  # what several features need comes and goes with the last of them


def owned(paths: Iterable[str], files: Iterable[str]) -> set[str]:
    """Return the files at or below owned paths."""
    roots = [path.removeprefix("/") for path in paths]
    return {
        name for name in files if any(name == root or name.startswith(f"{root}/") for root in roots)
    }


def without(feature: Question, answers: Mapping[str, Value], catalog: Catalog) -> Answers:
    """Switch a feature off, and whatever requires it or brings it along."""
    gone = {feature.name, *(owner for owner, name in BRINGS.items() if name == feature.name)}
    for _ in catalog.questions:
        gone |= {q.name for q in catalog.questions.values() if gone & set(q.requires)}
    return {**answers, **{name: catalog.questions[name].off for name in gone}}


@pytest.mark.parametrize(("feature", "value"), CHOICES)
@pytest.mark.parametrize(
    "rest",
    [pytest.param(n, marks=() if n == "full" else pytest.mark.slow) for n in PRESETS],
)
def test_owned_paths_are_what_a_feature_adds(
    feature: Question, value: Value, rest: str, rendered: Render, catalog: Catalog
) -> None:
    answers = with_requirements({**PRESETS[rest], feature.name: value}, catalog)
    for needed in feature.requires:
        answers[needed] = on(catalog.questions[needed])
    plain = without(feature, answers, catalog)
    before, after = with_brought(plain), with_brought(answers)
    gone = [question for question in FEATURES if before[question.name] != after[question.name]]

    present, absent = (set(relative_files(rendered(row))) for row in (answers, plain))

    shared = owned(SHARED, present | absent)
    expected = owned((path for q in gone for path in q.paths), present)
    assert present - absent - shared == expected - shared
    assert not absent - present - shared


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_owned_path_exists(feature: Question, rendered: Render) -> None:
    chosen = [value for value in feature.values if value != feature.off]
    projects = [rendered({**PRESETS["full"], feature.name: value}) for value in chosen]

    missing = [
        path
        for path in feature.paths
        if not any((project / path.removeprefix("/")).exists() for project in projects)
    ]

    assert not missing


def test_no_path_has_two_owners() -> None:
    paths = [*SHARED, *(path for feature in FEATURES for path in feature.paths)]

    assert len(paths) == len(set(paths))


def test_switching_a_feature_off_leaves_no_empty_folder(project: Path) -> None:
    folders = [path for path in project.rglob("*") if path.is_dir()]

    assert not [str(path.relative_to(project)) for path in folders if not any(path.iterdir())]
