"""Whether other services answer: asked at the same time, and once a second at most."""

from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

from anyio import Lock, create_task_group

Question = Callable[[], Awaitable[float | None]]


class HealthChecks:
    """What services answered last; however many want to know, a second passes between questions."""

    def __init__(self) -> None:
        self._lock, self._next = Lock(), 0.0
        self._answers: dict[str, float | None] = {}

    async def ask(self, services: Mapping[str, Question]) -> dict[str, float | None]:
        """Ask all services, unless somebody just has."""
        async with self._lock:
            if monotonic() >= self._next:
                self._answers = dict.fromkeys(services)
                async with create_task_group() as group:
                    for name, question in services.items():
                        group.start_soon(self._ask, name, question)
                self._next = monotonic() + 1
            return self._answers

    async def _ask(self, name: str, question: Question) -> None:
        self._answers[name] = await question()
