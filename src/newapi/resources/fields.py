"""The fields as they are typed: `price:decimal(gt=0,places=2)?`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from newapi.errors import Problem, UsageError
from newapi.resources import naming, reserved, values
from newapi.resources.definition import TYPES, Field, Type
from newapi.resources.kinds import ALSO, EVERYWHERE, KINDS, MAX_INDEXED, REASONS, shown
from newapi.template import features
from newapi.terminal.text import repaired, shorten

MAX_CHARACTERS = 2000
FLAGS = ("unique", "filter", "sort", "search", "read_only", "write_only")
_LAST = ("default", "rows", "on_delete", "column", "description", "labels")

_FIELD = re.compile(
    r"""(?P<name>[^:(?]*+) : \s*+ (?P<type>\w*+) \s*+ (?:\[ (?P<of>[^\]]*+) \])? \s*+
        (?: \( (?P<options>.*) \) )? \s*+ (?P<optional>\??) \s*+""",
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_RANGE = re.compile(r"(?P<low>(?:-?\d+(?:\.\d+)?)?)\.\.(?P<high>(?:-?\d+(?:\.\d+)?)?)")
_USUAL_DIGITS, _USUAL_PLACES = 12, 2


class Flaw(NamedTuple):
    """The problem of a field, and a proposal."""

    message: str
    fix: str


def parse(text: str) -> Field:
    """Understand one field.

    Raises:
        UsageError: It says all that is wrong.
    """
    found, problems = read([text])
    if problems:
        raise UsageError(problems)
    return found[0]


def read(texts: Iterable[str]) -> tuple[tuple[Field, ...], list[Problem]]:
    """Understand the fields of a command line; return what can be, and all that is wrong."""
    found: list[Field] = []
    problems: list[Problem] = []
    for text in texts:
        flaws: list[Flaw] = []
        field = _field(repaired(text), flaws)
        problems += [Problem(f"{shorten(text)}: {flaw.message}.", flaw.fix) for flaw in flaws]
        if field and not flaws:
            found.append(field)
    return tuple(found), problems


def _field(text: str, flaws: list[Flaw]) -> Field | None:
    if len(text) > MAX_CHARACTERS:
        message = f"a field is at most {MAX_CHARACTERS} characters long"
        flaws.append(Flaw(message, "Write less into the brackets"))
        return None
    match = _FIELD.fullmatch(text)
    if not match:
        name = proposal(re.split(r"[:(\[?]", text)[0], "title")
        message = "a field is written NAME:TYPE, NAME:TYPE(OPTIONS), either with a ? when optional"
        flaws.append(Flaw(message, f"{name}:str(1..100)"))
        return None
    name = _name(match, flaws)
    kind = _type(name, match, flaws)
    if not kind:
        return None
    field = Field(name=name, type=kind, optional=bool(match["optional"]))
    return _with_options(field, _split(kind, match["options"] or ""), flaws)


def _name(match: re.Match[str], flaws: list[Flaw]) -> str:
    try:
        return naming.normalise(match["name"])
    except ValueError as flaw:
        name = proposal(match["name"], "title")
        rest = match.string[match.end("name") :].strip()
        flaws.append(Flaw(f"the name '{shorten(match['name'])}' {flaw}", f"{name}{shorten(rest)}"))
        return name


def proposal(typed: str, fallback: str) -> str:
    """Return a name like this one that a field can have."""
    name = naming.proposal(typed, fallback)
    return reserved.proposal_for_field(name) if reserved.flaw_of_field(name) else name


def _type(name: str, match: re.Match[str], flaws: list[Flaw]) -> Type | None:
    typed, of = match["type"], (match["of"] or "").strip()
    kind = next((kind for kind in TYPES if kind == typed), None)
    if kind and (match["of"] is None or (kind == "list" and of == "str")):
        return kind
    if kind == "list":
        flaws.append(Flaw("lists hold text only", f"{name}:list[str]"))
    elif kind:
        flaws.append(Flaw(f"{kind} takes no [{shorten(of)}]", f"{name}:{KINDS[kind].example}"))
    elif not typed:
        flaws.append(Flaw("it has no type", f"{name}:str(1..100)"))
    else:
        known = [shown(kind) for kind in TYPES]
        near = ALSO.get(typed.lower()) or features.nearest(typed, known)
        guess = f"; did you mean {near}?" if near else f"; there are {', '.join(known)}"
        message = f"there is no type '{shorten(typed)}'{guess}".rstrip("?")
        meant = next((kind for kind in TYPES if shown(kind) == near), TYPES[0])
        flaws.append(Flaw(message, f"{name}:{KINDS[meant].example}"))
    return None


def _split(kind: Type, options: str) -> list[str]:
    words = [word.strip() for word in _WORD.findall(options) if word.strip()]
    if kind != "enum":
        return words
    bare = [word for word in words if "=" not in word and word not in FLAGS]
    return ["|".join(bare), *(word for word in words if word not in bare)] if bare else words


def _with_options(field: Field, words: Sequence[str], flaws: list[Flaw]) -> Field:
    kind = KINDS[field.type]
    typed = [pair for word in words for pair in _pairs(field.type, word)]
    counts = Counter(option for option, _ in typed)
    fix = f"{field.name}:{kind.example}"
    flaws += [Flaw(f"it says {shorten(name)} twice", fix) for name in counts if counts[name] > 1]
    for option, text in typed:
        if option not in (*kind.options, *EVERYWHERE):
            flaws.append(_unknown(field, option, text))
        elif option not in _LAST:
            field = _with_option(field, option, text, flaws)
    for needed in ("values", "target"):
        if needed in kind.options and needed not in counts:
            flaws.append(Flaw(f"{field.type} needs its {needed}", fix))
    field = _completed(field)
    for option in _LAST:  # their meaning depends on the others
        if option in counts and not flaws:
            field = _with_option(field, option, dict(typed)[option], flaws)
    return field


def _with_option(field: Field, option: str, text: str, flaws: list[Flaw]) -> Field:
    try:
        return values.with_option(field, option, text)
    except ValueError as flaw:
        what = "it" if option in {"values", "target"} else option
        flaws.append(Flaw(f"{what} {flaw}", f"{field.name}:{KINDS[field.type].example}"))
        return field


def _pairs(kind: Type, word: str) -> Iterator[tuple[str, str]]:
    """Return the option that a word in the brackets means; a word alone depends on the type."""
    options = KINDS[kind].options
    name, separator, text = word.partition("=")
    ends = ("min", "max") if "max" in options else ("ge", "le")
    if separator:
        yield name.strip(), text.strip()
    elif kind == "nested" and word.isdigit():
        yield "max", word
    elif kind in {"enum", "ref", "many", "nested"} and word not in FLAGS:
        yield "values" if kind == "enum" else "target", word
    elif (match := _RANGE.fullmatch(word)) and ends[1] in options:
        for option, bound in zip(ends, (match["low"], match["high"]), strict=True):
            if bound:
                yield option, bound
    elif word.isdigit() and "max" in options:
        yield "max", word
    else:
        yield word, ""


def _unknown(field: Field, option: str, text: str) -> Flaw:
    kind = KINDS[field.type]
    fix = f"{field.name}:{kind.example}"
    if reason := REASONS.get((field.type, option)):
        return Flaw(f"{shown(field.type)} cannot have {option}: {reason}", fix)
    if field.type in {"int", "bigint", "float", "decimal"} and (
        real := {"min": "ge", "max": "le"}.get(option)
    ):
        fix = f"{field.name}:{field.type}({real}={shorten(text) or 0})"
        return Flaw(f"the bounds of numbers are gt, ge, lt and le, not {option}", fix)
    if option in {"null", "nullable", "optional"}:
        return Flaw("what may be left out ends in a question mark", f"{field.name}:{field.type}?")
    known = [name for name in kind.options if name not in {"values", "target"}]
    known += EVERYWHERE
    near = features.nearest(option, known)
    guess = f"did you mean {near}" if near else f"it takes {', '.join(known)}"
    return Flaw(f"{shown(field.type)} has no option '{shorten(option)}'; {guess}", fix)


def _completed(field: Field) -> Field:
    """Add default limits: every text and list has a maximum length."""
    kind = KINDS[field.type]
    if kind.longest:
        usual = min(kind.usual, MAX_INDEXED) if field.unique else kind.usual
        shortest = kind.shortest if field.min is None else field.min
        longest = max(usual, shortest or 0) if field.max is None else field.max
        if field.min is None and shortest is not None:
            shortest = min(shortest, longest)
        return replace(field, min=shortest, max=longest)
    if field.type == "decimal":
        places = _USUAL_PLACES if field.places is None else field.places
        digits = max(_USUAL_DIGITS, places) if field.digits is None else field.digits
        return replace(field, places=places, digits=digits)
    return field


def render(field: Field) -> str:
    """Write a field as it is typed, with all its limits."""
    return f"{field.name}:{render_type(field)}"


def render_type(field: Field) -> str:
    """Return the part of a field after its name."""
    words: list[str] = []
    if field.values:
        words.append("|".join(field.values))
    if field.target:
        words.append(field.target)
    if field.is_file and field.max is not None:
        words.append(f"max={values.size(field.max)}")
    elif field.max is not None:
        words.append(str(field.max) if field.min is None else f"{field.min}..{field.max}")
    named = {"gt": field.gt, "ge": field.ge, "lt": field.lt, "le": field.le}
    named |= {
        name: None if value is None else str(value)
        for name, value in (("digits", field.digits), ("places", field.places))
    }
    words += [f"{name}={value}" for name, value in named.items() if value is not None]
    words += [f"types={'|'.join(field.types)}"] if field.types else []
    if field.unique:
        words.append(f"unique={field.unique_for}" if field.unique_for else "unique")
    listed = {"filter": field.filter, "sort": field.sort, "search": field.search}
    listed |= {"read_only": field.read_only, "write_only": field.write_only}
    words += [name for name, is_set in listed.items() if is_set]
    words += [f"default={values.quoted(field.default)}"] if field.default is not None else []
    words += [f"rows={field.rows}"] if field.rows else []
    words += [f"on_delete={field.on_delete}"] if field.on_delete else []
    words += [f"column={field.column_name}"] if field.column_name else []
    words += (
        [f"description={json.dumps(field.description, ensure_ascii=False)}"]
        if field.description
        else []
    )
    if field.labels:
        shown_labels = "; ".join(": ".join(pair) for pair in field.labels)
        words.append(f"labels={json.dumps(shown_labels, ensure_ascii=False)}")
    options = f"({', '.join(words)})" if words else ""
    return f"{shown(field.type)}{options}{'?' if field.optional else ''}"
