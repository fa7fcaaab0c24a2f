"""Random histories: what a template and its users do to the same files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from newapi.project.tree import Entry, Tree

PATHS = (
    *("README.md", "app/main.py", "app/config.py", "app/crud.py", "app/api/users.py"),
    *("app/api/items.py", "tests/test_main.py", "run.sh", "docs/guide.md", "logo.png"),
    *("latin.txt", "windows.txt", "empty.py", "link"),
)
NEW_PATHS = (
    *("app/new.py", "app/extra/deep.py", "NOTES.md", "docs", "app/api/items.py/inner.py"),
    *("app", "tests/test_main.py", "picture.png", "app/main.py.template-new", "README.md.rej"),
)
KINDS = (
    *("insert", "replace", "delete line", "append", "truncate", "no last newline", "binary"),
    *("crlf", "bom", "latin", "shuffle", "remove", "move", "rename", "chmod", "link", "folder"),
    *("add", "add binary", "add same", "copy"),
)

Edit = tuple[str, int, int]


def edits_of(*kinds: str, size: int = 6, length: int = 40) -> st.SearchStrategy[list[Edit]]:
    """Draw edits of these kinds, in files with about this many lines."""
    number = st.integers(0, length)
    return st.lists(st.tuples(st.sampled_from(kinds), number, number), max_size=size)


edits = edits_of(*KINDS)


@dataclass
class Story:
    """A tree that is edited; every written line is unique."""

    author: str
    tree: dict[str, Entry]
    tokens: dict[bytes, str] = field(default_factory=dict)
    new_paths: Sequence[str] = NEW_PATHS
    busy: Sequence[str] = ()  # files that somebody else changes too: they are edited more often

    def apply(self, edits: list[Edit]) -> Story:
        """Do these edits, as far as they are possible."""
        for number, edit in enumerate(edits):
            self._apply(*edit, f"{self.author}-{number}")
        alive = b"\n".join(entry.data for entry in self.tree.values())
        self.tokens = {token: path for token, path in self.tokens.items() if token in alive}
        return self

    def _apply(self, kind: str, one: int, two: int, word: str) -> None:
        if kind.startswith("add"):
            self._add(kind, self.new_paths[one % len(self.new_paths)], word)
            return
        if names := [*filter(self.tree.__contains__, self.busy), *sorted(self.tree)]:
            path = names[one % len(names)]
            if not self._moved(kind, path, word):
                self.tree[path] = self._changed(kind, self.tree[path], two, word, path)

    def _moved(self, kind: str, path: str, word: str) -> bool:
        entry = self.tree[path]
        if kind in {"remove", "folder"}:
            del self.tree[path]
            if kind == "folder":
                self._put(f"{path}/inside.txt", Entry(self._token(word, path)))
        elif kind in {"move", "rename", "copy"}:
            head, _, tail = path.rpartition("/")
            target = f"moved/{path}" if kind == "move" else f"{head}/{word}-{tail}".lstrip("/")
            if self._put(target, entry) and kind != "copy":
                del self.tree[path]
        else:
            return False
        return True

    def _changed(self, kind: str, entry: Entry, at: int, word: str, path: str) -> Entry:
        if kind == "link":
            return Entry(self._token(word, path).strip(), kind="link")
        if entry.kind != "file":
            return entry
        if kind == "chmod":
            return replace(entry, executable=not entry.executable)
        lines = entry.data.splitlines(keepends=True)
        at %= len(lines) + 1
        return replace(entry, data=self._edited(kind, lines, at, lambda: self._token(word, path)))

    def _add(self, kind: str, path: str, word: str) -> None:
        if kind == "add same":
            self._put(path, Entry(b"the same for everybody\n"))
        elif kind == "add binary":
            self._put(path, Entry(b"\0" + self._token(word, path)))
        else:
            self._put(path, Entry(self._token(word, path) * 3))

    def _put(self, path: str, entry: Entry) -> bool:
        """Put a file where nothing is in its way."""
        inside = any(name.startswith(f"{path}/") for name in self.tree)
        below = any(path.startswith(f"{name}/") for name in self.tree)
        if path in self.tree or inside or below:
            return False
        self.tree[path] = entry
        return True

    def _edited(self, kind: str, lines: list[bytes], at: int, token: Callable[[], bytes]) -> bytes:
        before, after, data = lines[:at], lines[at:], b"".join(lines)
        edits: dict[str, Callable[[], bytes]] = {
            "insert": lambda: b"".join([*before, token(), *after]),
            "replace": lambda: b"".join([*before, token(), *after[1:]]),
            "delete line": lambda: b"".join([*before, *after[1:]]),
            "append": lambda: data + token(),
            "truncate": lambda: b"".join(before),
            "no last newline": lambda: data.rstrip(b"\r\n"),
            "binary": lambda: data + b"\0" + token(),
            "crlf": lambda: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
            "bom": lambda: b"\xef\xbb\xbf" + data,
            "latin": lambda: b"".join([*before, b"\xe9t\xe9 " + token(), *after]),
            "shuffle": lambda: b"".join(reversed(lines)),
        }
        return edits[kind]()

    def _token(self, word: str, path: str) -> bytes:
        token = f"written by {word}".encode()
        self.tokens[token] = path
        return token + b".\n"


def template(size: int = 12) -> dict[str, Entry]:
    """Return the tree that every story begins with."""
    tree = {
        path: Entry("".join(f"{path} {number}\n" for number in range(size)).encode())
        for path in PATHS
    }
    return tree | {
        "run.sh": replace(tree["run.sh"], executable=True),
        "logo.png": Entry(b"\x89PNG\0\xff\n" * 4),
        "latin.txt": Entry("\u00e9t\u00e9\n".encode("latin-1") * 6),
        "windows.txt": replace(
            tree["windows.txt"], data=tree["windows.txt"].data.replace(b"\n", b"\r\n")
        ),
        "empty.py": Entry(b""),
        "link": Entry(b"README.md", kind="link"),
    }


def everything(tree: Tree) -> bytes:
    """Return the contents of all files."""
    return b"\n".join(entry.data for entry in tree.values())
