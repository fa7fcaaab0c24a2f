"""Files that use names of an older template are named, with the new names."""

from __future__ import annotations

from newapi import renamed_names
from newapi.tree import Entry

NAMES = {"ResourcesDep": "StateDep", "Line": "SingleLineStr"}


def test_file_of_the_user_that_uses_an_old_name_is_named() -> None:
    own = {"app/greeting.py": Entry(b"from app.dependencies import ResourcesDep\n")}

    assert list(renamed_names.find(own, {}, NAMES)) == [
        "app/greeting.py uses names that the template has renamed: ResourcesDep is now StateDep"
    ]


def test_every_old_name_is_listed_once() -> None:
    own = {"app/a.py": Entry(b"Line, ResourcesDep, Line\n")}

    (warning,) = renamed_names.find(own, {}, NAMES)

    assert warning.endswith("Line is now SingleLineStr, ResourcesDep is now StateDep")


def test_file_of_the_template_is_passed_over() -> None:
    same = {"app/a.py": Entry(b"Line = 1\n")}

    assert not list(renamed_names.find(same, same, NAMES))


def test_name_that_the_template_still_uses_in_that_file_is_passed_over() -> None:
    ours, theirs = {"app/a.py": Entry(b"Line\nmine\n")}, {"app/a.py": Entry(b"Line\n")}

    assert not list(renamed_names.find(ours, theirs, NAMES))


def test_parts_of_words_and_other_files_do_not_count() -> None:
    own = {"app/a.py": Entry(b"Outline = Liner\n"), "README.md": Entry(b"Line\n")}

    assert not list(renamed_names.find(own, {}, NAMES))


def test_template_without_renames_warns_of_nothing() -> None:
    assert not list(renamed_names.find({"app/a.py": Entry(b"Line\n")}, {}, {}))
