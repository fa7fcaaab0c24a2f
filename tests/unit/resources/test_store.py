"""The file of a definition is read back as it was written, and an edit by hand is noticed."""

from __future__ import annotations

import pytest
import yaml

from newapi.errors import NewapiError
from newapi.resources import store
from tests.unit.resources.samples import make, shop

PATH = "resources/product.yml"


def test_file_reads_well() -> None:
    assert store.write(shop().definitions["product"]) == (
        "# The resource product as it was generated. To change it, edit models.yml and run"
        " `newapi generate`,\n"
        "# or newapi generate resource product --add FIELD --drop NAME --rename OLD:NEW"
        " --change FIELD\n"
        "plural: products\n"
        "access: owned\n"
        "api: v1\n"
        "fields:\n"
        "  name: str(1..100)\n"
        "  price: decimal(gt=0, digits=12, places=2)\n"
        "  tags: list[str](0..5)\n"
        "  category: ref(category)\n"
        "  sku: str(1..255, unique)?\n"
        "  stock: int(ge=0, default=0)\n"
        "  status: enum(draft|live)\n"
        "  due: date?\n"
        "  meta: json?\n"
        "digest: " + store.digest(shop().definitions["product"]) + "\n"
    )


def test_file_is_read_back_whatever_git_does_to_its_line_ends() -> None:
    product = shop().definitions["product"]
    text = store.write(product)

    assert store.read(PATH, text) == product
    assert store.read(PATH, text.encode()) == product
    assert store.read(PATH, text.replace("\n", "\r\n").encode("utf-8-sig")) == product


def test_names_that_yaml_takes_for_something_else_survive() -> None:
    odd = make("switch", "on:bool", "off:str", "null:str", "yes:enum(no|yes)", "y:int")

    assert store.read("resources/switch.yml", store.write(odd)) == odd


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1..100", "1..200"),
        ("access: owned", "access: public"),
        ("  due: date?\n", ""),
        ("  due: date?\n  meta: json?\n", "  meta: json?\n  due: date?\n"),
        ("digest: ", "digest: 0"),
        ("api: v1\n", "api: v1\nnew: key\n"),
    ],
)
def test_edit_by_hand_is_refused_with_the_way_out(old: str, new: str) -> None:
    text = store.write(shop().definitions["product"])
    assert old in text

    with pytest.raises(NewapiError) as caught:
        store.read(PATH, text.replace(old, new))

    assert caught.value.message == f"{PATH} was edited by hand."
    assert f"git checkout -- {PATH}" in caught.value.hint
    assert "newapi generate resource product --add" in caught.value.hint


def test_renamed_file_is_noticed() -> None:
    with pytest.raises(NewapiError, match="edited by hand"):
        store.read("resources/good.yml", store.write(shop().definitions["product"]))


def test_conflict_markers_are_named() -> None:
    text = "<<<<<<< ours\n" + store.write(shop().definitions["product"])

    with pytest.raises(NewapiError, match="has conflict markers"):
        store.read(PATH, text)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "a", "a: [b]", "a: {b: [c]}", "? [a]\n: b", "a: {", "a: \x00", "\ud800",
        "{" * 50_000, "a: &a [b]\nc: &c [*a, *a]\nd: [*c, *c]", "!!python/name:os.system a: b",
        "a: " + "b" * 300_000,
    ],
)  # fmt: skip
def test_anything_else_is_no_definition(text: str) -> None:
    with pytest.raises(NewapiError, match=r"is no definition|was edited by hand"):
        store.read(PATH, text)

    with pytest.raises(NewapiError):
        store.read(PATH, b"\xff\xfe" + text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("access: owned", "access: team"),
        ("due: date?", "due: color?"),
        ("api: v1", "api: v1\ntags: a"),
    ],
)
def test_file_of_a_newer_newapi_is_refused_with_the_reason(old: str, new: str) -> None:
    content = yaml.safe_load(store.write(shop().definitions["product"]).replace(old, new))
    content["digest"] = store.seal("product", content)

    with pytest.raises(NewapiError, match="written by a newer newapi") as caught:
        store.read(PATH, yaml.safe_dump(content, sort_keys=False))

    assert "Update newapi" in caught.value.hint
