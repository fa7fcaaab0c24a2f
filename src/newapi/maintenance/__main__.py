"""`python -m newapi.maintenance` with `freeze X.Y.Z`, `dependencies` or `verify`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from newapi.errors import NewapiError, UsageError
from newapi.maintenance import dependencies
from newapi.maintenance.freeze import freeze
from newapi.releases import store
from newapi.template.sources import checkout


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; the maintainers' tool, not a part of `newapi`."""
    parser = argparse.ArgumentParser(prog="python -m newapi.maintenance", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("freeze", help="freeze template/ as the next release").add_argument(
        "version", metavar="X.Y.Z"
    )
    commands.add_parser("dependencies", help="record what projects can depend on, with uv")
    commands.add_parser("verify", help="check every hash of every release")
    chosen = parser.parse_args(arguments)
    try:
        message = _run(chosen)
    except UsageError as error:
        parser.error(" ".join(f"{problem.message} {problem.fix}" for problem in error.problems))
    except NewapiError as error:
        parser.exit(error.exit_code, f"{error.message} {error.hint}".rstrip() + "\n")
    sys.stdout.write(f"{message}\n")
    return 0


def _run(chosen: argparse.Namespace) -> str:
    match chosen.command:
        case "freeze":
            return f"Frozen: {freeze(_checkout(), chosen.version)}"
        case "dependencies":
            return f"Recorded: {dependencies.record(_checkout())}"
        case _:
            return _verify()


def _checkout() -> Path:
    root = checkout()
    if root is None:
        raise NewapiError("Only a checkout can be frozen.", "Run this in a clone of newapi.")
    return root


def _verify() -> str:
    versions = store.verify()
    return f"{len(versions)} releases are as they were frozen: {', '.join(versions) or '-'}"


if __name__ == "__main__":
    sys.exit(main())
