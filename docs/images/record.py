"""Record a real run of `newapi create` as create.svg: `uv run python docs/images/record.py`."""

import io
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pexpect
from rich.console import Console
from rich.text import Text

COLUMNS = 92
NO_COLOUR_CODES = re.compile(r"\x1b\[[?0-9;]*[A-Za-ln-z]")
WEB_FONTS = re.compile(r" *@font-face \{.*?\}\n", re.DOTALL)
ANSWERS = {
    "description": "Everything Ada sells",
    "Preset": "standard",
    "Change anything": "y",
    "author_name": "",
    "author_email": "",
    "python_version": "",
    "license": "MIT",
    "database": "postgresql",
    "database ": "postgres",
    "auth ": "",
    "items ": "",
    "docker ": "",
    "ci ": "",
    "pre_commit ": "",
    "agents ": "",
    "Create it": "",
}


def record(folder: Path) -> str:
    """Return what a terminal shows while somebody answers the questions."""
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    environment = {**os.environ, "HOME": str(folder), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "newapi", "create", "shop"]
    shown = io.StringIO()
    terminal = pexpect.spawn(
        command[0],
        command[1:],
        cwd=str(folder),
        env={**environment, "COLUMNS": str(COLUMNS)},
        dimensions=(100, COLUMNS),
        encoding="utf-8",
        timeout=120,
    )
    terminal.logfile_read = shown
    for question, answer in ANSWERS.items():
        terminal.expect(rf"{question.strip()}[^\n]*\]")
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    return NO_COLOUR_CODES.sub("", shown.getvalue().replace("\r\n", "\n"))


def main() -> None:
    """Write the picture."""
    with TemporaryDirectory() as folder:
        text = record(Path(folder))
    lines = [line.rpartition("\r")[2] for line in text.rstrip().split("\n")]
    if any("warning" in line for line in lines):
        sys.exit("The run was not a clean one.")
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ newapi create shop\n" + "\n".join(lines)))
    target = Path(__file__).with_name("create.svg")
    picture = console.export_svg(title="newapi create shop")
    target.write_text(WEB_FONTS.sub("", picture), encoding="utf-8")


if __name__ == "__main__":
    main()
