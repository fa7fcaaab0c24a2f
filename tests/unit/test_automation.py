"""Coding agents and CI systems are recognised by their variables; people are not taken for them."""

from __future__ import annotations

import pytest

from newapi.terminal import automation
from newapi.terminal.automation import Automation


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AI_AGENT", "somebody@1"),
        ("AGENT", "goose"),
        ("CLAUDECODE", "1"),
        ("CURSOR_AGENT", "1"),
        ("CODEX_THREAD_ID", "0199"),
        ("CODEX_SANDBOX", "seatbelt"),
        ("GEMINI_CLI", "1"),
        ("COPILOT_CLI", "1"),
        ("OPENCODE", "1"),
    ],
)
def test_agents_are_known_by_their_variables(name: str, value: str) -> None:
    assert automation.detect({name: value}) == Automation(is_agent=True, variable=name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CI", "true"),
        ("CI", "1"),
        ("CI", "woodpecker"),
        ("GITHUB_ACTIONS", "true"),
        ("GITLAB_CI", "true"),
        ("TF_BUILD", "True"),
        ("JENKINS_URL", "https://ci.example.org"),
        ("TEAMCITY_VERSION", "2026.1"),
    ],
)
def test_ci_is_known_by_its_variables(name: str, value: str) -> None:
    assert automation.detect({name: value}) == Automation(is_agent=False, variable=name)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"CI": "false"},
        {"CI": ""},
        {"CI": "0", "GITHUB_ACTIONS": "true"},
        {"AI_AGENT": " "},
        {"TERM_PROGRAM": "kiro"},
        {"CURSOR_TRACE_ID": "5f2a", "TERM_PROGRAM": "vscode"},
        {"GOOSE_PROVIDER": "openai"},
        {"ANTHROPIC_API_KEY": "x", "CODEX_HOME": "/x", "AIDER_MODEL": "x"},
    ],
)
def test_people_are_not_taken_for_programs(environment: dict[str, str]) -> None:
    assert automation.detect(environment) is None


def test_agent_in_ci_is_an_agent() -> None:
    found = automation.detect({"CI": "true", "CLAUDECODE": "1"})

    assert found == Automation(is_agent=True, variable="CLAUDECODE")
