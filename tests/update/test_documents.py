"""Files that the owner has replaced stay, with the template's version beside them."""

from __future__ import annotations

import pytest

from newapi.project.tree import Entry
from newapi.update import text_merge
from newapi.update.documents import is_replaced
from tests.update.project import Project
from tests.update.samples import LABELS

BESIDE = "README.md.template-new"
MINE = "# Shop\n\nSells things.\n\n## How\n\nLike this.\n"


@pytest.fixture
def replaced(project: Project) -> Project:
    """Return a project with a README of its own."""
    project.write("README.md", MINE)
    project.commit()
    return project


def test_replaced_readme_stays_without_a_conflict(replaced: Project) -> None:
    result = replaced.update()

    (outcome,) = [each for each in result.document["outcomes"] if each["path"] == "README.md"]
    assert result.code == 0
    assert (outcome["action"], outcome["beside"], outcome["conflicts"]) == ("kept", BESIDE, 0)
    assert BESIDE in outcome["note"]
    assert replaced.read("README.md") == MINE
    assert "r = 'third'" in replaced.read(BESIDE)


def test_next_commands_remove_the_version_of_the_template(replaced: Project) -> None:
    document = replaced.update().document

    assert f"rm {BESIDE}  # when you have compared it with README.md" in document["next"]


def test_abort_removes_the_version_of_the_template(replaced: Project) -> None:
    before = replaced.snapshot()
    replaced.update()

    result = replaced.run("update", str(replaced.path), "--abort")

    assert result.code == 0
    assert replaced.snapshot() == before


def test_committed_version_of_the_template_is_refreshed(replaced: Project) -> None:
    replaced.write(BESIDE, replaced.git("show", "HEAD^:README.md").strip() + "\n")
    replaced.commit()

    result = replaced.update()

    assert result.code == 0, result.err
    assert "r = 'third'" in replaced.read(BESIDE)
    replaced.commit()
    status = replaced.run("status", str(replaced.path), "--check", "--json")
    assert "Conflicts of an update" not in status.out


def test_edited_version_of_the_template_is_a_remain(replaced: Project) -> None:
    replaced.write(BESIDE, "# Mine\n")
    replaced.commit()

    result = replaced.update()

    assert result.code == 1
    assert BESIDE in result.document["message"]


def test_edited_readme_is_merged(project: Project) -> None:
    project.replace("README.md", "r = 9", "mine")
    project.commit()

    project.update()

    assert "mine" in project.read("README.md")
    assert "r = 'third'" in project.read("README.md")
    assert not (project.path / BESIDE).exists()


@pytest.mark.parametrize(
    ("path", "ours", "is_other"),
    [
        ("README.md", "# Mine\n\nText.\n", True),
        ("docs/a.rst", "Mine\n", True),
        ("README.md", "", False),
        ("app/main.py", "mine = 1\n", False),
        ("README.md", "one\ntwo\nthree\nmine\nmore\n", False),
        ("README.md", "```\n\n```\nfour\n", True),
    ],
)
def test_document_with_few_lines_of_the_template_is_another(
    path: str, ours: str, *, is_other: bool
) -> None:
    base = Entry(b"# Title\n\none\ntwo\nthree\nfour\n```\nfive\n```\n")

    assert is_replaced(path, base, Entry(ours.encode())) is is_other


def test_replaced_code_stays_without_a_conflict(project: Project) -> None:
    project.write("app/main.py", "mine = 1\n")
    project.commit()

    result = project.update()

    (outcome,) = [each for each in result.document["outcomes"] if each["path"] == "app/main.py"]
    assert (result.code, outcome["action"]) == (0, "kept")
    assert project.read("app/main.py") == "mine = 1\n"
    assert "m = 'third'" in project.read("app/main.py.template-new")


OLD = "# Demo\n\nRun it.\n"
NEW = "# Demo\n\nStart it.\n"
PARAGRAPHS = {
    "below": (OLD, OLD + "\nMine.\n", NEW, NEW + "\nMine.\n"),
    "above": (OLD, f"Mine.\n\n{OLD}", NEW.replace("Demo", "D"), "Mine.\n\n# D\n\nStart it.\n"),
    "a heading": (OLD, OLD + "## Mine\n", NEW, NEW + "## Mine\n"),
    "both below": (OLD, OLD + "\nMine.\n", OLD + "\nTheirs.\n", OLD + "\nMine.\n\nTheirs.\n"),
    "of the template": (OLD, NEW, OLD + "\nTheirs.\n", NEW + "\nTheirs.\n"),
    "without a line break": (OLD, OLD + "\nMine.", NEW, NEW + "\nMine."),
}


@pytest.mark.parametrize("name", PARAGRAPHS)
def test_paragraph_beside_a_changed_one_is_kept(name: str) -> None:
    *sides, expected = PARAGRAPHS[name]

    result = text_merge.merge([x.encode() for x in sides], LABELS, "inline", "README.md")

    assert (result.data.decode(), result.conflicts) == (expected, 0)


@pytest.mark.parametrize("ours", [OLD.replace("Run", "Serve"), OLD + "Mine goes on.\n"])
def test_paragraph_that_both_changed_is_a_conflict(ours: str) -> None:
    sides = [x.encode() for x in (OLD, ours, NEW)]

    assert text_merge.merge(sides, LABELS, "inline", "README.md").conflicts == 1


def test_pages_that_both_added_are_a_conflict() -> None:
    sides = [x.encode() for x in ("", OLD, NEW)]

    assert text_merge.merge(sides, LABELS, "inline", "docs/api.md").conflicts
