"""Names are understood however they are written."""

from __future__ import annotations

import pytest

from newapi.resources import naming


@pytest.mark.parametrize(
    "text", ["order_line", "OrderLine", "order-line", "orderLine", "Order line", " order__line "]
)
def test_ways_to_write_a_name_are_one(text: str) -> None:
    assert naming.normalise(text) == "order_line"


@pytest.mark.parametrize(
    ("text", "name"),
    [("HTTPServer", "http_server"), ("sha256Sum", "sha256_sum"), ("SKU", "sku"), ("a1", "a1")],
)
def test_capitals_begin_words(text: str, name: str) -> None:
    assert naming.normalise(text) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must be a letter"),
        ("1a", "must be a letter"),
        ("a.b", "must be a letter"),
        ("a_", "must be a letter"),
        ("a\n", "must be a letter"),
        ("_a", "starts with an underscore"),
        ("größe", "has other letters than a to z"),
        ("\N{KELVIN SIGN}elvin", "has other letters than a to z"),
        ("a" * 41, "is 41 characters long; 40 are allowed"),
    ],
)
def test_what_cannot_be_a_name_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        naming.normalise(text)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("product", "products"),
        ("category", "categories"),
        ("person", "people"),
        ("order_line", "order_lines"),
        ("status", "statuses"),
        ("address", "addresses"),
        ("hero", "heroes"),
        ("knife", "knives"),
        ("analysis", "analyses"),
        ("news", "news"),
        ("sheep", "sheep"),
    ],
)
def test_plurals_are_english(one: str, many: str) -> None:
    assert naming.plural_of(one) == many
    assert naming.singular_of(many) == one


def test_names_become_classes_and_words() -> None:
    assert naming.class_of("order_line") == "OrderLine"
    assert naming.title_of("order_line") == "order line"
