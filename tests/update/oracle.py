"""What `git merge-tree` makes of three trees."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from newapi import finish, programs
from newapi.tree import Entry, Tree

AUTHOR = ("-c", "user.name=T", "-c", "user.email=t@example.org")


def exists() -> bool:
    """Whether this git can merge trees."""
    match = re.search(r"(\d+)\.(\d+)", finish.git("--version", cwd=Path()))
    return match is not None and (int(match[1]), int(match[2])) >= (2, 38)


def merge(base: Tree, ours: Tree, theirs: Tree) -> dict[str, Entry] | None:
    """Merge with git; None when it finds a conflict."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        finish.git("init", "--quiet", "--template=", cwd=root)
        start = _commit(root, base)
        sides = [_commit(root, side, "-p", start) for side in (ours, theirs)]
        try:
            tree = finish.git("merge-tree", "--write-tree", *sides, cwd=root).split("\n")[0]
        except programs.ProgramError:
            return None
        return _read(root, tree)


def _commit(root: Path, tree: Tree, *options: str) -> str:
    feed = bytearray()
    commands = [b"blob\nmark :%d\ndata %d\n%s\n" % (n, len(e.data), e.data)
                for n, e in enumerate(tree.values(), 1)]  # fmt: skip
    feed += b"".join(commands)
    feed += (
        b"reset refs/heads/x\n\ncommit refs/heads/x\ncommitter T <t@example.org> 0 +0000\ndata 0\n"
    )
    for number, (path, entry) in enumerate(tree.items(), 1):
        feed += f"M {entry.mode} :{number} {path}\n".encode()
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"], input=bytes(feed), cwd=root, check=True
    )
    found = finish.git("rev-parse", "x^{tree}", cwd=root).strip()
    return finish.git(*AUTHOR, "commit-tree", found, "-m", "x", *options, cwd=root).strip()


def _read(root: Path, tree: str) -> dict[str, Entry]:
    found = {}
    for line in finish.git("ls-tree", "-r", "-z", tree, cwd=root).split("\0")[:-1]:
        about, path = line.split("\t", 1)
        mode, _, digest = about.split()
        data = subprocess.run(
            ["git", "cat-file", "blob", digest], cwd=root, check=True, capture_output=True
        ).stdout
        found[path] = Entry(data, mode == "100755", "link" if mode == "120000" else "file")
    return found
