"""Text is shown safely, and only control characters are refused."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newapi.terminal import text

CONTROL = [
    "\x1b[2J",
    "\r",
    "\n",
    "\0",
    "\x07",
    "\u202e",
    "\u200b",
    "\u2028",
    "\ufeff",
    "\ud800",
    "\x9b",
]


@pytest.mark.parametrize("control", CONTROL)
def test_control_characters_are_refused_and_shown_escaped(control: str) -> None:
    flaw = text.flaw_of_text(f"a{control}b")

    assert "control characters" in flaw
    assert control[0] not in flaw
    assert text.visible(control[0]).startswith("\\")


@pytest.mark.parametrize(
    "fine",
    [
        "Приложение",
        "項目",
        "naïve ﬁle",
        "👩‍👩‍👧",
        "می‌خواهم",
        "{{ 7*7 }} {% raw %} #}",
        "a\u00a0b",
        "${X} %s ]]> */ <b>",
    ],
)
def test_printable_text_is_fine(fine: str) -> None:
    assert text.flaw_of_text(fine) == ""
    assert text.visible(fine) == fine


@given(st.text())
def test_shown_text_never_controls_the_terminal(anything: str) -> None:
    shown = text.visible(anything)

    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}]
    assert text.visible(shown) == shown


def test_bytes_that_the_locale_did_not_know_are_read_as_utf8() -> None:
    assert text.repaired("é".encode().decode("ascii", "surrogateescape")) == "é"
    assert text.repaired("é") == "é"
    assert text.repaired("\udcff") == "\udcff"
    assert text.repaired("\ud800") == "\ud800"


@given(st.text(max_size=2000))
def test_shortened_text_fits(anything: str) -> None:
    assert len(text.shorten(anything)) <= 60


def test_very_long_text_is_refused_with_the_limit() -> None:
    assert "500" in text.flaw_of_text("x" * 501)
    assert text.flaw_of_text("x" * 500) == ""


@pytest.mark.parametrize("fine", ["ada@example.org", "a.b+c@sub.example.org", "имя@пример.рф"])
def test_address_is_accepted(fine: str) -> None:
    assert text.flaw_of_email(fine) == ""


@pytest.mark.parametrize(
    "bad",
    [
        "a",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a@b\nX: y",
        "$(id)",
        "a b@c",
        "<a@b>",
        "8000; rm -rf /",
        "a@b,c@d",
    ],
)
def test_other_things_are_no_address(bad: str) -> None:
    assert text.flaw_of_email(bad)
