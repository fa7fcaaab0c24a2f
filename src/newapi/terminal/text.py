"""Text typed by people: show it safely, and find its problems."""

import re
import shlex
import unicodedata

MAX_TEXT = 500
# Regular expressions that JSON Schema uses too, so they hold to what ECMAScript understands.
EMAIL = r"""[^\s<>(),;:\\"'`@]+@[^\s<>(),;:\\"'`@]+"""
CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"  # characters, the commonest that are refused

# Letters of some scripts and emoji families need the joiners, which are invisible themselves.
_JOINERS = "\u200c\u200d"
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")  # as `shlex.join` writes them
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def is_printable(character: str) -> bool:
    """Tell whether a character may appear in a title or a description."""
    if character in _JOINERS:
        return True
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE
    return not is_noncharacter and unicodedata.category(character) not in _INVISIBLE


def visible(text: str) -> str:
    r"""Show control characters, which could do things to a terminal, by their escapes.

    >>> print(visible("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if is_printable(character) else character.encode("unicode_escape").decode()
        for character in text
    )


def shorten(text: str, width: int = 60) -> str:
    """Show the beginning of a text that is too long to repeat in a message."""
    shown = visible(text)
    return shown if len(shown) <= width else f"{shown[: width - 3]}..."


def ascii_command(line: str) -> str:
    r"""Write a command so that it can be typed where only ASCII can be shown.

    >>> print(ascii_command("cd 'Größe 1' && uv lock"))
    cd $'Gr\303\266\303\237e 1' && uv lock
    """
    return _WORD.sub(lambda word: word[0] if word[0].isascii() else _octal(word[0]), line)


def _octal(word: str) -> str:
    content = shlex.split(word)[0].encode("utf-8", "surrogateescape")
    is_plain = {*range(32, 127)} - {*b"\\'"}
    return "$'" + "".join(chr(c) if c in is_plain else f"\\{c:03o}" for c in content) + "'"


def repaired(text: str) -> str:
    """Decode as UTF-8 the bytes that an ASCII locale has passed on undecoded."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return text


def flaw_of_text(text: str) -> str:
    """Say what keeps a text from being a title, a description or a name; empty when nothing."""
    if bad := [character for character in text if not is_printable(character)]:
        shown = ", ".join(dict.fromkeys(visible(character) for character in bad[:5]))
        return f"holds control characters ({shown})"
    if len(text) > MAX_TEXT:
        return f"is {len(text)} characters long; {MAX_TEXT} are allowed"
    return ""


def flaw_of_email(text: str) -> str:
    """Say what keeps a text from being an e-mail address; empty when nothing does."""
    if flaw := flaw_of_text(text):
        return flaw
    if not re.fullmatch(EMAIL, text):
        return "is not an e-mail address (like ada@example.org)"
    return ""


def plural(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> plural(1, "file"), plural(2, "file")
    ('1 file', '2 files')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
