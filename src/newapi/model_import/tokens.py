"""Go through the words of a file; what JDL and DBML have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from newapi.model_import.source_model import SourceError
from newapi.terminal.text import shorten


class Token(NamedTuple):
    """A word or a sign, and its line."""

    kind: str
    text: str
    line: int


def scan(text: str, pattern: re.Pattern[str]) -> Iterator[Token]:
    """Yield a token for each match, named after its group, except `skip`; then one for the end."""
    line = 1
    for match in pattern.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield Token(kind, match[0], line)
        line += match[0].count("\n")
    yield Token("end", "", line)


class Cursor:
    """A place between two tokens."""

    def __init__(self, name: str, text: str, pattern: re.Pattern[str], hint: str) -> None:
        self.name = name
        self._tokens = list(scan(text, pattern))
        self._position = 0
        self._hint = hint

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without passing it."""
        return self._tokens[min(self._position + ahead, len(self._tokens) - 1)]

    def next(self) -> Token:
        """Pass a token."""
        token = self.peek()
        if token.kind != "end":
            self._position += 1
        return token

    def accept(self, text: str) -> bool:
        """Pass a token if it is this one, in any case."""
        if self.peek().text.lower() != text.lower() or self.peek().kind == "end":
            return False
        self.next()
        return True

    def expect(self, text: str) -> Token:
        """Pass a token that must be this one.

        Raises:
            SourceError: It is another one.
        """
        if self.peek().text.lower() != text.lower():
            self.fail(self.peek(), f"'{text}'")
        return self.next()

    def word(self, what: str) -> Token:
        """Pass a token that must be a word.

        Raises:
            SourceError: It is something else.
        """
        if self.peek().kind != "word":
            self.fail(self.peek(), what)
        return self.next()

    def skip_block(self) -> Token:
        """Pass a word and everything up to the end of its braces; return the word."""
        word = self.next()
        while self.peek().text != "{":
            if self.next().kind == "end":
                self.fail(self.peek(), f"'{{' of {word.text} in line {word.line}")
        depth = 0
        while True:
            token = self.next()
            if token.kind == "end":
                self.fail(token, f"'}}' of {word.text} in line {word.line}")
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if depth == 0:
                return word

    def fail(self, token: Token, expected: str) -> NoReturn:
        """Refuse a token.

        Raises:
            SourceError: Always.
        """
        found = f"'{shorten(token.text)}'" if token.text else "the end of the file"
        flaw = f"expected {expected}, found {found}"
        raise SourceError(self.name, token.line, flaw, self._hint)
