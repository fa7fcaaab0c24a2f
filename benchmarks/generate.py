"""How long an entity takes: `newapi generate resource` beside `newapi create`."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

from measure import ENVIRONMENT, Contestant, compare, script
from update import commit, reset

from newapi.terminal import programs

FIELDS = ("name:str(1..100)", "price:decimal(gt=0,places=2)", "tags:list[str](max=5)")
CREATE: tuple[str | Path, ...] = (script("newapi"), "create", "--defaults", "--no-lock")
GENERATE: tuple[str | Path, ...] = (script("newapi"), "generate", "resource")


def main() -> None:
    """Generate into a project of the standard preset, and change what was generated."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept, path = folder / "shop.kept", ("--project", "shop")
        run = partial(programs.run, cwd=folder, environment=ENVIRONMENT)
        run([*map(str, CREATE), "shop"])
        run([*map(str, GENERATE), "category", "name:str(1..100)", *path])
        commit(folder / "shop")
        (folder / "shop").rename(kept)
        prepare = partial(reset, folder, "shop")
        remove = partial(shutil.rmtree, folder / "demo", ignore_errors=True)
        change = ["category", "--rename", "name:title", "--add", "code:str?", *path]
        compare(
            {
                "newapi create --no-lock": Contestant([*CREATE, "demo"], remove),
                "newapi generate resource": Contestant(
                    [*GENERATE, "product", *FIELDS, "category:ref(category)", *path], prepare
                ),
                "newapi generate resource --add": Contestant([*GENERATE, *change], prepare),
            },
            folder,
        )


if __name__ == "__main__":
    main()
