"""Find the release and the answers that come nearest to a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newapi.adopt import evidence, likeness
from newapi.errors import Problem, UsageError
from newapi.project import history
from newapi.questions import answers, choices
from newapi.releases import store
from newapi.resources import inventory
from newapi.template import catalog, features, sources
from newapi.update import planning

if TYPE_CHECKING:
    from newapi.adopt.likeness import Committed
    from newapi.project.tree import Tree
    from newapi.questions.choices import Choices
    from newapi.template.catalog import Catalog, Value
    from newapi.template.sources import Source
    from newapi.terminal.console import Console

    Answers = Mapping[str, Value]


@dataclass(frozen=True)
class Candidate:
    """A release with answers, its rendered files, and the share of them in the project."""

    src_path: str
    commit: str
    answers: Answers
    tree: Tree
    fit: float


@dataclass(frozen=True)
class Search:
    """The search for a release and its answers; `given` answers are not searched for."""

    committed: Committed
    console: Console
    choices: Choices = field(default_factory=choices.Choices)
    version: str | None = None
    recorded: history.Record | None = None  # the answers file that the project once had

    def run(self) -> list[Candidate]:
        """Return one candidate for each release, the nearest first.

        Raises:
            NewapiError: If the version is not a release, or a choice is not one of it.
        """
        with self.console.status("Comparing releases"):
            found = [self._first(version) for version in self._versions()]
            universe = {path for each in found for path in each.tree}
            newest_first = reversed(found)
            found = sorted(newest_first, key=lambda each: self._distance(each.tree, universe))
        with self.console.status("Finding answers"):
            return [self._refined(found[0]), *found[1:]]

    def _versions(self) -> list[str | None]:
        """Return the releases, and None for the state of the template that is not released."""
        if self.version is not None:
            return [self.version]
        recorded = self.recorded.commit if self.recorded else ""
        if recorded in store.versions(store.FOLDER):
            return [recorded]
        released = store.versions(store.FOLDER)
        with sources.open_source() as source:
            return [*released, *([] if source.commit in released else [None])]

    def _first(self, version: str | None) -> Candidate:
        with _opened(version) as version_of:
            known = version_of.known
            listing = self.committed.listing
            telling = self.committed.read(evidence.TELLING)
            guessed = evidence.guess(known, listing.keys(), telling)
            complete = self._complete(version_of, guessed)
            marks = {name: mark for name, mark in evidence.MARKS.items() if name in complete}
            return self._candidate(version_of, {**complete, **marks})

    def _refined(self, marked: Candidate) -> Candidate:
        """Find the texts, and try the other answers of each question that files do not decide."""
        with _opened(marked.commit) as version_of:
            ours = self.committed.read(marked.tree.keys())
            plain = {n: v for n, v in marked.answers.items() if n not in evidence.MARKS}
            texts = evidence.texts(marked.tree, ours, version_of.known)
            complete = self._complete(version_of, {**plain, **texts})
            best = self._candidate(version_of, complete)
            given = self._given(version_of)
            for name, question in version_of.known.questions.items():
                if name in given or evidence.is_certain(question, self.committed.listing.keys()):
                    continue
                for value in question.values:
                    if value != best.answers[name]:
                        best = self._nearer(version_of, best, {name: value})
        return best

    def _nearer(self, version_of: _Version, best: Candidate, changed: Answers) -> Candidate:
        resolution = features.resolve(
            {**best.answers, **changed}, {*changed, *self._given(version_of)}, version_of.known
        )
        if resolution.conflicts or any(resolution.answers[n] != v for n, v in changed.items()):
            return best
        other = self._candidate(version_of, resolution.answers)
        both = {*best.tree, *other.tree}
        is_nearer = self._distance(other.tree, both) < self._distance(best.tree, both)
        return other if is_nearer else best

    def _candidate(self, version_of: _Version, given: Answers) -> Candidate:
        rendered = self._render(version_of, given)
        source = version_of.source
        fit = likeness.share(self.committed, rendered)
        return Candidate(source.src_path, source.commit, given, rendered, fit)

    def _render(self, version_of: _Version, given: Answers) -> Tree:
        repository, source = self.committed.repository, version_of.source
        found = inventory.committed(repository, self.committed.listing, source.path)
        made = planning.render_whole(source, given, repository.project.name, found)
        return self.committed.in_place(made)

    def _complete(self, version_of: _Version, guessed: Answers) -> Answers:
        given = self._given(version_of)
        fallback = {choices.NAME: self.committed.repository.project.name}
        complete = answers.filled({**fallback, **guessed, **given}, version_of.known, {})
        resolution = features.resolve(complete, given.keys(), version_of.known)
        if problems := answers.conflicts(resolution, {}):
            raise UsageError(problems)
        return resolution.answers

    def _given(self, version_of: _Version) -> dict[str, Value]:
        """Return the answers of the command line, and of the answers file of old."""
        read = choices.read(self.choices, version_of.known)
        if read.problems:
            raise UsageError(read.problems)
        recorded = self.recorded.answers if self.recorded else {}
        old: dict[str, Value] = {}
        for name, question in version_of.known.questions.items():
            if name in recorded:
                try:
                    old[name] = choices.understand(question, recorded[name])
                except ValueError as flaw:
                    message = f"The recorded answer {name}: '{recorded[name]}' {flaw}."
                    raise UsageError([Problem(message, f"--set {name}=...")]) from flaw
        return {**old, **read.values}

    def _distance(self, rendered: Tree, paths: set[str]) -> int:
        return likeness.distance(self.committed, rendered, paths)


@dataclass(frozen=True)
class _Version:
    """An opened release with its questions."""

    source: Source
    known: Catalog


@contextmanager
def _opened(version: str | None) -> Iterator[_Version]:
    is_unreleased = version is not None and ".dev" in version
    with sources.open_source(None, None if is_unreleased else version) as source:
        yield _Version(source, catalog.load(source.path))
