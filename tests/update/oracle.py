"""What `git merge-tree` makes of three trees."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from newapi.project.tree import Entry, Tree
from newapi.terminal import external_tools, programs


def exists() -> bool:
    """Whether this git can merge trees."""
    match = re.search(r"(\d+)\.(\d+)", external_tools.git("--version", cwd=Path()))
    return match is not None and (int(match[1]), int(match[2])) >= (2, 38)


def merge(base: Tree, ours: Tree, theirs: Tree) -> dict[str, Entry] | None:
    """Merge with git; None when it finds a conflict."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        external_tools.git("init", "--quiet", "--bare", "--template=", cwd=root)
        feed = b"".join(
            _commit(*side) for side in (("base", base), ("ours", ours), ("theirs", theirs))
        )
        _run(root, "fast-import", "--quiet", feed=feed)
        try:
            tree = external_tools.git("merge-tree", "--write-tree", "ours", "theirs", cwd=root)
        except programs.ProgramError:
            return None
        return _read(root, tree.split("\n")[0])


def _commit(branch: str, tree: Tree) -> bytes:
    """Return what makes git commit a tree, upon the base."""
    head = f"commit refs/heads/{branch}\ncommitter T <t@example.org> 0 +0000\ndata 0\n"
    begin = "from refs/heads/base\ndeleteall\n" if branch != "base" else ""
    files = (
        f"M {entry.mode} inline {path}\ndata {len(entry.data)}\n".encode() + entry.data + b"\n"
        for path, entry in tree.items()
    )
    return (head + begin).encode() + b"".join(files)


def _read(root: Path, tree: str) -> dict[str, Entry]:
    rows = [
        row.split("\t", 1)
        for row in external_tools.git("ls-tree", "-r", "-z", tree, cwd=root).split("\0")[:-1]
    ]
    contents = _run(
        root,
        "cat-file",
        "--batch",
        "--buffer",
        feed="".join(f"{about.split()[2]}\n" for about, _ in rows).encode(),
    )
    found = {}
    for about, path in rows:
        head, _, contents = contents.partition(b"\n")
        size, mode = int(head.split()[2]), about.split()[0]
        kind: Literal["file", "link"] = "link" if mode == "120000" else "file"
        found[path] = Entry(contents[:size], mode == "100755", kind)
        contents = contents[size + 1 :]
    return found


def _run(root: Path, *words: str, feed: bytes) -> bytes:
    return subprocess.run(
        ["git", *words], input=feed, cwd=root, check=True, stdout=subprocess.PIPE
    ).stdout
