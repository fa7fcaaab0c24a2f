"""A signal may arrive at any moment while screens are drawn; the terminal is restored."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from newapi.questions import screens
from newapi.questions.draft import Draft
from newapi.questions.preferences import Preferences
from newapi.questions.prompts import Interview
from newapi.template.catalog import Catalog
from newapi.terminal import interrupts

MOMENTS = 24
ENTERS_SCREEN, LEAVES_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
TO_SUMMARY, CREATE = "\t", "\r"


class Calls:
    """Counts calls of Python functions, and sends a signal at one of them."""

    def __init__(self, signal_at: int, number: int) -> None:
        self.count = 0
        self._signal_at = signal_at
        self._number = number

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the calls that happen inside."""
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _profile(self, _frame: object, event: str, _argument: object) -> None:
        if event == "call":
            self.count += 1
            if self.count == self._signal_at:
                signal.raise_signal(self._number)


class Written(io.StringIO):
    """What a terminal was sent; a signal arrives when the first screen is there."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def flush(self) -> None:
        """Send the signal once."""
        super().flush()
        if self._number and ENTERS_SCREEN in self.getvalue():
            number, self._number = self._number, 0
            signal.raise_signal(number)


def converse(
    catalog: Catalog, number: int = 0, *, at_call: int = 0, at_screen: bool = False
) -> tuple[int, str]:
    """Go to the summary and confirm it; return how many calls that took, and what was written.

    Raises:
        KeyboardInterrupt: Here is a signal's effect; what was written is its argument.
    """
    draft = Draft(catalog, "minimal", {}, {}, {}, "demo")
    about = Interview(draft, lambda _: draft, lambda _: {}, Preferences(), asks_preset=True)
    written = Written(number if at_screen else 0)
    output = Vt100_Output(written, lambda: Size(24, 80), enable_cpr=False)
    calls = Calls(at_call, number)
    with create_pipe_input() as keys, create_app_session(keys, output):
        keys.send_text(TO_SUMMARY + CREATE)
        try:
            with interrupts.as_keyboard_interrupt(), calls.counted():
                screens.interview(about)
        except KeyboardInterrupt as stopped:
            raise KeyboardInterrupt(written.getvalue()) from stopped
    return calls.count, written.getvalue()


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_terminal_is_restored_whenever_a_signal_arrives(small: Catalog, number: int) -> None:
    converse(small)  # what is only done once
    total, written = converse(small)
    assert written.count(ENTERS_SCREEN) == written.count(LEAVES_SCREEN) == 1

    for moment in range(1, MOMENTS):
        with pytest.raises(KeyboardInterrupt) as stopped:
            converse(small, number, at_call=total * moment // MOMENTS)
        written = str(stopped.value)
        assert written.count(ENTERS_SCREEN) == written.count(LEAVES_SCREEN), moment


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_terminal_is_restored_when_a_signal_arrives_at_the_first_screen(
    small: Catalog, number: int
) -> None:
    with pytest.raises(KeyboardInterrupt) as stopped:
        converse(small, number, at_screen=True)

    written = str(stopped.value)
    assert written.count(ENTERS_SCREEN) == written.count(LEAVES_SCREEN) == 1
