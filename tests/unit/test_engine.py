"""Rendering: what Copier makes, from exactly the answers that were given."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import copier
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from newapi.errors import NewapiError
from newapi.template import catalog, engine
from newapi.template.catalog import Catalog, Value
from newapi.template.sources import Source
from tests import trees

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = catalog.load(ROOT)
PROSE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "))


@pytest.fixture
def template(tmp_path: Path) -> Source:
    """Return a small template."""
    root = trees.write(tmp_path / "template")
    return Source(root, "https://host.example/t.git", "v1.2.3")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return this repository's template, committed and tagged as plain Copier wants it."""
    return trees.repository(tmp_path_factory.mktemp("newapi"), "v7.8.9")


@st.composite
def answers(draw: st.DrawFn, questions: Catalog = QUESTIONS) -> dict[str, Value]:
    """Draw answers to every question that fit together."""
    drawn: dict[str, Value] = {
        question.name: draw(st.sampled_from(question.values) if question.values else PROSE)
        for question in questions.questions.values()
    }
    drawn["project_name"] = draw(st.from_regex(r"[a-z][a-z0-9-]{2,20}[a-z0-9]", fullmatch=True))
    for _ in questions.features:
        for name, question in questions.features.items():
            if any(
                drawn[needed] == questions.questions[needed].off for needed in question.requires
            ):
                drawn[name] = question.off
    return drawn


def plain_copier(repository: Path, chosen: Mapping[str, Value], destination: Path) -> None:
    """Render as `copier copy` does."""
    with warnings.catch_warnings(action="ignore"):
        copier.run_copy(
            str(repository),
            destination,
            data=dict(chosen),
            defaults=True,
            quiet=True,
            settings=copier.Settings(),
        )


@pytest.mark.slow
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a rendering takes too long to look for simpler examples
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(chosen=answers())
def test_result_is_what_plain_copier_makes_of_the_tag(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, chosen: dict[str, Value]
) -> None:
    folder = tmp_path_factory.mktemp("renders")
    source = Source(repository, str(repository), "v7.8.9")

    engine.render(source, chosen, folder / "newapi")
    plain_copier(repository, chosen, folder / "copier")

    assert trees.read(folder / "newapi") == trees.read(folder / "copier")


def test_same_answers_give_the_same_bytes(template: Source, tmp_path: Path) -> None:
    for name in ("one", "two"):
        engine.render(template, {"project_name": "demo", "docker": True}, tmp_path / name / "demo")

    assert trees.read(tmp_path / "one") == trees.read(tmp_path / "two")


def test_answers_file_begins_with_where_it_came_from(template: Source, tmp_path: Path) -> None:
    engine.render(template, {"project_name": "yes"}, tmp_path / "out")

    assert (tmp_path / "out/.copier-answers.yml").read_text() == (
        "_commit: v1.2.3\n"
        "_src_path: https://host.example/t.git\n"
        "docker: false\n"
        "project_name: 'yes'\n"
    )


def test_template_without_a_version_records_none(tmp_path: Path) -> None:
    root = trees.write(tmp_path / "template")

    engine.render(Source(root, str(root), ""), {}, tmp_path / "out")

    assert "_commit" not in (tmp_path / "out/.copier-answers.yml").read_text()


def test_long_folder_with_spaces_is_replaced_as_a_whole(tmp_path: Path) -> None:
    root = trees.write(tmp_path / ("a long name " * 12).strip() / "Größe")

    engine.render(Source(root, "https://host.example/t.git", "v1"), {}, tmp_path / "out")

    assert (tmp_path / "out/.copier-answers.yml").read_text().splitlines()[:3] == [
        "_commit: v1",
        "_src_path: https://host.example/t.git",
        "docker: false",
    ]


def test_braces_in_an_answer_appear_literally(template: Source, tmp_path: Path) -> None:
    engine.render(template, {"project_name": "{{ 7 * 7 }} {% raw %} #}"}, tmp_path / "out")

    assert (tmp_path / "out/README.md").read_text() == "# {{ 7 * 7 }} {% raw %} #}\n"


@pytest.mark.filterwarnings(  # Copier leaves the folder that it was reading open
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"template/x.jinja": "{{ unknown }}"}, "'unknown' is undefined"),
        ({"template/x.jinja": "# {% if %}\n"}, "Expected an expression"),
        ({"template/{{ unknown }}": ""}, "'unknown' is undefined"),
        ({"copier.yml": "a: [\n"}, "copier.yml"),
        ({"features/docker.yml": "docker: {type: bool, validator: no way}\n"}, "no way"),
        ({"features/docker.yml": "docker: {type: nonsense}\n"}, "nonsense"),
        ({"features/docker.yml": "docker: {type: bool, when: false}\n"}, "answers: docker"),
        ({"copier.yml": "_subdirectory: ../..\n"}, "cannot be rendered"),
        ({"copier.yml": "_exclude: 3\n"}, "cannot be rendered"),
        ({"copier.yml": "_answers_file: /x\n"}, "cannot be rendered"),
    ],
)
def test_broken_template_is_one_line(
    template: Source, tmp_path: Path, files: dict[str, str], message: str
) -> None:
    trees.write(template.path, files)

    with pytest.raises(NewapiError, match=message) as raised:
        engine.render(template, {"project_name": "demo", "docker": True}, tmp_path / "out")
    assert "\n" not in raised.value.message


def test_answer_to_an_unknown_question_is_refused(template: Source, tmp_path: Path) -> None:
    with pytest.raises(NewapiError, match="did not record these answers: colour"):
        engine.render(template, {"colour": "red"}, tmp_path / "out")


def test_template_without_an_answers_file_is_refused(template: Source, tmp_path: Path) -> None:
    (template.path / "template/{{ _copier_conf.answers_file }}.jinja").unlink()

    with pytest.raises(NewapiError, match=r"does not write \.copier-answers\.yml"):
        engine.render(template, {}, tmp_path / "out")


def test_settings_of_the_user_do_not_matter(
    template: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "settings.yml"
    config.write_text("defaults: {project_name: mine}\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(config))

    engine.render(template, {}, tmp_path / "out")

    assert (tmp_path / "out/README.md").read_text() == "# myproject\n"


def test_git_is_not_needed(
    template: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    engine.render(template, {}, tmp_path / "out")

    assert (tmp_path / "out/app/main.py").exists()


def test_program_called_git_in_the_working_folder_is_not_run(
    template: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/run\n")
    (tmp_path / "git").chmod(0o755)

    engine.render(template, {"project_name": "demo"}, tmp_path / "made")

    assert not (tmp_path / "run").exists()


def test_jinja_is_left_as_it_was(template: Source, tmp_path: Path) -> None:
    from jinja2 import Environment

    before = Environment.compile
    engine.render(template, {}, tmp_path / "out")

    assert Environment.compile is before


def test_copier_without_what_is_gathered_once_renders_the_same(
    template: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.render(template, {"docker": True}, tmp_path / "before")
    elsewhere = (("Gone", "combined"), ("Worker", "gone"), ("Worker", "jinja_env"))
    monkeypatch.setattr(engine, "_GATHERS", elsewhere)

    engine.render(template, {"docker": True}, tmp_path / "after")

    assert trees.read(tmp_path / "after") == trees.read(tmp_path / "before")


def test_template_may_have_delimiters_of_its_own(tmp_path: Path) -> None:
    files = {
        "copier.yml": "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\nname: x",
        "[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers | to_nice_yaml ]]",
        "[[ name ]].txt": "",
    }
    root = trees.write(tmp_path / "template", files)

    engine.render(
        Source(root, "https://host.example/t.git", "v1"), {"name": "ada"}, tmp_path / "made"
    )

    assert (tmp_path / "made/ada.txt").exists()


def test_equal_strings_of_templates_with_other_settings_are_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answers, made = "[[ _copier_conf.answers_file ]].jinja", []

    for setting in ("false", "true"):
        files = {
            "copier.yml": "_envops: {variable_start_string: '[[', variable_end_string: ']]', "
            f"trim_blocks: {setting}}}\nname: x",
            answers: "[[ _copier_answers | to_nice_yaml ]]",
            "shown.txt.jinja": "{% if true %}\n[[ name ]]{% endif %}",
        }
        root = trees.write(tmp_path / setting, files)
        monkeypatch.setattr(engine, "_COMPILED", {})  # as in another process
        source = Source(root, "https://host.example/t.git", "v1")
        engine.render(source, {"name": "ada"}, tmp_path / f"made-{setting}")
        made.append((tmp_path / f"made-{setting}/shown.txt").read_text())

    assert made == ["\nada", "ada"]


def test_spoilt_store_of_compiled_templates_changes_nothing(
    template: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    made = []
    stored: list[Path] = []

    for number in range(3):
        monkeypatch.setattr(engine, "_COMPILED", {})  # as in another process
        engine.render(template, {"project_name": "demo"}, tmp_path / str(number))
        made.append(trees.read(tmp_path / str(number)))
        stored = list((tmp_path / "temporary").rglob("newapi_*.cache"))
        for path in stored:
            path.write_bytes(path.read_bytes()[: 40 * number])

    assert stored
    assert made[0] == made[1] == made[2]
