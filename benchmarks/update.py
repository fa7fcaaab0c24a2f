"""How long an update takes: `newapi update` beside `copier update`, between the same versions."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

from create import clone
from measure import ENVIRONMENT, Contestant, compare, script

from newapi.terminal import external_tools, programs

OLD, NEW = "v999.0.0", "v999.1.0"
AUTHOR = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@localhost")
EDITS = 3


def main() -> None:
    """Update projects: of a git template that changes three files, and of newapi's own.

    Copier cannot go from 0.1.0 to this checkout (copier-org/copier#2482), so what newapi carries
    is measured alone: it has far more to merge.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = history(folder / "template").as_uri()
        flags = ("create", "--defaults", "--no-lock", "--no-git")
        created: dict[str, list[str | Path]] = {
            "copier": [script("copier"), "copy", "--defaults", "--vcs-ref", OLD, f"git+{url}"],
            "git": [script("newapi"), *flags, "--template", url, "--ref", OLD],
            "own": [script("newapi"), *flags, "--ref", "0.1.0"],
        }
        for kind, command in created.items():
            programs.run([*map(str, command), f"{kind}-demo"], cwd=folder, environment=ENVIRONMENT)
            commit(folder / f"{kind}-demo")
            (folder / f"{kind}-demo").rename(folder / f"{kind}-demo.kept")
        update: list[str | Path] = [script("copier"), "update", "--defaults", "copier-demo"]
        mine: list[str | Path] = [script("newapi"), "update"]
        compare(
            {
                "copier update": Contestant(update, partial(reset, folder, "copier-demo")),
                "newapi update, same git template": Contestant(
                    [*mine, "git-demo"], partial(reset, folder, "git-demo")
                ),
                "newapi update, 0.1.0 to checkout": Contestant(
                    [*mine, "own-demo"], partial(reset, folder, "own-demo")
                ),
            },
            folder,
        )


def history(folder: Path) -> Path:
    """Make a git repository with this checkout and a version after it, both tagged."""
    clone(folder)
    for path in sorted((folder / "template" / "app").rglob("*.py"))[-EDITS:]:
        path.write_text(path.read_text() + "\n# Later.\n")
    commit(folder)
    external_tools.git("tag", NEW, cwd=folder)
    return folder


def commit(folder: Path) -> None:
    """Commit everything, with one edit where there is a project."""
    if not (folder / ".git").exists():
        external_tools.git("init", "--quiet", cwd=folder)
    readme = folder / "README.md"
    readme.write_text("<!-- mine -->\n" + readme.read_text())
    external_tools.git("add", "--all", cwd=folder)
    external_tools.git(*AUTHOR, "commit", "--quiet", "-m", "Everything", cwd=folder)


def reset(folder: Path, kind: str) -> None:
    """Put the project back as it was."""
    shutil.rmtree(folder / kind, ignore_errors=True)
    shutil.copytree(folder / f"{kind}.kept", folder / kind, symlinks=True)
    external_tools.git("update-index", "-q", "--refresh", cwd=folder / kind)


if __name__ == "__main__":
    main()
