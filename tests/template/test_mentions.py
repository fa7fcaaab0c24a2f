"""No file speaks of a feature that the project does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from newapi.catalog import Catalog, Value
from tests.conftest import Render
from tests.matrix import PROJECTS, with_brought
from tests.template.files import texts

WORDS: Mapping[tuple[str, Value], str] = {
    ("tables", False): (
        r"\bEntity\b|\bCRUD\b|\bUTCDateTime\b|\bcrud/|app\.crud|(?i:schemathesis)"
        r"|\bMIGRATE_ON_START\b|\bConflict\b"
    ),
    ("auth", False): (
        r"(?i)\bjwt\b|secret_key|argon2|pwdlib|refresh[_ ]token|access[_ ]token|new_password"
        r"|password_hash|current_?user|require_roles|/auth/|\bsign[ -](up|in)\b|\blog[ -]?in\b"
        r"|create-admin|smtp"
    ),
    ("oauth", False): (
        r"(?i)\bauthlib\b|\bjoserfc\b|google_client|\boidc|\bidentit(y|ies)\b|openid"
        r"|public_url|sign-?in with"
    ),
    ("email", False): (
        r"(?i)verif\w+[-_ ]e-?mail|email_verified_at|email_token|password[- ]reset|frontend_url"
    ),
    ("items", False): (
        r"(?i:rich.?text|\bnh3\b)|\bitems?\.py\b|\bItem(Create|Read|Update)?\b|/items\b"
        r"|\bitems_router\b"
    ),
    ("envelope", False): r"Envelope|get_envelope|app[./]envelope|unwrap|in envelopes",
    ("admin", False): r"(?i)\bsqladmin|app\.admin|\badmin pages",
    ("metrics", False): r"(?i)prometheus|metrics_token|/metrics\b|\bscrapes?\b",
    ("tracing", False): r"(?i)opentelemetry|\botel_|\botlp\b|traceparent|trace_?ids?\b",
    ("sentry", False): r"(?i)\bsentry|\bdsn\b",
    ("cache", False): r"(?i)cache_seconds|\bcached\b|\bapi[./]cache\b",
    ("rate_limit", False): r"(?i)rate[-_ ]?limit|\blimits\.py\b|app\.api\.limits|too_?many",
    ("jobs", "none"): (
        r"(?i)\bcelery\b|kombu|\bbroker\b|\btasks\.py\b|\bTask(Kind|Status|Read)?\b|/tasks\b"
        r"|\bupload_folder\b|\bapp[./]jobs\b"
    ),
    ("jobs", "background"): r"(?i)\bcelery\b|kombu|\bbroker\b|\bapp[./]worker\b|rabbitmq|\bbeat\b",
    ("docker", False): r"(?i)\bdocker\b|dockerfile|\bcompose\b|\bcontainers?\b",
    ("traefik", False): r"(?i)traefik|\bacme_|let's encrypt",
    ("kubernetes", False): r"(?i)kubernetes|\bkubectl\b|\bkustom|\boverlays?\b",
    ("devcontainer", False): r"(?i)\.?devcontainer|\bdevelopment containers?\b",
    ("ci", "none"): (
        r"(?i)\.github/|\bgithub[ -]actions\b|\bgitlab\b|\bdependabot\b|\bcontinuous integration\b"
    ),
    ("ci", "github"): r"(?i)\bgitlab\b",
    ("ci", "gitlab"): r"(?i)\.github/|\bgithub[ -]actions\b|\bdependabot\b",
    ("pre_commit", False): r"(?i)\bpre[-_]commit\b",
    ("agents", False): r"(?i)\bagents\b",
    ("database", "sqlite"): r"(?i)postgres|asyncpg|pgserver|mysql|mariadb|pool_recycle",
    ("database", "postgres"): r"(?i)aiosqlite|mysql|mariadb",
    ("database", "mysql"): r"(?i)postgres|asyncpg|pgserver",
    ("license", "none"): r"(?i)\bMIT licen[sc]e\b|\bApache License\b",
}
NOT_PROSE = {".copier-answers.yml"}


@pytest.mark.parametrize("name", PROJECTS)
def test_no_file_mentions_what_is_off(name: str, rendered: Render) -> None:
    answers = PROJECTS[name]
    absent = [
        re.compile(words)
        for (question, value), words in WORDS.items()
        if with_brought(answers).get(question) == value
    ]

    mentions = [
        f"{file}:{number}: {line.strip()}"
        for file, text in texts(rendered(answers))
        if file not in NOT_PROSE
        for number, line in enumerate(text.splitlines(), 1)
        if any(pattern.search(line) for pattern in absent)
    ]

    assert not mentions


def test_every_feature_has_its_words(catalog: Catalog) -> None:
    features = {(name, feature.off) for name, feature in catalog.features.items()}

    assert features <= set(WORDS)


@pytest.mark.parametrize(("question", "value"), WORDS)
def test_the_words_are_those_of_the_feature(question: str, value: Value, rendered: Render) -> None:
    """A pattern that finds nothing where the feature is on would prove nothing where it is off."""
    found = {
        word.lower()
        for answers in PROJECTS.values()
        if answers.get(question, value) != value
        for _, text in texts(rendered(answers))
        for word in re.findall(WORDS[question, value], text)
    }

    assert found
