"""The laws on the real releases: random edits of real projects, merged in memory."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from newapi.errors import NewapiError
from newapi.project import migrations, revisions
from newapi.project.answers_file import ANSWERS_FILE
from newapi.project.history import Record
from newapi.project.migrations import Lineage
from newapi.project.revisions import Revision
from newapi.project.tree import Entry, Tree
from newapi.questions import answer_migration
from newapi.template import address
from newapi.update import migration_imports
from newapi.update.merge import Merged, Rules
from newapi.update.planning import Sides, join
from tests.update import laws
from tests.update.library import Journey, Library, edited
from tests.update.samples import LABELS
from tests.update.stories import KINDS, Edit, Story, edits_of

EXTENSIVE, QUICK = 12, 2  # sets of answers for each release
RULES = Rules(LABELS, always_theirs={ANSWERS_FILE})
STYLES = st.sampled_from([RULES, replace(RULES, style="rej")])
anything = edits_of(*KINDS, length=400)
gentle = edits_of("insert", "replace", "append", "delete line", "chmod", "add", length=400)
numbers = st.integers(0, 10_000)
read = cache(revisions.read)
few = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def chosen(library: Library, number: int, sets: int) -> Journey:
    """Return one of all journeys."""
    journeys = library.journeys(sets)
    return journeys[number % len(journeys)]


def hold(sides: Sides, user: Story, rules: Rules, lineage: Lineage) -> None:
    """Update an edited project, and check every law; a project that is refused stays as it is."""
    try:
        chained, merged = join(sides, user.tree, rules, lineage, keep_tables=False)
    except NewapiError:
        return
    theirs = {**chained.theirs, **chained.added}
    told = laws.Told(chained.base, user, theirs, rules, merged)
    for law in laws.LAWS:
        if law is not laws.merging_again_changes_nothing:
            law(told)
    result = merged.tree
    assert result[ANSWERS_FILE] == sides.theirs[ANSWERS_FILE]
    assert_one_history(sides, user.tree, merged, lineage)
    at_home = replace(lineage, due={})
    again = join(Sides(sides.theirs, sides.theirs), result, rules, at_home, keep_tables=False)
    assert not again[1].writes


@pytest.mark.slow
@few
@given(numbers, anything, STYLES)
def test_every_law_holds(library: Library, number: int, by_user: list[Edit], rules: Rules) -> None:
    journey = chosen(library, number, QUICK)
    sides = library.sides(journey)
    hold(sides, edited(sides, by_user), rules, library.lineage(journey))


@pytest.mark.long
@settings(few, max_examples=4500)
@given(numbers, anything, STYLES)
def test_every_law_holds_at_length(
    library: Library, number: int, by_user: list[Edit], rules: Rules
) -> None:
    journey = chosen(library, number, EXTENSIVE)
    sides = library.sides(journey)
    hold(sides, edited(sides, by_user), rules, library.lineage(journey))


@pytest.mark.slow
def test_edits_follow_what_a_release_moves_and_keep_what_it_drops(library: Library) -> None:
    moved = set()
    for journey in (j for j in library.journeys(QUICK) if not j.is_changed):
        sides, lineage = library.sides(journey), library.lineage(journey)
        gone = sorted(without_revisions(sides.base).keys() - sides.theirs.keys())
        edits = [("append", number, 0) for number, _ in enumerate(gone)]
        user = Story("user", dict(sides.base), busy=gone).apply(edits)

        hold(sides, user, RULES, lineage)

        _, merged = join(sides, user.tree, RULES, lineage, keep_tables=False)
        moved |= {(o.origin, o.path) for o in merged.outcomes if o.action == "moved"}
    assert moved >= {("tests/factories.py", "tests/factories/people.py")}


@pytest.mark.slow
def test_unchanged_project_becomes_a_new_one(library: Library) -> None:
    for journey in library.journeys(QUICK):
        sides, lineage = library.sides(journey), library.lineage(journey)
        _, merged = join(sides, sides.base, RULES, lineage, keep_tables=False)

        assert without_revisions(merged) == without_revisions(sides.theirs)


@pytest.mark.slow
@settings(few, max_examples=100)
@given(numbers, gentle)
def test_choice_that_is_taken_back_leaves_nothing(
    library: Library, number: int, by_user: list[Edit]
) -> None:
    journeys = [j for j in library.journeys(QUICK) if j.start == j.end]
    journey = journeys[number % len(journeys)]
    sides = library.sides(journey)
    before = edited(sides, by_user).tree

    lineage = library.lineage(journey)

    there = updated(sides, before, lineage)
    back = there and updated(Sides(sides.theirs, sides.base), there.tree, lineage)

    if back:
        assert without_revisions(back) == without_revisions(before)
        if journey.end == library.releases[-1]:  # whose revisions import nothing
            assert migration_imports.NOTE not in {outcome.note for outcome in back.outcomes}


@pytest.mark.slow
@settings(few, max_examples=60)
@given(numbers, gentle)
def test_update_in_two_steps_equals_one(library: Library, number: int, by_user: list[Edit]) -> None:
    start, middle, end = library.releases[0], *library.releases[-2:]
    to_middle = Journey(start, middle, number % QUICK, is_changed=False)
    to_end = replace(to_middle, end=end)
    first, whole = library.sides(to_middle), library.sides(to_end)
    before = edited(whole, by_user).tree

    halfway = updated(first, before, library.lineage(to_middle))
    rest = Sides(first.theirs, whole.theirs)
    after = halfway and updated(rest, halfway.tree, library.lineage(to_end))
    at_once = updated(whole, before, library.lineage(to_end))

    assert library.after(first.theirs, end, {}) == library.after(first.base, end, {})
    if after and at_once:
        assert without_revisions(after) == without_revisions(at_once)


@settings(few, max_examples=100)
@given(numbers, numbers)
def test_recorded_answers_stay(library: Library, number: int, answers: int) -> None:
    """Whatever the new defaults are."""
    journey = chosen(library, number, 1)
    given = library.answers(journey.start, answers)
    words = {name: str(v).lower() if isinstance(v, bool) else v for name, v in given.items()}
    known = library.catalogs[journey.end]

    record = Record(address.canonical(), journey.start, words)
    resolution, dropped = answer_migration.over(record, {}, None, known)

    assert not dropped
    assert {n: v for n, v in resolution.answers.items() if n in given} == {
        n: v for n, v in given.items() if n in known.questions
    }


def updated(sides: Sides, ours: Tree, lineage: Lineage) -> Merged | None:
    """Update a project; None where that is not possible without a conflict."""
    try:
        _, merged = join(sides, ours, RULES, lineage, keep_tables=False)
    except NewapiError:
        return None
    return None if any(outcome.conflicts for outcome in merged.outcomes) else merged


def without_revisions(project: Tree | Merged) -> dict[str, Entry]:
    """Leave out what is only ever added: revisions, and what those of removed features import."""
    if isinstance(project, Merged):
        kept = {
            outcome.path for outcome in project.outcomes if outcome.note == migration_imports.NOTE
        }
        project = {path: entry for path, entry in project.tree.items() if path not in kept}
    return {path: entry for path, entry in project.items() if not migrations.is_revision(path)}


def assert_one_history(sides: Sides, ours: Tree, merged: Merged, lineage: Lineage) -> None:
    """Every revision is there, in one line from the first to the last, or named as a conflict."""
    try:
        old, new, before, after = (history_of(tree) for tree in (*sides, ours, merged.tree))
    except NewapiError:  # the user broke one, and nothing was to be done about any
        return
    assert len(revisions.heads(after.values())) <= max(1, len(revisions.heads(before.values())))
    blocked = {outcome.path for outcome in merged.outcomes if outcome.action == "conflict"}
    same = {lineage.newest(name) for name in old} & new.keys()
    for name in new.keys() - same:
        assert new[name].path in blocked or lineage.latest(name, after)
    for name in old.keys() & before.keys():
        is_gone = lineage.newest(name) not in same
        assert migrations.is_taken_back(name, after) == is_gone


def history_of(tree: Tree) -> dict[str, Revision]:
    """Return the revisions by their names."""
    files = ((p, e) for p, e in tree.items() if migrations.is_revision(p) and e.kind == "file")
    found = (read(path, entry.data) for path, entry in files)
    return {revision.name: revision for revision in found if revision}
