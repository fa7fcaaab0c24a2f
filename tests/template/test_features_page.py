"""The page that names a test for each behaviour names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from newapi.catalog import Catalog
from tests.conftest import Render
from tests.matrix import PRESETS, ROOT

PAGE = (ROOT / "docs/features.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`( \*)?")


def test_every_named_test_exists(rendered: Render) -> None:
    project = rendered(PRESETS["full"])

    missing = [
        f"{path}::{name}"
        for path, name, here in NAMED.findall(PAGE)
        if not defines((ROOT if here else project) / path, name)
    ]

    assert not missing


def test_every_feature_is_on_the_page(catalog: Catalog) -> None:
    assert not [name for name in catalog.features if f"`{name}`" not in PAGE]


def defines(path: Path, name: str) -> bool:
    """Tell whether a file exists and defines a test."""
    return path.is_file() and f"def {name}" in path.read_text(encoding="utf-8")
