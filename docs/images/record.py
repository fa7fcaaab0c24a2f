"""Record real runs of newapi as pictures: `uv run python docs/images/record.py [NAME...]`."""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pexpect
from rich.console import Console
from rich.text import Text

from newapi.releases import store
from newapi.template.sources import open_source

COLUMNS = 92
NEWAPI = [sys.executable, "-m", "newapi"]
NO_COLOUR_CODES = re.compile(r"\x1b\[[?0-9;]*[A-Za-ln-z]")
ERASED = re.compile(r"[^\n]*\n(?:\x1b\[\?25[hl])*\r\x1b\[1A\x1b\[2K")
WEB_FONTS = re.compile(r" *@font-face \{.*?\}\n", re.DOTALL)
PROMPT = re.compile(r"([^\r\n]*)\x1b\[36m \[[^\]\r\n]*\]\x1b\[0m ")
ANSWERS = {
    "description": ["Everything Ada sells"],
    "Preset": ["standart", "standard"],
}
EDITS = {
    "README.md": ("## Run", "Ada is the one to ask about it.\n\n## Run"),
    "app/config.py": ("    environment:", '    currency: str = "EUR"\n    environment:'),
}


@dataclass(frozen=True)
class Scene:
    """A command, what must be there before, and what is answered; Enter to other questions."""

    words: tuple[str, ...]
    prepare: Callable[[Path], Path] = lambda folder: folder
    answers: Mapping[str, list[str]] = field(default_factory=dict)


def old_project(folder: Path) -> Path:
    """Make a project that is two releases old, and commit edits."""
    project = created(folder, "--ref", store.versions()[-3])
    for name, (old, new) in EDITS.items():
        path = project / name
        path.write_text(path.read_text().replace(old, new, 1))
    run("git", "commit", "--quiet", "--all", "--message", "Sell in euros", cwd=project)
    return project


def new_project(folder: Path) -> Path:
    """Make a project of this checkout."""
    return created(folder, "--with", "auth")


def created(folder: Path, *words: str) -> Path:
    """Create a small project."""
    flags = ["--preset", "minimal", "--defaults", "--no-lock"]
    run(*NEWAPI, "create", "shop", *flags, *words, cwd=folder)
    return folder / "shop"


def run(*command: str, cwd: Path) -> None:
    """Run what is not in the picture."""
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=environment(cwd))


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of somebody who has nothing but a name."""
    home = folder if (folder / ".gitconfig").exists() else folder.parent
    return {
        **os.environ,
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TERM": "xterm-256color",
        "NEWAPI_PLAIN": "1",
        "COLUMNS": str(COLUMNS),
    }


def to_newest() -> tuple[str, ...]:
    """Name the newest release where `update` alone would go to an unreleased state."""
    newest = store.newest()
    with open_source() as source:
        return () if source.commit == newest or newest is None else ("--to", newest)


def scenes() -> dict[str, Scene]:
    """Return every picture by its name."""
    fields = ("name:str(1..100)", "price:decimal(gt=0,places=2)", "sku:str(unique)?")
    return {
        "create": Scene(("create", "shop"), answers=ANSWERS),
        "update": Scene(("update", *to_newest()), old_project),
        "generate": Scene(("generate", "resource", "product", *fields), new_project),
    }


def record(scene: Scene, folder: Path) -> str:
    """Return what a terminal shows while somebody answers the questions."""
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    place = scene.prepare(folder)
    shown = io.StringIO()
    terminal = pexpect.spawn(
        NEWAPI[0],
        [*NEWAPI[1:], *scene.words],
        cwd=str(place),
        env=environment(place),
        dimensions=(200, COLUMNS),
        encoding="utf-8",
        timeout=120,
    )
    terminal.logfile_read = shown
    answers = {question: [*lines] for question, lines in scene.answers.items()}
    while terminal.expect([PROMPT, pexpect.EOF]) == 0:
        label = PROMPT.sub(r"\1", str(terminal.after)).strip()
        lines = next((lines for key, lines in answers.items() if label.startswith(key)), [])
        terminal.sendline(lines.pop(0) if lines else "")
    terminal.close()
    if terminal.exitstatus != 0:
        sys.exit(f"The run was not a clean one:\n{shown.getvalue()}")
    text = ERASED.sub("", shown.getvalue().replace("\r\n", "\n"))
    return NO_COLOUR_CODES.sub("", text)


def is_known(command: str) -> bool:
    """Whether newapi has a command."""
    done = subprocess.run([*NEWAPI, command, "--help"], capture_output=True, check=False)
    return done.returncode == 0


def main() -> None:
    """Write the pictures that are named, or all."""
    for name, scene in scenes().items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        if not is_known(scene.words[0]):
            sys.stderr.write(f"{name}: newapi has no such command yet\n")
            continue
        with TemporaryDirectory() as folder:
            text = record(scene, Path(folder))
        lines = [line.rpartition("\r")[2] for line in text.rstrip().split("\n")]
        command = shlex.join(["newapi", *scene.words])
        console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
        console.print(Text.from_ansi(f"$ {command}\n" + "\n".join(lines)))
        picture = console.export_svg(title=" ".join(command.split()[:3]))
        target = Path(__file__).with_name(f"{name}.svg")
        target.write_text(WEB_FONTS.sub("", picture), encoding="utf-8")


if __name__ == "__main__":
    main()
