"""How long until `--help` is on the screen: newapi beside Copier and a bare Python."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import Contestant, compare, script


def main() -> None:
    """Compare start-up times."""
    with tempfile.TemporaryDirectory() as folder:
        compare(
            {
                "copier --help": Contestant([script("copier"), "--help"]),
                "newapi --help": Contestant([script("newapi"), "--help"]),
                "newapi create --help": Contestant([script("newapi"), "create", "--help"]),
                "newapi --version": Contestant([script("newapi"), "--version"]),
                "python -c pass": Contestant([sys.executable, "-c", "pass"]),
            },
            Path(folder),
        )


if __name__ == "__main__":
    main()
