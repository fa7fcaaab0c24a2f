"""`newapi features`: the questions, features and presets, each with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.errors import Problem, UsageError
from newapi.template import catalog, features, sources
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question
    from newapi.terminal.console import Console, Part


def run(name: str | None, console: Console) -> None:
    """Show all features, or one in detail."""
    with sources.open_source() as source:
        known = catalog.load(source.path)
    shown = list(known.features.values()) if name is None else [_find(name, known)]
    if console.is_json:
        console.document(_document(shown, known))
    elif name is None:
        _list(known, console)
    else:
        _show(shown[0], known, console)


def _find(name: str, known: Catalog) -> Question:
    question = known.questions.get(name)
    if question and question.values:
        return question
    found = {question.name: question for question, _ in features.expand(name, known)}
    if len(found) == 1:
        return next(iter(found.values()))
    near = features.nearest(name, features.vocabulary(known))
    guess = f" Did you mean {near}?" if near else ""
    message = f"There is no feature '{shorten(name)}'.{guess}"
    raise UsageError([Problem(message, f"newapi features {near}".strip())])


def _list(known: Catalog, console: Console) -> None:
    header = ("group", "feature", "values", "requires", "presets")
    console.rows(_rows(known), header=header)
    console.line()
    console.rows(((name, "bold"), about) for name, about in known.presets.items())
    console.line()
    console.line("newapi features NAME tells more about one.")


def _rows(known: Catalog) -> Iterator[Sequence[Part]]:
    for group, members in known.grouped():
        for number, feature in enumerate(question for question in members if question.feature):
            yield (
                (group if number == 0 else "", "bold"),
                (feature.name, "cyan"),
                _values(feature),
                ", ".join(feature.requires),
                _presets(feature),
            )


def _show(feature: Question, known: Catalog, console: Console) -> None:
    console.line((feature.name, "bold cyan"), f": {feature.title}")
    console.line(feature.help)
    console.line()
    needed_by = [q.name for q in known.features.values() if feature.name in q.requires]
    facts = {
        "values": _values(feature),
        "requires": ", ".join(features.required(feature.name, known)),
        "needed by": ", ".join(needed_by),
        "presets": _presets(feature),
    }
    rows = [((label, "bold"), text) for label, text in facts.items() if text]
    files = [
        (("files" if number == 0 else "", "bold"), p) for number, p in enumerate(feature.paths)
    ]
    console.rows([*rows, *files])
    console.line()
    word = features.on_value(feature, known)
    wanted = feature.name if word is True else f"{feature.name}={word}"
    console.line(("newapi create myproject ", "dim"), (f"--with {wanted}", "cyan"))


def _values(question: Question) -> str:
    return ", ".join(question.choices) or "on, off"


def _presets(question: Question) -> str:
    """Name the presets that have a feature, with the value where it can have several."""
    return ", ".join(
        preset if isinstance(value, bool) else f"{preset} ({value})"
        for preset, value in question.presets.items()
        if value != question.off
    )


def _document(shown: list[Question], known: Catalog) -> dict[str, Any]:
    return {
        "ok": True,
        "command": "features",
        "version": __version__,
        "presets": dict(known.presets),
        "default_preset": known.default_preset,
        "features": [
            {
                "name": feature.name,
                "title": feature.title,
                "help": feature.help,
                "group": feature.group,
                "values": list(feature.values),
                "requires": list(feature.requires),
                "presets": dict(feature.presets),
                "paths": list(feature.paths),
            }
            for feature in shown
        ],
    }
