"""Shell completion; errors yield no proposals and print nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog

Proposals = list[tuple[str, str]]


def presets(incomplete: str) -> Proposals:
    """Propose presets."""
    return _beginning(incomplete, _known(lambda catalog: catalog.presets))


def features(incomplete: str) -> Proposals:
    """Propose features."""
    return _beginning(incomplete, _known(_features))


def enabled(incomplete: str) -> Proposals:
    """Propose what can be switched on, after the last comma."""
    from newapi.template.features import vocabulary

    return _after_comma(incomplete, _known(vocabulary))


def disabled(incomplete: str) -> Proposals:
    """Propose what can be switched off, after the last comma."""
    return _after_comma(incomplete, _known(_features))


def settings(incomplete: str) -> Proposals:
    """Propose questions, then their values."""
    return _beginning(incomplete, _known(lambda catalog: dict(_settings(catalog, incomplete))))


def _known(read: Callable[[Catalog], Mapping[str, str]]) -> Mapping[str, str]:
    with suppress(Exception):  # a message would land in the middle of the command line
        from newapi.template import catalog, sources

        with sources.open_source() as source:
            return read(catalog.load(source.path))
    return {}


def _features(catalog: Catalog) -> Mapping[str, str]:
    return {name: feature.title for name, feature in catalog.features.items()}


def _settings(catalog: Catalog, incomplete: str) -> Iterable[tuple[str, str]]:
    name, separator, _ = incomplete.partition("=")
    for question in catalog.questions.values():
        if not separator:
            yield f"{question.name}=", question.help
        elif question.name == name:
            values = question.choices or ("true", "false") if question.values else ()
            yield from ((f"{name}={value}", "") for value in values)


def _beginning(incomplete: str, words: Mapping[str, str]) -> Proposals:
    return [(word, about) for word, about in words.items() if word.startswith(incomplete)]


def _after_comma(incomplete: str, words: Mapping[str, str]) -> Proposals:
    done, comma, last = incomplete.rpartition(",")
    return [(f"{done}{comma}{word}", about) for word, about in _beginning(last, words)]
