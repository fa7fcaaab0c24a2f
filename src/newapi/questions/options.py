"""Options of `newapi create` that an answers file may hold beside the answers: `_preset: full`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from newapi.errors import Problem
from newapi.project.answers_file import DISABLED, ENABLED, Answers
from newapi.questions.choices import BOOLEANS
from newapi.terminal.text import shorten

TARGET, PRESET = "_target", "_preset"
GIT, LOCK, DRY_RUN = "_git", "_lock", "_dry_run"
SWITCHES: Mapping[str, bool] = {GIT: True, LOCK: True, DRY_RUN: False}
HELP: Mapping[str, str] = {
    TARGET: "NAME_OR_PATH: the folder to create; its last part is the project's name.",
    PRESET: "--preset: where to start from.",
    ENABLED: "--with: what to switch on, features or values.",
    DISABLED: "--without: which features to switch off.",
    GIT: "Whether to make a git repository with one commit; false is --no-git.",
    LOCK: "Whether to write uv.lock; false is --no-lock.",
    DRY_RUN: "--dry-run: show what would be created, and write nothing.",
}
# A document neither chooses the template nor allows changes to a folder with files.
ELSEWHERE: Mapping[str, str] = {
    "_template": "--template SOURCE",
    "_ref": "--ref REF",
    "_force": "--force",
}


@dataclass(frozen=True)
class Options:
    """The options in an answers file, without the answers."""

    target: str | None
    preset: str | None
    with_git: bool
    with_lock: bool
    is_dry_run: bool


def read(file: Answers) -> tuple[Answers, Options, list[Problem]]:
    """Return the answers alone, the options beside them, and all that is wrong with these."""
    values = dict(file.values)
    typed = {name: values.pop(name) for name in HELP if name in values}
    problems = [
        Problem(f"{name} in the answers file has no effect.", f"Use {flag} on the command line")
        for name, flag in ELSEWHERE.items()
        if values.pop(name, None) is not None
    ]
    texts: dict[str, str] = {}
    switches = dict(SWITCHES)
    for name, value in typed.items():
        text = str(value).strip().lower()
        if name not in SWITCHES and isinstance(value, str):
            texts[name] = value
        elif name in SWITCHES and text in BOOLEANS and isinstance(value, bool) == file.is_json:
            switches[name] = BOOLEANS[text]
        else:
            kind = "true or false" if name in SWITCHES else "a text"
            message = f"{name} '{shorten(text)}' in the answers file must be {kind}."
            problems.append(Problem(message, HELP[name]))
    options = Options(
        target=texts.get(TARGET),
        preset=texts.get(PRESET),
        with_git=switches[GIT],
        with_lock=switches[LOCK],
        is_dry_run=switches[DRY_RUN],
    )
    return replace(file, values=values), options, problems
