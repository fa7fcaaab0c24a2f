"""Record real runs of newapi as pictures: `uv run python docs/images/record.py [NAME...]`."""

import io
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from newapi.releases import store
from newapi.template.sources import open_source

COLUMNS, ROWS = 92, 26
NEWAPI = [sys.executable, "-m", "newapi"]
NO_COLOUR_CODES = re.compile(r"\x1b\[[?0-9;]*[A-Za-ln-z]")
LEFT_SCREEN = "\x1b[?1049l"
QUESTION = re.compile(r"\[y/N\]|\x1b\[36m \[[^\]\r\n]*\]\x1b\[0m ")
COLOURS = {"brown": "yellow"}  # pyte calls ANSI's yellow so
ERASED = re.compile(r"[^\n]*\n(?:\x1b\[\?25[hl])*\r\x1b\[1A\x1b\[2K")
WEB_FONTS = re.compile(r" *@font-face \{.*?\}\n", re.DOTALL)
EDITS = {
    "README.md": ("## Run", "Ada is the one to ask about it.\n\n## Run"),
    "app/config.py": ("    environment:", '    currency: str = "EUR"\n    environment:'),
}


class Step(NamedTuple):
    """Wait for a text on the screen, then press keys; the screen before them may be shown."""

    text: str
    keys: str
    is_shown: bool = False


@dataclass(frozen=True)
class Scene:
    """A command, the folder that it runs in, and the keys that are pressed at its screens."""

    words: tuple[str, ...]
    prepare: Callable[[Path], Path] = lambda folder: folder
    steps: tuple[Step, ...] = ()


CREATE = (
    Step("Start from", "\r", is_shown=True),
    Step("Features", "email"),
    Step("> [ ] email", " "),
    Step("> [x] email", "\x1b"),
    Step("[x] items", "\t", is_shown=True),
    Step("Summary", "\r", is_shown=True),
)


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
        "XDG_CONFIG_HOME": str(home),
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
        "create": Scene(("create", "shop"), steps=CREATE),
        "update": Scene(("update", *to_newest()), old_project),
        "generate": Scene(("generate", "resource", "product", *fields), new_project),
    }


def record(scene: Scene, folder: Path) -> Iterator[Text]:
    """Yield the screens that are shown, then the printed output."""
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    place = scene.prepare(folder)
    terminal = pexpect.spawn(
        NEWAPI[0],
        [*NEWAPI[1:], *scene.words],
        cwd=str(place),
        env=environment(place),
        dimensions=(ROWS if scene.steps else 200, COLUMNS),
        encoding="utf-8",
        timeout=120,
    )
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    for step in scene.steps:
        limit = time.monotonic() + 30
        while step.text not in "\n".join(screen.display):
            if time.monotonic() > limit:
                sys.exit("\n".join([f"Not on the screen: {step.text}", *screen.display]))
            stream.feed(terminal.read_nonblocking(10_000))
        if step.is_shown:
            yield drawn(screen)
        terminal.send(step.keys)
    shown = io.StringIO()
    terminal.logfile_read = shown
    while terminal.expect([QUESTION, pexpect.EOF]) == 0:
        terminal.sendline("")
    terminal.close()
    if terminal.exitstatus != 0:
        sys.exit(f"The run was not a clean one:\n{shown.getvalue()}")
    output = shown.getvalue().rpartition(LEFT_SCREEN)[2].replace("\r\n", "\n")
    text = NO_COLOUR_CODES.sub("", ERASED.sub("", output))
    lines = [line.rpartition("\r")[2] for line in text.strip("\n").split("\n")]
    yield Text.from_ansi("\n".join(lines))


def drawn(screen: pyte.Screen) -> Text:
    """Return a screen with its colours, without most of its empty lines."""
    text = Text()
    was_empty = False
    for row, line in enumerate(screen.display):
        if was_empty and not line.strip():
            continue
        was_empty = not line.strip()
        for column in range(len(line.rstrip())):
            cell = screen.buffer[row][column]
            style = Style(color=COLOURS.get(cell.fg, cell.fg), bold=cell.bold)
            text.append(cell.data, style)
        text.append("\n")
    return text


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
            frames = list(record(scene, Path(folder)))
        command = shlex.join(["newapi", *scene.words])
        console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
        console.print(f"$ {command}", highlight=False)
        for number, frame in enumerate(frames):
            if number:
                console.rule(style="dim")
            console.print(frame)
        picture = console.export_svg(title=" ".join(command.split()[:3]))
        target = Path(__file__).with_name(f"{name}.svg")
        target.write_text(WEB_FONTS.sub("", picture), encoding="utf-8")


if __name__ == "__main__":
    main()
