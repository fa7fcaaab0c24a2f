"""`python -m newapi.releases freeze X.Y.Z` and `python -m newapi.releases verify`."""

from __future__ import annotations

import argparse
import sys

from newapi.errors import NewapiError, UsageError
from newapi.releases import store
from newapi.releases.freeze import freeze
from newapi.sources import checkout


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two commands; the maintainers' tool, not a part of `newapi`."""
    parser = argparse.ArgumentParser(prog="python -m newapi.releases", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("freeze", help="freeze template/ as the next release").add_argument(
        "version", metavar="X.Y.Z"
    )
    commands.add_parser("verify", help="check every hash of every release")
    chosen = parser.parse_args(arguments)
    try:
        message = _freeze(chosen.version) if chosen.command == "freeze" else _verify()
    except UsageError as error:
        parser.error(" ".join(f"{problem.message} {problem.fix}" for problem in error.problems))
    except NewapiError as error:
        parser.exit(error.exit_code, f"{error.message} {error.hint}".rstrip() + "\n")
    sys.stdout.write(f"{message}\n")
    return 0


def _freeze(version: str) -> str:
    root = checkout()
    if root is None:
        raise NewapiError("Only a checkout can be frozen.", "Run this in a clone of newapi.")
    return f"Frozen: {freeze(root, version)}"


def _verify() -> str:
    versions = store.verify()
    return f"{len(versions)} releases are as they were frozen: {', '.join(versions) or '-'}"


if __name__ == "__main__":
    sys.exit(main())
