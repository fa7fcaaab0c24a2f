"""`newapi doctor`: the programs that newapi uses, and whether newapi is the newest."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newapi import __version__
from newapi.errors import NewapiError
from newapi.project import installation
from newapi.template import catalog, sources
from newapi.terminal import external_tools

if TYPE_CHECKING:
    from newapi.project.installation import Installation
    from newapi.terminal.console import Console

# Each program, its purpose, and the advice when it is missing.
_PROGRAMS = {
    "git": (
        "the project's repository and first commit, and updates later",
        "https://git-scm.com/downloads",
    ),
    "uv": ("the lock file, and running the project (uv run fastapi dev)", "pip install uv"),
    "docker": ("building and running the project's image", "https://docs.docker.com/get-docker/"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    name: str
    is_found: bool
    is_required: bool
    version: str
    path: str
    needed_for: str
    hint: str


def run(console: Console) -> int:
    """Report the programs; fail only when projects cannot be created at all."""
    findings = [_python(), _template(), *(_program(name) for name in _PROGRAMS)]
    installed = installation.look(Path.cwd())
    broken = [f for f in findings if f.is_required and not f.is_found]
    if console.is_json:
        console.document(
            {
                "ok": not broken,
                "command": "doctor",
                "version": __version__,
                "installation": asdict(installed),
                "findings": [
                    {key.removeprefix("is_"): value for key, value in asdict(finding).items()}
                    for finding in findings
                ],
            }
        )
    else:
        _show(findings, console)
        _show_installation(installed, console)
    return 1 if broken else 0


def _show(findings: list[Finding], console: Console) -> None:
    rows = []
    for finding in findings:
        state = ("found", "green") if finding.is_found else ("missing", "yellow")
        if finding.is_required and not finding.is_found:
            state = ("broken", "red")
        rows.append(((finding.name, "bold"), state, finding.version, finding.needed_for))
    console.rows(rows, header=("what", "", "version", "needed for"))
    for finding in findings:
        if not finding.is_found:
            console.warn(f"{finding.name}: {finding.hint}")


def _show_installation(installed: Installation, console: Console) -> None:
    console.line()
    console.line(installed.message)
    if installed.hint:
        label = "renew it" if installed.is_newest is None else "fix"
        console.line((f"  {label}: ", "dim"), (installed.hint, "cyan"))


def _python() -> Finding:
    return Finding(
        name="python",
        is_found=sys.version_info >= (3, 11),
        is_required=True,
        version=platform.python_version(),
        path=sys.executable,
        needed_for="newapi itself, and every project (3.11 or newer)",
        hint="https://www.python.org/downloads/",
    )


def _template() -> Finding:
    version, hint = "", ""
    try:
        with sources.open_source() as source:
            catalog.load(source.path)
            version = source.commit
    except NewapiError as error:
        hint = f"{error.message} {error.hint}".strip()
    return Finding(
        name="template",
        is_found=bool(version),
        is_required=True,
        version=version,
        path="",
        needed_for="the files of every project",
        hint=hint,
    )


def _program(name: str) -> Finding:
    needed_for, hint = _PROGRAMS[name]
    tool = external_tools.probe(name)
    return Finding(
        name=name,
        is_found=tool is not None,
        is_required=False,
        version=tool.version if tool else "",
        path=tool.path if tool else "",
        needed_for=needed_for,
        hint="" if tool else hint,
    )
