"""How names are written: in snake case, as a class, in words, and in the plural."""

import re

MAX_LENGTH = 40

PATTERN = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_NAME = re.compile(PATTERN)


def normalise(text: str) -> str:
    """Return a name in snake case, however it is written.

    >>> normalise("OrderLine"), normalise("order-line"), normalise("Order line")
    ('order_line', 'order_line', 'order_line')

    Raises:
        ValueError: It cannot be a name; the message says why.
    """
    text = text.strip(" ")
    if text.startswith("_"):
        raise ValueError("starts with an underscore")
    if not text.isascii():
        raise ValueError("has other letters than a to z")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    name = re.sub(r"[-_ ]+", "_", words).lower()
    if not _NAME.fullmatch(name):
        raise ValueError("must be a letter, then letters a to z, digits and underscores")
    if len(name) > MAX_LENGTH:
        raise ValueError(f"is {len(name)} characters long; {MAX_LENGTH} are allowed")
    return name


def proposal(text: str, fallback: str) -> str:
    """Return a name that resembles what cannot be one."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", text[:200]).strip("_")
    try:
        return normalise(re.sub(r"^[0-9_]+", "", words)[:30].rstrip("_"))
    except ValueError:
        return fallback


def class_of(name: str) -> str:
    """Return the class that has this name.

    >>> class_of("order_line")
    'OrderLine'
    """
    return "".join(word.capitalize() for word in name.split("_"))


def title_of(name: str) -> str:
    """Return a name in words.

    >>> title_of("order_line")
    'order line'
    """
    return name.replace("_", " ")


def member_of(value: str) -> str:
    """Return the name that a value has in an enumeration.

    >>> member_of("PG-13"), member_of("in progress"), member_of("1st")
    ('PG_13', 'IN_PROGRESS', 'VALUE_1ST')
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", value).strip("_").upper()
    return name if name[:1].isalpha() else f"VALUE_{name}"


def plural_of(name: str) -> str:
    """Return the plural.

    >>> plural_of("category"), plural_of("order_line")
    ('categories', 'order_lines')
    """
    from pluralizer import Pluralizer

    before, separator, last = name.rpartition("_")
    return f"{before}{separator}{Pluralizer().plural(last)}"


def singular_of(name: str) -> str:
    """Return the singular.

    >>> singular_of("order_lines")
    'order_line'
    """
    from pluralizer import Pluralizer

    before, separator, last = name.rpartition("_")
    return f"{before}{separator}{Pluralizer().singular(last)}"
