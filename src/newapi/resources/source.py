"""Python source text with the places of its statements, so that lines can be put in and taken out.

Everything else of the text stays as it is, byte for byte: comments, blank lines, line endings.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence
from typing import TypeAlias

Node: TypeAlias = ast.expr | ast.stmt | ast.alias

WIDTH = 100


class Source:
    """One module.

    Raises:
        ValueError, SyntaxError: It is none.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = ast.parse(text)
        self.lines = list(io.StringIO(text, newline=""))
        first = self.lines[0] if self.lines else ""
        self.newline = first[len(first.rstrip("\r\n")) :] or "\n"
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: Node) -> int:
        """Return where a node begins."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: Node) -> int:
        """Return where a node ends."""
        return self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def line_start(self, node: Node) -> int:
        """Return where the first line of a node begins."""
        return self._starts[node.lineno - 1]

    def line_end(self, node: Node) -> int:
        """Return where the last line of a node ends, the line ending included."""
        return self._starts[node.end_lineno or node.lineno]

    def indent(self, node: Node) -> str:
        """Return the text before a node in its line."""
        return self.text[self.line_start(node) : self.start(node)]

    def rest(self, node: Node) -> str:
        """Return the text after a node in its line."""
        return self.text[self.end(node) : self.line_end(node)].rstrip("\r\n")

    def is_alone(self, node: Node) -> bool:
        """Whether nothing else is in the lines of a node, but perhaps a comma behind it."""
        inside = self.text[self.start(node) : self.end(node)]
        return (
            not self.indent(node).strip()
            and self.rest(node).strip() in {"", ","}
            and not has_comment(inside)
        )

    def above(self, node: Node, floor: int) -> int:
        """Return where the comments directly above a node begin, not before line `floor`."""
        number = node.lineno
        while number - 1 > floor and self.lines[number - 2].lstrip().startswith("#"):
            number -= 1
        return self._starts[number - 1]

    def with_line(self, at: int, line: str) -> str:
        """Return the text with one more line, which begins at an offset where a line begins."""
        before, after = self.text[:at], self.text[at:]
        if before and not before.endswith(("\n", "\r")):
            return before + self.newline + line
        return before + line + self.newline + after

    def without(self, start: int, end: int) -> str:
        """Return the text without a stretch; if that was the end, it ends as it did before."""
        before, after = self.text[:start], self.text[end:]
        if not after and not self.text.endswith(("\n", "\r")):
            before = before.removesuffix("\n").removesuffix("\r")
        return before + after

    def _offset(self, line: int, column: int) -> int:
        inside = self.lines[line - 1] if line <= len(self.lines) else ""
        return self._starts[line - 1] + len(inside.encode()[:column].decode())


def has_comment(text: str) -> bool:
    """Whether there is a comment in a piece of code; when in doubt there is."""
    if "#" not in text:
        return False
    try:
        return any(
            token.type == tokenize.COMMENT
            for token in tokenize.generate_tokens(io.StringIO(f"({text})").readline)
        )
    except (tokenize.TokenError, SyntaxError):
        return True


def insert(source: Source, holder: Node, nodes: Sequence[Node], index: int, item: str) -> str:
    """Return the text with one more item in a row that has items already."""
    text = source.text
    if not _is_vertical(source, nodes):
        if index < len(nodes):
            at = source.start(nodes[index])
            return f"{text[:at]}{item}, {text[at:]}"
        at = source.end(nodes[-1])
        return f"{text[:at]}, {item}{text[at:]}"
    if index < len(nodes):
        floor = nodes[index - 1].end_lineno if index else holder.lineno
        at = source.above(nodes[index], floor or 0)
        return source.with_line(at, f"{source.indent(nodes[index])}{item},")
    last = nodes[-1]
    at, end = source.end(last), source.line_end(last)
    line = f"{source.indent(last)}{item}"
    if source.rest(last).lstrip().startswith(","):
        return f"{text[:end]}{line},{source.newline}{text[end:]}"
    return f"{text[:at]},{text[at:end]}{line}{source.newline}{text[end:]}"


def take(source: Source, nodes: Sequence[Node], index: int) -> str | None:
    """Return the text without one item of several; None when something of the user's is at it."""
    node, text = nodes[index], source.text
    is_last = index == len(nodes) - 1
    if _is_vertical(source, nodes):
        if not source.is_alone(node):
            return None
        start, end = source.line_start(node), source.line_end(node)
        if is_last and not source.rest(node).strip():
            before = source.end(nodes[index - 1])
            comma = text.find(",", before)
            return text[:comma] + text[comma + 1 : start] + text[end:]
        return text[:start] + text[end:]
    if is_last:
        start, end = source.end(nodes[index - 1]), source.end(node)
    else:
        start, end = source.start(node), source.start(nodes[index + 1])
    return None if has_comment(text[start:end]) else text[:start] + text[end:]


def _is_vertical(source: Source, nodes: Sequence[Node]) -> bool:
    """Whether each item has lines of its own."""
    return all(
        not source.indent(node).strip()
        and source.rest(node).lstrip().removeprefix(",").lstrip()[:1] in {"", "#"}
        for node in nodes
    )
