"""What people are shown says what they get."""

from __future__ import annotations

import re

import pytest

from newapi import catalog, report
from newapi.console import Console
from newapi.draft import Draft
from tests.matrix import ROOT


@pytest.mark.parametrize(("preset", "shown"), [("minimal", True), ("standard", False)])
def test_what_comes_with_accounts_is_not_called_off(
    preset: str, capfd: pytest.CaptureFixture[str], *, shown: bool
) -> None:
    report.summary(Console(), Draft(catalog.load(ROOT), preset, {}, {}, {}, "demo"))

    summary = capfd.readouterr().out
    assert "database" in summary
    assert bool(re.search(r"tables +no", summary)) == shown
    assert ("tables" in summary) == shown
