"""What must hold for every merge, whatever the template and the user did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newapi.project.tree import Tree, folders
from newapi.update import migration_imports, text_merge
from newapi.update.merge import Merged, Rules, merge
from tests.update.samples import LABELS
from tests.update.stories import Edit, Story, everything, template


@dataclass(frozen=True)
class Told:
    """A story with its end."""

    base: Tree
    user: Story
    theirs: Tree
    rules: Rules
    merged: Merged

    @property
    def named(self) -> set[str]:
        """Every path that the report names."""
        return {name for o in self.merged.outcomes for name in (o.path, o.beside)}

    @property
    def needed(self) -> set[str]:
        """Every path that stays only because a migration imports it."""
        return {o.path for o in self.merged.outcomes if o.note == migration_imports.NOTE}


def tell(by_template: list[Edit], by_user: list[Edit], rules: Rules) -> Told:
    """Let both edit the same files, then merge."""
    base = template()
    user = Story("user", dict(base)).apply(by_user)
    theirs = Story("template", dict(base)).apply(by_template).tree
    return Told(base, user, theirs, rules, merge(base, user.tree, theirs, rules))


def nothing_of_the_user_is_lost(told: Told) -> None:
    """Every line that the user wrote is in some file afterwards."""
    kept = everything(told.merged.tree)
    assert [token for token in told.user.tokens if token not in kept] == []


def no_file_is_also_a_folder(told: Told) -> None:
    """The result can exist on a disk."""
    assert not folders(told.merged.tree) & told.merged.tree.keys()


def untouched_files_become_the_new_templates(told: Told) -> None:
    """Paths that the user left unchanged equal those of a new project."""
    result = told.merged.tree
    for path, entry in told.base.items():
        if told.user.tree.get(path) == entry and result.get(path) != told.theirs.get(path):
            assert path in told.named  # something of the user's is in its way
            assert result.get(path) == (entry if path in told.needed else None)


def files_of_the_user_stay(told: Told) -> None:
    """Files that the template never had stay, byte for byte, unless the report names them."""
    for path, entry in told.user.tree.items():
        if path in told.base or path in told.theirs or told.merged.tree.get(path) == entry:
            continue
        assert path in told.named
        assert path in told.merged.tree


def deleted_files_stay_deleted(told: Told) -> None:
    """Files that the user deleted or moved do not come back."""
    gone = told.base.keys() - told.user.tree.keys()
    assert not gone & told.merged.tree.keys()


def permissions_of_the_user_stay(told: Told) -> None:
    """A file that the user made executable, or no longer is, stays so."""
    places = {outcome.origin: outcome.path for outcome in told.merged.outcomes if outcome.origin}
    origins = {place: origin for origin, place in places.items() if origin not in told.user.tree}
    for path, ours in told.user.tree.items():
        before = told.base.get(origins.get(path, path))
        result = told.merged.tree.get(places.get(path, path))
        if result and {ours.kind, result.kind} == {"file"}:
            is_as_before = before is not None and ours.executable == before.executable
            assert is_as_before or ours.executable == result.executable


def report_and_markers_and_stages_agree(told: Told) -> None:
    """Each conflict is reported once, and can be found in the file and in the index."""
    merged = told.merged
    marked = {
        p: n for p, entry in merged.tree.items() if (n := text_merge.markers(entry.data, LABELS))
    }
    conflicts = {o.path: o for o in merged.outcomes if o.action == "conflict"}
    assert marked == {o.path: o.conflicts for o in conflicts.values() if not o.beside}
    assert marked.keys() <= merged.stages.keys() <= conflicts.keys()
    assert all(o.beside in merged.tree for o in conflicts.values() if o.beside)


def every_change_is_reported(told: Told) -> None:
    """No file changes without a word."""
    origins = {outcome.origin for outcome in told.merged.outcomes}
    assert told.merged.writes.keys() - told.named - origins <= {
        path for path, entry in told.merged.writes.items() if entry is not None and "new/" in path
    }


def merging_again_changes_nothing(told: Told) -> None:
    """The same input gives the same output, and an updated project is up to date."""
    assert merge(told.base, told.user.tree, told.theirs, told.rules) == told.merged
    assert not merge(told.theirs, told.merged.tree, told.theirs, told.rules).writes


LAWS: tuple[Callable[[Told], None], ...] = (
    nothing_of_the_user_is_lost,
    no_file_is_also_a_folder,
    untouched_files_become_the_new_templates,
    files_of_the_user_stay,
    deleted_files_stay_deleted,
    permissions_of_the_user_stay,
    report_and_markers_and_stages_agree,
    every_change_is_reported,
    merging_again_changes_nothing,
)
