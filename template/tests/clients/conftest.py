"""Fixtures of the tests of generated clients."""

from collections.abc import Generator

import pytest
from fastapi import FastAPI

from tests.loopback import listen


@pytest.fixture
def url(app: FastAPI) -> Generator[str]:
    """Yield the URL of a running server."""
    with listen(app) as port:
        yield f"http://127.0.0.1:{port}"
