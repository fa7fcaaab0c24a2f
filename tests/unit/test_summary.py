"""The summary describes the project that is created."""

from __future__ import annotations

import re

import pytest

from newapi.questions import summary
from newapi.questions.draft import Draft
from newapi.template import catalog
from newapi.terminal.console import Console
from tests.matrix import ROOT


@pytest.mark.parametrize(("preset", "shown"), [("minimal", True), ("standard", False)])
def test_what_comes_with_accounts_is_not_called_off(
    preset: str, capfd: pytest.CaptureFixture[str], *, shown: bool
) -> None:
    summary.show(Console(), Draft(catalog.load(ROOT), preset, {}, {}, {}, "demo"))

    printed = capfd.readouterr().out
    assert "database" in printed
    assert bool(re.search(r"tables +no", printed)) == shown
    assert ("tables" in printed) == shown
