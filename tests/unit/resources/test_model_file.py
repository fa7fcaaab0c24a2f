"""`models.yml`: what can be said in it, and what is answered when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from newapi.errors import UsageError
from newapi.generate import model_changes
from newapi.generate.decision import Decision
from newapi.resources import changes, model_file, model_text, moving, store
from newapi.resources.changes import Operation
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames

SHOP = """\
resources:
  category:
    access: public
    fields:
      name: str(1..100, unique)
  product:
    access: public
    fields:
      title: {type: "str(1..100)", was: name}
      price: decimal(gt=0, places=2)
      category: ref(category)
"""
VALIDATOR = Draft202012Validator(model_file.of_file())


def decide(text: str, recorded: Mapping[str, Definition] | None = None) -> list[Decision]:
    """Return what a file changes."""
    around = ProjectNames(definitions=recorded or {})
    return [*model_changes.decide(model_file.read(text.encode()), around)]


def defined(text: str, recorded: Mapping[str, Definition] | None = None) -> dict[str, Definition]:
    """Return the resources after the changes of a file."""
    found = dict(recorded or {})
    for decision in decide(text, recorded):
        found = decision.applied(found)
    return found


def refused(text: str, recorded: Mapping[str, Definition] | None = None) -> str:
    """Return everything that is said about a file."""
    with pytest.raises(UsageError) as caught:
        decide(text, recorded)
    return "\n".join(f"{each.message} -> {each.fix}" for each in caught.value.problems)


def first(text: str = SHOP) -> dict[str, Definition]:
    """Return the resources of a file without its renames."""
    return defined(text.replace(", was: name", ""))


def operations(decision: Decision) -> list[tuple[str, str]]:
    """Return the steps of a change with the names of fields."""
    return [(one.op, (one.new or one.old or _NONE).name) for one in decision.operations]


_NONE = next(iter(first().values())).fields[0]


def test_schema_accepts_what_is_read() -> None:
    VALIDATOR.check_schema(VALIDATOR.schema)
    VALIDATOR.validate(yaml.load(SHOP, Loader=yaml.BaseLoader))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("access: public", "acess: public"),
        ("access: public", "access: everybody"),
        ("str(1..100, unique)", "srt(1..100)"),
        ("was: name", "wass: name"),
        ("resources:", "resource:"),
    ],
)
def test_schema_and_reader_refuse_the_same(old: str, new: str) -> None:
    text = SHOP.replace(old, new)

    assert [*VALIDATOR.iter_errors(yaml.load(text, Loader=yaml.BaseLoader))]
    assert model_file.read(text.encode()).problems


def test_targets_are_created_first_and_circles_closed_last() -> None:
    text = SHOP.replace(
        "category: ref(category)", "best: ref(review)?\n      category: ref(category)"
    )
    text += (
        "  review:\n    access: public\n    fields: {item: ref(product), reply: 'ref(review)?'}\n"
    )

    decisions = decide(text.replace(", was: name", ""))

    assert [decision.definition.name for decision in decisions] == ["category", "product", "review"]
    assert [field.name for decision in decisions for field in decision.later] == ["best"]


def test_what_refers_is_removed_first() -> None:
    decisions = decide("resources: {}", first())

    assert [(d.verb, d.definition.name) for d in decisions] == [
        ("remove", "product"),
        ("remove", "category"),
    ]


def test_circle_that_can_have_no_first_row_is_refused() -> None:
    text = SHOP.replace("name: str(1..100, unique)", "best: ref(product)")

    assert "needs the next one to exist first" in refused(text.replace(", was: name", ""))


def test_file_that_says_what_is_recorded_changes_nothing() -> None:
    recorded = first()

    assert decide(SHOP.replace(", was: name", ""), recorded) == []
    assert decide(SHOP, recorded) == [], "a rename that is made has no effect"


def test_renames_are_told() -> None:
    recorded = first(SHOP.replace("title:", "name:"))

    (told,) = decide(SHOP, recorded)
    (guessed,) = decide(SHOP.replace(", was: name", "").replace("str(1..100)", "str?"), recorded)

    assert operations(told) == [("rename", "title")]
    assert operations(guessed) == [("drop", "name"), ("add", "title")]


def test_rename_may_take_a_name_that_another_field_gives_up() -> None:
    fields = "resources: {note: {fields: {a: 'int?', b: 'int?'}}}"
    text = "resources: {note: {fields: {b: {type: 'int?', was: a}, c: {type: 'int?', was: b}}}}"

    (decision,) = decide(text, defined(fields))

    assert operations(decision) == [("rename", "c"), ("rename", "b")]


def test_names_that_swap_are_refused() -> None:
    fields = "resources: {note: {fields: {a: 'int?', b: 'str?'}}}"
    text = "resources: {note: {fields: {b: {type: 'int?', was: a}, a: {type: 'str?', was: b}}}}"

    assert "cannot swap their names" in refused(text, defined(fields))


def test_rename_of_a_field_that_there_never_was() -> None:
    why = refused(SHOP.replace("was: name", "was: nam"), first(SHOP.replace("title:", "label:")))

    assert "models.yml:9: product has no recorded field 'nam'." in why


def test_order_of_fields_is_followed_without_a_migration() -> None:
    fields = "resources: {note: {fields: {a: 'int?', b: 'int?'}}}"

    (decision,) = decide("resources: {note: {fields: {b: 'int?', a: 'int?'}}}", defined(fields))

    assert [field.name for field in decision.definition.fields] == ["b", "a"]
    assert decision.operations == ()


def test_everything_wrong_is_said_at_once_with_lines() -> None:
    why = refused(
        "resources:\n"
        "  product:\n"
        "    acess: public\n"
        "    fields:\n"
        "      name: srt\n"
        "      Title: str\n"
        "      stock: int(ge=5, le=3)\n"
        "      category: ref(categry)\n"
        "  category:\n"
        "    access: everybody\n"
        "    fields: {name: str}\n"
        "  user_group:\n"
    )

    for line in (
        "models.yml:3: product.acess: there is no such key. -> access: ...",
        "models.yml:5: name:srt: there is no type 'srt'; did you mean str. -> name: str(1..100)",
        "models.yml:6: Title: a field's name is written in snake case. -> title:",
        "models.yml:7: stock: no number is within these bounds. -> stock: int(ge=0)",
        "models.yml:8: category: there is no resource categry. Did you mean category?",
        "models.yml:10: category.access is owned, owner_writes, signed_in, public or admin, not",
        "models.yml:12: user_group must be a mapping.",
    ):
        assert line in why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "models.yml: resources is missing."),
        ("- a\n", "resources is missing"),
        ("resources: [", "models.yml:1: it is not YAML"),
        ("resources:\n\tproduct: {}\n", "models.yml:2: it is not YAML"),
        ("resources:\n  a: &x {fields: {n: int}}\n  b: *x\n", "models.yml:2: aliases"),
        ("resources:\n  a: {}\n  a: {}\n", "models.yml:3: a is there twice."),
        ("resources: {a: {fields: {b: [c]}}}", "a.fields.b must be a mapping"),
        ("resources: {a: {fields: {}}}", "a.fields has no entries"),
        ("# " + "x" * 2**20, "larger than 1024 KiB"),
    ],
)
def test_file_that_cannot_be_read(text: str, why: str) -> None:
    assert why in refused(text)


def test_file_in_another_encoding() -> None:
    assert "not UTF-8" in model_file.read(b"\xff\xfe").problems[0].message


def test_what_cannot_be_changed_names_the_recorded_value() -> None:
    why = refused(SHOP.replace("access: public", "plural: kinds", 1), first())

    assert "the plural of a resource cannot be changed. -> plural: categories" in why


def test_required_field_without_a_value_for_old_rows() -> None:
    why = refused(SHOP + "      sku: str\n", first())

    assert "models.yml:12: sku is required, but the rows that exist have none." in why
    assert "-> sku: str(1..255)?, or sku: str(1..255, default=...)" in why


def test_written_file_says_what_is_recorded() -> None:
    recorded = {**first(), **defined("resources: {goods: {plural: goods_list, fields: {n: int}}}")}

    assert decide(model_text.write(recorded), recorded) == []


def edited(text: str, after: Mapping[str, Definition], **renamed: str) -> str:
    """Return a file after changes by the command line; it says what is recorded then."""
    found = model_text.updated(text, defined(text), after, renamed)
    assert decide(found, after) == []
    return found


def test_edits_leave_all_other_lines_alone() -> None:
    text = SHOP.replace(", was: name", "").replace("      price", "      # net\n      price")
    before = defined(text)
    product = before["product"]
    title, price, category = product.fields
    more = replace(price, name="cost", optional=True)

    added = edited(text, {**before, "product": replace(product, fields=(*product.fields, more))})
    dropped = edited(text, {**before, "product": replace(product, fields=(title, category))})
    changed = edited(
        text,
        {**before, "product": replace(product, fields=(replace(title, max=9), price, category))},
    )
    renamed = edited(
        text,
        {
            **before,
            "product": replace(product, fields=(replace(title, name="label"), *product.fields[1:])),
        },
        title="label",
    )

    assert added == text + "      cost: decimal(gt=0, digits=12, places=2)?\n"
    assert dropped == text.replace("      price: decimal(gt=0, places=2)\n", "")
    assert changed == text.replace('"str(1..100)"', "str(1..9)")
    assert renamed == text.replace("title:", "label:")


def test_resources_are_added_at_the_end_and_removed_with_their_lines() -> None:
    text = "# mine\n" + SHOP.replace(", was: name", "") + "# the end\n"
    before = defined(text)
    tag = defined("resources: {tag: {access: public, fields: {name: str(1..9)}}}")

    added = edited(text, {**before, **tag})
    removed = edited(text, {"category": before["category"]})

    assert added == text.replace(
        "# the end", "\n  tag:\n    access: public\n    fields:\n      name: str(1..9)\n# the end"
    )
    assert removed == text[: text.index("  product:")] + "# the end\n"


def test_file_in_flow_style_is_written_out() -> None:
    text = "resources: {note: {fields: {a: 'int?'}}}\n"
    before = defined(text)
    tag = defined("resources: {tag: {fields: {name: str}}}")

    edited(text, {**before, **tag})
    edited(text, {})
    edited(
        "resources:\n  note:\n    fields: {a: 'int?'}\n",
        {"note": replace(before["note"], fields=tag["tag"].fields)},
    )


def test_problem_of_a_whole_resource_names_its_line() -> None:
    why: Any = refused("resources:\n  a_b:\n    fields: {n: int}\n  class:\n    fields: {n: int}\n")

    assert "models.yml:4: 'class' cannot be a resource's name" in why


@pytest.mark.parametrize("name", ["client", "parameter", "person", "response"])
def test_names_that_older_generators_use_themselves_need_a_newer_one(name: str) -> None:
    [resource] = defined(f"resources: {{{name}: {{fields: {{label: str}}}}}}").values()

    assert resource.language == 2


def test_groups_and_extras_of_fields_are_read() -> None:
    text = (
        "resources:\n"
        "  film:\n"
        "    fields:\n"
        "      title: str(1..100)\n"
        "      rating: enum(G|PG-13|NC-17)\n"
        "      shown: {type: date, column: date, description: 'When it is shown first.'}\n"
        "      sequel: {type: 'ref(film)?', on_delete: cascade}\n"
        "    unique: [[title, shown]]\n"
        "    indexes: [[rating, title], [shown]]\n"
    )

    film = defined(text)["film"]

    assert film.field("rating") == film.fields[1]
    assert film.fields[1].members == ("G", "PG_13", "NC_17")
    assert (film.fields[2].stored, film.fields[3].deletion) == ("date", "cascade")
    assert (film.unique, film.indexes) == (
        (("title", "shown"),),
        (("rating", "title"), ("shown",)),
    )
    assert film.language == 2
    assert first()["product"].language == 1
    assert not [*VALIDATOR.iter_errors(yaml.load(text, Loader=yaml.BaseLoader))]
    assert store.read("resources/film.yml", store.write(film)) == film
    assert decide(model_text.write({"film": film}), {"film": film}) == []


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (
            "unique: [[title, titel]]",
            "unique [title, titel] names titel, which is no field. -> title",
        ),
        ("unique: [[title]]", "needs two different fields at least. -> title: str(1..99, unique)"),
        (
            "unique: [[title, live]]\n    indexes: [[notes, title]]",
            "names notes, which no database",
        ),
        ("unique: [[live, state]]", "has room for a few rows only"),
        ("unique: [[title, live], [title, live]]", "is there twice"),
        (
            "unique: [[title, live], [live, title]]",
            "[live, title] is always unique, because [title, live] is. -> Remove [live, title]",
        ),
        ("unique: [[title, live, state], [title, live]]", "because [title, live] is"),
        ("unique: [[title, code]]", "[title, code] is always unique, because code is."),
        ("indexes: [[long, other]]", "has texts of more than 700 characters"),
        ("indexes: title", "film.indexes must be a list"),
    ],
)
def test_group_that_cannot_be(groups: str, why: str) -> None:
    fields = "{title: str(1..99), live: bool, state: enum(a|b), notes: text, long: str(1..500)"
    fields += ", other: str, code: 'str(1..9, unique)'}"

    assert why in refused(f"resources:\n  film:\n    fields: {fields}\n    {groups}\n")


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("{type: 'str(unique)', column: date}", "what is unique is stored under its own name"),
        ("{type: str, column: id}", "The table has a column id already."),
        ("{type: str, column: 1st}", "column must be a letter"),
        (
            "{type: 'ref(film)?', on_delete: remove}",
            "models.yml:4: film.fields.b.on_delete is cascade",
        ),
        ("{type: ref(other), on_delete: set_null}", "needs a field that may be empty"),
        ("enum(i|b)", "i cannot be a value"),
        ("enum(Token|b)", "Token must be written token"),
    ],
)
def test_extra_that_cannot_be(field: str, why: str) -> None:
    text = f"resources:\n  film:\n    fields:\n      b: {field}\n  other: {{fields: {{n: int}}}}\n"

    assert why in refused(text)


def test_command_line_renames_fields_in_groups() -> None:
    text = "resources:\n  film:\n    fields:\n      a: str\n      b: int\n    unique: [[a, b]]\n"
    before = defined(text)
    around = ProjectNames(definitions=before)

    changed = changes.apply(before["film"], changes.Changes(rename=("a:c",)), around).definition

    assert changed.unique == (("c", "b"),)
    found = model_text.updated(text, before, {"film": changed}, {"a": "c"})
    assert decide(found, {"film": changed}) == []


def test_drop_is_one_step() -> None:
    (decision,) = decide(SHOP.replace("      category: ref(category)\n", ""), first())

    assert decision.operations == (Operation("drop", old=first()["product"].fields[2]),)


RENAMED = (
    SHOP.replace(", was: name", "")
    .replace("  category:\n    access", "  group:\n    was: category\n    access")
    .replace("ref(category)", "ref(group)")
)


def test_resources_are_renamed_with_what_refers_to_them() -> None:
    recorded = first()

    renamed, changed = decide(RENAMED, recorded)

    assert (renamed.verb, renamed.old) == ("rename", recorded["category"])
    assert (renamed.definition.name, renamed.definition.plural) == ("group", "groups")
    assert (changed.verb, changed.definition.name, changed.operations) == ("change", "product", ())
    assert defined(RENAMED, recorded).keys() == {"group", "product"}
    assert decide(RENAMED, defined(RENAMED, recorded)) == [], "a rename that is made has no effect"


def test_renamed_resource_may_change_in_the_same_step() -> None:
    text = RENAMED.replace("name: str(1..100, unique)", "label: {type: str(1..100), was: name}")

    renamed, _ = decide(text.replace("{type: str(1..100)", '{type: "str(1..100)"'), first())

    assert operations(renamed) == [("rename", "label"), ("change", "label")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            RENAMED.replace("was: category", "was: categry"),
            "group was categry, which is not recorded.",
        ),
        (RENAMED + "  category: {fields: {n: int}}\n", "which is still there."),
        (RENAMED.replace("ref(group)", "ref(category)"), "there is no resource category"),
    ],
)
def test_rename_of_a_resource_that_cannot_be(text: str, why: str) -> None:
    assert why in refused(text, first())


def test_files_of_a_renamed_resource_are_found_again() -> None:
    old, new = first()["category"], replace(first()["category"], name="group", plural="groups")

    found = moving.paths(
        {"app/models/category.py", "tests/test_categories_fields.py", "resources/category.yml"},
        {"app/models/group.py", "tests/test_groups_fields.py", "app/crud/group.py"},
        *(old, new),
    )

    assert found == {
        "app/models/category.py": "app/models/group.py",
        "tests/test_categories_fields.py": "tests/test_groups_fields.py",
    }


@pytest.mark.parametrize(
    ("name", "field", "fix"),
    [
        ("in_", "title", "in_entry:"),
        ("Test", "title", "test_entry:"),
        ("product", "class_", "class_value:"),
    ],
)
def test_name_that_is_proposed_can_be_used(name: str, field: str, fix: str) -> None:
    model = model_file.read(f"resources:\n  {name}:\n    fields:\n      {field}: str\n".encode())

    assert [problem.fix for problem in model.problems] == [fix]


def test_labels_are_a_mapping_beside_the_type() -> None:
    text = "{type: enum(a|b), labels: {b: Second}}"
    model = model_file.read(f"resources: {{thing: {{fields: {{x: {text}}}}}}}".encode())
    wrong = model_file.read(b"resources: {thing: {fields: {x: {type: str, labels: {b: Second}}}}}")

    assert model.entries["thing"].fields[0].labels == (("b", "Second"),)
    assert ["labels belong to an enum" in each.message for each in wrong.problems] == [True]
