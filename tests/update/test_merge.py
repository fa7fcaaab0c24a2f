"""The laws of merging, on random histories; and single cases."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newapi.project.tree import Entry
from newapi.update import text_merge
from newapi.update.merge import Outcome, Rules, merge
from tests.update import laws, oracle
from tests.update.samples import LABELS, RULES, lines, one
from tests.update.stories import Edit, Story, edits, edits_of, template

few = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
all_rules = st.sampled_from(
    [RULES, Rules(LABELS, "rej"), Rules(LABELS, ignored=("app/config.py", "run.sh"))]
)


def hold(by_template: list[Edit], by_user: list[Edit], rules: Rules) -> None:
    """Check every law on one story."""
    told = laws.tell(by_template, by_user, rules)
    for law in laws.LAWS:
        law(told)


@few
@given(edits, edits, all_rules)
def test_every_law_holds(by_template: list[Edit], by_user: list[Edit], rules: Rules) -> None:
    hold(by_template, by_user, rules)


@pytest.mark.long
@settings(few, max_examples=2000)
@given(edits, edits, all_rules)
def test_every_law_holds_at_length(
    by_template: list[Edit], by_user: list[Edit], rules: Rules
) -> None:
    hold(by_template, by_user, rules)


@settings(few, max_examples=30)
@given(edits, edits)
def test_what_is_on_both_sides_is_kept(first: list[Edit], then: list[Edit]) -> None:
    theirs = Story("template", template()).apply(first).tree
    user = Story("user", dict(theirs)).apply(then)

    merged = merge(template(), user.tree, theirs, RULES)

    laws.nothing_of_the_user_is_lost(laws.Told(template(), user, theirs, RULES, merged))


@few
@given(edits)
def test_unchanged_project_becomes_the_new_template(by_template: list[Edit]) -> None:
    told = laws.tell(by_template, [], RULES)

    assert told.merged.tree == told.theirs
    assert not told.merged.stages


@few
@given(edits)
def test_unchanged_template_changes_nothing(by_user: list[Edit]) -> None:
    told = laws.tell([], by_user, RULES)

    assert not told.merged.writes
    assert not told.merged.outcomes


PLAIN = ("insert", "replace", "delete line", "append", "remove", "chmod", "add", "add same")
plain_edits = edits_of(*PLAIN, size=5)


@settings(few, max_examples=30)
@given(plain_edits, plain_edits)
@example([("insert", 1, 3)], [("insert", 1, 9)])
@pytest.mark.skipif(not oracle.exists(), reason="git merge-tree needs git 2.38")
def test_git_agrees_where_it_finds_no_conflict(
    by_template: list[Edit], by_user: list[Edit]
) -> None:
    told = laws.tell(by_template, by_user, RULES)

    expected = oracle.merge(told.base, told.user.tree, told.theirs)

    if expected is not None:
        assert told.merged.tree == expected
        assert not told.merged.stages


def test_template_folder_at_a_users_file_goes_beside() -> None:
    ours, theirs = {"docs": Entry(b"mine\n")}, {"docs/a.md": Entry(b"1"), "docs/b.md": Entry(b"2")}

    merged = merge({}, ours, theirs, RULES)

    assert merged.tree == ours | {
        "docs.template-new/a.md": Entry(b"1"),
        "docs.template-new/b.md": Entry(b"2"),
    }


def test_folder_in_the_place_of_a_deleted_file_stays_with_the_new_file_beside() -> None:
    base, theirs = {"a": Entry(lines())}, {"a": Entry(lines((3, "new")))}
    ours = {"a/b": Entry(b"mine\n")}

    merged = merge(base, ours, theirs, RULES)

    assert merged.tree == ours | {"a.template-new": theirs["a"]}
    expected = Outcome(
        "a", "conflict", "a folder is in its way", beside="a.template-new", conflicts=1
    )
    assert one(merged) == expected


def test_file_that_becomes_a_folder_follows_the_template() -> None:
    base, theirs = {"a": Entry(b"1\n")}, {"a/b": Entry(b"2\n")}

    assert merge(base, base, theirs, RULES).tree == theirs


def test_inline_conflict_shows_all_three_sides() -> None:
    base, ours, theirs = (Entry(lines((3, word))) for word in ("old", "mine", "new"))

    merged = merge({"a": base}, {"a": ours}, {"a": theirs}, RULES)

    text = merged.tree["a"].data.decode()
    assert (
        "<<<<<<< your project\nmine\n||||||| template v1\nold\n=======\nnew\n>>>>>>> template v2\n"
    ) in text
    assert merged.stages == {"a": (base, ours, theirs)}


def test_rejected_conflict_is_a_patch_beside_the_file() -> None:
    base, ours, theirs = (
        Entry(lines((3, word), (9, other)))
        for word, other in (("old", "line 9"), ("mine", "line 9"), ("new", "clean"))
    )

    merged = merge({"a": base}, {"a": ours}, {"a": theirs}, Rules(LABELS, "rej"))

    assert merged.tree["a"].data == lines((3, "mine"), (9, "clean"))
    assert merged.tree["a.rej"].data.decode() == (
        "--- template v1\n+++ template v2\n@@ -4,1 +4,1 @@\n-old\n+new\n"
    )
    assert one(merged).beside == "a.rej"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_stay_the_users(end: bytes, mark: bytes) -> None:
    base, theirs = Entry(lines()), Entry(lines((9, "new")))
    ours = Entry(mark + lines((3, "mine")).replace(b"\n", end))

    merged = merge({"a": base}, {"a": ours}, {"a": theirs}, RULES)

    expected = mark + lines((3, "mine"), (9, "new")).replace(b"\n", end)
    assert merged.tree == {"a": Entry(expected)}


def test_line_ends_follow_the_template_where_the_user_left_them() -> None:
    base, ours = Entry(lines()), Entry(lines((3, "mine")))
    theirs = Entry(lines().replace(b"\n", b"\r\n"))

    merged = merge({"a": base}, {"a": ours}, {"a": theirs}, RULES)

    assert merged.tree == {"a": Entry(lines((3, "mine")).replace(b"\n", b"\r\n"))}


@pytest.mark.parametrize(
    ("sides", "expected"), [("-x-", "x"), ("--x", "x"), ("x-x", "-"), ("xx-", "-")]
)
def test_permissions_merge_apart_from_lines(sides: str, expected: str) -> None:
    base, ours, theirs = (side == "x" for side in sides)

    merged = merge(
        {"a": Entry(lines(), base)},
        {"a": Entry(lines((3, "mine")), ours)},
        {"a": Entry(lines((9, "new")), theirs)},
        RULES,
    )

    assert merged.tree == {"a": Entry(lines((3, "mine"), (9, "new")), expected == "x")}


def test_permissions_of_a_file_that_both_added_are_the_users() -> None:
    plain, executable = {"a": Entry(lines())}, {"a": Entry(lines(), executable=True)}

    assert merge({}, plain, executable, RULES).tree == plain
    assert merge({}, executable, plain, RULES).tree == executable


def test_link_that_both_changed_stays_the_users() -> None:
    base, ours, theirs = ({"a": Entry(word, kind="link")} for word in (b"1", b"2", b"3"))

    merged = merge(base, ours, theirs, RULES)

    assert merged.tree == ours | {"a.template-new": theirs["a"]}


def test_moved_file_that_the_template_drops_stays() -> None:
    base = {"a.py": Entry(lines())}

    merged = merge(base, {"b.py": Entry(lines())}, {}, RULES)

    assert merged.tree == {"b.py": Entry(lines())}
    assert one(merged).action == "kept"


def test_file_that_both_moved_stays_where_the_user_has_it() -> None:
    base = {"a.py": Entry(lines())}
    ours = {"mine.py": Entry(lines((3, "mine")))}
    theirs = {"theirs.py": Entry(lines((9, "new")))}

    merged = merge(base, ours, theirs, RULES)

    assert merged.tree == {"mine.py": Entry(lines((3, "mine"), (9, "new")))}
    assert "theirs.py" in one(merged).note


def test_equal_candidates_are_no_rename() -> None:
    base = {"a.py": Entry(lines())}
    ours = {"x/b.py": Entry(lines()), "x/c.py": Entry(lines())}

    merged = merge(base, ours, {"a.py": Entry(lines((9, "new")))}, RULES)

    assert merged.tree == ours
    assert one(merged).action == "stays-deleted"


def test_more_conflicts_than_an_exit_code_can_count() -> None:
    size = 1200
    base, ours, theirs = (
        Entry(lines(*((n, f"{who} {n}") for n in range(0, size, 4)), size=size))
        for who in ("old", "mine", "new")
    )

    merged = merge({"a": base}, {"a": ours}, {"a": theirs}, RULES)

    assert all(f"mine {n}".encode() in merged.tree["a"].data for n in range(0, size, 4))
    assert one(merged).conflicts == text_merge.markers(merged.tree["a"].data, LABELS) == 300


def test_what_is_put_beside_never_overwrites() -> None:
    base, ours, theirs = ({"a": Entry(b"\0" + word)} for word in (b"1", b"2", b"3"))
    taken = {"a.template-new": Entry(b"mine")}

    merged = merge(base, ours | taken, theirs, RULES)

    assert merged.tree == ours | taken | {"a.template-new-2": theirs["a"]}
