"""Merge a project with a new version of its template, path by path; nothing is lost.

For each path there are three sides: base (the template's old version), ours (the project) and
theirs (the template's new version). Where one side equals base, the other one's is taken. Where
all three differ:

==================================  =========================================================
the user deleted it                 it stays deleted
the template dropped it             the user's stays
the template renamed it             the user's changes go with it (declared, or found by content)
the user renamed it                 the template's changes go where it is now
the user replaced most of it        the user's stays, the template's is `<path>.template-new`
text                                merged line by line; conflicts inline, or in `<path>.rej`
anything else, or git ignores it    the user's stays, the template's is `<path>.template-new`
something else is in its way        the template's is `<path>.template-new`
==================================  =========================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from newapi.project import tree
from newapi.project.tree import Entry, Tree
from newapi.update import documents, pairing, text_merge
from newapi.update.pairing import Action, Case, Sides
from newapi.update.text_merge import Labels, Style

BESIDE = ".template-new"
REJECTED = ".rej"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a merge at a path."""

    path: str
    action: Action
    note: str = ""
    origin: str = ""  # where it was before
    beside: str = ""  # the file that holds what could not be merged
    conflicts: int = 0


@dataclass(frozen=True)
class Merged:
    """The result of a merge; `writes` has the files that differ from ours (None: removed)."""

    ours: Tree
    writes: Mapping[str, Entry | None]
    stages: Mapping[str, Sides]
    outcomes: tuple[Outcome, ...]

    @property
    def tree(self) -> dict[str, Entry]:
        """Return the whole result."""
        both = {**self.ours, **self.writes}
        return {path: entry for path, entry in both.items() if entry is not None}


@dataclass(frozen=True)
class Rules:
    """How to merge: the words of markers, their style, and the paths with a rule of their own."""

    labels: Labels = field(default_factory=Labels)
    style: Style = "inline"
    ignored: Collection[str] = ()  # git does not keep these: no markers, no renames
    always_theirs: Collection[str] = ()
    renames: Mapping[str, str] = field(default_factory=dict)  # which the template declares
    prepare: Callable[[Iterable[Case]], Iterable[Case]] = list  # before they are merged


def merge(base: Tree, ours: Tree, theirs: Tree, rules: Rules = Rules()) -> Merged:
    """Merge three trees."""
    merger = _Merger(ours, rules)
    cases = pairing.find(base, ours, theirs, rules.ignored, rules.renames)
    for case in rules.prepare(cases):
        merger.merge(case)
    merger.clear_the_way()
    return merger.result()


class _Merger:
    """Collects the files to write and the outcomes."""

    def __init__(self, ours: Tree, rules: Rules) -> None:
        self.ours = ours
        self.rules = rules
        self.writes: dict[str, Entry | None] = {}
        self.stages: dict[str, Sides] = {}
        self.outcomes: dict[str, Outcome] = {}

    def merge(self, case: Case) -> None:
        """Decide about one path."""
        path, base, ours, theirs = case[:4]
        if case.action == "moved":
            self.writes[case.origin] = None
        if path in self.rules.always_theirs and theirs is not None:
            data = text_merge.in_form_of(ours.data, theirs.data) if ours else theirs.data
            self._take(case, replace(theirs, data=data))
        elif theirs in (ours, base):
            self._leave(case)
        elif ours == base and not (case.origin and theirs is None):
            self._take(case, theirs)
        elif theirs is None:
            note = case.note or "the template no longer has it; you changed it"
            self._note(case, "kept", note)
        elif ours is None:
            self._stays_deleted(case)
        else:
            self._merge_both(case, ours, theirs)

    def clear_the_way(self) -> None:
        """Put files of the template that the user's are in the way of beside them."""
        added = [p for p, entry in self.writes.items() if entry is not None and p not in self.ours]
        result = self.result().tree
        own = {path: entry for path, entry in result.items() if path not in added}
        folders = tree.folders(own)
        for path in added:
            blocked = next((p for p in (path, *tree.parents(path)) if p in own), "")
            if blocked or path in folders:
                beside = self._beside(blocked or path) + path[len(blocked or path) :]
                self.writes[beside] = self.writes.pop(path)
                self.stages.pop(path, None)
                note = f"{blocked} is in its way" if blocked else "a folder is in its way"
                origin = self.outcomes[path].origin if path in self.outcomes else ""
                self.outcomes[path] = Outcome(path, "conflict", note, origin, beside, conflicts=1)

    def result(self) -> Merged:
        """Return the result."""
        outcomes = tuple(self.outcomes[path] for path in sorted(self.outcomes))
        writes = {p: entry for p, entry in self.writes.items() if entry != self.ours.get(p)}
        return Merged(self.ours, dict(sorted(writes.items())), self.stages, outcomes)

    def _leave(self, case: Case) -> None:
        if case.action == "moved":
            self._write(case, case.ours)
        if case.note or case.action == "moved":
            self._note(case, case.action, case.note)

    def _take(self, case: Case, theirs: Entry | None) -> None:
        before = self.ours.get(case.path)
        self._write(case, theirs)
        if theirs is None:
            self._note(case, "removed", case.note)
        elif theirs != before:
            action: Action = "updated" if before else "added"
            self._note(case, case.action if case.origin else action, case.note)

    def _stays_deleted(self, case: Case) -> None:
        if case.path in tree.folders(self.ours) and case.theirs is not None:
            beside = self._beside(case.path)
            self.writes[beside] = case.theirs
            self._note(case, "conflict", "a folder is in its way", beside)
        else:
            self._note(case, "stays-deleted", "you deleted it; the template changed it")

    def _merge_both(self, case: Case, ours: Entry, theirs: Entry) -> None:
        base = case.base
        is_as_before = base is not None and ours.executable == base.executable
        executable = theirs.executable if is_as_before else ours.executable
        if base and ours.content == base.content:
            content = theirs
        elif theirs.content == ours.content or (base and theirs.content == base.content):
            content = ours
        else:
            self._merge_contents(case, ours, theirs, executable=executable)
            return
        executable = executable and content.kind == "file"
        self._write(case, replace(content, executable=executable))
        self._note(case, case.action, case.note)

    def _merge_contents(self, case: Case, ours: Entry, theirs: Entry, *, executable: bool) -> None:
        before = case.base or Entry(b"")
        if not (before.is_text and ours.is_text and theirs.is_text):
            self._set_beside(case, ours, theirs, "it is not text")
            return
        if case.base and documents.is_replaced(case.path, case.base, ours):
            self._keep_replaced(case, ours, theirs, executable=executable)
            return
        rules = self.rules
        sides = [before.data, ours.data, theirs.data]
        merged = text_merge.merge(sides, rules.labels, rules.style, case.path)
        if merged.conflicts and case.path in rules.ignored:
            self._set_beside(case, ours, theirs, "git ignores it")
            return
        if merged.conflicts and case.base and documents.is_another(case.base, ours):
            self._keep_replaced(case, ours, theirs, executable=executable)
            return
        self._write(case, Entry(merged.data, executable))
        if not merged.conflicts:
            notes = [case.note, *_notes_of(merged)]
            self._note(case, case.action, "; ".join(filter(None, notes)))
            return
        self.stages[case.path] = (case.base, ours, theirs)
        beside = ""
        if rules.style == "rej":
            beside = self._beside(case.path, REJECTED)
            self.writes[beside] = Entry(merged.rejected)
        notes = [case.note, *_notes_of(merged)]
        self._note(case, "conflict", "; ".join(filter(None, notes)), beside, merged.conflicts)

    def _keep_replaced(self, case: Case, ours: Entry, theirs: Entry, *, executable: bool) -> None:
        """Keep a file that the user has replaced; put the template's new version beside it.

        The old version may be there, where the user has committed it: the new one replaces it.
        """
        self._write(case, replace(ours, executable=executable))
        beside = case.path + BESIDE
        if self.ours.get(beside) != case.base:
            beside = self._beside(case.path)
        self.writes[beside] = theirs
        note = f"you have replaced it; the template's new version is {beside}"
        self._note(case, "kept", "; ".join(filter(None, (case.note, note))), beside)

    def _set_beside(self, case: Case, ours: Entry, theirs: Entry, note: str) -> None:
        self._write(case, ours)
        beside = self._beside(case.path)
        self.writes[beside] = theirs
        if case.path not in self.rules.ignored:
            self.stages[case.path] = (case.base, ours, theirs)
        self._note(case, "conflict", note, beside)

    def _beside(self, path: str, suffix: str = BESIDE) -> str:
        """Return a free path for what could not be merged."""
        taken = {*self.ours, *self.writes, *tree.folders(self.ours)}
        number, name = 1, path + suffix
        while name in taken:
            number += 1
            name = f"{path}{suffix}-{number}"
        return name

    def _write(self, case: Case, entry: Entry | None) -> None:
        self.writes[case.path] = entry

    def _note(
        self, case: Case, action: Action, note: str = "", beside: str = "", conflicts: int = 0
    ) -> None:  # fmt: skip
        number = conflicts or int(action == "conflict")
        self.outcomes[case.path] = Outcome(case.path, action, note, case.origin, beside, number)


def _notes_of(merged: text_merge.Text) -> Iterator[str]:
    if merged.left_out:
        yield f"you deleted {', '.join(merged.left_out)}; the template changed that"
    elif merged.is_united and merged.conflicts:
        yield "at other places both changed lines, and all changes are kept"
    elif merged.is_united:
        yield "both changed lines at one place: all changes are kept"
