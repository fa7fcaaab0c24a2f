"""`newapi import` writes models.yml, or says in one sentence why not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from newapi.resources import model_file
from tests.cli.conftest import Run, names

JDL = """\
entity Client { name String required, photo Blob required }
entity Item { date LocalDate }
relationship ManyToOne { Item to Client }
"""


@pytest.fixture
def source(here: Path) -> Path:
    """Return a small data model of JHipster."""
    path = here / "shop.jdl"
    path.write_text(JDL, encoding="utf-8")
    return path


def test_models_are_written_and_the_rest_is_listed(newapi: Run, source: Path, here: Path) -> None:
    result = newapi("import", source.name)

    assert result.code == 0
    model = model_file.read((here / "models.yml").read_bytes())
    assert not model.problems
    assert len(model.entries) == 2
    assert "2 resources, 3 of 3 fields, 1 of 1 relations" in result.out
    assert "Client.photo (line 1)" in result.out
    assert "due_date" in result.out
    assert "newapi generate --dry-run" in result.out
    assert names(here) == ["models.yml", "shop.jdl"]


def test_json_has_every_note(newapi: Run, source: Path, here: Path) -> None:
    found = newapi("import", source.name, "--json").document

    assert (found["command"], found["from"], found["output"]) == ("import", "jdl", "models.yml")
    assert found["models"] == (here / "models.yml").read_text(encoding="utf-8")
    assert found["fields"] == {"found": 3, "taken": 3}
    assert found["relations"] == {"found": 1, "taken": 1}
    photo = {
        "subject": "Client.photo",
        "message": "a file is uploaded to a row that exists",
        "written": "file(max=5MB)?",
        "line": 1,
    }
    assert photo in found["notes"]
    assert any(note["written"] == "due_date" and note["line"] == 2 for note in found["notes"])


def test_names_of_the_bundled_code_get_a_proposal(newapi: Run, source: Path) -> None:
    found = newapi("import", source.name, "--output", "-", "--json").document

    assert "item" not in found["resources"]
    assert any(note["subject"] == "Item" and note["written"] for note in found["notes"])


def test_dash_prints_nothing_but_the_file(newapi: Run, source: Path, here: Path) -> None:
    result = newapi("import", source.name, "--output", "-")

    assert not model_file.read(result.out.encode()).problems
    assert "Client.photo" in result.err
    assert names(here) == ["shop.jdl"]


def test_file_that_is_there_is_kept(newapi: Run, source: Path, here: Path) -> None:
    (here / "models.yml").write_text("resources: {a: {fields: {b: str}}}\n", encoding="utf-8")

    refused = newapi("import", source.name)
    assert refused.code == 2
    assert "models.yml is there already." in refused.err
    assert "a:" in (here / "models.yml").read_text(encoding="utf-8")

    assert newapi("import", source.name, "--force").code == 0
    assert "due_date" in (here / "models.yml").read_text(encoding="utf-8")


REFUSALS = {
    ("missing.sql",): (1, "missing.sql is not there.", "Give the path of a file"),
    (".", "--from", "sql"): (1, ". is a folder.", "Give the path of a file"),
    ("shop.txt",): (2, "The name of shop.txt does not say what it is.", "--from jdl"),
    ("schema.prisma",): (2, "The name of schema.prisma does not say", "prisma migrate diff"),
    ("shop.jdl", "--from", "jld"): (2, "--from is jdl, sql, dbml or database", "--from jdl"),
    ("shop.jdl", "--from", "sql"): (1, "shop.jdl: it has no CREATE TABLE.", "Dump the schema"),
    ("shop.jdl", "--from", "dbml"): (1, "shop.jdl:1: expected Table", "dbml.dbdiagram.io"),
    ("shop.jdl", "--output", "no/models.yml"): (2, "is no path of a file", "--output"),
    ("binary.sql",): (1, "binary.sql: it is not text.", "Give a text file"),
    ("zeros.sql",): (1, "zeros.sql: it is not text.", "--from database"),
    ("postgresql://a:secret@127.0.0.1:1/b",): (1, "postgresql://a:***@127.0.0.1:1/b", "Check"),
}


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("words", REFUSALS)
def test_refusals_are_one_sentence_and_write_nothing(
    newapi: Run, here: Path, words: tuple[str, ...]
) -> None:
    (here / "binary.sql").write_bytes(b"\xff\x01\x80")
    (here / "zeros.sql").write_bytes(b"CREATE\0TABLE")
    before = names(here)
    code, message, fix = REFUSALS[words]

    result = newapi("import", *words)

    assert result.code == code
    assert message in result.err
    assert fix in result.err
    assert "secret" not in result.err
    assert "Traceback" not in result.err
    assert names(here) == before


def test_utf_16_of_sql_server_is_read(newapi: Run, here: Path) -> None:
    (here / "schema.sql").write_bytes("CREATE TABLE é (name int);\nGO\n".encode("utf-16"))

    assert newapi("import", "schema.sql").code == 0


def test_text_of_older_tools_and_files_that_were_joined(newapi: Run, here: Path) -> None:
    older = "CREATE TABLE a (name int);\nINSERT INTO a VALUES ('é');\n".encode("cp1252")
    (here / "older.sql").write_bytes(older)
    part = "\ufeffCREATE TABLE {name} (name int);\n"
    joined = part.format(name="a") + part.format(name="b")
    (here / "joined.sql").write_text(joined, encoding="utf-8")

    result = newapi("import", "older.sql")
    both = newapi("import", "joined.sql", "--force")

    assert "it is not text in UTF-8" in result.out + result.err
    assert "2 resources" in both.out + both.err


def test_other_commands_do_not_import_the_parsers() -> None:
    code = (
        "import sys; from newapi.cli.main import main; main(['import', '--help']);"
        "print([name for name in ('sqlglot', 'sqlalchemy', 'psycopg') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip().endswith("[]")
