"""Fields whose rows are written together with their parent."""

from __future__ import annotations

import json

import pytest
import yaml

from newapi.errors import UsageError
from newapi.resources import changes, context, diagram, fields, rules, store
from newapi.resources.changes import Changes
from newapi.resources.project_names import ProjectNames
from tests.unit.resources.test_model_file import VALIDATOR, decide, defined, refused

ORDERS = """\
resources:
  order:
    access: public
    fields:
      number: str(1..20)
      lines: nested(order_line, max=50)
  order_line:
    access: public
    fields:
      order: ref(order, on_delete=cascade)
      quantity: int(ge=1)
"""
PLAIN = ORDERS.replace("      lines: nested(order_line, max=50)\n", "")


def test_rows_are_limited_and_have_no_column() -> None:
    order = defined(ORDERS)["order"]

    assert [fields.render(field) for field in order.fields] == [
        "number:str(1..20)",
        "lines:nested(order_line, 50)",
    ]
    assert fields.parse("lines:nested(order_line)").max == 100
    assert store.read("resources/order.yml", store.write(order)) == order
    assert order.language == 2
    VALIDATOR.validate(yaml.load(ORDERS, Loader=yaml.BaseLoader))


def test_template_is_told_both_sides() -> None:
    found = defined(ORDERS)

    parent, child = (context.of_definition(found[name], found) for name in ("order", "order_line"))

    assert json.loads(json.dumps(parent)) == parent
    assert parent["nested"] == [
        context.of_nested(found["order"].fields[1], found["order"], found)
        | {"name": "lines", "reference": "order", "max": 50}
    ]
    assert parent["parent"] is None
    assert child["parent"] == {
        "name": "order",
        "column": "order_id",
        "field": "lines",
    }


def test_relation_becomes_nested_and_back_without_a_change_of_the_table() -> None:
    (there,) = decide(ORDERS, defined(PLAIN))
    (back,) = decide(PLAIN, defined(ORDERS))

    assert [(one.op, one.alters_table) for one in there.operations] == [("add", False)]
    assert [(one.op, one.alters_table) for one in back.operations] == [("drop", False)]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("nested(order_line", "nested(order_lin", "there is no resource order_lin. Did you mean"),
        ("nested(order_line", "nested(order", "users and rows of the same kind cannot be nested"),
        ("max=50)", "max=50)?", "a list of rows may be empty, and needs no ?"),
        ("max=50", "max=2000", "-> lines: nested(order_line, 1000)"),
        ("order: ref(order, on_delete=cascade)", "note: str", "order_line has no references to"),
        (
            "order: ref(order, on",
            "other: ref(order)\n      order: ref(order, on",
            "has 2 references",
        ),
        (", on_delete=cascade", "", "-> order: ref(order, on_delete=cascade) in order_line"),
        ("cascade)", "cascade)?", "belong to one order and be deleted with it"),
        ("(order, on", "(order, unique, on", "several may belong to the same"),
        ("order_line:\n    access: public", "order_line:\n    access: admin", "is admin and order"),
        ("quantity: int", "others: many(order)\n      q: int", "as others:many(order) does"),
        ("quantity: int", "next: ref(order_line)?\n      q: int", "rows of their own kind"),
        ("lines: nes", "more: nested(order_line)\n      lines: nes", "are nested elsewhere too"),
        ("  order:\n", "  order:\n    soft_delete: true\n", "Remove soft_delete from order"),
        ("  order_line:\n", "  order_line:\n    soft_delete: true\n", "from order_line"),
        (
            "  order_line:\n",
            "  nested_order_line:\n    fields: {a: str}\n  order_line:\n",
            "Rename",
        ),
    ],
)
def test_mistake_is_explained(old: str, new: str, why: str) -> None:
    assert why in refused(ORDERS.replace(old, new))


def test_nested_rows_do_not_say_who_changed_them() -> None:
    text = ORDERS.replace("  order_line:\n", "  order_line:\n    audited: true\n")

    assert "audited: true in order, not in order_line" in refused(text)


def test_rows_of_owners_belong_to_the_same_owner() -> None:
    text = ORDERS.replace("access: public", "access: owner_writes")

    assert "ref(order, rows=own, on_delete=cascade) in order_line" in refused(text)
    assert defined(text.replace("(order, on", "(order, rows=own, on"))


def test_child_cannot_lose_what_makes_it_a_part() -> None:
    around = ProjectNames(definitions=defined(ORDERS))

    with pytest.raises(UsageError) as caught:
        changes.apply(around.definitions["order_line"], Changes(drop=("order",)), around)

    assert "order.lines: order_line has no references to order" in str(caught.value.problems)
    assert not rules.check(around.definitions["order_line"], around, is_new=False)


def test_diagrams_show_nested_rows() -> None:
    found = defined(ORDERS)

    drawn = diagram.mermaid(found)

    assert "    order ||--o{ order_line : lines\n" in drawn
    assert " lines\n    }" not in drawn
    assert "  + lines  nested(order_line, 50) -> order_line" in diagram.lines(None, found["order"])
