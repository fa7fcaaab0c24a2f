"""Options of a resource that are on or off, such as `csv: true`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from newapi.errors import UsageError
from newapi.generate.decision import Request, decide
from newapi.resources import changes, diagram, model_file, model_text, schema, store
from newapi.resources.changes import Changes
from newapi.resources.definition import SWITCHES, Definition, Switch
from newapi.resources.project_names import ProjectNames
from tests.unit.resources.samples import shop
from tests.unit.resources.test_model_file import decide as decided
from tests.unit.resources.test_model_file import defined, refused

MODEL = """\
resources:
  product:
    access: public
    csv: true
    fields:
      name: str(1..100)
"""
PATH = "resources/product.yml"


def switched(switch: Switch) -> Definition:
    """Return a definition with one option on."""
    turned: dict[str, Any] = {switch: True}
    return replace(shop().definitions["product"], **turned)


@pytest.mark.parametrize("switch", SWITCHES)
def test_switch_is_kept_in_the_definition(switch: Switch) -> None:
    product = switched(switch)
    text = store.write(product)

    assert f"\n{switch}: true\n" in text
    assert store.read(PATH, text) == product
    assert store.digest(product) != store.digest(shop().definitions["product"])
    assert product.language == 2
    validator = Draft202012Validator(schema.of_definition())
    assert [*validator.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("switch", SWITCHES)
def test_switch_is_read_from_the_file_and_written_into_it(switch: Switch) -> None:
    text = MODEL.replace("csv", switch)
    recorded = defined(text)
    plain = defined(text.replace(f"    {switch}: true\n", ""))

    assert recorded["product"].switches[switch]
    assert not plain["product"].switches[switch]
    assert defined(text.replace("true", "false"), recorded) == plain
    assert defined(model_text.write(recorded)) == recorded
    without = model_text.updated(text, recorded, plain, {})
    assert switch not in without
    assert defined(model_text.updated(without, plain, recorded, {})) == recorded
    validator = Draft202012Validator(model_file.of_file())
    assert [*validator.iter_errors(yaml.safe_load(text))] == []


def test_switch_is_true_or_false() -> None:
    message = refused(MODEL.replace("true", "yes"))

    assert message == "models.yml:4: product.csv is true or false, not yes. -> csv: true"


def test_command_line_turns_the_export() -> None:
    on = decide(Request("product", changes=Changes(csv=True)), shop())
    around = shop().with_definition(on.definition)
    off = changes.apply(on.definition, Changes(csv=False), around)

    assert on.verb == "change"
    assert on.definition == switched("csv")
    assert off.definition == shop().definitions["product"]


def test_command_line_makes_a_resource_with_a_switch() -> None:
    fields = ("name:str",)

    made = decide(Request("box", fields, changes=Changes(csv=True)), ProjectNames())

    assert made.verb == "create"
    assert made.definition.csv


@pytest.mark.parametrize(
    ("typed", "message"), [(False, "csv: false already"), (True, "csv: true already")]
)
def test_switch_that_is_turned_already_is_refused(*, typed: bool, message: str) -> None:
    product = replace(shop().definitions["product"], csv=typed)

    with pytest.raises(UsageError) as caught:
        changes.apply(product, Changes(csv=typed), shop())

    assert message in caught.value.problems[0].message


def test_change_is_shown_as_text() -> None:
    product = shop().definitions["product"]

    assert [*diagram.lines(product, switched("csv"))][-1] == "  + csv: true"
    assert [*diagram.lines(switched("csv"), product)][-1] == "  - csv: true"


def test_what_an_option_brings_is_no_name_of_a_field() -> None:
    text = MODEL.replace("csv", "soft_delete").replace("name:", "deleted_at:")

    message = refused(text)

    assert "deleted_at: product has a deleted_at, because of soft_delete." in message
    assert "removed_at: str(1..100)" in message


CASCADE = """\
resources:
  order:
    access: public
    soft_delete: true
    fields:
      name: str(1..100)
  parcel:
    access: public
    fields:
      amount: int
      order: ref(order, on_delete=cascade)
"""


def test_nothing_cascades_from_a_row_that_stays() -> None:
    message = refused(CASCADE)

    assert "parcel.order: with soft_delete, a deleted order stays in its table" in message
    assert "order: ref(order), or order: ref(order)?" in message
    assert set(defined(CASCADE.replace(", on_delete=cascade", ""))) == {"order", "parcel"}


def test_end_of_soft_deletion_says_what_is_deleted() -> None:
    text = MODEL.replace("csv", "soft_delete")
    recorded = defined(text)

    (decision,) = decided(text.replace("    soft_delete: true\n", ""), recorded)

    assert [(step.op, step.old and step.old.name) for step in decision.operations] == [
        ("drop", "deleted_at")
    ]
    assert "deletes the products for good" in decision.warnings[0]
