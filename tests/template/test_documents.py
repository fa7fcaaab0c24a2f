"""The README is short, and the pages in docs/ are linked and true to the project's files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Render
from tests.matrix import PRESETS
from tests.projects import PROJECTS

LINK = re.compile(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:\.github|alembic|app|deploy|docs|tests)/[\w./-]*")
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
EXAMPLES = re.compile(r"product|app/api/v2/|docs/generated-entities.md")
ELSEWHERE = {  # variables and constants that are no settings of the application
    *(
        "ALL_JOBS",
        "API_PREFIX",
        "DATABASE_URL_FILE",
        "MAX_EMAILS_PER_HOUR",
        "AUTH_SCHEME",
        "MEDIA_TYPE",
        "FORWARDED_ALLOW_IPS",
        "NO_COLOR",
        "WEB_CONCURRENCY",
        "OIDC_NAME",
        "RENOVATE_TOKEN",
    ),
    *("TEST_CELERY_BROKER_URL", "TEST_DATABASE_URL", "TEST_REDIS_URL", "PROMETHEUS_MULTIPROC_DIR"),
}


def pages(project: Path) -> Iterator[tuple[Path, str]]:
    """Yield the documents of a project with their text."""
    for path in sorted([*project.glob("*.md"), *project.glob("docs/*.md")]):
        yield path, path.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """Return the anchors that a renderer gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}


def test_readme_of_standard_is_short(rendered: Render) -> None:
    readme = (rendered(PRESETS["standard"]) / "README.md").read_text(encoding="utf-8")

    assert len(readme.splitlines()) <= 200


@pytest.mark.parametrize("name", PROJECTS)
def test_words_of_a_project_are_few(name: str, rendered: Render) -> None:
    guide = rendered(PROJECTS[name]) / "AGENTS.md"
    if not guide.is_file():
        pytest.skip("this project has no guide for coding agents")

    _, _, words = guide.read_text(encoding="utf-8").partition("| word | meaning |\n| --- | --- |\n")

    assert 0 < len(words.splitlines()) <= 15


@pytest.mark.parametrize("name", PROJECTS)
def test_readme_links_every_page(name: str, rendered: Render) -> None:
    project = rendered(PROJECTS[name])
    readme = (project / "README.md").read_text(encoding="utf-8")

    written = {f"docs/{path.name}" for path in (project / "docs").iterdir()}

    assert {target for target, _ in LINK.findall(readme) if target.startswith("docs/")} == written


@pytest.mark.parametrize("name", PROJECTS)
def test_every_link_leads_somewhere(name: str, rendered: Render) -> None:
    broken = []
    for path, text in pages(rendered(PROJECTS[name])):
        for target, anchor in LINK.findall(text):
            page = path.parent / target if target else path
            if "://" in target:
                continue
            if not page.is_file() or (
                anchor and anchor not in anchors(page.read_text(encoding="utf-8"))
            ):
                broken.append(f"{path.name}: {target}#{anchor}")

    assert not broken


@pytest.mark.parametrize("name", PROJECTS)
def test_documents_name_files_and_settings_that_exist(name: str, rendered: Render) -> None:
    project = rendered(PROJECTS[name])
    example = (project / ".env.example").read_text(encoding="utf-8")
    settings = set(re.findall(r"^(\w+)=", example, re.MULTILINE)) | ELSEWHERE
    missing = []
    for page, text in pages(project):
        for code in CODE.findall(text):
            if PATH.fullmatch(code) and not EXAMPLES.search(code):
                missing += [f"{page.name}: {code}"] * (not (project / code).exists())
            for variable in VARIABLE.findall(code):
                if not variable.startswith("OTEL_"):
                    missing += [f"{page.name}: {variable}"] * (variable not in settings)

    assert not missing
