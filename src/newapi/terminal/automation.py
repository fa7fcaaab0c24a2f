"""Whether a coding agent or a CI system runs newapi, by its environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Names that several coding agents have agreed on; the value is the name of the agent.
_AGENT_NAMES = ("AI_AGENT", "AGENT")
# Every terminal of the editor Cursor has this variable, also where a person types.
_EDITOR_VARIABLES = frozenset({"CURSOR_TRACE_ID"})
# CI systems that do not set CI, or where it can be unset.
_CI_VARIABLES = (
    *("GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI"),
    *("TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID"),
)
_FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True)
class Automation:
    """A program that runs newapi, and the environment variable that shows it."""

    is_agent: bool
    variable: str


def detect(environment: Mapping[str, str]) -> Automation | None:
    """Return which program runs newapi; None for a person at a terminal.

    A coding agent counts also where it works inside a CI system.
    """
    if variable := _agent_variable(environment):
        return Automation(is_agent=True, variable=variable)
    if variable := _ci_variable(environment):
        return Automation(is_agent=False, variable=variable)
    return None


def _agent_variable(environment: Mapping[str, str]) -> str:
    for name in _AGENT_NAMES:
        if environment.get(name, "").strip().lower() not in _FALSE:
            return name
    from agent_detector import detect_agent

    certain = {name: text for name, text in environment.items() if name not in _EDITOR_VARIABLES}
    # Low confidence: a terminal or a configuration file may set the variable for people too.
    found = detect_agent(certain, minimum_confidence="medium")
    return found.signal if found else ""


def _ci_variable(environment: Mapping[str, str]) -> str:
    if "CI" in environment:
        return "CI" if environment["CI"].strip().lower() not in _FALSE else ""
    return next((name for name in _CI_VARIABLES if environment.get(name)), "")
