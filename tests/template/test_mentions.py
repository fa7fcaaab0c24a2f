"""No file speaks of a feature that the project does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pytest

from newapi.template.catalog import Catalog, Value, read
from tests.conftest import Render
from tests.matrix import ROOT, with_brought
from tests.projects import PROJECTS
from tests.template.files import texts_once

# Patterns of core questions; those of features are in the manifests.
CORE: Mapping[tuple[str, Value], str] = {
    ("database", "sqlite"): r"(?i)postgres|asyncpg|pgserver|mysql|mariadb|pool_recycle",
    ("database", "postgres"): r"(?i)aiosqlite|mysql|mariadb",
    ("database", "mysql"): r"(?i)postgres|asyncpg|pgserver",
    ("license", "none"): r"(?i)\bMIT licen[sc]e\b|\bApache License\b",
}


def words_of_features() -> Mapping[tuple[str, Value], str]:
    """Return the pattern that each manifest gives for the answers that leave its feature out."""
    words: dict[tuple[str, Value], str] = {}
    for document in read(ROOT / "copier.yml")[1]:
        name = next(key for key in document if not key.startswith("_"))
        patterns = document["_newapi"]["words"]
        if isinstance(patterns, str):
            patterns = {False: patterns}
        words |= {(name, answer): pattern for answer, pattern in patterns.items()}
    return words


WORDS = {**CORE, **words_of_features()}
PATTERNS = {answer: re.compile(words) for answer, words in WORDS.items()}
NOT_PROSE = {".copier-answers.yml", "LICENSE"}


@cache
def contradicted(line: str) -> frozenset[tuple[str, Value]]:
    """Return the answers whose words are in a line; most lines are the same in many projects."""
    return frozenset(answer for answer, pattern in PATTERNS.items() if pattern.search(line))


@pytest.mark.parametrize("name", PROJECTS)
def test_no_file_mentions_what_is_off(name: str, rendered: Render) -> None:
    answers = PROJECTS[name]
    given = with_brought(answers).items()

    mentions = [
        f"{file}:{number}: {line.strip()}"
        for file, text in texts_once(rendered(answers)).items()
        if file not in NOT_PROSE
        for number, line in enumerate(text.splitlines(), 1)
        if contradicted(line) & given
    ]

    assert not mentions


def test_every_feature_has_its_words(catalog: Catalog) -> None:
    features = {(name, feature.off) for name, feature in catalog.features.items()}

    assert features <= set(WORDS)


@pytest.mark.parametrize(("question", "value"), WORDS)
def test_the_words_are_those_of_the_feature(question: str, value: Value, rendered: Render) -> None:
    """A pattern that finds nothing where the feature is on would prove nothing where it is off."""
    pattern = PATTERNS[question, value]
    projects = (rendered(row) for row in PROJECTS.values() if row.get(question, value) != value)

    assert any(pattern.search(text) for path in projects for text in texts_once(path).values())
