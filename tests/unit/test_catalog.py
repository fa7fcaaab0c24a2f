"""The catalog holds the questions of the template."""

from __future__ import annotations

from pathlib import Path

import pytest

from newapi.errors import NewapiError
from newapi.template import catalog
from newapi.template.catalog import Catalog
from tests.unit import sample


def test_questions_keep_the_order_of_the_template(small: Catalog) -> None:
    assert list(small.questions) == [
        *("project_name", "project_title", "description", "author_name", "author_email"),
        *("database", "auth", "items", "oauth", "sharing", "jobs", "docker", "ci"),
    ]


def test_hidden_answers_are_not_questions(small: Catalog) -> None:
    assert "project_slug" not in small.questions


def test_question_with_a_manifest_is_a_feature(small: Catalog) -> None:
    assert list(small.features) == ["auth", "items", "oauth", "sharing", "jobs", "docker", "ci"]


def test_manifest_tells_all_about_a_feature(small: Catalog) -> None:
    items = small.questions["items"]

    assert (items.type, items.default, items.help) == ("bool", "{{ auth }}", "About items")
    assert (items.title, items.group, items.requires) == ("The items", "API", ("auth",))
    assert items.presets == {"minimal": False, "standard": True, "full": True}
    assert items.paths == ("/items.txt",)


def test_core_question_has_its_group_and_presets(small: Catalog) -> None:
    database = small.questions["database"]

    assert database.group == "Data"
    assert database.presets["full"] == "postgres"
    assert small.questions["description"].group == "Project"


def test_groups_without_questions_are_left_out(small: Catalog) -> None:
    groups = {group: [question.name for question in found] for group, found in small.grouped()}

    assert groups["API"] == ["items", "sharing"]
    assert list(groups) == ["Project", "Data", "Security", "API", "Delivery"]


def test_off_is_false_or_none(small: Catalog) -> None:
    assert small.questions["auth"].off is False
    assert small.questions["ci"].off == "none"
    assert small.questions["ci"].can_be_off
    assert not small.questions["database"].can_be_off


def test_settings_are_those_of_copier_and_of_the_manifests(tmp_path: Path) -> None:
    root = sample.write(tmp_path)
    (root / "features/ci.yml").write_text("ci: {type: str, default: none}\n_tasks: [date]\n")

    settings = catalog.settings(root)

    assert settings["_subdirectory"] == "template"
    assert settings["_tasks"] == ["date"]


def test_template_without_metadata_is_readable(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text("name: demo\nport: {type: int, default: 8000}\n")

    found = catalog.load(tmp_path)

    assert found.questions["name"].default == "demo"
    assert found.questions["port"].default == "8000"
    assert (found.groups, found.default_preset) == (("Project",), "")


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "- a list",
        "a: {type: str}\n_newapi: 3",
        "just words",
        "a: !!python/name:os.x",
    ],
)
def test_broken_template_is_an_error_with_a_hint(tmp_path: Path, text: str) -> None:
    (tmp_path / "copier.yml").write_text(text)

    with pytest.raises(NewapiError, match="cannot be read") as caught:
        catalog.load(tmp_path)

    assert "Reinstall" in caught.value.hint


def test_missing_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NewapiError, match="cannot be read"):
        catalog.load(tmp_path / "nowhere")


def test_renames_of_core_and_manifests_are_one_mapping(tmp_path: Path) -> None:
    root = sample.write(tmp_path)
    for name, line in (("copier.yml", "a.py: b.py"), ("features/auth.yml", "c.py: d.py")):
        path = root / name
        path.write_text(
            path.read_text().replace("_newapi:\n", f"_newapi:\n  renames: {{{line}}}\n")
        )

    assert catalog.load(root).renames == {"a.py": "b.py", "c.py": "d.py"}
    assert sample.catalog(tmp_path / "without").renames == {}
