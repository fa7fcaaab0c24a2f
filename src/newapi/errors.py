"""What can go wrong, said to people: a message and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a command line or a file, and what mends it."""

    message: str
    fix: str
    key: str = ""  # the field of a resource that it is about


class NewapiError(Exception):
    """The command failed, and nothing was changed; `hint` is the way out."""

    exit_code = 1

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(NewapiError):
    """The command line asks for something impossible; says all that is wrong at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems), "")
        self.problems = tuple(problems)
