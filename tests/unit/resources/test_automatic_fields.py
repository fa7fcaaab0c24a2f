"""Resources whose rows count their changes, or name who made them."""

from __future__ import annotations

import pytest

from newapi.errors import NewapiError, UsageError
from newapi.generate import decision, model_changes
from newapi.generate.decision import Request
from newapi.generate.new_definition import Typed, define
from newapi.resources import model_file, model_text, needs, schema, store
from newapi.resources.changes import Changes, Operation
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames
from newapi.template.features import Resolution
from tests.unit.resources.samples import make, problems

MODEL = """\
resources:
  note:
    access: owned
    versioned: {versioned}
    fields:
      title: str(1..100)
"""


def define_note(*fields: str) -> Definition:
    """Return a versioned resource."""
    typed = Typed(name="note", fields=fields or ("title:str(1..100)",), versioned=True)
    return define(typed, ProjectNames())


def decide(versioned: str, recorded: Definition | None = None) -> list[tuple[str, list[str]]]:
    """Return what the file changes: verbs, and steps of the table."""
    around = ProjectNames(definitions={"note": recorded} if recorded else {})
    model = model_file.read(MODEL.format(versioned=versioned).encode())
    decisions = model_changes.decide(model, around)
    return [(each.verb, [*map(describe, each.operations)]) for each in decisions]


def describe(operation: Operation) -> str:
    """Return a step, and the name of its field."""
    field = operation.new or operation.old
    return f"{operation.op} {field.name}" if field else operation.op


def test_recorded_definition_is_read_back() -> None:
    note = define_note()
    text = store.write(note)

    assert "\nversioned: true\n" in text
    assert store.read("resources/note.yml", text) == note
    assert store.digest(note) != store.digest(make("note", "title:str(1..100)"))
    assert note.language == 2


def test_recorded_definition_has_no_other_value() -> None:
    content: store.Content = {"plural": "notes", "access": "owned", "api": "v1"}
    content |= {"fields": {"a": "str(1..9)"}, "versioned": "maybe"}
    lines = store.write(make("note", "a:str(1..9)")).splitlines()[:-1]
    text = "\n".join([*lines, "versioned: maybe", f"digest: {store.seal('note', content)}"])

    with pytest.raises(NewapiError, match="written by a newer newapi"):
        store.read("resources/note.yml", text)


def test_schemas_know_the_key() -> None:
    recorded = schema.of_definition()["properties"]["versioned"]
    written = model_file.of_file()["$defs"]["ResourceEntry"]["properties"]["versioned"]

    assert recorded["const"] is True
    assert written["type"] == "boolean"


@pytest.mark.parametrize(
    ("versioned", "recorded", "expected"),
    [
        ("true", None, [("create", ["create"])]),
        ("true", make("note", "title:str(1..100)"), [("change", ["add version"])]),
        ("false", define_note(), [("change", ["drop version"])]),
        ("true", define_note(), []),
        ("false", make("note", "title:str(1..100)"), []),
    ],
)
def test_file_switches_it_on_and_off(
    versioned: str, recorded: Definition | None, expected: list[tuple[str, list[str]]]
) -> None:
    assert decide(versioned, recorded) == expected


def test_other_values_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        decide("always")

    (problem,) = caught.value.problems
    assert problem.message == ("models.yml:4: note.versioned is true or false, not always.")
    assert problem.fix == "versioned: true"


def test_file_that_is_written_says_it() -> None:
    text = model_text.write({"note": define_note()})

    assert "    access: owned\n    versioned: true\n    fields:\n" in text


@pytest.mark.parametrize(
    ("field", "fix"),
    [
        ("version:str(1..9)", "revision:str(1..9)"),
        ("version:ref(note)?", "revision:ref(note)?"),
        ("number:int(column=version)", "number:int(column=revision)"),
    ],
)
def test_field_cannot_have_the_name_or_the_column_of_the_counter(field: str, fix: str) -> None:
    with pytest.raises(UsageError) as caught:
        define_note("title:str(1..100)", field)

    (problem,) = caught.value.problems
    assert "note has a version, because it is versioned." in problem.message
    assert problem.fix == fix
    assert problems("note", "title:str(1..100)", field) == []


def test_command_line_makes_a_versioned_resource_and_leaves_others_alone() -> None:
    made = decision.decide(Request("note", ("title:str",), versioned=True), ProjectNames())
    around = ProjectNames(definitions={"note": made.definition})
    request = Request("note", versioned=True, changes=Changes(add=("body:text?",)))

    assert made.definition.versioned
    with pytest.raises(UsageError, match="versioned"):
        decision.decide(request, around)


def test_file_switches_on_both() -> None:
    text = MODEL.format(versioned="true\n    audited: true")
    around = ProjectNames(definitions={"note": make("note", "title:str(1..100)")})
    (found,) = model_changes.decide(model_file.read(text.encode()), around)

    assert [*map(describe, found.operations)] == ["add version", "add created_by", "add updated_by"]
    assert store.read("resources/note.yml", store.write(found.definition)) == found.definition
    assert "    versioned: true\n    audited: true\n" in model_text.write(found.applied({}))


@pytest.mark.parametrize("field", ["created_by:ref(user)?", "author:str(column=updated_by)"])
def test_audited_resource_has_columns_of_its_own(field: str) -> None:
    with pytest.raises(UsageError, match="because it is audited"):
        define(Typed(name="note", fields=["title:str", field], audited=True), ProjectNames())


def test_audited_resource_needs_users() -> None:
    around = ProjectNames(accounts=False)
    with pytest.raises(UsageError) as caught:
        define(Typed(name="note", fields=["title:str"], audited=True), around)

    (problem,) = caught.value.problems
    assert problem.message == "note is audited, but a project without accounts has no users."
    assert problem.fix == "`newapi add auth` first, or drop --audited"


def test_users_of_an_audited_resource_cannot_be_dropped() -> None:
    typed = Typed(name="note", fields=["title:str"], access="public", audited=True)
    definitions = {"note": define(typed, ProjectNames())}
    without = Resolution({"auth": False, "tables": True}, (), ())

    _, (problem,) = needs.resolve(without, definitions, ())

    assert problem.message == "The resource note needs auth: it is audited, so its rows name users."
