"""The git repository that a project is in, through plumbing commands and bytes."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from newapi.errors import NewapiError
from newapi.terminal import programs

# The user's filters, line ends and ignore rules count; what runs or prints things does not.
_OPTIONS = programs.git_options("diff.external=", "submodule.recurse=false")
_OF_SERVERS = {"fetch", "ls-remote", "push"}
_PROCESS_FILTER = re.compile(r"filter\.(.+)\.process")
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply/applying": "git am",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisection",
    "sequencer": "a cherry-pick or revert",
}
_WIDTHS = {"sha1": 40, "sha256": 64}


class Item(NamedTuple):
    """One path of a commit."""

    mode: str
    digest: str
    size: int

    @property
    def is_file(self) -> bool:
        """Whether it is neither a link nor a submodule."""
        return self.mode.startswith("100")


@dataclass(frozen=True)
class Repository:
    """A work tree, and the folder in it that holds the project; paths are relative to that."""

    project: Path
    root: Path
    git_dir: Path
    no_object: str

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        accepted: Collection[int] = (0,),
        variables: Mapping[str, str] | None = None,
    ) -> bytes:
        """Run git in the project's folder.

        Raises:
            NewapiError: A filter of the user failed.
            ProgramError: Anything else that git says.
        """
        fixed = {"GIT_OPTIONAL_LOCKS": "0"}
        environment = programs.git_environment() | fixed | (dict(variables) if variables else {})
        command = [programs.git_program(), *_OPTIONS, *arguments]
        try:
            _, output = programs.run(
                command, cwd=self.project, environment=environment, stdin=stdin, accepted=accepted
            )
        except programs.ProgramError as error:
            if failed := self._failed_filter(error.output, arguments):
                raise _of_filter(failed, error) from error
            raise
        return output

    def _failed_filter(self, output: str, arguments: Collection[str]) -> str:
        """Return the filter that made git fail; empty if it was something else."""
        # git names first the program of the filter, then the filter
        if failed := re.findall(r"filter '?([^'\n]+?)'? failed", output):
            return str(failed[-1])
        # of a process that ends too early, git may only say this, as it does of servers
        if "remote end hung up" in output and _OF_SERVERS.isdisjoint(arguments):
            pattern = _PROCESS_FILTER.pattern
            keys = self.run("config", "--name-only", "--get-regexp", pattern, accepted=(0, 1))
            return " or ".join(_PROCESS_FILTER.findall(keys.decode()))
        return ""

    @property
    def prefix(self) -> str:
        """Return the project's folder within the work tree: empty, or with a slash at the end."""
        path = self.project.relative_to(self.root).as_posix()
        return "" if path == "." else f"{path}/"

    def head(self) -> str:
        """Return the commit that is checked out; empty before the first commit."""
        output = self.run("rev-parse", "--verify", "--quiet", "HEAD", accepted=(0, 1))
        return output.decode().strip()

    def branch(self) -> str:
        """Return the branch that is checked out; empty for a detached HEAD."""
        output = self.run("symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1))
        return output.decode(errors="replace").strip()

    def listing(self) -> dict[str, Item]:
        """Return every path of HEAD below the project's folder."""
        return self.listing_of("HEAD")

    def listing_of(self, commit: str) -> dict[str, Item]:
        """Return every path of a commit below the project's folder."""
        items: dict[str, Item] = {}
        for row in _rows(self.run("ls-tree", "-r", "-z", "-l", commit)):
            about, path = row.split(b"\t", 1)
            mode, _, digest, size = about.decode().split()
            items[os.fsdecode(path)] = Item(mode, digest, int(size) if size.isdigit() else 0)
        return items

    def blobs(self, digests: Iterable[str]) -> dict[str, bytes]:
        """Read contents by their name."""
        wanted = sorted(set(digests))
        if not wanted:
            return {}
        output = self.run("cat-file", "--batch", stdin="\n".join(wanted).encode() + b"\n")
        found: dict[str, bytes] = {}
        at = 0
        for digest in wanted:
            end = output.index(b"\n", at)
            about = output[at:end].split()
            if len(about) != 3:
                raise NewapiError(f"git has lost the object {digest}.", "Run `git fsck`.")
            size = int(about[2])
            found[digest] = output[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def changes(self) -> dict[str, str]:
        """Return the paths in the project's folder that are not committed.

        Each has the two letters of `git status`: the first one compares the index with the
        commit, the second one the work tree with the index.
        """
        options = ("--porcelain", "-z", "--no-renames", "--ignore-submodules=none")
        rows = _rows(self.run("status", *options, "--untracked-files=normal", "--", "."))
        prefix = os.fsencode(self.prefix)
        return {os.fsdecode(row[3:].removeprefix(prefix)): row[:2].decode() for row in rows}

    def files(self) -> list[str]:
        """Return every path of the work tree that git keeps, or would keep."""
        options = ("-z", "--cached", "--others", "--exclude-standard")
        return sorted({os.fsdecode(row) for row in _rows(self.run("ls-files", *options))})

    def under_way(self) -> str | None:
        """Return the unfinished operation of git, such as a merge, or None."""
        found = (what for name, what in _UNDER_WAY.items() if (self.git_dir / name).exists())
        return next(found, None)

    def ignored(self, paths: Iterable[str]) -> set[str]:
        """Return which of these paths git would ignore."""
        wanted = b"\0".join(os.fsencode(path) for path in paths)
        if not wanted:
            return set()
        options = ("-z", "--stdin", "--no-index")
        output = self.run("check-ignore", *options, stdin=wanted + b"\0", accepted=(0, 1))
        return {os.fsdecode(row) for row in _rows(output)}

    def is_sparse(self) -> bool:
        """Whether only a part of the files is checked out."""
        words = ("config", "--type=bool", "--default=false", "--get", "core.sparseCheckout")
        return self.run(*words).strip() == b"true"

    def hidden(self) -> set[str]:
        """Return the paths with the bits assume-unchanged or skip-worktree."""
        rows = _rows(self.run("ls-files", "-v", "-z"))
        return {os.fsdecode(row[2:]) for row in rows if row[:1].islower() or row[:1] == b"S"}

    def staged(self, paths: Collection[str]) -> dict[str, list[str]]:
        """Return the entries of the index at these paths: `mode digest stage`."""
        found: dict[str, list[str]] = {path: [] for path in paths}
        for row in _rows(self.run("ls-files", "--stage", "-z")):
            about, path = row.split(b"\t", 1)
            if (name := os.fsdecode(path)) in found:
                found[name].append(about.decode())
        return found

    def stage(self, entries: Mapping[str, list[str]], *, index: Path | None = None) -> None:
        """Make these entries, and no others, those of the index at these paths."""
        prefix = os.fsencode(self.prefix)
        rows = [
            f"{about}\t".encode() + prefix + os.fsencode(path)
            for path, found in entries.items()
            for about in (f"0 {self.no_object}", *found)
        ]
        if rows:
            variables = {"GIT_INDEX_FILE": os.fspath(index)} if index else None
            feed = b"\0".join(rows) + b"\0"
            self.run("update-index", "-z", "--index-info", stdin=feed, variables=variables)

    def store(self, contents: Collection[bytes]) -> list[str]:
        """Keep contents as they are; return their names."""
        if not contents:
            return []
        return self.import_blobs(import_feed(contents))

    def import_blobs(self, feed: bytes) -> list[str]:
        """Keep the contents of a feed; return their names."""
        one_file = ("-c", "fastImport.unpackLimit=1")  # and not one for each
        output = self.run(*one_file, "fast-import", "--quiet", "--done", stdin=feed + b"done\n")
        return output.decode().split()

    def keep(self, paths: Iterable[str]) -> None:
        """Store the contents of files, as `git add` does, without a change of the index."""
        feed = b"".join(os.fsencode(path) + b"\n" for path in paths if "\n" not in path)
        if feed:
            self.run("hash-object", "-w", "--stdin-paths", stdin=feed)

    def digests(self, paths: list[str]) -> list[str]:
        """Name the contents of files as git would store them."""
        names = [path for path in paths if "\n" not in path]
        feed = b"".join(os.fsencode(path) + b"\n" for path in names)
        output = self.run("hash-object", "--stdin-paths", stdin=feed) if names else b""
        found = dict(zip(names, output.decode().split(), strict=True))
        return [found.get(path, "") for path in paths]


def import_feed(contents: Collection[bytes]) -> bytes:
    """Return what `git fast-import` reads to keep contents as they are."""
    return b"".join(
        b"blob\nmark :%d\ndata %d\n%b\nget-mark :%d\n" % (number, len(data), data, number)
        for number, data in enumerate(contents, 1)
    )


def find(project: Path) -> Repository:
    """Return the repository that a folder is in.

    Raises:
        NewapiError: It is in none.
    """
    project = project.resolve()
    here = Repository(project, project, project, "")
    try:
        output = here.run("rev-parse", "--show-object-format", "--show-cdup", "--absolute-git-dir")
    except programs.ProgramError as error:
        if "not a git repository" in error.message and (project / ".git").exists():
            fix = "git worktree repair, if the repository was moved; else clone it anew."
            message = f"git cannot read the repository that {project / '.git'} is or names."
            raise NewapiError(message, fix) from error
        if "not a git repository" in error.message:
            fix = "git init && git add --all && git commit -m 'Begin'"
            raise NewapiError(f"{project} is not in a git repository.", fix) from error
        if "dubious ownership" in error.output:
            raise _of_somebody_else(project) from error
        raise
    kind, up, git_dir = os.fsdecode(output).removesuffix("\n").split("\n", 2)
    root = Path(os.path.normpath(project / up))
    return Repository(project, root, Path(git_dir), "0" * _WIDTHS.get(kind, 40))


def _of_somebody_else(project: Path) -> NewapiError:
    root = next((f for f in (project, *project.parents) if (f / ".git").exists()), project)
    fix = f"git config --global --add safe.directory {shlex.quote(os.fspath(root))}"
    return NewapiError(f"git does not open {root}: it belongs to another user.", fix)


def _of_filter(name: str, error: NewapiError) -> NewapiError:
    fix = (
        "`git config --get-regexp ^filter` shows the filters that .gitattributes names; mend the "
        "filter, or install what it calls."
    )
    return NewapiError(f"The filter {name} of git failed: {error.message}", fix)


def _rows(output: bytes) -> list[bytes]:
    return output.split(b"\0")[:-1] if output else []
