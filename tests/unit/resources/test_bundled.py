"""Fields that are added to the users and items of the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import yaml

from newapi.errors import UsageError
from newapi.generate import decision, model_changes, revision
from newapi.generate.decision import Decision, Request
from newapi.resources import changes, inventory, model_file, model_text, needs, store, users, wiring
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames
from newapi.resources.rendering import Side
from newapi.resources.wiring import Wire
from newapi.template.features import Resolution
from tests.matrix import ROOT
from tests.unit.resources.test_model_file import VALIDATOR

USER = """\
resources:
  user:
    fields:
      username: str(3..30, unique)?
      points: int(default=0)
"""
NOTE = "  note:\n    access: signed_in\n    fields:\n      author: ref(user)?\n"
MODEL = (
    "class User(Entity):\n    email: Mapped[str]\n    role: Mapped[UserRole] = mapped_column()\n"
)
NAMES = ProjectNames(
    modules={"user": "app/models/user.py", "item": "app/models/item.py"},
    classes={"User": "app/models/user.py", "Item": "app/models/item.py"},
    tables={"users": "app/models/user.py", "items": "app/models/item.py"},
).with_bundled(("user", "item"), {"app/models/user.py": MODEL})


def decide(text: str, recorded: Mapping[str, Definition] | None = None) -> list[Decision]:
    """Return what a file changes in a project with users and items."""
    around = replace(NAMES, definitions=recorded or {})
    return [*model_changes.decide(model_file.read(text.encode()), around)]


def defined(text: str, recorded: Mapping[str, Definition] | None = None) -> dict[str, Definition]:
    """Return the resources after the changes of a file."""
    found = dict(recorded or {})
    for each in decide(text, recorded):
        found = each.applied(found)
    return found


def refused(text: str) -> str:
    """Return everything that is said about a file."""
    with pytest.raises(UsageError) as caught:
        decide(text)
    return "\n".join(f"{each.message} -> {each.fix}" for each in caught.value.problems)


def test_fields_are_added_to_the_table_of_the_template() -> None:
    (found,) = decide(USER)

    assert (found.verb, found.definition.plural) == ("change", "users")
    assert [(one.op, one.new and one.new.name) for one in found.operations] == [
        ("add", "username"),
        ("add", "points"),
    ]
    VALIDATOR.validate(yaml.load(USER, Loader=yaml.BaseLoader))


def test_added_fields_are_recorded_and_written() -> None:
    user = defined(USER)["user"]

    assert store.read("resources/user.yml", store.write(user)) == user
    assert user.bundled
    assert user.language == 2
    assert decide(model_text.write({"user": user}), {"user": user}) == []
    assert "access" not in model_text.write({"user": user})


def test_revision_adds_and_drops_the_columns() -> None:
    before, after = defined(USER), defined(USER + "      extra: json(default={})\n")
    sides = [Side(ROOT, {"database": "sqlite"}, inventory.of(each)) for each in (before, after)]
    added = decide(USER + "      extra: json(default={})\n", before)
    dropped = decide("resources: {}\n", after)

    (there,) = revision.pieces(added, *sides, keep_tables=False)
    (back,) = revision.pieces(dropped, sides[1], replace(sides[0], inventory=inventory.of({})),
                              keep_tables=False)  # fmt: skip

    assert (there.table, [one.op for one in there.operations]) == ("users", ["add"])
    assert (back.table, [one.op for one in back.operations]) == ("users", ["drop"] * 3)


def test_last_field_ends_the_addition() -> None:
    recorded = defined(USER)

    (found,) = decide("resources: {}\n", recorded)

    assert [one.op for one in found.operations] == ["drop", "drop"]
    assert found.applied(recorded) == {}


def test_users_refer_to_rows_that_do_not_refer_to_users() -> None:
    fields = "    fields: {name: 'str(1..9)'}\n"
    text = f"resources:\n  user:\n    fields: {{team: 'ref(team)?'}}\n  team:\n{fields}"

    found = decide(text.replace("  team:\n", "  team:\n    access: public\n"))

    assert [(one.verb, one.definition.name) for one in found] == [
        ("create", "team"),
        ("change", "user"),
    ]
    assert "team refers to users itself. -> A resource of its own" in refused(text)


def test_resource_cannot_refer_to_items() -> None:
    text = "resources:\n  photo: {access: signed_in, fields: {thing: ref(item)}}\n"

    assert (
        "thing: resources cannot refer to the item of the template."
        " -> A resource of its own instead of item; `newapi remove items`"
    ) in refused(text)


def test_reference_of_users_deletes_and_keeps_nothing() -> None:
    text = "resources:\n  user:\n    fields: {team: 'ref(team, on_delete=cascade)?'}\n"
    text += "  team: {access: public, fields: {name: 'str(1..9)'}}\n"

    assert "deleting a team must not delete or need other rows. -> team: ref(team)?" in refused(
        text
    )


def test_field_is_renamed() -> None:
    text = USER.replace("points: int(default=0)", "score: {type: int(default=0), was: points}")

    (found,) = decide(text, defined(USER))

    assert [one.op for one in found.operations] == ["rename"]


def test_other_resources_refer_to_users_as_before() -> None:
    found = defined(USER + NOTE)

    assert users.target_of(found["note"].fields[0], found) == users.USERS


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("role: text?", "role: the user of the template has it."),
        ("team: ref(team)?", "team: there is no resource team."),
        (
            "teams: many(note)",
            "A resource of its own with access: owned and team: ref(note, unique=owner, on_delete",
        ),
        (
            "boss: ref(user)?",
            "with user: ref(user, unique, on_delete=cascade) and boss: ref(user)?",
        ),
        ("photo: image?", "type image cannot be added"),
        ("age: int(sort)?", "lists of users stay as the template has them. -> age: int?"),
        ("age: int", "would have none. -> age: int?, or a default"),
        ("age: int(unique)", "would have none. -> age: int(unique)?"),
    ],
)
def test_field_that_cannot_be_added_is_explained(field: str, why: str) -> None:
    assert why in refused(f"resources:\n  user:\n    fields:\n      {field}\n")


@pytest.mark.parametrize("line", ["access: public", "versioned: true", "unique: [[username, age]]"])
def test_nothing_else_is_said_of_users(line: str) -> None:
    text = USER.replace("    fields:", f"    {line}\n    fields:")

    assert "only fields can be added to the user of the template" in refused(text)


def test_items_have_values_that_are_unique_among_all() -> None:
    text = "resources:\n  item:\n    fields:\n      code: str(1..9, unique)?\n"

    assert "-> code: str(1..9, unique=all)?" in refused(text)
    assert defined(text.replace("unique", "unique=all"))["item"].plural == "items"


def test_item_of_a_project_without_items_is_a_resource() -> None:
    found = model_changes.decide(
        model_file.read(b"resources: {item: {fields: {name: str}}}"), ProjectNames()
    )

    assert (found[0].verb, found[0].definition.bundled) == ("create", False)


def test_command_line_adds_and_never_removes() -> None:
    added = decision.decide(Request("user", changes=changes.Changes(add=("bio:text?",))), NAMES)

    with pytest.raises(UsageError, match="The user of the template cannot be removed"):
        decision.decide(Request("user", is_removed=True), NAMES)

    assert added.definition.fields[0].name == "bio"
    assert added.definition.bundled


def test_modules_of_the_template_are_no_resources() -> None:
    around = replace(NAMES, definitions=defined(USER))

    assert around.without_resources().modules == NAMES.modules


def test_features_stay_while_their_resources_have_added_fields() -> None:
    definitions = defined("resources:\n  item:\n    fields:\n      note: text?\n")

    _, problems = needs.resolve(Resolution({"auth": True, "items": False}, (), ()), definitions, ())

    assert [problem.message for problem in problems] == ["The fields of item need items."]


def test_bases_are_wired_and_taken_out() -> None:
    text = "class User(Entity):\n    pass\n"
    base = Wire("app/models/user.py", "base", "UserFields", "User")

    wired, _ = wiring.rewire(text.encode(), (), [base], [base])
    again, _ = wiring.rewire(wired, (), [base], [base])
    back, loose = wiring.rewire(wired, [base], (), [base])
    _, left = wiring.rewire(b"class User:\n    pass\n", (), [base], [base])

    assert wired == again == b"class User(UserFields, Entity):\n    pass\n"
    assert (back, loose) == (text.encode(), [])
    assert [str(each) for each in left] == ["app/models/user.py: add `UserFields` to User by hand"]
