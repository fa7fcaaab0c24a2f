"""The sample's catalog."""

from __future__ import annotations

import pytest

from newapi.template.catalog import Catalog
from tests.unit import sample


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return the catalog of the sample template."""
    return sample.catalog(tmp_path_factory.mktemp("sample"))
