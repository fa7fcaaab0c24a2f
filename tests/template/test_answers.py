"""A project remembers every answer and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pytest_copier.plugin import CopierFixture

from newapi.template import address
from newapi.template.catalog import Catalog
from tests import trees
from tests.conftest import Render
from tests.matrix import PRESETS
from tests.projects import PROJECTS


@pytest.mark.parametrize("name", PROJECTS)
def test_answers_file_holds_every_answer(name: str, rendered: Render, catalog: Catalog) -> None:
    path = rendered(PROJECTS[name]) / ".copier-answers.yml"

    recorded = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert recorded["_src_path"] == address.canonical()
    assert set(recorded) == {"_commit", "_src_path", *catalog.questions}
    assert {key: recorded[key] for key in PROJECTS[name]} == PROJECTS[name]


def test_defaults_are_the_default_preset(rendered: Render, catalog: Catalog) -> None:
    chosen, default = rendered(PRESETS[catalog.default_preset]), rendered({})

    assert trees.read(default) == trees.read(chosen)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "minimal" else pytest.mark.slow) for name in PRESETS],
)
def test_plain_copier_renders_the_same_project(
    name: str, rendered: Render, copier: CopierFixture, tmp_path: Path
) -> None:
    plain = copier.copy(tmp_path / "myproject", **PRESETS[name]).path

    ours = rendered(PRESETS[name])

    assert without_provenance(plain) == without_provenance(ours)


def test_plain_copier_refuses_a_feature_without_what_it_requires(
    copier: CopierFixture, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="items needs auth"):
        copier.copy(tmp_path / "myproject", auth=False, items=True)


def without_provenance(project: Path) -> dict[str, tuple[int, bytes | str]]:
    """Return the files without the lines that say where the template came from."""
    files = trees.read(project)
    mode, answers = files[".copier-answers.yml"]
    assert isinstance(answers, bytes)
    lines = answers.splitlines(keepends=True)
    kept = b"".join(line for line in lines if not line.startswith((b"_commit:", b"_src_path:")))
    return {**files, ".copier-answers.yml": (mode, kept)}
