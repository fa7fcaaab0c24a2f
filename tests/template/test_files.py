"""Every rendered file is complete, clean and readable by its own parser."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from tests.conftest import Render
from tests.matrix import PRESETS, TEMPLATE
from tests.template.files import PARSERS, code_lines, python_lines, texts

JINJA = re.compile(r"\{%|%\}|\{#-|-#\}|(?<!\$)\{\{")
AIRY = (".md", ".mako", ".py")  # two blank lines in a row may be meant
SEAMS = {
    ".devcontainer/Dockerfile.jinja",
    ".devcontainer/compose.yaml.jinja",
    ".env.example.jinja",
    ".github/dependabot.yml.jinja",
    ".github/workflows/ci.yml.jinja",
    ".gitlab-ci.yml.jinja",
    "Dockerfile.jinja",
    "README.md.jinja",
    "alembic/env.py.jinja",
    "alembic/versions/1e978cc9dd31_tasks.py.jinja",
    "alembic/versions/3e554e9c7ec2_users.py.jinja",
    "alembic/versions/6cefa2f64b78_email.py.jinja",
    "alembic/versions/7b8ae176ec4c_items.py.jinja",
    "alembic/versions/8f572d309fb2_identities.py.jinja",
    "app/admin/auth.py.jinja",
    "app/admin/base.py.jinja",
    "app/admin/views.py.jinja",
    "app/api/health.py.jinja",
    "app/api/v1/api.py.jinja",
    "app/api/v1/endpoints/auth.py.jinja",
    "app/api/v1/endpoints/items.py.jinja",
    "app/api/v1/endpoints/tasks.py.jinja",
    "app/api/v1/endpoints/users.py.jinja",
    "app/cli.py.jinja",
    "app/commands.py.jinja",
    "app/config.py.jinja",
    "app/core/database.py.jinja",
    "app/core/logging.py.jinja",
    "app/core/sentry.py.jinja",
    "app/crud/email_token.py.jinja",
    "app/core/messages.py.jinja",
    "app/crud/identity.py.jinja",
    "app/crud/session.py.jinja",
    "app/crud/user.py.jinja",
    "app/dependencies.py.jinja",
    "app/exceptions.py.jinja",
    "app/factory.py.jinja",
    "app/jobs/queue.py.jinja",
    "app/jobs/run.py.jinja",
    "app/jobs/work.py.jinja",
    "app/middleware.py.jinja",
    "app/models/__init__.py.jinja",
    "app/models/entity.py.jinja",
    "app/models/identity.py.jinja",
    "app/models/user.py.jinja",
    "app/problems.py.jinja",
    "app/schemas/user.py.jinja",
    "app/worker/celery_app.py.jinja",
    "app/worker/tasks.py.jinja",
    "compose.prod.yaml.jinja",
    "compose.yaml.jinja",
    "deploy/kubernetes/.env.example.jinja",
    "deploy/kubernetes/base/api.yaml.jinja",
    "deploy/kubernetes/base/ingress.yaml.jinja",
    "deploy/kubernetes/base/kustomization.yaml.jinja",
    "deploy/kubernetes/base/network-policy.yaml.jinja",
    "deploy/kubernetes/base/worker.yaml.jinja",
    "deploy/kubernetes/overlays/production/kustomization.yaml.jinja",
    "deploy/kubernetes/overlays/production/namespace.yaml.jinja",
    "deploy/kubernetes/overlays/staging/kustomization.yaml.jinja",
    "deploy/kubernetes/overlays/staging/namespace.yaml.jinja",
    "pyproject.toml.jinja",
    "tests/api/v1/oauth/conftest.py.jinja",
    "tests/api/v1/test_tasks.py.jinja",
    "tests/conftest.py.jinja",
    "tests/test_config.py.jinja",
    "tests/test_contract.py.jinja",
    "traefik.yaml.jinja",
    "{{ 'LICENSE' if license == 'MIT' else '' }}.jinja",
    "{{ _copier_conf.answers_file }}.jinja",
}


def test_no_template_syntax_is_left_over(project: Path) -> None:
    leftovers = [
        f"{name}:{number}: {line}"
        for name, text in texts(project)
        for number, line in enumerate(text.splitlines(), 1)
        if JINJA.search(line) or name.endswith(".jinja")
    ]

    assert not leftovers


def test_every_file_parses(project: Path) -> None:
    broken = []
    for name, text in texts(project):
        if parse := PARSERS.get(Path(name).suffix):
            try:
                parse(text)
            except (ValueError, SyntaxError, yaml.YAMLError, configparser.Error) as error:
                broken.append(f"{name}: {error}")

    assert not broken


def test_every_file_ends_and_breathes_as_an_editor_would_leave_it(project: Path) -> None:
    debris = [
        f"{name}: {text[-30:]!r}"
        for name, text in texts(project)
        if text
        and name != "LICENSE"
        and (
            not text.endswith("\n")
            or text.endswith("\n\n")
            or text.startswith("\n")
            or "\r" in text
            or re.search(r"[ \t]+$", text, re.MULTILINE)
            or "\n" * (4 if name.endswith(AIRY) else 3) in text
        )
    ]

    assert not debris


def test_modules_stay_short(project: Path) -> None:
    long = {name: lines for name, lines in python_lines(project).items() if lines > 150}

    assert not long


def test_minimal_is_small(rendered: Render) -> None:
    project = rendered(PRESETS["minimal"])

    assert sum(python_lines(project, "app/").values()) <= 600
    assert sum(python_lines(project).values()) <= 1000


def test_full_stays_within_what_one_team_can_own(rendered: Render) -> None:
    modules = rendered(PRESETS["full"]).rglob("*.py")

    assert sum(code_lines(path.read_text(encoding="utf-8")) for path in modules) <= 6500


def test_seams_are_the_known_ones() -> None:
    """A new seam is a decision: prefer a file that a manifest owns."""
    assert {path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*.jinja")} == SEAMS


@pytest.mark.parametrize("seam", sorted(SEAMS))
def test_a_seam_is_a_valid_file_with_whole_line_fences(seam: str) -> None:
    text = (TEMPLATE / seam).read_text(encoding="utf-8")
    inline = [line for line in text.splitlines() if "{%" in line and not is_fence(line)]

    assert not inline
    if Path(seam.removesuffix(".jinja")).suffix == ".py":
        PARSERS[".py"](text)


def is_fence(line: str) -> bool:
    """Tell whether a line is nothing but Jinja statements in comments."""
    words = "if|elif|else|endif|for|endfor|set|endset|include"
    return re.fullmatch(rf"\s*(# \{{% ({words})\b[^%]*%\}})+", line) is not None
