"""What plain `copier update` (9.19.1) loses of the user's work, with exit code 0: kept here."""

from __future__ import annotations

from newapi.project.tree import Entry
from newapi.update.merge import Rules, merge
from tests.update.samples import LABELS, RULES, lines, one

OLD = {"a.py": Entry(lines())}
EDITED = {"a.py": Entry(lines((3, "mine")))}


def test_edited_file_that_the_template_drops_is_kept() -> None:
    merged = merge(OLD, EDITED, {}, RULES)

    assert merged.tree == EDITED
    assert (one(merged).path, one(merged).action) == ("a.py", "kept")


def test_edited_file_that_the_template_renames_takes_the_edit_along() -> None:
    merged = merge(OLD, EDITED, {"b.py": Entry(lines((9, "new")))}, RULES)

    assert merged.tree == {"b.py": Entry(lines((3, "mine"), (9, "new")))}
    assert (one(merged).action, one(merged).origin) == ("moved", "a.py")


def test_edited_ignored_file_is_never_overwritten() -> None:
    theirs = {"a.py": Entry(lines((3, "theirs")))}

    merged = merge(OLD, EDITED, theirs, Rules(LABELS, ignored={"a.py"}))

    assert merged.tree == EDITED | {"a.py.template-new": theirs["a.py"]}
    assert one(merged).beside == "a.py.template-new"
    assert not merged.stages


def test_edited_binary_stays() -> None:
    base, ours, theirs = ({"a.png": Entry(b"\0" + word)} for word in (b"1", b"2", b"3"))

    assert merge(base, ours, base, RULES).tree == ours
    merged = merge(base, ours, theirs, RULES)
    assert merged.tree == ours | {"a.png.template-new": theirs["a.png"]}
    assert merged.stages == {"a.png": (base["a.png"], ours["a.png"], theirs["a.png"])}


def test_bytes_that_are_not_utf_8_stay() -> None:
    ours = {"a.py": Entry(lines((3, "G\u00e9n\u00e9r\u00e9")).decode().encode("latin-1"))}
    theirs = {"a.py": Entry(lines((9, "new")))}

    merged = merge(OLD, ours, theirs, RULES)

    expected = lines((3, "G\u00e9n\u00e9r\u00e9"), (9, "new")).decode().encode("latin-1")
    assert merged.tree == {"a.py": Entry(expected)}


def test_binary_that_the_user_added_where_the_template_does_stays() -> None:
    ours, theirs = {"logo": Entry(b"\0mine")}, {"logo": Entry(b"\0theirs")}

    merged = merge({}, ours, theirs, RULES)

    assert merged.tree == ours | {"logo.template-new": theirs["logo"]}


def test_file_that_the_user_moved_receives_the_changes() -> None:
    ours = {"lib/a.py": Entry(lines((3, "mine")))}
    theirs = {"a.py": Entry(lines((9, "new")))}

    merged = merge(OLD, ours, theirs, RULES)

    assert merged.tree == {"lib/a.py": Entry(lines((3, "mine"), (9, "new")))}
    assert (one(merged).action, one(merged).origin) == ("followed", "a.py")


def test_folder_where_the_template_adds_a_file_stays() -> None:
    ours, theirs = {"docs/a.md": Entry(b"mine\n")}, {"docs": Entry(b"theirs\n")}

    merged = merge({}, ours, theirs, RULES)

    assert merged.tree == ours | {"docs.template-new": theirs["docs"]}
    assert one(merged).action == "conflict"
