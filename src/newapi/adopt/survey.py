"""Survey a project that newapi did not create, and list the parts that newapi would add."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newapi.project import answers_file

if TYPE_CHECKING:
    from newapi.adopt.likeness import Committed

Layout = Literal["full-stack-fastapi-template", "other"]

OFFICIAL: Layout = "full-stack-fastapi-template"
_OFFICIAL_ANSWERS = ".copier/.copier-answers.yml"
_OFFICIAL_FILES = ("backend/app/main.py", "backend/app/core/config.py", "backend/app/api/deps.py")
_REQUIREMENTS = re.compile(r"(?:.+/)?(?:pyproject\.toml|requirements[^/]*\.txt|Pipfile|setup\.cfg)")
_MOST_FILES = 20
_QUESTIONS = {"github": "ci", "gitlab": "ci"}  # of choices that do not name theirs


@dataclass(frozen=True)
class Part:
    """A part of a project: what shows it, and what newapi has in its place (empty: nothing)."""

    name: str
    evidence: str
    choice: str
    note: str = ""


@dataclass(frozen=True)
class _Rule:
    """A part, the distributions and the paths that show it."""

    name: str
    choice: str
    distributions: str = ""
    paths: str = ""
    note: str = ""


_RULES = (
    _Rule("PostgreSQL", "database=postgres", "asyncpg|psycopg2?(-binary)?"),
    _Rule("MySQL", "database=mysql", "aiomysql|asyncmy|pymysql|mysqlclient"),
    _Rule(
        "accounts",
        "auth",
        "fastapi-users|pyjwt|python-jose|passlib|pwdlib|authx",
        note="newapi stores passwords as Argon2id digests and has sessions in a table of its own",
    ),
    _Rule("sign-in with providers", "oauth", "authlib|httpx-oauth|fastapi-sso"),
    _Rule("e-mail", "email", "emails|fastapi-mail|aiosmtplib", r".*email[-_]templates/.*"),
    _Rule("Celery", "celery", "celery"),
    _Rule("response cache", "cache", "fastapi-cache2|aiocache|cashews"),
    _Rule("rate limits", "rate_limit", "slowapi|fastapi-limiter"),
    _Rule("admin pages", "admin", "sqladmin|starlette-admin|fastapi-amis-admin"),
    _Rule("Prometheus", "metrics", "prometheus-(client|fastapi-instrumentator)|starlette-exporter"),
    _Rule("OpenTelemetry", "tracing", "opentelemetry-.+"),
    _Rule("Sentry", "sentry", "sentry-sdk"),
    _Rule("Docker", "docker", paths=r"(.+/)?Dockerfile"),
    _Rule("Traefik", "traefik", paths=r"(.+/)?(docker-)?compose\.traefik\.ya?ml"),
    _Rule("Kubernetes", "kubernetes", paths=r"(.+/)?(kustomization\.ya?ml|Chart\.yaml)"),
    _Rule("GitHub Actions", "github", paths=r"\.github/workflows/.+\.ya?ml"),
    _Rule("GitLab CI", "gitlab", paths=r"\.gitlab-ci\.ya?ml"),
    _Rule("pre-commit", "pre_commit", paths=r"\.pre-commit-config\.ya?ml"),
    _Rule("development container", "devcontainer", paths=r"\.devcontainer/.+"),
    _Rule("a front end", "", paths=r"(frontend|web|client|ui)/package\.json",
          note="newapi makes the API only; clients=true writes a typed client for it"),
    _Rule("SQLModel", "", "sqlmodel",
          note="newapi has SQLAlchemy models and Pydantic schemas apart, and async sessions"),
    _Rule("another database", "", "motor|pymongo|beanie|odmantic|tortoise-orm|peewee|ormar"),
    _Rule("GraphQL", "", "strawberry-graphql|graphene|ariadne"),
    _Rule("other background tasks", "", "arq|taskiq|dramatiq|rq|procrastinate",
          note="newapi has Celery, or tasks in the process of the server"),
)  # fmt: skip


@dataclass(frozen=True)
class Survey:
    """The layout of a project and its parts."""

    layout: Layout
    parts: tuple[Part, ...]
    made_from: str = ""
    project_name: str = ""

    @property
    def choices(self) -> list[str]:
        """Return what `newapi create --with` takes: of each question, the first answer."""
        found: dict[str, str] = {}
        for part in self.parts:
            if part.choice:
                found.setdefault(
                    _QUESTIONS.get(part.choice, part.choice.partition("=")[0]), part.choice
                )
        return [*found.values()]


def make(committed: Committed) -> Survey:
    """Look at the dependencies and the paths of a project."""
    paths = committed.listing.keys()
    named = _distributions(committed)
    parts = tuple(part for rule in _RULES for part in _found(rule, named, paths))
    record = committed.read([_OFFICIAL_ANSWERS]).get(_OFFICIAL_ANSWERS)
    answers, _ = answers_file.parse(record.data) if record else ({}, [])
    made_from = _made_from(answers)
    is_official = OFFICIAL in made_from or all(path in paths for path in _OFFICIAL_FILES)
    name = re.sub(r"[^a-z0-9]+", "-", answers.get("project_name", "").lower()).strip("-")
    return Survey(OFFICIAL if is_official else "other", parts, made_from, name)


def _found(rule: _Rule, named: Mapping[str, str], paths: Collection[str]) -> Iterator[Part]:
    if rule.distributions:
        for name in named:
            if re.fullmatch(rule.distributions, name):
                yield Part(rule.name, f"{name} in {named[name]}", rule.choice, rule.note)
                return
    if rule.paths:
        path = next((p for p in sorted(paths) if re.fullmatch(rule.paths, p)), "")
        if path:
            yield Part(rule.name, path, rule.choice, rule.note)


def _distributions(committed: Committed) -> dict[str, str]:
    """Return the distributions that a project requires, with the file that names each."""
    files = [path for path in committed.listing if _REQUIREMENTS.fullmatch(path)]
    nearest = sorted(files, key=lambda path: (path.count("/"), path))[:_MOST_FILES]
    found: dict[str, str] = {}
    for path, entry in committed.read(nearest).items():
        text = entry.data.decode(errors="replace").lower()
        for name in re.findall(r"""(?m)(?:^|["'])\s*([a-z0-9][a-z0-9._-]*)""", text):
            found.setdefault(re.sub(r"[._-]+", "-", name), path)
    return found


def _made_from(answers: Mapping[str, str]) -> str:
    """Return the template and version that an answers file of Copier names."""
    source, commit = answers.get(answers_file.SRC_PATH, ""), answers.get(answers_file.COMMIT, "")
    return f"{source} {commit}".strip()
