"""Cut a file of SQL into statements, whatever program has dumped it.

The rows of a dump, functions and settings are passed over: a parser need not understand them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_HEADS = (
    r"create\s+(?:or\s+replace\s+)?(?:(?:global|local)\s+)?(?:temp(?:orary)?\s+|unlogged\s+)?table\b",
    r"alter\s+table\b",
    r"create\s+(?:unique\s+|clustered\s+|nonclustered\s+|fulltext\s+|spatial\s+)*index\b",
    r"(?:create|alter)\s+type\b",
    r"create\s+domain\b",
    r"drop\s+(?:table|index)\b",
    r"rename\s+table\b",
    r"comment\s+on\s+(?:table|column)\b",
)
_WANTED = re.compile(rf"\s*(?:{'|'.join(_HEADS)})", re.IGNORECASE)
_OTHER = re.compile(
    r"\s*create\s+(?:or\s+(?:replace|alter)\s+)?(?:algorithm\s*=\s*\w+\s+|definer\s*=\s*\S+\s+"
    r"|sql\s+security\s+\w+\s+|recursive\s+|materialized\s+|constraint\s+)*"
    r"(view|function|procedure|proc|trigger|sequence|aggregate|rule)\b",
    re.IGNORECASE,
)
_COPY = re.compile(r"\s*copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_INSERT = re.compile(r"\s*(?:insert|copy)\b", re.IGNORECASE)


def _scanner(dialect: str) -> re.Pattern[str]:
    """Return what separates statements, and what can hide a separator."""
    is_mysql = dialect == "mysql"
    text = r"'(?:[^'\\]|\\.|'')*'" if is_mysql else r"'(?:[^']|'')*'"
    comment = r"--[^\n]*|/\*.*?\*/" + (r"|\#[^\n]*" if is_mysql else "")
    body = "" if is_mysql else r"(?P<body>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$) |"
    # SQL Server, and a CREATE SCHEMA of PostgreSQL, need nothing between two statements.
    others = r"|alter[ ]+table|insert|exec" if dialect == "tsql" else ""
    head = "" if is_mysql else rf"(?P<head>^[ \t]*(?=(?:create{others})\s)) |"
    return re.compile(
        rf"""(?P<text>{text}) | (?P<comment>{comment}) | (?P<name>"[^"]*"|`[^`]*`|\[[^\]\n]*\])
          | {body} {head} (?P<go>^[ \t]*(?:go|/)[ \t]*\r?$) | (?P<meta>^\\[^\n]*$)
          | ^[ \t]*delimiter[ \t]+(?P<delimiter>\S+)[^\n]*$ | (?P<end>;|\$\$|//)""",
        re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
    )


class Statement(NamedTuple):
    """A statement that says something about tables; `line` is its first."""

    text: str
    line: int


class Script(NamedTuple):
    """The statements of a file, and how many others there are by their kind."""

    statements: tuple[Statement, ...]
    others: dict[str, int]


def dialect_of(text: str) -> str:
    """Return the name that the parser has for the dialect of a file."""
    sample = _PROSE.sub("", text[:_SAMPLE])
    for dialect, pattern in _DIALECTS:
        if re.search(pattern, sample, re.IGNORECASE | re.MULTILINE):
            return dialect
    return "postgres"


_SAMPLE = 200_000
_PROSE = re.compile(r"/\*(?!!).*?\*/|--[^\n]*", re.DOTALL)  # comments, in which names are quoted
_DIALECTS = (
    ("mysql", r"^[^\n'-]*`\w+`|\bengine\s*=|\bauto_increment\b"),
    ("mysql", r"(?<!\bas\s)\benum\s*\(\s*'|\bunsigned\b|\bunique\s+key\b"),
    ("sqlite", r"\bautoincrement\b|^\s*pragma\b|\bsqlite_sequence\b"),
    ("postgres", r"\bcharacter varying\b|\b(?:big)?serial\b|\bnextval\(|\bplpgsql\b"),
    ("tsql", r"^\s*go\s*$|\[dbo\]|\bidentity\s*\(\s*\d"),
    ("postgres", r"::\w"),
    ("tsql", r"\bidentity\b(?!\s*\()|\buniqueidentifier\b"),
    ("sqlite", r"^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?\["),
)


def split(text: str, dialect: str) -> Script:
    """Return the statements about tables, in their order."""
    others: dict[str, int] = {}
    statements: list[Statement] = []
    for statement in _split(text, dialect):
        if _WANTED.match(statement.text):
            statements.append(statement)
        elif kind := _other(statement.text):
            others[kind] = others.get(kind, 0) + 1
    return Script(tuple(statements), others)


def _other(statement: str) -> str:
    """Return the kind of object that a statement creates besides tables; empty for settings."""
    if _INSERT.match(statement):
        return "row"
    found = _OTHER.match(statement)
    kind = found[1].lower() if found else ""
    return "procedure" if kind == "proc" else kind


def _split(text: str, dialect: str) -> Iterator[Statement]:
    scanner = _scanner(dialect)
    delimiter, start, position = ";", 0, 0
    parts: list[str] = []
    lines = _Lines(text)
    while match := scanner.search(text, position):
        position = match.end()
        if match.lastgroup == "comment":
            parts += [text[start : match.start()], "\n" * match[0].count("\n") or " "]
            start = position
            continue
        if match.lastgroup == "body":
            yield from _of_block(text[start : match.start()], match, lines, dialect)
            continue
        is_end = match["end"] and text.startswith(delimiter, match.start())
        if not is_end and match.lastgroup not in _BOUNDARIES:
            continue
        before = "".join([*parts, text[start : match.start()]])
        yield _statement(before, lines.number(match.start()))
        if is_end:
            position = match.start() + len(delimiter)
        if match.lastgroup == "delimiter":
            delimiter = match["delimiter"]
        start, parts = position, []
        position += int(match.lastgroup == "head")  # it has no character of its own
        if _COPY.match(before):
            start = position = _end_of_rows(text, position)
    yield _statement("".join([*parts, text[start:]]), lines.number(len(text)))


# A block of PostgreSQL that runs at once, and the words before a statement in it.
_DO = re.compile(r"\s*do\b(?:\s+language\s+\w+)?\s*\Z", re.IGNORECASE)
_CONTROL = re.compile(
    r"\s*(?:(?:begin|else|loop|exception|(?:if|elsif|when)\b.*?\bthen)\b\s*)+",
    re.IGNORECASE | re.DOTALL,
)


def _of_block(
    before: str, match: re.Match[str], lines: _Lines, dialect: str
) -> Iterator[Statement]:
    """Return the statements of a block: migrations make types and foreign keys in them."""
    if not _DO.match(before):
        return
    line, mark = lines.number(match.start()), len(match["tag"]) + len("$$")
    for statement in _split(match["body"][mark:-mark], dialect):
        control = _CONTROL.match(statement.text)
        skipped = control[0] if control else ""
        first = line + statement.line - 1 + skipped.count("\n")
        yield Statement(statement.text.removeprefix(skipped), first)


_BOUNDARIES = frozenset({"delimiter", "go", "head", "meta"})


class _Lines:
    """Numbers the lines of a text from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._text, self._index, self._number = text, 0, 1

    def number(self, index: int) -> int:
        """Return the line of a place behind the last one."""
        self._number += self._text.count("\n", self._index, index)
        self._index = index
        return self._number


def _end_of_rows(text: str, position: int) -> int:
    """Return where the rows of a COPY end."""
    found = _END_OF_ROWS.search(text, position)
    return found.end() if found else len(text)


_END_OF_ROWS = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)


def _statement(text: str, last_line: int) -> Statement:
    """Return a statement without blank lines before it; `last_line` is where it ends."""
    stripped = text.lstrip()
    return Statement(stripped.rstrip(), last_line - stripped.count("\n"))
