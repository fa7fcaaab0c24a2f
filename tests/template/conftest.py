"""Fixtures of the template's tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Render
from tests.projects import PROJECTS


@pytest.fixture(scope="session", params=PROJECTS)
def project(request: pytest.FixtureRequest, rendered: Render) -> Path:
    """Return each project of the matrix."""
    return rendered(PROJECTS[request.param])


@pytest.fixture(scope="session")
def projects(rendered: Render) -> Mapping[str, Path]:
    """Return all projects of the matrix by name."""
    return {name: rendered(answers) for name, answers in PROJECTS.items()}
