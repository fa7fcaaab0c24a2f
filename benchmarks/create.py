"""How long a project takes: `newapi create` beside `copier copy` with the same answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from measure import ENVIRONMENT, Contestant, compare, script

from newapi.terminal import external_tools

ROOT = Path(__file__).resolve().parents[1]
TAG = "v999.0.0"
CREATE: tuple[str | Path, ...] = (
    script("newapi"),
    *("create", "demo", "--preset", "standard", "--defaults", "--no-lock"),
)


def main() -> None:
    """Compare the creation of a standard project."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository, answers = clone(folder / "clone"), folder / "answers.yml"
        answers.write_text(json.dumps(standard_answers(folder)))
        remove = partial(shutil.rmtree, folder / "demo", ignore_errors=True)
        copy: list[str | Path] = [script("copier"), "copy", "--defaults", "--data-file"]
        copy += [answers, repository, "demo"]
        compare(
            {
                "copier copy": Contestant(copy, remove),
                "newapi create --no-lock": Contestant(CREATE, remove),
                "newapi create --no-lock --no-git": Contestant([*CREATE, "--no-git"], remove),
            },
            folder,
        )


def clone(folder: Path) -> Path:
    """Make a git clone of this repository as it is now, with a tag."""
    files = external_tools.git(
        "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT
    )
    for name in set(files.split("\0")[:-1]):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    author = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@localhost")
    external_tools.git("init", "--quiet", cwd=folder)
    external_tools.git("add", "--all", cwd=folder)
    external_tools.git(*author, "commit", "--quiet", "-m", "Everything", cwd=folder)
    external_tools.git("tag", TAG, cwd=folder)
    return folder


def standard_answers(folder: Path) -> dict[str, bool | str]:
    """Return the answers of the standard preset."""
    command = [*CREATE, "--json", "--dry-run"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=True)
    answers: dict[str, bool | str] = json.loads(done.stdout)["answers"]
    return answers


if __name__ == "__main__":
    main()
