"""Make the branch of a repository that holds an update, beside whatever is checked out."""

from __future__ import annotations

import fnmatch
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from newapi.errors import NewapiError
from newapi.project import git
from newapi.terminal import external_tools, programs
from newapi.update import execution, patch, planning
from newapi.update.fleet import message
from newapi.update.fleet.verified import Verified
from newapi.update.planning import Wanted
from newapi.update.transaction import CONFLICTS

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.terminal.console import Console
    from newapi.update.execution import Document
    from newapi.update.planning import Plan

Action = Literal["created", "refreshed", "unchanged", "planned", "up-to-date", "kept"]

BRANCH = "newapi/update"
REMOTE = "origin"
_LOCK, _PYPROJECT = "uv.lock", "pyproject.toml"
_LONGEST = 30_000  # characters in one option of a push


@dataclass(frozen=True)
class Options:
    """How to update a checkout."""

    version: str | None = None
    branch: str = BRANCH
    is_pushed: bool = False
    target: str = ""  # of the merge request that GitLab opens with the push
    is_dry_run: bool = False
    with_lock: bool = True
    left_out: Sequence[str] = ()  # patterns of paths that are not committed
    verified: Verified = field(default_factory=Verified)


@dataclass(frozen=True)
class Result:
    """The branch of a checkout, and the description of the update in it."""

    action: Action
    branch: str = ""
    commit: str = ""
    is_pushed: bool = False
    document: Document = field(default_factory=dict)
    left_out: Sequence[str] = ()
    note: str = ""
    message: str = ""


def update(repository: Repository, options: Options, console: Console) -> Result:
    """Merge the newest release in a work tree of its own, and commit it to a branch.

    Neither the files nor the index of the checkout change. A branch that has commits of somebody
    else stays as it is.

    Raises:
        NewapiError: The project cannot be updated.
    """
    name = _branch(repository, options)
    if not (head := repository.head()):
        raise NewapiError("The repository has no commit yet.", "git add --all && git commit")
    before = _present(repository, name, is_remote=options.is_pushed)
    if obstacle := _obstacle(repository, name, head, before):
        return Result("kept", name, before, note=obstacle)
    with _work_tree(repository, head) as copy:
        with execution.at_work(copy, console, is_dry_run=options.is_dry_run) as desk:
            whole = planning.plan(copy, Wanted(version=options.version), console)
            plan, left = _divided(copy, whole, options.left_out)
            document = execution.describe("update", copy, plan, is_dry_run=options.is_dry_run)
            if plan.is_up_to_date:
                return Result("up-to-date", document=document)
            if options.is_dry_run:
                return Result("planned", name, document=document, left_out=left.paths)
            execution.carry_out(copy, desk, plan, document)
        warnings = _lock(copy, plan) if options.with_lock else []
        document = {**document, "warnings": [*document["warnings"], *warnings]}
        if options.verified.is_broken_at(plan.commit):
            document = {**document, "exit_code": CONFLICTS}
        text = message.write(document, options.verified, left.paths, left.patch)
        commit = _commit(copy, text)
    done = Result("created", name, commit, document=document, left_out=left.paths, message=text)
    return _published(repository, done, before, options)


@dataclass(frozen=True)
class _LeftOut:
    """Files of an update that are not committed, and the patch that would change them."""

    paths: tuple[str, ...] = ()
    patch: str = ""


def _branch(repository: Repository, options: Options) -> str:
    """Return the name of the branch; of a project in a subfolder, one of its own."""
    options_of_git = ("check-ref-format", "--branch", options.branch)
    if not repository.run(*options_of_git, accepted=(0, 1, 128)).strip():
        fix = f"--branch {BRANCH}"
        raise NewapiError(f"{options.branch!r} cannot be the name of a branch.", fix)
    place = repository.prefix.strip("/").replace("/", "-")
    return f"{options.branch}-{place}" if place else options.branch


def _present(repository: Repository, name: str, *, is_remote: bool) -> str:
    """Return the commit of the local or the remote branch; empty if there is no branch.

    Raises:
        NewapiError: There is no remote, or it does not answer.
    """
    if not is_remote:
        return _commit_of(repository, f"refs/heads/{name}")
    if not repository.run("config", "--get", f"remote.{REMOTE}.url", accepted=(0, 1)).strip():
        fix = f"git remote add {REMOTE} ADDRESS, or leave --push out."
        raise NewapiError(f"The repository has no remote {REMOTE}.", fix)
    reference = f"refs/heads/{name}"
    found = repository.run("ls-remote", REMOTE, reference).split()
    if not found:
        return ""
    repository.run("fetch", "--quiet", "--no-tags", REMOTE, reference)
    return found[0].decode()


def _commit_of(repository: Repository, reference: str) -> str:
    output = repository.run("rev-parse", "--verify", "--quiet", reference, accepted=(0, 1))
    return output.decode().strip()


def _obstacle(repository: Repository, name: str, head: str, before: str) -> str:
    """Return why the branch cannot be written anew; empty if it can."""
    trees = repository.run("worktree", "list", "--porcelain").decode(errors="replace")
    if f"branch refs/heads/{name}\n" in trees:
        return f"{name} is checked out; switch to another branch"
    for local in {before, _commit_of(repository, f"refs/heads/{name}")} - {""}:
        output = repository.run("log", "--format=%B%x00", f"{head}..{local}")
        texts = [text for text in output.decode(errors="replace").split("\0") if text.strip()]
        if any(message.TRAILER not in text for text in texts):
            return f"{name} has commits of somebody else; merge it, or delete it"
    return ""


@contextmanager
def _work_tree(repository: Repository, head: str) -> Iterator[Repository]:
    """Check a commit out into a folder of its own, as the same project."""
    with tempfile.TemporaryDirectory(prefix="newapi-fleet-", ignore_cleanup_errors=True) as name:
        root = Path(name).resolve() / repository.root.name
        repository.run("worktree", "add", "--quiet", "--detach", os.fspath(root), head)
        try:
            yield git.find(root / repository.prefix)
        finally:
            with suppress(programs.ProgramError):
                repository.run("worktree", "remove", "--force", os.fspath(root))


def _divided(copy: Repository, plan: Plan, patterns: Sequence[str]) -> tuple[Plan, _LeftOut]:
    """Take the files that match a pattern out of a plan."""
    merged = plan.merged
    names = {path: f"{copy.prefix}{path}" for path in merged.writes}
    paths = tuple(
        path
        for path, name in names.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    )
    if not paths:
        return plan, _LeftOut()
    before = {path: merged.ours.get(path) for path in paths}
    text = patch.between(copy, before, {path: merged.writes[path] for path in paths})
    kept = replace(
        merged,
        writes=_without(merged.writes, paths),
        stages=_without(merged.stages, paths),
        outcomes=tuple(each for each in merged.outcomes if each.path not in paths),
    )
    return replace(plan, merged=kept), _LeftOut(paths, text.decode(errors="replace"))


def _without(found: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    return {path: each for path, each in found.items() if path not in paths}


def _lock(copy: Repository, plan: Plan) -> list[str]:
    """Update uv.lock if the update changed pyproject.toml; return warnings."""
    is_marked = any(outcome.path == _PYPROJECT for outcome in plan.conflicts)
    if _PYPROJECT not in plan.merged.writes or is_marked or not (copy.project / _LOCK).is_file():
        return []
    program = shutil.which("uv")
    if program is None:
        return ["uv.lock is not up to date: uv is not installed"]
    try:
        command = [program, "lock", "--quiet"]
        environment = external_tools.uv_environment()
        timeout = external_tools.UV_TIMEOUT
        programs.run(command, cwd=copy.project, environment=environment, timeout=timeout)
    except programs.ProgramError as error:
        return [f"uv.lock is not up to date: {error.message}"]
    return []


def _commit(copy: Repository, text: str) -> str:
    copy.run("add", "--all", "--", ".")
    person = external_tools.identity_options(copy.project, "newapi", "newapi@newapi.invalid")
    options = ("--quiet", "--no-verify", "--no-gpg-sign", "--cleanup=verbatim", "--file=-")
    copy.run(*person, "commit", *options, stdin=text.encode())
    return copy.head()


def _published(repository: Repository, done: Result, before: str, options: Options) -> Result:
    """Move the branch to the commit, and push it if that is asked for."""
    is_same = bool(before) and _content(repository, before) == _content(repository, done.commit)
    commit = before if is_same else done.commit
    repository.run("update-ref", f"refs/heads/{done.branch}", commit)
    if options.is_pushed and not is_same:
        reference = f"refs/heads/{done.branch}"
        lease = f"--force-with-lease={reference}:{before}"
        asked = [f"--push-option={each}" for each in _merge_request(done, options.target)]
        refspec = f"{commit}:{reference}"
        repository.run("push", "--quiet", "--no-verify", lease, *asked, REMOTE, refspec)
    action: Action = "unchanged" if is_same else "refreshed" if before else "created"
    return replace(done, action=action, commit=commit, is_pushed=options.is_pushed)


def _merge_request(done: Result, target: str) -> list[str]:
    """Return the push options with which GitLab opens or refreshes a merge request."""
    if not target:
        return []
    title, _, body = done.message.partition("\n")
    lines = body.strip()[:_LONGEST].splitlines()
    options = {
        "create": "",
        "target": f"={target}",
        "title": f"={title}",
        "description": "=" + "\\n".join(lines),  # where GitLab puts new lines
        **({"draft": ""} if done.document["exit_code"] else {}),
    }
    return [f"merge_request.{name}{value}" for name, value in options.items()]


def _content(repository: Repository, commit: str) -> bytes:
    """Return what makes two commits of an update equal: parents, files and message."""
    return repository.run("log", "-1", "--format=%P%n%T%n%B", commit)
