"""Releases that rename and rewrite at once: what they declare is followed, edits included."""

from __future__ import annotations

from newapi.project.tree import Entry
from newapi.update.merge import Outcome, Rules, merge
from tests.update.project import Project
from tests.update.releases import numbered
from tests.update.rewrites import rewritten
from tests.update.samples import LABELS, one
from tests.update.test_update import committed, expected

ON = ("auth=true", "jobs=true")
EDITS = (("s = 10", "s = 'mine'"), ("s = 11", "s = 11\nmore = True"))
RULES = Rules(LABELS, renames={"old.py": "new.py"})
OLD, NEW = Entry(numbered("x").encode()), Entry(rewritten("x").encode())


def edit(project: Project, path: str) -> None:
    """Change two lines that no release touches."""
    for old, new in EDITS:
        project.replace(path, old, new)


def mine() -> str:
    """Return what the file is in the end, with both edits."""
    text = rewritten("s", 8)
    for old, new in EDITS:
        text = text.replace(old, new)
    return text


def test_edits_go_to_the_new_path(old: Project) -> None:
    edit(old, "app/session.py")
    old.commit()

    result = old.update("--to", "v0.2.0")

    assert result.code == 0, result.err
    assert result.action("app/auth_session.py") == "moved"
    assert not (old.path / "app/session.py").exists()
    assert "s = 'mine'\n" in old.read("app/auth_session.py")
    assert "new_s_0 = 0\n" in old.read("app/auth_session.py")


def test_untouched_project_becomes_a_new_one(old: Project) -> None:
    result = old.update()

    assert result.code == 0, result.err
    assert committed(old) == expected(*ON, version="v0.3.0")
    assert result.action("app/core/sessions.py") == "moved"


def test_two_releases_at_once_equal_one_after_the_other(old: Project) -> None:
    edit(old, "app/session.py")
    old.commit()
    twin = old.clone(old.path.parent / "twin")

    assert old.update().code == 0
    assert twin.update("--to", "v0.2.0").code == 0
    twin.commit()
    assert twin.update().code == 0

    assert old.read("app/core/sessions.py") == twin.read("app/core/sessions.py") == mine()
    for project in (old, twin):
        project.commit()
        assert not (project.path / "app/auth_session.py").exists()
    assert committed(old) == committed(twin)
    assert old.update().document["up_to_date"]


def test_file_that_the_user_moved_too_stays_there(old: Project) -> None:
    edit(old, "app/session.py")
    (old.path / "app/session.py").rename(old.path / "app/my_session.py")
    old.commit()

    result = old.update()

    assert result.code == 0, result.err
    assert old.read("app/my_session.py") == mine()
    assert result.action("app/my_session.py") == "followed"
    outcome = next(o for o in result.document["outcomes"] if o["path"] == "app/my_session.py")
    assert "app/core/sessions.py" in outcome["note"]
    assert not (old.path / "app/core/sessions.py").exists()
    old.commit()
    (drift,) = old.run("status", str(old.path), "--json").document["drift"]
    assert drift == {
        "path": "app/core/sessions.py",
        "state": "moved",
        "now": "app/my_session.py",
    }


def test_only_one_of_two_files_that_became_one_is_followed(old: Project) -> None:
    old.replace("app/limits.py", "l = 10", "l = 'mine'")
    old.replace("app/attempts.py", "a = 10", "a = 'mine'")
    old.commit()

    result = old.update()

    assert result.code == 0, result.err
    assert "l = 'mine'\n" in old.read("app/rate_limit.py")
    assert "new_l_0 = 0\n" in old.read("app/rate_limit.py")
    assert result.action("app/attempts.py") == "kept"
    assert "a = 'mine'\n" in old.read("app/attempts.py")


def test_other_file_that_became_a_part_goes_if_it_was_not_changed(old: Project) -> None:
    result = old.update()

    assert result.action("app/attempts.py") == "removed"
    assert not (old.path / "app/attempts.py").exists()


def test_new_path_that_the_user_has_loses_nothing(old: Project) -> None:
    edit(old, "app/session.py")
    old.write("app/core/sessions.py", "something_else = True\n")
    old.commit()

    result = old.update()

    assert result.code == 3
    assert result.action("app/session.py") == "kept"
    assert "s = 'mine'" in old.read("app/session.py")
    assert result.action("app/core/sessions.py") == "conflict"
    assert "something_else = True" in old.read("app/core/sessions.py")
    outcome = next(o for o in result.document["outcomes"] if o["path"] == "app/session.py")
    assert "app/core/sessions.py, where you have another file" in outcome["note"]


def test_deleted_file_stays_deleted_under_its_new_name(old: Project) -> None:
    (old.path / "app/session.py").unlink()
    old.commit()

    result = old.update()

    assert result.code == 0, result.err
    assert result.action("app/core/sessions.py") == "stays-deleted"
    assert not (old.path / "app/core/sessions.py").exists()


def test_both_edits_of_a_line_are_a_conflict_at_the_new_path(old: Project) -> None:
    old.replace("app/session.py", "s = 3", "s = 'mine'")
    old.commit()

    result = old.update()

    assert result.code == 3
    assert result.action("app/core/sessions.py") == "conflict"
    assert "s = 'mine'" in old.read("app/core/sessions.py")
    assert "new_s_3" in old.read("app/core/sessions.py")


def test_status_and_diff_agree_with_the_update(old: Project) -> None:
    edit(old, "app/session.py")
    old.commit()

    told = old.run("status", str(old.path), "--json").document
    patch = old.run("diff", str(old.path), "--json").document["patch"]
    assert [file["path"] for file in told["drift"]] == ["app/session.py"]
    assert told["conflicts"] == []
    assert "rename from app/session.py" in patch or "+++ b/app/core/sessions.py" in patch

    old.update()
    old.commit()

    after = old.run("status", str(old.path), "--json").document
    assert [file["path"] for file in after["drift"]] == ["app/core/sessions.py"]
    assert old.run("diff", str(old.path), "--json").document["up_to_date"]


def test_uses_of_renamed_names_are_told(old: Project) -> None:
    old.write("compose.yaml", "environment: [RATE]\n")
    old.write("docs.md", "RATE\n")
    old.write("app/own.py", "import app.session\nRATE = 1\n")
    old.write(".gitignore", ".env\n")
    old.commit()
    old.write(".env", "RATE=5\n")

    result = old.update()

    told = "uses names that the template has renamed: RATE is now LIMIT"
    assert result.code == 3, result.err
    (finding,) = result.document["findings"]
    assert (finding["path"], finding["line"]) == ("app/own.py", 1)
    assert result.document["warnings"] == [
        f"{path} {told}" for path in (".env", "app/own.py", "compose.yaml")
    ]


def test_declared_rename_counts_before_what_is_similar() -> None:
    base = {"old.py": OLD}
    theirs = {"new.py": NEW, "similar.py": Entry(OLD.data + b"and_more = True\n")}
    ours = {"old.py": Entry(OLD.data.replace(b"x = 11", b"x = 'mine'"))}

    merged = merge(base, ours, theirs, RULES)

    assert merged.tree == {
        "new.py": Entry(NEW.data.replace(b"x = 11", b"x = 'mine'")),
        "similar.py": theirs["similar.py"],
    }


def test_rename_counts_only_from_what_was_there_to_what_is_new() -> None:
    ours = {"old.py": Entry(b"mine = True\n" + OLD.data)}
    for base, theirs in (
        ({"old.py": OLD, "new.py": NEW}, {"new.py": NEW}),  # the new path was there before
        ({"old.py": OLD}, {"other.py": NEW}),  # the new path is not there with these answers
        ({"old.py": OLD}, {"old.py": NEW, "new.py": NEW}),  # the old path is still there
    ):
        merged = merge(base, base | ours, theirs, RULES)

        assert "moved" not in {outcome.action for outcome in merged.outcomes}
        assert b"mine = True\n" in merged.tree["old.py"].data


def test_unchanged_file_is_moved_and_nothing_else() -> None:
    merged = merge({"old.py": OLD}, {"old.py": OLD}, {"new.py": NEW}, RULES)

    assert merged.tree == {"new.py": NEW}
    assert one(merged) == Outcome("new.py", "moved", origin="old.py")


def test_file_that_moves_where_a_folder_is_says_where_it_was() -> None:
    inside = Entry(b"mine = True\n")

    merged = merge(
        {"old.py": OLD}, {"old.py": OLD, "new.py/mine.py": inside}, {"new.py": NEW}, RULES
    )

    assert merged.tree == {"new.py/mine.py": inside, "new.py.template-new": NEW}
    outcome = one(merged)
    assert (outcome.path, outcome.action, outcome.origin) == ("new.py", "conflict", "old.py")


def test_mode_of_the_user_goes_along() -> None:
    ours = {"old.py": Entry(OLD.data, executable=True)}

    merged = merge({"old.py": OLD}, ours, {"new.py": NEW}, RULES)

    assert merged.tree == {"new.py": Entry(NEW.data, executable=True)}
