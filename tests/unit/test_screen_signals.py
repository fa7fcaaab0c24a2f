"""A signal may arrive at any moment while screens are drawn; the terminal is restored."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
from tests.marks import slow_after

pytestmark = pytest.mark.posix

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
    """The output to a terminal; a signal arrives at the first screen."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def flush(self) -> None:
        """Send the signal once."""
        super().flush()
        if self._number and ENTERS_SCREEN in self.getvalue():
            number, self._number = self._number, 0
            signal.raise_signal(number)


@dataclass(frozen=True)
class Outcome:
    """How a conversation went."""

    written: str
    calls: int
    is_stopped: bool

    @property
    def screens(self) -> tuple[int, int]:
        """How often the screen was entered and left."""
        return self.written.count(ENTERS_SCREEN), self.written.count(LEAVES_SCREEN)


def converse(
    catalog: Catalog, number: int = 0, *, at_call: int = 0, at_screen: bool = False
) -> Outcome:
    """Go to the summary and confirm it; a signal arrives at a call or at the first screen."""
    draft = Draft(catalog, "minimal", {}, {}, {}, "demo")
    about = Interview(draft, lambda _: draft, lambda _: {}, Preferences(), asks_preset=True)
    written = Written(number if at_screen else 0)
    output = Vt100_Output(written, lambda: Size(24, 80), enable_cpr=False)
    calls = Calls(at_call, number)
    is_stopped = False
    with create_pipe_input() as keys, create_app_session(keys, output):
        keys.send_text(TO_SUMMARY + CREATE)
        try:
            with interrupts.as_keyboard_interrupt(), calls.counted():
                screens.interview(about)
        except KeyboardInterrupt:
            is_stopped = True
    return Outcome(written.getvalue(), calls.count, is_stopped)


@pytest.mark.parametrize("number", slow_after(1, interrupts.SIGNALS))
def test_terminal_is_restored_whenever_a_signal_arrives(small: Catalog, number: int) -> None:
    converse(small)  # imports and caches
    undisturbed = converse(small)
    assert undisturbed.screens == (1, 1)
    assert not undisturbed.is_stopped

    moments = [undisturbed.calls * moment // MOMENTS for moment in range(1, MOMENTS)]
    outcomes = {moment: converse(small, number, at_call=moment) for moment in moments}

    for moment, outcome in outcomes.items():
        entered, left = outcome.screens
        assert entered == left, moment
        # The screen may be drawn once less than before, and then the last moments never come.
        assert outcome.is_stopped == (outcome.calls >= moment), moment
    assert sum(outcome.is_stopped for outcome in outcomes.values()) > MOMENTS // 2


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_terminal_is_restored_when_a_signal_arrives_at_the_first_screen(
    small: Catalog, number: int
) -> None:
    outcome = converse(small, number, at_screen=True)

    assert outcome.is_stopped
    assert outcome.screens == (1, 1)
